//! `cargo xtask drift`, run as a process on a copy of the spec.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod captures;
mod drafts;
mod layout;

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

const SPEC: &str = include_str!("../spec.yaml");

struct Copy(TempDir);

impl Copy {
    fn new() -> Self {
        let copy = Self(TempDir::new().unwrap());
        for folder in ["openapi", "xtask", "build", "crates/ofauth-httpmock/src"] {
            fs::create_dir_all(copy.0.path().join(folder)).unwrap();
        }
        fs::write(copy.spec(), SPEC).unwrap();
        copy
    }

    fn spec(&self) -> PathBuf {
        self.0.path().join("openapi/ofauth.yaml")
    }

    fn xtask(&self, arguments: &[&str], stdin: &str) -> (i32, String, String) {
        let mut child = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(arguments)
            .env("CARGO_MANIFEST_DIR", self.0.path().join("xtask"))
            .current_dir(self.0.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // The process may exit before it has read all of its input.
        let _ = child.stdin.take().unwrap().write_all(stdin.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    fn drift(&self, capture: &str, more: &[&str]) -> (i32, String, String) {
        self.xtask(&[&["drift", "-"], more].concat(), capture)
    }
}

/// A page of one chat with one photo.
fn page() -> Value {
    json!({
        "list": [{
            "withUser": { "id": 1, "_view": "s" },
            "canSendMessage": true,
            "lastMessage": {
                "id": 2, "text": "hunter2", "fromUser": { "id": 1, "name": "hunter2" }, "previews": [],
                "createdAt": "2024-01-15T10:30:00+00:00",
                "media": [{
                    "id": 3, "type": "photo", "convertedToVideo": false, "canView": true, "hasError": false,
                    "createdAt": "2024-01-15T10:30:00+00:00", "isReady": true, "releaseForms": [],
                }],
            },
        }],
        "hasMore": false,
    })
}

fn changed(change: impl Fn(&mut Value)) -> String {
    let mut page = page();
    change(&mut page);
    page.to_string()
}

fn media(page: &mut Value) -> &mut Value {
    &mut page["list"][0]["lastMessage"]["media"][0]
}

#[test]
fn a_matching_page_has_no_drift() {
    let copy = Copy::new();
    let (code, stdout, stderr) = copy.drift(&page().to_string(), &[]);
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, "no drift in 1 response\n", ""));
    let (code, stdout, _) = copy.drift(&page().to_string(), &["--format", "json"]);
    assert_eq!(code, 0);
    assert_eq!(
        serde_json::from_str::<Value>(&stdout).unwrap(),
        json!({ "findings": [], "unreadable": [], "responses": 1, "skipped": 0 })
    );
}

#[test]
fn each_difference_is_reported_once_with_its_count_but_no_value() {
    let copy = Copy::new();
    let other = changed(|page| {
        page["list"][0]["withUser"]["id"] = json!("hunter2");
        page["list"][0]["isArchived"] = json!("hunter2");
        media(page)["type"] = json!("hunter2");
    });
    let capture = format!("{other}\n{}\n{other}\n", page());
    let (code, stdout, stderr) = copy.drift(&capture, &[]);
    let expected = "\
unknown-field: list[].isArchived: expected nothing, seen string, 2 times in GET /v2/access/chats 200
unknown-value: list[].lastMessage.media[].type: expected one of audio, gif, photo, video, seen string, 2 times in GET /v2/access/chats 200
wrong-type: list[].withUser.id: expected integer, seen string, 2 times in GET /v2/access/chats 200
3 findings in 3 responses
";
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (1, expected, ""));

    let (code, stdout, _) = copy.drift(&capture, &["--format", "json"]);
    assert_eq!(code, 1);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    let first = json!({
        "place": "list[].isArchived", "kind": "unknown-field", "expected": "nothing", "seen": "string", "count": 2,
        "where": ["GET /v2/access/chats 200"],
    });
    assert_eq!(report["findings"][0], first);
    assert_eq!(report["findings"].as_array().unwrap().len(), 3);
}

