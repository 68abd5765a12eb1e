//! `cargo xtask upstream`, run as a process: compares our spec with a document in the vendor's
//! style. `vendor.json` isn't theirs; we wrote it from what is known of their document.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

const ACCEPTED: &str = include_str!("../../openapi/accepted.toml");

struct Copy(TempDir);

impl Copy {
    fn new() -> Self {
        let copy = Self(TempDir::new().unwrap());
        for folder in ["openapi", "xtask"] {
            fs::create_dir_all(copy.0.path().join(folder)).unwrap();
        }
        copy.write("openapi/ofauth.yaml", include_str!("spec.yaml"));
        copy.write("openapi/accepted.toml", ACCEPTED);
        copy
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.0.path().join(file), text).unwrap();
    }

    fn upstream(&self, arguments: &[&str]) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .arg("upstream")
            .args(arguments)
            .env("CARGO_MANIFEST_DIR", self.0.path().join("xtask"))
            .current_dir(self.0.path())
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }
}

/// The vendor's document with our operation only.
fn small() -> Value {
    serde_json::from_str(include_str!("vendor.json")).unwrap()
}

/// The vendor's document with 400 other operations and an invalid one.
fn vendor() -> Value {
    let mut document = small();
    let operation = document["paths"]["/v2/access/chats"].clone();
    for index in 0..400 {
        document["paths"][format!("/v2/access/other{index}")] = operation.clone();
    }
    document["paths"]["/v2/access/wrong"] =
        json!({ "get": { "responses": { "200": { "$ref": "#/none" } } } });
    document
}

#[test]
fn only_differences_that_are_not_accepted_are_reported() {
    let copy = Copy::new();
    copy.write("vendor.json", &vendor().to_string());
    let (code, stdout, stderr) = copy.upstream(&["vendor.json"]);
    assert_eq!((code, stderr.as_str()), (1, ""));
    let expected = "\
openapi/ofauth.yaml → vendor.json
harmless: list[].isPinned: property-added: boolean
    response: clients ignore unknown fields
    in GET /v2/access/chats 200
1 change: 0 break the wire format, 0 break Rust source; due: minor
accepted: 48 differences, listed in openapi/accepted.toml
";
    assert_eq!(stdout, expected);

    let (code, stdout, _) = copy.upstream(&["vendor.json", "--format", "json"]);
    assert_eq!(code, 1);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["changes"][0]["place"], "list[].isPinned");
    assert_eq!((&report["accepted"], &report["unused"]), (&json!(48), &json!([])));
}

#[test]
fn an_accepted_difference_that_no_longer_occurs_is_reported() {
    let copy = Copy::new();
    let mut document = vendor();
    let get = &mut document["paths"]["/v2/access/chats"]["get"];
    let chat = &mut get["responses"]["200"]["content"]["application/json"]["schema"]["properties"]
        ["list"]["items"];
    chat["properties"].as_object_mut().unwrap().remove("isPinned").unwrap();
    copy.write("vendor.json", &document.to_string());
    assert_eq!(copy.upstream(&["vendor.json"]).0, 0);

    let entry = "\n[[difference]]\nplace = \"list[].gone\"\nkind = \"property-removed\"\nreason = \"It was renamed.\"\n";
    copy.write("openapi/accepted.toml", &format!("{ACCEPTED}{entry}"));
    let (code, stdout, _) = copy.upstream(&["vendor.json"]);
    assert_eq!(code, 1);
    let expected = "unused entry, remove it from openapi/accepted.toml: list[].gone: property-removed: It was renamed.\n";
    assert!(stdout.contains(expected), "{stdout}");
}

#[test]
fn a_removed_endpoint_is_reported() {
    let copy = Copy::new();
    let mut document = vendor();
    let paths = document["paths"].as_object_mut().unwrap();
    paths.remove("/v2/access/chats").unwrap();
    copy.write("none.json", &document.to_string());
    copy.write("openapi/accepted.toml", "");
    let (code, stdout, stderr) = copy.upstream(&["none.json"]);
    assert_eq!((code, stderr.as_str()), (1, ""));
    let expected = "GET /v2/access/chats: operation-removed";
    assert!(stdout.contains(expected), "{stdout}");

    let (code, stdout, _) = copy.upstream(&["none.json", "--format", "json"]);
    assert_eq!(code, 1);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["breaking"], true);
    assert_eq!(report["changes"][0]["kind"], "operation-removed");
}

