//! What must hold of composed schemas: distinct alternatives, described properties, and no
//! reference that leads back to itself.

use serde_json::Value;

use crate::spec::schemas::{parts, target};

/// The alternatives that say of the value what another one says: where one fits, so does
/// the other, and of `oneOf` just one may.
pub(super) fn same<'a>(
    document: &Value,
    pointers: impl Iterator<Item = &'a String>,
) -> Vec<(String, String)> {
    let bare = |part: &Value| {
        let target = part["$ref"].as_str().unwrap_or_default();
        let target = document.pointer(target.trim_start_matches('#'));
        let named = part.get("$ref").and(target);
        let mut part = named.unwrap_or(part).clone();
        for words in ["title", "description", "example", "externalDocs"] {
            part.as_object_mut().map(|entries| entries.remove(words));
        }
        part
    };
    let mut found = Vec::new();
    for pointer in pointers {
        let schema = document.pointer(pointer).unwrap_or(&Value::Null);
        for list in ["oneOf", "anyOf"] {
            let parts = schema[list].as_array().into_iter().flatten();
            let parts: Vec<Value> = parts.map(bare).collect();
            for (index, part) in parts.iter().enumerate() {
                if let Some(first) = parts[..index].iter().position(|other| other == part) {
                    let reason = format!(
                        "it says the same as `{list}.{first}`, and so is never the one that fits"
                    );
                    found.push((format!("{pointer}/{list}/{index}"), reason));
                }
            }
        }
    }
    found
}

/// The fields that are required and that no part of their schema describes: where each is
/// named, and what is wrong. What is not composed, the grammar has looked at.
pub(super) fn undescribed<'a>(
    document: &Value,
    pointers: impl Iterator<Item = &'a String>,
) -> Vec<(String, String)> {
    let part = |pointer: &&String| {
        let mut keys = pointer.rsplit('/');
        let (last, list) = (keys.next(), keys.next());
        last == Some("not") || matches!(list, Some("allOf" | "anyOf" | "oneOf"))
    };
    let mut absent = Vec::new();
    for pointer in pointers.filter(|pointer| !part(pointer)) {
        let parts = parts(document, pointer);
        let schema = |pointer: &String| document.pointer(pointer).unwrap_or(&Value::Null);
        let described = |name: &str| {
            let mut schemas = parts.iter().map(schema);
            schemas.any(|schema| schema["properties"].get(name).is_some())
        };
        // Another schema's own list is told there.
        for part in parts.iter().filter(|part| part.starts_with(pointer)) {
            let required = schema(part)["required"].as_array().into_iter().flatten();
            let named = required.enumerate();
            for (index, name) in named.filter_map(|(index, name)| Some((index, name.as_str()?))) {
                if !described(name) {
                    let reason = format!("`{name}` is not among the properties");
                    absent.push((format!("{part}/required/{index}"), reason));
                }
            }
        }
    }
    absent
}

/// The schemas that lead back to themselves before they say anything of a value, by their
/// pointers.
pub(super) fn endless<'a>(
    document: &Value,
    pointers: impl Iterator<Item = &'a String>,
) -> Vec<(String, String)> {
    let endless = pointers.filter(|own| {
        let refers = |part: &String| document.pointer(part).and_then(target).as_ref() == Some(own);
        parts(document, own).iter().any(refers)
    });
    let told = |pointer: &String| {
        (pointer.clone(), "it leads back to itself, and says nothing of a value".to_owned())
    };
    endless.map(told).collect()
}