#[test]
fn har_entries_are_compared_by_operation_and_status() {
    let entry = |method: &str, url: &str, status: u16, mime: &str, body: Value| {
        json!({
            "request": { "method": method, "url": url },
            "response": { "status": status, "content": { "mimeType": mime, "text": body.to_string() } },
        })
    };
    let url = "https://api-next.ofauth.com/v2/access/chats?limit=2";
    let error = json!({ "error": "x", "requestId": "req_1", "retry": true });
    let mut encoded = entry("GET", url, 200, "application/json", json!(null));
    encoded["response"]["content"]["encoding"] = json!("base64");
    // {"list": [], "hasMore": 1}
    encoded["response"]["content"]["text"] = json!("eyJsaXN0IjogW10sICJoYXNNb3JlIjogMX0=");
    let har =
        |entries: Value| json!({ "log": { "version": "1.2", "entries": entries } }).to_string();
    let capture = har(json!([
        entry("GET", url, 200, "application/json", page()),
        entry("GET", url, 429, "application/json; charset=utf-8", error),
        entry("GET", url, 502, "text/html", json!("<html>")),
        entry("POST", url, 200, "application/json", json!({ "other": 1 })),
        entry(
            "GET",
            "https://api-next.ofauth.com/v2/access/self",
            200,
            "application/json",
            json!({})
        ),
        encoded,
    ]));
    let copy = Copy::new();
    fs::write(copy.0.path().join("session.har"), &capture).unwrap();
    let (code, stdout, stderr) = copy.xtask(&["drift", "session.har"], "");
    let html =
        "session.har: log.entries[2]: it was sent as text/html, which the spec doesn't describe";
    assert_eq!((code, stderr), (1, format!("cannot be read: {html}\n")));
    let expected = "\
wrong-type: hasMore: expected boolean, seen integer, 1 time in GET /v2/access/chats 200
unknown-field: retry: expected nothing, seen boolean, 1 time in GET /v2/access/chats 429
2 findings in 3 responses; 2 entries skipped; 1 body unreadable
";
    assert_eq!(stdout, expected);

    let (code, _, stderr) = copy.drift(&har(json!([])), &[]);
    assert_eq!(code, 3);
    assert!(
        stderr.contains("no JSON response to an operation in the spec (entries: 0)"),
        "{stderr}"
    );
}

#[test]
fn unreadable_input_exits_with_3_and_shows_no_value() {
    let copy = Copy::new();
    let deep = "[".repeat(100_000);
    for capture in
        ["", "hunter2", "{\"list\": [hunter2", "{\"log\": {\"entries\": \"hunter2\"}}", &deep]
    {
        let (code, stdout, stderr) = copy.drift(capture, &[]);
        assert_eq!((code, stdout.as_str()), (3, ""), "{stderr}");
        assert!(stderr.starts_with("error: stdin: "), "{stderr}");
        assert!(stderr.contains("line 1") || stderr.contains("it is empty"), "{stderr}");
        assert!(!stderr.contains("hunter2"), "{stderr}");
    }
    assert_eq!(copy.xtask(&["drift", "none.json"], "").0, 3);
    let (code, _, stderr) = copy.drift("{}", &["--operation", "none"]);
    assert_eq!(code, 2);
    assert!(stderr.ends_with("; the spec has: listChats\n"), "{stderr}");
    assert_eq!(copy.xtask(&["drift"], "").0, 2);
    assert_eq!(copy.drift("{}", &["--format", "markdown"]).0, 2);
}

