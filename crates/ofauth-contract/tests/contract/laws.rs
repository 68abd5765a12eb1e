//! Laws of comparison that hold for every document.

use std::collections::{BTreeMap, BTreeSet};

use ofauth_contract::{Change, Changes, Scope, Table, compare};
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn changes(old: &Value, new: &Value) -> Vec<Change> {
    let [old, new] = [old, new].map(|document| Table::of_document(document).unwrap());
    compare(&old, &new, Scope::Everything).0
}

const NAMES: [&str; 4] = ["A", "B", "C", "D"];

/// A schema that may refer to any of the four named schemas, including itself.
fn schema() -> BoxedStrategy<Value> {
    let name = || proptest::sample::select(&NAMES[..]);
    let leaf = prop_oneof![
        Just(json!({ "type": "string" })),
        Just(json!({ "type": "string", "format": "date-time", "nullable": true })),
        Just(json!({ "type": "string", "enum": ["x", "y"] })),
        Just(json!({ "type": "string", "enum": ["x", "z"], "x-extensible-enum": true })),
        Just(json!({ "type": "boolean" })),
        Just(json!({})),
        (0..3i64, 3..6i64)
            .prop_map(|(min, max)| json!({ "type": "integer", "minimum": min, "maximum": max })),
        name().prop_map(|name| json!({ "$ref": format!("#/components/schemas/{name}") })),
    ];
    leaf.prop_recursive(3, 12, 3, move |inner| {
        let properties = btree_map("[a-c]", inner.clone(), 0..3);
        let union = (
            proptest::sample::select(vec!["oneOf", "anyOf"]),
            vec(inner.clone(), 2..4),
            any::<bool>(),
            name(),
        );
        prop_oneof![
            inner.clone().prop_map(|items| json!({ "type": "array", "items": items })),
            inner.prop_map(|values| json!({ "type": "object", "additionalProperties": values })),
            union.prop_map(|(keyword, all, discriminated, name)| {
                // A value can't match a repeated alternative only once.
                let key = |one: &Value| one.get("type").map(Value::to_string);
                let distinct: BTreeMap<_, _> =
                    all.into_iter().map(|one| (key(&one), one)).collect();
                let mut union = json!({ keyword: distinct.into_values().collect::<Vec<_>>() });
                if discriminated {
                    union["discriminator"] =
                        json!({ "propertyName": "a", "mapping": { "x": name } });
                }
                union
            }),
            (properties, vec("[a-c]", 0..2)).prop_map(|(properties, required)| {
                json!({ "type": "object", "properties": properties, "required": required })
            }),
        ]
    })
    .boxed()
}

fn document() -> impl Strategy<Value = Value> {
    let responses = btree_map("200|201|2XX|404|4XX|default", schema(), 1..3);
    (schema(), vec(schema(), NAMES.len()), responses).prop_map(|(body, schemas, responses)| {
        let responses = responses.into_iter().map(|(status, schema)| {
            (status, json!({ "content": { "application/json": { "schema": schema } } }))
        });
        let responses: Map<String, Value> = responses.collect();
        let named = NAMES.iter().zip(schemas);
        // A named schema that is only a reference, or has one as an alternative, could be its own
        // alternative.
        let named = named.map(|(name, schema)| {
            let is_structure = schema.get("type").is_some() || !schema.to_string().contains("$ref");
            match is_structure {
                true => ((*name).to_owned(), schema),
                false => ((*name).to_owned(), json!({ "type": "array", "items": schema })),
            }
        });
        let named: Map<String, Value> = named.collect();
        json!({
            "openapi": "3.0.3",
            "paths": { "/": { "post": {
                "requestBody": { "content": { "application/json": { "schema": body } } },
                "responses": responses,
            } } },
            "components": { "schemas": named },
        })
    })
}

