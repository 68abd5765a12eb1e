//! What each change means for a client, as one table.
//!
//! A rule is found by what changed (the subject), how (the action), and on which
//! side. The id of a change is subject and action together, like `property-removed`;
//! ids are stable. `cargo xtask diff --rules` prints the table.

use serde::Serialize;

use Action::{Added, Changed, Lowered, Narrowed, Raised, Removed, Renamed, Set, Unset, Widened};
use Rust::{
    Adds, AddsUnlessRetyped, Breaks, BreaksIfRequired, BreaksIfRetyped, BreaksUnlessNullable, Same,
};
use Side::{Either, Request, Response};

/// The side on which a change is: what a client sends, or what it receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// What a client sends: operations, parameters, bodies, credentials, servers.
    Request,
    /// What a client receives.
    Response,
    /// Both; of a change, that it is on neither: the document's own names.
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
    /// It is another one.
    Changed,
    /// It has another name, and is the same otherwise.
    Renamed,
    /// It is greater.
    Raised,
    /// It is less.
    Lowered,
    /// It holds, and did not before.
    Set,
    /// It held, and no longer does.
    Unset,
    /// More values are allowed.
    Widened,
    /// Fewer values are allowed.
    Narrowed,
}

impl Action {
    /// The word in the id of a change.
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

/// What a change does to the Rust source of those who use the generated client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rust {
    /// Nothing: the types and methods are the same.
    Same,
    /// Something is added: types are `#[non_exhaustive]`, and made by builders.
    Adds,
    /// A type, a field or a method is gone, or is another.
    Breaks,
    /// `T` becomes `Option<T>` or the other way round; an optional value is an `Option` anyway.
    BreaksIfRequired,
    /// The same of a value that is now there or not: what is nullable is an `Option` anyway.
    BreaksUnlessNullable,
    /// Breaks where the Rust type follows what changed: a named enum, a number, a date.
    BreaksIfRetyped,
    /// Adds something where the Rust type stays, and breaks otherwise.
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
    /// Whether a client that followed the old contract fails.
    pub breaking: bool,
    /// What it does to Rust source.
    pub rust: Rust,
    /// Why.
    pub why: &'static str,
}

impl Rule {
    /// The id of a change of one of its subjects.
    pub fn kind(&self, subject: &str) -> String {
        format!("{subject}-{}", self.action.as_str())
    }
}

/// The limits from below: the greater, the less is allowed.
const LOWER: &[&str] = &["minimum", "min-length", "min-items", "min-properties"];
/// The limits from above.
const UPPER: &[&str] = &["maximum", "max-length", "max-items", "max-properties"];
/// What narrows a value where it is set, and has no order.
const NARROWING: &[&str] = &["pattern", "multiple-of", "unique-items", "constraint"];

const REFUSED: &str = "a value that was accepted is refused";
const ACCEPTED: &str = "every value that was accepted still is";
const ARRIVES: &str = "a value may arrive that could not before";
const FEWER: &str = "every value that arrives could arrive before";
const NOTICE: &str = "a notice: it works as before";

