//! Fingerprints of rows: rows with the same fingerprint are equivalent.

use std::collections::{BTreeMap, HashSet, hash_map::DefaultHasher};
use std::hash::{Hash, Hasher};

use crate::table::{Rest, Row, RowId, Table};

/// The maximum number of rows to look at. Contracts that nest too deeply for it have no
/// fingerprints.
const ROWS: usize = 20_000_000;

/// The fingerprints of all rows of two tables.
///
/// The names of schemas, the order of alternatives, and the point at which a recursive schema
/// repeats make no difference.
pub(crate) struct Fingerprints {
    tables: [Vec<u64>; 2],
    settled: bool,
}

impl Fingerprints {
    pub(crate) fn new(old: &Table, new: &Table) -> Self {
        let own = [old, new].map(|table| table.rows.iter().map(own).collect::<Vec<_>>());
        let mut tables = own.clone();
        let mut classes = count(&tables);
        let rounds = ROWS / (own[0].len() + own[1].len()).max(1);
        for _ in 0..rounds {
            // Each round looks one level deeper, until that distinguishes no more rows.
            tables = [old, new].map(|table| {
                let side = usize::from(!std::ptr::eq(table, old));
                let fingerprints = &tables[side];
                let rows = table.rows.iter().zip(&own[side]);
                rows.map(|(row, own)| with_below(table, row, *own, fingerprints)).collect()
            });
            let found = count(&tables);
            if found == classes {
                return Self { tables, settled: true };
            }
            classes = found;
        }
        Self { tables, settled: false }
    }

    /// Returns whether a row of the old table is equivalent to a row of the new table.
    pub(crate) fn same(&self, old: RowId, new: RowId) -> bool {
        self.settled && self.tables[0][old.0] == self.tables[1][new.0]
    }

    /// Returns whether two rows of the same table, the old or the new, are equivalent.
    pub(crate) fn same_within(&self, new: bool, a: RowId, b: RowId) -> bool {
        let fingerprints = &self.tables[usize::from(new)];
        a == b || self.settled && fingerprints[a.0] == fingerprints[b.0]
    }

    /// Returns a key for a pair of rows of the old and the new table. Equivalent pairs have the
    /// same key.
    pub(crate) fn pair(&self, old: RowId, new: RowId) -> (u64, u64) {
        let after = match self.settled {
            true => self.tables[1][new.0],
            false => new.0 as u64,
        };
        (self.of_old(old), after)
    }

    /// Returns a key for a row of the old table. Equivalent rows have the same key.
    pub(crate) fn of_old(&self, id: RowId) -> u64 {
        match self.settled {
            true => self.tables[0][id.0],
            false => id.0 as u64,
        }
    }
}

fn count(tables: &[Vec<u64>; 2]) -> usize {
    tables.iter().flatten().collect::<HashSet<_>>().len()
}

/// Returns the fingerprint of what the row says itself.
fn own(row: &Row) -> u64 {
    let mut hasher = DefaultHasher::new();
    row.kind.hash(&mut hasher);
    let flags = (row.nullable, row.open, row.unique, row.exclusive);
    (flags, row.read_only, row.write_only, row.deprecated).hash(&mut hasher);
    (&row.format, &row.pattern, &row.unread).hash(&mut hasher);
    let text = |value: &Option<_>| value.as_ref().map(serde_json::Value::to_string);
    text(&row.default).hash(&mut hasher);
    let values = row.values.iter().flatten();
    (row.values.is_some(), values.map(ToString::to_string).collect::<Vec<_>>()).hash(&mut hasher);
    for (name, bound) in &row.bounds {
        (name, bound.written().to_string(), bound.exclusive).hash(&mut hasher);
    }
    row.multiple_of.as_ref().map(ToString::to_string).hash(&mut hasher);
    row.discriminator.as_ref().map(|discriminator| &discriminator.property).hash(&mut hasher);
    let other: BTreeMap<_, _> = row
        .other
        .iter()
        .filter(|(key, _)| !row.inner.contains_key(key.as_str()))
        .map(|(key, value)| (key, value.to_string()))
        .collect();
    other.hash(&mut hasher);
    matches!(row.rest, Rest::Closed).hash(&mut hasher);
    hasher.finish()
}

/// Combines the row's own fingerprint with those of the rows below it.
fn with_below(table: &Table, row: &Row, own: u64, fingerprints: &[u64]) -> u64 {
    let mut hasher = DefaultHasher::new();
    own.hash(&mut hasher);
    for (name, field) in &row.properties {
        (name, field.required, fingerprints[field.row.0]).hash(&mut hasher);
    }
    row.items.map(|id| fingerprints[id.0]).hash(&mut hasher);
    // An object may hold any other values anyway.
    if let Rest::Map(values) = row.rest
        && !(table.row(values).is_any() && table.row(values).is_plain())
    {
        fingerprints[values.0].hash(&mut hasher);
    }
    let alternatives = row.alternatives.iter();
    let mut alternatives: Vec<_> =
        alternatives.map(|id| (fingerprints[id.0], table.discriminator_values(row, *id))).collect();
    alternatives.sort_unstable();
    alternatives.hash(&mut hasher);
    for (key, inner) in &row.inner {
        key.hash(&mut hasher);
        for (name, id) in inner {
            (name, fingerprints[id.0]).hash(&mut hasher);
        }
    }
    hasher.finish()
}
