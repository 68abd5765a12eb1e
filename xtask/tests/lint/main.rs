//! `cargo xtask lint`, run as a process on a copy of the spec.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod every;

use std::fs;
use std::process::Command;

use tempfile::TempDir;

const SPEC: &str = include_str!("../spec.yaml");

struct Copy(TempDir);

impl Copy {
    fn new(spec: &str) -> Self {
        let copy = Self(TempDir::new().unwrap());
        for folder in ["openapi/examples", "xtask"] {
            fs::create_dir_all(copy.0.path().join(folder)).unwrap();
        }
        copy.write("openapi/ofauth.yaml", spec);
        copy
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.0.path().join(file), text).unwrap();
    }

    fn xtask(&self, command: &str) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .arg(command)
            .env("CARGO_MANIFEST_DIR", self.0.path().join("xtask"))
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }
}

/// The spec with the first `old` replaced by `new`.
fn edited(old: &str, new: &str) -> String {
    assert!(SPEC.contains(old), "{old:?} isn't in the spec");
    SPEC.replacen(old, new, 1)
}

/// The spec with an additional field, `added`, in `Message`.
fn field(schema: &str) -> String {
    edited(
        "        isPinned:\n",
        &format!("        added:\n          description: Added.\n{schema}        isPinned:\n"),
    )
}

/// The spec with an additional schema, `Added`, which a field of `Message` uses.
fn named(schema: &str) -> String {
    field("          allOf:\n            - $ref: '#/components/schemas/Added'\n").replacen(
        "    MediaKind:\n",
        &format!("    Added:\n      description: Added.\n{schema}    MediaKind:\n"),
        1,
    )
}

#[test]
fn a_correct_spec_has_no_findings() {
    let (code, stdout, stderr) = Copy::new(SPEC).xtask("lint");
    let expected = "no finding in openapi/ofauth.yaml and its examples\n";
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (0, expected, ""));
}