/// An equivalent value: references are wrapped or inlined, lists are reversed, and descriptions,
/// examples and titles are added.
fn reworded(root: &Value, value: &Value, choices: &mut impl Iterator<Item = u8>) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| reworded(root, item, choices)).collect(),
        Value::Object(entries) => {
            let choice = choices.next().unwrap_or_default();
            if let Some(target) = entries.get("$ref").and_then(Value::as_str) {
                return match choice % 4 {
                    0 => json!({ "description": "Words.", "allOf": [value] }),
                    1 => json!({ "oneOf": [value] }),
                    2 => root.pointer(&target[1..]).unwrap().clone(),
                    _ => value.clone(),
                };
            }
            let mut other: Map<String, Value> = Map::new();
            for (key, value) in entries.iter().rev() {
                let value = match (key.as_str(), value) {
                    ("enum" | "required", Value::Array(items)) => {
                        items.iter().rev().cloned().collect()
                    }
                    // A discriminator selects alternatives by name.
                    ("oneOf" | "anyOf", _) if entries.contains_key("discriminator") => {
                        value.clone()
                    }
                    _ => reworded(root, value, choices),
                };
                other.insert(key.clone(), value);
            }
            if entries.get("type").is_some_and(Value::is_string) {
                match choice % 4 {
                    0 => drop(other.insert("description".to_owned(), json!("Words."))),
                    1 => drop(other.insert("example".to_owned(), json!("x"))),
                    2 => drop(other.insert("title".to_owned(), json!("Words"))),
                    _ => return json!({ "allOf": [other] }),
                }
            }
            Value::Object(other)
        }
        _ => value.clone(),
    }
}

/// JSON that partly resembles a document.
fn anything() -> impl Strategy<Value = Value> {
    let key = proptest::sample::select(vec![
        "openapi",
        "paths",
        "/a",
        "get",
        "parameters",
        "0",
        "name",
        "in",
        "schema",
        "responses",
        "200",
        "content",
        "application/json",
        "headers",
        "requestBody",
        "components",
        "schemas",
        "A",
        "$ref",
        "allOf",
        "oneOf",
        "anyOf",
        "type",
        "items",
        "properties",
        "additionalProperties",
        "required",
        "enum",
        "const",
        "nullable",
        "minimum",
        "exclusiveMinimum",
        "default",
        "security",
        "securitySchemes",
        "servers",
        "url",
        "x-extensible-enum",
        "not",
        "tags",
        "$defs",
    ]);
    let word = proptest::sample::select(vec![
        "3.0.3",
        "3.1.0",
        "object",
        "array",
        "string",
        "integer",
        "query",
        "#/components/schemas/A",
        "#",
        "#/paths/~1a",
        "a",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(|number| json!(number)),
        any::<f64>().prop_map(|number| json!(number)),
        word.prop_map(|word| json!(word)),
    ];
    leaf.prop_recursive(8, 64, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(key.clone(), inner, 0..6).prop_map(|entries| {
                entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
            }),
        ]
    })
}

/// A document whose operation, schemas and root entries are arbitrary.
fn odd_document() -> impl Strategy<Value = Value> {
    (anything(), anything(), anything(), anything()).prop_map(|(operation, schema, a, root)| {
        let mut document = json!({
            "openapi": "3.1.0",
            "paths": { "/a": { "get": operation, "post": { "responses": { "200": {
                "content": { "application/json": { "schema": schema } } } } } } },
            "components": { "schemas": { "A": a } },
        });
        if let Value::Object(entries) = root {
            for (key, value) in entries {
                document[key] = value;
            }
        }
        document
    })
}

