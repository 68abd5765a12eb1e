//! What differs between a received body and the contract.

use std::fmt;

use serde::Serialize;

use super::shape::{MOST_NAMES, Shape};
use crate::table::RowId;

/// A difference between received bodies and the contract: types, and never a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The place, like `list[].lastMessage.media[].type`. A key that looks like data, and
    /// not like the name of a field, is written as `{}`; so is each unknown key of an object
    /// that has more than 16 of them, in all bodies together: it is a map.
    pub place: String,
    /// What is different.
    pub kind: Deviation,
    /// What the contract says.
    pub expected: String,
    /// What was seen, as a type.
    pub seen: String,
    /// How often.
    pub count: u64,
}

/// How a value differs from the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Deviation {
    /// A field that the contract does not know.
    UnknownField,
    /// A value of another type.
    WrongType,
    /// Null where none is allowed.
    UnexpectedNull,
    /// A required field is not there.
    MissingRequired,
    /// A value outside an enum; of an open one, too.
    UnknownValue,
    /// A number, a length or a number of items outside of its limits; a number that is no
    /// multiple, or an item that occurs twice.
    OutOfBounds,
    /// A date or a time that is none.
    NotADate,
    /// A shape that none of the alternatives has.
    NoAlternative,
}

impl Deviation {
    /// The id that reports have.
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
    pub(super) no_vocabulary: bool,
}

impl Observation {
    /// One value with this shape that differs.
    pub(super) fn new(
        place: String,
        kind: Deviation,
        expected: String,
        mut shape: Shape,
        row: RowId,
        field: Option<(RowId, String)>,
    ) -> Self {
        shape.settle();
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
