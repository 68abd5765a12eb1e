//! Tests of the failures of `ofauth chats`, and their exit codes.

use super::*;
use httpmock::prelude::*;
use serde_json::{Value, json};

#[test]
fn usage_errors_exit_with_2_and_name_the_mistake() {
    let long = "x".repeat(101);
    for (arguments, words) in [
        (vec!["--limit", "0"], vec!["--limit", "0", "from 1 to 20"]),
        (vec!["--limit", "21"], vec!["--limit", "21", "from 1 to 20"]),
        (vec!["--limit", "ten"], vec!["--limit", "ten", "whole number"]),
        (vec!["--offset", "-1"], vec!["--offset", "-1", "from 0 to"]),
        (vec!["--user-list-id", "0"], vec!["--user-list-id", "from 1 to"]),
        (vec!["--query", &long], vec!["query", "at most 100 characters", "101"]),
        (vec!["--order", "newest"], vec!["newest", "recent, old"]),
        (vec!["--filter", "all"], vec!["all", "priority, who_tipped, unread"]),
        (vec!["--format", "xml"], vec!["xml", "table, json, ndjson, csv"]),
        (vec!["--raw", "--format", "json"], vec!["--raw", "--format"]),
        (vec!["--base-url", "http://127.0.0.1:1"], vec!["--sandbox", "--base-url"]),
        (vec!["--key", "x"], vec!["--key"]),
        (vec!["--timeout", "0"], vec!["--timeout", "from 1 to"]),
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
fn invalid_settings_exit_with_2() {
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
        (with("OFAUTH_API_KEY", ""), "OFAUTH_API_KEY: the API key is empty"),
        (with("OFAUTH_API_KEY", "sk_live_secret\n"), "the API key must consist of visible ASCII"),
        (without("OFAUTH_CONNECTION_ID"), "--connection"),
        (with("OFAUTH_CONNECTION_ID", ""), "OFAUTH_CONNECTION_ID: the connection id is empty"),
        (with("OFAUTH_BASE_URL", "api.ofauth.com"), "OFAUTH_BASE_URL: base URL must have a scheme"),
        (with("OFAUTH_BASE_URL", "http://api.ofauth.com"), "base URL must begin with https://"),
    ] {
        assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
        assert!(stderr.contains(words), "{stderr}");
    }
}

#[test]
fn an_unreachable_server_exits_with_1() {
    // Bound but not listening: the port is reserved, and connections to it are refused.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    let (code, stdout, stderr) =
        run(with_account(&format!("http://{address}"), &["chats", "--retries", "0"]));
    assert_eq!((code, stdout.as_str()), (1, ""));
    assert!(stderr.contains(&address.to_string()), "{stderr}");
}

#[test]
fn an_error_shows_the_servers_message_type_status_and_request_id() {
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
        assert!(stderr.contains("(FORBIDDEN, 403, request req_9)"), "{stderr}");
    }
}

/// Starts a server with one chat on the first page, and this response instead of the second page.
fn then_fails(status: u16, body: &str) -> MockServer {
    let server = MockServer::start();
    let chat = r#"{"withUser":{"id":7,"_view":"s"},"new":1}"#;
    server.mock(|when, then| {
        when.query_param("offset", "0");
        then.status(200).body(format!("{{\"list\":[\n{chat}\r\n],\"hasMore\":true}}\n"));
    });
    server.mock(|when, then| {
        when.query_param("offset", "1");
        then.status(status).body(body);
    });
    server
}

#[test]
fn chats_read_before_a_failure_are_written() {
    let server = then_fails(500, r#"{"error":"Oops","requestId":"req_9"}"#);
    let all = |format: &str| {
        run(with_account(
            &server.base_url(),
            &["chats", "--all", "--retries", "0", "--format", format],
        ))
    };
    let (code, stdout, stderr) = all("json");
    assert_eq!(code, 3);
    assert_eq!(serde_json::from_str::<Vec<Value>>(&stdout).unwrap()[0]["withUser"]["id"], 7);
    assert!(stderr.contains("incomplete after 1 chats: Oops"), "{stderr}");
    for format in ["ndjson", "csv", "table"] {
        let (code, stdout, _) = all(format);
        assert!(code == 3 && stdout.contains('7'), "{format}: {stdout}");
    }
}

#[test]
fn raw_writes_every_body_on_one_line_even_if_it_cannot_be_decoded() {
    let server = then_fails(200, "{\"list\": \"private\"}");
    let (code, stdout, stderr) =
        run(with_account(&server.base_url(), &["chats", "--raw", "--all-pages"]));
    assert_eq!(code, 3);
    assert_eq!(
        stdout,
        "{\"list\":[ {\"withUser\":{\"id\":7,\"_view\":\"s\"},\"new\":1}  ],\"hasMore\":true}\n\
         {\"list\": \"private\"}\n"
    );
    assert!(stderr.contains("`list` should be") && !stderr.contains("private"), "{stderr}");
}

#[test]
fn unreadable_chats_are_reported_and_the_others_are_written() {
    let chat = |id| json!({ "withUser": { "id": id, "_view": "s" } });
    let page = |list: Value, more| json!({ "list": list, "hasMore": more }).to_string();
    let pages = [
        page(json!([chat(1), "private", chat(3)]), true),
        page(json!([chat(3), chat(4), { "withUser": "private" }]), false),
        page(json!([]), false),
    ];
    let server = MockServer::start();
    // Each page begins with the last chat of the page before. The second is as full as the first,
    // so a third shows that it is the last.
    for (offset, body) in [("0", &pages[0]), ("2", &pages[1]), ("4", &pages[2])] {
        server.mock(|when, then| {
            when.query_param("offset", offset);
            then.status(200).body(body);
        });
    }
    let ids = |stdout: &str| -> Vec<Value> {
        ndjson(stdout).iter().map(|chat| chat["withUser"]["id"].clone()).collect()
    };
    let format = ["--format", "ndjson"];
    let chats = |more: &[&str]| {
        let arguments = [&["chats"], &format[..], more].concat();
        run(with_account(&server.base_url(), &arguments))
    };
    let (code, stdout, stderr) = chats(&["--all"]);
    assert_eq!((code, ids(&stdout)), (3, vec![json!(1), json!(3), json!(4)]));
    assert!(!stderr.contains("private"), "{stderr}");
    for words in [
        "after 1 chats, a chat cannot be read: list[1] should be an object (page at offset 0)",
        "after 3 chats, a chat cannot be read: list[2].withUser should be an object (page at offset 2)",
        "2 chats cannot be read; the others were written",
    ] {
        assert!(stderr.contains(words), "{stderr}");
    }
    let (code, stdout, stderr) = chats(&["--offset", "2"]);
    assert_eq!((code, ids(&stdout)), (3, vec![json!(3), json!(4)]));
    assert!(
        stderr.contains("a chat cannot be read: list[2].withUser should be an object"),
        "{stderr}"
    );
    assert!(stderr.contains("1 chat cannot be read"), "{stderr}");
}

#[test]
fn help_does_not_show_environment_values() {
    let (code, stdout, _) = run(with_account("http://127.0.0.1:9", &["chats", "--help"]));
    assert_eq!(code, 0);
    assert!(stdout.contains("OFAUTH_API_KEY") && !stdout.contains("127.0.0.1:9"), "{stdout}");
}
