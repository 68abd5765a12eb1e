//! What stays of the spec's text, whatever is drafted: comments, layout and line ends.

use std::fs;

use serde_json::{Value, json};

use crate::{Copy, SPEC, changed, media, page};

pub(crate) fn comments(text: &str) -> Vec<&str> {
    let comments = text.lines().filter_map(|line| line.split_once("# "));
    comments.map(|(_, comment)| comment).collect()
}

/// The spec with a comment behind each line and above it, but for texts over several lines.
fn commented(spec: &str) -> String {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let (mut text, mut inside) = (String::new(), None);
    for (index, line) in spec.lines().enumerate() {
        let own = indent(line);
        if inside.is_some_and(|outer| line.trim().is_empty() || own > outer) {
            text.push_str(&format!("{line}\n"));
            continue;
        }
        inside = None;
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            text.push_str(&format!("{line}\n"));
            continue;
        }
        let pad = " ".repeat(own);
        text.push_str(&format!("{pad}# above {index}\n{line}"));
        if line.ends_with(">-") || line.ends_with('|') {
            inside = Some(own);
        } else {
            text.push_str(&format!(" # behind {index}"));
        }
        text.push('\n');
    }
    text
}

#[test]
fn each_comment_stays_whatever_is_drafted() {
    let sorted = |text: &str| {
        let mut comments: Vec<String> = comments(text).into_iter().map(str::to_owned).collect();
        comments.sort_unstable();
        comments
    };
    let capture = changed(|page| {
        let chat = &mut page["list"][0];
        chat["isArchived"] = json!(true);
        chat["withUser"] = Value::Null;
        chat["canSendMessage"] = json!("no");
        let message = &mut chat["lastMessage"];
        message["isFree"] = Value::Null;
        message["mediaCount"] = json!(1.5);
        message["fromUser"] = json!([1]);
        let media = media(page);
        media["createdAt"] = json!("soon");
        media["type"] = json!("live");
        media.as_object_mut().unwrap().remove("canView");
        page["hasMore"] = Value::Null;
    });
    let bodies = [
        capture,
        json!({ "list": null }).to_string(),
        json!({ "error": 1 }).to_string(),
    ];
    let spec = commented(SPEC);
    let copy = Copy::new();
    fs::write(copy.spec(), &spec).unwrap();
    let (code, stdout, stderr) = copy.drift(&bodies.join("\n"), &["--update"]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    let updated = fs::read_to_string(copy.spec()).unwrap();
    assert_eq!(sorted(&updated), sorted(&spec), "{stdout}");
    let line = |text: &str| SPEC.lines().position(|line| line == text).unwrap();
    // What stood behind a line that went stands in its place.
    let format = line("      format: date-time");
    let kept = format!("      # above {format}\n      # behind {format}\n");
    assert!(updated.contains(&kept), "{stdout}");
    // What is said of a line goes with it.
    let flag = line("        canSendMessage:") + 1;
    let moved =
        format!("            # above {flag}\n            - type: boolean # behind {flag}\n");
    assert!(updated.contains(&moved), "{stdout}");
}

#[test]
fn what_is_written_in_flow_style_is_written_in_block_style() {
    let block = |start: &str, end: &str| {
        let from = SPEC.find(start).unwrap();
        let to = from + SPEC[from..].find(end).unwrap();
        SPEC[from..to].to_owned()
    };
    let kinds = block("    MediaKind:\n", "    Media:\n");
    let flag = block("        canView:\n", "        hasError:\n");
    let flat = SPEC
        .replacen(
            &kinds,
            "    MediaKind: { type: string, x-extensible-enum: true, description: 'What it is: a {kind}', enum: [photo, video, gif, audio] } # kinds\n",
            1,
        )
        .replacen(&flag, "        canView: {type: boolean, description: \"It's \\\"seen\\\"\"} # flag\n", 1);
    let capture = changed(|page| {
        media(page)["type"] = json!("live");
        media(page)["canView"] = Value::Null;
    });
    let copy = Copy::new();
    fs::write(copy.spec(), &flat).unwrap();
    let (code, stdout, stderr) = copy.drift(&capture, &["--update"]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    let written = fs::read_to_string(copy.spec()).unwrap();
    for lines in [
        "    MediaKind: # kinds\n      type: string\n",
        "      x-extensible-enum: true\n      description: 'What it is: a {kind}'\n      enum:\n        - photo\n",
        "        - audio\n        - live\n",
        "        canView: # flag\n          type: boolean\n          nullable: true\n          description: 'It''s \"seen\"'\n",
    ] {
        assert!(written.contains(lines), "{lines}: {stdout}");
    }
    assert_eq!(copy.drift(&capture, &[]).0, 0);

    // A comment within it would have no place.
    let commented = SPEC.replacen(
        &flag,
        "        canView: { # flag\n          type: boolean, description: Seen.\n          }\n",
        1,
    );
    fs::write(copy.spec(), &commented).unwrap();
    let capture = changed(|page| media(page)["canView"] = Value::Null);
    let (code, stdout, _) = copy.drift(&capture, &["--update"]);
    assert_eq!(code, 1);
    assert!(
        stdout.contains("by hand: list[].lastMessage.media[].canView: "),
        "{stdout}"
    );
    assert!(stdout.contains("write it in block style"), "{stdout}");
    assert_eq!(fs::read_to_string(copy.spec()).unwrap(), commented);
}

#[test]
fn comments_at_odd_places_stay() {
    for (old, new, capture) in [
        // At the line's start, within what moves.
        (
            "            type: integer\n            format: int64\n        isMediaReady:",
            "            type: integer\n# new docs, page two\n            format: int64\n        isMediaReady:",
            changed(|page| page["list"][0]["lastMessage"]["previews"] = json!(["x"])),
        ),
        // Behind a tab, in flow style over several lines: it has no place in block style.
        (
            "        mediaCount:\n          type: integer\n          format: int64\n          description: The number of attached media.\n",
            "        mediaCount: {type: integer,\t# c\n          format: int64,\n# d\n          description: The number of attached media.}\n",
            changed(|page| page["list"][0]["lastMessage"]["mediaCount"] = Value::Null),
        ),
    ] {
        let copy = Copy::new();
        let spec = SPEC.replacen(old, new, 1);
        assert_ne!(spec, SPEC, "{old}");
        fs::write(copy.spec(), &spec).unwrap();
        let (code, stdout, stderr) = copy.drift(&capture, &["--update"]);
        assert!(code < 2 && stderr.is_empty(), "{stdout}{stderr}");
        let updated = fs::read_to_string(copy.spec()).unwrap();
        assert_eq!(comments(&updated), comments(&spec), "{stdout}");
        assert_eq!(code, i32::from(new.contains('\t')), "{stdout}");
    }
}

#[test]
fn a_key_that_is_there_is_changed_and_not_said_twice() {
    let copy = Copy::new();
    let spec = SPEC.replacen(
        "        hasMore:\n          type: boolean\n",
        "        hasMore:\n          nullable: false # so far\n          type: boolean\n",
        1,
    );
    assert_ne!(spec, SPEC);
    fs::write(copy.spec(), &spec).unwrap();
    let capture = changed(|page| page["hasMore"] = Value::Null);
    let (code, stdout, stderr) = copy.drift(&capture, &["--update"]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    let expected = spec.replacen("nullable: false # so far", "nullable: true # so far", 1);
    assert_eq!(fs::read_to_string(copy.spec()).unwrap(), expected);
}

#[test]
fn a_file_is_written_only_where_something_is_drafted_and_keeps_each_line_end() {
    let copy = Copy::new();
    let (code, stdout, _) = copy.drift("{\"other\": 1}", &["--update"]);
    assert_eq!(code, 1);
    assert!(
        stdout.ends_with("nothing written: 1 of 1 finding left\n"),
        "{stdout}"
    );
    assert!(!stdout.contains("ofauth.yaml"), "{stdout}");

    let mixed = SPEC.replacen("        hasMore:\n", "        hasMore:\r\n", 1);
    fs::write(copy.spec(), &mixed).unwrap();
    let capture = changed(|page| page["hasMore"] = Value::Null);
    assert_eq!(copy.drift(&capture, &["--update"]).0, 0);
    let expected = mixed.replacen(
        "        hasMore:\r\n          type: boolean\n",
        "        hasMore:\r\n          type: boolean\n          nullable: true\n",
        1,
    );
    let required = page().to_string();
    assert_eq!(fs::read_to_string(copy.spec()).unwrap(), expected);
    assert_eq!(copy.drift(&required, &[]).0, 0);
}

#[test]
fn a_comment_behind_a_list_and_the_line_ends_stay() {
    let copy = Copy::new();
    let old = "      required:\n        - list\n        - hasMore\n";
    assert!(SPEC.contains(old));
    let spec = SPEC.replacen(old, "      required: [list, hasMore] # S\n", 1);
    fs::write(copy.spec(), spec.replace('\n', "\r\n")).unwrap();
    let (code, stdout, stderr) = copy.drift("{\"list\": []}", &["--update"]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    let updated = fs::read_to_string(copy.spec()).unwrap();
    let expected = spec.replacen("[list, hasMore]", "[list]", 1);
    assert_eq!(updated, expected.replace('\n', "\r\n"));
}

#[test]
fn of_what_is_in_flow_style_over_lines_only_what_must_go_goes() {
    let (count, text) = (
        "        mediaCount:\n          type: integer\n          format: int64\n          description: The number of attached media.\n",
        "        seenOn: {\n          type: string,\n          format: date, x-private: true,\n          description: When.\n        }\n",
    );
    let required = "      required:\n        - id\n        - text\n        - fromUser\n        - media\n        - previews\n";
    let flow = "      required: [id, text,\n        fromUser, media,\n        previews]\n";
    assert!(SPEC.contains(count) && SPEC.contains(required));
    let spec = SPEC.replacen(count, text, 1).replacen(required, flow, 1);
    let value = |text: &str| serde_saphyr::from_str::<Value>(text).unwrap();

    let copy = Copy::new();
    fs::write(copy.spec(), &spec).unwrap();
    let capture = changed(|page| page["list"][0]["lastMessage"]["seenOn"] = json!("Anna said yes"));
    let (code, stdout, stderr) = copy.drift(&capture, &["--update"]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    let mut expected = value(&spec);
    let seen = "/components/schemas/Message/properties/seenOn";
    expected
        .pointer_mut(seen)
        .unwrap()
        .as_object_mut()
        .unwrap()
        .remove("format");
    assert_eq!(
        value(&fs::read_to_string(copy.spec()).unwrap()),
        expected,
        "{stdout}"
    );

    fs::write(copy.spec(), &spec).unwrap();
    let capture = changed(|page| {
        page["list"][0]["lastMessage"]
            .as_object_mut()
            .unwrap()
            .remove("fromUser");
    });
    let (code, stdout, stderr) = copy.drift(&capture, &["--update"]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    let mut expected = value(&spec);
    expected["components"]["schemas"]["Message"]["required"] =
        json!(["id", "text", "media", "previews"]);
    assert_eq!(
        value(&fs::read_to_string(copy.spec()).unwrap()),
        expected,
        "{stdout}"
    );

    fs::write(copy.spec(), &spec).unwrap();
    let capture = changed(|page| page["list"][0]["lastMessage"]["seenOn"] = Value::Null);
    let (code, stdout, stderr) = copy.drift(&capture, &["--update"]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    let mut expected = value(&spec);
    expected.pointer_mut(seen).unwrap()["nullable"] = json!(true);
    assert_eq!(
        value(&fs::read_to_string(copy.spec()).unwrap()),
        expected,
        "{stdout}"
    );
}

#[test]
fn only_the_value_of_a_line_changes() {
    let copy = Copy::new();
    let spec = SPEC.replacen(
        "          type: integer\n          format: int64\n          description: The number of attached media.\n",
        "          type: integer # an integer\n          format: int64 # int32 is not enough, int64 is\n          description: The number of attached media.\n",
        1,
    );
    assert_ne!(spec, SPEC);
    fs::write(copy.spec(), &spec).unwrap();
    let capture = changed(|page| page["list"][0]["lastMessage"]["mediaCount"] = json!(2.5));
    let (code, stdout, stderr) = copy.drift(&capture, &["--update"]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    let expected = spec
        .replacen("type: integer # an integer", "type: number # an integer", 1)
        .replacen("format: int64 # int32", "format: double # int32", 1);
    assert_eq!(fs::read_to_string(copy.spec()).unwrap(), expected);
}

#[test]
fn what_is_written_in_an_unusual_way_is_changed_rightly_or_left() {
    let null = |page: &mut Value| page["hasMore"] = Value::Null;
    let fraction = |page: &mut Value| page["list"][0]["lastMessage"]["mediaCount"] = json!(1.5);
    let word = |page: &mut Value| media(page)["type"] = json!("live");
    let text = |page: &mut Value| page["hasMore"] = json!("Anna said yes");
    let missing = |page: &mut Value| drop(media(page).as_object_mut().unwrap().remove("canView"));
    let flag = "        hasMore:\n          type: boolean\n";
    let number = "          type: integer\n          format: int64\n          description: The number of attached";
    let rest = "          description: The number of attached";
    type Change<'a> = (&'a dyn Fn(&mut Value), &'a str, String, bool);
    let cases: [Change<'_>; 12] = [
        (
            &null,
            flag,
            format!("{flag}          nullable: False\n"),
            true,
        ),
        (
            &null,
            flag,
            format!("{flag}          nullable:\n            false\n"),
            false,
        ),
        (
            &text,
            flag,
            format!("{flag}          x-private: FALSE\n"),
            true,
        ),
        (
            &text,
            flag,
            format!("{flag}          x-private:\n            false\n"),
            false,
        ),
        (
            &fraction,
            number,
            format!("          type: integer\n          format:\n            int64\n{rest}"),
            false,
        ),
        (
            &fraction,
            number,
            format!("          type:\n            integer\n          format: int64\n{rest}"),
            false,
        ),
        (
            &fraction,
            number,
            format!("          type: 'integer'\n          format: \"int64\"\n{rest}"),
            true,
        ),
        (
            &fraction,
            number,
            format!("          type: &integer integer\n          format: int64\n{rest}"),
            false,
        ),
        (
            &word,
            "        - audio\n",
            "        -   audio\n".to_owned(),
            true,
        ),
        (
            &fraction,
            number,
            format!(
                "          type: integer\n            # whole\n          format: int64\n{rest}"
            ),
            true,
        ),
        (
            &word,
            "        - audio\n",
            "        - &a audio\n".to_owned(),
            true,
        ),
        (
            &missing,
            "        - canView\n",
            "        -\n          canView\n".to_owned(),
            false,
        ),
    ];
    for (change, old, new, drafted) in cases {
        let copy = Copy::new();
        let spec = SPEC.replacen(old, &new, 1);
        assert_ne!(spec, SPEC, "{new}");
        fs::write(copy.spec(), &spec).unwrap();
        let capture = changed(change);
        let (code, stdout, stderr) = copy.drift(&capture, &["--update"]);
        assert_eq!(
            (code, stderr.as_str()),
            (i32::from(!drafted), ""),
            "{new}: {stdout}"
        );
        let updated = fs::read_to_string(copy.spec()).unwrap();
        assert_eq!(updated != spec, drafted, "{new}: {stdout}");
        assert_eq!(stdout.contains("by hand: "), !drafted, "{new}: {stdout}");
        assert!(!updated.contains("Anna"), "{updated}");
        if new.contains("\"int64\"") {
            assert!(
                updated.contains("type: 'number'\n          format: \"double\"\n"),
                "{updated}"
            );
        }
        if new.contains("x-private") && drafted {
            assert!(updated.contains("x-private: true"), "{new}: {stdout}");
        }
    }
}

#[test]
fn a_file_without_a_last_line_end_gets_none() {
    let copy = Copy::new();
    fs::write(copy.spec(), SPEC.trim_end()).unwrap();
    let capture = changed(|page| page["hasMore"] = Value::Null);
    assert_eq!(copy.drift(&capture, &["--update"]).0, 0);
    let flag = "        hasMore:\n          type: boolean\n";
    let expected = SPEC.replacen(flag, &format!("{flag}          nullable: true\n"), 1);
    assert_eq!(
        fs::read_to_string(copy.spec()).unwrap(),
        expected.trim_end()
    );
}
