//! Marks values that may be a person's words, name or address as `x-private`.

use std::collections::BTreeSet;

use ofauth_contract::{Kind, Shape};
use serde_json::Value;

use crate::generator::document::join;
use crate::spec::SPEC;
use crate::spec::lines::Lines;
use crate::spec::schemas::{name, property, users};

/// The mark of a property that `Debug` doesn't show.
pub(super) const PRIVATE: &str = "x-private: true";
/// Why a personal value that isn't a property can't be drafted.
pub(super) const NO_PROPERTY: &str = "it may be personal, and only a property of a named schema can be private; move the object \
     that contains it to its own schema under `components`";

/// Whether a value may hold a person's words or name: it is a text, has keys that are data, or
/// is of unknown type.
pub(super) fn is_personal(shape: &Shape) -> bool {
    match kinds(shape)[..] {
        [Kind::Boolean | Kind::Integer | Kind::Number] => false,
        // Each field has its own mark.
        [Kind::Object] => shape.fields.is_empty(),
        [Kind::Array] => shape.items.as_deref().is_none_or(is_personal),
        _ => true,
    }
}

/// Marks the properties that hold values of these schemas: the property that contains a schema,
/// or else those that refer to it.
pub(super) fn hide(lines: &mut Lines, schemas: &[String]) -> Result<(), String> {
    let (mut seen, mut holders) = (BTreeSet::new(), BTreeSet::new());
    let mut waiting = schemas.to_vec();
    while let Some(schema) = waiting.pop() {
        if let Some(property) = property(&schema) {
            holders.insert(property);
            continue;
        }
        let name = name(&schema).ok_or(NO_PROPERTY)?;
        if seen.insert(name.to_owned()) {
            let document = lines.value("").unwrap_or(&Value::Null);
            waiting.extend(users(document, name).into_iter().filter(|user| is_shown(user)));
        }
    }
    for holder in holders {
        let mark = join(&holder, "x-private");
        match lines.value(&mark) {
            Some(Value::Bool(true)) => continue,
            Some(_) => lines.replace(&mark, "false", "true")?,
            None => {
                let block = lines.mapping(&holder)?;
                lines.insert(block.end, block.indent, &[PRIVATE.to_owned()]);
            }
        }
        lines.reparse(SPEC)?;
    }
    Ok(())
}

/// Whether the value at a pointer is part of a type with `Debug`. Values only sent aren't.
fn is_shown(pointer: &str) -> bool {
    const SENT: &[&str] = &["parameters", "requestBody", "requestBodies", "headers"];
    let mut above = pointer.split('/').take_while(|key| *key != "schema");
    name(pointer).is_some() || !above.any(|key| SENT.contains(&key))
}

/// The types of a value, without null.
pub(super) fn kinds(shape: &Shape) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = shape.kinds.iter().copied().collect();
    kinds.retain(|kind| *kind != Kind::Null);
    if kinds == [Kind::Integer, Kind::Number] {
        kinds = vec![Kind::Number];
    }
    kinds
}
