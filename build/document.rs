//! A parsed YAML or JSON document, with the line and column of each of its parts.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

use super::problem::Problem;
use super::yaml::{self, Positions};

/// A parsed document.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// The document's content.
    pub(crate) value: Value,
    positions: Positions,
}

impl Document {
    /// Parses YAML or JSON. A repeated key in a mapping is an error.
    pub(crate) fn parse(text: &str) -> Result<Self, Problem> {
        let (value, positions) = yaml::read(text)?;
        Ok(Self { value, positions })
    }

    /// Wraps a value that was parsed without recording positions.
    #[allow(dead_code, reason = "only xtask reads documents that large")]
    pub(crate) fn without_positions(value: Value) -> Self {
        Self { value, positions: Positions::Unknown }
    }

    /// Returns whether the chain of references from `target` on loops instead of reaching a value.
    pub(crate) fn is_endless(&self, target: &str) -> bool {
        let mut visited = Vec::new();
        let mut next = Some(target);
        while let Some(target) = next {
            if visited.contains(&target) {
                return true;
            }
            visited.push(target);
            let value = self.value.pointer(target.trim_start_matches('#'));
            next = value.and_then(|value| value["$ref"].as_str());
        }
        false
    }

    /// Creates a problem at the place that `path`, a JSON pointer, leads to.
    pub(crate) fn problem(&self, path: &str, reason: impl Into<String>) -> Problem {
        Problem {
            position: self.positions.position(keys(path)),
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

/// Splits a JSON pointer into its keys.
fn keys(path: &str) -> impl Iterator<Item = String> {
    let keys = path.split('/').skip(1);
    keys.map(|key| key.replace("~1", "/").replace("~0", "~"))
}

/// Calls `visit` for a value and then for everything in it, each with its JSON pointer. If `visit`
/// returns false, the contents of that value are skipped.
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

/// Returns the names of all schemas that a value refers to, directly or indirectly.
pub(crate) fn references(schemas: &Value, value: &Value) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut pending = vec![value];
    while let Some(value) = pending.pop() {
        walk(value, "", &mut |value, _| {
            if let Some(name) = referenced(value)
                && names.insert(name.to_owned())
            {
                pending.push(&schemas[name]);
            }
            true
        });
    }
    names
}

/// Returns the name of the schema that a value refers to by its `$ref`.
pub(crate) fn referenced(value: &Value) -> Option<&str> {
    value.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/")
}
