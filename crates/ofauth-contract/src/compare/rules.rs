//! The table of rules: what each change means for a client.
//!
//! A rule is looked up by what changed (the subject), how it changed (the action), and on which
//! side. The id of a change joins subject and action, like `property-removed`; ids are stable.
//! `cargo xtask diff --rules` prints the table.

use serde::Serialize;

use Action::{Added, Changed, Lowered, Narrowed, Raised, Removed, Renamed, Set, Unset, Widened};
use Rust::{
    Adds, AddsUnlessRetyped, Breaks, BreaksIfRequired, BreaksIfRetyped, BreaksUnlessNullable, Same,
};
use Side::{Either, Request, Response};

/// The side that a change is on: what a client sends, or what it receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// What a client sends: operations, parameters, bodies, credentials, servers.
    Request,
    /// What a client receives.
    Response,
    /// For a rule, both sides; for a change, neither: it affects only the document, like a name.
    #[serde(rename = "both")]
    Either,
}

/// How something changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is different.
    Changed,
    /// It has another name, and is otherwise the same.
    Renamed,
    /// It is greater.
    Raised,
    /// It is less.
    Lowered,
    /// It applies, and did not before.
    Set,
    /// It no longer applies.
    Unset,
    /// More values are allowed.
    Widened,
    /// Fewer values are allowed.
    Narrowed,
}

impl Action {
    /// Returns the word used in the id of a change.
    pub fn as_str(self) -> &'static str {
        match self {
            Added => "added",
            Removed => "removed",
            Changed => "changed",
            Renamed => "renamed",
            Raised => "raised",
            Lowered => "lowered",
            Set => "set",
            Unset => "unset",
            Widened => "widened",
            Narrowed => "narrowed",
        }
    }
}

/// The effect of a change on Rust source that uses the generated client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rust {
    /// No effect: the types and methods stay the same.
    Same,
    /// Something is added, which is compatible: types are `#[non_exhaustive]` and have builders.
    Adds,
    /// A type, a field or a method is removed or different.
    Breaks,
    /// `T` becomes `Option<T>`, or the reverse, unless the value is optional, and so an `Option`
    /// anyway.
    BreaksIfRequired,
    /// As for [`BreaksIfRequired`](Self::BreaksIfRequired), if a value becomes required or
    /// optional, unless it is nullable, and so an `Option` anyway.
    BreaksUnlessNullable,
    /// Breaks if the Rust type depends on what changed: a named enum, a number, a date.
    BreaksIfRetyped,
    /// Adds something if the Rust type stays the same, and breaks otherwise.
    AddsUnlessRetyped,
}

/// What a change means.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// What changed.
    pub subjects: &'static [&'static str],
    /// How it changed.
    pub action: Action,
    /// On which side.
    pub side: Side,
    /// Whether a client of the old contract fails.
    pub breaking: bool,
    /// Its effect on Rust source.
    pub rust: Rust,
    /// The reason for the judgement.
    pub why: &'static str,
}

impl Rule {
    /// Returns the id of a change to one of its subjects.
    pub fn kind(&self, subject: &str) -> String {
        kind(subject, self.action)
    }
}

/// Lower bounds: the greater the bound, the fewer values are allowed.
const LOWER: &[&str] = &["minimum", "min-length", "min-items", "min-properties"];
/// Upper bounds.
const UPPER: &[&str] = &["maximum", "max-length", "max-items", "max-properties"];
/// Constraints without an order: each allows fewer values when it is set.
const NARROWING: &[&str] = &["pattern", "multiple-of", "unique-items", "constraint"];

const REFUSED: &str = "the server rejects some values that it accepted before";
const ACCEPTED: &str = "the server accepts every value that it accepted before";
const ARRIVES: &str = "clients may receive values that they could not receive before";
const FEWER: &str = "clients receive no values that they could not receive before";
const NOTICE: &str = "deprecation is only a notice; everything works as before";

