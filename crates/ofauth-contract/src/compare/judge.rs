//! The changes found so far, each judged by its rule.

use std::collections::BTreeMap;

use serde_json::Value;

use super::change::{Change, Changes};
use super::rules::{self, Action, Rule, Rust, Side};
use crate::table::Place;

/// Where a change is, and what is needed to judge it.
pub(crate) struct Site<'a> {
    pub(crate) place: &'a Place,
    pub(crate) side: Side,
    /// The operation, and the status of the response.
    pub(crate) occurs: &'a str,
    /// Whether the value is always there: `T` in Rust, and no `Option<T>`.
    pub(crate) required: bool,
    /// Whether it may be null.
    pub(crate) nullable: bool,
    /// Whether its Rust type changes with it.
    pub(crate) retyped: bool,
    /// Whether there is a Rust type for it: there is none for headers of responses.
    pub(crate) generated: bool,
}

/// The changes so far; what is the same in several operations or responses is one.
#[derive(Default)]
pub(crate) struct Judge {
    changes: BTreeMap<(String, String, Side, String), Change>,
}

impl Judge {
    /// The changes, what breaks first, each kind in the order of its places.
    pub(crate) fn into_changes(self) -> Changes {
        let mut changes: Vec<Change> = self.changes.into_values().collect();
        changes.sort_by_key(|change| (!change.breaking, !change.rust_breaking));
        Changes(changes)
    }

    pub(crate) fn add(
        &mut self,
        site: &Site<'_>,
        (subject, action): (&str, Action),
        before: Value,
        after: Value,
    ) {
        /// Caution, where the table has a gap; the tests know of none.
        const UNKNOWN: Rule = Rule {
            subjects: &[],
            action: Action::Changed,
            side: Side::Either,
            breaking: true,
            rust: Rust::Breaks,
            why: "no rule is known for this change: judge it yourself",
        };
        let rule = rules::find(subject, action, site.side).unwrap_or(&UNKNOWN);
        let kind = format!("{subject}-{}", action.as_str());
        let place = site.place.to_string();
        let values = format!("{before} {after}");
        let rust_breaking = site.generated
            && match rule.rust {
                Rust::Same | Rust::Adds => false,
                Rust::Breaks => true,
                Rust::BreaksIfRequired => site.required,
                Rust::BreaksUnlessNullable => !site.nullable,
                Rust::BreaksIfRetyped | Rust::AddsUnlessRetyped => site.retyped,
            };
        let adds = match rule.rust {
            Rust::Adds => true,
            Rust::AddsUnlessRetyped => !rust_breaking,
            _ => false,
        };
        let change = self
            .changes
            .entry((place.clone(), kind.clone(), site.side, values))
            .or_insert(Change {
                place,
                kind,
                direction: site.side,
                before,
                after,
                breaking: rule.breaking,
                rust_breaking,
                why: rule.why,
                occurs: Vec::new(),
                adds,
            });
        // In Rust, it may break at one of the places alone.
        change.rust_breaking |= rust_breaking;
        change.adds |= adds;
        if !site.occurs.is_empty() && !change.occurs.iter().any(|other| other == site.occurs) {
            change.occurs.push(site.occurs.to_owned());
        }
    }
}

/// How a flag changed, if it did.
pub(crate) fn flag(before: bool, after: bool) -> Option<Action> {
    match (before, after) {
        (false, true) => Some(Action::Set),
        (true, false) => Some(Action::Unset),
        _ => None,
    }
}

/// What was before and what is after, of something that was added or removed.
pub(crate) fn ends(action: Action, value: Value) -> (Value, Value) {
    match action {
        Action::Removed => (value, Value::Null),
        _ => (Value::Null, value),
    }
}

/// How something optional changed, if it did.
pub(super) fn replaced<T: PartialEq>(old: &Option<T>, new: &Option<T>) -> Option<Action> {
    match (old, new) {
        (None, Some(_)) => Some(Action::Set),
        (Some(_), None) => Some(Action::Unset),
        (Some(old), Some(new)) if old != new => Some(Action::Changed),
        _ => None,
    }
}

pub(crate) fn reformatted(old: Option<&str>, new: Option<&str>) -> Action {
    let contains = |wide: Option<&str>, narrow: Option<&str>| {
        matches!(
            (wide, narrow),
            (None, _)
                | (Some("int64"), Some("int32"))
                | (Some("double"), Some("float"))
                | (Some("uri-reference" | "iri" | "iri-reference"), Some("uri"))
                | (Some("iri-reference"), Some("iri" | "uri-reference"))
                | (Some("idn-email"), Some("email"))
                | (Some("idn-hostname"), Some("hostname"))
        )
    };
    match (contains(new, old), contains(old, new)) {
        (true, _) => Action::Widened,
        (_, true) => Action::Narrowed,
        _ => Action::Changed,
    }
}
