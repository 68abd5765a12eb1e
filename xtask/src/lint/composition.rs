//! Rules for composed schemas: alternatives are distinct, required properties are described, and no
//! reference leads back to itself.

use serde_json::Value;

use crate::spec::schemas::{parts, target};

/// Returns the alternatives that are the same as an earlier one. Every value that matches one of
/// them also matches the other, although `oneOf` requires exactly one match.
pub(super) fn same<'a>(
    document: &Value,
    pointers: impl Iterator<Item = &'a String>,
) -> Vec<(String, String)> {
    let bare = |part: &Value| {
        let target = part["$ref"].as_str().unwrap_or_default();
        let target = document.pointer(target.trim_start_matches('#'));
        let named = part.get("$ref").and(target);
        let mut part = named.unwrap_or(part).clone();
        for key in ["title", "description", "example", "externalDocs"] {
            part.as_object_mut().map(|entries| entries.remove(key));
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
                        "it is the same as `{list}.{first}`, so no value matches only this one"
                    );
                    found.push((format!("{pointer}/{list}/{index}"), reason));
                }
            }
        }
    }
    found
}

/// Returns the required properties that no part of their schema describes. For schemas that aren't
/// composed, the grammar has already checked this.
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
        // A list in another schema is reported there.
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

/// Returns the schemas that lead back to themselves without describing a value.
pub(super) fn endless<'a>(
    document: &Value,
    pointers: impl Iterator<Item = &'a String>,
) -> Vec<(String, String)> {
    let endless = pointers.filter(|root| {
        let refers = |part: &String| document.pointer(part).and_then(target).as_ref() == Some(root);
        parts(document, root).iter().any(refers)
    });
    let finding = |pointer: &String| {
        (pointer.clone(), "it leads back to itself without describing a value".to_owned())
    };
    endless.map(finding).collect()
}
