//! A contract and received bodies → where the bodies differ.
//!
//! [`check`] compares a body with a row while it is parsed, and [`shape`] keeps the types of
//! what the contract doesn't know; no value is kept.

mod check;
mod finding;
mod shape;

pub use finding::{Deviation, Finding, Observation};
pub use shape::Shape;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, LazyLock};

use check::ValueCheck;
use serde::de::DeserializeSeed;
use shape::MOST_NAMES;

use crate::table::{RowId, Table, Trail};

/// Collects what differs in any number of bodies; each difference once.
///
/// Not looked at are `pattern` (a body may hold what makes a regular expression slow, and the
/// crate would need an engine for them), formats but `date-time`, `date`, `int32` and `int64`,
/// discriminators, and keywords that the contract's table only compares.
pub struct Drift {
    table: Arc<Table>,
    row: RowId,
    found: BTreeMap<Key, Observation>,
    /// The places of unknown fields, by their place if their object turns out to be a map;
    /// one more than [`MOST_NAMES`] where it has.
    fields: BTreeMap<String, BTreeSet<String>>,
}

/// Place, kind, what the contract says, and what was seen.
type Key = (String, Deviation, String, String);

impl Drift {
    /// The most unknown names of an object that is no map.
    pub const MOST_NAMES: usize = MOST_NAMES;

    /// Compares pages of chats with the contract of the OFAuth API (`GET /v2/access/chats`).
    pub fn chats() -> Self {
        static CONTRACT: LazyLock<(Arc<Table>, RowId)> = LazyLock::new(|| {
            let read = || {
                let document = serde_json::from_str(include_str!("../ofauth.json")).ok()?;
                let table = Table::of_document(&document).ok()?;
                let listed =
                    table.operations.iter().find(|operation| operation.path == "/v2/access/chats");
                let row = listed?.success()?.1.json()?;
                Some((Arc::new(table), row))
            };
            #[expect(clippy::expect_used, reason = "a committed file that a test reads")]
            read().expect("the generated contract describes the list of chats")
        });
        let (table, row) = CONTRACT.clone();
        Self::new(table, row)
    }

    /// Compares bodies with a row of a table.
    pub fn new(table: Arc<Table>, row: RowId) -> Self {
        Self { table, row, found: BTreeMap::new(), fields: BTreeMap::new() }
    }

    /// Looks at a body, and returns what was not found before.
    ///
    /// # Errors
    ///
    /// Where it is no JSON. The error tells the line and the column, and no value.
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
        // What became the value of a map is told as that.
        let new = new.iter().filter_map(|key| self.found.get(key));
        Ok(new.map(|new| new.finding.clone()).collect())
    }

    /// Counts a difference, and remembers whether it is new.
    fn add(&mut self, mut seen: Observation, new: &mut Vec<Key>) {
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

    /// Makes values of a map of the unknown fields of an object.
    fn fold(&mut self, value: &str, new: &mut Vec<Key>) {
        let fields = self.fields.get(value).cloned().unwrap_or_default();
        let field = |key: &Key| key.1 == Deviation::UnknownField && fields.contains(&key.0);
        let keys: Vec<Key> = self.found.keys().filter(|key| field(key)).cloned().collect();
        for key in keys {
            if let Some(mut observation) = self.found.remove(&key) {
                value.clone_into(&mut observation.finding.place);
                observation.field = None;
                self.put(observation, new);
            }
        }
    }

    fn put(&mut self, seen: Observation, new: &mut Vec<Key>) {
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

    /// All differences so far, in the order of their places.
    pub fn findings(&self) -> Vec<Finding> {
        self.observations().map(|observation| observation.finding.clone()).collect()
    }

    /// The same, each with what it takes to mend the contract.
    pub fn observations(&self) -> impl Iterator<Item = &Observation> {
        self.found.values()
    }
}

impl fmt::Debug for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drift").field("found", &self.found.values()).finish_non_exhaustive()
    }
}
