//! Runs each example, as a program, against a sandbox.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::path::PathBuf;
use std::process::{Output, Stdio};

use ofauth_sandbox::{Change, Sandbox, Session};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

async fn sandbox() -> Sandbox {
    Sandbox::builder().chats(45).start().await.unwrap()
}

/// The example, with the sandbox's key and URL in its environment. It is killed on drop.
fn example(name: &str, sandbox: &Sandbox, arguments: &[&str]) -> Command {
    // Cargo builds the examples next to the folder of this test.
    let tests = std::env::current_exe().unwrap();
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let program = tests.parent().unwrap().with_file_name("examples").join(file);
    assert!(program.exists(), "run all tests of the package: `cargo test -p ofauth`");
    let mut command = Command::new(program);
    command.args(arguments).kill_on_drop(true);
    command.env("OFAUTH_API_KEY", sandbox.api_key()).env("OFAUTH_BASE_URL", sandbox.url());
    command
}

async fn lines(name: &str, sandbox: &Sandbox, arguments: &[&str]) -> Vec<String> {
    let Output { status, stdout, stderr } =
        example(name, sandbox, arguments).output().await.unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap().lines().map(str::to_owned).collect()
}

/// A path that doesn't exist yet, for this test alone.
fn path(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_file(&path);
    let _ = std::fs::remove_dir_all(&path);
    path
}

#[tokio::test]
async fn first_page() {
    let lines = lines("first_page", &sandbox().await, &["conn_sandbox_1"]).await;
    assert_eq!((lines.len(), &*lines[20]), (21, "20 chats, and more"));
    assert!(lines[0].contains(" unread  20"), "{}", lines[0]);
}

#[tokio::test]
async fn unread() {
    let sandbox = sandbox().await;
    sandbox.change("conn_sandbox_2", Change::Session(Session::Expired)).unwrap();
    let chats = sandbox.chats("conn_sandbox_1").unwrap();
    let sum: u64 = chats.iter().map(ofauth::Chat::unread).sum();
    let ids = ["conn_sandbox_1", "conn_sandbox_2"];
    let Output { status, stdout, stderr } =
        example("unread", &sandbox, &ids).output().await.unwrap();
    assert!(!status.success());
    assert_eq!(String::from_utf8_lossy(&stdout), format!("creator 1: {sum} unread messages\n"));
    let stderr = String::from_utf8_lossy(&stderr);
    assert!(stderr.contains("creator 2 must link the account again"), "{stderr}");
    assert!(stderr.contains("1 of 2 creators could not be read"), "{stderr}");
    let one = lines("unread", &sandbox, &ids[..1]).await;
    assert_eq!(one.len(), 1);
}

#[tokio::test]
async fn export_csv() {
    let sandbox = sandbox().await;
    let Output { stdout, .. } =
        example("export_csv", &sandbox, &["conn_sandbox_1"]).output().await.unwrap();
    let mut csv = csv::Reader::from_reader(&*stdout);
    let rows: Vec<csv::StringRecord> = csv.records().map(Result::unwrap).collect();
    let chats = sandbox.chats("conn_sandbox_1").unwrap();
    assert_eq!(rows.len(), chats.len());
    for (row, chat) in rows.iter().zip(&chats) {
        assert_eq!(row[0], chat.with_user.id.to_string());
        assert_eq!(row[3], chat.last_message.as_ref().map_or(String::new(), |m| m.plain_text()));
    }
}

#[tokio::test]
async fn resume() {
    let (sandbox, file) = (sandbox().await, path("cursor.txt"));
    let arguments = ["conn_sandbox_1", file.to_str().unwrap(), "20"];
    let mut read = Vec::new();
    for _ in 0..3 {
        read.extend(lines("resume", &sandbox, &arguments).await);
    }
    assert_eq!(read.pop().unwrap(), "complete");
    let chats = sandbox.chats("conn_sandbox_1").unwrap();
    assert_eq!(read, chats.iter().map(|chat| chat.with_user.id.to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn watch() {
    let (sandbox, directory) = (sandbox().await, path("checkpoints"));
    let arguments = [directory.to_str().unwrap(), "conn_sandbox_1"];
    let connection = ofauth::ConnectionId::from("conn_sandbox_1");
    let checkpoint = directory.join(format!("{:016x}", connection.digest()));
    for chats in [45, 1] {
        let before = std::fs::read_to_string(&checkpoint).ok();
        let mut child =
            example("watch", &sandbox, &arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // The checkpoint of the poll, before the next one begins.
        while std::fs::read_to_string(&checkpoint).ok() == before {
            assert!(child.try_wait().unwrap().is_none(), "it goes on");
            tokio::task::yield_now().await;
        }
        child.kill().await.unwrap();
        let mut printed = Vec::new();
        while let Some(line) = lines.next_line().await.unwrap() {
            printed.push(line);
        }
        assert_eq!(printed.len(), chats, "{printed:?}");
        assert!(chats > 1 || printed == ["creator 1: 7"], "{printed:?}");
        let text = "<p>New!</p>".to_owned();
        let change = Change::Message { fan: 7, text, from_creator: false };
        sandbox.change("conn_sandbox_1", change).unwrap();
    }
}

#[tokio::test]
async fn limiter() {
    let arguments = ["1000", "conn_sandbox_1", "conn_sandbox_2"];
    let lines = lines("limiter", &sandbox().await, &arguments).await;
    assert_eq!(lines.len(), 92, "45 chats and an end of each creator");
}

#[cfg(feature = "blocking")]
#[tokio::test]
async fn blocking() {
    let sandbox = sandbox().await;
    let lines = lines("blocking", &sandbox, &["conn_sandbox_1"]).await;
    let chats = sandbox.chats("conn_sandbox_1").unwrap();
    let from_fans = chats.iter().filter(|chat| chat.is_from_fan() == Some(true)).count();
    assert_eq!(lines.len(), from_fans + 1);
}
