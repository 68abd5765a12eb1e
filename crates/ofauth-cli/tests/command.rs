//! The command as a process: what it writes where, and how it ends.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Output, Stdio};

use httpmock::prelude::*;
use serde_json::Value;

const KEY: &str = "sk_live_secret";
const CONNECTION: &str = "conn_secret";

/// The command with nothing in its environment.
fn ofauth(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ofauth"));
    command.args(arguments).env_clear().stdin(Stdio::null());
    command
}

/// The command with a key and a connection, for a server.
fn with_account(url: &str, arguments: &[&str]) -> Command {
    let mut command = ofauth(arguments);
    command
        .env("OFAUTH_API_KEY", KEY)
        .env("OFAUTH_CONNECTION_ID", CONNECTION);
    command.env("OFAUTH_BASE_URL", url);
    command
}

fn run(mut command: Command) -> (i32, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let (stdout, stderr) = (
        String::from_utf8(stdout).unwrap(),
        String::from_utf8(stderr).unwrap(),
    );
    for secret in [KEY, CONNECTION] {
        assert!(
            !stdout.contains(secret) && !stderr.contains(secret),
            "{stdout}\n{stderr}"
        );
    }
    assert!(!stderr.contains("panicked"), "{stderr}");
    (status.code().unwrap(), stdout, stderr)
}

fn sandbox(arguments: &[&str]) -> (i32, String, String) {
    run(ofauth(&[&["chats", "--sandbox"], arguments].concat()))
}

