//! Tests of the options for scripts: which chats, where they go, messages and configuration.

use std::fs;
use std::io::{BufRead, BufReader};

use httpmock::prelude::*;
use serde_json::{Value, json};

use super::*;

fn ids(text: &str) -> Vec<i64> {
    ndjson(text).iter().map(|chat| chat["withUser"]["id"].as_i64().unwrap()).collect()
}

#[test]
fn reading_can_be_bounded_by_number_and_time() {
    let (_, all, _) = sandbox(&["--all", "--format", "ndjson"]);
    for parallel in [&[][..], &["--parallel", "4"]] {
        let bounded = [&["--max", "33", "--format", "ndjson"], parallel].concat();
        let (code, text, _) = sandbox(&bounded);
        assert_eq!((code, ids(&text)), (0, ids(&all)[..33].to_vec()));
    }
    let chats = ndjson(&all);
    let since = chats[40]["lastMessage"]["createdAt"].as_str().unwrap();
    let (code, text, _) = sandbox(&["--since", since, "--format", "ndjson"]);
    assert_eq!((code, ids(&text)), (0, ids(&all)[..41].to_vec()));
    let (_, text, _) = sandbox(&["--since", since, "--max", "5", "--format", "ndjson"]);
    assert_eq!(ids(&text), ids(&all)[..5]);
    // The sandbox's time is in 2024.
    let (code, text, _) = sandbox(&["--since", "7d", "--format", "ndjson"]);
    assert_eq!((code, text.lines().count()), (0, 0));
    for time in ["yesterday", "7", "d", "9999999999999d", "2024-13-01", "-5m"] {
        let (code, _, stderr) = sandbox(&[&format!("--since={time}")]);
        assert!(code == 2 && stderr.contains("an age like 90m"), "{time}: {stderr}");
    }
}

#[test]
fn chosen_fields_are_the_columns() {
    let fields = ["--fields", "withUser.id,lastMessage.createdAt"];
    let (code, text, _) = sandbox(&[&fields[..], &["--format", "csv", "--limit", "3"]].concat());
    assert_eq!((code, text.lines().count()), (0, 4));
    assert!(text.starts_with("withUser.id,lastMessage.createdAt\n"), "{text}");
    let (_, text, _) = sandbox(&fields);
    assert!(text.contains("withUser.id") && !text.contains("Last message"), "{text}");
    for arguments in
        [&["--fields", "nothing"][..], &["--fields", "withUser.id", "--format", "json"]]
    {
        let (code, _, stderr) = sandbox(arguments);
        assert!(code == 2 && stderr.contains("--fields"), "{stderr}");
    }
}

#[test]
fn a_file_is_replaced_when_the_output_is_complete() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("chats.json");
    let path = file.to_str().unwrap();
    fs::write(&file, "before").unwrap();
    let (code, stdout, _) = sandbox(&["--all", "--format", "json", "--output", path]);
    assert_eq!((code, stdout.as_str()), (0, ""));
    let chats: Vec<Value> = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(chats.len(), 120);

    // On a failure, the file remains, and what was read goes to another.
    let server = failing();
    let arguments = ["chats", "--all", "--format", "json", "--retries", "0", "--output", path];
    let (code, _, stderr) = run(with_account(&server.base_url(), &arguments));
    assert!(code == 3 && stderr.contains("chats.json.partial"), "{stderr}");
    let partial = fs::read_to_string(folder.path().join("chats.json.partial")).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Value>>(&partial).unwrap().len(), 1);
    assert!(fs::read_to_string(&file).unwrap().len() > partial.len());
    assert_eq!(sandbox(&["--output", "/dev/null"]).0, 0);
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
    let (code, _, stderr) = sandbox(&["--output", "/nowhere/chats"]);
    assert!(code == 2 && stderr.contains("--output /nowhere/chats: "), "{stderr}");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "no temporary files remain");
}

/// A server with one chat on its first page, and no second page.
fn failing() -> MockServer {
    let server = MockServer::start();
    let chat = json!({ "withUser": { "id": 7, "_view": "s" },
        "lastMessage": { "id": 1, "text": "=1+1", "fromUser": { "id": 7, "_view": "s" },
            "media": [], "previews": [] } });
    let page = json!({ "list": [chat], "hasMore": true }).to_string();
    server.mock(|when, then| {
        when.path("/v2/access/chats");
        then.respond_with(move |request: &HttpMockRequest| {
            let is_first =
                request.query_params().iter().all(|(name, value)| name != "offset" || value == "0");
            let (status, body) = if is_first { (200, &*page) } else { (500, "") };
            HttpMockResponse::builder().status(status).body(body.to_owned()).build()
        });
    });
    server
}