/// All rules.
#[rustfmt::skip] // a table
pub const RULES: &[Rule] = &[
    // Operations
    rule(&["operation"], Added, Request, false, Adds, "no client calls it yet"),
    rule(&["operation"], Removed, Request, true, Breaks, "clients that call it fail"),
    rule(&["operation-id"], Changed, Either, false, Breaks, "requests do not contain it, but the Rust method is named after it"),
    rule(&["operation-tags"], Changed, Either, false, Same, "tags only group the documentation"),
    rule(&["operation-deprecated", "header-deprecated", "deprecated"], Set, Either, false, Same, NOTICE),
    rule(&["operation-deprecated", "header-deprecated", "deprecated"], Unset, Either, false, Same, NOTICE),
    rule(&["security"], Added, Request, false, Same, "credentials that were sufficient still are"),
    rule(&["security"], Removed, Request, true, Same, "credentials that were sufficient no longer are"),
    rule(&["server"], Added, Request, false, Same, "the other servers stay the same"),
    rule(&["server"], Removed, Request, true, Same, "clients that use it may fail"),
    rule(&["default-server"], Changed, Request, false, Same, "the old default is still listed"),
    rule(&["schema"], Added, Either, false, Adds, "schema names are not on the wire, but a Rust type is added"),
    rule(&["schema"], Removed, Either, false, Breaks, "schema names are not on the wire, but a Rust type is removed"),
    rule(&["schema"], Changed, Either, false, AddsUnlessRetyped, "no compared operation uses the schema, but its Rust type changes"),
    rule(&["schema"], Renamed, Either, false, Breaks, "schema names are not on the wire, but the Rust type is named after it"),
    rule(&[NOT_COMPARED], Changed, Either, true, Same, "this part of the document is compared but not interpreted; review it yourself"),
    // Parameters
    rule(&["parameter"], Added, Request, false, Adds, "requests without it mean the same as before"),
    rule(&["required-parameter"], Added, Request, true, Adds, "the server rejects requests without it"),
    rule(&["parameter"], Removed, Request, true, Breaks, "the server rejects requests with it, or interprets them differently"),
    rule(&["parameter"], Renamed, Request, true, Breaks, "the server rejects requests with the old name, or interprets them differently"),
    rule(&["path-parameter"], Renamed, Request, false, Breaks, "requests do not contain its name, but the Rust method does"),
    rule(&["parameter-location"], Changed, Request, true, Same, "the server does not look for it where clients send it"),
    rule(&["parameter-style"], Changed, Request, true, Same, "the server parses it differently from how clients write it"),
    rule(&["parameter-required"], Set, Request, true, Same, "the server rejects requests without it"),
    rule(&["parameter-required"], Unset, Request, false, Same, "the server still accepts requests with it"),
    rule(&["parameter-deprecated"], Set, Request, false, Same, NOTICE),
    rule(&["parameter-deprecated"], Unset, Request, false, Same, NOTICE),
    rule(&["parameter-empty"], Set, Request, false, Same, ACCEPTED),
    rule(&["parameter-empty"], Unset, Request, true, Same, "the server rejects requests with its name but no value"),
    // Bodies of requests
    rule(&["body"], Added, Request, false, Adds, "requests without it mean the same as before"),
    rule(&["required-body"], Added, Request, true, Adds, "the server rejects requests without it"),
    rule(&["body"], Removed, Request, true, Breaks, "the server rejects requests with it, or interprets them differently"),
    rule(&["body-required"], Set, Request, true, Same, "the server rejects requests without it"),
    rule(&["body-required"], Unset, Request, false, Same, "the server still accepts requests with it"),
    rule(&["form-encoding"], Changed, Request, true, Same, "the server parses a part of the form differently from how clients write it"),
    rule(&["media-type"], Added, Request, false, Same, "the server accepts every media type that it accepted before"),
    rule(&["media-type"], Removed, Request, true, Breaks, "the server rejects bodies of this type"),
    // Responses
    rule(&["success-response"], Added, Response, false, Same, "the other responses stay the same"),
    rule(&["success-response"], Removed, Response, true, Breaks, "clients no longer receive the response that they expect"),
    rule(&["covered-response"], Removed, Response, false, Same, "other responses describe its statuses"),
    rule(&["error-response"], Added, Response, false, Same, "clients must be prepared for any error"),
    rule(&["error-response"], Removed, Response, false, Same, "clients can handle errors that are not documented"),
    rule(&["media-type"], Added, Response, false, Same, "the other media types stay the same"),
    rule(&["media-type"], Removed, Response, true, Breaks, "clients no longer receive the body in this format"),
    rule(&["header"], Added, Response, false, Same, "clients ignore unknown headers"),
    rule(&["header"], Removed, Response, true, Same, "clients that read it find nothing"),
    rule(&["header-required"], Set, Response, false, Same, "clients can read it as before"),
    rule(&["header-required"], Unset, Response, true, Same, "clients that read it may find nothing"),
    // Types
    rule(&["type"], Changed, Either, true, Breaks, "values of the old type are not valid for the new type"),
    rule(&["type"], Widened, Request, false, Breaks, ACCEPTED),
    rule(&["type"], Widened, Response, true, Breaks, ARRIVES),
    rule(&["type"], Narrowed, Request, true, Breaks, REFUSED),
    rule(&["type"], Narrowed, Response, false, Breaks, FEWER),
    rule(&["format"], Changed, Either, true, BreaksIfRetyped, "values of the old format are not valid for the new format"),
    rule(&["format"], Widened, Request, false, BreaksIfRetyped, ACCEPTED),
    rule(&["format"], Widened, Response, true, BreaksIfRetyped, ARRIVES),
    rule(&["format"], Narrowed, Request, true, BreaksIfRetyped, REFUSED),
    rule(&["format"], Narrowed, Response, false, BreaksIfRetyped, FEWER),
    rule(&["nullable"], Set, Request, false, BreaksIfRequired, "the server accepts every value that it accepted before, and null"),
    rule(&["nullable"], Set, Response, true, BreaksIfRequired, "clients may receive null, which they could not receive before"),
    rule(&["nullable"], Unset, Request, true, BreaksIfRequired, "the server rejects null, which it accepted before"),
    rule(&["nullable"], Unset, Response, false, BreaksIfRequired, "clients no longer receive null"),
    rule(&["alternatives"], Renamed, Either, false, Breaks, "titles are not on the wire, but the Rust variants are named after them"),
    rule(&["alternative"], Added, Request, false, AddsUnlessRetyped, ACCEPTED),
    rule(&["alternative"], Added, Response, true, AddsUnlessRetyped, "clients may receive an alternative that they could not receive before"),
    rule(&["alternative"], Removed, Request, true, Breaks, "the server rejects an alternative that it accepted before"),
    rule(&["alternative"], Removed, Response, false, Breaks, "clients receive no alternative that they could not receive before"),
    rule(&["alternatives-exclusive"], Set, Request, true, Same, "the server rejects values that match several alternatives"),
    rule(&["alternatives-exclusive"], Set, Response, false, Same, FEWER),
    rule(&["alternatives-exclusive"], Unset, Request, false, Same, ACCEPTED),
    rule(&["alternatives-exclusive"], Unset, Response, false, Same, "a client that reads each alternative can also read values that match several"),
    rule(&["spare-alternative"], Added, Either, false, Breaks, "another alternative allows the same values, except for unknown fields"),
    rule(&["spare-alternative"], Removed, Either, false, Breaks, "another alternative allows the same values"),
    rule(&["discriminator"], Set, Either, false, Same, "it only names the property; the alternatives define the values"),
    rule(&["discriminator"], Changed, Either, false, Same, "it only names the property; the alternatives define the values"),
    rule(&["discriminator"], Unset, Either, false, Same, "it only names the property; the alternatives define the values"),
    rule(&["discriminator-value"], Added, Request, false, Same, ACCEPTED),
    rule(&["discriminator-value"], Added, Response, true, Same, ARRIVES),
    rule(&["discriminator-value"], Removed, Request, true, Same, REFUSED),
    rule(&["discriminator-value"], Removed, Response, false, Same, FEWER),
    // Values
    rule(&["enum"], Set, Request, true, BreaksIfRetyped, REFUSED),
    rule(&["enum"], Set, Response, false, BreaksIfRetyped, FEWER),
    rule(&["enum"], Unset, Request, false, BreaksIfRetyped, ACCEPTED),
    rule(&["enum"], Unset, Response, true, BreaksIfRetyped, ARRIVES),
    rule(&["open-enum"], Set, Either, false, BreaksIfRetyped, "any value is allowed, as before"),
    rule(&["open-enum"], Unset, Either, false, BreaksIfRetyped, "any value is allowed, as before"),
    rule(&["enum-value"], Added, Request, false, Adds, ACCEPTED),
    rule(&["enum-value"], Added, Response, true, Adds, "the enum is closed, and clients may receive a value that is not in it"),
    rule(&["open-enum-value"], Added, Either, false, Adds, "the enum is open, so clients are prepared for more values"),
    rule(&["enum-value", "open-enum-value"], Removed, Request, true, BreaksIfRetyped, REFUSED),
    rule(&["enum-value", "open-enum-value"], Removed, Response, false, BreaksIfRetyped, FEWER),
    rule(&["enum-open"], Set, Request, false, BreaksIfRetyped, ACCEPTED),
    rule(&["enum-open"], Set, Response, true, BreaksIfRetyped, ARRIVES),
    rule(&["enum-open"], Unset, Request, true, BreaksIfRetyped, REFUSED),
    rule(&["enum-open"], Unset, Response, false, BreaksIfRetyped, FEWER),
    rule(&["default"], Set, Either, false, Same, "it only defines what an absent value means"),
    rule(&["default"], Changed, Request, true, Same, "requests without the value have a different meaning"),
    rule(&["default"], Changed, Response, false, Same, "clients receive the same values as before"),
    rule(&["default"], Unset, Request, true, Same, "requests without the value no longer have a defined meaning"),
    rule(&["default"], Unset, Response, false, Same, "clients receive the same values as before"),
    rule(LOWER, Set, Request, true, BreaksIfRetyped, REFUSED),
    rule(LOWER, Set, Response, false, BreaksIfRetyped, FEWER),
    rule(LOWER, Raised, Request, true, BreaksIfRetyped, REFUSED),
    rule(LOWER, Raised, Response, false, BreaksIfRetyped, FEWER),
    rule(LOWER, Lowered, Request, false, BreaksIfRetyped, ACCEPTED),
    rule(LOWER, Lowered, Response, true, BreaksIfRetyped, ARRIVES),
    rule(LOWER, Unset, Request, false, BreaksIfRetyped, ACCEPTED),
    rule(LOWER, Unset, Response, true, BreaksIfRetyped, ARRIVES),
    rule(UPPER, Set, Request, true, BreaksIfRetyped, REFUSED),
    rule(UPPER, Set, Response, false, BreaksIfRetyped, FEWER),
    rule(UPPER, Raised, Request, false, BreaksIfRetyped, ACCEPTED),
    rule(UPPER, Raised, Response, true, BreaksIfRetyped, ARRIVES),
    rule(UPPER, Lowered, Request, true, BreaksIfRetyped, REFUSED),
    rule(UPPER, Lowered, Response, false, BreaksIfRetyped, FEWER),
    rule(UPPER, Unset, Request, false, BreaksIfRetyped, ACCEPTED),
    rule(UPPER, Unset, Response, true, BreaksIfRetyped, ARRIVES),
    rule(NARROWING, Set, Request, true, Same, REFUSED),
    rule(NARROWING, Set, Response, false, Same, FEWER),
    rule(NARROWING, Unset, Request, false, Same, ACCEPTED),
    rule(NARROWING, Unset, Response, true, Same, ARRIVES),
    rule(&["multiple-of"], Widened, Request, false, Same, ACCEPTED),
    rule(&["multiple-of"], Widened, Response, true, Same, ARRIVES),
    rule(&["multiple-of"], Narrowed, Request, true, Same, REFUSED),
    rule(&["multiple-of"], Narrowed, Response, false, Same, FEWER),
    rule(&["pattern", "multiple-of"], Changed, Either, true, Same, "values that match the old constraint may not match the new one"),
    // Properties
    rule(&["property"], Added, Request, false, Adds, "requests without it mean the same as before"),
    rule(&["required-property"], Added, Request, true, Adds, "the server rejects requests without it"),
    rule(&["required-property-with-default"], Added, Request, false, Adds, "the server has a default for requests without it"),
    rule(&["property", "required-property"], Added, Response, false, Adds, "clients ignore unknown fields"),
    rule(&["property"], Removed, Request, true, Breaks, "the server rejects requests with it, or interprets them differently"),
    rule(&["property"], Removed, Response, true, Breaks, "clients that read it find nothing"),
    rule(&["property-required"], Set, Request, true, BreaksUnlessNullable, "the server rejects requests without it"),
    rule(&["property-with-default-required"], Set, Request, false, BreaksUnlessNullable, "the server has a default for requests without it"),
    rule(&["property-required"], Set, Response, false, BreaksUnlessNullable, "clients can read it as before"),
    rule(&["property-required"], Unset, Request, false, BreaksUnlessNullable, "the server still accepts requests with it"),
    rule(&["property-required"], Unset, Response, true, BreaksUnlessNullable, "clients that read it may find nothing"),
    rule(&["read-only"], Set, Request, true, Same, "the server rejects requests with it, or interprets them differently"),
    rule(&["read-only"], Set, Response, false, Same, "clients can read it as before"),
    rule(&["read-only"], Unset, Either, false, Same, "clients can read it as before, and also send it"),
    rule(&["write-only"], Set, Request, false, Same, "clients can send it as before"),
    rule(&["write-only"], Set, Response, true, Same, "clients that read it find nothing"),
    rule(&["write-only"], Unset, Either, false, Same, "clients can send it as before, and also read it"),
    rule(&["named-property"], Added, Either, false, Adds, "it was one of the map's values, and is compared with them"),
    rule(&["named-property"], Removed, Either, false, Breaks, "it is now one of the map's values, and is compared with them"),
    rule(&["map-values"], Added, Request, false, Breaks, "requests without them mean the same as before"),
    rule(&["map-values"], Added, Response, false, Breaks, "clients ignore unknown fields"),
    rule(&["map-values"], Removed, Request, true, Breaks, "the server rejects requests with them"),
    rule(&["map-values"], Removed, Response, true, Breaks, "clients that read them find nothing"),
    rule(&["other-properties"], Set, Either, false, Same, "other fields become possible, and clients ignore unknown fields"),
    rule(&["other-properties"], Unset, Request, true, Same, "the server rejects requests with other fields"),
    rule(&["other-properties"], Unset, Response, false, Same, "clients no longer receive unknown fields"),
];