#[test]
fn an_update_permits_the_observed_values_and_keeps_the_rest_of_the_spec() {
    type Change = fn(&mut Value);
    let changes: [(&str, Change); 14] = [
        ("a flag", |page| page["list"][0]["isArchived"] = json!(true)),
        ("a key that YAML would read as a number", |page| page["list"][0]["1080"] = json!(null)),
        ("an object with objects", |page| {
            page["list"][0]["badge"] = json!({ "name": "x", "size": { "w": 1.5 }, "tags": ["a"] })
        }),
        ("a list of objects", |page| {
            media(page)["versions"] = json!([{ "id": 1 }, { "id": null }])
        }),
        ("keys that are data", |page| {
            page["list"][0]["withUser"]["notes"] = json!({ "Anna Müller": 1 })
        }),
        ("several types", |page| {
            page["x"] = json!([1, "a", {}]);
        }),
        ("a fraction", |page| page["list"][0]["withUser"]["id"] = json!(1.5)),
        ("null", |page| page["list"][0]["canSendMessage"] = Value::Null),
        ("null for a required array", |page| page["list"] = Value::Null),
        ("null for a reference", |page| page["list"][0]["lastMessage"] = Value::Null),
        ("null for alternatives", |page| page["list"][0]["canNotSendReason"] = Value::Null),
        ("a missing field", |page| drop(media(page).as_object_mut().unwrap().remove("canView"))),
        ("a value of an open enum", |page| media(page)["type"] = json!("live")),
        ("a malformed date", |page| media(page)["createdAt"] = json!("soon")),
    ];
    for (name, change) in changes {
        let copy = Copy::new();
        let capture = changed(change);
        let (code, stdout, stderr) = copy.drift(&capture, &["--update"]);
        assert_eq!(code, 0, "{name}: {stdout}{stderr}");
        assert!(stdout.contains("--- a/openapi/ofauth.yaml"), "{name}: {stdout}");
        // `--update` has linted the draft, so a client can be generated from it.
        let both = format!("{capture}\n{}", page());
        assert_eq!(copy.drift(&both, &[]).0, 0, "{name}");

        let updated = fs::read_to_string(copy.spec()).unwrap();
        let comments = |text: &str| {
            text.lines().filter(|line| line.contains('#') && !line.contains("$ref")).count()
        };
        assert_eq!(comments(&updated), comments(SPEC), "{name}");
        let kept = SPEC.lines().filter(|line| updated.lines().any(|other| other == *line)).count();
        assert!(kept + 6 >= SPEC.lines().count(), "{name}: {kept}");
        assert!(updated.lines().count() < SPEC.lines().count() + 40, "{name}");
    }
}

#[test]
fn a_client_can_be_generated_from_a_draft() {
    let copy = Copy::new();
    let capture = changed(|page| {
        page["list"][0]["badge"] = json!({ "name": "x", "size": { "w": 1.5 }, "tags": ["a"] });
        page["list"][0]["lastMessage"] = Value::Null;
    });
    assert_eq!(copy.drift(&capture, &["--update"]).0, 0);
    let (code, _, stderr) = copy.xtask(&["regen"], "");
    assert_eq!(code, 0, "{stderr}");
}

#[test]
fn differences_that_cannot_be_drafted_are_left_to_a_person() {
    let copy = Copy::new();
    let capture = changed(|page| media(page)["type"] = json!("Anna is here"));
    let (code, stdout, _) = copy.drift(&capture, &["--update"]);
    assert_eq!(code, 1);
    assert!(stdout.contains("by hand: list[].lastMessage.media[].type: "), "{stdout}");
    assert!(!stdout.contains("Anna"), "{stdout}");
    assert_eq!(fs::read_to_string(copy.spec()).unwrap(), SPEC);
}

#[test]
fn values_that_do_not_look_like_words_are_counted_but_not_written() {
    let copy = Copy::new();
    let of = |kind: &str| changed(|page| media(page)["type"] = json!(kind));
    let long = "a".repeat(33);
    let not_words = ["Anna", "annaMay", "anna.may", "tok_anna", &long].map(of);
    let capture = format!("{}\n{}", not_words.join("\n"), of("live-stream_2"));
    let (code, stdout, stderr) = copy.drift(&capture, &["--update"]);
    assert_eq!((code, stderr.as_str()), (1, ""));
    assert!(
        stdout.contains("by hand: list[].lastMessage.media[].type: 5 values not added to the enum"),
        "{stdout}"
    );
    let spec = fs::read_to_string(copy.spec()).unwrap();
    assert!(spec.contains("        - 'live-stream_2'\n"), "{stdout}");
    for secret in ["Anna", "anna", &long] {
        assert!(!stdout.contains(secret), "{stdout}");
    }
}

