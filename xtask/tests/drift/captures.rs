//! Captures that are truncated, compressed, unusual or invalid.

use std::fs;

use serde_json::{Value, json};

use crate::{Copy, SPEC, page};

fn har(entries: &[Value]) -> String {
    let entries: Vec<(u16, Value)> = entries.iter().map(|text| (200, text.clone())).collect();
    har_of(&entries)
}

/// A HAR file of responses to our operation, each with a status and a text.
fn har_of(entries: &[(u16, Value)]) -> String {
    let entry = |(status, text): &(u16, Value)| {
        let content = json!({ "mimeType": "application/json", "text": text });
        json!({
            "request": { "method": "GET", "url": "https://x/v2/access/chats" },
            "response": { "status": status, "content": content },
        })
    };
    let entries: Vec<Value> = entries.iter().map(entry).collect();
    json!({ "log": { "entries": entries } }).to_string()
}

#[test]
fn undescribed_statuses_are_findings_and_each_finding_names_its_responses() {
    let copy = Copy::new();
    let error = json!({ "error": "x", "requestId": "r", "hint": "hunter2" }).to_string();
    let error = |status| (status, json!(error));
    let capture = har_of(&[
        (200, json!(page().to_string())),
        error(418),
        error(401),
        error(418),
        error(429),
        (204, json!("")),
    ]);
    let (code, stdout, stderr) = copy.drift(&capture, &[]);
    let expected = "\
unknown-status: $: expected one of 200, 400, 401, 403, 404, 429, 500, 502, 503, 504, seen 418, 2 times in GET /v2/access/chats 418
unknown-status: $: expected one of 200, 400, 401, 403, 404, 429, 500, 502, 503, 504, seen 204, 1 time in GET /v2/access/chats 204
unknown-field: hint: expected nothing, seen string, 2 times in GET /v2/access/chats 401, GET /v2/access/chats 429
3 findings in 3 responses
";
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (1, expected, ""));

    let (_, stdout, _) = copy.drift(&capture, &["--format", "json"]);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(
        report["findings"][0],
        json!({
            "place": "$", "kind": "unknown-status", "expected": "one of 200, 400, 401, 403, 404, 429, 500, 502, 503, 504",
            "seen": "418", "count": 2, "where": ["GET /v2/access/chats 418"],
        })
    );
    assert_eq!((&report["responses"], &report["skipped"]), (&json!(3), &json!(0)));

    // Also without other responses. Its meaning is unknown, so it can't be drafted.
    let alone = har_of(&[error(418)]);
    let (code, stdout, stderr) = copy.drift(&alone, &["--update"]);
    assert_eq!((code, stderr.as_str()), (1, ""), "{stdout}");
    assert!(
        stdout.contains("by hand: GET /v2/access/chats 418: describe the response"),
        "{stdout}"
    );
}

