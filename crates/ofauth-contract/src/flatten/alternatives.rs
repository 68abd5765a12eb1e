//! Simplifies alternatives: flattens nested ones, and merges enums of the same type.

use std::collections::{BTreeSet, HashSet};

use serde_json::Value;

use crate::table::{Kind, Row, RowId};

/// The maximum number of alternatives, more than all rows of a real document have together.
const LIMIT: usize = 200_000;

/// Flattens nested alternatives in the rows from `first` on, and merges enums of the same type. A
/// row is nullable if one of its alternatives is. Adds the number of alternatives to `count`, and
/// leaves the others as they are if there are too many.
pub(crate) fn flatten(rows: &mut Vec<Row>, first: usize, count: &mut usize) {
    for index in first..rows.len() {
        if *count > LIMIT {
            break;
        }
        if rows[index].alternatives.is_empty() {
            continue;
        }
        let (mut flat, nullable) = flat(rows, RowId(index));
        for kind in [Kind::String, Kind::Integer, Kind::Number, Kind::Boolean] {
            merge(rows, &mut flat, kind);
        }
        // A row whose only alternative is a merged enum is an enum itself.
        let only = match flat[..] {
            [RowId(only)] if rows[only].pointers.is_empty() => flat.pop(),
            _ => None,
        };
        let only = only.map(|id| rows[id.0].clone());
        let exclusive = rows[index].exclusive
            && flat.iter().enumerate().any(|(own, a)| {
                flat[own + 1..].iter().any(|b| overlap(rows, &rows[a.0], &rows[b.0]))
            });
        let row = &mut rows[index];
        row.exclusive = exclusive;
        row.nullable |= nullable;
        *count += flat.len();
        row.alternatives = flat;
        if let Some(only) = only {
            (row.kind, row.values, row.open) = (only.kind, only.values, only.open);
        }
        if row.alternatives.is_empty() && row.kind.is_none() {
            row.kind = Some(if row.nullable { Kind::Null } else { Kind::Never });
            row.nullable = false;
        }
    }
}

/// Returns the flattened alternatives of a row, and whether any of them may be null. An alternative
/// is kept whole if it has a discriminator, or if the row's discriminator selects it.
fn flat(rows: &[Row], id: RowId) -> (Vec<RowId>, bool) {
    let (mut flat, mut nullable) = (Vec::new(), false);
    let discriminator = rows[id.0].discriminator.as_ref();
    let mapped = |name: &Option<String>| {
        let targets = discriminator.into_iter().flat_map(|own| own.mapping.values());
        targets.into_iter().any(|target| Some(target) == name.as_ref())
    };
    let mut passed = HashSet::from([(id, true)]);
    let below =
        |id: RowId, counts| rows[id.0].alternatives.iter().rev().map(move |id| (*id, counts));
    let mut waiting: Vec<(RowId, bool)> = below(id, true).collect();
    while let Some((id, counts)) = waiting.pop() {
        if !passed.insert((id, counts)) {
            continue;
        }
        let row = &rows[id.0];
        nullable |= row.nullable || row.kind == Some(Kind::Null);
        let is_whole =
            row.alternatives.is_empty() || row.discriminator.is_some() || mapped(&row.name);
        if counts && is_whole && !matches!(row.kind, Some(Kind::Null | Kind::Never)) {
            flat.push(id);
        }
        // What is inside of a whole alternative may be null, too.
        waiting.extend(below(id, counts && !is_whole));
    }
    (flat, nullable)
}

/// Returns whether a value without unknown fields may match both of two alternatives.
fn overlap(rows: &[Row], a: &Row, b: &Row) -> bool {
    let is_number = |row: &Row| matches!(row.kind, Some(Kind::Integer | Kind::Number));
    if a.kind != b.kind && a.kind.is_some() && b.kind.is_some() && !(is_number(a) && is_number(b)) {
        return false;
    }
    let apart = |a: &Row, b: &Row| match (&a.values, &b.values) {
        (Some(a), Some(b)) => !a.iter().any(|value| b.contains(value)),
        _ => a.is_scalar() && b.is_scalar() && a.kind != b.kind,
    };
    let fits = |a: &Row, b: &Row| {
        let mut needed = b.properties.iter().filter(|(_, field)| field.required);
        needed.all(|(name, _)| a.properties.contains_key(name))
    };
    let is_told_apart = a.properties.iter().any(|(name, one)| {
        b.properties.get(name).is_some_and(|other| {
            (one.required || other.required) && apart(&rows[one.row.0], &rows[other.row.0])
        })
    });
    !apart(a, b) && !is_told_apart && (fits(a, b) || fits(b, a))
}

/// Merges the enums of a type into one row. The merged enum is open if one of them is, or if
/// another alternative allows any value of the type.
fn merge(rows: &mut Vec<Row>, flat: &mut Vec<RowId>, kind: Kind) {
    let is_mergeable = |id: &RowId| {
        let row = &rows[id.0];
        let plain = || Row { values: None, ..row.clone() };
        row.kind == Some(kind) && !row.deprecated && plain().is_plain()
    };
    let enums: BTreeSet<RowId> = flat.iter().filter(|id| is_mergeable(id)).copied().collect();
    let mut values: Vec<Value> =
        enums.iter().flat_map(|id| rows[id.0].values.iter().flatten().cloned()).collect();
    if enums.len() < 2 || values.is_empty() {
        return;
    }
    values.sort_by_key(Value::to_string);
    values.dedup();
    let open = |id: &RowId| rows[id.0].open || rows[id.0].values.is_none();
    // A boolean has no other values than these two.
    let all = kind == Kind::Boolean && values.len() == 2;
    let merged = Row {
        kind: Some(kind),
        open: !all && enums.iter().any(open),
        values: (!all).then_some(values),
        ..Row::default()
    };
    flat.retain(|id| !enums.contains(id));
    flat.push(RowId(rows.len()));
    rows.push(merged);
}