#[test]
fn each_rule_reports_the_line_and_the_reason() {
    let cases = [
        (
            "yaml",
            edited("  title:", "  title: one\n  title:"),
            "  title:",
            "the key `title` occurs twice",
        ),
        (
            "grammar",
            edited("      summary:", "      sumary:"),
            "      sumary:",
            "did you mean `summary`?",
        ),
        (
            "grammar",
            edited("schemas/ChatOrder'", "schemas/ChatOrdre'"),
            "schemas/ChatOrdre'",
            "does not exist",
        ),
        (
            "grammar",
            edited("- name: limit", "- style: bogus\n          name: limit"),
            "        - style: bogus",
            "`bogus` is not one of form, simple",
        ),
        (
            "described",
            edited("          description: The user's id.\n", ""),
            "        id:",
            "the property `id` has no description",
        ),
        (
            "described",
            field("").replacen(
                "          description: Added.\n",
                "          type: string\n",
                1,
            ),
            "        added:",
            "the property `added` has no description",
        ),
        (
            "example",
            edited("requestId: req_abc123\n", "requestId: 7\n"),
            "requestId: 7",
            "7 is not of type \"string\"",
        ),
        (
            "example",
            edited(
                "          example: 9007199254740995\n",
                "          example: none\n",
            ),
            "example: none",
            "is not of type \"integer\"",
        ),
        (
            "example",
            edited(
                "                    hasMore: false\n",
                "                    more: false\n",
            ),
            "                  value:",
            "\"hasMore\" is a required property",
        ),
        (
            "example",
            edited("          example: recent\n", "          example: newest\n"),
            "example: newest",
            "is not one of",
        ),
        (
            "open-enum",
            edited("      x-extensible-enum: true\n", ""),
            "      enum:",
            "a closed enum in a response",
        ),
        (
            "open-enum",
            field("          type: string\n          enum:\n            - a\n"),
            "          enum:\n            - a",
            "a closed enum in a response",
        ),
        (
            "any-of",
            named("      anyOf:\n        - type: string\n        - type: boolean\n"),
            "      anyOf:",
            "where alternatives overlap",
        ),
        (
            "shadowed-alternative",
            named("      oneOf:\n        - type: number\n        - type: integer\n"),
            "        - type: integer\n    MediaKind",
            "every integer already matches a wider alternative",
        ),
        (
            "integer-format",
            field("          type: integer\n          minimum: 1\n"),
            "          minimum: 1\n        isPinned",
            "without a format",
        ),
        (
            "float",
            field("          type: number\n          format: float\n"),
            "          format: float",
            "loses digits",
        ),
        (
            "refused-length",
            field("          type: string\n          maxLength: 5\n"),
            "          maxLength: 5",
            "rejects values outside",
        ),
        (
            "refused-length",
            field(
                "          type: array\n          minItems: 2\n          maxItems: 2\n          items:\n            type: string\n",
            ),
            "          minItems: 2",
            "rejects values outside",
        ),
        (
            "ignored-bound",
            field("          type: integer\n          format: int64\n          minimum: 0\n"),
            "          minimum: 0\n        isPinned",
            "ignores `minimum`",
        ),
        (
            "closed-object",
            named("      type: object\n      additionalProperties: false\n"),
            "      additionalProperties: false",
            "one new field",
        ),
        (
            "nullable-schema",
            named(
                "      type: string\n      x-extensible-enum: true\n      nullable: true\n      enum:\n        - a\n",
            ),
            "      nullable: true\n      enum",
            "an `Option`",
        ),
        (
            "required-null",
            edited(
                "          type: array\n          description: The chats of this page.\n",
                "          type: array\n          nullable: true\n          description: The chats of this page.\n",
            ),
            "          nullable: true\n          description: The chats",
            "null and absence are the same",
        ),
        (
            "pattern",
            field("          type: string\n          pattern: '['\n"),
            "          pattern: '['",
            "no values can be checked",
        ),
        (
            "same-alternative",
            named(
                "      oneOf:\n        - $ref: '#/components/schemas/Media'\n        - $ref: '#/components/schemas/Media'\n",
            ),
            "        - $ref: '#/components/schemas/Media'\n    MediaKind",
            "the same as `oneOf.0`",
        ),
        (
            "same-alternative",
            named("      oneOf:\n        - type: string\n          title: A\n        - type: string\n"),
            "        - type: string\n    MediaKind",
            "the same as `oneOf.0`",
        ),
        (
            "untyped-null",
            field("          nullable: true\n"),
            "          nullable: true\n        isPinned",
            "no effect without a `type`",
        ),
        (
            "grammar",
            named(
                "      allOf:\n        - $ref: '#/components/schemas/Media'\n        - type: object\n          required:\n            - isReady\n            - gone\n",
            ),
            "            - gone",
            "`gone` is not among the properties",
        ),
        (
            "example",
            edited(
                "              examples:\n",
                "              examples:\n                bad:\n                  $ref: '#/components/examples/Bad'\n",
            )
            .replacen("components:\n", "components:\n  examples:\n    Bad:\n      value: 5\n", 1),
            "      value: 5",
            "5 is not of type \"object\"",
        ),
        (
            "described",
            edited(
                "      responses:\n",
                "      responses:\n        default:\n          description: Any other.\n          content:\n            application/json:\n              schema:\n                type: object\n                properties:\n                  added: {}\n",
            ),
            "                  added: {}",
            "the property `added` has no description",
        ),
        (
            "translate",
            edited(
                "        - name: limit\n          in: query\n",
                "        - name: limit\n          in: query\n          explode: false\n",
            ),
            "          explode: false",
            "the generated client ignores this",
        ),
        (
            "translate",
            edited(
                "        - name: limit\n          in: query\n",
                "        - name: limit\n          in: query\n          allowReserved: true\n",
            ),
            "          allowReserved: true",
            "the generated client ignores this",
        ),
        (
            "translate",
            edited(
                "        - name: limit\n",
                "        - name: X-Ids\n          in: header\n          description: A.\n          schema:\n            type: array\n            items:\n              type: string\n        - name: limit\n",
            ),
            "          schema:",
            "can't write a list or an object here",
        ),
        (
            "translate",
            field("          not:\n            type: string\n"),
            "    Message:",
            "progenitor cannot translate this",
        ),
    ];
    for (rule, spec, at, reason) in cases {
        let (code, stdout, stderr) = Copy::new(&spec).xtask("lint");
        assert_eq!((code, stderr.as_str()), (1, ""), "{rule}: {stdout}");
        let finding = stdout.lines().find(|line| line.contains(&format!(" [{rule}]")));
        let finding = finding.unwrap_or_else(|| panic!("{rule} isn't reported: {stdout}"));
        let lines: Vec<usize> = spec
            .match_indices(at)
            .map(|(index, _)| {
                spec[..index].lines().count()
                    + usize::from(spec[..index].ends_with('\n') || index == 0)
            })
            .collect();
        let line: usize = finding.split(':').nth(1).unwrap().parse().unwrap();
        assert!(lines.contains(&line), "{rule}: {finding}: not in {lines:?}");
        assert!(
            finding.contains(reason) && finding.contains(&format!("[{rule}]")),
            "{rule}: {finding}"
        );
        assert_eq!(stdout.lines().count(), 2, "{rule}: {stdout}");
    }
}

