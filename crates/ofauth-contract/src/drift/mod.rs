//! Compares response bodies with a contract.
//!
//! [`check`] compares a body with a row as it is parsed, and [`shape`] keeps the types of values
//! that the contract doesn't describe. The only values kept are the words of
//! [`Observation::words`].
//!
//! No finding shows a value, or a key that may be data, such as a user name: `{}` stands for it.
//! These keys count as data: addresses, texts and numbers; neighbouring fields of the same shape;
//! more than [`MOST_NAMES`] unknown names at one place; and the keys of an undescribed object that
//! never occur together.

mod check;
mod finding;
mod shape;

pub use finding::{Deviation, Finding, Observation};
pub use shape::Shape;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use check::ValueCheck;
use serde::de::DeserializeSeed;
use shape::MOST_NAMES;

use crate::table::{Operation, RowId, Table, Trail};

/// Collects the differences between any number of bodies and a contract. Each difference is
/// returned once.
///
/// Some constraints aren't checked: `pattern` (a body could make a regular expression slow, and the
/// crate would need a regex engine), formats other than `date-time`, `date`, `int32` and `int64`,
/// discriminators, and keywords that the table compares but doesn't interpret.
pub struct Drift {
    table: Arc<Table>,
    row: RowId,
    found: BTreeMap<FindingKey, Observation>,
    /// The places of unknown fields, by the place that they have if their object turns out to be a
    /// map. If it has turned out to be a map, there are [`MOST_NAMES`] + 1 places.
    fields: BTreeMap<String, BTreeSet<String>>,
}

/// Place, kind, what the contract says, and what was seen.
type FindingKey = (String, Deviation, String, String);

impl Drift {
    /// The maximum number of unknown field names of an object. With more, the object is a map.
    pub const MOST_NAMES: usize = MOST_NAMES;

    /// Creates a check of bodies against a row of a table.
    pub fn new(table: Arc<Table>, row: RowId) -> Self {
        Self { table, row, found: BTreeMap::new(), fields: BTreeMap::new() }
    }

    /// Creates a check of an operation's successful responses in JSON; `None` if the table describes
    /// none. `method` is in upper case, and `path` has its parameters in braces.
    pub fn of_operation(table: &Arc<Table>, method: &str, path: &str) -> Option<Self> {
        let is = |operation: &&Operation| (&*operation.method, &*operation.path) == (method, path);
        let row = table.operations.iter().find(is)?.success()?.1.json()?;
        Some(Self::new(Arc::clone(table), row))
    }

    /// Checks a body, and returns the differences that weren't found before.
    ///
    /// # Errors
    ///
    /// Returns an error if the body isn't valid JSON. The error has the line and the column, but no
    /// value.
    pub fn observe(&mut self, body: &[u8]) -> Result<Vec<Finding>, serde_json::Error> {
        let mut deserializer = serde_json::Deserializer::from_slice(body);
        let mut found = Vec::new();
        let check = ValueCheck {
            table: &self.table,
            row: self.row,
            owner: None,
            trail: &Trail::Root,
            found: &mut found,
        };
        check.deserialize(&mut deserializer)?;
        deserializer.end()?;
        let mut new = Vec::new();
        for found in found {
            self.add(found, &mut new);
        }
        // Fields that became map values are returned as such.
        let new = new.iter().filter_map(|key| self.found.get(key));
        Ok(new.map(|new| new.finding.clone()).collect())
    }

    /// Counts a difference, and adds its key to `new` if it is new.
    fn add(&mut self, mut seen: Observation, new: &mut Vec<FindingKey>) {
        if let Some(value) = seen.values.clone() {
            let fields = self.fields.entry(value.clone()).or_default();
            let before = fields.len();
            if before <= MOST_NAMES {
                fields.insert(seen.finding.place.clone());
            }
            if fields.len() > MOST_NAMES {
                if before <= MOST_NAMES {
                    self.fold(&value, new);
                }
                (seen.finding.place, seen.field) = (value, None);
            }
        }
        self.put(seen, new);
    }

    /// Turns the unknown fields of an object into map values.
    fn fold(&mut self, value: &str, new: &mut Vec<FindingKey>) {
        let fields = self.fields.get(value).cloned().unwrap_or_default();
        let field = |key: &FindingKey| key.1 == Deviation::UnknownField && fields.contains(&key.0);
        let keys: Vec<FindingKey> = self.found.keys().filter(|key| field(key)).cloned().collect();
        for key in keys {
            if let Some(mut observation) = self.found.remove(&key) {
                value.clone_into(&mut observation.finding.place);
                observation.field = None;
                self.put(observation, new);
            }
        }
    }

    fn put(&mut self, seen: Observation, new: &mut Vec<FindingKey>) {
        let finding = &seen.finding;
        let key =
            (finding.place.clone(), finding.kind, finding.expected.clone(), finding.seen.clone());
        match self.found.entry(key) {
            Entry::Vacant(entry) => {
                new.push(entry.key().clone());
                entry.insert(seen);
            }
            Entry::Occupied(entry) => entry.into_mut().merge(seen),
        }
    }

    /// Returns all differences found so far, ordered by place.
    pub fn findings(&self) -> Vec<Finding> {
        self.observations().map(|observation| observation.finding.clone()).collect()
    }

    /// Returns the same differences, each with the details needed to correct the contract.
    pub fn observations(&self) -> impl Iterator<Item = &Observation> {
        self.found.values()
    }
}

impl fmt::Debug for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drift").field("found", &self.found.values()).finish_non_exhaustive()
    }
}
