//! Finds the schemas of a spec, their parts, and the references to them.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::generator::document::{join, referenced, walk};

/// The description of a drafted schema, until a person replaces it.
pub(crate) const DRAFTED: &str = "Seen in responses; not documented.";

/// How a schema is used.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Use {
    /// In responses, and perhaps also in requests.
    Received,
    /// In requests only.
    Sent,
}

/// Returns the pointers of all schemas, each with its use.
pub(crate) fn uses(document: &Value) -> Vec<(String, Use)> {
    let (mut all, mut received) = (BTreeSet::new(), BTreeSet::new());
    walk(document, "", &mut |value, pointer| {
        let (parent, key) = pointer.rsplit_once('/').unwrap_or_default();
        // The keys below `components` are named by the author.
        let is_component = parent.starts_with("/components/") && parent.matches('/').count() == 2;
        if matches!(key, "example" | "examples") && !is_component {
            return false;
        }
        if parent != "/components/schemas" && !(key == "schema" && value.is_object()) {
            return true;
        }
        let within = |pointer: &str, schema: &Value| below(pointer, schema);
        closure(document, pointer, &mut all, within);
        if pointer.split('/').any(|key| key == "responses") {
            closure(document, pointer, &mut received, |pointer, schema| {
                let mut next = below(pointer, schema);
                next.extend(target(schema));
                next
            });
        }
        false
    });
    let used = |pointer: String| match received.contains(&pointer) {
        true => (pointer, Use::Received),
        false => (pointer, Use::Sent),
    };
    all.into_iter().map(used).collect()
}

/// Returns the pointers of a schema, of what it refers to, and of the schemas that it's composed
/// of, directly or indirectly.
pub(crate) fn parts(document: &Value, pointer: &str) -> BTreeSet<String> {
    let mut parts = BTreeSet::new();
    closure(document, pointer, &mut parts, |pointer, schema| {
        let mut next = listed(pointer, schema);
        next.extend(target(schema));
        next
    });
    parts
}

/// Adds a schema, and everything that `next` leads to from it, directly or indirectly.
fn closure(
    document: &Value,
    pointer: &str,
    found: &mut BTreeSet<String>,
    next: impl Fn(&str, &Value) -> Vec<String>,
) {
    let mut waiting = vec![pointer.to_owned()];
    while let Some(pointer) = waiting.pop() {
        if let Some(schema) = document.pointer(&pointer)
            && found.insert(pointer.clone())
        {
            waiting.extend(next(&pointer, schema));
        }
    }
}

/// Returns the pointers of the schemas directly within a schema.
fn below(pointer: &str, schema: &Value) -> Vec<String> {
    let mut below = listed(pointer, schema);
    let keys = ["items", "additionalProperties", "not"].into_iter();
    below.extend(keys.filter(|key| schema[*key].is_object()).map(|key| join(pointer, key)));
    let properties = schema["properties"].as_object().into_iter();
    let names = properties.flat_map(Map::keys);
    below.extend(names.map(|name| join(&join(pointer, "properties"), name)));
    below
}

/// Returns the pointers of the schemas in `allOf`, `anyOf` and `oneOf`.
fn listed(pointer: &str, schema: &Value) -> Vec<String> {
    let lists = ["allOf", "anyOf", "oneOf"].into_iter();
    let items = lists.flat_map(|list| {
        let count = schema[list].as_array().map_or(0, Vec::len);
        (0..count).map(move |index| format!("{pointer}/{list}/{index}"))
    });
    items.collect()
}

/// Returns the pointer that a schema's `$ref` leads to.
pub(crate) fn target(schema: &Value) -> Option<String> {
    let target = schema.get("$ref")?.as_str()?;
    Some(target.trim_start_matches('#').to_owned())
}

/// Returns the pointers of all references to a named schema or to a part of it.
pub(crate) fn users(document: &Value, name: &str) -> Vec<String> {
    let mut users = Vec::new();
    walk(document, "", &mut |value, pointer| {
        if referenced(value).is_some_and(|target| target.split('/').next() == Some(name)) {
            users.push(pointer.to_owned());
        }
        true
    });
    users
}

/// Returns the name of the schema under `components` that a pointer leads to or into.
pub(crate) fn name(pointer: &str) -> Option<&str> {
    let rest = pointer.strip_prefix("/components/schemas/")?;
    rest.split('/').next()
}

/// Returns the property of a named schema that a pointer leads to or into. `x-private` only has an
/// effect on these properties.
pub(crate) fn property(pointer: &str) -> Option<String> {
    let properties = format!("/components/schemas/{}/properties/", name(pointer)?);
    let property = pointer.strip_prefix(&properties)?.split('/').next()?;
    Some(format!("{properties}{property}"))
}