#[test]
fn an_interrupted_walk_is_continued_from_its_cursor() {
    let server = failing();
    let arguments = ["chats", "--all", "--format", "ndjson", "--retries", "0"];
    let (code, text, stderr) = run(with_account(&server.base_url(), &arguments));
    assert_eq!((code, ids(&text)), (3, vec![7]));
    let hint = stderr.lines().find(|line| line.contains("--resume ")).unwrap();
    let cursor = hint.rsplit_once("--resume ").unwrap().1;
    server.reset();
    server.mock(|when, then| {
        when.path("/v2/access/chats");
        let chat = |id: i64| json!({ "withUser": { "id": id, "_view": "s" } });
        let page = json!({ "list": [chat(7), chat(8)], "hasMore": false });
        then.status(200).body(page.to_string());
    });
    let resumed = [&arguments[..], &["--resume", cursor]].concat();
    let (code, text, stderr) = run(with_account(&server.base_url(), &resumed));
    assert_eq!((code, ids(&text)), (0, vec![8]), "{stderr}");
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), cursor).unwrap();
    let from_file = format!("@{}", file.path().display());
    let resumed = [&arguments[..], &["--resume", &from_file]].concat();
    assert_eq!(ids(&run(with_account(&server.base_url(), &resumed)).1), [8]);
    let (code, _, stderr) = sandbox(&["--resume", "x"]);
    assert!(code == 2 && stderr.contains("the cursor cannot be used"), "{stderr}");
}

#[test]
fn formulas_are_escaped_on_request() {
    let server = failing();
    for (option, text) in [(&[][..], "=1+1"), (&["--escape-formulas"], "'=1+1")] {
        let arguments = ["chats", "--format", "csv", "--fields", "lastMessage.text"];
        let (_, stdout, _) =
            run(with_account(&server.base_url(), &[&arguments[..], option].concat()));
        assert_eq!(stdout.lines().nth(1), Some(text));
    }
}

#[test]
fn messages_are_as_many_as_asked_for() {
    let server = failing();
    let stderr = |options: &[&str]| {
        let arguments = [&["chats", "--all", "--retries", "1"], options].concat();
        run(with_account(&server.base_url(), &arguments)).2
    };
    assert_eq!(stderr(&["-q"]).lines().count(), 1);
    assert!(!stderr(&[]).contains("INFO"));
    let verbose = stderr(&["-v"]);
    assert!(verbose.contains("INFO") && verbose.contains("retry"), "{verbose}");
    assert!(stderr(&["-vv"]).contains("DEBUG"));
    let mut command = with_account(&server.base_url(), &["chats"]);
    command.env("RUST_LOG", "ofauth=debug");
    assert!(run(command).2.contains("DEBUG"));
}

#[test]
fn settings_come_from_a_profile() {
    let server = failing();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    let profile = format!(
        "[profiles.work]\napi_key_env = \"WORK_KEY\"\nconnection = \"conn_secret\"\nbase_url = {:?}\n",
        server.base_url()
    );
    fs::write(&file, profile).unwrap();
    let path = file.to_str().unwrap();
    let mut command =
        ofauth(&["chats", "--config", path, "--profile", "work", "--format", "ndjson"]);
    command.env("WORK_KEY", KEY);
    let (code, text, stderr) = run(command);
    assert_eq!((code, ids(&text)), (0, vec![7]), "{stderr}");
    let (code, _, stderr) = run(ofauth(&["chats", "--config", path, "--profile", "home"]));
    assert!(code == 2 && stderr.contains("the profiles are: work"), "{stderr}");
}

