//! Harmless changes lose no values: checked with a JSON Schema validator that shares no code with
//! the contract tables.

use ofauth_contract::{Change, Scope, Table, compare};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// An OpenAPI 3.1 schema, and therefore also a JSON Schema.
fn schema() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        (0..3u8)
            .prop_map(|kind| json!({ "type": (["string", "boolean", "null"])[usize::from(kind)] })),
        vec(proptest::sample::select(vec!["a", "bb", "ccc"]), 1..4)
            .prop_map(|values| json!({ "type": "string", "enum": values })),
        (any::<bool>(), 0..3u8, 2..5u8).prop_map(|(bounded, least, most)| match bounded {
            true => json!({ "type": "string", "minLength": least, "maxLength": most }),
            false => json!({ "type": ["string", "null"], "maxLength": most }),
        }),
        (proptest::sample::select(vec!["integer", "number"]), 0..4u8, -2..4i8).prop_map(
            |(kind, bounds, limit)| match bounds {
                0 => json!({ "type": kind }),
                1 => json!({ "type": kind, "minimum": limit }),
                2 => json!({ "type": kind, "exclusiveMaximum": limit }),
                _ => json!({ "type": kind, "multipleOf": limit.unsigned_abs() + 1 }),
            }
        ),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        let properties =
            |names, inner: &BoxedStrategy<Value>| btree_map(names, inner.clone(), 1..3);
        let inner = inner.boxed();
        prop_oneof![
            (inner.clone(), 0..3u8).prop_map(
                |(items, least)| json!({ "type": "array", "items": items, "minItems": least })
            ),
            // By policy, fields that a schema doesn't name are ignored, so no object is closed.
            (properties("[p-r]", &inner), vec("[p-r]", 0..2)).prop_map(|(properties, required)| {
                json!({ "type": "object", "properties": properties, "required": required })
            }),
            inner
                .clone()
                .prop_map(|values| json!({ "type": "object", "additionalProperties": values })),
            vec(inner.clone(), 2..4).prop_map(|all| json!({ "anyOf": all })),
            // The parts share no properties, because contradictory parts would permit no values.
            (properties("[pq]", &inner), properties("[rs]", &inner)).prop_map(|(one, other)| {
                let part = |properties| json!({ "type": "object", "properties": properties });
                json!({ "allOf": [part(one), part(other)] })
            }),
        ]
    })
    .boxed()
}

/// The number of schemas within a schema, including itself.
fn count(schema: &Value) -> usize {
    1 + subschemas(schema)
        .iter()
        .map(|part| count(&schema.pointer(part).unwrap().clone()))
        .sum::<usize>()
}

/// JSON pointers to the direct subschemas of a schema.
fn subschemas(schema: &Value) -> Vec<String> {
    let mut pointers = Vec::new();
    for key in ["items", "additionalProperties"] {
        if schema[key].is_object() {
            pointers.push(format!("/{key}"));
        }
    }
    for key in ["anyOf", "allOf"] {
        let parts = schema[key].as_array().map_or(0, Vec::len);
        pointers.extend((0..parts).map(|index| format!("/{key}/{index}")));
    }
    let properties = schema["properties"].as_object().into_iter();
    pointers.extend(properties.flat_map(Map::keys).map(|name| format!("/properties/{name}")));
    pointers
}

/// Replaces one of the schemas within a schema, itself included, by `other`.
fn replace(schema: &mut Value, mut index: usize, other: &Value) {
    if index == 0 {
        *schema = other.clone();
        return;
    }
    index -= 1;
    for part in subschemas(schema) {
        let part = schema.pointer_mut(&part).unwrap();
        let size = count(part);
        if index < size {
            return replace(part, index, other);
        }
        index -= size;
    }
}

