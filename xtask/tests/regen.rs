//! `cargo xtask regen` as a process, on a copy of what it reads and writes.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

const SNAPSHOT: &str = "build/snapshot.rs";
const MOCKS: &str = "crates/ofauth-httpmock/src/generated.rs";

struct Copy(TempDir);

impl Copy {
    /// What is committed.
    fn committed() -> Self {
        let copy = Self(TempDir::new().unwrap());
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for file in ["openapi/ofauth.yaml", SNAPSHOT, MOCKS] {
            let to = copy.0.path().join(file);
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(root.join(file), to).unwrap();
        }
        fs::create_dir(copy.0.path().join("xtask")).unwrap();
        copy
    }

    /// A spec as it once was, and what follows from it: these tests are not about
    /// what the spec says today.
    fn new() -> Self {
        let copy = Self::committed();
        fs::write(copy.spec(), include_str!("spec.yaml")).unwrap();
        assert_eq!(copy.xtask(&["regen"]).0, 0);
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

    fn xtask(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command
            .args(arguments)
            .env("CARGO_MANIFEST_DIR", self.0.path().join("xtask"));
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            output.status.code().unwrap(),
            text(output.stdout),
            text(output.stderr),
        )
    }
}

#[test]
fn the_committed_files_are_in_step() {
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
    assert!(
        stdout.contains("--- a/build/snapshot.rs\n+++ b/build/snapshot.rs\n@@"),
        "{stdout}"
    );
    assert!(stdout.contains("\n+        pub is_archived: "), "{stdout}");
    assert!(stdout.contains("cargo xtask regen"), "{stdout}");
    assert!(
        !stdout.contains('\u{1b}'),
        "no colours outside of a terminal"
    );
    assert_eq!(
        fs::read(copy.snapshot()).unwrap(),
        before,
        "--check writes nothing"
    );

    let (code, stdout, _) = copy.xtask(&["regen"]);
    assert_eq!(code, 0);
    assert!(
        stdout.contains("pub is_archived: ") && stdout.contains("written: 1 of 2"),
        "{stdout}"
    );
    assert_eq!(copy.xtask(&["regen", "--check"]).0, 0);
}

#[test]
fn a_new_enum_value_becomes_a_variant() {
    let copy = Copy::new();
    copy.edit(
        "        - audio\n",
        "        - audio\n        - live_stream\n",
    );
    let (code, stdout, _) = copy.xtask(&["regen"]);
    assert_eq!(code, 0);
    assert!(stdout.contains("\n+        LiveStream,"), "{stdout}");
}

#[test]
fn a_second_endpoint_is_generated_beside_the_first() {
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
    assert!(
        stdout.contains("+    pub fn list_messages(&self)"),
        "{stdout}"
    );
}

#[test]
fn a_missing_snapshot_is_written_and_line_endings_are_no_change() {
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
fn a_broken_spec_ends_with_3_and_its_place_and_writes_nothing() {
    let copy = Copy::new();
    copy.edit("type: boolean", "type: booleen");
    for arguments in [&["regen"][..], &["regen", "--check"]] {
        let before = fs::read(copy.snapshot()).unwrap();
        let (code, stdout, stderr) = copy.xtask(arguments);
        assert_eq!((code, stdout.as_str()), (3, ""));
        assert!(
            stderr.starts_with("error: openapi/ofauth.yaml:"),
            "{stderr}"
        );
        assert!(
            stderr.contains("components.schemas.ChatPage.properties.hasMore.type"),
            "{stderr}"
        );
        assert_eq!(fs::read(copy.snapshot()).unwrap(), before);
    }
    fs::remove_file(copy.spec()).unwrap();
    let (code, _, stderr) = copy.xtask(&["regen"]);
    assert_eq!(code, 3);
    assert!(stderr.contains("openapi/ofauth.yaml: "), "{stderr}");
}

#[test]
fn wrong_usage_ends_with_2() {
    let copy = Copy::new();
    for arguments in [
        &[][..],
        &["regenerate"],
        &["regen", "--chek"],
        &["regen", "extra"],
    ] {
        assert_eq!(copy.xtask(arguments).0, 2, "{arguments:?}");
    }
}
