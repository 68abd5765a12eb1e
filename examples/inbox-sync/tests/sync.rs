//! The job against a live sandbox: stopped at any point, resumed, and given another key.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use fastrand::Rng;
use inbox_sync::{Copy, sync};
use ofauth::{Client, ConnectionId, ErrorKind};
use ofauth_sandbox::{Change, Fault, FaultRule, Sandbox, Session};
use tokio::time::timeout;

const ACCOUNTS: u32 = 50;
const EVERY: Duration = Duration::from_secs(30);

fn accounts(sandbox: &Sandbox) -> Vec<ConnectionId> {
    (1..=ACCOUNTS).map(|number| sandbox.connection(number).into()).collect()
}

/// Sends messages to random accounts.
fn live(sandbox: &Sandbox, rng: &mut Rng, messages: usize) {
    for number in 0..messages {
        let account = sandbox.connection(rng.u32(1..=ACCOUNTS));
        let chats = sandbox.chats(&account).unwrap();
        let fan = chats[rng.usize(..chats.len())].with_user.id;
        let text = format!("<p>message {number}</p>");
        sandbox.change(&account, Change::Message { fan, text, from_creator: false }).unwrap();
    }
}

fn assert_identical(sandbox: &Sandbox, copy: &Copy) {
    for account in accounts(sandbox) {
        let chats = sandbox.chats(account.expose()).unwrap();
        let copied = copy.chats(account.expose()).unwrap();
        assert_eq!(copied.len(), chats.len());
        for chat in chats {
            assert_eq!(copied[&chat.with_user.id], serde_json::to_string(&chat).unwrap());
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_stopped_resumed_and_given_another_key_has_an_identical_copy() {
    let sandbox = Sandbox::builder().connections(ACCOUNTS).chats(45).start().await.unwrap();
    sandbox.inject([FaultRule::new(Fault::status(502)).rate(0.05)]);
    let copy = Copy::open(":memory:").unwrap();
    let mut rng = Rng::with_seed(7);
    let client = |key: &str| {
        let client = Client::builder().api_key(key).base_url(sandbox.url());
        client.build().unwrap()
    };
    let mut process = client("sk_sandbox_old");
    for round in 0..30 {
        // Stopped amid a poll, or after some.
        let time = Duration::from_millis(rng.u64(..100_000));
        let job = sync(&process, &copy, accounts(&sandbox), EVERY, |_, error, ended| {
            assert!(!ended && error.is_retryable(), "{error}");
        });
        assert!(timeout(time, job).await.is_err());
        live(&sandbox, &mut rng, 40);
        match round {
            // The key is replaced while the process runs, and later in a new process.
            10 => process.set_api_key("sk_sandbox_new").unwrap(),
            20 => process = client("sk_sandbox_newer"),
            _ => {}
        }
    }
    sandbox.clear_faults();
    let job = sync(&process, &copy, accounts(&sandbox), EVERY, |_, error, _| panic!("{error}"));
    assert!(timeout(EVERY * 3, job).await.is_err());
    assert_identical(&sandbox, &copy);

    // The end of one account is told, and doesn't stop the others.
    sandbox.change(&sandbox.connection(3), Change::Session(Session::Expired)).unwrap();
    live(&sandbox, &mut rng, 0);
    let mut ended = Vec::new();
    let job = sync(&process, &copy, accounts(&sandbox), EVERY, |account, error, is_end| {
        ended.push((account, error.kind(), is_end));
    });
    assert!(timeout(EVERY * 3, job).await.is_err());
    assert_eq!(ended, [(2, ErrorKind::Session, true)]);
}
