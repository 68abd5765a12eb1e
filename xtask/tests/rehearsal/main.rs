//! Rehearses a growing API: in a copy of the workspace the spec gains fields, values, parameters, a
//! bound and an endpoint. An unchanged application must still compile, the bound must reach every
//! part, and the endpoint must have all that the chats have (`parity.txt`), with no more hand-written
//! code than `wrapper.txt`.

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
        "a larger maximum",
        "The number of chats to return, 1 to 20 (\"chats list\").\n          schema:\n            type: integer\n            format: int32\n            minimum: 1\n            maximum: 20\n",
        "The number of chats to return, 1 to 30.\n          schema:\n            type: integer\n            format: int32\n            minimum: 1\n            maximum: 30\n",
        "30i64",
    ),
    (
        "a second endpoint",
        "paths:\n",
        "paths:
  /v2/rehearsed/{userId}/messages:
    get:
      operationId: listRehearsedMessages
      summary: List the messages of a chat
      parameters:
        - name: userId
          in: path
          required: true
          description: The fan.
          schema:
            type: string
        - name: limit
          in: query
          description: The number of messages, 1 to 25.
          schema:
            type: integer
            format: int32
            minimum: 1
            maximum: 25
            default: 10
        - name: last_id
          in: query
          description: Only messages before this one.
          schema:
            type: string
            maxLength: 40
      responses:
        '200':
          description: A page of messages.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/RehearsedMessagePage'
        '401':
          $ref: '#/components/responses/Unauthorized'
",
        "pub fn list_rehearsed_messages(&self)",
    ),
    (
        "an endpoint with everything that is odd",
        "paths:\n",
        "paths:
  /v2/odd.{1st}/{type}:
    parameters:
      - name: type
        in: path
        required: true
        description: A keyword.
        schema:
          type: integer
          format: int64
      - name: 1st
        in: path
        required: true
        description: A digit first.
        schema:
          type: string
    post:
      operationId: sendOdd
      summary: Send something odd
      parameters:
        - name: strict
          in: query
          description: The name of a method.
          schema:
            type: boolean
        - name: tags
          in: query
          description: A list.
          schema:
            type: array
            items:
              type: string
        - name: price
          in: query
          required: true
          description: A number.
          schema:
            type: number
            minimum: 0
        - name: kind
          in: query
          description: Words of its own.
          schema:
            type: string
            enum: [a, b]
        - name: since
          in: query
          description: A time.
          schema:
            type: string
            format: date-time
        - name: after
          in: query
          required: true
          description: An id.
          schema:
            type: integer
            format: int32
            minimum: -5
        - name: X-Trace
          in: header
          description: A header.
          schema:
            type: string
      requestBody:
        required: true
        description: What to send.
        content:
          application/json:
            schema:
              $ref: '#/components/schemas/RehearsedMessage'
      responses:
        '201':
          description: A page.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/OddPage'
    delete:
      operationId: deleteOdd
      summary: Delete something odd
      responses:
        '204':
          description: Nothing.
    get:
      operationId: getOdd
      summary: Get something odd
      responses:
        '200':
          description: One message.
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/RehearsedMessage'
",
        "pub fn send_odd(&self)",
    ),
    (
        "the page of the odd endpoint",
        "    NextOffset:\n",
        "    OddPage:
      type: object
      description: A page without required properties but its list.
      required:
        - list
      properties:
        list:
          type: array
          description: The messages of this page.
          items:
            $ref: '#/components/schemas/RehearsedMessage'
        hasMore:
          type: boolean
          description: Whether more messages follow.
        nextAfter:
          type: integer
          format: int32
          nullable: true
          description: The id after which the next page begins.
    NextOffset:
",
        "pub struct OddPage",
    ),
    (
        "the page of the second endpoint",
        "    NextOffset:\n",
        "    RehearsedMessage:
      type: object
      description: A message.
      required:
        - id
        - text
      properties:
        id:
          type: integer
          format: int64
          description: Its id.
        text:
          type: string
          x-private: true
          description: Its text.
    RehearsedMessagePage:
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
            $ref: '#/components/schemas/RehearsedMessage'
        hasMore:
          type: boolean
          description: Whether more messages follow this page.
        nextLastId:
          type: string
          x-private: false
          description: The `last_id` for the next page.
    NextOffset:
",
        "pub struct RehearsedMessagePage",
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

    // All the hand-written code that the second endpoint needs.
    let hand_written = include_str!("wrapper.txt");
    assert!(hand_written.lines().count() + 2 <= 80);
    let wrapper = workspace.join("crates/ofauth/src");
    fs::write(wrapper.join("rehearsed.rs"), hand_written).unwrap();
    let library = fs::read_to_string(wrapper.join("lib.rs")).unwrap();
    let module = "mod rehearsed;\npub use rehearsed::RehearsedMessagesRequest;\n";
    let library = library.replacen("mod request;\n", &format!("{module}mod request;\n"), 1);
    fs::write(wrapper.join("lib.rs"), library).unwrap();
    let tests = workspace.join("crates/ofauth-httpmock/tests");
    fs::write(tests.join("parity.rs"), include_str!("parity.txt")).unwrap();

    // This takes a minute or two, since the copy is built.
    if std::env::var_os("OFAUTH_LONG_TESTS").is_none() {
        return;
    }
    let cargo = |arguments: &[&str]| {
        let mut cargo = Command::new(env!("CARGO"));
        cargo
            .args(arguments)
            // Avoids building the dependencies again.
            .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join(".."))
            .env("CARGO_INCREMENTAL", "0")
            // Cargo names what it builds by the profile, but not by the workspace's folder. No other
            // build has this one, which applies to the workspace alone.
            .env("CARGO_PROFILE_DEV_DEBUG", "limited")
            .env_remove("CARGO_MANIFEST_DIR");
        run(&mut cargo, workspace)
    };
    // An application with its tests.
    cargo(&["check", "--quiet", "--offline", "--tests", "--package", "service"]);
    let package = ["--quiet", "--offline", "--package", "ofauth-httpmock"];
    cargo(&[&["test"], &package[..], &["--features", "ofauth/drift", "--test", "parity"]].concat());
    // The command and the sandbox know the new maximum too.
    let command = ["--quiet", "--offline", "--package", "ofauth-cli", "--", "chats", "--sandbox"];
    let page = ["--limit", "30", "--format", "ndjson"];
    let chats = cargo(&[&["run"], &command[..], &page].concat());
    assert_eq!(chats.lines().count(), 30);
}