#[test]
fn unreadable_input_exits_with_3() {
    let copy = Copy::new();
    copy.write("vendor.json", &vendor().to_string());
    for (source, expected) in [
        ("absent.json", "absent.json: "),
        ("http://example.com/openapi.json", "only https is supported"),
        ("ftp://127.0.0.1/openapi.json", "only https is supported"),
        ("http://localhost:1@127.0.0.2:9/x", "only https is supported"),
        // Braces are part of the path.
        ("http://127.0.0.1:9/{a,b}", "curl: (7)"),
    ] {
        let (code, stdout, stderr) = copy.upstream(&[source]);
        assert_eq!((code, stdout.as_str()), (3, ""));
        assert!(stderr.contains(expected), "{stderr}");
    }
    for (entries, expected) in [
        ("[[difference]]\nplace = \"a\"\n", "openapi/accepted.toml:1: missing field `kind`"),
        (
            "[[difference]]\nplace = \"a\"\nkind = \"b\"\nreason = \" \"\n",
            "an entry needs a `reason`",
        ),
        ("[[difference]]\nplac = 1\n", "openapi/accepted.toml:2: unknown field `plac`"),
    ] {
        copy.write("openapi/accepted.toml", entries);
        let (code, _, stderr) = copy.upstream(&["vendor.json"]);
        assert_eq!(code, 3);
        assert!(stderr.contains(expected), "{stderr}");
    }
    assert_eq!(copy.upstream(&[]).0, 2);
}

#[test]
fn a_document_is_downloaded_from_a_url() {
    let copy = Copy::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/openapi.json", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        for (head, body) in [
            ("HTTP/1.1 200 OK", vendor().to_string()),
            ("HTTP/1.1 404 Not Found", String::new()),
            ("HTTP/1.1 302 Found\r\nlocation: http://example.com/", String::new()),
        ] {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 4096]).unwrap();
            let length = body.len();
            let response =
                format!("{head}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
            stream.write_all(response.as_bytes()).unwrap();
        }
    });
    let (code, stdout, stderr) = copy.upstream(&[&url]);
    assert_eq!((code, stderr.as_str()), (1, ""), "{stdout}");
    assert!(stdout.contains("list[].isPinned"), "{stdout}");
    for expected in ["curl: (22) The requested URL returned error: 404", "curl: (1) Protocol"] {
        let (code, _, stderr) = copy.upstream(&[&url]);
        assert_eq!(code, 3);
        assert!(stderr.contains(expected), "{stderr}");
    }
    server.join().unwrap();
}

#[test]
fn a_document_in_a_markdown_page_is_read() {
    let copy = Copy::new();
    let json = serde_json::to_string_pretty(&small()).unwrap();
    // JSON is YAML, too.
    let yaml = format!("openapi: 3.1.0\n{}", json.replace("\"openapi\": \"3.1.0\",", "\"x\": 1,"));
    for document in [json.clone(), serde_json::to_string(&small()).unwrap()] {
        let page = format!(
            "# List chats\n\n```bash\ncurl x\n```\n\n## OpenAPI\n\n````yaml get /v2/access/chats\n{document}\n````\nMore.\n"
        );
        copy.write("page.md", &page);
        copy.write("vendor.json", &json);
        let found = copy.upstream(&["page.md", "--format", "json"]);
        assert_eq!(found, copy.upstream(&["vendor.json", "--format", "json"]));
        assert_eq!(found.2, "");
    }
    copy.write("page.md", &format!("# A\n~~~\n{yaml}\n~~~\n"));
    let (code, _, stderr) = copy.upstream(&["page.md"]);
    assert_eq!(code, 3);
    assert!(stderr.starts_with("error: page.md:4:"), "{stderr}");
    copy.write("page.md", "# A\n\n```yaml\nname: a\n```\n");
    assert_eq!(copy.upstream(&["page.md"]).0, 3);
}

