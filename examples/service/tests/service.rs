//! The service as a program, in front of a sandbox.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::process::Stdio;

use ofauth_sandbox::{Change, Fault, FaultRule, Sandbox, Session};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

/// The running service, and its URL. It is killed on drop.
async fn start(sandbox: &Sandbox) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_service"))
        .env("OFAUTH_API_KEY", sandbox.api_key())
        .env("OFAUTH_BASE_URL", sandbox.url())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let url = lines.next_line().await.unwrap().unwrap();
    (child, url)
}

async fn get(url: String, accept: &str) -> reqwest::Response {
    reqwest::Client::new().get(url).header("accept", accept).send().await.unwrap()
}

#[tokio::test]
async fn inboxes_are_json_and_html() {
    let sandbox = Sandbox::builder().chats(44).start().await.unwrap();
    let text = "<p>&lt;script&gt;alert(1)&lt;/script&gt; Hi &amp; bye</p>".to_owned();
    let change = Change::Message { fan: 7, text, from_creator: false };
    sandbox.change("conn_sandbox_1", change).unwrap();
    let (_child, url) = start(&sandbox).await;
    let inbox = format!("{url}/inbox/conn_sandbox_1");

    let json = get(format!("{inbox}?offset=40"), "application/json").await;
    let page: Value = serde_json::from_str(&json.text().await.unwrap()).unwrap();
    assert_eq!(page["list"].as_array().unwrap().len(), 5);

    let html = get(inbox.clone(), "text/html").await;
    assert_eq!(html.headers()["content-security-policy"], "default-src 'none'");
    assert_eq!(html.headers()["cache-control"], "no-store");
    let html = html.text().await.unwrap();
    assert_eq!(html.matches("<tr><td>").count(), 20);
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt; Hi &amp; bye"), "{html}");
    assert!(html.contains("?offset=20"), "{html}");
}

#[tokio::test]
async fn errors_become_statuses_and_show_no_secrets() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.change("conn_sandbox_2", Change::Session(Session::Expired)).unwrap();
    let (mut child, url) = start(&sandbox).await;
    for (path, status) in [
        ("conn_sandbox_2", 409),
        ("conn_sandbox_none", 409),
        ("conn_sandbox_1?offset=x", 400),
        ("conn_sandbox_1?offset=-1", 400),
        ("%0A", 404),
    ] {
        let answer = get(format!("{url}/inbox/{path}"), "application/json").await;
        assert_eq!(answer.status(), status, "{path}");
        let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert!(body["error"].is_string(), "{path}");
    }
    sandbox.inject([FaultRule::new(Fault::status(404)).times(1)]);
    assert_eq!(get(format!("{url}/inbox/conn_sandbox_1"), "").await.status(), 404);
    child.start_kill().unwrap();
    let log = String::from_utf8(child.wait_with_output().await.unwrap().stderr).unwrap();
    assert!(log.contains("the inbox cannot be read"), "{log}");
    assert!(!log.contains("conn_sandbox") && !log.contains(sandbox.api_key()), "{log}");
}

#[cfg(unix)]
#[tokio::test]
async fn requests_in_progress_are_finished_before_it_stops() {
    let sandbox = Sandbox::start().await.unwrap();
    // The first attempt fails, so that the request is still in progress when the signal comes.
    sandbox.inject([FaultRule::new(Fault::status(502)).times(1)]);
    let (mut child, url) = start(&sandbox).await;
    let answer = tokio::spawn(get(format!("{url}/inbox/conn_sandbox_1"), ""));
    while sandbox.requests().statuses().is_empty() {
        tokio::task::yield_now().await;
    }
    let pid = child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-INT", &pid]).status().await.unwrap().success());
    assert_eq!(answer.await.unwrap().status(), 200);
    assert!(child.wait().await.unwrap().success());
}
