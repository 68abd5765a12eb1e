//! Checks that the spec, its examples and the generated types agree.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ofauth_api::types::{CanNotSendReason, ChatPage, ErrorBody, MediaKind, Message, MessageSender};
use serde_json::{Value, json};

fn spec() -> Value {
    serde_saphyr::from_str(include_str!("../openapi/ofauth.yaml")).unwrap()
}

/// The example of the documentation page, with placeholders replaced by values of their type.
fn documentation() -> Value {
    serde_json::from_str(include_str!("../openapi/examples/documentation.json")).unwrap()
}

fn decode(page: &Value) -> Result<ChatPage, serde_json::Error> {
    serde_json::from_str(&page.to_string())
}

/// Encodes a page again. A whole `number` (`duration`) is encoded as `123.0`, which is shortened to
/// the equal `123`.
fn encode(page: &ChatPage) -> Value {
    fn shorten(value: &mut Value) {
        match value {
            Value::Object(object) => object.values_mut().for_each(shorten),
            Value::Array(items) => items.iter_mut().for_each(shorten),
            Value::Number(number) if number.is_f64() => {
                if let Some(whole) = number.as_f64().filter(|number| number.fract() == 0.0) {
                    *value = json!(whole as i64);
                }
            }
            _ => {}
        }
    }
    let mut value = serde_json::to_value(page).unwrap();
    shorten(&mut value);
    value
}

fn last_message(page: &ChatPage) -> &Message {
    page.list[0].last_message.as_ref().unwrap()
}

/// Builds a validator for one of the spec's schemas. OpenAPI 3.0 writes `nullable: true` where JSON
/// Schema has a list of types.
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

fn assert_valid(validator: &jsonschema::Validator, name: &str, value: &Value) {
    let errors: Vec<String> = validator
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{name}: {errors:#?}");
}

#[test]
fn every_example_file_is_a_valid_page_and_round_trips() {
    let validator = validator("ChatPage");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi/examples");
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_valid(&validator, &path.display().to_string(), &value);
        let page: ChatPage = serde_json::from_str(&text).unwrap();
        assert_eq!(encode(&page), value, "{}", path.display());
        count += 1;
    }
    assert!(count >= 3, "only {count} examples were found");
}

#[test]
fn every_example_in_the_spec_is_valid_and_decodes() {
    let spec = spec();
    let responses = spec["paths"]["/v2/access/chats"]["get"]["responses"].as_object().unwrap();
    let (page, error) = (validator("ChatPage"), validator("ErrorBody"));
    for (status, response) in responses {
        let response = match response["$ref"].as_str() {
            Some(reference) => spec.pointer(&reference[1..]).unwrap(),
            None => response,
        };
        let media = &response["content"]["application/json"];
        let named = media["examples"].as_object().into_iter().flat_map(|named| named.values());
        let examples: Vec<&Value> =
            named.map(|example| &example["value"]).chain(media.get("example")).collect();
        assert!(!examples.is_empty(), "{status} has no example");
        for example in examples {
            if status == "200" {
                assert_valid(&page, status, example);
                decode(example).unwrap();
            } else {
                assert_valid(&error, status, example);
                serde_json::from_value::<ErrorBody>(example.clone()).unwrap();
            }
        }
    }
}

#[test]
fn the_placeholders_of_the_documentation_page_decode() {
    // The page shows "<string>" for dates too, and "<unknown>" for release forms.
    let mut value = documentation();
    let message = &mut value["list"][0]["lastMessage"];
    message["createdAt"] = json!("<string>");
    message["changedAt"] = json!("<string>");
    message["media"][0]["createdAt"] = json!("<string>");
    message["releaseForms"] = json!("<unknown>");
    let page = decode(&value).unwrap();
    let created = last_message(&page).created_at.as_ref().unwrap();
    assert_eq!((created.as_str(), created.to_datetime()), ("<string>", None));
    assert_eq!(encode(&page), value);
}

#[test]
fn only_optional_fields_may_be_absent_or_null() {
    let spec = spec();
    let mut found = BTreeMap::new();
    presence(&spec, &spec["components"]["schemas"]["ChatPage"], &documentation(), "", &mut found);
    assert!(found.len() > 100, "only {} properties were found", found.len());
    for (place, required) in found {
        let (parent, key) = place.rsplit_once('/').unwrap();
        let mut absent = documentation();
        absent.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key).unwrap();
        assert_eq!(decode(&absent).is_ok(), !required, "without {place}");
        let mut null = documentation();
        *null.pointer_mut(&place).unwrap() = Value::Null;
        assert_eq!(decode(&null).is_ok(), !required, "with null at {place}");
    }
}