#[test]
fn nothing_is_generated_from_a_spec_with_findings() {
    let copy = Copy::new(&edited("          description: The user's id.\n", ""));
    let (code, stdout, stderr) = copy.xtask("regen");
    assert_eq!((code, stdout.as_str()), (3, ""));
    assert!(stderr.contains("the property `id` has no description"), "{stderr}");
}

#[test]
fn requests_may_have_limits_and_closed_enums() {
    let parameter = |schema: &str| {
        edited(
            "        - name: userListId\n",
            &format!(
                "        - name: added\n          in: query\n          schema:\n{schema}        - name: userListId\n"
            ),
        )
    };
    for spec in [
        parameter("            type: string\n            enum:\n              - a\n"),
        parameter("            type: string\n            maxLength: 5\n"),
        parameter("            type: integer\n            format: int64\n            minimum: 5\n"),
    ] {
        let (code, stdout, _) = Copy::new(&spec).xtask("lint");
        assert_eq!(code, 0, "{stdout}");
    }
}

#[test]
fn example_files_are_checked_too() {
    let copy = Copy::new(SPEC);
    copy.write("openapi/examples/good.json", "{\"list\": [], \"hasMore\": false}");
    assert_eq!(copy.xtask("lint").0, 0);
    copy.write(
        "openapi/examples/bad.json",
        "{\"list\": [{\"withUser\": {\"id\": \"x\", \"_view\": \"s\"}}], \"hasMore\": false}",
    );
    copy.write("openapi/examples/none.json", "{");
    let (code, stdout, _) = copy.xtask("lint");
    assert_eq!(code, 1);
    let expected = "\
openapi/examples/bad.json:1:25: list.0.withUser.id: \"x\" is not of type \"integer\" [example]; correct the example, or the schema
openapi/examples/none.json:1:1: unclosed bracket '{'; correct the indentation, the quotes or the brackets, here or in the lines before [example]; correct the example, or the schema
2 findings
";
    assert_eq!(stdout, expected);
}

#[test]
fn a_missing_spec_exits_with_3() {
    let copy = Copy::new(SPEC);
    fs::remove_file(copy.0.path().join("openapi/ofauth.yaml")).unwrap();
    let (code, _, stderr) = copy.xtask("lint");
    assert_eq!(code, 3);
    assert!(stderr.starts_with("error: openapi/ofauth.yaml: "), "{stderr}");
}

