//! The API's bodies as JSON Schemas, for other languages and tools; and the contract as JSON, for
//! checking responses at run time.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::generator::document::{referenced, references, walk};

/// The folder of the JSON Schemas, relative to the root of the workspace.
pub(crate) const FOLDER: &str = "openapi/schemas";
/// The contract as JSON, in the folder of the crate that reads it, because a package can't read
/// files outside its own folder.
pub(crate) const CONTRACT: &str = "crates/ofauth/src/ofauth.json";

const NOTE: &str = "Generated from openapi/ofauth.yaml by `cargo xtask regen`; do not edit.";

/// Returns the JSON Schema (2020-12) of each named request and response body, by the path of its
/// file.
pub(crate) fn schemas(document: &Value) -> BTreeMap<String, String> {
    let schemas = &document["components"]["schemas"];
    let schema = |name: String| {
        let mut names = references(schemas, &schemas[&name]);
        names.remove(&name);
        let mut schema = Map::new();
        schema.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
        schema.insert("$comment".to_owned(), NOTE.into());
        schema.insert("title".to_owned(), name.clone().into());
        if let Value::Object(entries) = translated(&schemas[&name]) {
            schema.extend(entries);
        }
        let below = names.iter().map(|name| (name.clone(), translated(&schemas[name])));
        let below: Map<String, Value> = below.collect();
        if !below.is_empty() {
            schema.insert("$defs".to_owned(), below.into());
        }
        (format!("{FOLDER}/{name}.json"), pretty(&Value::Object(schema)))
    };
    let mut bodies = BTreeSet::new();
    walk(document, "", &mut |value, _| {
        let media = value["content"].as_object().into_iter().flatten();
        bodies.extend(media.filter_map(|(_, media)| referenced(&media["schema"])));
        true
    });
    bodies
        .into_iter()
        .filter(|name| schemas.get(name).is_some())
        .map(|name| schema(name.to_owned()))
        .collect()
}

/// Returns the parts of the document that response checks need, without descriptions and examples.
pub(crate) fn contract(document: &Value) -> String {
    let mut document = bare(document, false);
    if let Value::Object(entries) = &mut document {
        entries.retain(|key, _| ["openapi", "paths", "components"].contains(&key.as_str()));
        entries.insert("x-note".to_owned(), NOTE.into());
    }
    pretty(&document)
}

/// Formats a JSON file, in the same way on every machine.
fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}

/// Translates an OpenAPI 3.0 schema to JSON Schema.
pub(crate) fn translated(schema: &Value) -> Value {
    let Value::Object(entries) = schema else {
        return schema.clone();
    };
    let mut new = Map::new();
    for (key, value) in entries {
        let (key, value) = match (key.as_str(), value) {
            ("$ref", Value::String(target)) => {
                ("$ref", target.replace("#/components/schemas/", "#/$defs/").into())
            }
            ("example", value) => ("examples", json!([value])),
            ("properties", Value::Object(properties)) => {
                let properties =
                    properties.iter().map(|(name, schema)| (name.clone(), translated(schema)));
                ("properties", properties.collect::<Map<_, _>>().into())
            }
            ("allOf" | "anyOf" | "oneOf", Value::Array(parts)) => {
                (key.as_str(), parts.iter().map(translated).collect())
            }
            ("items" | "additionalProperties" | "not", value) => (key.as_str(), translated(value)),
            ("nullable" | "exclusiveMinimum" | "exclusiveMaximum", _) => continue,
            ("xml" | "externalDocs" | "discriminator", _) => continue,
            (key, _) if key.starts_with("x-") => continue,
            (key, value) => (key, value.clone()),
        };
        new.insert(key.to_owned(), value);
    }
    for (bound, exclusive) in [("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")] {
        if entries.get(exclusive) == Some(&true.into())
            && let Some(limit) = new.remove(bound)
        {
            new.insert(exclusive.to_owned(), limit);
        }
    }
    if entries.get("x-extensible-enum") == Some(&true.into())
        && let Some(values) = new.remove("enum")
    {
        // The empty schema allows unknown values.
        new.insert("anyOf".to_owned(), json!([{ "enum": values }, {}]));
    }
    if entries.get("nullable") != Some(&true.into()) {
        return new.into();
    }
    match new.get("type").cloned() {
        Some(kind) => {
            new.insert("type".to_owned(), json!([kind, "null"]));
            if let Some(Value::Array(values)) = new.get_mut("enum")
                && !values.contains(&Value::Null)
            {
                values.push(Value::Null);
            }
            new.into()
        }
        None => {
            let description = new.remove("description");
            let mut either = json!({ "anyOf": [new, { "type": "null" }] });
            if let Some(description) = description {
                either["description"] = description;
            }
            either
        }
    }
}

/// Removes the keys that a check doesn't need. `named` means that the keys of this value are names,
/// which must all stay.
fn bare(value: &Value, named: bool) -> Value {
    const LEFT_OUT: &[&str] = &[
        "description",
        "example",
        "examples",
        "externalDocs",
        "security",
        "securitySchemes",
        "servers",
        "summary",
        "tags",
        "title",
        "x-private",
    ];
    const OF_NAMES: &[&str] =
        &["properties", "schemas", "responses", "headers", "parameters", "content", "paths"];
    match value {
        Value::Object(entries) => entries
            .iter()
            .filter(|(key, _)| named || !LEFT_OUT.contains(&key.as_str()))
            .map(|(key, value)| {
                let below = !named && OF_NAMES.contains(&key.as_str());
                (key.clone(), bare(value, below))
            })
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(|item| bare(item, false)).collect(),
        value => value.clone(),
    }
}