#[test]
fn part_of_a_path_may_be_in_the_server_url() {
    let copy = Copy::new();
    copy.write("vendor.json", &small().to_string());
    let expected = copy.upstream(&["vendor.json"]);
    let whole = "/v2/access/chats";
    for (url, path) in [
        ("https://api.ofauth.com/", whole),
        ("https://api.ofauth.com/v2/access", "/chats"),
        ("https://api.ofauth.com/v2/access/", "/chats"),
        ("https://api.ofauth.com/v2", "/access/chats"),
        ("https://api.ofauth.com/{version}", "/access/chats"),
        ("https://api.ofauth.com{slashes}", "/access/chats"),
    ] {
        for level in ["document", "path", "operation"] {
            let mut document = small();
            let mut item = document["paths"][whole].take();
            document["paths"].as_object_mut().unwrap().remove(whole);
            let variables =
                json!({ "version": { "default": "v2" }, "slashes": { "default": "/v2/" } });
            let servers = json!([{ "url": url, "variables": variables }]);
            match level {
                "document" => document["servers"] = servers,
                "path" => item["servers"] = servers,
                _ => item["get"]["servers"] = servers,
            }
            document["paths"][path] = item;
            copy.write("vendor.json", &document.to_string());
            assert_eq!(copy.upstream(&["vendor.json"]), expected, "{url} {level}");
        }
    }

    // Errors are reported at their position in the file.
    let mut document = small();
    let item = document["paths"][whole].take();
    document["servers"] = json!([{ "url": "https://api.ofauth.com/v2/access" }]);
    document["paths"] = json!({ "/chats": item });
    document["paths"]["/chats"]["get"]["deprecated"] = json!("no");
    copy.write("vendor.json", &format!("{document:#}"));
    let (code, _, stderr) = copy.upstream(&["vendor.json"]);
    let text = format!("{document:#}");
    let line = text.lines().position(|line| line.contains("deprecated\": \"no"));
    let expected = format!("error: vendor.json:{}:", line.unwrap() + 1);
    assert_eq!(code, 3);
    assert!(stderr.starts_with(&expected), "{expected} {stderr}");
    assert!(stderr.contains("paths./chats.get.deprecated: must be"), "{stderr}");
}

#[test]
fn documents_that_are_not_openapi_are_reported() {
    let copy = Copy::new();
    for (text, expected) in [
        ("", "error: vendor: the document is empty; "),
        ("<html>", "error: vendor: this is HTML or XML, not an OpenAPI document; "),
        ("Not Found", "error: vendor: this is a string, not an OpenAPI document; "),
        ("swagger: '2.0'", "error: vendor:1:1: swagger: this is Swagger 2.0, "),
        ("openapi: 3.1", "error: vendor:1:1: openapi: `3.1` is a number; "),
    ] {
        copy.write("vendor", text);
        let (code, _, stderr) = copy.upstream(&["vendor"]);
        assert_eq!((code, stderr.lines().count()), (3, 1), "{stderr}");
        assert!(stderr.starts_with(expected), "{stderr}");
    }
}

#[test]
fn accepted_differences_of_a_removed_operation_are_not_reported_as_gone() {
    let copy = Copy::new();
    let mut document = vendor();
    let paths = document["paths"].as_object_mut().unwrap();
    let item = paths.remove("/v2/access/chats").unwrap();
    paths.insert("/v2/access/chats-list".to_owned(), item);
    copy.write("vendor.json", &document.to_string());
    let (code, stdout, stderr) = copy.upstream(&["vendor.json"]);
    assert_eq!((code, stderr.as_str()), (1, ""));
    assert!(stdout.contains("operation-removed"), "{stdout}");
    assert!(!stdout.contains("unused entry"), "{stdout}");
}

#[test]
fn an_accepted_difference_of_an_unknown_kind_is_refused() {
    let copy = Copy::new();
    copy.write("vendor.json", &vendor().to_string());
    let entry = "\n[[difference]]\nplace = \"list\"\nkind = \"nonsense\"\nreason = \"x\"\n";
    copy.write("openapi/accepted.toml", &format!("{ACCEPTED}{entry}"));
    let (code, _, stderr) = copy.upstream(&["vendor.json"]);
    assert_eq!(code, 3);
    let expected = "error: openapi/accepted.toml: list: there is no kind `nonsense`; `cargo xtask diff --rules` lists them\n";
    assert_eq!(stderr, expected);
}

#[test]
fn accepted_differences_belong_to_a_witness() {
    let copy = Copy::new();
    let mut document = small();
    document["paths"]["/v2/access/chats"]["get"]["deprecated"] = json!(true);
    copy.write("vendor.json", &document.to_string());
    let entry = "\n[[difference]]\nplace = \"GET /v2/access/chats\"\nkind = \"operation-deprecated-set\"\nreason = \"x\"\n";
    let found = |witness: &str, arguments: &[&str]| {
        copy.write("openapi/accepted.toml", &format!("{ACCEPTED}{entry}{witness}"));
        copy.upstream(&[&["vendor.json"], arguments].concat())
            .1
            .contains("operation-deprecated-set")
    };
    assert!(!found("", &[]));
    assert!(found("witness = [\"sdk\"]\n", &[]));
    assert!(!found("witness = [\"sdk\"]\n", &["--witness", "sdk"]));
    assert!(found("witness = [\"document\"]\n", &["--witness", "sdk"]));
}