/// Candidate values for a schema, with no fields that it doesn't describe.
fn values(schema: &Value) -> Vec<Value> {
    if let Some(parts) = schema["anyOf"].as_array() {
        return parts.iter().flat_map(values).collect();
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let all: Vec<Vec<Value>> = parts.iter().map(values).collect();
        // An object must match all parts together.
        let both = all[0].iter().flat_map(|one| all[1].iter().map(move |other| (one, other)));
        let merged = both.filter_map(|(one, other)| {
            let mut one = one.as_object()?.clone();
            one.extend(other.as_object()?.clone());
            Some(Value::Object(one))
        });
        return merged.take(40).chain(all.iter().flatten().cloned()).collect();
    }
    if let Some(list) = schema["enum"].as_array() {
        return list.clone();
    }
    let kinds = match &schema["type"] {
        Value::Array(kinds) => kinds.clone(),
        kind => vec![kind.clone()],
    };
    let of_kind = |kind: &Value| -> Vec<Value> {
        match kind.as_str().unwrap() {
            "null" => vec![Value::Null],
            "boolean" => vec![json!(true), json!(false)],
            "string" => ["", "a", "bb", "ccc", "dddd", "eeeee"].map(Value::from).to_vec(),
            "integer" => (-3..6).map(Value::from).collect(),
            "number" => vec![
                json!(-1.5),
                json!(0),
                json!(0.5),
                json!(1),
                json!(2),
                json!(2.5),
                json!(3),
                json!(4),
            ],
            "array" => {
                let items = values(&schema["items"]);
                let mut lists = vec![json!([])];
                lists.extend(items.iter().take(12).map(|item| json!([item])));
                lists.extend(items.iter().take(12).map(|item| json!([item, item])));
                lists
            }
            _ => {
                let named = schema["properties"].as_object().into_iter().flatten();
                let mut fields: Vec<(String, Vec<Value>)> =
                    named.map(|(name, part)| (name.clone(), values(part))).collect();
                if schema["additionalProperties"].is_object() {
                    let rest = values(&schema["additionalProperties"]);
                    fields.extend(["p", "x"].map(|name| (name.to_owned(), rest.clone())));
                }
                let mut objects = vec![Map::new()];
                for (name, own) in fields {
                    let with = |object: &Map<String, Value>| {
                        let mut all = vec![object.clone()];
                        all.extend(own.iter().take(9).map(|value| {
                            let mut object = object.clone();
                            object.insert(name.clone(), value.clone());
                            object
                        }));
                        all
                    };
                    objects = objects.iter().flat_map(with).take(60).collect();
                }
                objects.into_iter().map(Value::Object).collect()
            }
        }
    };
    kinds.iter().flat_map(of_kind).collect()
}

fn changes(old: &Value, new: &Value, sent: bool) -> Vec<Change> {
    let table = |schema: &Value| {
        let body = json!({ "content": { "application/json": { "schema": schema } } });
        let operation = match sent {
            true => json!({ "requestBody": body, "responses": {} }),
            false => json!({ "responses": { "200": body } }),
        };
        let document = json!({ "openapi": "3.1.0", "paths": { "/": { "post": operation } } });
        Table::of_document(&document).unwrap()
    };
    compare(&table(old), &table(new), Scope::Everything).0
}

/// A value that is valid for `writer` but not for `reader`.
fn lost(writer: &Value, reader: &Value) -> Option<Value> {
    let [writes, accepts] =
        [writer, reader].map(|schema| jsonschema::validator_for(schema).unwrap());
    let mut values = values(writer).into_iter();
    values.find(|value| writes.is_valid(value) && !accepts.is_valid(value))
}

#[test]
fn null_must_be_allowed_by_every_schema_that_applies() {
    let flag = json!({ "type": "boolean" });
    let or_null = json!({ "anyOf": [{ "type": "null" }, flag] });
    let both = json!({ "allOf": [or_null, { "allOf": [flag] }] });
    assert!(changes(&or_null, &both, true).iter().any(|change| change.breaking));
    assert!(changes(&both, &flag, true).is_empty());
    assert!(changes(&or_null, &json!({ "allOf": [or_null, or_null] }), true).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if crate::is_long() { 3_000 } else { 600 }, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn harmless_changes_lose_no_values(old in schema(), index in any::<prop::sample::Index>(), other in schema()) {
        let mut new = old.clone();
        replace(&mut new, index.index(count(&old)), &other);
        // Requests under the old contract must be valid under the new contract, and responses
        // under the new contract must be valid under the old contract.
        for (sent, lost) in [(true, lost(&old, &new)), (false, lost(&new, &old))] {
            let changes = changes(&old, &new, sent);
            let breaking = changes.iter().any(|change| change.breaking);
            prop_assert!(breaking || lost.is_none(), "sent {sent}: {lost:?} is lost, but the changes are {changes:#?}\n{old}\n{new}");
        }
    }
}
