//! Captures that are cut off, compressed, or no captures at all.

use std::fs;

use serde_json::{Value, json};

use crate::{Copy, page};

fn har(entries: &[Value]) -> String {
    let entry = |text: &Value| {
        let content = json!({ "mimeType": "application/json", "text": text });
        json!({
            "request": { "method": "GET", "url": "https://x/v2/access/chats" },
            "response": { "status": 200, "content": content },
        })
    };
    let entries: Vec<Value> = entries.iter().map(entry).collect();
    json!({ "log": { "entries": entries } }).to_string()
}

#[test]
fn a_body_that_cannot_be_read_is_in_the_report_for_programs() {
    let copy = Copy::new();
    let broken = json!("{\"list\": [hunter2");
    let some = har(&[json!(page().to_string()), broken.clone()]);
    let (code, stdout, stderr) = copy.drift(&some, &["--format", "json"]);
    assert_eq!(code, 1);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["findings"], json!([]));
    let reason = "expected value at line 1 column 11";
    let expected = json!([{ "capture": "-", "entry": 1, "reason": reason }]);
    assert_eq!(report["unreadable"], expected);
    assert_eq!(stderr, format!("cannot be read: -: entry 1: {reason}\n"));

    // Where nothing can be read, nothing was compared.
    let (code, stdout, stderr) = copy.drift(&har(&[broken]), &["--format", "json"]);
    assert_eq!(code, 3);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["unreadable"][0]["entry"], 0);
    assert!(
        stderr.ends_with("error: of the captures, no body can be read\n"),
        "{stderr}"
    );
}

#[test]
fn of_lines_that_are_cut_off_the_others_are_read() {
    let copy = Copy::new();
    let mut other = page();
    other["hasMore"] = json!("hunter2");
    let lines = format!(
        "\n{}\r\n\n  \n{other}\n{{\"list\": [{{\"withUser\": \"hunt",
        page()
    );
    let (code, stdout, stderr) = copy.drift(&lines, &[]);
    let expected = "\
wrong-type: hasMore: expected boolean, seen string, 1 time(s)
1 finding(s) in 2 response(s); 1 bodies cannot be read
";
    assert_eq!((code, stdout.as_str()), (1, expected));
    assert_eq!(
        stderr,
        "cannot be read: -: EOF while parsing a string at line 6 column 28\n"
    );

    let (code, stdout, _) = copy.drift(&lines, &["--format", "json"]);
    assert_eq!(code, 1);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["unreadable"][0]["entry"], Value::Null);

    // Nothing is written as if all had been seen.
    let (code, stdout, _) = copy.drift(&lines, &["--update"]);
    assert_eq!(code, 1, "{stdout}");
}

#[test]
fn what_is_no_capture_is_told_with_its_name() {
    let copy = Copy::new();
    let folder = copy.0.path();
    fs::create_dir(folder.join("folder")).unwrap();
    for (name, bytes) in [
        ("empty", &b""[..]),
        ("blank", b" \n\n "),
        ("bytes", b"{\"list\": \"\xff\xfe\"}"),
        ("nul", b"\0\0\0"),
        ("utf16", b"\xff\xfe{\0}\0"),
        ("gzip", b"\x1f\x8b\x08\0\0\0\0\0"),
        ("text", b"hunter2"),
    ] {
        fs::write(folder.join(name), bytes).unwrap();
    }
    fs::write(folder.join("deep"), "{\"a\":".repeat(100_000)).unwrap();
    fs::write(folder.join("huge"), "[".repeat(20_000_000)).unwrap();
    for name in [
        "empty", "blank", "bytes", "nul", "utf16", "gzip", "text", "deep", "huge", "folder", "none",
    ] {
        for more in [&[][..], &["--update"], &["--format", "json"]] {
            let (code, stdout, stderr) = copy.xtask(&[&["drift", name], more].concat(), "");
            assert_eq!((code, stdout.as_str()), (3, ""), "{name}: {stderr}");
            let told = format!("error: {name}: ");
            assert!(stderr.starts_with(&told), "{name}: {stderr}");
            assert!(
                stderr.lines().count() == 1 && !stderr.contains("hunter2"),
                "{stderr}"
            );
        }
    }
    let gzip = copy.xtask(&["drift", "gzip"], "").2;
    assert!(gzip.contains("decompress it first"), "{gzip}");
    // JSON all the same, and of no response.
    for body in ["null", "[]", "7", "\"x\"", "\u{feff}null"] {
        let (code, stdout, stderr) = copy.drift(body, &[]);
        assert_eq!((code, stderr.as_str()), (1, ""), "{body}");
        assert!(
            stdout.starts_with("no-alternative: $: "),
            "{body}: {stdout}"
        );
    }
}
