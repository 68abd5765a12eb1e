//! Collects the changes found, and judges each by its rule.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::change::{Change, Changes};
use super::rules::{self, Action, Rule, Rust, Side};
use crate::table::Place;

/// The place of a change, and the facts needed to judge it.
pub(crate) struct Site<'a> {
    pub(crate) place: &'a Place,
    /// What identifies the part of the schemas that changed, wherever they are used.
    pub(crate) source: Option<String>,
    pub(crate) side: Side,
    /// The operation, with the status of the response.
    pub(crate) occurs: &'a str,
    /// Whether the value is always present: `T` rather than `Option<T>` in Rust.
    pub(crate) required: bool,
    /// Whether it may be null.
    pub(crate) nullable: bool,
    /// Whether the change affects its Rust type.
    pub(crate) retyped: bool,
    /// Whether it has a generated Rust type: response headers don't.
    pub(crate) generated: bool,
}

/// The changes so far, each with all of its places and operations.
#[derive(Default)]
pub(crate) struct Judge {
    changes: Vec<(Change, BTreeSet<String>, BTreeSet<String>)>,
    /// The index of each change, by what changed, with its place or with its schemas.
    known: HashMap<(String, String, Side, String), usize>,
}

impl Judge {
    /// Returns the changes: those that break the wire, then those that break Rust source, then the
    /// others, each group ordered by place.
    pub(crate) fn into_changes(self) -> Changes {
        let complete = |(change, places, occurs): (Change, BTreeSet<String>, BTreeSet<String>)| {
            let mut places: Vec<String> = places.into_iter().collect();
            places.sort_by_key(String::len);
            Change {
                place: places.first().cloned().unwrap_or_default(),
                places,
                occurs: occurs.into_iter().collect(),
                ..change
            }
        };
        let mut changes: Vec<Change> = self.changes.into_iter().map(complete).collect();
        changes.sort_by_cached_key(|change| {
            let (place, kind) = (change.place.clone(), change.kind.clone());
            (!change.breaking, !change.rust_breaking, place, kind)
        });
        Changes(changes)
    }

    pub(crate) fn add(
        &mut self,
        site: &Site<'_>,
        (subject, action): (&str, Action),
        before: Value,
        after: Value,
    ) {
        /// A cautious fallback for gaps in the table; the tests have found no gap.
        const UNKNOWN: Rule = Rule {
            subjects: &[],
            action: Action::Changed,
            side: Side::Either,
            breaking: true,
            rust: Rust::Breaks,
            why: "no rule covers this change; review it yourself",
        };
        let rule = rules::find(subject, action, site.side).unwrap_or(&UNKNOWN);
        let kind = rules::kind(subject, action);
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
        let key = |place: String| (place, kind.clone(), site.side, values.clone());
        let source = site.source.clone().map(key);
        let here = key(place.clone());
        let known = self.known.get(&here).or_else(|| self.known.get(source.as_ref()?)).copied();
        let index = known.unwrap_or(self.changes.len());
        self.known.entry(here).or_insert(index);
        if let Some(source) = source {
            self.known.entry(source).or_insert(index);
        }
        if index == self.changes.len() {
            let change = Change {
                place: String::new(),
                places: Vec::new(),
                kind,
                direction: site.side,
                before,
                after,
                breaking: rule.breaking,
                rust_breaking,
                why: rule.why,
                occurs: Vec::new(),
                adds,
            };
            self.changes.push((change, BTreeSet::new(), BTreeSet::new()));
        }
        let (change, places, occurs) = &mut self.changes[index];
        // It may break Rust source at only one of the places.
        change.rust_breaking |= rust_breaking;
        change.adds |= adds;
        places.insert(place);
        if !site.occurs.is_empty() {
            occurs.insert(site.occurs.to_owned());
        }
    }
}

/// Returns how a flag changed, if it did.
pub(crate) fn flag(before: bool, after: bool) -> Option<Action> {
    match (before, after) {
        (false, true) => Some(Action::Set),
        (true, false) => Some(Action::Unset),
        _ => None,
    }
}

/// Returns how an optional value changed, if it did.
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
