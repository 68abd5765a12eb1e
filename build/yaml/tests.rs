//! Tests of the YAML reader.

use serde_json::json;

use super::*;

fn value(yaml: &str) -> Value {
    read(yaml).map(|read| read.0).unwrap_or_else(|problem| panic!("{yaml:?}: {problem:?}"))
}

fn error(yaml: &str) -> String {
    match read(yaml) {
        Ok((value, _)) => panic!("{yaml:?} is read as {value}"),
        Err(problem) => problem.in_file("f"),
    }
}

#[test]
fn scalars_follow_yaml_1_2() {
    for words in ["y n yes no on off", "Y N Yes No On Off", "YES NO ON OFF tRUE faLSE"] {
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
        // A power of two, which a float represents exactly.
        ("18446744073709551616", json!(18446744073709551616.0)),
        ("100000000000000000000", json!(1e20)),
    ] {
        assert_eq!(
            value(&format!("# ä\na: {written}\nb: [ä]")),
            json!({ "a": expected, "b": ["ä"] }),
            "{written}"
        );
        if !written.is_empty() {
            assert_eq!(value(&format!("[ä, {written} ]")), json!(["ä", expected]), "{written}");
        }
    }
}

#[test]
fn long_integers_are_rounded_except_in_bounds() {
    let long = "115792089237316195423570985008687907853269984665640564039457584007913129639935";
    for (yaml, expected) in [
        (format!("example: {long}"), json!({ "example": 2_f64.powi(256) })),
        ("a: -9223372036854775809".to_owned(), json!({ "a": -9_223_372_036_854_775_808.0 })),
        (format!("maximum: {long}"), json!({ "maximum": long })),
        ("minimum: -9223372036854776000".to_owned(), json!({ "minimum": -9.223372036854776e18 })),
        ("minimum: -9223372036854775809".to_owned(), json!({ "minimum": "-9223372036854775809" })),
    ] {
        assert_eq!(value(&yaml), expected, "{yaml}");
    }
}

#[test]
fn numbers_that_are_not_finite_are_rejected() {
    for written in [".inf", "-.INF", ".nan", "1e999"] {
        let error = error(&format!("a: {written}"));
        let expected = format!("f:1:4: `{written}` cannot be a JSON number; quote it");
        assert!(error.starts_with(&expected), "{error}");
    }
}

#[test]
fn keys_that_are_equal_in_json_are_rejected() {
    for (yaml, key) in [
        ("200: a\n'200': b", "200"),
        ("'200': a\n200: b", "200"),
        ("true: a\n\"true\": b", "true"),
        ("a: 1\n'a': 2", "a"),
    ] {
        let expected = format!("f:2:1: the key `{key}` occurs twice; remove one");
        assert_eq!(error(yaml), expected, "{yaml}");
        let below = format!("x:\n- {}", yaml.replace('\n', "\n  "));
        assert!(error(&below).starts_with("f:3:3: the key"), "{below}");
    }
    assert_eq!(value("200: a\n'201': b"), json!({ "200": "a", "201": "b" }));
}

#[test]
fn anchors_aliases_and_merge_keys_are_resolved() {
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
fn errors_are_in_plain_words() {
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
    let long = format!("a: &a {}\nb: [{}]", "x".repeat(1_000_000), "*a,".repeat(1_000));
    for (yaml, words) in [
        (deep("["), "this is nested more than 127 levels deep"),
        (deep("{a: "), "this is nested more than 127 levels deep"),
        (deep("- "), "this is nested more than 127 levels deep"),
        (block.collect(), "this is nested more than 127 levels deep"),
        (bomb, "aliases (`*name`) make the document far larger"),
        (merged, "aliases (`*name`) make the document far larger"),
        (long, "aliases (`*name`) make the document far larger"),
        ("a: &a [*a]".to_owned(), "an alias (`*name`) is inside the value that it refers to"),
        ("a: *b".to_owned(), "there is no anchor (`&name`) before this alias"),
        ("a: 1\n---\nb: 2".to_owned(), "a second document begins after a `---`"),
        ("<<: 1".to_owned(), "the value of `<<` must be a mapping"),
        ("[a]: 1".to_owned(), "a key must be a string"),
        ("? {a: 1}\n: 1".to_owned(), "a key must be a string"),
        ("a: !!int x".to_owned(), "the value does not match its tag"),
        ("a: !!bool x".to_owned(), "the value does not match its tag"),
        ("a: !!timestamp 2020-01-01".to_owned(), "the value does not match its tag"),
        ("a: !!binary x".to_owned(), "a value tagged `!!binary`"),
        ("a: !!binary gICA".to_owned(), "a value tagged `!!binary`"),
        ("a: [1".to_owned(), SYNTAX_FIX),
        ("a: 'b".to_owned(), SYNTAX_FIX),
        ("a: b: c".to_owned(), SYNTAX_FIX),
        ("a:\n\tb: 1".to_owned(), "f:2:1: the indentation contains a tab"),
        ("a:\n  - b\n\t- c".to_owned(), "f:3:1: the indentation contains a tab"),
        ("a: b\n  \tc: 1".to_owned(), "f:2:3: the indentation contains a tab"),
        ("a: >-\n  b\n\tc".to_owned(), "f:3:1: the indentation contains a tab"),
    ] {
        let error = error(&yaml);
        assert!(error.contains(words), "{words:?}: {error}");
        assert!(
            ["f:1:", "f:2:", "f:3:"].iter().any(|at| error.starts_with(at)) || error.len() < 200,
            "{error}"
        );
        for rust in ["::", "_with_", " { ", "Option", "i64", "u64", "\n"] {
            assert!(!error.contains(rust), "{error}");
        }
    }
    // serde_json has the same limit.
    let deep = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
    assert_eq!(value(&deep), serde_json::from_str::<Value>(&deep).unwrap());
    let deeper = format!("[{deep}]");
    assert!(read(&deeper).is_err() && serde_json::from_str::<Value>(&deeper).is_err());
}

#[test]
fn a_large_document_is_read() {
    let mut yaml = String::from("openapi: 3.0.3\npaths:\n");
    let count = match std::env::var_os("OFAUTH_LONG_TESTS") {
        Some(_) => 30_000,
        None => 3_000,
    };
    for index in 0..count {
        yaml.push_str(&format!(
            "  /a{index}:\n    get:\n      tags: [a, b]\n      summary: Reads one.\n"
        ));
    }
    assert_eq!(value(&yaml)["paths"].as_object().unwrap().len(), count);
}
