//! Whether a change to a value changes the Rust type that the generator makes for it.
//!
//! These rules were determined by experiment with the current version of the generator; a test in
//! `xtask/src/regen/impact.rs` compares them with it. `cargo xtask regen` doesn't need them: it
//! generates code from both descriptions, and compares that.

use std::collections::BTreeSet;

use crate::table::{Kind, Row, Table};

/// Returns whether a change to a value also changes its Rust type. An inline enum of strings has
/// its own type only as a parameter.
pub(crate) fn retypes(
    subject: &str,
    parameter: bool,
    (olds, old): (&Table, &Row),
    (news, new): (&Table, &Row),
) -> bool {
    let differ = |of: fn(&Row) -> bool| of(old) != of(new);
    match subject {
        "format" if old.kind == Some(Kind::String) => {
            differ(|row| row.format.as_deref() == Some("date-time"))
        }
        "format" | "minimum" | "maximum" if old.kind == Some(Kind::Integer) => {
            integer(old) != integer(new)
        }
        "format" => differ(|row| row.format.as_deref() == Some("float")),
        "min-length" | "max-length" => differ(|row| {
            let lengths = ["min-length", "max-length"];
            lengths.iter().any(|name| row.bounds.contains_key(name))
        }),
        "min-items" | "max-items" => differ(|row| {
            let (least, most) = (row.bounds.get("min-items"), row.bounds.get("max-items"));
            least.is_some() && least == most
        }),
        "minimum" | "maximum" | "min-properties" | "max-properties" => false,
        "alternative" => !has_names(olds, old) || !has_names(news, new),
        _ => match old.kind {
            Some(Kind::Boolean) => false,
            Some(Kind::String) => parameter || old.name.is_some() || new.name.is_some(),
            _ => true,
        },
    }
}

/// Returns whether the row has alternatives that all have names: the name of their schema, or of a
/// type that no other alternative has. Other alternatives are numbered, and a new one may change
/// the numbers.
fn has_names(table: &Table, row: &Row) -> bool {
    let unnamed = row.alternatives.iter().map(|id| table.row(*id));
    let unnamed: Vec<Option<Kind>> =
        unnamed.filter(|row| row.name.is_none()).map(|row| row.kind).collect();
    let distinct: BTreeSet<&Option<Kind>> = unnamed.iter().collect();
    !row.alternatives.is_empty()
        && distinct.len() == unnamed.len()
        && !distinct.contains(&Some(Kind::Object))
}

/// Returns the Rust type of an integer.
fn integer(row: &Row) -> &str {
    let bound = |name| row.bounds.get(name).and_then(|bound| bound.value.as_i64());
    let (least, most) = (bound("minimum"), bound("maximum"));
    match (row.format.as_deref(), least, most) {
        (Some("int32"), Some(1), _) => "NonZeroU32",
        (Some("int32"), ..) => "i32",
        (Some("int64"), Some(1), _) => "NonZeroU64",
        (Some("int64"), ..) => "i64",
        (Some(format @ ("int8" | "uint8" | "int16" | "uint16" | "uint32" | "uint64")), ..) => {
            format
        }
        (_, Some(0), Some(255)) => "u8",
        (_, Some(0), Some(65_535)) => "u16",
        (_, Some(0), Some(4_294_967_295)) => "u32",
        (_, Some(-128), Some(127)) => "i8",
        (_, Some(-32_768), Some(32_767)) => "i16",
        (_, Some(-2_147_483_648), Some(2_147_483_647)) => "i32",
        (_, Some(1), _) => "NonZeroU64",
        (_, Some(0), None) if !row.bounds.contains_key("maximum") => "u64",
        _ => "i64",
    }
}
