//! What differs between a received body and the contract.

use std::fmt;

use serde::Serialize;

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