#[test]
fn each_body_is_read_or_reported() {
    let copy = Copy::new();
    let page = page().to_string();
    let request = json!({ "method": "GET", "url": "https://x/v2/access/chats" });
    let har = |content: Value| {
        let entry =
            json!({ "request": request, "response": { "status": 200, "content": content } });
        json!({ "log": { "entries": [entry] } }).to_string()
    };
    let json = |mut content: Value| {
        content["mimeType"] = json!("application/json");
        har(content)
    };
    for (content, reason) in [
        (json!({ "size": 40 }), "its body was not recorded"),
        (json!({ "size": 40, "_file": "a.json" }), "its body was not recorded"),
        (json!({ "text": "" }), "its body is empty, or was not recorded"),
        (json!({ "text": "!", "encoding": "base64" }), "its content isn't valid base64"),
    ] {
        let (code, stdout, stderr) = copy.drift(&json(content), &[]);
        assert_eq!((code, stdout.as_str()), (3, ""));
        assert_eq!(stderr, format!("error: stdin: log.entries[0]: {reason}\n"));
    }
    let (code, _, stderr) =
        copy.drift(&har(json!({ "mimeType": "text/plain", "text": page })), &[]);
    assert_eq!(code, 3);
    let expected = "it was sent as text/plain, which the spec doesn't describe\n";
    assert!(stderr.ends_with(expected), "{stderr}");
    // With line breaks, as some proxies write it.
    let encoded =
        json!({ "text": "eyJsaXN0Ijog\r\nW10sICJoYXNN\nb3JlIjogZmFsc2V9", "encoding": "base64" });
    for (capture, count) in [
        (json(encoded), 1),
        (format!("[{page}, {page}]"), 2),
        (format!("[{page}, [{page}]]"), 1),
        (format!("{page},\n{page},\n{page}"), 3),
        (page.replace("false", "7.0"), 1),
    ] {
        let (_, stdout, stderr) = copy.drift(&capture, &["--format", "json"]);
        let report: Value = serde_json::from_str(&stdout).unwrap();
        assert_eq!((&report["responses"], stderr.as_str()), (&json!(count), ""), "{capture}");
    }
    let text = format!("\u{feff}{page}\n{page}\n");
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    fs::write(copy.0.path().join("utf16"), utf16).unwrap();
    let (code, stdout, _) = copy.xtask(&["drift", "utf16"], "");
    assert_eq!((code, stdout.as_str()), (0, "no drift in 2 responses\n"));
    // The body was read, only what follows it was not.
    let (_, stdout, stderr) = copy.drift(&format!("{page} hunter2\n{page}"), &[]);
    assert_eq!(stdout, "no drift in 2 responses; 1 body unreadable\n");
    assert_eq!(stderr, "cannot be read: stdin: text after a body at line 1\n");
}

#[test]
fn any_body_is_compared_if_the_operation_is_given() {
    let copy = Copy::new();
    let (code, stdout, _) = copy.drift("{\"x\": 1}\n[]", &["--operation", "listChats"]);
    let expected = "\
wrong-type: $: expected ChatPage, seen array, 1 time in GET /v2/access/chats 200
missing-required: hasMore: expected boolean, seen nothing, 1 time in GET /v2/access/chats 200
missing-required: list: expected array, seen nothing, 1 time in GET /v2/access/chats 200
unknown-field: x: expected nothing, seen integer, 1 time in GET /v2/access/chats 200
4 findings in 2 responses
";
    assert_eq!((code, stdout.as_str()), (1, expected));

    // The status of a bare error body is unknown.
    let error = json!({ "error": "x", "requestId": "r", "hint": "hunter2" });
    let (_, stdout, _) = copy.drift(&error.to_string(), &["--format", "json"]);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    let responses = report["findings"][0]["where"].as_array().unwrap();
    assert!(
        responses.len() > 5 && !responses.contains(&json!("GET /v2/access/chats 200")),
        "{stdout}"
    );
}

