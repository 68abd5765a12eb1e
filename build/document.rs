//! A document of YAML or JSON, and where each part of it stands.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

use super::yaml::{self, Places};

/// A mistake in a document: where it is, and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Line and column, both from 1; `None` where the mistake has no single position.
    pub(crate) position: Option<(u64, u64)>,
    /// The keys that lead to the place, like `components.schemas.Chat`; empty for the whole document.
    pub(crate) place: String,
    /// What is wrong, and what to write instead.
    pub(crate) reason: String,
}

impl Problem {
    /// A problem of a whole document.
    #[allow(dead_code, reason = "build.rs knows the place of each problem")]
    pub(crate) fn of_whole(reason: impl Into<String>) -> Self {
        Self {
            position: None,
            place: String::new(),
            reason: reason.into(),
        }
    }

    /// The problem in a line: file, line, column, place and reason.
    pub(crate) fn in_file(&self, file: &str) -> String {
        let mut text = file.to_owned();
        if let Some((line, column)) = self.position {
            text.push_str(&format!(":{line}:{column}"));
        }
        if !self.place.is_empty() {
            text.push_str(&format!(": {}", self.place));
        }
        format!("{text}: {}", self.reason)
    }
}

/// A parsed document.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// What the document says.
    pub(crate) value: Value,
    places: Places,
}

impl Document {
    /// Parses YAML. A key that occurs twice in a mapping is a mistake.
    pub(crate) fn parse(text: &str) -> Result<Self, Problem> {
        let (value, places) = yaml::read(text)?;
        Ok(Self { value, places })
    }

    /// A document that was read without remembering its lines.
    #[allow(dead_code, reason = "only xtask reads documents as large as that")]
    pub(crate) fn without_positions(value: Value) -> Self {
        Self {
            value,
            places: Places::Unknown,
        }
    }

    /// Whether a reference leads back to itself, along references alone.
    pub(crate) fn is_endless(&self, target: &str) -> bool {
        let mut passed = Vec::new();
        let mut next = Some(target);
        while let Some(target) = next {
            if passed.contains(&target) {
                return true;
            }
            passed.push(target);
            let value = self.value.pointer(target.trim_start_matches('#'));
            next = value.and_then(|value| value["$ref"].as_str());
        }
        false
    }

    /// A problem at the place that `path` (a JSON pointer) leads to.
    pub(crate) fn problem(&self, path: &str, reason: impl Into<String>) -> Problem {
        Problem {
            position: self.places.position(keys(path)),
            place: keys(path).collect::<Vec<_>>().join("."),
            reason: reason.into(),
        }
    }
}

/// Appends a key to a JSON pointer.
pub(crate) fn join(path: &str, key: impl fmt::Display) -> String {
    let key = key.to_string().replace('~', "~0").replace('/', "~1");
    format!("{path}/{key}")
}

/// The keys of a JSON pointer.
fn keys(path: &str) -> impl Iterator<Item = String> {
    let keys = path.split('/').skip(1);
    keys.map(|key| key.replace("~1", "/").replace("~0", "~"))
}

/// Calls `visit` for a value and then for everything in it, each with its JSON pointer. What a
/// value contains is left out where `visit` returns false.
pub(crate) fn walk<'a>(
    value: &'a Value,
    pointer: &str,
    visit: &mut impl FnMut(&'a Value, &str) -> bool,
) {
    if !visit(value, pointer) {
        return;
    }
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                walk(value, &join(pointer, key), visit);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                walk(value, &join(pointer, index), visit);
            }
        }
        _ => {}
    }
}

/// The names of all schemas that a value refers to, directly or not.
pub(crate) fn references(schemas: &Value, value: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut waiting = vec![value];
    while let Some(value) = waiting.pop() {
        walk(value, "", &mut |value, _| {
            if let Some(name) = referenced(value)
                && names.insert(name.to_owned())
            {
                waiting.push(&schemas[name]);
            }
            true
        });
    }
    names
}

/// The name of the schema that a value refers to.
pub(crate) fn referenced(value: &Value) -> Option<&str> {
    value
        .get("$ref")?
        .as_str()?
        .strip_prefix("#/components/schemas/")
}
