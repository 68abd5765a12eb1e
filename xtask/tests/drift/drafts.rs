//! The drafts that `--update` writes, for each kind of difference at each place.

use std::collections::BTreeMap;
use std::fs;

use serde_json::{Map, Value, json};

use crate::layout::comments;
use crate::{Copy, SPEC, changed, media};

/// Today's spec, and the page from its examples.
fn example() -> (Copy, Value) {
    let copy = Copy::new();
    fs::write(copy.spec(), include_str!("../../../openapi/ofauth.yaml")).unwrap();
    let page = include_str!("../../../openapi/examples/page.json");
    (copy, serde_json::from_str(page).unwrap())
}

/// Collects a JSON pointer to each place, keyed by the place without array indices.
fn collect_pointers(
    value: &Value,
    place: &str,
    pointer: &str,
    pointers: &mut BTreeMap<String, String>,
) {
    pointers.entry(place.to_owned()).or_insert(pointer.to_owned());
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                collect_pointers(
                    value,
                    &format!("{place}/{key}"),
                    &format!("{pointer}/{key}"),
                    pointers,
                );
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect_pointers(
                    item,
                    &format!("{place}/0"),
                    &format!("{pointer}/{index}"),
                    pointers,
                );
            }
        }
        _ => {}
    }
}

/// Changes a value, or returns `None` if the mutation doesn't apply to it.
type Mutation = fn(&Value) -> Option<Value>;

fn with(object: &Value, change: impl Fn(&mut Map<String, Value>)) -> Option<Value> {
    let mut object = object.as_object()?.clone();
    change(&mut object);
    Some(object.into())
}

/// Mutates our page at each place, one place per body, and drafts a spec that permits all of the
/// bodies. `left` lists the places that are left to a person.
fn draft_everywhere(mutation: Mutation, left: &[&str]) {
    let (copy, page) = example();
    let before = fs::read_to_string(copy.spec()).unwrap();
    let mut places = BTreeMap::new();
    collect_pointers(&page, "", "", &mut places);
    places.remove("");
    let mut bodies = vec![page.to_string()];
    for pointer in places.values() {
        let mut body = page.clone();
        let value = body.pointer_mut(pointer).unwrap();
        if let Some(mutated) = mutation(value) {
            *value = mutated;
            bodies.push(body.to_string());
        }
    }
    assert!(bodies.len() > 5);
    let capture = bodies.join("\n");
    let (code, stdout, stderr) = copy.drift(&capture, &["--update"]);
    assert_eq!(stderr, "");
    assert!(stdout.contains("written"), "{stdout}");
    let mut by_hand: Vec<&str> = stdout
        .lines()
        .filter_map(|line| line.strip_prefix("by hand: ")?.split(": ").next())
        .collect();
    by_hand.sort_unstable();
    assert_eq!(by_hand, left, "{stdout}");
    assert_eq!(code, i32::from(!left.is_empty()), "{stdout}");
    let (code, stdout, _) = copy.drift(&capture, &[]);
    let rest = stdout.lines().count() - 1;
    let expected = (i32::from(!left.is_empty()), left.len());
    assert_eq!((code, rest), expected, "{stdout}");
    let (code, stdout, _) = copy.xtask(&["lint"], "");
    assert_eq!(code, 0, "{stdout}");
    let after = fs::read_to_string(copy.spec()).unwrap();
    assert_eq!(comments(&after), comments(&before));
}

// Without its fields, a sender would match two alternatives at once, so the draft is rejected.
const SENDER: &str = "list[].lastMessage.fromUser";

#[test]
fn an_unknown_flag_is_drafted_at_each_place() {
    draft_everywhere(
        |value| with(value, |object| drop(object.insert("added".to_owned(), json!(true)))),
        &[],
    );
}

#[test]
fn an_unknown_object_is_drafted_at_each_place() {
    let added = |value: &Value| {
        with(value, |object| {
            drop(object.insert("added".to_owned(), json!({ "a": [{ "b": "x" }] })))
        })
    };
    draft_everywhere(added, &[]);
}

#[test]
fn a_map_is_drafted_at_each_place() {
    let added = |value: &Value| {
        with(value, |object| {
            let map: Map<_, _> = (0..20).map(|i| (format!("Anna {i}"), json!(i))).collect();
            object.insert("added".to_owned(), map.into());
        })
    };
    draft_everywhere(added, &[]);
}

