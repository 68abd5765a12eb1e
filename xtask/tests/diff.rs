//! `cargo xtask diff`, run as a process.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

const OLD: &str = include_str!("spec.yaml");

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn diff(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .arg("diff")
            .args(arguments)
            .current_dir(self.0.path())
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let code = output.status.code().unwrap();
        (code, text(output.stdout), text(output.stderr))
    }

    /// Compares the spec with an edited copy. Each edit is a text and its replacement.
    fn diff_edited(&self, edits: &[(&str, &str)], arguments: &[&str]) -> (i32, String, String) {
        let mut new = OLD.to_owned();
        for (old, replacement) in edits {
            assert!(new.contains(old), "{old:?} isn't in the spec");
            new = new.replacen(old, replacement, 1);
        }
        self.write("old.yaml", OLD);
        self.write("new.yaml", new);
        self.diff(&[&["old.yaml", "new.yaml"], arguments].concat())
    }
}

const EDITS: &[(&str, &str)] = &[
    ("            maximum: 20\n", "            maximum: 10\n"),
    ("        - audio\n", "        - audio\n        - live\n"),
    (
        "          title: Reason\n",
        "          title: Reason\n        - type: object\n          title: Code\n",
    ),
    ("operationId: listChats", "operationId: findChats"),
    (
        "        - name: userListId\n",
        "        - name: since\n          in: query\n          description: A | B.\n          schema:\n            type: string\n        - name: userListId\n",
    ),
];

