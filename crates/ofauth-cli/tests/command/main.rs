//! Tests that run the command as a process, and check its output and its exit code.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod failures;
mod many;
mod options;
mod output;
mod server;
#[cfg(target_os = "linux")]
mod terminal;

use std::process::{Command, Output, Stdio};

use serde_json::Value;

const KEY: &str = "sk_live_secret";
const CONNECTION: &str = "conn_secret";

/// The command with an empty environment.
fn ofauth(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ofauth"));
    command.args(arguments).env_clear().stdin(Stdio::null());
    command
}

/// The command with a key, a connection and the URL of a server in its environment.
fn with_account(url: &str, arguments: &[&str]) -> Command {
    let mut command = ofauth(arguments);
    command.env("OFAUTH_API_KEY", KEY).env("OFAUTH_CONNECTION_ID", CONNECTION);
    command.env("OFAUTH_BASE_URL", url);
    command
}

fn run(mut command: Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let (stdout, stderr) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
    for secret in [KEY, CONNECTION] {
        assert!(!stdout.contains(secret) && !stderr.contains(secret), "{stdout}\n{stderr}");
    }
    assert!(!stderr.contains("panicked"), "{stderr}");
    (status.code().unwrap(), stdout, stderr)
}

fn sandbox(arguments: &[&str]) -> (i32, String, String) {
    run(ofauth(&[&["chats", "--sandbox"], arguments].concat()))
}

fn ndjson(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}