#[test]
fn a_field_with_two_types_is_added_once() {
    let copy = Copy::new();
    let of = |value: Value| changed(|page| page["list"][0]["rank"] = value.clone());
    let capture = [of(json!(1)), of(json!("first"))].join("\n");
    let (code, stdout, stderr) = copy.drift(&capture, &["--update"]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    let spec = fs::read_to_string(copy.spec()).unwrap();
    assert_eq!(spec.matches("        rank:\n").count(), 1, "{stdout}");
    assert_eq!(copy.drift(&capture, &[]).0, 0);
}

#[test]
fn a_draft_that_breaks_a_rule_is_skipped_and_the_others_are_written() {
    let copy = Copy::new();
    // Both keys would get the same name in Rust.
    let capture = changed(|page| {
        page["list"][0]["isArchived"] = json!(true);
        page["list"][0]["withUser"]["a-b"] = json!(1);
        page["list"][0]["withUser"]["aB"] = json!(1);
    });
    let (code, stdout, stderr) = copy.drift(&capture, &["--update"]);
    assert_eq!((code, stderr.as_str()), (1, ""), "{stdout}");
    assert!(stdout.contains("the draft would be wrong: "), "{stdout}");
    let spec = fs::read_to_string(copy.spec()).unwrap();
    assert!(spec.contains("        isArchived:\n"), "{stdout}");
}

#[test]
fn a_bare_error_body_is_recognised_and_an_unknown_body_is_reported() {
    let copy = Copy::new();
    let error = json!({ "error": "x", "requestId": "req_1", "type": "rate_limit" });
    let both = format!("{error}\n{}", page());
    let (_, stdout, stderr) = copy.drift(&both, &[]);
    assert_eq!(stderr, "");
    assert!(!stdout.contains("hasMore") && !stdout.contains("list"), "{stdout}");

    for unknown in ["{\"other\": 1}", "{}", "[1]"] {
        let (code, stdout, stderr) = copy.drift(unknown, &["--update"]);
        assert_eq!((code, stderr.as_str()), (1, ""), "{stdout}");
        let expected =
            "no-alternative: $: expected a response described in the spec, seen no known fields";
        assert!(stdout.contains(expected), "{stdout}");
        assert!(stdout.contains("by hand: $: "), "{stdout}");
        assert_eq!(fs::read_to_string(copy.spec()).unwrap(), SPEC);
    }
}

#[test]
fn unusual_har_files_are_read() {
    let copy = Copy::new();
    let request = json!({ "method": "GET", "url": "https://x/v2/access/chats" });
    let entry = |text: &str| {
        let content = json!({ "mimeType": "application/json", "text": text });
        json!({ "request": request, "response": { "status": 200, "content": content } })
    };
    let har = |entries: Value| {
        let log = json!({ "entries": entries });
        format!("\u{feff}{{ \"_by\": {{ \"a\": [1] }}, \"log\": {log} }}")
    };
    let page = page().to_string();
    let good = har(json!([entry(&page), entry(&format!("\u{feff}{page}"))]));
    let (code, stdout, stderr) = copy.drift(&good, &[]);
    let expected = "no drift in 2 responses\n";
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, expected, ""));

    let broken = har(json!([entry("{\"list\": [hunter2"), entry(&page)]));
    let (code, stdout, stderr) = copy.drift(&broken, &[]);
    let expected = "no drift in 1 response; 1 body unreadable\n";
    assert_eq!((code, stdout.as_str()), (1, expected));
    assert!(stderr.starts_with("cannot be read: stdin: log.entries[0]: "), "{stderr}");
    assert!(!stderr.contains("hunter2"), "{stderr}");

    let (code, stdout, _) = copy.drift(&format!("\u{feff}{page}"), &[]);
    assert_eq!((code, stdout.as_str()), (0, "no drift in 1 response\n"));
}