#[test]
fn an_unreadable_line_does_not_hide_the_lines_after_it() {
    let copy = Copy::new();
    let page = page().to_string();
    let capture = format!(
        "{page}\n{{\"list\": [hunter2\n{page}\n2026-11-25 hunter2\n{page}\n{{\"list\": \"hunt\n{page}\n{{\"a\": ["
    );
    let (code, stdout, stderr) = copy.drift(&capture, &[]);
    let expected = "no drift in 4 responses; 4 bodies unreadable\n";
    assert_eq!((code, stdout.as_str()), (1, expected), "{stderr}");
    let expected = "\
cannot be read: stdin: invalid JSON at line 2, column 11
cannot be read: stdin: invalid JSON at line 4, column 5
cannot be read: stdin: truncated at line 6, column 14
cannot be read: stdin: truncated at line 8, column 7
";
    assert_eq!(stderr, expected);

    // A body that spans several lines is a single body.
    let pretty = serde_json::to_string_pretty(&crate::page()).unwrap();
    let broken = pretty.replacen("true", "hunter2", 1);
    let (code, _, stderr) = copy.drift(&broken, &[]);
    assert_eq!((code, stderr.lines().count()), (3, 1), "{stderr}");

    // Lines may be indented, or hold arrays.
    let wrong = page.replacen("false", "7", 1);
    let capture = format!("  {page}\n  {{\"list\": \"Anna\n  {wrong}\n");
    let (_, stdout, stderr) = copy.drift(&capture, &[]);
    assert!(stdout.contains("1 finding in 2 responses; 1 body unreadable"), "{stdout}");
    assert!(stderr.contains("truncated at line 2, column"), "{stderr}");
    let capture = format!("{page}\n  {{\"list\": \"Anna\n{wrong}\n{wrong}\n");
    let (_, stdout, _) = copy.drift(&capture, &[]);
    assert!(stdout.contains("1 finding in 3 responses; 1 body unreadable"), "{stdout}");
    let (_, stdout, _) = copy.drift("[1]\n[2\n[3]", &[]);
    assert!(stdout.contains("in 2 responses; 1 body unreadable"), "{stdout}");

    // A number that is out of range is noticed only when the body is compared.
    let infinite = page.replacen("true", "1e999", 1);
    let (_, _, stderr) = copy.drift(&format!("{page}\n\n{page}\n{infinite}\n{page}"), &[]);
    assert!(stderr.contains("invalid JSON at line 4, column "), "{stderr}");

    // Each line is read only once, even if many are incomplete.
    let unclosed = format!("{page}\n{}", "{\"a\":[\n".repeat(100_000));
    let (code, stdout, _) = copy.drift(&unclosed, &[]);
    assert_eq!(code, 1);
    assert!(stdout.contains("in 1 response; 100000 bodies unreadable"), "{stdout}");

    let many = format!("{page}\n{}", "{\"a\": x}\n".repeat(30));
    let (code, stdout, stderr) = copy.drift(&many, &[]);
    assert_eq!((code, stderr.lines().count()), (1, 11), "{stderr}");
    assert!(stderr.contains("20 more bodies"), "{stderr}");
    assert!(stdout.contains("30 bodies unreadable"), "{stdout}");
}

#[test]
fn the_json_report_lists_unreadable_bodies() {
    let copy = Copy::new();
    let broken = json!("{\"list\": [hunter2");
    let some = har(&[json!(page().to_string()), broken.clone()]);
    let (code, stdout, stderr) = copy.drift(&some, &["--format", "json"]);
    assert_eq!(code, 1);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["findings"], json!([]));
    let reason = "invalid JSON at line 1, column 11";
    let expected = json!([{ "capture": "-", "entry": 1, "reason": reason }]);
    assert_eq!(report["unreadable"], expected);
    assert_eq!(stderr, format!("cannot be read: stdin: log.entries[1]: {reason}\n"));

    // Fails if nothing could be compared.
    let (code, stdout, stderr) = copy.drift(&har(&[broken]), &["--format", "json"]);
    assert_eq!(code, 3);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["unreadable"][0]["entry"], 0);
    assert_eq!(
        stderr,
        format!("error: stdin: log.entries[0]: {}\n", "invalid JSON at line 1, column 11")
    );
}

#[test]
fn a_truncated_line_does_not_hide_the_others() {
    let copy = Copy::new();
    let mut other = page();
    other["hasMore"] = json!("hunter2");
    let lines = format!("\n{}\r\n\n  \n{other}\n{{\"list\": [{{\"withUser\": \"hunt", page());
    let (code, stdout, stderr) = copy.drift(&lines, &[]);
    let expected = "\
wrong-type: hasMore: expected boolean, seen string, 1 time in GET /v2/access/chats 200
1 finding in 2 responses; 1 body unreadable
";
    assert_eq!((code, stdout.as_str()), (1, expected));
    assert_eq!(stderr, "cannot be read: stdin: truncated at line 6, column 28\n");

    let (code, stdout, _) = copy.drift(&lines, &["--format", "json"]);
    assert_eq!(code, 1);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["unreadable"][0]["entry"], Value::Null);

    // `--update` doesn't succeed as if everything had been read.
    let (code, stdout, _) = copy.drift(&lines, &["--update"]);
    assert_eq!(code, 1, "{stdout}");
}

