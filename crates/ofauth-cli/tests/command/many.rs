//! Tests of `ofauth chats` with many connections, and of `ofauth watch`.

use super::*;
use std::io::{BufRead, BufReader, Write};

use ofauth_sandbox::{Change, Fault, FaultRule, OddOffset, Sandbox, Session};

/// A sandbox in this process, and the runtime that it runs on.
struct Server {
    sandbox: Sandbox,
    runtime: tokio::runtime::Runtime,
}

impl Server {
    fn start(connections: u32, chats: u32) -> Self {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let builder = Sandbox::builder().connections(connections).chats(chats);
        let builder = builder.rate_limit(None);
        let sandbox = runtime.block_on(builder.start()).unwrap();
        Self { sandbox, runtime }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = ofauth(arguments);
        command.env("OFAUTH_API_KEY", "sk_sandbox_x").env("OFAUTH_BASE_URL", self.sandbox.url());
        command
    }
}

#[test]
fn chats_name_their_connection_and_failures_are_reported_at_the_end() {
    let server = Server::start(4, 45);
    let expired = Change::Session(Session::Expired);
    server.sandbox.change("conn_sandbox_3", expired).unwrap();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    writeln!(file, "# ours\nconn_sandbox_2\n\n  conn_sandbox_3  ").unwrap();
    let path = file.path().to_str().unwrap();
    let read = |more: &[&str]| {
        let named = ["chats", "--connection", "conn_sandbox_1", "--connections-file", path];
        run(server.command(&[&named, more].concat()))
    };

    let (code, stdout, stderr) = read(&["--all", "--format", "ndjson"]);
    assert_eq!(code, 3);
    let chats = ndjson(&stdout);
    let of = |id: &str| chats.iter().filter(|chat| chat["connection"] == id).count();
    assert_eq!((chats.len(), of("conn_sandbox_1"), of("conn_sandbox_2")), (90, 45, 45));
    assert!(chats.iter().all(|chat| chat["withUser"]["id"].is_i64()));
    assert!(
        stderr.contains("connection 3: Session has expired: ask the creator to link")
            && stderr.contains("1 of 3 connections failed; what was read was written")
            && !stderr.contains("conn_"),
        "{stderr}"
    );

    // One page of each connection.
    let (_, stdout, _) = read(&["--limit", "7", "--format", "csv"]);
    let mut reader = csv::Reader::from_reader(stdout.as_bytes());
    assert_eq!(&reader.headers().unwrap()[0], "connection");
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(records.len(), 14);
    assert!(records.iter().all(|record| record[0].starts_with("conn_sandbox_")));
    let (_, stdout, _) = read(&["--format", "json"]);
    assert_eq!(serde_json::from_str::<Vec<Value>>(&stdout).unwrap().len(), 20);
    let (_, stdout, _) = read(&[]);
    assert!(stdout.contains("Connection") && stdout.contains("conn_sandbox_2"), "{stdout}");
}

#[test]
fn odd_pagination_ends_and_what_was_found_is_written() {
    let server = Server::start(1, 100);
    let odd = |odd| Fault::NextOffset(odd);
    for (fault, chats, code) in [
        (Fault::EmptyPage, 0, 1),
        (Fault::SamePage, 20, 3),
        (odd(OddOffset::Stuck), 20, 3),
        (odd(OddOffset::Negative), 20, 3),
        (odd(OddOffset::Text), 100, 0),
        (odd(OddOffset::Float), 100, 0),
        (odd(OddOffset::Absent), 100, 0),
        (odd(OddOffset::Null), 100, 0),
    ] {
        server.sandbox.clear_faults();
        server.sandbox.inject([FaultRule::new(fault.clone())]);
        server.sandbox.forget_requests();
        let arguments = ["chats", "--all", "--format", "ndjson"];
        let mut command = server.command(&arguments);
        command.args(["--connection", "conn_sandbox_1"]);
        let (ended, stdout, stderr) = run(command);
        assert_eq!((ended, stdout.lines().count()), (code, chats), "{fault:?}: {stderr}");
        assert_eq!(stderr.contains("cannot be read to its end"), code > 0, "{stderr}");
        let requests = server.sandbox.requests().len();
        assert!(requests <= 25, "{fault:?}: {requests} requests");
    }
}

#[test]
fn unusable_connection_lists_exit_with_2() {
    let server = Server::start(1, 1);
    let mut empty = tempfile::NamedTempFile::new().unwrap();
    writeln!(empty, "# none").unwrap();
    let empty = empty.path().to_str().unwrap();
    let long = "x".repeat(101);
    let two = ["--connection", "conn_a", "--connection", "conn_b"];
    for (arguments, words) in [
        (vec!["--connections-file", "/nowhere/ids"], "/nowhere/ids: "),
        (vec!["--connections-file", empty], "write one per line"),
        (
            vec!["--connection", "conn_a", "--connection", "no id"],
            "--connection (number 2): the connection id must",
        ),
        ([&two[..], &["--raw"]].concat(), "--raw and --resume work with one connection"),
        ([&two[..], &["--query", &long]].concat(), "query must be"),
        (vec!["--concurrency", "0"], "--concurrency"),
    ] {
        let (code, stdout, stderr) = run(server.command(&[&["chats"], &arguments[..]].concat()));
        assert_eq!((code, stdout.as_str()), (2, ""), "{arguments:?}: {stderr}");
        assert!(stderr.contains(words), "{arguments:?}: {stderr}");
    }
    server.sandbox.requests().assert_count(0);
}

/// A background process that is stopped when it goes out of scope.
struct Running(std::process::Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn watch_writes_new_activity_and_resumes_from_its_checkpoint() {
    let server = Server::start(1, 30);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("seen.json");
    let path = file.to_str().unwrap();
    let message = |fan: i64| {
        let text = "<p>new</p>".to_owned();
        let change = Change::Message { fan, text, from_creator: false };
        server.sandbox.change("conn_sandbox_1", change).unwrap();
    };
    let fans: Vec<i64> = server.sandbox.chats("conn_sandbox_1").unwrap()[10..12]
        .iter()
        .map(|chat| chat.with_user.id)
        .collect();
    // In the first round a message arrives while the command runs, in the second before it starts.
    for (round, fan) in fans.iter().enumerate() {
        if round == 1 {
            message(*fan);
        }
        let arguments = ["watch", "--connection", "conn_sandbox_1", "--interval", "1"];
        let mut command = server.command(&[&arguments[..], &["--checkpoint", path]].concat());
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = Running(command.spawn().unwrap());
        let before = std::fs::read_to_string(&file).unwrap_or_default();
        if round == 0 {
            // Wait for the request that takes the checkpoint and the first poll.
            while server.sandbox.requests().len() < 2 {
                std::thread::yield_now();
            }
            message(*fan);
        }
        let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines();
        let chat: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        assert_eq!(chat["withUser"]["id"], *fan, "{round}");
        if round == 1 {
            break;
        }
        // Wait until the checkpoint has been saved.
        let seen = server.sandbox.requests().len();
        while std::fs::read_to_string(&file).unwrap_or_default() == before
            || server.sandbox.requests().len() < seen + 2
        {
            std::thread::yield_now();
        }
    }
    std::fs::write(&file, "{}").unwrap();
    let (code, _, stderr) =
        run(server.command(&["watch", "--connection", "conn_x", "--checkpoint", path]));
    assert_eq!(code, 2);
    assert!(stderr.contains("--checkpoint"), "{stderr}");
    drop(server.runtime);
}