#[test]
fn null_is_drafted_at_each_place() {
    draft_everywhere(|_| Some(Value::Null), &[SENDER]);
}

#[test]
fn missing_fields_are_drafted_at_each_place() {
    draft_everywhere(
        |value| with(value, |object| object.clear()),
        &[SENDER, "list[].withUser._view"],
    );
}

#[test]
fn fractions_are_drafted_at_each_place() {
    draft_everywhere(|value| value.is_i64().then(|| json!(1.5)), &[SENDER]);
}

#[test]
fn values_of_another_type_are_left_to_a_person() {
    let copy = Copy::new();
    let capture = changed(|page| {
        page["list"][0]["canSendMessage"] = json!("Anna said no");
        page["list"][0]["withUser"] = json!(7);
        page["list"][0]["lastMessage"]["fromUser"] = json!({ "id": 1, "title": "x" });
    });
    let (code, stdout, stderr) = copy.drift(&capture, &["--update"]);
    assert_eq!((code, stderr.as_str()), (1, ""), "{stdout}");
    for place in ["list[].canSendMessage", "list[].withUser", SENDER] {
        let line = format!("by hand: {place}: describe what else it may be");
        assert!(stdout.contains(&line), "{place}: {stdout}");
    }
    assert!(!stdout.contains("Anna"), "{stdout}");
    assert_eq!(fs::read_to_string(copy.spec()).unwrap(), SPEC);
}