#[test]
fn invalid_captures_are_reported_by_name() {
    let copy = Copy::new();
    let folder = copy.0.path();
    fs::create_dir(folder.join("folder")).unwrap();
    for (name, bytes) in [
        ("empty", &b""[..]),
        ("blank", b" \n\n "),
        ("bytes", b"{\"list\": \"\xff\xfe\"}"),
        ("nul", b"\0\0\0"),
        ("utf16", b"\xff\xfe{\0"),
        ("gzip", b"\x1f\x8b\x08\0\0\0\0\0"),
        ("text", b"hunter2"),
    ] {
        fs::write(folder.join(name), bytes).unwrap();
    }
    fs::write(folder.join("deep"), "{\"a\":".repeat(100_000)).unwrap();
    for name in
        ["empty", "blank", "bytes", "nul", "utf16", "gzip", "text", "deep", "folder", "none"]
    {
        for more in [&["--update"][..], &["--format", "json"]] {
            let (code, stdout, stderr) = copy.xtask(&[&["drift", name], more].concat(), "");
            assert_eq!(code, 3, "{name}: {stderr}");
            assert_eq!(stdout.is_empty(), more != ["--format", "json"], "{name}: {stdout}");
            let expected = format!("error: {name}: ");
            assert!(stderr.starts_with(&expected), "{name}: {stderr}");
            assert!(stderr.lines().count() == 1 && !stderr.contains("hunter2"), "{stderr}");
        }
    }
    fs::write(folder.join("huge"), "[".repeat(5_000_000)).unwrap();
    let (code, _, stderr) = copy.xtask(&["drift", "huge"], "");
    assert_eq!((code, stderr.lines().count()), (3, 1), "{stderr}");
    let gzip = copy.xtask(&["drift", "gzip"], "").2;
    assert!(gzip.contains("decompress it first"), "{gzip}");
    // Valid JSON, but not a response of the spec.
    for body in ["null", "[]", "7", "\"x\"", "\u{feff}null"] {
        let (code, stdout, stderr) = copy.drift(body, &[]);
        assert_eq!((code, stderr.as_str()), (1, ""), "{body}");
        assert!(stdout.starts_with("no-alternative: $: "), "{body}: {stdout}");
    }
}

#[test]
fn an_unreadable_capture_does_not_hide_the_others() {
    let copy = Copy::new();
    let write = |name: &str, text: &str| fs::write(copy.0.path().join(name), text).unwrap();
    write("good", &page().to_string());
    write("empty", "");
    write("foreign.har", &json!({ "log": { "entries": [] } }).to_string());
    let (code, stdout, stderr) = copy.xtask(&["drift", "good", "empty", "none", "foreign.har"], "");
    assert_eq!(code, 1);
    assert_eq!(stdout, "no drift in 1 response; 3 bodies unreadable\n");
    assert!(
        stderr.starts_with("cannot be read: empty: it is empty\ncannot be read: none: "),
        "{stderr}"
    );
    let (code, stdout, stderr) = copy.xtask(&["drift", "empty", "foreign.har"], "");
    assert_eq!((code, stdout.as_str()), (3, ""));
    let expected = "\
error: empty: it is empty
error: foreign.har: no JSON response to an operation in the spec (entries: 0)
";
    assert_eq!(stderr, expected);
}