#[test]
fn the_text_report() {
    let (code, stdout, stderr) = Folder::new().diff_edited(EDITS, &[]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let expected = "\
breaks wire format and Rust: list[].canNotSendReason: alternative-added: object
    response: clients may receive an alternative that they could not receive before
    in GET /v2/access/chats 200
breaks wire format: query limit: maximum-lowered: 20 → 10
    request: the server rejects some values that it accepted before
    in GET /v2/access/chats
breaks Rust: GET /v2/access/chats: operation-id-changed: listChats → findChats
    both: requests do not contain it, but the Rust method is named after it
    in GET /v2/access/chats
harmless: list[].lastMessage.media[].type: open-enum-value-added: live
    response: the enum is open, so clients are prepared for more values
    in GET /v2/access/chats 200
harmless: query since: parameter-added: since
    request: requests without it mean the same as before
    in GET /v2/access/chats
5 changes: 2 break the wire format, 2 break Rust source; due: major
";
    assert_eq!(stdout, expected);
}

/// A document with a schema that is used at `count` places.
fn shared(maximum: &str, count: usize) -> String {
    let used: String = (0..count)
        .map(|index| format!("p{index}: {{ $ref: '#/components/schemas/Size' }}, "))
        .collect();
    format!(
        "openapi: 3.0.3\ninfo: {{ title: t, version: '1' }}\npaths:\n  /a:\n    get:\n      responses:\n        \
         '200':\n          description: ok\n          content:\n            application/json:\n              \
         schema: {{ properties: {{ {used} }} }}\ncomponents:\n  schemas:\n    Size: {{ type: integer, maximum: {maximum} }}\n"
    )
}

#[test]
fn a_change_of_a_schema_is_folded_and_long_integers_are_exact() {
    let folder = Folder::new();
    folder.write("old.yaml", shared("18446744073709551616", 8));
    folder.write("new.yaml", shared("18446744073709551617", 8));
    let (code, stdout, stderr) = folder.diff(&["old.yaml", "new.yaml"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let expected = "\
breaks wire format: p0: maximum-raised: 18446744073709551616 → 18446744073709551617
    response: clients may receive values that they could not receive before
    also at p1, p2, p3, p4, p5, and 2 more
    in GET /a 200
1 change: 1 breaks the wire format, 0 break Rust source; due: major
";
    assert_eq!(stdout, expected);
    let (_, stdout, _) = folder.diff(&["old.yaml", "new.yaml", "--format", "json"]);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["changes"][0]["places"].as_array().map(Vec::len), Some(8));
}

#[test]
fn the_markdown_report() {
    let (code, stdout, _) = Folder::new().diff_edited(&EDITS[..3], &["--format", "markdown"]);
    assert_eq!(code, 0);
    let expected = "\
| place | change | before | after | breaks | why |
| --- | --- | --- | --- | --- | --- |
| `list[].canNotSendReason` | alternative-added (response) |  | `object` | **wire, Rust** | clients may receive an alternative that they could not receive before |
| `query limit` | maximum-lowered (request) | `20` | `10` | **wire** | the server rejects some values that it accepted before |
| `list[].lastMessage.media[].type` | open-enum-value-added (response) |  | `live` |  | the enum is open, so clients are prepared for more values |

3 changes: 2 break the wire format, 1 breaks Rust source; due: major
";
    assert_eq!(stdout, expected);
}

#[test]
fn markdown_tables_escape_special_characters() {
    let special = ("        - audio\n", "        - audio\n        - \"a|b`c\\nd\"\n");
    let (code, stdout, _) = Folder::new().diff_edited(&[special], &["--format", "markdown"]);
    assert_eq!(code, 0);
    assert!(stdout.contains("| `a\\|b'c d` |"), "{stdout}");
    assert_eq!(stdout.lines().filter(|line| line.starts_with('|')).count(), 3, "{stdout}");
}

#[test]
fn the_json_report() {
    let (code, stdout, _) = Folder::new().diff_edited(&EDITS[..1], &["--format", "json"]);
    assert_eq!(code, 0);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    let expected = json!({
        "breaking": true,
        "rust_breaking": false,
        "bump": "major",
        "changes": [{
            "place": "query limit",
            "places": ["query limit"],
            "kind": "maximum-lowered",
            "direction": "request",
            "before": 20,
            "after": 10,
            "breaking": true,
            "rust_breaking": false,
            "why": "the server rejects some values that it accepted before",
            "where": ["GET /v2/access/chats"],
        }],
    });
    assert_eq!(report, expected);

    let (_, stdout, _) = Folder::new().diff_edited(&[], &["--format", "json"]);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    let empty = json!({ "breaking": false, "rust_breaking": false, "bump": "none", "changes": [] });
    assert_eq!(report, empty);
}

#[test]
fn fail_on_decides_the_exit_code_and_wrong_usage_exits_with_2() {
    let folder = Folder::new();
    let (harmless, rust, wire) = (&EDITS[1..2], &EDITS[3..4], &EDITS[..1]);
    for (edits, fail_on, code) in [
        (&[][..], "any", 0),
        (harmless, "any", 1),
        (harmless, "breaking", 0),
        (rust, "breaking", 0),
        (rust, "any", 1),
        (wire, "breaking", 1),
    ] {
        let found = folder.diff_edited(edits, &["--fail-on", fail_on]).0;
        assert_eq!(found, code, "{edits:?} {fail_on}");
    }
    for arguments in [
        &["old.yaml"][..],
        &["old.yaml", "new.yaml", "--fail-on", "nothing"],
        &["old.yaml", "new.yaml", "--format", "xml"],
    ] {
        assert_eq!(folder.diff(arguments).0, 2, "{arguments:?}");
    }
}

#[test]
fn the_same_document_in_json_and_yaml_has_no_change() {
    let folder = Folder::new();
    let value: Value = serde_saphyr::from_str(OLD).unwrap();
    folder.write("old.yaml", OLD);
    folder.write("new.json", value.to_string());
    let (code, stdout, stderr) = folder.diff(&["old.yaml", "new.json", "--fail-on", "any"]);
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, "no change\n", ""));
}

