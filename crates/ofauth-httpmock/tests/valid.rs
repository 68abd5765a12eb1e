//! Samples, errors and strategies conform to the API's description.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use ofauth_api::types::{ChatPage, Media};
use ofauth_httpmock::{error, sample};
use serde_json::{Value, json};

fn spec() -> Value {
    serde_saphyr::from_str(include_str!("../../../openapi/ofauth.yaml")).unwrap()
}

/// Returns a validator for a schema of the spec. OpenAPI 3.0 has `nullable: true` where JSON Schema
/// has a list of types.
fn validator(schema: &str) -> jsonschema::Validator {
    fn translate(value: &mut Value) {
        if let Value::Object(object) = value {
            if object.remove("nullable") == Some(json!(true)) {
                let kind = object["type"].take();
                object["type"] = json!([kind, "null"]);
            }
            object.values_mut().for_each(translate);
        } else if let Value::Array(items) = value {
            items.iter_mut().for_each(translate);
        }
    }
    let mut components = spec()["components"].take();
    translate(&mut components);
    let root =
        json!({ "$ref": format!("#/components/schemas/{schema}"), "components": components });
    jsonschema::options().should_validate_formats(true).build(&root).unwrap()
}

fn complaints(validator: &jsonschema::Validator, value: &Value) -> Vec<String> {
    validator
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect()
}

#[test]
fn samples_are_valid() {
    let (page, media) = (validator("ChatPage"), validator("Media"));
    for chats in [0, 1, 20] {
        assert_eq!(complaints(&page, &json!(sample::page(chats))), Vec::<String>::new());
    }
    let sample: Media = sample::media(7).try_into().unwrap();
    assert_eq!(complaints(&media, &json!(sample)), Vec::<String>::new());
}

#[test]
fn pages_follow_each_other() {
    for (chats, sizes) in [(0, vec![0]), (20, vec![20]), (45, vec![20, 20, 5])] {
        let pages = sample::pages(chats);
        assert_eq!(pages.iter().map(|page| page.list.len()).collect::<Vec<_>>(), sizes);
        let mut offset = 0;
        for (index, page) in pages.iter().enumerate() {
            offset += page.list.len() as i64;
            assert_eq!(page.has_more, index + 1 < pages.len());
            assert_eq!(page.next_offset.map(|next| next.get()), page.has_more.then_some(offset));
        }
    }
}

#[test]
fn errors_are_valid_and_complete() {
    let validator = validator("ErrorBody");
    let spec = spec();
    let mut types: Vec<Value> = Vec::new();
    let mut statuses: Vec<String> = Vec::new();
    for error in error::all() {
        let body = json!(error.body);
        assert_eq!(complaints(&validator, &body), Vec::<String>::new(), "{body}");
        types.extend(body.get("type").cloned());
        statuses.push(error.status.to_string());
    }
    statuses.dedup();
    assert_eq!(&types, spec["components"]["schemas"]["ErrorType"]["enum"].as_array().unwrap());
    let responses = spec["paths"]["/v2/access/chats"]["get"]["responses"].as_object().unwrap();
    let documented: Vec<&String> = responses.keys().filter(|status| *status != "200").collect();
    assert_eq!(statuses.iter().collect::<Vec<_>>(), documented);
}

#[cfg(feature = "proptest")]
#[test]
fn strategies_generate_valid_pages_that_round_trip() {
    use proptest::prelude::{ProptestConfig, proptest};

    let validator = validator("ChatPage");
    proptest!(ProptestConfig::with_cases(300), |(page in ofauth_httpmock::arbitrary::page())| {
        let value = json!(page);
        assert_eq!(complaints(&validator, &value), Vec::<String>::new());
        let back: ChatPage = serde_json::from_str(&value.to_string()).unwrap();
        assert_eq!(json!(back), value);
    });
}

#[cfg(not(feature = "proptest"))]
#[test]
fn a_page_round_trips() {
    let value = json!(sample::page(20));
    let back: ChatPage = serde_json::from_str(&value.to_string()).unwrap();
    assert_eq!(json!(back), value);
}
