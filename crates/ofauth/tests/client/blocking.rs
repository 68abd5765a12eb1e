//! Without async code: everything that the async side offers, outside and inside of runtimes.

use std::collections::BTreeSet;
use std::fs;
use std::future::poll_fn;
use std::path::Path;
use std::task::Poll;
use std::time::Duration;

use ofauth::blocking::{Iter, Wait};
use ofauth::{ChatFilter, Checkpoint, Client, FleetEvent, WatchEvent};
use ofauth_sandbox::Sandbox;

const CHATS: usize = 45;

fn sandbox() -> Sandbox {
    Sandbox::builder().chats(CHATS as u32).start().wait().unwrap()
}

fn client(sandbox: &Sandbox) -> Client {
    let builder = Client::builder().api_key(sandbox.api_key()).base_url(sandbox.url());
    builder.for_tests().build().unwrap()
}

/// Calls every async function and reads every stream; returns their names.
fn everything() -> BTreeSet<&'static str> {
    let (sandbox, interval) = (sandbox(), Duration::from_secs(3_600));
    let client = client(&sandbox);
    let creator = client.connection("conn_sandbox_1").unwrap();
    let chats = || creator.chats();

    let page = chats().filter(ChatFilter::Unread).send().wait().unwrap();
    assert!(!page.is_empty());
    let json = creator.get("/v2/access/chats").query("limit", 3).send_as::<serde_json::Value>();
    assert_eq!(json.wait().unwrap()["list"].as_array().unwrap().len(), 3);
    let checkpoint = chats().checkpoint().wait().unwrap();

    assert_eq!(
        chats().limit(20).pages().iter().map(|page| page.unwrap().len()).sum::<usize>(),
        CHATS
    );
    let mut walk = chats().stream().iter();
    assert_eq!(walk.by_ref().take(7).filter(Result::is_ok).count(), 7);
    let rest = chats().resume(walk.get_ref().cursor()).iter();
    assert_eq!(rest.map(Result::unwrap).count(), CHATS - 7);
    let mut changes = chats().changes(&Checkpoint::default()).iter();
    assert_eq!(changes.by_ref().count(), CHATS);
    assert!(changes.into_inner().checkpoint().is_some());
    let mut watch = chats().watch(checkpoint, interval).iter();
    assert!(matches!(watch.next(), Some(Ok(WatchEvent::Checkpoint(_)))));
    let ids = [sandbox.connection(1), sandbox.connection(2)];
    let fleet = client.fleet(ids).chats(|chats| chats).iter();
    let ends = fleet.filter(|(_, event)| matches!(event, FleetEvent::End { result: Ok(()), .. }));
    assert_eq!(ends.count(), 2);

    // A stream's `next` is the iterator's.
    let calls = ["send", "send_as", "checkpoint", "next"];
    let streams = ["PageStream", "ChatStream", "ChangeStream", "WatchStream", "FleetStream"];
    calls.into_iter().chain(streams).collect()
}

#[test]
fn everything_works_outside_of_a_runtime() {
    everything();
}

#[tokio::test]
async fn everything_works_in_a_runtime_of_one_thread() {
    everything();
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_works_in_a_runtime_of_many_threads() {
    everything();
}

/// More operations than Tokio grants a task at a time, in which even a timeout can't pass.
fn many_calls() {
    let sandbox = Sandbox::builder().chats(4_000).start().wait().unwrap();
    let creator = client(&sandbox).connection("conn_sandbox_1").unwrap();
    assert_eq!(creator.chats().stream().iter().map(Result::unwrap).count(), 4_000);
}

#[tokio::test]
async fn many_calls_return_in_a_runtime_of_one_thread() {
    many_calls();
}

#[tokio::test(flavor = "multi_thread")]
async fn many_calls_return_in_a_runtime_of_many_threads() {
    many_calls();
    tokio::spawn(async { many_calls() }).await.unwrap();
}

/// Code that the future calls, like a subscriber of traces, may park the thread too.
#[test]
fn a_wakeup_is_not_lost_if_the_future_parks_the_thread() {
    let mut polls = 0;
    let future = poll_fn(|context| {
        polls += 1;
        if polls == 2 {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        std::thread::park(); // uses up the token
        Poll::Pending
    });
    future.wait();
}

#[test]
fn threads_wait_at_the_same_time() {
    let sandbox = sandbox();
    let client = client(&sandbox);
    std::thread::scope(|scope| {
        for number in 1..=3 {
            let creator = client.connection(sandbox.connection(number)).unwrap();
            scope.spawn(move || assert_eq!(creator.chats().stream().iter().count(), CHATS));
        }
    });
}

/// The public async functions and streams of the source, so that none is forgotten above.
#[test]
fn everything_is_what_the_source_has() {
    fn read(directory: &Path, names: &mut BTreeSet<String>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                read(&path, names);
                continue;
            }
            for line in fs::read_to_string(&path).unwrap_or_default().lines() {
                let call = line.trim_start().strip_prefix("pub async fn ");
                let stream =
                    line.split_once("> Stream for ").or(line.split_once("impl Stream for "));
                let item = call.or(stream.map(|(_, name)| name)).unwrap_or_default();
                let end = item.find(|one: char| !one.is_alphanumeric() && one != '_');
                names.insert(item[..end.unwrap_or(0)].to_owned());
            }
        }
    }
    let mut names = BTreeSet::new();
    read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut names);
    // Private: one member of a fleet.
    for other in ["", "Reading"] {
        assert!(names.remove(other), "{other:?}");
    }
    assert_eq!(names.iter().map(String::as_str).collect::<BTreeSet<_>>(), everything());
}