#[test]
fn a_format_is_widened_if_there_is_a_wider_one() {
    let copy = Copy::new();
    let int32 = SPEC.replacen(
        "format: int64\n          description: The height",
        "format: int32\n          description: The height",
        1,
    );
    assert_ne!(int32, SPEC);
    fs::write(copy.spec(), int32).unwrap();
    let file = json!({ "url": "x", "sources": [], "height": i64::MAX });
    let capture = changed(|page| media(page)["files"] = json!({ "full": file }));
    let (code, stdout, stderr) = copy.drift(&capture, &["--update"]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    assert_eq!(fs::read_to_string(copy.spec()).unwrap(), SPEC);

    let greater = changed(|page| media(page)["id"] = json!(u64::MAX));
    let (code, stdout, _) = copy.drift(&greater, &["--update"]);
    assert_eq!(code, 1);
    assert!(
        stdout.contains(
            "by hand: list[].lastMessage.media[].id: no Rust type here holds an integer of more"
        ),
        "{stdout}"
    );
}

#[test]
fn captured_values_are_never_written() {
    const CANARY: &str = "Hunter2 canary";
    let corrupt = |page: &mut Value, value: Value| {
        page["list"][0]["added"] = value.clone();
        page["list"][0]["withUser"]["id"] = value.clone();
        page["list"][0]["canSendMessage"] = value.clone();
        page["list"][0]["lastMessage"]["fromUser"] = value.clone();
        page["hasMore"] = value.clone();
        media(page)["type"] = value.clone();
        media(page)["createdAt"] = value.clone();
        media(page)["canView"] = json!([value]);
    };
    let long = CANARY.repeat(3);
    let mut many = Map::new();
    for index in 0..20_u8 {
        many.insert(format!("canary{}", char::from(b'a' + index)), json!(1));
    }
    for value in [
        json!(CANARY),
        json!(long),
        json!({ CANARY: CANARY }),
        json!({ "name": CANARY, "tags": [CANARY] }),
        json!(many.clone()),
    ] {
        let capture = changed(|page| {
            corrupt(page, value.clone());
            page["list"][0]["withUser"].as_object_mut().unwrap().extend(many.clone());
        });
        let broken = format!("{capture}\n{{\"list\": [{{\"text\": \"{CANARY}");
        // What is printed without `--update` is printed with it, too.
        for more in [&["--update"][..], &["--update", "--format", "json"]] {
            let copy = Copy::new();
            let (code, stdout, stderr) = copy.drift(&broken, more);
            assert_eq!(code, 1, "{stdout}{stderr}");
            let spec = fs::read_to_string(copy.spec()).unwrap();
            let all = format!("{stdout}{stderr}{spec}").to_lowercase();
            assert!(!all.contains("canary"), "{more:?} {value}: {stdout}{stderr}");
        }
    }
}

#[test]
fn words_outside_an_enum_are_not_reported_and_not_drafted_if_many() {
    let of = |kind: &str| changed(|page| media(page)["type"] = json!(kind));
    let copy = Copy::new();
    let (_, stdout, _) = copy.drift(&of("canary"), &["--format", "json"]);
    assert!(!stdout.contains("canary"), "{stdout}");
    let many: Vec<String> = (b'a'..b'v').map(|c| of(&format!("canary{}", char::from(c)))).collect();
    let (code, stdout, _) = copy.drift(&many.join("\n"), &["--update"]);
    assert_eq!(code, 1);
    assert!(
        stdout.contains("by hand: list[].lastMessage.media[].type: 21 values not added"),
        "{stdout}"
    );
    assert!(!stdout.contains("canary"), "{stdout}");
    assert_eq!(fs::read_to_string(copy.spec()).unwrap(), SPEC);
}

fn object_with(key: &str, value: &Value) -> Value {
    json!({ key: value })
}

#[test]
fn possibly_personal_data_is_drafted_as_private_or_left_to_a_person() {
    let copy = Copy::new();
    let capture = changed(|page| {
        let chat = &mut page["list"][0];
        chat["byName"] = json!({ "Anna Secret": 1, "Bert Secret": 2 });
        chat["nicknames"] = json!(["a", "b"]);
        chat["scores"] = json!([1, 2]);
        chat["nothing"] = json!([]);
        chat["mixed"] = json!([1, { "a": 1 }]);
    });
    let (code, stdout, stderr) = copy.drift(&capture, &["--update"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    let spec = fs::read_to_string(copy.spec()).unwrap();
    let spec: Value = serde_saphyr::from_str(&spec).unwrap();
    let chat = &spec["components"]["schemas"]["Chat"]["properties"];
    for (name, private) in [
        ("byName", true),
        ("nicknames", true),
        ("scores", false),
        ("nothing", true),
        ("mixed", true),
        ("unreadMessagesCount", false),
    ] {
        assert_eq!(chat[name]["x-private"] == true, private, "{name}");
    }
    // Names of people, each in a separate object, are keys of a map.
    let copy = Copy::new();
    let names = ["zoe", "robert", "maria_lopez", "kim99", "zoe"];
    let bodies =
        names.map(|name| changed(|page| page["list"][0]["reactions"] = json!({ name: 1 })));
    let (code, stdout, stderr) = copy.drift(&bodies.join("\n"), &["--update"]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    let spec = fs::read_to_string(copy.spec()).unwrap();
    for name in names {
        assert!(!stdout.contains(name) && !spec.to_lowercase().contains(name), "{name}: {stdout}");
    }
    let spec: Value = serde_saphyr::from_str(&spec).unwrap();
    let reactions = &spec["components"]["schemas"]["Chat"]["properties"]["reactions"];
    assert_eq!(reactions["additionalProperties"]["type"], "integer", "{stdout}");
    assert_eq!(reactions["x-private"], true, "{stdout}");
    // The types of the values don't matter. Keys that occur in the same object are fields.
    let copy = Copy::new();
    let of = |name: &str, value: Value| {
        changed(|page| page["list"][0]["stats"] = object_with(name, &value))
    };
    let bodies = [
        of("zoe", json!(1)),
        of("robert", json!("x")),
        of("kim", json!({ "y": 1 })),
        changed(|page| page["list"][0]["counts"] = Value::Null),
        changed(|page| page["list"][0]["counts"] = Value::Null),
        changed(|page| page["list"][0]["counts"] = json!({})),
        changed(|page| page["list"][0]["counts"] = json!({})),
        changed(|page| page["list"][0]["counts"] = json!({ "likes": 1, "views": 2 })),
    ];
    let (_, stdout, _) = copy.drift(&bodies.join("\n"), &["--update"]);
    for name in ["zoe", "robert", "kim"] {
        assert!(!stdout.to_lowercase().contains(name), "{name}: {stdout}");
    }
    for name in ["likes", "views"] {
        assert!(stdout.contains(&format!("+        {name}:")), "{name}: {stdout}");
    }
    // An object with fields isn't treated as a map because of one odd key.
    let copy = Copy::new();
    let capture = changed(|page| page["list"][0]["a.b@example.com"] = json!("x"));
    let (code, stdout, _) = copy.drift(&capture, &["--update"]);
    assert_eq!(code, 1);
    assert!(stdout.contains("by hand: list[]{}: some keys look like data"), "{stdout}");
    assert!(!stdout.contains("example.com"), "{stdout}");
    assert_eq!(fs::read_to_string(copy.spec()).unwrap(), SPEC);
}

#[test]
fn other_places_that_change_with_a_shared_schema_are_listed() {
    let copy = Copy::new();
    let capture = changed(|page| media(page)["createdAt"] = json!("soon"));
    let (code, stdout, stderr) = copy.drift(&capture, &["--update"]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    let others: Vec<&str> =
        stdout.lines().filter_map(|line| line.strip_prefix("changed with it: ")).collect();
    let expected = ["list[].lastMessage.changedAt", "list[].lastMessage.createdAt"];
    assert_eq!(others, expected, "{stdout}");

    let capture = changed(|page| page["list"][0]["badge"] = json!({ "size": { "w": 1 } }));
    let copy = Copy::new();
    let (_, stdout, _) = copy.drift(&capture, &["--update"]);
    assert!(!stdout.contains("changed with it"), "{stdout}");
}

#[test]
fn possibly_personal_data_needs_a_property_to_mark_as_private() {
    // The date may now be any text, so its `x-private: false` no longer holds.
    let copy = Copy::new();
    let date = "        seenOn:\n          type: string\n          format: date\n          x-private: false # a date\n          description: When.\n";
    let spec =
        SPEC.replacen("        canSendMessage:\n", &format!("{date}        canSendMessage:\n"), 1);
    assert_ne!(spec, SPEC);
    fs::write(copy.spec(), spec).unwrap();
    let capture = changed(|page| page["list"][0]["seenOn"] = json!("Anna said yes"));
    let (code, stdout, stderr) = copy.drift(&capture, &["--update"]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    let spec = fs::read_to_string(copy.spec()).unwrap();
    let expected = "        seenOn:\n          type: string\n          x-private: true # a date\n";
    assert!(spec.contains(expected), "{stdout}");

    // If a schema may now be any text, every property that refers to it is private.
    let copy = Copy::new();
    let capture = changed(|page| media(page)["createdAt"] = json!("Anna said yes"));
    assert_eq!(copy.drift(&capture, &["--update"]).0, 0);
    let spec: Value = serde_saphyr::from_str(&fs::read_to_string(copy.spec()).unwrap()).unwrap();
    let schemas = &spec["components"]["schemas"];
    for (schema, property) in
        [("Media", "createdAt"), ("Message", "createdAt"), ("Message", "changedAt")]
    {
        assert_eq!(
            schemas[schema]["properties"][property]["x-private"], true,
            "{schema}.{property}"
        );
    }

    // Without a property to mark as private, the field is left to a person.
    let copy = Copy::new();
    let inline = SPEC.replacen(
        "                $ref: '#/components/schemas/ChatPage'\n",
        "                type: object\n                required:\n                  - list\n                properties:\n                  list:\n                    type: array\n                    description: Chats.\n                    items:\n                      $ref: '#/components/schemas/Chat'\n                  hasMore:\n                    type: boolean\n                    description: Whether more follow.\n                  nextOffset:\n                    description: Where.\n                    allOf:\n                      - $ref: '#/components/schemas/NextOffset'\n",
        1,
    );
    assert_ne!(inline, SPEC);
    fs::write(copy.spec(), &inline).unwrap();
    let capture = changed(|page| {
        page["title"] = json!("Anna said yes");
        page["total"] = json!(1);
    });
    let (code, stdout, stderr) = copy.drift(&capture, &["--update"]);
    assert_eq!((code, stderr.as_str()), (1, ""), "{stdout}");
    let expected = "by hand: title: it may be personal, and only a property";
    assert!(stdout.contains(expected), "{stdout}");
    let spec = fs::read_to_string(copy.spec()).unwrap();
    assert!(spec.contains("                  total:\n"), "{stdout}");
    assert!(!spec.contains("title:\n"), "{stdout}");
}

#[test]
fn a_request_parameter_needs_no_private_mark() {
    let copy = Copy::new();
    let spec = SPEC.replacen(
        "        - name: userListId\n",
        "        - name: since\n          in: query\n          description: Since when.\n          schema:\n            $ref: '#/components/schemas/Timestamp'\n        - name: userListId\n",
        1,
    );
    assert_ne!(spec, SPEC);
    fs::write(copy.spec(), &spec).unwrap();
    let capture = changed(|page| media(page)["createdAt"] = json!("soon"));
    let (code, stdout, stderr) = copy.drift(&capture, &["--update"]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
}
