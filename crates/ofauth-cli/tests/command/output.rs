//! Tests of the output formats of `ofauth chats`.

use super::*;
use httpmock::prelude::*;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

#[test]
fn a_page_of_the_sandbox_is_a_table() {
    let (code, stdout, stderr) = sandbox(&[]);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(stdout.lines().count(), 10 + 4, "ten rows, a header and three lines:\n{stdout}");
    assert!(stdout.contains("Last activity") && stdout.contains("2024-01-15"), "{stdout}");
    assert!(!stdout.contains("<p>"), "HTML is shown as text:\n{stdout}");
    assert!(!stdout.contains('\u{1b}'), "no colours outside of a terminal");
    assert!(stderr.contains("--offset 10") && stderr.contains("--all"), "{stderr}");
}

#[test]
fn a_table_fits_the_given_width() {
    for width in [60, 100, 140] {
        let mut command = ofauth(&["chats", "--sandbox", "--limit", "20"]);
        command.env("COLUMNS", width.to_string());
        let (code, stdout, _) = run(command);
        assert_eq!(code, 0);
        let border = stdout.lines().next().unwrap();
        assert!(border.chars().count() <= width, "{width}:\n{stdout}");
    }
}

#[test]
fn every_machine_readable_format_has_the_same_chats() {
    let (code, text, stderr) = sandbox(&["--all", "--format", "ndjson"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let chats = ndjson(&text);
    assert_eq!(chats.len(), 120);
    assert!(chats.iter().all(|chat| chat["withUser"]["id"].is_i64()));

    let (_, text, _) = sandbox(&["--all", "--format", "json"]);
    assert_eq!(serde_json::from_str::<Vec<Value>>(&text).unwrap(), chats);

    let (_, text, _) = sandbox(&["--raw", "--all-pages"]);
    let pages = ndjson(&text);
    assert_eq!(pages.len(), 6);
    assert_eq!(pages[5]["hasMore"], false);
    let raw: Vec<Value> =
        pages.iter().flat_map(|page| page["list"].as_array().unwrap()).cloned().collect();
    assert_eq!(raw, chats);

    let (_, text, _) = sandbox(&["--all", "--format", "csv"]);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), chats.len());
    for (record, chat) in records.iter().zip(&chats) {
        for (place, cell) in headers.iter().zip(record) {
            let value = place.split('.').try_fold(chat, |value, key| value.get(key));
            let expected = match value {
                None => String::new(),
                Some(Value::String(text)) => text.clone(),
                Some(value) => value.to_string(),
            };
            assert_eq!(cell, expected, "{place}");
        }
    }
}

#[test]
fn parameters_reach_the_server() {
    let (_, text, _) = sandbox(&["--all", "--format", "ndjson"]);
    let every = ndjson(&text);
    let (_, text, _) =
        sandbox(&["--format", "ndjson", "--limit", "3", "--offset", "5", "--order", "old"]);
    let expected: Vec<Value> = every.iter().rev().skip(5).take(3).cloned().collect();
    assert_eq!(ndjson(&text), expected);

    let (_, text, _) = sandbox(&["--all", "--format", "ndjson", "--filter", "unread"]);
    let unread = ndjson(&text);
    assert!(!unread.is_empty() && unread.iter().all(|chat| chat["unreadMessagesCount"] != 0));

    let (_, text, _) = sandbox(&["--all", "--format", "ndjson", "--query", "эфир"]);
    assert!(!text.is_empty() && text.lines().all(|line| line.contains("эфир")));

    let (_, text, _) = sandbox(&["--all", "--format", "ndjson", "--user-list-id", "1"]);
    assert!((1..120).contains(&text.lines().count()));

    let (_, text, _) = sandbox(&["--format", "ndjson", "--connection", "conn_sandbox_2"]);
    assert_ne!(ndjson(&text)[..], every[..10]);
}

#[test]
fn an_empty_result_is_well_formed_in_each_format() {
    for (format, expected) in [("json", "[]\n"), ("ndjson", "")] {
        let (code, stdout, _) = sandbox(&["--offset", "500", "--format", format]);
        assert_eq!((code, stdout.as_str()), (0, expected));
    }
    let (_, stdout, _) = sandbox(&["--offset", "500", "--format", "csv"]);
    assert_eq!(stdout.lines().count(), 1);
    let (_, stdout, _) = sandbox(&["--offset", "500"]);
    assert!(stdout.contains("Last activity"), "{stdout}");
}

#[test]
fn control_characters_do_not_reach_the_terminal() {
    let server = MockServer::start();
    server.mock(|when, then| {
        when.path("/v2/access/chats");
        then.status(200).body(
            r#"{"list":[{"withUser":{"id":7,"_view":"s"},"lastMessage":{"id":1,"text":"a\u001b[2Jb\u202ec\r\nd<b>e","fromUser":{"id":7,"name":"\u001b]0;x\u0007n"},"media":[],"previews":[],"createdAt":"\u001b[1mnow"}}],"hasMore":false}"#,
        );
    });
    let (code, stdout, _) = run(with_account(&server.base_url(), &["chats"]));
    assert_eq!(code, 0);
    assert!(!stdout.contains(['\u{1b}', '\u{7}', '\u{202e}', '\r']), "{stdout:?}");
    assert!(stdout.contains("a [2Jb c de"), "{stdout}");
}

#[test]
fn a_closed_pipe_is_not_an_error() {
    let mut command = ofauth(&["chats", "--sandbox", "--all", "--format", "ndjson"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(stderr, "");
}
