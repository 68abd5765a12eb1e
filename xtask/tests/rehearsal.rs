//! Rehearses a growing API: in a copy of the workspace the spec gains fields, values, parameters
//! and an endpoint, and an unchanged application must still compile.

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

/// Additions to the spec: a name, the text to replace, its replacement, and the code that the
/// generated client then contains.
const STEPS: &[(&str, &str, &str, &str)] = &[
    (
        "a new optional field",
        "        unreadMessagesCount:\n",
        "        isArchived:\n          type: boolean\n          description: Whether it is archived.\n        unreadMessagesCount:\n",
        "pub is_archived: ::std::option::Option<bool>",
    ),
    ("a new value of an enum", "        - audio\n", "        - audio\n        - live\n", "Live,"),
    (
        "a field that may be null",
        "          description: Whether the message is free.\n",
        "          nullable: true\n          description: Whether the message is free.\n",
        "pub is_free: ::std::option::Option<bool>",
    ),
    (
        "a new parameter",
        "        - name: userListId\n",
        "        - name: since\n          in: query\n          description: Only newer chats.\n          schema:\n            type: string\n        - name: userListId\n",
        "pub fn since<V>(mut self, value: V) -> Self",
    ),
    (
        "a second endpoint",
        "paths:\n",
        "paths:
  /v2/access/chats/{userId}/messages:
    get:
      operationId: listChatMessages
      parameters:
        - name: userId
          in: path
          required: true
          description: The fan.
          schema:
            type: string
        - name: limit
          in: query
          description: The number of messages, 1 to 20.
          schema:
            type: integer
            format: int32
            minimum: 1
            maximum: 20
            default: 10
        - name: last_id
          in: query
          description: Only messages before this one.
          schema:
            type: string
      responses:
        '200':
          description: A page of messages.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/MessagePage'
        '401':
          $ref: '#/components/responses/Unauthorized'
",
        "pub fn list_chat_messages(&self)",
    ),
    (
        "the page of the second endpoint",
        "    NextOffset:\n",
        "    MessagePage:
      type: object
      description: One page of messages.
      required:
        - list
        - hasMore
      properties:
        list:
          type: array
          description: The messages of this page.
          items:
            $ref: '#/components/schemas/Message'
        hasMore:
          type: boolean
          description: Whether more messages follow this page.
        nextLastId:
          type: string
          description: The `last_id` for the next page.
    NextOffset:
",
        "pub struct MessagePage",
    ),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Copies the sources, without build output or git history.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, name) = (entry.path(), entry.file_name());
        if name == "target" || name == ".git" {
            continue;
        }
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

fn run(command: &mut Command, folder: &Path) -> String {
    let output = command.current_dir(folder).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}{}", text(&output.stdout), text(&output.stderr));
    text(&output.stdout)
}

#[test]
fn applications_compile_unchanged_when_the_api_grows() {
    let folder = TempDir::new().unwrap();
    let workspace = folder.path();
    copy(&root(), workspace);
    let spec = workspace.join("openapi/ofauth.yaml");
    let old_spec = workspace.join("old.yaml");
    let mut yaml = fs::read_to_string(&spec).unwrap();
    fs::write(&old_spec, &yaml).unwrap();
    for (step, old, new, _) in STEPS {
        assert!(yaml.contains(old), "{step}: {old:?} isn't in the spec");
        yaml = yaml.replacen(old, new, 1);
    }
    fs::write(&spec, &yaml).unwrap();

    let mut regen = Command::new(env!("CARGO_BIN_EXE_xtask"));
    regen.env("CARGO_MANIFEST_DIR", workspace.join("xtask"));
    let report = run(regen.args(["regen", "--against", "old.yaml"]), workspace);
    let generated = fs::read_to_string(workspace.join("build/snapshot.rs")).unwrap();
    for (step, _, _, code) in STEPS {
        assert!(generated.contains(code), "{step}: {code:?} isn't in the client");
    }
    // A null breaks readers of the wire format, but in Rust the field is an `Option` anyway.
    assert!(report.contains("list[].lastMessage.isFree: nullable-set"), "{report}");
    assert!(
        report.contains(" changed, 0 removed") && report.contains("Rust surface: "),
        "{report}"
    );
    assert!(report.contains(" 0 changed, "), "{report}");

    // All the hand-written code that the second endpoint needs. `Call` provides rate limits,
    // retries, deadlines, errors and the reporting of unreadable records.
    let wrapper = workspace.join("crates/ofauth/src");
    fs::write(wrapper.join("messages.rs"), include_str!("messages.txt")).unwrap();
    let library = fs::read_to_string(wrapper.join("lib.rs")).unwrap();
    let library = library.replacen(
        "mod meta;\n",
        "mod messages;\npub use messages::MessagesRequest;\nmod meta;\n",
        1,
    );
    fs::write(wrapper.join("lib.rs"), library).unwrap();

    // An application with its tests, which also compiles the wrapper, the sandbox and the mocks.
    // It takes half a minute, since all dependencies are checked first.
    if std::env::var_os("OFAUTH_LONG_TESTS").is_none() {
        return;
    }
    let mut check = Command::new(env!("CARGO"));
    check
        .args(["check", "--quiet", "--offline", "--tests", "--package", "unread-report"])
        // Avoids checking the dependencies again.
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join(".."))
        .env("CARGO_INCREMENTAL", "0")
        .env_remove("CARGO_MANIFEST_DIR");
    run(&mut check, workspace);
}