#[test]
fn an_odd_har_entry_does_not_hide_the_others() {
    let copy = Copy::new();
    let request = json!({ "method": "GET", "url": "https://x/v2/access/chats" });
    let entry = |response: Value| json!({ "request": request, "response": response });
    let mut wrong = page();
    wrong["hasMore"] = json!("hunter2");
    let content = |mime: Value| json!({ "mimeType": mime, "text": wrong.to_string() });
    let entries = json!([
        entry(json!({ "status": -1, "content": null })),
        entry(json!({ "status": 0, "content": {} })),
        entry(json!({ "status": 200, "content": null })),
        entry(json!({ "status": 304, "content": content(json!("application/json")) })),
        json!({ "request": request, "hunter2": 1 }),
        json!("hunter2"),
        entry(json!({ "status": 200, "content": content(json!(null)) })),
        entry(
            json!({ "status": 200, "content": content(json!("Application/JSON; charset=UTF-8")) })
        ),
        entry(json!({ "status": 200, "content": content(json!("application/problem+json")) })),
    ]);
    let har = json!({ "log": { "entries": entries } }).to_string();
    let (code, stdout, stderr) = copy.drift(&har, &[]);
    let expected = "\
wrong-type: hasMore: expected boolean, seen string, 3 times in GET /v2/access/chats 200
1 finding in 3 responses; 3 entries skipped; 3 bodies unreadable
";
    assert_eq!((code, stdout.as_str()), (1, expected));
    let malformed = "its `request` or `response` is missing or malformed";
    let expected = [(2, "its body was not recorded"), (4, malformed), (5, malformed)]
        .map(|(index, reason)| format!("cannot be read: stdin: log.entries[{index}]: {reason}\n"));
    assert_eq!(stderr, expected.concat());
}

#[test]
fn responses_that_share_a_schema_are_distinguished() {
    // Two statuses that share a response component.
    let copy = Copy::new();
    let spec =
        SPEC.replacen("#/components/responses/NotFound", "#/components/responses/BadRequest", 1);
    assert_ne!(spec, SPEC);
    fs::write(copy.spec(), spec).unwrap();
    let error = |more: Value| {
        let mut error = json!({ "error": "x", "requestId": "r" });
        error["more"] = more;
        json!(error.to_string())
    };
    let (_, stdout, _) =
        copy.drift(&har_of(&[(400, error(json!(1))), (404, error(json!("a")))]), &[]);
    assert!(stdout.contains("seen integer, 1 time in GET /v2/access/chats 400\n"), "{stdout}");
    assert!(stdout.contains("seen string, 1 time in GET /v2/access/chats 404\n"), "{stdout}");

    // A body described by alternatives.
    let words = json!({ "oneOf": [{ "type": "string", "enum": ["a"] }, { "type": "string", "enum": ["b"] }] });
    let content = json!({ "application/json": { "schema": words } });
    let responses = json!({ "200": { "description": "x", "content": content } });
    let spec = json!({
        "openapi": "3.0.3", "info": { "title": "x", "version": "1" },
        "paths": { "/a": { "get": { "operationId": "a", "responses": responses } } },
    });
    fs::write(copy.spec(), spec.to_string()).unwrap();
    assert_eq!(copy.drift("\"a\"", &["--operation", "a"]).0, 0);
    assert_eq!(copy.drift("\"hunter2\"", &["--operation", "a"]).0, 1);

    // Two operations whose responses share a part.
    let response = |own: &str| {
        let part = json!({ "type": "object", "required": [own], "properties": { own: { "type": "integer" } } });
        let schema = json!({ "allOf": [part, { "$ref": "#/components/schemas/Paging" }] });
        json!({ "200": { "description": "x", "content": { "application/json": { "schema": schema } } } })
    };
    let paging = json!({ "type": "object", "properties": { "total": { "type": "integer" } } });
    let spec = json!({
        "openapi": "3.0.3", "info": { "title": "x", "version": "1" },
        "paths": {
            "/a": { "get": { "operationId": "a", "responses": response("aaa") } },
            "/b": { "get": { "operationId": "b", "responses": response("bbb") } },
        },
        "components": { "schemas": { "Paging": paging } },
    });
    fs::write(copy.spec(), spec.to_string()).unwrap();
    for body in ["{\"aaa\": 1, \"total\": 2}", "{\"bbb\": 1, \"total\": 2}"] {
        let (code, stdout, stderr) = copy.drift(body, &[]);
        assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    }
}