#[test]
fn invalid_documents_are_reported_with_their_position() {
    let folder = Folder::new();
    folder.write("old.yaml", OLD);
    let line = 1 + OLD.lines().position(|line| line.contains("schemas/ChatOrder'")).unwrap();
    let order = OLD.replacen("schemas/ChatOrder'", "schemas/ChatOrdre'", 1);
    let deep_yaml = format!("a: {}", "[".repeat(100_000));
    let deep_json = "[".repeat(100_000);
    for (name, text, expected) in [
        ("a.yaml", "", "error: a.yaml: the document is empty; ".to_owned()),
        ("a.yaml", "# a\n---\n", "error: a.yaml: the document is empty: ".to_owned()),
        (
            "a.yaml",
            "Not Found",
            "error: a.yaml: this is a string, not an OpenAPI document; ".to_owned(),
        ),
        (
            "a.yaml",
            "- openapi: 3.0.3",
            "error: a.yaml: this is a list, not an OpenAPI document; ".to_owned(),
        ),
        (
            "a.json",
            "[{}]",
            "error: a.json: this is a list, not an OpenAPI document; ".to_owned(),
        ),
        (
            "a.yaml",
            "\n<!DOCTYPE html>\n<html lang=\"en\">\n<title>a: b: c</title>",
            "error: a.yaml: this is HTML or XML, not an OpenAPI document; ".to_owned(),
        ),
        (
            "a.yaml",
            "info: {}\nopenapi: 3.0",
            "error: a.yaml:2:1: openapi: `3.0` is a number; write the full version in quotes, \
             like '3.0.3'"
                .to_owned(),
        ),
        (
            "a.json",
            "{\"info\": {},\n\"openapi\": 3.1}",
            "error: a.json:2:1: openapi: `3.1` is a number; ".to_owned(),
        ),
        (
            "a.json",
            "{\"swagger\": \"2.0\"}",
            "error: a.json:1:2: swagger: this is Swagger 2.0, which isn't supported; ".to_owned(),
        ),
        (
            "a.yaml",
            "openapi: 3.0.3\npaths:\n  /a:\n    $ref: ''",
            "error: a.yaml:4:5: paths./a.$ref: it is empty; write what it refers to".to_owned(),
        ),
        (
            "a.yaml",
            "openapi: 3.0.3\npaths: {}\n---\nopenapi: 3.0.3",
            "error: a.yaml:4:1: a second document begins after a `---`, ".to_owned(),
        ),
        ("a.yaml", "a: [1", "error: a.yaml:1:".to_owned()),
        (
            "a.yaml",
            "a: 1\na: 2",
            "error: a.yaml:2:1: the key `a` occurs twice".to_owned(),
        ),
        (
            "a.yaml",
            "a: 1",
            "error: a.yaml: this is not an OpenAPI document".to_owned(),
        ),
        (
            "a.yaml",
            "swagger: '2.0'",
            "error: a.yaml:1:1: swagger: this is Swagger 2.0, which isn't supported; convert it to \
             OpenAPI 3 first"
                .to_owned(),
        ),
        (
            "a.yaml",
            "openapi: 4.0.0",
            "error: a.yaml:1:1: openapi: `4.0.0` is not supported".to_owned(),
        ),
        (
            "a.yaml",
            "openapi: 3.0.3\npaths: 5",
            "error: a.yaml:2:1: paths: must be a mapping".to_owned(),
        ),
        ("a.yaml", &order, format!("error: a.yaml:{line}:")),
        (
            "a.yaml",
            &deep_yaml,
            "error: a.yaml:1:259: this is nested more than 127 levels deep".to_owned(),
        ),
        (
            "a.json",
            &deep_json,
            "error: a.json:1:256: this is nested more than 127 levels deep".to_owned(),
        ),
        ("a.json", "{\"a\": 1", "error: a.json:1:".to_owned()),
        ("a.json", "{\"a\": 1,}", "error: a.json:1:9: invalid JSON: key must be a string".to_owned()),
        (
            "a.json",
            "{\"openapi\": \"3.0.3\",\n\"paths\": []}",
            "error: a.json:2:1: paths: must be a mapping".to_owned(),
        ),
        (
            "a.json",
            "{\n\"openapi\": \"3.0.3\",\n\"paths\": {},\n\"paths\": {}}",
            "error: a.json:4:1: the key `paths` occurs twice; remove one".to_owned(),
        ),
    ] {
        folder.write(name, text);
        let (code, stdout, stderr) = folder.diff(&["old.yaml", name]);
        assert_eq!((code, stdout.as_str()), (3, ""), "{stderr}");
        assert!(stderr.starts_with(&expected), "{expected:?}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
    }
    fs::create_dir(folder.0.path().join("folder")).unwrap();
    for (name, bytes, expected) in [
        ("bytes.yaml", &b"a: 1\nb: \xff\xfe\x00"[..], "bytes.yaml:2: this isn't valid UTF-8"),
        ("nul.yaml", b"\0\0", "nul.yaml:1:1: unexpected character"),
        (
            "gzip.json",
            b"\x1f\x8b\x08",
            "gzip.json: this is compressed with gzip; decompress it first",
        ),
        ("none.yaml", b"", "none.yaml: "),
        ("folder", b"", "folder: "),
    ] {
        if !bytes.is_empty() {
            folder.write(name, bytes);
        }
        let (code, stdout, stderr) = folder.diff(&["old.yaml", name]);
        assert_eq!((code, stdout.as_str()), (3, ""), "{name}");
        assert!(stderr.starts_with(&format!("error: {expected}")), "{name}: {stderr}");
    }
    let value: Value = serde_saphyr::from_str(OLD).unwrap();
    folder.write("bom.json", format!("\u{feff}{value}"));
    assert_eq!(folder.diff(&["old.yaml", "bom.json", "--fail-on", "any"]).0, 0);
}

#[test]
fn urls_are_refused_with_a_hint_to_download_them() {
    let folder = Folder::new();
    folder.write("old.yaml", OLD);
    let url = "https://example.com/openapi.json";
    for arguments in [["old.yaml", url], [url, "old.yaml"]] {
        let (code, _, stderr) = folder.diff(&arguments);
        assert_eq!(code, 2);
        let expected = format!("error: {url}: only files can be compared; download it first");
        assert!(stderr.starts_with(&expected), "{stderr}");
    }
}

#[test]
fn yaml_1_1_booleans_are_strings() {
    let (yaml, quoted) = (
        "openapi: 3.0.3\npaths:\n  /a:\n    get:\n      operationId: a\n      parameters:\n        - name: on\n          in: query\n          schema:\n            type: string\n            enum: [SE, 'NO']\n      responses: {}\n",
        "'NO'",
    );
    let folder = Folder::new();
    folder.write("old.yaml", yaml);
    folder.write("new.yaml", yaml.replace(quoted, "NO"));
    let (code, stdout, stderr) = folder.diff(&["old.yaml", "new.yaml", "--fail-on", "any"]);
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, "no change\n", ""));
}

