//! A contract and received bodies → where the bodies differ.
//!
//! [`check`] compares a body with a row while it is parsed, and [`shape`] keeps the types of
//! what the contract doesn't know; no value is kept.

mod check;
mod finding;
mod shape;

pub use finding::{Deviation, Finding};
pub use shape::Shape;

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, LazyLock};

use check::{Found, ValueCheck};
use serde::de::DeserializeSeed;
use shape::MOST_NAMES;

use crate::table::{RowId, Table, Trail};

/// A finding, and what it takes to mend the contract.
#[derive(Clone)]
pub struct Observation {
    /// What a report tells.
    pub finding: Finding,
    /// The row that the value does not fit; of an unknown field, the row of its object.
    pub row: RowId,
    /// The object that the value is a field of, and the field's name.
    pub field: Option<(RowId, String)>,
    /// The place that an unknown field has if its object is a map: `finding.place` where it is
    /// one. A key that looks like data is the value of a map by itself, and has none.
    pub values: Option<String>,
    /// The shape of what was seen.
    pub shape: Shape,
    /// The values outside an enum that look like words of a vocabulary: a few short ones.
    /// They may be private all the same: no report shows them.
    pub words: Vec<String>,
    /// How many values outside an enum do not look like that, and are not kept. More than
    /// 16 words are no vocabulary, and none of them is kept.
    pub others: u64,
    /// Whether there were too many words.
    no_vocabulary: bool,
}

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
                let listed = table
                    .operations
                    .iter()
                    .find(|operation| operation.path == "/v2/access/chats");
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
        Self {
            table,
            row,
            found: BTreeMap::new(),
            fields: BTreeMap::new(),
        }
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
    fn add(&mut self, found: Found, new: &mut Vec<Key>) {
        let Found {
            mut place,
            kind,
            expected,
            seen,
            row,
            mut field,
            value,
            shape,
            word,
        } = found;
        if let Some(value) = &value {
            let fields = self.fields.entry(value.clone()).or_default();
            let before = fields.len();
            if before <= MOST_NAMES {
                fields.insert(place.clone());
            }
            if fields.len() > MOST_NAMES {
                if before <= MOST_NAMES {
                    self.fold(value, new);
                }
                (place, field) = (value.clone(), None);
            }
        }
        let others = u64::from(kind == Deviation::UnknownValue && word.is_none());
        let finding = Finding {
            place,
            kind,
            expected,
            seen,
            count: 1,
        };
        let observation = Observation {
            finding,
            row,
            field,
            values: value,
            shape,
            words: word.into_iter().collect(),
            others,
            no_vocabulary: false,
        };
        self.put(observation, new);
    }

    /// Makes values of a map of the unknown fields of an object.
    fn fold(&mut self, value: &str, new: &mut Vec<Key>) {
        let fields = self.fields.get(value).cloned().unwrap_or_default();
        let field = |key: &Key| key.1 == Deviation::UnknownField && fields.contains(&key.0);
        let keys: Vec<Key> = self
            .found
            .keys()
            .filter(|key| field(key))
            .cloned()
            .collect();
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
        let key = (
            finding.place.clone(),
            finding.kind,
            finding.expected.clone(),
            finding.seen.clone(),
        );
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
        self.observations()
            .map(|observation| observation.finding.clone())
            .collect()
    }

    /// The same, each with what it takes to mend the contract.
    pub fn observations(&self) -> impl Iterator<Item = &Observation> {
        self.found.values()
    }
}

impl Observation {
    /// Adds another observation of the same change.
    pub fn merge(&mut self, other: Self) {
        self.finding.count += other.finding.count;
        self.shape.merge(other.shape);
        self.others += other.others;
        self.values = self.values.take().or(other.values);
        for word in other.words {
            if self.words.is_empty() && self.no_vocabulary {
                self.others += 1;
            } else if !self.words.contains(&word) {
                self.words.push(word);
            }
        }
        if other.no_vocabulary || self.words.len() > MOST_NAMES {
            self.no_vocabulary = true;
            self.others += self.words.drain(..).count() as u64;
        }
    }
}

/// Tells no value: of words outside an enum, their number.
impl fmt::Debug for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observation")
            .field("finding", &self.finding)
            .field("shape", &self.shape)
            .field("words", &self.words.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Drift")
            .field("found", &self.found.values())
            .finish_non_exhaustive()
    }
}