const fn rule(
    subjects: &'static [&'static str],
    action: Action,
    side: Side,
    breaking: bool,
    rust: Rust,
    why: &'static str,
) -> Rule {
    Rule { subjects, action, side, breaking, rust, why }
}

/// The subject and id of a change to something that is not interpreted.
pub(super) const NOT_COMPARED: &str = "not-compared";

/// Returns the id of a change.
pub(super) fn kind(subject: &str, action: Action) -> String {
    match subject {
        NOT_COMPARED => subject.to_owned(),
        _ => format!("{subject}-{}", action.as_str()),
    }
}

/// Returns the rule for a change, if there is one.
pub(crate) fn find(subject: &str, action: Action, side: Side) -> Option<&'static Rule> {
    RULES.iter().find(|rule| {
        rule.action == action
            && (rule.side == side || rule.side == Either)
            && rule.subjects.contains(&subject)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_change_has_two_rules() {
        for (index, rule) in RULES.iter().enumerate() {
            for other in &RULES[..index] {
                let sides = rule.side == other.side || [rule.side, other.side].contains(&Either);
                let subjects = rule.subjects.iter().any(|subject| other.subjects.contains(subject));
                assert!(rule.action != other.action || !sides || !subjects, "{rule:?} {other:?}");
            }
        }
    }
}