/// 600 operations in several megabytes of YAML, or 120 of them unless all cases are to run.
#[test]
fn a_large_document_is_compared() {
    use std::fmt::Write;

    let (mut paths, mut schemas) = (String::new(), String::new());
    let count = match std::env::var_os("OFAUTH_LONG_TESTS") {
        Some(_) => 600,
        None => 120,
    };
    for index in 0..count {
        write!(
            paths,
            "  /things{index}:\n    get:\n      operationId: thing{index}\n      responses:\n        '200':\n          description: OK\n          content:\n            application/json:\n              schema:\n                $ref: '#/components/schemas/Thing{index}'\n"
        )
        .unwrap();
        write!(schemas, "    Thing{index}:\n      type: object\n      properties:\n").unwrap();
        for property in 0..40 {
            write!(
                schemas,
                "        p{property}:\n          type: string\n          description: The description of this property\n          maxLength: 5\n          nullable: true\n"
            )
            .unwrap();
        }
    }
    let old = format!("openapi: 3.0.3\npaths:\n{paths}components:\n  schemas:\n{schemas}");
    assert!(old.len() > 5_000 * count && old.lines().count() > 200 * count);
    let folder = Folder::new();
    folder.write("old.yaml", &old);
    let (place, new) = old.rsplit_once("maxLength: 5").unwrap();
    folder.write("new.yaml", format!("{place}maxLength: 6{new}"));
    let (code, stdout, stderr) = folder.diff(&["old.yaml", "new.yaml"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(stdout.contains("p39: max-length-raised: 5 → 6"), "{stdout}");
}

#[test]
fn a_100_mb_document_is_refused_before_it_is_read() {
    let folder = Folder::new();
    folder.write("old.yaml", OLD);
    let huge = fs::File::create(folder.0.path().join("huge.yaml")).unwrap();
    huge.set_len(100_000_000).unwrap();
    let (code, _, stderr) = folder.diff(&["old.yaml", "huge.yaml"]);
    assert_eq!(code, 3);
    assert!(stderr.contains("huge.yaml: the file has 100000000 bytes, more than"), "{stderr}");
}

#[test]
fn the_rules_are_listed_in_every_format() {
    let folder = Folder::new();
    for format in ["text", "json", "markdown"] {
        let (code, stdout, _) = folder.diff(&["--rules", "--format", format]);
        assert_eq!(code, 0);
        for kind in ["property-removed", "max-length-lowered", "open-enum-value-added"] {
            assert!(stdout.contains(kind), "{format}: {kind}");
        }
    }
}
