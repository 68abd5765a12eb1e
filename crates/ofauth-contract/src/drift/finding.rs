//! Findings: differences between response bodies and the contract.

use std::fmt;

use serde::Serialize;

use super::shape::{MOST_NAMES, Shape};
use crate::table::RowId;

/// A difference between response bodies and the contract: types, never values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The place, like `list[].lastMessage.media[].type`. A key that looks like data rather than a
    /// field name is written as `{}`. So are all unknown keys of an object that has more than 16 of
    /// them, counted over all bodies, because the object is a map.
    pub place: String,
    /// How the value differs.
    pub kind: Deviation,
    /// What the contract says.
    pub expected: String,
    /// The type that was seen.
    pub seen: String,
    /// How often it was seen.
    pub count: u64,
}

/// How a value differs from the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Deviation {
    /// A field that the contract doesn't describe.
    UnknownField,
    /// A value of the wrong type.
    WrongType,
    /// Null where it isn't allowed.
    UnexpectedNull,
    /// A missing required field.
    MissingRequired,
    /// A value outside an enum, even an open one.
    UnknownValue,
    /// A number, a length or a count that is out of bounds, a number that isn't a multiple of the
    /// given step, or an array with duplicate items.
    OutOfBounds,
    /// A malformed date or time.
    NotADate,
    /// A value that matches no alternative.
    NoAlternative,
}

impl Deviation {
    /// Returns the id used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::UnknownField => "unknown-field",
            Self::WrongType => "wrong-type",
            Self::UnexpectedNull => "unexpected-null",
            Self::MissingRequired => "missing-required",
            Self::UnknownValue => "unknown-value",
            Self::OutOfBounds => "out-of-bounds",
            Self::NotADate => "not-a-date",
            Self::NoAlternative => "no-alternative",
        }
    }
}

impl fmt::Display for Deviation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A finding, with the details needed to correct the contract.
#[derive(Clone)]
pub struct Observation {
    /// The part shown in reports.
    pub finding: Finding,
    /// The row that the value doesn't match; for an unknown field, the row of its object.
    pub row: RowId,
    /// The object that has the value as a field, and the field's name.
    pub field: Option<(RowId, String)>,
    /// The place that an unknown field has if its object turns out to be a map; once it has,
    /// `finding.place` is the same. `None` if the key looks like data, which already implies a map.
    pub values: Option<String>,
    /// The shape of the values seen.
    pub shape: Shape,
    /// The values outside an enum that look like words of a vocabulary: a few short words. They may
    /// still be private, so no report shows them.
    pub words: Vec<String>,
    /// The number of values outside an enum that don't look like words, and so aren't kept. If
    /// there are more than 16 different words, they aren't a vocabulary, and are only counted here,
    /// too.
    pub others: u64,
    /// Whether there were too many words.
    pub(super) no_vocabulary: bool,
}

impl Observation {
    /// Creates an observation of one value with this shape.
    pub(super) fn new(
        place: String,
        kind: Deviation,
        expected: String,
        mut shape: Shape,
        row: RowId,
        field: Option<(RowId, String)>,
    ) -> Self {
        shape.detect_maps();
        let seen: Vec<&str> = shape.kinds.iter().map(|kind| kind.as_str()).collect();
        let seen = match seen.is_empty() {
            true => "nothing".to_owned(),
            false => seen.join(" or "),
        };
        Self {
            finding: Finding { place, kind, expected, seen, count: 1 },
            row,
            field,
            values: None,
            shape,
            words: Vec::new(),
            others: 0,
            no_vocabulary: false,
        }
    }

    /// Adds another observation of the same difference.
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

/// Shows no values: of words outside an enum, only their number.
impl fmt::Debug for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Observation")
            .field("finding", &self.finding)
            .field("shape", &self.shape)
            .field("words", &self.words.len())
            .finish_non_exhaustive()
    }
}