/// Collects the JSON pointer of each property of `value`, and whether the schema requires it.
fn presence(
    spec: &Value,
    schema: &Value,
    value: &Value,
    place: &str,
    found: &mut BTreeMap<String, bool>,
) {
    if let Some(reference) = schema["$ref"].as_str() {
        return presence(spec, spec.pointer(&reference[1..]).unwrap(), value, place, found);
    }
    for part in ["allOf", "oneOf"] {
        // The documentation's example shows the first alternative.
        if let Some(schema) = schema[part].get(0) {
            return presence(spec, schema, value, place, found);
        }
    }
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                presence(spec, &schema["items"], item, &format!("{place}/{index}"), found);
            }
        }
        Value::Object(entries) if !schema["properties"].is_null() => {
            for (key, value) in entries {
                let place = format!("{place}/{key}");
                let property = &schema["properties"][key];
                assert!(!property.is_null(), "{place} is not in the spec");
                let required = schema["required"].as_array();
                let required = required.is_some_and(|names| names.iter().any(|name| name == key));
                found.insert(place.clone(), required);
                presence(spec, property, value, &place, found);
            }
        }
        _ => {}
    }
}

#[test]
fn unknown_fields_and_values_decode() {
    let mut value = documentation();
    value["newInPage"] = json!({ "a": [1] });
    value["list"][0]["newInChat"] = json!(true);
    let media = &mut value["list"][0]["lastMessage"]["media"][0];
    media["type"] = json!("hologram");
    media["files"]["full"]["newInFile"] = json!(null);
    let page = decode(&value).unwrap();
    let media = &last_message(&page).media[0];
    assert_eq!(media.type_, Some(MediaKind::Other("hologram".to_owned())));
    assert_eq!(serde_json::to_value(media).unwrap()["type"], "hologram");
}

#[test]
fn known_enum_values_never_decode_as_other() {
    let spec = spec();
    let values = spec["components"]["schemas"]["MediaKind"]["enum"].as_array().unwrap();
    assert_eq!(values, MediaKind::KNOWN);
    for value in MediaKind::KNOWN {
        let kind = MediaKind::from(*value);
        assert!(!matches!(kind, MediaKind::Other(_)), "{value}");
        assert_eq!(kind.to_string(), *value);
    }
}

#[test]
fn ids_above_2_53_are_exact() {
    let mut value = documentation();
    for (place, id) in [
        ("/list/0/withUser/id", i64::MAX),
        ("/list/0/lastReadMessageId", 9_007_199_254_740_993),
        ("/list/0/lastMessage/id", 9_007_199_254_740_993),
        ("/list/0/lastMessage/previews/0", i64::MAX - 1),
        ("/list/0/lastMessage/media/0/id", i64::MAX),
    ] {
        *value.pointer_mut(place).unwrap() = json!(id);
    }
    assert_eq!(encode(&decode(&value).unwrap()), value);
}

#[test]
fn a_sender_has_a_name_or_a_view() {
    let mut value = documentation();
    let page = decode(&value).unwrap();
    let sender = &last_message(&page).from_user;
    assert!(matches!(sender, MessageSender::Name(user) if user.name == "text"));
    assert_eq!(sender.id(), 123);

    value["list"][0]["lastMessage"]["fromUser"] = json!({ "id": 7, "_view": "s" });
    let page = decode(&value).unwrap();
    let sender = &last_message(&page).from_user;
    assert!(matches!(sender, MessageSender::View(user) if user.view == "s"));
    assert_eq!(sender.id(), 7);
}

#[test]
fn a_reason_is_a_flag_or_text() {
    let reason = |json: Value| {
        let mut value = documentation();
        value["list"][0]["canNotSendReason"] = json;
        decode(&value).unwrap().list[0].can_not_send_reason.clone()
    };
    assert!(matches!(reason(json!(true)), Some(CanNotSendReason::Flag(true))));
    assert!(matches!(reason(json!(false)), Some(CanNotSendReason::Flag(false))));
    assert!(matches!(reason(json!("x")), Some(CanNotSendReason::Reason(words)) if words == "x"));
}

#[test]
fn release_forms_of_a_message_are_any_json() {
    for forms in [json!(1.5), json!("x"), json!([]), json!({ "a": { "b": null } }), json!(false)] {
        let mut value = documentation();
        value["list"][0]["lastMessage"]["releaseForms"] = forms.clone();
        let page = decode(&value).unwrap();
        assert_eq!(last_message(&page).release_forms, Some(forms));
    }
}

#[test]
fn debug_shows_no_private_value() {
    let page: ChatPage =
        serde_json::from_str(include_str!("../openapi/examples/page.json")).unwrap();
    let shown = format!("{page:?} {page:#?}");
    for message in page.list.iter().flat_map(|chat| &chat.last_message) {
        assert!(message.text.is_empty() || !shown.contains(&message.text));
        if let MessageSender::Name(user) = &message.from_user {
            assert!(!shown.contains(&user.name), "{}", user.name);
        }
        assert!(shown.contains(&message.id.to_string()), "ids are not private");
    }
    assert!(!shown.contains("https://"), "URLs give access to media");
    assert!(shown.contains("text: [private]"));

    let builder = Message::builder().text("hunter2".to_owned());
    assert!(!format!("{builder:?}").contains("hunter2"));
}