proptest! {
    #[test]
    fn a_document_does_not_differ_from_itself_or_from_an_equivalent_one(
        document in document(),
        choices in vec(any::<u8>(), 64),
    ) {
        prop_assert_eq!(changes(&document, &document), []);
        let mut choices = choices.into_iter();
        let other = reworded(&document, &document, &mut choices);
        // Titles and repeated alternatives have an effect only in Rust.
        let changes = |old: &Value, new: &Value| {
            let mut all = changes(old, new);
            all.retain(|change| !["alternatives-renamed", "spare-alternative-added",
                "spare-alternative-removed"].contains(&change.kind.as_str()));
            all
        };
        prop_assert_eq!(changes(&document, &other), []);
        prop_assert_eq!(changes(&other, &document), []);
    }

    #[test]
    fn the_reverse_comparison_reports_the_same_places(old in document(), new in document()) {
        let places = |changes: Vec<Change>| -> BTreeSet<(String, _)> {
            let places = |change: Change| {
                change.places.into_iter().map(move |place| (place, change.direction))
            };
            changes.into_iter().flat_map(places).collect()
        };
        prop_assert_eq!(places(changes(&old, &new)), places(changes(&new, &old)));
    }

    #[test]
    fn a_change_that_breaks_in_neither_direction_affects_no_values(old in document(), new in document()) {
        // A value that only one of the documents allows is a breaking change in one direction.
        let forth = changes(&old, &new);
        let back = changes(&new, &old);
        let breaks = |changes: &[Change]| changes.iter().any(|change| change.breaking);
        const KINDS: &[&str] = &[
            "open-enum", "schema-", "property-", "required-property", "covered-response",
            "success-response", "error-response", "spare-alternative", "discriminator-",
        ];
        let kinds = |changes: &[Change]| changes.iter().all(|change| {
            KINDS.iter().any(|kind| change.kind.starts_with(kind))
        });
        prop_assert!(breaks(&forth) || breaks(&back) || kinds(&forth), "{:#?}", forth);
    }

    #[test]
    fn any_document_gives_a_table_or_an_error(old in odd_document(), new in odd_document()) {
        if let (Ok(old), Ok(new)) = (Table::of_document(&old), Table::of_document(&new)) {
            let _ = compare(&old, &new, Scope::Everything);
        }
        if let Ok((table, row)) = Table::of_schema(&old) {
            table.places(row, 1000);
        }
    }
}

#[test]
fn the_number_and_depth_of_places_are_limited() {
    let document = |schemas: Map<String, Value>| {
        json!({
            "openapi": "3.0.3",
            "paths": { "/": { "get": { "responses": { "200": { "content": { "application/json": {
                "schema": { "$ref": "#/components/schemas/S0" } } } } } } } },
            "components": { "schemas": schemas },
        })
    };
    let reference = |to: usize| json!({ "$ref": format!("#/components/schemas/S{to}") });
    let chain = |length: usize, twice: bool, last: Value| {
        let mut schemas = Map::new();
        for index in 0..length {
            let next = reference(index + 1);
            let mut properties = json!({ "a": next });
            if twice {
                properties["b"] = next;
            }
            schemas
                .insert(format!("S{index}"), json!({ "type": "object", "properties": properties }));
        }
        schemas.insert(format!("S{length}"), last);
        document(schemas)
    };
    let (text, number) = (json!({ "type": "string" }), json!({ "type": "integer" }));
    let compared = |length, twice| {
        let [old, new] = [&text, &number]
            .map(|last| Table::of_document(&chain(length, twice, last.clone())).unwrap());
        compare(&old, &new, Scope::Everything)
    };
    // A change is reported once, with all of its places.
    let changes = compared(5, true).0;
    assert_eq!(changes.len(), 1);
    assert_eq!(changes[0].places.len(), 32);
    assert_eq!(compared(150, false).0.len(), 1);
    // 2^40 places without a difference.
    let same = Table::of_document(&chain(40, true, text.clone())).unwrap();
    assert_eq!(compare(&same, &same, Scope::Everything).0, []);
    // 2^40 places that all differ: only some of them are reported.
    let changes = compared(40, true).0;
    assert_eq!(changes.len(), 1);
    assert_eq!((changes[0].kind.as_str(), changes[0].places.len()), ("type-changed", 128));
    // Six schemas that all refer to each other: a change to one has endlessly many places, and
    // is reported at the nearest.
    let mutual = |last: &Value| {
        let schemas = (0..6).map(|own| {
            let others = (0..6).map(|to| (format!("s{to}"), reference(to)));
            let mut properties: Map<String, Value> = others.collect();
            let text = if own == 3 { last } else { &text };
            properties.insert("own".to_owned(), text.clone());
            let schema = json!({ "type": "object", "properties": properties });
            (format!("S{own}"), schema)
        });
        Table::of_document(&document(schemas.collect())).unwrap()
    };
    let changes = compare(&mutual(&text), &mutual(&number), Scope::Everything);
    let places: Vec<&str> = changes.0.iter().map(|change| change.place.as_str()).collect();
    assert_eq!(places, ["s3.own"]);
    let wide = |last: &Value| {
        let wide = |count: usize, value: &Value| {
            let properties = (0..count).map(|index| (format!("p{index}"), value.clone()));
            json!({ "type": "object", "properties": properties.collect::<Map<_, _>>() })
        };
        let mut schemas = Map::new();
        schemas.insert("S0".to_owned(), wide(64, &reference(1)));
        schemas.insert("S1".to_owned(), wide(3_200, last));
        Table::of_document(&document(schemas)).unwrap()
    };
    let not_compared = |changes: Changes, reason: &str| {
        let found = |change: &Change| {
            change.kind == "not-compared" && change.after.to_string().contains(reason)
        };
        assert!(changes.0.iter().any(found), "{reason}");
    };
    if crate::is_long() {
        let changes = compare(&wide(&text), &wide(&number), Scope::Everything);
        not_compared(changes, "too many places");
    }
    not_compared(compared(1_200, false), "nested too deeply");
}

