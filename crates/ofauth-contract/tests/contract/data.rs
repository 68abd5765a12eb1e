//! Drift of map keys, enum words, multiples and unique items.

use std::sync::Arc;

use ofauth_contract::{Drift, Finding, Table};
use serde_json::{Map, Value, json};

fn drift(schema: &Value) -> Drift {
    let (table, row) = Table::of_schema(schema).unwrap();
    Drift::new(Arc::new(table), row)
}

fn observe(drift: &mut Drift, body: &Value) -> Vec<String> {
    let new = drift.observe(body.to_string().as_bytes()).unwrap();
    summaries(&new)
}

fn summaries(findings: &[Finding]) -> Vec<String> {
    let summary = |f: &Finding| format!("{}: {}, {}, {}", f.place, f.expected, f.seen, f.count);
    findings.iter().map(summary).collect()
}

/// `count` names made of letters only, as account names may be.
fn names(count: u8) -> impl Iterator<Item = String> {
    (0..count).map(|index| format!("anna{}", char::from(b'a' + index)))
}

fn users(count: u8) -> Value {
    let users: Map<String, Value> = names(count).map(|name| (name, json!(1))).collect();
    users.into()
}

fn object() -> Value {
    json!({ "type": "object", "properties": { "users": {
        "type": "object", "properties": { "all": { "type": "integer" } },
    } } })
}

#[test]
fn many_unknown_names_at_a_place_are_map_keys() {
    let mut few = drift(&object());
    let body = |count| json!({ "users": users(count) });
    assert_eq!(observe(&mut few, &body(16)).len(), 16);
    assert_eq!(summaries(&few.findings())[0], "users.annaa: nothing, integer, 1");
    // With one more name, the fields are no longer reported by name.
    let mut more = body(17);
    more["users"]["extra"] = json!("x");
    let new = observe(&mut few, &more);
    assert_eq!(new, ["users{}: nothing, integer, 33", "users{}: nothing, string, 1"]);
    assert_eq!(observe(&mut few, &body(20)), [] as [&str; 0]);
    let all = ["users{}: nothing, integer, 53", "users{}: nothing, string, 1"];
    assert_eq!(summaries(&few.findings()), all);
    assert!(!format!("{few:?}").contains("anna"));

    // If a single body has too many names, no field is ever reported by name.
    let mut many = drift(&object());
    assert_eq!(observe(&mut many, &body(17)), ["users{}: nothing, integer, 17"]);
    assert!(many.observations().all(|seen| seen.field.is_none()));
}

#[test]
fn map_keys_of_unknown_values_are_not_kept() {
    let mut drift = drift(&object());
    observe(&mut drift, &json!({ "more": users(17) }));
    observe(&mut drift, &json!({ "more": { "bob": 2 } }));
    let shown = format!("{drift:?}");
    assert_eq!(summaries(&drift.findings()), ["more: nothing, object, 2"]);
    assert!(!shown.contains("anna") && !shown.contains("bob"), "{shown}");
    // An object whose many fields have different types isn't a map.
    let mut fields = users(17);
    fields["title"] = json!("x");
    let mut drift = self::drift(&object());
    observe(&mut drift, &json!({ "more": fields }));
    assert!(format!("{drift:?}").contains("title"));
}

#[test]
fn too_many_different_words_are_not_kept() {
    let schema = json!({ "type": "string", "enum": ["photo"], "x-extensible-enum": true });
    let mut few = drift(&schema);
    let words = |drift: &Drift| {
        let seen = drift.observations().next().unwrap();
        (seen.words.len(), seen.others, seen.finding.count)
    };
    for name in names(16) {
        observe(&mut few, &json!(name));
    }
    observe(&mut few, &json!("Anna M."));
    assert_eq!(words(&few), (16, 1, 17));
    for _ in 0..2 {
        for name in names(20) {
            observe(&mut few, &json!(name));
        }
    }
    let (kept, others, count) = words(&few);
    assert_eq!((kept, count), (0, 57));
    assert!(others > 17, "{others}");
}

#[test]
fn multiples_and_unique_items_are_checked() {
    let price = json!({ "type": "number", "multipleOf": 0.01 });
    let whole = json!({ "type": "integer", "multipleOf": 5 });
    let unique = json!({ "type": "array", "uniqueItems": true, "items": { "type": "number" } });
    let any = json!({ "type": "array", "uniqueItems": true });
    let step = |of: &str, seen: &str| format!("$: a multiple of {of}, {seen}, 1");
    let twice = "$: unique items, array, 1".to_owned();
    for (schema, good, bad, expected) in [
        (&price, json!(0.29), json!(0.295), step("0.01", "number")),
        (&price, json!(1_234_567.89), json!(1e-3), step("0.01", "number")),
        (&price, json!(3), json!(-0.001), step("0.01", "number")),
        (&whole, json!(-15), json!(7), step("5", "integer")),
        (&unique, json!([1, 2, 1.5]), json!([1, 2, 1.0]), twice.clone()),
        (&unique, json!([]), json!([0, -0.0]), twice.clone()),
        (
            &any,
            json!([{ "a": 1 }, { "a": 2 }, "1", 1, null, [1]]),
            json!([{ "a": 1, "b": 2 }, { "b": 2.0, "a": 1 }]),
            twice,
        ),
    ] {
        let mut drift = drift(schema);
        assert_eq!(observe(&mut drift, &good), [] as [&str; 0], "{schema} {good}");
        assert_eq!(observe(&mut drift, &bad), [expected], "{schema} {bad}");
    }
    // The items themselves are still checked.
    let items = observe(&mut drift(&unique), &json!([1, "x", "x"]));
    assert_eq!(items, ["[]: number, string, 2", "$: unique items, array, 1"]);
}

#[test]
fn each_exceeded_limit_is_a_separate_finding() {
    let mut drift = drift(&json!({ "type": "integer", "minimum": 1, "maximum": 5 }));
    observe(&mut drift, &json!(0));
    observe(&mut drift, &json!(6));
    let expected = ["$: at least 1, integer, 1", "$: at most 5, integer, 1"];
    assert_eq!(summaries(&drift.findings()), expected);
}

#[test]
fn the_number_of_kept_names_is_limited() {
    let name = |index: usize| {
        format!(
            "n{}",
            "abcdefghij".chars().cycle().skip(index % 10).take(1 + index / 10).collect::<String>()
        )
    };
    let values = (0..390)
        .map(|index| json!({ name(index): if index % 2 == 0 { json!(1) } else { json!("x") } }));
    let mut seen = drift(&json!({ "type": "object", "properties": { "a": {} } }));
    observe(&mut seen, &json!({ "list": values.collect::<Vec<Value>>() }));
    let observation = seen.observations().next().unwrap();
    let items = observation.shape.items.as_ref().unwrap();
    assert!(items.fields.len() <= 256, "{}", items.fields.len());
    assert_eq!(items.count, 390);
}
