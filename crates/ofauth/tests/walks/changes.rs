//! Polling and watching for changes.

use std::collections::HashMap;
use std::time::Duration;

use fastrand::Rng;
use ofauth::{ChatOrder, Checkpoint, ErrorKind, RetryPolicy, WatchEvent};
use ofauth_sandbox::{Change, Fault, FaultRule, Session};
use tokio::time::{Instant, timeout};

use crate::{client, creator, fan, fans, message, remove, sandbox};

async fn poll(creator: &ofauth::Connection, since: &Checkpoint) -> (Vec<i64>, Checkpoint) {
    let mut changes = creator.chats().changes(since);
    let mut read = Vec::new();
    while let Some(chat) = changes.next().await {
        read.push(fan(&chat.unwrap()));
    }
    (read, changes.checkpoint().unwrap())
}

#[tokio::test]
async fn a_poll_yields_exactly_what_changed() {
    let sandbox = sandbox(300).await;
    let mut since = creator(&sandbox).chats().checkpoint().await.unwrap();
    let mut rng = Rng::with_seed(1);
    for round in 0..60 {
        // Keys are replaced now and then; checkpoints outlive them.
        let client = client(sandbox.url()).api_key(format!("sk_sandbox_{}", round / 7));
        let creator = client.build().unwrap().connection(sandbox.connection(1)).unwrap();
        let here = fans(&sandbox);
        let mut expected = Vec::new();
        // No change, a few, or more than a page.
        for _ in 0..[0, 1, 3, 45][round % 4] {
            let any = here[rng.usize(..here.len())];
            message(&sandbox, any);
            expected.push(any);
        }
        let gone = here[rng.usize(..here.len())];
        remove(&sandbox, gone);
        expected.retain(|fan| *fan != gone);
        expected.sort_unstable();
        expected.dedup();
        sandbox.forget_requests();
        let text = since.to_string();
        assert!(text.len() < 1_200, "{}", text.len());
        let (mut read, next) = poll(&creator, &text.parse().unwrap()).await;
        read.sort_unstable();
        assert_eq!(read, expected, "{round}");
        if round % 4 == 0 {
            sandbox.requests().assert_count(1);
        }
        since = next;
    }
}

#[tokio::test]
async fn after_the_default_checkpoint_everything_is_new() {
    let sandbox = sandbox(70).await;
    let (read, since) = poll(&creator(&sandbox), &Checkpoint::default()).await;
    assert_eq!(read, fans(&sandbox));
    let (read, _) = poll(&creator(&sandbox), &since).await;
    assert!(read.is_empty(), "{read:?}");
}

#[tokio::test]
async fn after_a_checkpoint_at_a_time_newer_chats_are_new() {
    let sandbox = sandbox(70).await;
    let creator = creator(&sandbox);
    let chats = sandbox.chats(&sandbox.connection(1)).unwrap();
    let time = |chat: &ofauth::Chat| chat.last_message.as_ref()?.created_at.as_ref()?.to_datetime();
    for last in [0, 5, 30, 69] {
        let since = time(&chats[last]).unwrap();
        let newer = chats.iter().take_while(|chat| time(chat).is_none_or(|time| time >= since));
        let newer: Vec<i64> = newer.map(fan).collect();
        assert_eq!(poll(&creator, &Checkpoint::since(since)).await.0, newer);
    }
}

#[tokio::test]
async fn requests_that_cannot_be_polled_are_refused_before_sending() {
    let sandbox = sandbox(5).await;
    let creator = creator(&sandbox);
    let since = creator.chats().checkpoint().await.unwrap();
    let old = creator.chats().order(ChatOrder::Old);
    for (request, words) in [
        (old.clone(), "order must be recent"),
        (creator.chats().offset(5), "offset must be 0"),
        (creator.chats().query("x"), "checkpoint belongs to another query:"),
    ] {
        let error = request.changes(&since).next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(error.to_string().contains(words), "{error}");
    }
    let error = old.checkpoint().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidRequest);
    let mut watch = creator.chats().watch(since, Duration::ZERO);
    let error = watch.next().await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "the interval must be greater than 0, but is 0");
    assert!(watch.next().await.is_none());
    sandbox.requests().assert_count(1);
}

