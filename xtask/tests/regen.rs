//! `cargo xtask regen`, run as a process on a copy of the files that it reads and writes.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::{Value, json};
use tempfile::TempDir;

const SNAPSHOT: &str = "build/snapshot.rs";
const MOCKS: &str = "crates/ofauth-httpmock/src/generated.rs";
const PARAMETERS: &str = "crates/ofauth/src/parameters.rs";

const DATA: [&str; 3] = [
    "openapi/schemas/ChatPage.json",
    "openapi/schemas/ErrorBody.json",
    "crates/ofauth/src/ofauth.json",
];

const SPEC: &str = include_str!("spec.yaml");

struct Copy(TempDir);

impl Copy {
    /// A copy of the committed files.
    fn committed() -> Self {
        let copy = Self(TempDir::new().unwrap());
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for file in ["openapi/ofauth.yaml", SNAPSHOT, MOCKS, PARAMETERS] {
            let to = copy.0.path().join(file);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(root.join(file), to).unwrap();
        }
        for folder in ["xtask", "openapi/schemas", "crates/ofauth/src"] {
            fs::create_dir_all(copy.0.path().join(folder)).unwrap();
        }
        for file in DATA {
            fs::copy(root.join(file), copy.0.path().join(file)).unwrap();
        }
        copy
    }

    /// An earlier spec and the files generated from it, so that the tests don't depend on
    /// today's spec.
    fn new() -> Self {
        static GENERATED: LazyLock<Copy> = LazyLock::new(|| {
            let copy = Copy::committed();
            fs::write(copy.spec(), SPEC).unwrap();
            assert_eq!(copy.xtask(&["regen"]).0, 0);
            copy
        });
        let copy = Self::committed();
        for file in ["openapi/ofauth.yaml", SNAPSHOT, MOCKS, PARAMETERS].iter().chain(&DATA) {
            fs::copy(GENERATED.0.path().join(file), copy.0.path().join(file)).unwrap();
        }
        copy
    }

    fn spec(&self) -> PathBuf {
        self.0.path().join("openapi/ofauth.yaml")
    }

    fn snapshot(&self) -> PathBuf {
        self.0.path().join(SNAPSHOT)
    }

    fn edit(&self, old: &str, new: &str) {
        let spec = fs::read_to_string(self.spec()).unwrap();
        assert!(spec.contains(old));
        fs::write(self.spec(), spec.replacen(old, new, 1)).unwrap();
    }

    /// Turns the copy into a git repository with a single commit.
    fn commit(&self) {
        for arguments in
            [&["init", "--quiet"][..], &["add", "."], &["commit", "--quiet", "--message", "Spec"]]
        {
            let output = Command::new("git")
                .args([
                    "-c",
                    "user.name=t",
                    "-c",
                    "user.email=t@example.com",
                    "-c",
                    "commit.gpgsign=false",
                ])
                .args(arguments)
                .current_dir(self.0.path())
                .output()
                .unwrap();
            assert!(output.status.success(), "{output:?}");
        }
    }

    fn xtask(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command
            .args(arguments)
            .env("CARGO_MANIFEST_DIR", self.0.path().join("xtask"))
            .current_dir(self.0.path());
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }
}

