//! Drift in response bodies: each difference is found, exactly once.

use std::sync::{Arc, LazyLock};

use ofauth_contract::{Deviation, Drift, Kind, Rest, Row, RowId, Table};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Map, Value, json};

fn contract() -> (Arc<Table>, RowId) {
    static CONTRACT: LazyLock<(Arc<Table>, RowId)> = LazyLock::new(|| {
        let spec = include_str!("../../../../openapi/ofauth.yaml");
        let table = Table::of_document(&serde_saphyr::from_str(spec).unwrap()).unwrap();
        let row = table.operations()[0].success().unwrap().1.json().unwrap();
        (Arc::new(table), row)
    });
    CONTRACT.clone()
}

/// The findings in a page: place, kind, expected, seen and count.
fn found(page: &Value) -> Vec<(String, Deviation, String, String, u64)> {
    let (table, row) = contract();
    let mut drift = Drift::new(table, row);
    drift.observe(page.to_string().as_bytes()).unwrap();
    let findings = drift.findings().into_iter();
    let parts = findings.map(|f| (f.place, f.kind, f.expected, f.seen, f.count));
    parts.collect()
}

fn page() -> Value {
    serde_json::from_str(include_str!("../../../../openapi/examples/page.json")).unwrap()
}

fn chat(page: &mut Value) -> &mut Value {
    let list = page["list"].as_array_mut().unwrap().iter_mut();
    list.into_iter().find(|chat| chat["lastMessage"]["media"][0].is_object()).unwrap()
}

