//! Accepted differences from the vendor's document, each with its reason.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;
use std::{fmt, fs};

use clap::ValueEnum;
use ofauth_contract::{Change, Changes, RULES};
use serde::Deserialize;
use serde_json::Value;

use crate::report;

/// The list of accepted differences, relative to the root of the workspace.
pub(crate) const ACCEPTED: &str = "openapi/accepted.toml";

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct List {
    #[serde(default)]
    difference: Vec<Entry>,
}

/// An accepted difference.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// The place; a trailing `*` matches any rest.
    place: String,
    /// The kind of change, like `type-widened`.
    kind: String,
    /// The value in our spec; any value if absent.
    ours: Option<String>,
    /// The value in the vendor's document; any value if absent.
    theirs: Option<String>,
    /// The documents that differ.
    #[serde(default = "Witness::document")]
    witness: Vec<Witness>,
    /// Why it is accepted.
    reason: String,
}

/// What our spec is compared with.
#[derive(Clone, Copy, PartialEq, Default, Deserialize, ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Witness {
    /// The vendor's OpenAPI document
    #[default]
    Document,
    /// The models of the vendor's Python SDK, as `openapi/sdk.py` writes them
    Sdk,
}

impl Witness {
    fn document() -> Vec<Self> {
        vec![Self::Document]
    }
}

impl Entry {
    /// Returns whether it is about a change at one of its places.
    fn matches(&self, change: &Change, place: &str) -> bool {
        let place = match self.place.strip_suffix('*') {
            Some(start) => place.starts_with(start),
            None => place == self.place,
        };
        let is_value = |expected: &Option<String>, value: &Value| {
            expected.as_ref().is_none_or(|expected| *expected == report::words(value))
        };
        place
            && change.kind == self.kind
            && is_value(&self.ours, &change.before)
            && is_value(&self.theirs, &change.after)
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.place, self.kind, self.reason)
    }
}

/// Reads the list below `root`, of the differences from a witness. Without a file, the list is empty.
pub(crate) fn read(root: &Path, witness: Witness) -> Result<Vec<Entry>, String> {
    let text = match fs::read_to_string(root.join(ACCEPTED)) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(format!("{ACCEPTED}: {error}")),
    };
    let list: List = toml::from_str(&text).map_err(|error| {
        let line = error.span().map(|span| 1 + text[..span.start].matches('\n').count());
        let line = line.map_or(String::new(), |line| format!(":{line}"));
        format!("{ACCEPTED}{line}: {}", error.message())
    })?;
    let unreasoned = list.difference.iter().find(|entry| entry.reason.trim().is_empty());
    if let Some(Entry { place, .. }) = unreasoned {
        return Err(format!("{ACCEPTED}: {place}: an entry needs a `reason`"));
    }
    let kinds: BTreeSet<String> = RULES
        .iter()
        .flat_map(|rule| rule.subjects.iter().map(|subject| rule.kind(subject)))
        .collect();
    let unknown = list.difference.iter().find(|entry| !kinds.contains(&entry.kind));
    if let Some(Entry { place, kind, .. }) = unknown {
        return Err(format!(
            "{ACCEPTED}: {place}: there is no kind `{kind}`; `cargo xtask diff --rules` lists them"
        ));
    }
    Ok(list.difference.into_iter().filter(|entry| entry.witness.contains(&witness)).collect())
}

/// Removes the accepted places of each change, and the changes without any others. Returns the
/// number of those changes, and the entries that match nothing.
pub(crate) fn take(changes: &mut Changes, entries: Vec<Entry>) -> (usize, Vec<Entry>) {
    let before = changes.0.len();
    let mut used = vec![false; entries.len()];
    changes.0.retain_mut(|change| {
        let mut places = std::mem::take(&mut change.places);
        places.retain(|place| {
            let mut accepted = false;
            for (entry, used) in entries.iter().zip(&mut used) {
                let is_match = entry.matches(change, place);
                *used |= is_match;
                accepted |= is_match;
            }
            !accepted
        });
        let first = places.first().cloned();
        change.places = places;
        first.map(|place| change.place = place).is_some()
    });
    let accepted = before - changes.0.len();
    let entries = entries.into_iter().zip(used);
    (accepted, entries.filter_map(|(entry, used)| (!used).then_some(entry)).collect())
}