#[test]
fn the_committed_files_are_up_to_date() {
    let (code, stdout, stderr) = Copy::committed().xtask(&["regen", "--check"]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    assert!(stdout.contains("in step"), "{stdout}");
}

#[test]
fn a_new_field_makes_the_snapshot_stale_until_it_is_regenerated() {
    let copy = Copy::new();
    copy.edit(
        "        unreadMessagesCount:\n",
        "        isArchived:\n          type: boolean\n          description: Whether it is archived.\n        unreadMessagesCount:\n",
    );
    let before = fs::read(copy.snapshot()).unwrap();
    let (code, stdout, _) = copy.xtask(&["regen", "--check"]);
    assert_eq!(code, 1);
    assert!(stdout.contains("--- a/build/snapshot.rs\n+++ b/build/snapshot.rs\n@@"), "{stdout}");
    assert!(stdout.contains("\n+        pub is_archived: "), "{stdout}");
    assert!(stdout.contains("cargo xtask regen"), "{stdout}");
    assert!(!stdout.contains('\u{1b}'), "no colours outside a terminal");
    assert_eq!(fs::read(copy.snapshot()).unwrap(), before, "--check writes nothing");

    let (code, stdout, _) = copy.xtask(&["regen"]);
    assert_eq!(code, 0);
    assert!(stdout.contains("pub is_archived: ") && stdout.contains("written: 1 of 3"), "{stdout}");
    assert_eq!(copy.xtask(&["regen", "--check"]).0, 0);
}

#[test]
fn a_new_enum_value_becomes_a_variant() {
    let copy = Copy::new();
    copy.edit("        - audio\n", "        - audio\n        - live_stream\n");
    let (code, stdout, _) = copy.xtask(&["regen"]);
    assert_eq!(code, 0);
    assert!(stdout.contains("\n+        LiveStream,"), "{stdout}");
}

#[test]
fn a_second_endpoint_is_generated() {
    let copy = Copy::new();
    copy.edit(
        "paths:\n",
        "paths:
  /v2/access/chats/{userId}/messages:
    get:
      operationId: listMessages
      parameters:
        - name: userId
          in: path
          required: true
          schema:
            type: string
      responses:
        '200':
          description: Messages.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/Message'
        '404':
          $ref: '#/components/responses/NotFound'
",
    );
    let (code, stdout, stderr) = copy.xtask(&["regen"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(stdout.contains("+    pub fn list_messages(&self)"), "{stdout}");
}

#[test]
fn line_endings_are_ignored_and_a_missing_snapshot_is_written() {
    let copy = Copy::new();
    let snapshot = fs::read_to_string(copy.snapshot()).unwrap();
    fs::write(copy.snapshot(), snapshot.replace('\n', "\r\n")).unwrap();
    assert_eq!(copy.xtask(&["regen", "--check"]).0, 0);

    fs::remove_file(copy.snapshot()).unwrap();
    assert_eq!(copy.xtask(&["regen", "--check"]).0, 1);
    assert_eq!(copy.xtask(&["regen"]).0, 0);
    assert_eq!(fs::read_to_string(copy.snapshot()).unwrap(), snapshot);
}

#[test]
fn an_invalid_spec_exits_with_3_reports_its_position_and_writes_nothing() {
    let copy = Copy::new();
    copy.edit("type: boolean", "type: booleen");
    for arguments in [&["regen"][..], &["regen", "--check"]] {
        let before = fs::read(copy.snapshot()).unwrap();
        let (code, stdout, stderr) = copy.xtask(arguments);
        assert_eq!((code, stdout.as_str()), (3, ""));
        assert!(stderr.starts_with("error: openapi/ofauth.yaml:"), "{stderr}");
        assert!(stderr.contains("components.schemas.ChatPage.properties.hasMore.type"), "{stderr}");
        assert_eq!(fs::read(copy.snapshot()).unwrap(), before);
    }
    fs::remove_file(copy.spec()).unwrap();
    let (code, _, stderr) = copy.xtask(&["regen"]);
    assert_eq!(code, 3);
    assert!(stderr.contains("openapi/ofauth.yaml: "), "{stderr}");
}

#[test]
fn wrong_usage_exits_with_2() {
    let copy = Copy::new();
    for arguments in [
        &[][..],
        &["regenerate"],
        &["regen", "--chek"],
        &["regen", "extra"],
        &["regen", "--against", ""],
    ] {
        assert_eq!(copy.xtask(arguments).0, 2, "{arguments:?}");
    }
}

const FIELD: (&str, &str) = (
    "        unreadMessagesCount:\n",
    "        isArchived:\n          type: boolean\n          description: Whether it is archived.\n        unreadMessagesCount:\n",
);

#[test]
fn the_report_shows_contract_changes_surface_changes_and_the_version_bump() {
    let copy = Copy::new();
    copy.commit();
    copy.edit(FIELD.0, FIELD.1);
    let (code, stdout, stderr) = copy.xtask(&["regen", "--check"]);
    assert_eq!((code, stderr.as_str()), (1, ""));
    let (report, _) = stdout.split_once("--- a/build/snapshot.rs").unwrap();
    let expected = "\
contract, against HEAD:
harmless: list[].isArchived: property-added: boolean
    response: clients ignore unknown fields
    in GET /v2/access/chats 200
1 change: 0 break the wire format
Rust surface: 2 added, 0 changed, 0 removed
+ ofauth_api::types::Chat.is_archived: Option<bool>
+ ofauth_api::types::builder::Chat::is_archived: fn is_archived<T>(mut self, value: T) -> Self where T: ::std::convert::TryInto<Option<bool>>, T::Error: ::std::fmt::Display
due: minor
";
    assert_eq!(report, expected);

    let (code, stdout, _) = copy.xtask(&["regen", "--check", "--format", "json"]);
    assert_eq!(code, 1);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    for (key, value) in [
        ("status", json!("stale")),
        ("against", json!("HEAD")),
        ("breaking", json!(false)),
        ("rust_breaking", json!(false)),
        ("bump", json!("minor")),
    ] {
        assert_eq!(report[key], value, "{key}");
    }
    assert_eq!(report["contract"]["changes"][0]["kind"], "property-added");
    assert_eq!(report["surface"]["added"][0]["item"], "ofauth_api::types::Chat.is_archived");
    assert_eq!(report["files"].as_array().unwrap().len(), 6);

    let (code, stdout, _) = copy.xtask(&["regen", "--format", "markdown"]);
    assert_eq!(code, 0);
    assert!(stdout.starts_with("## Contract, against `HEAD`\n\n| place |"), "{stdout}");
    assert!(stdout.contains("\n+ ofauth_api::types::Chat.is_archived: Option<bool>\n"), "{stdout}");
    let headings: Vec<&str> = stdout.lines().filter(|line| line.starts_with('#')).collect();
    let expected = ["## Contract, against `HEAD`", "## Rust surface", "## Due", "## Files"];
    assert_eq!(headings, expected);
    for heading in &expected[1..] {
        assert!(stdout.contains(&format!("\n\n{heading}\n\n")), "{stdout}");
    }
    assert!(stdout.contains("written: 1 of 3") && stdout.contains("written: 2 of 3"), "{stdout}");
    assert_eq!(copy.xtask(&["regen", "--check"]).0, 0);
}

#[test]
fn only_incompatible_generated_code_breaks_rust() {
    let copy = Copy::new();
    copy.commit();
    for (old, new, wire, rust, bump) in [
        // The field is optional, and so already an `Option`.
        (
            "          type: boolean\n          description: Whether the creator can send",
            "          type: boolean\n          nullable: true\n          description: Whether the creator can send",
            true,
            false,
            "major",
        ),
        (
            "        hasMore:\n          type: boolean\n",
            "        hasMore:\n          type: boolean\n          nullable: true\n",
            true,
            true,
            "major",
        ),
        ("            maximum: 20\n", "            maximum: 30\n", false, false, "patch"),
        ("operationId: listChats", "operationId: findChats", false, true, "major"),
        ("        - audio\n", "        - audio\n        - live\n", false, false, "minor"),
        ("        - audio\n", "", false, true, "major"),
        // A type change by the contract's rules, but the Rust type is written by hand.
        ("      format: date-time\n", "", true, false, "major"),
        ("      required:\n        - withUser\n", "", true, true, "major"),
        (
            "Whether a queue sent the message.",
            "Whether it was sent by a queue.",
            false,
            false,
            "patch",
        ),
    ] {
        fs::write(copy.spec(), SPEC).unwrap();
        copy.edit(old, new);
        let (code, stdout, stderr) = copy.xtask(&["regen", "--check", "--format", "json"]);
        assert!(code < 2, "{stderr}");
        let report: Value = serde_json::from_str(&stdout).unwrap();
        let found = (&report["breaking"], &report["rust_breaking"], &report["bump"]);
        assert_eq!(found, (&json!(wire), &json!(rust), &json!(bump)), "{old:?}");
        // Only the generated code decides what breaks Rust, not the contract's rules.
        assert_eq!(report["contract"]["breaking"], json!(wire), "{old:?}");
        assert!(!report["contract"].to_string().contains("rust"), "{old:?}");
    }
}

#[test]
fn against_accepts_a_revision_or_a_file() {
    let copy = Copy::new();
    let (code, stdout, _) = copy.xtask(&["regen", "--check"]);
    assert_eq!(code, 0);
    assert!(stdout.starts_with("contract: not compared, since git has no committed"), "{stdout}");
    let (code, _, stderr) = copy.xtask(&["regen", "--check", "--against", "HEAD"]);
    assert_eq!(code, 3);
    assert!(stderr.starts_with("error: HEAD: neither a file nor a revision"), "{stderr}");

    copy.commit();
    fs::copy(copy.spec(), copy.0.path().join("old.yaml")).unwrap();
    copy.edit(FIELD.0, FIELD.1);
    assert_eq!(copy.xtask(&["regen"]).0, 0);
    for against in ["HEAD", "old.yaml"] {
        let (code, stdout, stderr) = copy.xtask(&["regen", "--check", "--against", against]);
        assert_eq!((code, stderr.as_str()), (0, ""));
        assert!(stdout.starts_with(&format!("contract, against {against}:\n")), "{stdout}");
        assert!(stdout.contains("list[].isArchived: property-added"), "{stdout}");
    }
    for against in ["none", "--against", "HEAD~9"] {
        assert_ne!(copy.xtask(&["regen", "--check", "--against", against]).0, 0);
    }
}

#[test]
fn schemas_are_kept_up_to_date_and_stale_files_are_removed() {
    let copy = Copy::new();
    let page = copy.0.path().join(DATA[0]);
    let old = copy.0.path().join("openapi/schemas/Old.json");
    let before = fs::read_to_string(&page).unwrap();
    fs::write(&page, "{}").unwrap();
    fs::write(&old, "{}").unwrap();
    let (code, stdout, _) = copy.xtask(&["regen", "--check"]);
    assert_eq!(code, 1);
    assert!(stdout.contains("stale: 2 of 4 schema and contract files"), "{stdout}");
    let (code, stdout, _) = copy.xtask(&["schema"]);
    assert_eq!(code, 0);
    assert!(stdout.contains("written: 2 of 4 schema and contract files"), "{stdout}");
    assert_eq!(fs::read_to_string(&page).unwrap(), before);
    assert!(!old.exists());
    assert_eq!(copy.xtask(&["regen", "--check"]).0, 0);

    fs::remove_dir_all(copy.0.path().join("openapi/schemas")).unwrap();
    assert_eq!(copy.xtask(&["schema"]).0, 0);
    assert_eq!(fs::read_to_string(&page).unwrap(), before);
}

#[test]
fn missing_schemas_and_folders_are_stale() {
    let copy = Copy::new();
    for file in DATA {
        fs::remove_file(copy.0.path().join(file)).unwrap();
        let (code, stdout, stderr) = copy.xtask(&["regen", "--check"]);
        assert_eq!((code, stderr.as_str()), (1, ""), "{file}: {stdout}");
        assert_eq!(copy.xtask(&["regen"]).0, 0);
    }
    for folder in ["openapi/schemas", "crates/ofauth"] {
        fs::remove_dir_all(copy.0.path().join(folder)).unwrap();
        let (code, stdout, stderr) = copy.xtask(&["regen", "--check"]);
        assert_eq!((code, stderr.as_str()), (1, ""), "{folder}: {stdout}");
        assert_eq!(copy.xtask(&["regen"]).0, 0);
        assert_eq!(copy.xtask(&["regen", "--check"]).0, 0);
    }
}