/// A change to a chat, and the resulting finding: place, kind, expected and seen.
type Case = (fn(&mut Value), &'static str, Deviation, &'static str, &'static str);

#[test]
fn each_kind_of_difference_is_found_and_nothing_else() {
    let cases: [Case; 19] = [
        (
            |chat| chat["isArchived"] = json!(true),
            "list[].isArchived",
            Deviation::UnknownField,
            "nothing",
            "boolean",
        ),
        (
            |chat| chat["lastMessage"]["media"][0]["codec"] = json!({ "name": "x" }),
            "list[].lastMessage.media[].codec",
            Deviation::UnknownField,
            "nothing",
            "object",
        ),
        (
            |chat| chat["withUser"]["Anna Müller"] = json!(1),
            "list[].withUser{}",
            Deviation::UnknownField,
            "nothing",
            "integer",
        ),
        (
            |chat| chat["withUser"]["31415926"] = json!(1),
            "list[].withUser{}",
            Deviation::UnknownField,
            "nothing",
            "integer",
        ),
        (
            |chat| chat["withUser"]["id"] = json!("7"),
            "list[].withUser.id",
            Deviation::WrongType,
            "integer",
            "string",
        ),
        (
            |chat| chat["withUser"]["id"] = json!(7.5),
            "list[].withUser.id",
            Deviation::WrongType,
            "integer",
            "number",
        ),
        (
            |chat| chat["lastMessage"]["media"] = json!({}),
            "list[].lastMessage.media",
            Deviation::WrongType,
            "array",
            "object",
        ),
        (
            |chat| chat["lastMessage"] = json!([1]),
            "list[].lastMessage",
            Deviation::WrongType,
            "Message",
            "array",
        ),
        (
            |chat| chat["canSendMessage"] = Value::Null,
            "list[].canSendMessage",
            Deviation::UnexpectedNull,
            "boolean",
            "null",
        ),
        (
            |chat| chat["canNotSendReason"] = Value::Null,
            "list[].canNotSendReason",
            Deviation::UnexpectedNull,
            "boolean or string",
            "null",
        ),
        (
            |chat| drop(chat.as_object_mut().unwrap().remove("withUser")),
            "list[].withUser",
            Deviation::MissingRequired,
            "UserView",
            "nothing",
        ),
        (
            |chat| chat["lastMessage"]["media"][0]["type"] = json!("hologram"),
            "list[].lastMessage.media[].type",
            Deviation::UnknownValue,
            "one of audio, gif, photo, video",
            "string",
        ),
        (
            |chat| chat["lastMessage"]["id"] = json!(u64::MAX),
            "list[].lastMessage.id",
            Deviation::OutOfBounds,
            "int64",
            "integer",
        ),
        (
            |chat| chat["lastMessage"]["id"] = json!(1e20),
            "list[].lastMessage.id",
            Deviation::OutOfBounds,
            "int64",
            "integer",
        ),
        (
            |chat| chat["lastMessage"]["createdAt"] = json!("yesterday"),
            "list[].lastMessage.createdAt",
            Deviation::NotADate,
            "date-time",
            "string",
        ),
        (
            |chat| chat["lastMessage"]["createdAt"] = json!("2024-02-30T00:00:00Z"),
            "list[].lastMessage.createdAt",
            Deviation::NotADate,
            "date-time",
            "string",
        ),
        (
            |chat| chat["canNotSendReason"] = json!([]),
            "list[].canNotSendReason",
            Deviation::NoAlternative,
            "boolean or string",
            "array",
        ),
        (
            |chat| chat["lastMessage"]["fromUser"] = json!({ "id": 1, "title": "x" }),
            "list[].lastMessage.fromUser",
            Deviation::NoAlternative,
            "UserName or UserView",
            "object",
        ),
        (
            |chat| chat["lastMessage"]["fromUser"] = json!({ "id": 1, "name": "x", "age": 3 }),
            "list[].lastMessage.fromUser.age",
            Deviation::UnknownField,
            "nothing",
            "integer",
        ),
    ];
    assert_eq!(found(&page()), []);
    for (change, place, kind, expected, seen) in cases {
        let mut page = page();
        change(chat(&mut page));
        let one = (place.to_owned(), kind, expected.to_owned(), seen.to_owned(), 1);
        assert_eq!(found(&page), [one], "{place}");
    }
}

#[test]
fn an_operation_is_found_by_its_method_and_path() {
    let mut page = page();
    chat(&mut page)["isArchived"] = json!(true);
    chat(&mut page)["lastMessage"]["createdAt"] = json!("soon");
    let expected = found(&page);
    let (table, _) = contract();
    let mut drift = Drift::of_operation(&table, "GET", "/v2/access/chats").unwrap();
    drift.observe(page.to_string().as_bytes()).unwrap();
    let findings = drift.findings().into_iter();
    let parts: Vec<_> = findings.map(|f| (f.place, f.kind, f.expected, f.seen, f.count)).collect();
    assert_eq!(parts, expected);
    assert_eq!(parts.len(), 2);
}

#[test]
fn a_field_of_any_alternative_is_known() {
    let mut page = page();
    chat(&mut page)["lastMessage"]["fromUser"] = json!({ "id": 1, "name": "x", "_view": "s" });
    assert_eq!(found(&page), []);
}

#[test]
fn a_difference_is_counted_and_returned_only_when_new() {
    let (table, row) = contract();
    let mut drift = Drift::new(table, row);
    let body = json!({ "list": [], "hasMore": 1 }).to_string();
    assert_eq!(drift.observe(body.as_bytes()).unwrap().len(), 1);
    assert_eq!(drift.observe(body.as_bytes()).unwrap(), []);
    assert_eq!(drift.findings()[0].count, 2);
    let other = json!({ "list": [], "hasMore": "yes" }).to_string();
    assert_eq!(drift.observe(other.as_bytes()).unwrap()[0].seen, "string");
}

#[test]
fn debug_output_and_findings_hold_no_values() {
    let (table, row) = contract();
    let mut drift = Drift::new(table, row);
    let secret =
        json!({ "list": "hunter2", "hasMore": ["hunter2"], "x": { "hunter2 x": "hunter2" } });
    drift.observe(secret.to_string().as_bytes()).unwrap();
    let mut page = page();
    chat(&mut page)["lastMessage"]["media"][0]["type"] = json!("hunter2");
    drift.observe(page.to_string().as_bytes()).unwrap();
    let shown = format!("{drift:?} {}", serde_json::to_string(&drift.findings()).unwrap());
    assert!(drift.findings().len() > 3);
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn keys_that_may_be_data_are_not_reported() {
    let long = "a".repeat(41);
    let keys = [
        "anna.mueller",
        "sk_live",
        "conn_abc",
        "req_abc",
        "tok_abc",
        "a1B2c3",
        "user2024",
        "aVeryLongKeyWithANumber7",
        &long,
    ];
    for key in keys {
        for value in [json!(1), json!({ key: 1 })] {
            let mut page = page();
            chat(&mut page)["withUser"][key] = value;
            let found = found(&page);
            assert_eq!(found.len(), 1, "{key}");
            assert_eq!(found[0].0, "list[].withUser{}", "{key}");
        }
    }
    for key in ["isArchived", "s3Url", "address2", "snake_case", "req", "1080"] {
        let mut page = page();
        chat(&mut page)["withUser"][key] = json!(1);
        assert!(found(&page)[0].0.contains(key), "{key}");
    }
}

#[test]
fn sibling_objects_of_the_same_shape_are_a_map() {
    let observed = |bodies: &[Value]| {
        let (table, row) = contract();
        let mut drift = Drift::new(table, row);
        for body in bodies {
            drift.observe(body.to_string().as_bytes()).unwrap();
        }
        let places = drift.findings().into_iter().map(|found| found.place);
        let places: Vec<String> = places.filter(|place| place != "hasMore").collect();
        (places, format!("{drift:?}"))
    };
    let body = |users: Value| json!({ "list": [], "hasMore": false, "users": users });
    let (anna, bob) = (json!({ "id": 1, "age": 3 }), json!({ "id": 2 }));
    for bodies in [
        &[body(json!({ "anna": anna, "bob": bob }))][..],
        &[body(json!({ "anna": anna })), body(json!({ "bob": bob }))],
    ] {
        let (places, shown) = observed(bodies);
        assert_eq!(places, ["users"]);
        assert!(!shown.contains("anna") && !shown.contains("bob"), "{shown}");
    }
    let mut page = page();
    chat(&mut page)["withUser"]["anna"] = anna.clone();
    chat(&mut page)["withUser"]["bob"] = bob.clone();
    chat(&mut page)["withUser"]["badge"] = json!({ "text": "x" });
    let (places, shown) = observed(&[page]);
    assert_eq!(places, ["list[].withUser.badge", "list[].withUser{}"]);
    assert!(!shown.contains("anna") && !shown.contains("bob"), "{shown}");
    // Objects of different shapes are fields.
    let fields = json!({ "size": { "w": 1 }, "label": { "text": "x" } });
    assert!(observed(&[body(fields)]).1.contains("size"));
}

#[test]
fn invalid_json_is_an_error_that_holds_no_value() {
    let (table, row) = contract();
    let deep = "[".repeat(100_000);
    for body in ["", "{", "hunter2", "{\"list\": hunter2}", "{} x", &deep] {
        let mut drift = Drift::new(table.clone(), row);
        let error = drift.observe(body.as_bytes()).unwrap_err().to_string();
        assert!(error.contains("line") && !error.contains("hunter2"), "{error}");
    }
}

#[test]
fn every_kind_of_limit_is_checked() {
    let schema = json!({
        "type": "object",
        "maxProperties": 7,
        "properties": {
            "a": { "type": "integer", "minimum": 1, "maximum": 5 },
            "b": { "type": "number", "minimum": 1, "exclusiveMinimum": true },
            "c": { "type": "string", "minLength": 2, "maxLength": 3 },
            "d": { "type": "array", "minItems": 1, "maxItems": 2 },
            "e": { "type": "integer", "format": "int32" },
            "f": { "type": "integer", "enum": [1, 2] },
            "g": { "type": "string", "format": "date" },
        },
    });
    let (table, row) = Table::of_schema(&schema).unwrap();
    let table = Arc::new(table);
    for (key, good, bad) in [
        ("a", json!(1), json!(0)),
        ("a", json!(5), json!(6)),
        ("b", json!(1.1), json!(1)),
        ("c", json!("äö"), json!("ä")),
        ("c", json!("äöü"), json!("äöüß")),
        ("d", json!([1]), json!([])),
        ("d", json!([1, 2]), json!([1, 2, 3])),
        ("e", json!(i32::MAX), json!(i64::from(i32::MAX) + 1)),
        ("f", json!(2), json!(3)),
        ("g", json!("2024-02-29"), json!("2023-02-29")),
    ] {
        for (value, count) in [(good, 0), (bad, 1)] {
            let mut drift = Drift::new(table.clone(), row);
            drift.observe(json!({ key: value }).to_string().as_bytes()).unwrap();
            assert_eq!(drift.findings().len(), count, "{key}: {value}");
        }
    }
}

/// Generates a value that matches a row, and collects the places where it can be mutated.
struct Page<'a> {
    table: &'a Table,
    choices: &'a mut dyn FnMut(usize) -> usize,
    spots: Vec<(String, RowId)>,
}

impl Page<'_> {
    fn value(&mut self, id: RowId, pointer: &str, mutable: bool, depth: usize) -> Value {
        let row = self.table.row(id);
        if mutable {
            self.spots.push((pointer.to_owned(), id));
        }
        if !row.alternatives.is_empty() {
            let index = (self.choices)(row.alternatives.len());
            // A mutated alternative might match another alternative.
            return self.value(row.alternatives[index], pointer, false, depth);
        }
        if let Some(values) = &row.values {
            return values[(self.choices)(values.len())].clone();
        }
        match row.kind {
            Some(Kind::Object) => self.object(row, pointer, mutable, depth),
            Some(Kind::Array) => {
                let count = if depth > 8 { 0 } else { (self.choices)(3) };
                let item = |index| {
                    let pointer = format!("{pointer}/{index}");
                    self.value(row.items.unwrap(), &pointer, mutable, depth + 1)
                };
                (0..count).map(item).collect()
            }
            Some(Kind::String) if row.format.as_deref() == Some("date-time") => {
                json!("2024-01-15T10:30:00+00:00")
            }
            Some(Kind::String) => json!("text".repeat((self.choices)(3))),
            Some(Kind::Integer) => json!((self.choices)(1000)),
            Some(Kind::Number) => json!((self.choices)(1000) as f64 / 8.0),
            Some(Kind::Boolean) => json!((self.choices)(2) == 1),
            _ => json!({ "any": [null] }),
        }
    }

    fn object(&mut self, row: &Row, pointer: &str, mutable: bool, depth: usize) -> Value {
        let mut object = Map::new();
        for (name, field) in &row.properties {
            if field.required || (self.choices)(2) == 1 {
                let pointer = format!("{pointer}/{name}");
                object.insert(name.clone(), self.value(field.row, &pointer, mutable, depth + 1));
            }
        }
        if let Rest::Map(values) = row.rest {
            object.insert("key".to_owned(), self.value(values, "", false, depth + 1));
        }
        Value::Object(object)
    }
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(6), ..ProptestConfig::with_cases(300) })]

    #[test]
    fn a_generated_page_has_no_drift_and_one_mutation_is_one_finding(seed in any::<u64>(), pick in any::<prop::sample::Index>(), how in 0..4) {
        let (table, row) = contract();
        let mut state = seed | 1;
        // A small random number generator, because proptest would build a tree of strategies for
        // each page.
        let mut choices = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % below as u64) as usize
        };
        let mut generator = Page { table: &table, choices: &mut choices, spots: Vec::new() };
        let mut page = generator.value(row, "", true, 0);
        let spots = generator.spots;
        prop_assert_eq!(found(&page), []);

        let (pointer, id) = &spots[pick.index(spots.len())];
        let spot = table.row(*id);
        let any = spot.kind.is_none() && spot.alternatives.is_empty();
        let value = page.pointer_mut(pointer).unwrap();
        let expected = match (how, value) {
            (0, value) if !any => {
                *value = json!({ "none of the": "alternatives" });
                if spot.kind == Some(Kind::Object) {
                    *value = json!([{ "no": "object" }]);
                }
                1
            }
            (1, value) if !spot.nullable && !any => {
                *value = Value::Null;
                1
            }
            (2, Value::Object(entries)) if spot.kind == Some(Kind::Object) => {
                entries.insert("added".to_owned(), json!({ "deep": [1, "x", null] }));
                1
            }
            (3, Value::Object(entries)) if spot.kind == Some(Kind::Object) => {
                let required = spot.properties.iter().find(|(_, field)| field.required);
                required.map_or(0, |(name, _)| entries.remove(name).map_or(0, |_| 1))
            }
            _ => 0,
        };
        prop_assert_eq!(found(&page).len(), expected, "{} {}", pointer, how);
    }
}
