//! Drafts preserve the spec's comments, layout and line endings.

use std::fs;

use serde_json::{Value, json};

use crate::{Copy, SPEC, changed, media, page};

pub(crate) fn comments(text: &str) -> Vec<&str> {
    let comments = text.lines().filter_map(|line| line.split_once("# "));
    comments.map(|(_, comment)| comment).collect()
}

/// The spec with a comment above and behind each line, except within block scalars.
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
fn drafts_keep_every_comment() {
    let sorted = |text: &str| {
        let mut comments: Vec<String> = comments(text).into_iter().map(str::to_owned).collect();
        comments.sort_unstable();
        comments
    };
    let capture = changed(|page| {
        let chat = &mut page["list"][0];
        chat["isArchived"] = json!(true);
        chat["withUser"] = Value::Null;
        let message = &mut chat["lastMessage"];
        message["isFree"] = Value::Null;
        message["mediaCount"] = json!(1.5);
        let media = media(page);
        media["createdAt"] = json!("soon");
        media["type"] = json!("live");
        media.as_object_mut().unwrap().remove("canView");
        page["hasMore"] = Value::Null;
    });
    let bodies =
        [capture, json!({ "list": null }).to_string(), json!({ "error": null }).to_string()];
    let spec = commented(SPEC);
    let copy = Copy::new();
    fs::write(copy.spec(), &spec).unwrap();
    let (code, stdout, stderr) = copy.drift(&bodies.join("\n"), &["--update"]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    let updated = fs::read_to_string(copy.spec()).unwrap();
    assert_eq!(sorted(&updated), sorted(&spec), "{stdout}");
    let line = |text: &str| SPEC.lines().position(|line| line == text).unwrap();
    // The comment behind a removed line takes the line's place.
    let format = line("      format: date-time");
    let kept = format!("      # above {format}\n      # behind {format}\n");
    assert!(updated.contains(&kept), "{stdout}");
}

#[test]
fn flow_style_is_left_to_a_person_and_lint_asks_for_block_style() {
    let from = SPEC.find("        canView:\n").unwrap();
    let to = from + SPEC[from..].find("        hasError:\n").unwrap();
    let flow = [
        "        canView: {type: boolean, description: Seen.}\n",
        "        canView: { # flag\n          type: boolean, description: Seen.\n          }\n",
        "        canView:\n          {type: boolean, description: Seen.}\n",
    ];
    for flow in flow {
        let spec = format!("{}{flow}{}", &SPEC[..from], &SPEC[to..]);
        let copy = Copy::new();
        fs::write(copy.spec(), &spec).unwrap();
        let capture = changed(|page| media(page)["canView"] = Value::Null);
        let (code, stdout, stderr) = copy.drift(&capture, &["--update"]);
        assert_eq!((code, stderr.as_str()), (1, ""), "{stdout}");
        let by_hand = "by hand: list[].lastMessage.media[].canView: /components/schemas/Media/properties/canView/";
        assert!(stdout.contains(by_hand), "{stdout}");
        assert!(stdout.contains("write it in block style"), "{stdout}");
        assert_eq!(fs::read_to_string(copy.spec()).unwrap(), spec);

        let (code, stdout, _) = copy.xtask(&["lint"], "");
        assert_eq!(code, 0, "{stdout}");
        let place = "Media.properties.canView: it is in flow style";
        assert!(stdout.contains(place) && stdout.contains("[block-style]"), "{stdout}");
    }
}

#[test]
fn an_existing_key_is_changed_and_not_repeated() {
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
fn the_spec_is_written_only_if_something_is_drafted_and_keeps_its_line_endings() {
    let copy = Copy::new();
    let (code, stdout, _) = copy.drift("{\"other\": 1}", &["--update"]);
    assert_eq!(code, 1);
    assert!(stdout.ends_with("nothing written: 1 of 1 finding left\n"), "{stdout}");
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
fn removing_an_item_keeps_its_comment_and_the_line_endings() {
    let copy = Copy::new();
    let old = "        - list\n        - hasMore\n";
    assert!(SPEC.contains(old));
    let spec = SPEC.replacen(old, "        - list\n        - hasMore # S\n", 1);
    fs::write(copy.spec(), spec.replace('\n', "\r\n")).unwrap();
    let (code, stdout, stderr) = copy.drift("{\"list\": []}", &["--update"]);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    let updated = fs::read_to_string(copy.spec()).unwrap();
    let expected = spec.replacen("- hasMore # S", "# S", 1);
    assert_eq!(updated, expected.replace('\n', "\r\n"));
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
fn unusual_yaml_is_edited_correctly_or_left_unchanged() {
    let null = |page: &mut Value| page["hasMore"] = Value::Null;
    let fraction = |page: &mut Value| page["list"][0]["lastMessage"]["mediaCount"] = json!(1.5);
    let word = |page: &mut Value| media(page)["type"] = json!("live");
    let missing = |page: &mut Value| drop(media(page).as_object_mut().unwrap().remove("canView"));
    let flag = "        hasMore:\n          type: boolean\n";
    let number = "          type: integer\n          format: int64\n          description: The number of attached";
    let rest = "          description: The number of attached";
    type Change<'a> = (&'a dyn Fn(&mut Value), &'a str, String, bool);
    let cases: [Change<'_>; 10] = [
        (&null, flag, format!("{flag}          nullable: False\n"), true),
        (&null, flag, format!("{flag}          nullable:\n            false\n"), false),
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
        (&word, "        - audio\n", "        -   audio\n".to_owned(), true),
        (
            &fraction,
            number,
            format!(
                "          type: integer\n            # whole\n          format: int64\n{rest}"
            ),
            true,
        ),
        (&word, "        - audio\n", "        - &a audio\n".to_owned(), true),
        (&missing, "        - canView\n", "        -\n          canView\n".to_owned(), false),
    ];
    for (change, old, new, drafted) in cases {
        let copy = Copy::new();
        let spec = SPEC.replacen(old, &new, 1);
        assert_ne!(spec, SPEC, "{new}");
        fs::write(copy.spec(), &spec).unwrap();
        let capture = changed(change);
        let (code, stdout, stderr) = copy.drift(&capture, &["--update"]);
        assert_eq!((code, stderr.as_str()), (i32::from(!drafted), ""), "{new}: {stdout}");
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
    }
}

#[test]
fn a_missing_final_newline_is_not_added() {
    let copy = Copy::new();
    fs::write(copy.spec(), SPEC.trim_end()).unwrap();
    let capture = changed(|page| page["hasMore"] = Value::Null);
    assert_eq!(copy.drift(&capture, &["--update"]).0, 0);
    let flag = "        hasMore:\n          type: boolean\n";
    let expected = SPEC.replacen(flag, &format!("{flag}          nullable: true\n"), 1);
    assert_eq!(fs::read_to_string(copy.spec()).unwrap(), expected.trim_end());
}
