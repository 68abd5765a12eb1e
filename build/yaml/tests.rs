//! YAML as it is read.

use serde_json::json;

use super::*;

fn value(yaml: &str) -> Value {
    read(yaml)
        .map(|read| read.0)
        .unwrap_or_else(|problem| panic!("{yaml:?}: {problem:?}"))
}

fn told(yaml: &str) -> String {
    match read(yaml) {
        Ok((value, _)) => panic!("{yaml:?} is read as {value}"),
        Err(problem) => problem.in_file("f"),
    }
}

#[test]
fn scalars_are_what_yaml_1_2_says() {
    for words in [
        "y n yes no on off",
        "Y N Yes No On Off",
        "YES NO ON OFF tRUE faLSE",
    ] {
        for word in words.split(' ') {
            assert_eq!(value(&format!("a: {word}")), json!({ "a": word }));
            assert_eq!(value(&format!("[{word}]")), json!([word]));
            assert_eq!(value(&format!("{word}: 1")), json!({ word: 1 }));
        }
    }
    for (written, expected) in [
        ("true", json!(true)),
        ("True", json!(true)),
        ("TRUE", json!(true)),
        ("false", json!(false)),
        ("False", json!(false)),
        ("FALSE", json!(false)),
        ("~", Value::Null),
        ("null", Value::Null),
        ("Null", Value::Null),
        ("", Value::Null),
        ("nUll", json!("nUll")),
        ("0o17", json!(15)),
        ("0x1F", json!(31)),
        ("017", json!(17)),
        ("08", json!(8)),
        ("-017", json!(-17)),
        ("+17", json!(17)),
        ("0O17", json!("0O17")),
        ("0X1F", json!("0X1F")),
        ("-0x1F", json!("-0x1F")),
        ("0b11", json!("0b11")),
        ("1_000", json!("1_000")),
        ("1_000.5", json!("1_000.5")),
        ("0x1_F", json!("0x1_F")),
        ("12:30:45", json!("12:30:45")),
        ("12:30", json!("12:30")),
        ("1e3", json!(1000.0)),
        (".5", json!(0.5)),
        ("-1.5E-3", json!(-0.0015)),
        ("2020-01-01", json!("2020-01-01")),
        ("2020-01-01T00:00:00Z", json!("2020-01-01T00:00:00Z")),
        ("3.0.3", json!("3.0.3")),
        ("=", json!("=")),
        ("inf", json!("inf")),
        ("nan", json!("nan")),
        ("'017'", json!("017")),
        ("'no'", json!("no")),
        ("!!str 017", json!("017")),
        ("!!int 17", json!(17)),
        ("&a 017", json!(17)),
        ("18446744073709551615", json!(u64::MAX)),
        ("-9223372036854775808", json!(i64::MIN)),
        // A power of two, which a float holds.
        ("18446744073709551616", json!(18446744073709551616.0)),
        ("100000000000000000000", json!(1e20)),
    ] {
        assert_eq!(
            value(&format!("# ä\na: {written}\nb: [ä]")),
            json!({ "a": expected, "b": ["ä"] }),
            "{written}"
        );
        if !written.is_empty() {
            assert_eq!(
                value(&format!("[ä, {written} ]")),
                json!(["ä", expected]),
                "{written}"
            );
        }
    }
}

#[test]
fn a_number_that_cannot_be_kept_is_refused() {
    for written in [
        "18446744073709551617",
        "-9223372036854775809",
        "123456789012345678901234567890",
    ] {
        let expected = format!("f:2:4: `{written}` has more digits than can be compared");
        assert!(told(&format!("a: 1\nb: {written}")).starts_with(&expected));
    }
    for written in [".inf", "-.INF", ".nan", "1e999"] {
        let told = told(&format!("a: {written}"));
        let expected = format!("f:1:4: `{written}` is no number that JSON can hold; quote it");
        assert!(told.starts_with(&expected), "{told}");
    }
}

#[test]
fn keys_that_json_cannot_tell_apart_are_one() {
    for (yaml, key) in [
        ("200: a\n'200': b", "200"),
        ("'200': a\n200: b", "200"),
        ("true: a\n\"true\": b", "true"),
        ("a: 1\n'a': 2", "a"),
    ] {
        let expected = format!("f:2:1: the key `{key}` occurs twice; remove one");
        assert_eq!(told(yaml), expected, "{yaml}");
        let below = format!("x:\n- {}", yaml.replace('\n', "\n  "));
        assert!(told(&below).starts_with("f:3:3: the key"), "{below}");
    }
    assert_eq!(value("200: a\n'201': b"), json!({ "200": "a", "201": "b" }));
}

