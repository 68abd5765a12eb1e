//! Changes to a contract, and the version bump that they require.

use std::fmt;

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};
use serde_json::Value;

use super::rules::Side;

/// A change to a contract, judged from a client's point of view.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The place in the value, like `list[].lastMessage.media[].type`. Outside of response bodies,
    /// it starts with the part of the request, or the header: `query limit`, `body name`,
    /// `header X-Total`.
    pub place: String,
    /// All places, if the schema that changed is used at several, the shortest first. If there are
    /// very many, only some of them.
    pub places: Vec<String>,
    /// The id of the rule, like `property-removed`.
    pub kind: String,
    /// Whether it concerns what a client sends or what it receives.
    pub direction: Side,
    /// What the old contract says; null if it says nothing.
    pub before: Value,
    /// What the new contract says; null if it says nothing.
    pub after: Value,
    /// Whether a client of the old contract fails.
    pub breaking: bool,
    /// Whether Rust source that uses the generated types may no longer compile.
    pub rust_breaking: bool,
    /// The reason for the judgement.
    pub why: &'static str,
    /// The operations in which it occurs; for responses, with the status.
    #[serde(rename = "where")]
    pub occurs: Vec<String>,
    /// Whether it adds something that Rust source can use.
    #[serde(skip)]
    pub adds: bool,
}

/// All changes from one contract to another.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Changes(pub Vec<Change>);

/// The part of a version that must be raised, according to semantic versioning.
///
/// Before 1.0, each bump shifts by one place, as in Cargo: `Major` raises the second number
/// (0.1 → 0.2), and everything else the third.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Bump {
    /// Nothing changed.
    None,
    /// Something changed, but nothing that users depend on.
    Patch,
    /// Something was added.
    Minor,
    /// Something changed that users of the wire format or of the Rust types may have to adapt to.
    Major,
}

impl fmt::Display for Bump {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "none",
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        })
    }
}

impl Changes {
    /// Returns whether any change breaks a client on the wire.
    pub fn breaking(&self) -> bool {
        self.0.iter().any(|change| change.breaking)
    }

    /// Returns whether any change breaks Rust source.
    pub fn rust_breaking(&self) -> bool {
        self.0.iter().any(|change| change.rust_breaking)
    }

    /// Returns the version bump that is due.
    pub fn bump(&self) -> Bump {
        let bump = |change: &Change| match change {
            Change { breaking: true, .. } | Change { rust_breaking: true, .. } => Bump::Major,
            Change { adds: true, .. } => Bump::Minor,
            _ => Bump::Patch,
        };
        self.0.iter().map(bump).max().unwrap_or(Bump::None)
    }
}

impl Serialize for Changes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut report = serializer.serialize_struct("Changes", 4)?;
        report.serialize_field("breaking", &self.breaking())?;
        report.serialize_field("rust_breaking", &self.rust_breaking())?;
        report.serialize_field("bump", &self.bump())?;
        report.serialize_field("changes", &self.0)?;
        report.end()
    }
}