#[tokio::test(start_paused = true)]
async fn a_watch_yields_each_message_once_and_survives_transient_failures() {
    let sandbox = sandbox(60).await;
    let client = client(sandbox.url()).retry(RetryPolicy::off()).build().unwrap();
    let creator = client.connection(sandbox.connection(1)).unwrap();
    let since = creator.chats().checkpoint().await.unwrap();
    let mut watch = creator.chats().watch(since, Duration::from_secs(30));
    let (mut rng, mut sent, mut told) = (Rng::with_seed(2), 0, 0);
    let mut failures = 0;
    let start = Instant::now();
    for round in 0..40 {
        if round % 5 == 3 {
            sandbox.inject([FaultRule::new(Fault::status(502)).times(1)]);
        }
        let mut fans = fans(&sandbox);
        rng.shuffle(&mut fans);
        for fan in &fans[..rng.usize(..30)] {
            message(&sandbox, *fan);
            sent += 1;
        }
        // A round takes at most 1.1 intervals; this waits for two.
        let end = Instant::now() + Duration::from_secs(67);
        while let Ok(item) = timeout(end - Instant::now(), watch.next()).await {
            match item.unwrap() {
                Ok(WatchEvent::Chat(_)) => told += 1,
                Ok(WatchEvent::Checkpoint(checkpoint)) => {
                    assert_eq!(checkpoint, *watch.checkpoint())
                }
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::Server);
                    failures += 1;
                }
            }
        }
    }
    assert_eq!((told, failures), (sent, 8));
    let polls = sandbox.requests().of(&sandbox.connection(1)).len() as u64;
    assert!(polls >= start.elapsed().as_secs() / 33, "{polls}");

    sandbox.change(&sandbox.connection(1), Change::Session(Session::Expired)).unwrap();
    let error = watch.next().await.unwrap().unwrap_err();
    assert!(error.is_session());
    assert!(watch.next().await.is_none(), "the error is yielded once");
}

#[tokio::test(start_paused = true)]
async fn a_watch_honours_retry_after_but_waits_no_longer_than_a_day() {
    let sandbox = sandbox(30).await;
    let client = client(sandbox.url()).build().unwrap();
    let creator = client.connection(sandbox.connection(1)).unwrap();
    let mut since = creator.chats().checkpoint().await.unwrap();
    for (asked, least, most) in [("3600", 3_600, 3_601), ("86400000", 86_400, 86_401)] {
        let busy = Fault::Status {
            status: 503,
            body: Default::default(),
            retry_after: Some(asked.to_owned()),
        };
        sandbox.inject([FaultRule::new(busy).times(1)]);
        let mut watch = creator.chats().watch(since, Duration::from_secs(30));
        let error = watch.next().await.unwrap().unwrap_err();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(least)));
        message(&sandbox, fans(&sandbox)[9]);
        let start = Instant::now();
        watch.next().await.unwrap().unwrap();
        assert!((least..=most).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
        since = watch.checkpoint().clone();
    }
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_poll_is_made_up_for_without_repeats() {
    let sandbox = sandbox(200).await;
    let client = client(sandbox.url()).retry(RetryPolicy::off()).build().unwrap();
    let creator = client.connection(sandbox.connection(1)).unwrap();
    let since = creator.chats().checkpoint().await.unwrap();
    let changed = &fans(&sandbox)[100..150];
    changed.iter().for_each(|fan| message(&sandbox, *fan));
    // The second page fails.
    sandbox.inject(FaultRule::sequence([Fault::Well, Fault::status(500)]));
    let mut watch = creator.chats().watch(since, Duration::from_secs(30));
    let (mut told, mut failures): (HashMap<i64, u32>, u32) = Default::default();
    let mut rounds = 0;
    while rounds < 3 {
        match watch.next().await.unwrap() {
            Ok(WatchEvent::Chat(chat)) => *told.entry(fan(&chat)).or_default() += 1,
            Ok(_) => rounds += 1,
            Err(_) => failures += 1,
        }
    }
    assert_eq!((told.len(), failures), (50, 1));
    assert!(told.values().all(|times| *times == 1));
}