fn ndjson(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_page_of_the_sandbox_is_a_table() {
    let (code, stdout, stderr) = sandbox(&[]);
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(
        stdout.lines().count(),
        10 + 4,
        "ten rows, a header and three lines:\n{stdout}"
    );
    assert!(
        stdout.contains("Last activity") && stdout.contains("2024-01-15"),
        "{stdout}"
    );
    assert!(!stdout.contains("<p>"), "HTML is shown as text:\n{stdout}");
    assert!(
        !stdout.contains('\u{1b}'),
        "no colours outside of a terminal"
    );
    assert!(
        stderr.contains("--offset 10") && stderr.contains("--all"),
        "{stderr}"
    );
}

#[test]
fn a_table_fits_the_width_that_is_given() {
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
fn every_machine_format_holds_the_same_chats() {
    let (code, text, stderr) = sandbox(&["--all", "--format", "ndjson"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let chats = ndjson(&text);
    assert_eq!(chats.len(), 120);
    assert!(chats.iter().all(|chat| chat["withUser"]["id"].is_i64()));

    let (_, text, _) = sandbox(&["--all", "--format", "json"]);
    assert_eq!(serde_json::from_str::<Vec<Value>>(&text).unwrap(), chats);

    let (_, text, _) = sandbox(&["--all", "--raw"]);
    let pages = ndjson(&text);
    assert_eq!(pages.len(), 6);
    assert_eq!(pages[5]["hasMore"], false);
    let raw: Vec<Value> = pages
        .iter()
        .flat_map(|page| page["list"].as_array().unwrap())
        .cloned()
        .collect();
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
    let (_, text, _) = sandbox(&[
        "--format", "ndjson", "--limit", "3", "--offset", "5", "--order", "old",
    ]);
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
fn wrong_usage_ends_with_2_and_names_what_is_wrong() {
    let long = "x".repeat(101);
    for (arguments, words) in [
        (vec!["--limit", "0"], vec!["--limit", "0 is not in 1..=20"]),
        (
            vec!["--limit", "21"],
            vec!["--limit", "21 is not in 1..=20"],
        ),
        (vec!["--offset", "-1"], vec!["--offset", "-1 is not in 0.."]),
        (
            vec!["--user-list-id", "0"],
            vec!["--user-list-id", "0 is not in 1.."],
        ),
        (
            vec!["--query", &long],
            vec!["query", "at most 100 characters", "101"],
        ),
        (vec!["--order", "newest"], vec!["newest", "recent, old"]),
        (
            vec!["--filter", "all"],
            vec!["all", "priority, who_tipped, unread"],
        ),
        (
            vec!["--format", "xml"],
            vec!["xml", "table, json, ndjson, csv"],
        ),
        (vec!["--raw", "--format", "json"], vec!["--raw", "--format"]),
        (
            vec!["--base-url", "http://127.0.0.1:1"],
            vec!["--sandbox", "--base-url"],
        ),
        (vec!["--key", "x"], vec!["--key"]),
    ] {
        let (code, stdout, stderr) = sandbox(&arguments);
        assert_eq!((code, stdout.as_str()), (2, ""), "{arguments:?}: {stderr}");
        for word in words {
            assert!(stderr.contains(word), "{arguments:?}: {stderr}");
        }
    }
    assert_eq!(run(ofauth(&[])).0, 2);
    assert_eq!(run(ofauth(&["chat"])).0, 2);
}

#[test]
fn settings_that_cannot_be_used_end_with_2() {
    let url = "http://127.0.0.1:9";
    let account = |url| with_account(url, &["chats"]);
    let with = |name: &str, value: &str| {
        let mut command = account(url);
        command.env(name, value);
        run(command)
    };
    let without = |name: &str| {
        let mut command = account(url);
        command.env_remove(name);
        run(command)
    };
    for ((code, stdout, stderr), words) in [
        (without("OFAUTH_API_KEY"), "set OFAUTH_API_KEY"),
        (
            with("OFAUTH_API_KEY", ""),
            "OFAUTH_API_KEY: the API key is empty",
        ),
        (
            with("OFAUTH_API_KEY", "sk_live_secret\n"),
            "the API key must consist of visible ASCII",
        ),
        (without("OFAUTH_CONNECTION_ID"), "--connection"),
        (
            with("OFAUTH_CONNECTION_ID", ""),
            "OFAUTH_CONNECTION_ID: the connection id is empty",
        ),
        (
            with("OFAUTH_BASE_URL", "api.ofauth.com"),
            "OFAUTH_BASE_URL: base URL must have a scheme",
        ),
        (
            with("OFAUTH_BASE_URL", "http://api.ofauth.com"),
            "base URL must begin with https://",
        ),
    ] {
        assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
        assert!(stderr.contains(words), "{stderr}");
    }
}

#[test]
fn a_server_that_cannot_be_reached_ends_with_1() {
    // Bound and not listening: no one else can have the port, and no one answers.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    let (code, stdout, stderr) = run(with_account(&format!("http://{address}"), &["chats"]));
    assert_eq!((code, stdout.as_str()), (1, ""));
    assert!(stderr.contains(&address.to_string()), "{stderr}");
}

#[test]
fn an_error_is_told_with_the_servers_words_type_status_and_request_id() {
    let server = MockServer::start();
    server.mock(|when, then| {
        when.path("/v2/access/chats");
        then.status(403).body(
            r#"{"error":"No permission for sk_live_secret","type":"FORBIDDEN","requestId":"req_9"}"#,
        );
    });
    for arguments in [
        &["chats"][..],
        &["chats", "--all"],
        &["chats", "--all", "--format", "json"],
        &["chats", "--all", "--format", "csv"],
    ] {
        let (code, stdout, stderr) = run(with_account(&server.base_url(), arguments));
        assert_eq!((code, stdout.lines().count()), (1, 0), "{stdout}");
        assert!(stderr.contains("No permission for [redacted]"), "{stderr}");
        assert!(
            stderr.contains("(FORBIDDEN, 403, request req_9)"),
            "{stderr}"
        );
    }
}

/// A first page with one chat and more to come, and then this answer.
fn then_fails(status: u16, body: &str) -> MockServer {
    let server = MockServer::start();
    let chat = r#"{"withUser":{"id":7,"_view":"s"},"new":1}"#;
    server.mock(|when, then| {
        when.query_param("offset", "0");
        then.status(200)
            .body(format!("{{\"list\":[\n{chat}\r\n],\"hasMore\":true}}\n"));
    });
    server.mock(|when, then| {
        when.query_param("offset", "1");
        then.status(status).body(body);
    });
    server
}

#[test]
fn what_was_read_before_a_failure_is_written_and_the_rest_is_told() {
    let server = then_fails(500, r#"{"error":"Oops","requestId":"req_9"}"#);
    let all = |format: &str| {
        run(with_account(
            &server.base_url(),
            &["chats", "--all", "--format", format],
        ))
    };
    let (code, stdout, stderr) = all("json");
    assert_eq!(code, 1);
    assert_eq!(
        serde_json::from_str::<Vec<Value>>(&stdout).unwrap()[0]["withUser"]["id"],
        7
    );
    assert!(
        stderr.contains("incomplete after 1 chats: Oops"),
        "{stderr}"
    );
    for format in ["ndjson", "csv", "table"] {
        let (code, stdout, _) = all(format);
        assert!(code == 1 && stdout.contains('7'), "{format}: {stdout}");
    }
}

#[test]
fn raw_bodies_are_one_a_line_with_all_that_they_hold_even_if_they_are_no_pages() {
    let server = then_fails(200, "{\"list\": \"private\"}");
    let (code, stdout, stderr) = run(with_account(
        &server.base_url(),
        &["chats", "--all", "--raw"],
    ));
    assert_eq!(code, 1);
    assert_eq!(
        stdout,
        "{\"list\":[ {\"withUser\":{\"id\":7,\"_view\":\"s\"},\"new\":1}  ],\"hasMore\":true}\n\
         {\"list\": \"private\"}\n"
    );
    assert!(
        stderr.contains("at `list`") && !stderr.contains("private"),
        "{stderr}"
    );
}

#[test]
fn a_text_cannot_act_on_the_terminal() {
    let server = MockServer::start();
    server.mock(|when, then| {
        when.path("/v2/access/chats");
        then.status(200).body(
            r#"{"list":[{"withUser":{"id":7,"_view":"s"},"lastMessage":{"id":1,"text":"a\u001b[2Jb\u202ec\r\nd<b>e","fromUser":{"id":7,"name":"\u001b]0;x\u0007n"},"media":[],"previews":[],"createdAt":"\u001b[1mnow"}}],"hasMore":false}"#,
        );
    });
    let (code, stdout, _) = run(with_account(&server.base_url(), &["chats"]));
    assert_eq!(code, 0);
    assert!(
        !stdout.contains(['\u{1b}', '\u{7}', '\u{202e}', '\r']),
        "{stdout:?}"
    );
    assert!(stdout.contains("a [2Jb c de"), "{stdout}");
}

#[test]
fn a_closed_pipe_ends_it_quietly() {
    let mut command = ofauth(&["chats", "--sandbox", "--all", "--format", "ndjson"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let mut stderr = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut stderr)
        .unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(stderr, "");
}

/// A server as a process, stopped when it goes out of scope.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_sandbox_prints_its_address_and_lines_to_paste() {
    let mut command = ofauth(&[
        "sandbox",
        "--connections",
        "2",
        "--chats",
        "30",
        "--seed",
        "9",
    ]);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut server = Server(child);
    let mut lines = BufReader::new(server.0.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let url = lines.next().unwrap();
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");

    // The lines are for a shell; here their assignments are taken as they are.
    let mut command = ofauth(&["chats", "--all", "--format", "ndjson"]);
    let pasted = lines.skip(1).take_while(|line| line.starts_with("export "));
    let mut count = 0;
    for line in pasted {
        let (name, value) = line
            .strip_prefix("export ")
            .unwrap()
            .split_once('=')
            .unwrap();
        command.env(name, value);
        count += 1;
    }
    assert_eq!(count, 3);
    let (code, stdout, stderr) = run(command);
    assert_eq!((code, stdout.lines().count()), (0, 30), "{stderr}");
}

#[cfg(unix)]
#[test]
fn the_sandbox_stops_cleanly_when_it_is_told_to() {
    let child = ofauth(&["sandbox"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut server = Server(child);
    // This line comes when signals are waited for.
    let mut stderr = BufReader::new(server.0.stderr.take().unwrap())
        .lines()
        .map(Result::unwrap);
    assert!(stderr.any(|line| line.contains("Ctrl-C stops")));
    let mut kill = Command::new("kill");
    assert!(
        kill.args(["-TERM", &server.0.id().to_string()])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(server.0.wait().unwrap().code(), Some(0));
}

#[test]
fn a_port_in_use_is_told() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let (code, _, stderr) = run(ofauth(&["sandbox", "--port", &port]));
    assert_eq!(code, 1);
    assert!(stderr.contains(&port), "{stderr}");
}

#[test]
fn the_sandbox_is_set_up_by_arguments() {
    let folder = std::env::temp_dir().join(format!("ofauth-cli-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let (good, bad) = (folder.join("good.json"), folder.join("bad.json"));
    std::fs::write(&good, r#"{"conn_mine":{"chats":2}}"#).unwrap();
    std::fs::write(&bad, r#"{"conn_mine":{"chat":2}}"#).unwrap();
    let (good, bad) = (good.to_str().unwrap(), bad.to_str().unwrap());

    let fault = r#"{"fault":{"status":{"status":503}},"times":1}"#;
    let mut command = ofauth(&[
        "sandbox",
        "--setup",
        good,
        "--rate-limit",
        "off",
        "--fault",
        fault,
    ]);
    command.args(["--admin-port", "0", "--live", "0.5"]);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut server = Server(child);
    let mut lines = BufReader::new(server.0.stdout.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let url = lines.next().unwrap();
    assert!(lines.any(|line| line.starts_with("# the admin port: http://127.0.0.1:")));
    let chats = || {
        let mut command = ofauth(&["chats", "--connection", "conn_mine", "--format", "ndjson"]);
        command
            .env("OFAUTH_API_KEY", "sk_sandbox_x")
            .env("OFAUTH_BASE_URL", &url);
        run(command)
    };
    assert_eq!(chats().0, 1);
    let (code, stdout, stderr) = chats();
    assert_eq!((code, stdout.lines().count()), (0, 2), "{stderr}");

    for (arguments, words) in [
        (["--setup", bad], "unknown field `chat`"),
        (["--setup", "/nowhere/setup.json"], "/nowhere/setup.json"),
        (["--rate-limit", "60"], "60:90"),
        (["--fault", "503"], "--fault"),
        (["--live", "-1"], "--live"),
        (["--connections", "0"], "--connections"),
        (["--port", "65536"], "--port"),
    ] {
        let (code, stdout, stderr) = run(ofauth(&[&["sandbox"], &arguments[..]].concat()));
        assert_eq!((code, stdout.as_str()), (2, ""), "{arguments:?}: {stderr}");
        assert!(stderr.contains(words), "{arguments:?}: {stderr}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_sandbox_that_others_can_reach_is_warned_of() {
    let warned = |host: &str| {
        let mut command = ofauth(&["sandbox", "--host", host]);
        let child = command
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut server = Server(child);
        let stderr = BufReader::new(server.0.stderr.take().unwrap())
            .lines()
            .map(Result::unwrap);
        let lines: Vec<String> = stderr
            .take_while(|line| !line.contains("Ctrl-C stops"))
            .collect();
        lines
            .iter()
            .any(|line| line.starts_with("warning: others can reach"))
    };
    assert!(warned("0.0.0.0"));
    assert!(!warned("127.0.0.2"));
}

#[test]
fn help_shows_no_value_of_the_environment() {
    let (code, stdout, _) = run(with_account("http://127.0.0.1:9", &["chats", "--help"]));
    assert_eq!(code, 0);
    assert!(
        stdout.contains("OFAUTH_API_KEY") && !stdout.contains("127.0.0.1:9"),
        "{stdout}"
    );
}
