//! A contract as rows, one for each place where a value stands: types, presence, values and
//! bounds, and the operations that the values belong to.
//!
//! Everything else builds on it: `flatten` makes tables, `compare` and `drift` read them.

pub(crate) mod number;
mod operation;
mod place;
mod row;

pub use operation::{Body, Header, Operation, Parameter, Response};
pub(crate) use place::{Place, Trail};
pub use row::{Bound, Discriminator, Field, Kind, Rest, Row, RowId};

use std::collections::{BTreeMap, BTreeSet};

/// A contract: its operations, and a row for each value that they take or give.
///
/// A row is found from the operation that it belongs to, along properties, items
/// and alternatives. A recursive schema leads back to a row that was passed before.
#[derive(Debug, Clone, Default)]
pub struct Table {
    pub(crate) rows: Vec<Row>,
    pub(crate) operations: Vec<Operation>,
    pub(crate) schemas: BTreeMap<String, RowId>,
}

impl Table {
    /// The operations, in the order of the document.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// The rows of the named schemas under `components`.
    pub fn schemas(&self) -> &BTreeMap<String, RowId> {
        &self.schemas
    }

    /// A row.
    pub fn row(&self, id: RowId) -> &Row {
        &self.rows[id.0]
    }

    /// The rows from `id` on, each with its place, like `list[].lastMessage.media[].type`.
    ///
    /// A value in itself, as in a tree, is listed once. The list ends after `limit`
    /// rows: the same schema can stand at more places than there is memory for.
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

    /// The values of the discriminator that mean one of the alternatives of `row`: none
    /// where it lists them itself, as the values of its property.
    pub(crate) fn tags<'a>(&'a self, row: &'a Row, alternative: RowId) -> BTreeSet<&'a str> {
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
        let tags: BTreeSet<&str> = mapped.map(|(tag, _)| tag.as_str()).collect();
        // What is not mapped is meant by its name.
        if tags.is_empty() { BTreeSet::from([name]) } else { tags }
    }

    /// A row in words: the name of its schema, or its type.
    pub fn words(&self, id: RowId) -> String {
        let row = self.row(id);
        if row.alternatives.is_empty() {
            return row.words().to_owned();
        }
        let mut words = Vec::new();
        for id in &row.alternatives {
            let word = self.row(*id).words();
            if !words.contains(&word) {
                words.push(word);
            }
        }
        words.join(" or ")
    }
}