#[test]
fn anchors_aliases_and_merge_keys_are_what_they_stand_for() {
    let yaml =
        "a: &a\n  x: 017\n  y: [no]\nb: *a\nc:\n  <<: *a\n  x: 2\nd:\n  <<: [*a, {z: 3}]\n'<<': 4";
    let expected = json!({
        "a": { "x": 17, "y": ["no"] },
        "b": { "x": 17, "y": ["no"] },
        "c": { "x": 2, "y": ["no"] },
        "d": { "x": 17, "y": ["no"], "z": 3 },
        "<<": 4,
    });
    assert_eq!(value(yaml), expected);
    let many = format!("a: &a {{x: 1}}\nb:{}", "\n- *a".repeat(60_000));
    assert_eq!(value(&many)["b"].as_array().unwrap().len(), 60_000);
}

#[test]
fn what_is_wrong_is_told_in_plain_words() {
    let deep = |open: &str| format!("a:\n  {}", open.repeat(100_000));
    let block = (0..200).map(|depth| format!("{}a:\n", " ".repeat(depth)));
    let bomb = (1..30).fold("a0: &a0 [x, x]\n".to_owned(), |yaml, level| {
        let below = format!("*a{}", level - 1);
        format!("{yaml}a{level}: &a{level} [{below}, {below}, {below}]\n")
    });
    let merged = (1..30).fold("a0: &a0 {x: 1}\n".to_owned(), |yaml, level| {
        let below = level - 1;
        format!("{yaml}a{level}: &a{level} {{<<: [*a{below}, *a{below}, *a{below}], y{level}: *a{below}}}\n")
    });
    let long = format!(
        "a: &a {}\nb: [{}]",
        "x".repeat(1_000_000),
        "*a,".repeat(1_000)
    );
    for (yaml, words) in [
        (deep("["), "this is nested more than 127 deep"),
        (deep("{a: "), "this is nested more than 127 deep"),
        (deep("- "), "this is nested more than 127 deep"),
        (block.collect(), "this is nested more than 127 deep"),
        (bomb, "aliases (`*name`) make the document far larger"),
        (merged, "aliases (`*name`) make the document far larger"),
        (long, "aliases (`*name`) make the document far larger"),
        (
            "a: &a [*a]".to_owned(),
            "an alias (`*name`) stands inside of what it stands for",
        ),
        (
            "a: *b".to_owned(),
            "no anchor (`&name`) stands before this alias",
        ),
        (
            "a: 1\n---\nb: 2".to_owned(),
            "a second document begins behind a `---`",
        ),
        ("<<: 1".to_owned(), "the value of `<<` must be a mapping"),
        ("[a]: 1".to_owned(), "a key must be a text"),
        ("? {a: 1}\n: 1".to_owned(), "a key must be a text"),
        ("a: !!int x".to_owned(), "the value is not what its tag"),
        ("a: !!bool x".to_owned(), "the value is not what its tag"),
        (
            "a: !!timestamp 2020-01-01".to_owned(),
            "the value is not what its tag",
        ),
        ("a: !!binary x".to_owned(), "what is tagged `!!binary`"),
        ("a: !!binary gICA".to_owned(), "what is tagged `!!binary`"),
        ("a: [1".to_owned(), MEND),
        ("a: 'b".to_owned(), MEND),
        ("a: b: c".to_owned(), MEND),
        ("a:\n\tb: 1".to_owned(), "f:2:1: a tab stands"),
        ("a:\n  - b\n\t- c".to_owned(), "f:3:1: a tab stands"),
        ("a: b\n  \tc: 1".to_owned(), "f:2:3: a tab stands"),
        ("a: >-\n  b\n\tc".to_owned(), "f:3:1: a tab stands"),
    ] {
        let told = told(&yaml);
        assert!(told.contains(words), "{words:?}: {told}");
        assert!(
            ["f:1:", "f:2:", "f:3:"]
                .iter()
                .any(|at| told.starts_with(at))
                || told.len() < 200,
            "{told}"
        );
        for rust in ["::", "_with_", " { ", "Option", "i64", "u64", "\n"] {
            assert!(!told.contains(rust), "{told}");
        }
    }
    // As deep as JSON is read.
    let deep = format!("{}{}", "[".repeat(MOST_DEPTH), "]".repeat(MOST_DEPTH));
    assert_eq!(value(&deep), serde_json::from_str::<Value>(&deep).unwrap());
    let deeper = format!("[{deep}]");
    assert!(read(&deeper).is_err() && serde_json::from_str::<Value>(&deeper).is_err());
}

#[test]
fn a_large_document_is_read() {
    let mut yaml = String::from("openapi: 3.0.3\npaths:\n");
    for index in 0..30_000 {
        yaml.push_str(&format!(
            "  /a{index}:\n    get:\n      tags: [a, b]\n      summary: Reads one.\n"
        ));
    }
    assert_eq!(value(&yaml)["paths"].as_object().unwrap().len(), 30_000);
}
