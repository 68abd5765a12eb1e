//! The job against a live sandbox: stopped at any point, resumed, and given another key.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use fastrand::Rng;
use inbox_sync::{Copy, sync};
use ofauth::{Client, ConnectionId, ErrorKind};
use ofauth_sandbox::{Change, Fault, FaultRule, Quota, Sandbox, Session};
use tokio::process::{Child, Command};
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
    let sandbox = Sandbox::builder().connections(ACCOUNTS).chats(45).rate_limit(Quota::default());
    let sandbox = sandbox.start().await.unwrap();
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

/// The job as a process. It is killed (SIGKILL) on drop.
fn job(sandbox: &Sandbox, database: &str, connections: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_inbox-sync"))
        .args([database, connections, "0.2"])
        .env("OFAUTH_API_KEY", sandbox.api_key())
        .env("OFAUTH_BASE_URL", sandbox.url())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn a_process_that_is_killed_at_random_points_is_resumed_to_an_identical_copy() {
    let sandbox = Sandbox::builder().connections(ACCOUNTS).chats(45).start().await.unwrap();
    let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("killed");
    let _ = fs::remove_dir_all(&directory);
    fs::create_dir_all(&directory).unwrap();
    let [database, connections] = ["copy.db", "connections.txt"]
        .map(|name| directory.join(name).to_str().unwrap().to_owned());
    let ids: Vec<_> = accounts(&sandbox).iter().map(|id| id.expose().to_owned()).collect();
    fs::write(&connections, ids.join("\n")).unwrap();
    let mut rng = Rng::with_seed(11);
    for _ in 0..20 {
        let mut process = job(&sandbox, &database, &connections);
        // Amid its first reads of the accounts, or a poll.
        let requests = sandbox.requests().statuses().len() + rng.usize(1..200);
        while sandbox.requests().statuses().len() < requests {
            assert!(process.try_wait().unwrap().is_none(), "it goes on");
            tokio::task::yield_now().await;
        }
        process.kill().await.unwrap();
        live(&sandbox, &mut rng, 40);
    }
    let mut process = job(&sandbox, &database, &connections);
    let copy = Copy::open(&database).unwrap();
    let is_identical = || {
        accounts(&sandbox).iter().all(|account| {
            let chats = sandbox.chats(account.expose()).unwrap();
            let copied = copy.chats(account.expose()).unwrap();
            let same = |chat: &ofauth::Chat| {
                copied.get(&chat.with_user.id) == Some(&serde_json::to_string(chat).unwrap())
            };
            copied.len() == chats.len() && chats.iter().all(same)
        })
    };
    while !is_identical() {
        assert!(process.try_wait().unwrap().is_none(), "it goes on");
        tokio::task::yield_now().await;
    }
}