#[test]
fn schemas_that_would_take_too_long_are_not_compared() {
    let document = |schemas: Vec<(String, Value)>| {
        let reference = json!({ "$ref": "#/components/schemas/S0" });
        let schemas: Map<String, Value> = schemas.into_iter().collect();
        json!({
            "openapi": "3.0.3",
            "paths": { "/": { "get": { "responses": { "200": { "content": {
                "application/json": { "schema": reference },
            } } } } } },
            "components": { "schemas": schemas },
        })
    };
    let next = |index: usize| json!({ "$ref": format!("#/components/schemas/S{}", index + 1) });
    let chain = |of: &dyn Fn(usize) -> Value, last: &str| {
        let mut all: Vec<_> = (0..1_500).map(|index| (format!("S{index}"), of(index))).collect();
        all.push(("S1500".to_owned(), json!({ "type": last })));
        document(all)
    };
    let error = Table::of_document(&chain(&next, "string")).unwrap_err().to_string();
    assert!(error.contains("through more than 200 other references"), "{error}");
    let check = |old: &Value, new: &Value| {
        assert_eq!(changes(old, old), []);
        // Some alternatives are only spare, but each difference is reported.
        assert_ne!(changes(old, new), []);
    };
    let all = |index| json!({ "allOf": [next(index)] });
    check(&chain(&all, "string"), &chain(&all, "integer"));
    if !crate::is_long() {
        return;
    }
    let one = |index| json!({ "oneOf": [next(index), { "type": "object" }] });
    check(&chain(&one, "string"), &chain(&one, "integer"));
    let wide = |count: usize| {
        let properties = (0..1_500).map(|index| (format!("p{index}"), json!({ "type": "string" })));
        let alternatives =
            (0..count).map(|index| json!({ "type": "object", "minProperties": index }));
        document(vec![(
            "S0".to_owned(),
            json!({
                "properties": properties.collect::<Map<_, _>>(),
                "oneOf": alternatives.collect::<Vec<_>>(),
            }),
        )])
    };
    check(&wide(1_499), &wide(1_500));
}
