//! The contract table: one row per value, with its type, presence, enum values and bounds, and the
//! operations that the values belong to.
//!
//! `flatten` builds tables; `compare` and `drift` read them.

pub(crate) mod number;
mod operation;
mod place;
mod row;

pub use operation::{Body, Header, Operation, Parameter, Response};
pub(crate) use place::{Place, Trail};
pub use row::{Bound, Discriminator, Field, Kind, Rest, Row, RowId};

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// A contract: its operations, and a row for each value in their requests and responses.
///
/// Rows are reached from an operation through properties, items and alternatives. In a recursive
/// schema, this path leads back to an earlier row.
#[derive(Debug, Clone, Default)]
pub struct Table {
    pub(crate) rows: Vec<Row>,
    pub(crate) operations: Vec<Operation>,
    pub(crate) schemas: BTreeMap<String, RowId>,
    /// The webhooks, which are not interpreted.
    pub(crate) webhooks: BTreeMap<String, Value>,
}

impl Table {
    /// Returns the operations, in document order.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// Returns a row.
    pub fn row(&self, id: RowId) -> &Row {
        &self.rows[id.0]
    }

    /// Returns `id` and the rows below it, each with its place, like
    /// `list[].lastMessage.media[].type`.
    ///
    /// A value that contains itself, as in a tree, is listed once more, but not followed again.
    /// The list ends after `limit` rows, because a schema can occur at more places than fit into
    /// memory.
    pub fn places(&self, id: RowId, limit: usize) -> Vec<(String, RowId)> {
        let mut places = Vec::new();
        let mut stack = vec![(Place::default(), id, Vec::new())];
        while let Some((place, id, mut above)) = stack.pop() {
            if places.len() == limit {
                break;
            }
            places.push((place.to_string(), id));
            if above.contains(&id) {
                continue;
            }
            above.push(id);
            let row = self.row(id);
            let mut below: Vec<(Place, RowId)> = Vec::new();
            for (name, field) in &row.properties {
                below.push((place.property(name), field.row));
            }
            if let Some(items) = row.items {
                below.push((place.items(), items));
            }
            if let Rest::Map(values) = row.rest {
                below.push((place.values(), values));
            }
            below.extend(row.alternatives.iter().map(|id| (place.clone(), *id)));
            let below = below.into_iter().rev();
            stack.extend(below.map(|(place, id)| (place, id, above.clone())));
        }
        places
    }

    /// Returns the discriminator values that select an alternative of `row`; empty if the
    /// alternative lists them itself, as the values of its property.
    pub(crate) fn discriminator_values<'a>(
        &'a self,
        row: &'a Row,
        alternative: RowId,
    ) -> BTreeSet<&'a str> {
        let own = self.row(alternative);
        let (Some(discriminator), Some(name)) = (&row.discriminator, own.name.as_deref()) else {
            return BTreeSet::new();
        };
        let property = own.properties.get(&discriminator.property);
        if property.is_some_and(|field| self.row(field.row).values.is_some()) {
            return BTreeSet::new();
        }
        let mapping = discriminator.mapping.iter();
        let mapped = mapping.filter(|(_, target)| *target == name);
        let values: BTreeSet<&str> = mapped.map(|(value, _)| value.as_str()).collect();
        // A schema that isn't mapped is selected by its name.
        if values.is_empty() { BTreeSet::from([name]) } else { values }
    }

    /// Describes a row in words: the name of its schema, or its type.
    pub(crate) fn words(&self, id: RowId) -> String {
        let row = self.row(id);
        if row.alternatives.is_empty() {
            return row.name_or_type().to_owned();
        }
        let mut words = Vec::new();
        for id in &row.alternatives {
            let word = self.row(*id).name_or_type();
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words.join(" or ")
    }
}