/// All rules.
#[rustfmt::skip] // a table
pub const RULES: &[Rule] = &[
    // Operations
    rule(&["operation"], Added, Request, false, Adds, "nobody calls it yet"),
    rule(&["operation"], Removed, Request, true, Breaks, "calling it fails"),
    rule(&["operation-id"], Changed, Either, false, Breaks, "no request carries it; the method has its name"),
    rule(&["operation-tags"], Changed, Either, false, Same, "tags only group the documentation"),
    rule(&["operation-deprecated", "header-deprecated", "deprecated"], Set, Either, false, Same, NOTICE),
    rule(&["operation-deprecated", "header-deprecated", "deprecated"], Unset, Either, false, Same, NOTICE),
    rule(&["security"], Added, Request, false, Same, "the credentials that were enough still are"),
    rule(&["security"], Removed, Request, true, Same, "credentials that were enough no longer are"),
    rule(&["server"], Added, Request, false, Same, "the servers that were there still are"),
    rule(&["server"], Removed, Request, true, Same, "requests to it may fail"),
    rule(&["default-server"], Changed, Request, false, Same, "the old one is still listed"),
    rule(&["schema"], Added, Either, false, Adds, "names of schemas are on no wire; a type is added"),
    rule(&["schema"], Removed, Either, false, Breaks, "names of schemas are on no wire; a type is gone"),
    rule(&["schema"], Changed, Either, false, AddsUnlessRetyped, "names of schemas are on no wire; its type changes"),
    rule(&["schema"], Renamed, Either, false, Breaks, "names of schemas are on no wire; the type has its name"),
    // Parameters
    rule(&["parameter"], Added, Request, false, Adds, "without it, a request means what it meant"),
    rule(&["required-parameter"], Added, Request, true, Adds, "requests that do not send it are refused"),
    rule(&["parameter"], Removed, Request, true, Breaks, "requests that send it are refused, or mean something else"),
    rule(&["parameter"], Renamed, Request, true, Breaks, "requests that send it by the old name are refused, or mean something else"),
    rule(&["path-parameter"], Renamed, Request, false, Breaks, "no request carries its name; the method has it"),
    rule(&["parameter-location"], Changed, Request, true, Same, "it is not looked for where it is sent"),
    rule(&["parameter-style"], Changed, Request, true, Same, "it is read in another way than it is written"),
    rule(&["parameter-required"], Set, Request, true, Same, "requests that do not send it are refused"),
    rule(&["parameter-required"], Unset, Request, false, Same, "requests that send it are accepted"),
    rule(&["parameter-deprecated"], Set, Request, false, Same, NOTICE),
    rule(&["parameter-deprecated"], Unset, Request, false, Same, NOTICE),
    rule(&["parameter-empty"], Set, Request, false, Same, ACCEPTED),
    rule(&["parameter-empty"], Unset, Request, true, Same, "requests that send its name alone are refused"),
    // Bodies of requests
    rule(&["body"], Added, Request, false, Adds, "without it, a request means what it meant"),
    rule(&["required-body"], Added, Request, true, Adds, "requests that do not send it are refused"),
    rule(&["body"], Removed, Request, true, Breaks, "requests that send it are refused, or mean something else"),
    rule(&["body-required"], Set, Request, true, Same, "requests that do not send it are refused"),
    rule(&["body-required"], Unset, Request, false, Same, "requests that send it are accepted"),
    rule(&["form-encoding"], Changed, Request, true, Same, "a part of the form is read in another way than it is written"),
    rule(&["media-type"], Added, Request, false, Same, "what was accepted still is"),
    rule(&["media-type"], Removed, Request, true, Breaks, "bodies of this type are refused"),
    // Responses
    rule(&["success-response"], Added, Response, false, Same, "the responses that were there still are"),
    rule(&["success-response"], Removed, Response, true, Breaks, "the response that was waited for does not come"),
    rule(&["error-response"], Added, Response, false, Same, "a client must be ready for any error"),
    rule(&["error-response"], Removed, Response, false, Same, "an error that is not documented can still be read"),
    rule(&["media-type"], Added, Response, false, Same, "what was sent still is"),
    rule(&["media-type"], Removed, Response, true, Breaks, "the body cannot be read as what it was"),
    rule(&["header"], Added, Response, false, Same, "headers that are not known are ignored"),
    rule(&["header"], Removed, Response, true, Same, "whoever reads it finds nothing"),
    rule(&["header-required"], Set, Response, false, Same, "it may be read as before"),
    rule(&["header-required"], Unset, Response, true, Same, "whoever reads it may find nothing"),
    // Types
    rule(&["type"], Changed, Either, true, Breaks, "values of the old type are no values of the new"),
    rule(&["type"], Widened, Request, false, Breaks, ACCEPTED),
    rule(&["type"], Widened, Response, true, Breaks, ARRIVES),
    rule(&["type"], Narrowed, Request, true, Breaks, REFUSED),
    rule(&["type"], Narrowed, Response, false, Breaks, FEWER),
    rule(&["format"], Changed, Either, true, BreaksIfRetyped, "values of the old format are no values of the new"),
    rule(&["format"], Widened, Request, false, BreaksIfRetyped, ACCEPTED),
    rule(&["format"], Widened, Response, true, BreaksIfRetyped, ARRIVES),
    rule(&["format"], Narrowed, Request, true, BreaksIfRetyped, REFUSED),
    rule(&["format"], Narrowed, Response, false, BreaksIfRetyped, FEWER),
    rule(&["nullable"], Set, Request, false, BreaksIfRequired, "every value but null is accepted as before"),
    rule(&["nullable"], Set, Response, true, BreaksIfRequired, "null may arrive, which could not before"),
    rule(&["nullable"], Unset, Request, true, BreaksIfRequired, "null was accepted, and is refused"),
    rule(&["nullable"], Unset, Response, false, BreaksIfRequired, "null does not arrive any more"),
    rule(&["alternatives"], Renamed, Either, false, Breaks, "titles are on no wire; the variants have their names"),
    rule(&["alternative"], Added, Request, false, AddsUnlessRetyped, ACCEPTED),
    rule(&["alternative"], Added, Response, true, AddsUnlessRetyped, "a shape may arrive that could not before"),
    rule(&["alternative"], Removed, Request, true, Breaks, "a shape that was accepted is refused"),
    rule(&["alternative"], Removed, Response, false, Breaks, "every shape that arrives could arrive before"),
    rule(&["spare-alternative"], Added, Either, false, Breaks, "another alternative allows the same values"),
    rule(&["spare-alternative"], Removed, Either, false, Breaks, "another alternative allows the same values"),
    rule(&["discriminator"], Set, Either, false, Same, "it says where to look; what may stand there, the alternatives say"),
    rule(&["discriminator"], Changed, Either, false, Same, "it says where to look; what may stand there, the alternatives say"),
    rule(&["discriminator"], Unset, Either, false, Same, "it says where to look; what may stand there, the alternatives say"),
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
    rule(&["enum-value"], Added, Response, true, Adds, "the list is closed, and a value arrives that is not on it"),
    rule(&["open-enum-value"], Added, Either, false, Adds, "the list is open: clients are ready for more values"),
    rule(&["enum-value", "open-enum-value"], Removed, Request, true, BreaksIfRetyped, REFUSED),
    rule(&["enum-value", "open-enum-value"], Removed, Response, false, BreaksIfRetyped, FEWER),
    rule(&["enum-open"], Set, Request, false, BreaksIfRetyped, ACCEPTED),
    rule(&["enum-open"], Set, Response, true, BreaksIfRetyped, ARRIVES),
    rule(&["enum-open"], Unset, Request, true, BreaksIfRetyped, REFUSED),
    rule(&["enum-open"], Unset, Response, false, BreaksIfRetyped, FEWER),
    rule(&["default"], Set, Either, false, Same, "it says what an absent value means, and changes no other"),
    rule(&["default"], Changed, Request, true, Same, "a request without the value means something else"),
    rule(&["default"], Changed, Response, false, Same, "what arrives is what arrived"),
    rule(&["default"], Unset, Request, true, Same, "what a request without the value means is no longer said"),
    rule(&["default"], Unset, Response, false, Same, "what arrives is what arrived"),
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
    rule(&["pattern", "multiple-of"], Changed, Either, true, Same, "values that fit the old one may not fit the new"),
    rule(&["constraint"], Changed, Either, true, Same, "this keyword is compared, and not understood: judge it yourself"),
    // Properties
    rule(&["property"], Added, Request, false, Adds, "without it, a request means what it meant"),
    rule(&["required-property"], Added, Request, true, Adds, "requests that do not send it are refused"),
    rule(&["required-property-with-default"], Added, Request, false, Adds, "the server has a default where it is not sent"),
    rule(&["property", "required-property"], Added, Response, false, Adds, "fields that are not known are ignored"),
    rule(&["property"], Removed, Request, true, Breaks, "requests that send it are refused, or mean something else"),
    rule(&["property"], Removed, Response, true, Breaks, "whoever reads it finds nothing"),
    rule(&["property-required"], Set, Request, true, BreaksUnlessNullable, "requests that do not send it are refused"),
    rule(&["property-with-default-required"], Set, Request, false, BreaksUnlessNullable, "the server has a default where it is not sent"),
    rule(&["property-required"], Set, Response, false, BreaksUnlessNullable, "it may be read as before"),
    rule(&["property-required"], Unset, Request, false, BreaksUnlessNullable, "requests that send it are accepted"),
    rule(&["property-required"], Unset, Response, true, BreaksUnlessNullable, "whoever reads it may find nothing"),
    rule(&["read-only"], Set, Request, true, Same, "requests that send it are refused, or mean something else"),
    rule(&["read-only"], Set, Response, false, Same, "it may be read as before"),
    rule(&["read-only"], Unset, Either, false, Same, "it may be read as before, and sent as well"),
    rule(&["write-only"], Set, Request, false, Same, "it may be sent as before"),
    rule(&["write-only"], Set, Response, true, Same, "whoever reads it finds nothing"),
    rule(&["write-only"], Unset, Either, false, Same, "it may be sent as before, and read as well"),
    rule(&["named-property"], Added, Either, false, Adds, "it stood among the values of the map, and is compared with them"),
    rule(&["named-property"], Removed, Either, false, Breaks, "it stands among the values of the map, and is compared with them"),
    rule(&["map-values"], Added, Request, false, Breaks, "without them, a request means what it meant"),
    rule(&["map-values"], Added, Response, false, Breaks, "fields that are not known are ignored"),
    rule(&["map-values"], Removed, Request, true, Breaks, "requests that send them are refused"),
    rule(&["map-values"], Removed, Response, true, Breaks, "whoever reads them finds nothing"),
    rule(&["other-properties"], Set, Either, false, Same, "fields that are not known are ignored"),
    rule(&["other-properties"], Unset, Request, true, Same, "requests that send more fields are refused"),
    rule(&["other-properties"], Unset, Response, false, Same, "fields that are not known do not arrive any more"),
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

/// The rule for a change, where there is one.
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