#[test]
fn every_place_is_reported_and_examples_have_line_numbers() {
    let copy = Copy::new(&field(
        "          type: string\n          minLength: 1\n          maxLength: 5\n",
    ));
    let (code, stdout, _) = copy.xtask("lint");
    assert_eq!((code, stdout.matches("[refused-length]").count()), (1, 2));

    let copy = Copy::new(SPEC);
    copy.write(
        "openapi/examples/twice.json",
        "{\n\"list\": [],\n\"list\": [],\n\"hasMore\": false}",
    );
    let (code, stdout, _) = copy.xtask("lint");
    assert_eq!(code, 1);
    let expected = "openapi/examples/twice.json:3:1: the key `list` occurs twice";
    assert!(stdout.starts_with(expected), "{stdout}");
}

#[test]
fn review_notes_are_printed_but_are_not_findings() {
    let spec = field("          type: array\n          items:\n            type: string\n")
        .replacen("description: Added.", "description: Seen in responses; not documented.", 1);
    let line = |text: &str| {
        let index = spec.find(text).unwrap();
        spec[..index].lines().count() + usize::from(spec[..index].ends_with('\n'))
    };
    let (code, stdout, stderr) = Copy::new(&spec).xtask("lint");
    let place = "components.schemas.Message.properties.added";
    let (private, words) = (line("        added:"), line("          description: Seen"));
    let expected = format!(
        "review: openapi/ofauth.yaml:{private}:9: {place}: `Debug` shows it, but it may contain someone's message, \
         name or address [private]; add `x-private: true`, or `x-private: false` if it isn't personal\n\
         review: openapi/ofauth.yaml:{words}:11: {place}.description: this draft description doesn't say what \
         the value means [undocumented]; say what it means, and where the fact comes from\n\
         no finding in openapi/ofauth.yaml and its examples\n"
    );
    assert_eq!((code, stdout, stderr.as_str()), (0, expected, ""));

    // The note appears for every schema that may hold a person's data and isn't marked.
    for (schema, noted) in [
        ("          type: string\n          x-private: true\n", false),
        ("          type: string\n          x-private: false\n", false),
        ("          allOf:\n            - $ref: '#/components/schemas/MediaKind'\n", false),
        ("          allOf:\n            - $ref: '#/components/schemas/Timestamp'\n", false),
        ("          allOf:\n            - $ref: '#/components/schemas/UserName'\n", false),
        ("          type: boolean\n", false),
        ("          type: string\n          format: email\n", true),
        ("          type: string\n          format: uri\n", true),
        ("          type: string\n          format: uuid\n", false),
        (
            "          type: object\n          properties:\n            deep:\n              type: string\n              description: Deep.\n",
            true,
        ),
        (
            "          type: object\n          properties:\n            deep:\n              type: integer\n              format: int64\n              description: Deep.\n",
            false,
        ),
        (
            "          type: array\n          items:\n            type: object\n            properties:\n              deep:\n                type: string\n                description: Deep.\n",
            true,
        ),
        (
            "          type: object\n          properties:\n            deep:\n              type: boolean\n              description: Deep.\n          additionalProperties:\n            type: boolean\n",
            true,
        ),
        ("          allOf:\n            - $ref: '#/components/schemas/CanNotSendReason'\n", true),
        (
            "          type: object\n          additionalProperties:\n            type: integer\n",
            true,
        ),
        ("", true),
    ] {
        let (code, stdout, _) = Copy::new(&field(schema)).xtask("lint");
        assert_eq!((code, stdout.contains("[private]")), (0, noted), "{schema}: {stdout}");
    }
}

#[test]
fn text_that_cannot_be_marked_as_private_is_reported() {
    let inline = "              schema:\n                type: object\n                properties:\n                  title:\n                    type: string\n                    description: A title.\n                allOf:\n                  - $ref: '#/components/schemas/ChatPage'\n";
    let spec = SPEC.replacen(
        "              schema:\n                $ref: '#/components/schemas/ChatPage'\n",
        inline,
        1,
    );
    assert_ne!(spec, SPEC);
    let (code, stdout, _) = Copy::new(&spec).xtask("lint");
    assert_eq!(code, 0, "{stdout}");
    let expected = "properties.title: `Debug` shows it, but it may contain someone's message, name or address [private]; move its object";
    assert_eq!((stdout.lines().count(), stdout.contains(expected)), (2, true), "{stdout}");
}