#[test]
fn the_doctor_names_what_is_wrong() {
    let doctor = |status: u16, body: &str| {
        let server = MockServer::start();
        server.mock(|when, then| {
            when.path("/v2/access/chats");
            then.status(status).header("x-ratelimit-remaining", "41").body(body);
        });
        run(with_account(&server.base_url(), &["doctor"]))
    };
    let (code, stdout, stderr) = doctor(200, r#"{"list":[],"hasMore":false}"#);
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    for check in ["API key", "connection", "base URL", "DNS", "TCP", "HTTP", "41 requests left"] {
        assert!(stdout.contains(check), "{stdout}");
    }
    for (status, body, line) in [
        (401, r#"{"error":"Bad key","type":"UNAUTHORIZED"}"#, "FAIL  sign-in"),
        (401, r#"{"error":"Gone","type":"SESSION_EXPIRED"}"#, "FAIL  connection"),
        (403, r#"{"error":"No","type":"FORBIDDEN"}"#, "FAIL  permission"),
        (500, "", "FAIL  request"),
    ] {
        let (code, stdout, _) = doctor(status, body);
        assert!(code == 1 && stdout.contains(line), "{stdout}");
    }
    let (code, stdout, _) = run(ofauth(&["doctor"]));
    assert!(code == 2 && stdout.contains("FAIL  API key     not set"), "{stdout}");
    let (code, stdout, _) = run(with_account("http://127.0.0.1:9", &["doctor"]));
    assert!(code == 1 && stdout.contains("FAIL  TCP"), "{stdout}");
    assert!(stdout.contains("skip  request") && stdout.matches("FAIL").count() == 1, "{stdout}");
}

#[test]
fn completions_and_the_manual_are_written() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (code, text, _) = run(ofauth(&["completions", shell]));
        assert!(code == 0 && text.contains("connections-file"), "{shell}");
    }
    let (code, text, _) = run(ofauth(&["man"]));
    assert!(code == 0 && text.contains(".TH ofauth"), "{text}");
    let (code, text, _) = run(ofauth(&["man", "chats"]));
    assert!(code == 0 && text.contains("connections\\-file"), "{text}");
    assert_eq!(run(ofauth(&["man", "cats"])).0, 2);
}

#[test]
fn repeated_connections_are_read_once() {
    let connection = ["--connection", "conn_sandbox_1"];
    let arguments = [&connection[..], &connection, &["--format", "ndjson"]].concat();
    let (code, text, stderr) = sandbox(&arguments);
    assert_eq!((code, text.lines().count()), (0, 10));
    assert!(stderr.contains("1 connection id is repeated"), "{stderr}");
}

#[test]
fn connections_files_of_other_systems_are_read() {
    let text = "# ours\r\nconn_sandbox_1\r\n\r\nconn_sandbox_2\r\n";
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let file = tempfile::NamedTempFile::new().unwrap();
    for bytes in [[b"\xef\xbb\xbf", text.as_bytes()].concat(), utf16(&format!("\u{feff}{text}"))] {
        fs::write(file.path(), bytes).unwrap();
        let path = file.path().to_str().unwrap();
        let (code, text, stderr) = sandbox(&["--connections-file", path, "--format", "ndjson"]);
        assert_eq!((code, text.lines().count()), (0, 20), "{stderr}");
    }
    fs::write(file.path(), "conn_a\n\nconn_b # anna\n").unwrap();
    let path = file.path().to_str().unwrap();
    let (code, _, stderr) = sandbox(&["--connections-file", path]);
    assert!(code == 2 && stderr.contains(&format!("{path}:3: ")), "{stderr}");
    assert!(stderr.contains("put comments on separate lines"), "{stderr}");
}

#[test]
fn a_wrong_key_is_reported_once() {
    let server = MockServer::start();
    let mock = server.mock(|when, then| {
        when.path("/v2/access/chats");
        then.status(401).body(r#"{"error":"Invalid API key","type":"UNAUTHORIZED"}"#);
    });
    let ids: Vec<String> = (0..100).map(|number| format!("conn_{number}")).collect();
    let mut arguments = vec!["chats", "--concurrency", "4"];
    arguments.extend(ids.iter().flat_map(|id| ["--connection", id]));
    let (code, _, stderr) = run(with_account(&server.base_url(), &arguments));
    assert_eq!((code, stderr.lines().count()), (1, 1), "{stderr}");
    assert!(stderr.contains("all 100 connections use the same API key"), "{stderr}");
    assert!(mock.calls() <= 8, "{}", mock.calls());
}

#[test]
fn many_connections_are_watched_from_their_checkpoints() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_str().unwrap();
    let mut command = ofauth(&["watch", "--sandbox", "--interval", "1", "--checkpoint-dir", path]);
    command.args(["--connection", "conn_sandbox_1", "--connection", "conn_sandbox_2"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut seen = std::collections::HashSet::new();
    while seen.len() < 2 {
        let chat: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        seen.insert(chat["connection"].as_str().unwrap().to_owned());
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let names = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name());
    let names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
    let saved = names.iter().filter(|name| name.ends_with(".checkpoint")).count();
    assert_eq!(saved, 2);
    assert!(names.iter().all(|name| !name.contains("conn")), "{names:?}");
}
