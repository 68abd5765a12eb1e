//! A change of the API, rehearsed: in a copy of the workspace the spec grows, one step
//! after the other, and applications compile as they are.

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

/// What is added to the spec, where, and what then is in the generated client.
const STEPS: &[(&str, &str, &str, &str)] = &[
    (
        "a new optional field",
        "        unreadMessagesCount:\n",
        "        isArchived:\n          type: boolean\n          description: Whether it is archived.\n        unreadMessagesCount:\n",
        "pub is_archived: ::std::option::Option<bool>",
    ),
    (
        "a new value of an enum",
        "        - audio\n",
        "        - audio\n        - live\n",
        "Live,",
    ),
    (
        "a field that may be null",
        "          description: Whether the message costs nothing.\n",
        "          nullable: true\n          description: Whether the message costs nothing.\n",
        "pub is_free: ::std::option::Option<bool>",
    ),
    (
        "a new parameter",
        "        - name: userListId\n",
        "        - name: since\n          in: query\n          description: Only chats that are newer.\n          schema:\n            type: string\n        - name: userListId\n",
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
          description: Whether messages follow after this page.
        nextLastId:
          type: string
          description: What `last_id` is for the page that follows.
    NextOffset:
",
        "pub struct MessagePage",
    ),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Copies the sources: neither what was built nor the history.
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
    assert!(
        output.status.success(),
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    text(&output.stdout)
}

#[test]
fn the_api_grows_and_applications_compile_unchanged() {
    let folder = TempDir::new().unwrap();
    let workspace = folder.path();
    copy(&root(), workspace);
    let spec = workspace.join("openapi/ofauth.yaml");
    let old = workspace.join("old.yaml");
    let mut yaml = fs::read_to_string(&spec).unwrap();
    fs::write(&old, &yaml).unwrap();
    for (step, at, new, _) in STEPS {
        assert!(yaml.contains(at), "{step}: {at:?} is not in the spec");
        yaml = yaml.replacen(at, new, 1);
    }
    fs::write(&spec, &yaml).unwrap();

    let mut regen = Command::new(env!("CARGO_BIN_EXE_xtask"));
    regen.env("CARGO_MANIFEST_DIR", workspace.join("xtask"));
    let told = run(regen.args(["regen", "--against", "old.yaml"]), workspace);
    let generated = fs::read_to_string(workspace.join("build/snapshot.rs")).unwrap();
    for (step, _, _, code) in STEPS {
        assert!(
            generated.contains(code),
            "{step}: {code:?} is not in the client"
        );
    }
    // null may arrive, which breaks who reads the wire; Rust reads an `Option` anyway.
    assert!(
        told.contains("list[].lastMessage.isFree: nullable-set"),
        "{told}"
    );
    assert!(
        told.contains(" changed, 0 removed") && told.contains("Rust surface: "),
        "{told}"
    );
    assert!(told.contains(" 0 changed, "), "{told}");

    // The second endpoint as an application sees it: all that is written by hand. Limits,
    // retries, deadlines, errors and records that cannot be read come with `Call`.
    let wrapper = workspace.join("crates/ofauth/src");
    fs::write(wrapper.join("messages.rs"), include_str!("messages.txt")).unwrap();
    let library = fs::read_to_string(wrapper.join("lib.rs")).unwrap();
    let library = library.replacen(
        "mod meta;\n",
        "mod messages;\npub use messages::MessagesRequest;\nmod meta;\n",
        1,
    );
    fs::write(wrapper.join("lib.rs"), library).unwrap();

    // An application with its tests, and with them the wrapper, the stand-in and the mocks.
    let mut check = Command::new(env!("CARGO"));
    check
        .args([
            "check",
            "--quiet",
            "--offline",
            "--tests",
            "--package",
            "unread-report",
        ])
        // The dependencies that are checked already are not checked again.
        .env(
            "CARGO_TARGET_DIR",
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(".."),
        )
        .env("CARGO_INCREMENTAL", "0")
        .env_remove("CARGO_MANIFEST_DIR");
    run(&mut check, workspace);
}
