//! Fleets of many connections.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use ofauth::{
    ChatFilter, ChatStream, Checkpoint, ErrorKind, FleetEvent, FleetStream, RateLimit, RetryPolicy,
    WatchEvent,
};
use ofauth_sandbox::{Change, Fault, FaultRule, Sandbox, Session};
use tokio::time::Instant;

use crate::{client, fan};

/// Counts the chats of a fleet whose members are all complete.
async fn count(fleet: &mut FleetStream<ChatStream>) -> usize {
    let mut count = 0;
    while let Some((_, event)) = fleet.next().await {
        match event {
            FleetEvent::Item(_) => count += 1,
            FleetEvent::End { result, .. } => result.unwrap(),
            other => panic!("{other:?}"),
        }
    }
    count
}

async fn sandbox(connections: u32, chats: u32) -> Sandbox {
    let builder = Sandbox::builder().connections(connections).chats(chats);
    builder.start().await.unwrap()
}

#[tokio::test]
async fn every_connection_is_read_even_if_others_fail() {
    let sandbox = sandbox(50, 45).await;
    let expired = sandbox.connection(7);
    sandbox.change(&expired, Change::Session(Session::Expired)).unwrap();
    let mut ids: Vec<String> = (1..=50).map(|number| sandbox.connection(number)).collect();
    ids.push("not an id".to_owned());
    ids.push("conn_unknown".to_owned());
    let client = client(sandbox.url()).build().unwrap();
    let mut fleet = client.fleet(ids.clone()).concurrency(8).chats(|request| request);
    let (mut read, mut failed): (HashMap<usize, HashSet<i64>>, HashMap<usize, Vec<ErrorKind>>) =
        Default::default();
    let mut complete = HashSet::new();
    while let Some((member, event)) = fleet.next().await {
        assert_eq!(member.id().expose(), ids[member.index()]);
        assert!(!format!("{member:?} {:?}", member.id()).contains("conn"));
        match event {
            FleetEvent::Item(chat) => {
                assert!(read.entry(member.index()).or_default().insert(fan(&chat)));
            }
            FleetEvent::End { result: Ok(()), stream: Some(stream), .. } => {
                assert!(complete.insert(member.index()));
                // A cursor of a complete walk has nothing left.
                let creator = client.connection(member.id()).unwrap();
                assert!(creator.chats().resume(stream.cursor()).next().await.is_none());
            }
            FleetEvent::End { result: Err(error), .. } => {
                failed.entry(member.index()).or_default().push(error.kind());
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(complete.len(), 49);
    assert_eq!(fleet.ended(), 52);
    let expected = [
        (6, vec![ErrorKind::Session]),
        (50, vec![ErrorKind::Configuration]),
        (51, vec![ErrorKind::Session]),
    ];
    assert_eq!(failed, HashMap::from(expected));
    assert_eq!(read.len(), 49);
    assert!(read.values().all(|fans| fans.len() == 45));
    sandbox.requests().of(&expired).assert_count(1);
}

#[tokio::test]
async fn a_wrong_key_ends_the_fleet_at_once() {
    let sandbox = sandbox(100, 5).await;
    let client = client(sandbox.url()).api_key("wrong").build().unwrap();
    let ids: Vec<String> = (1..=100).map(|number| sandbox.connection(number)).collect();
    let mut fleet = client.fleet(ids.clone()).concurrency(8).chats(|request| request);
    let (_, event) = fleet.next().await.unwrap();
    assert!(matches!(event, FleetEvent::End { result: Err(error), .. }
        if error.kind() == ErrorKind::Unauthorized));
    assert!(fleet.next().await.is_none());
    assert!((fleet.ended(), sandbox.requests().len()) <= (1, 8));
    // A key that was accepted before is not wrong for everyone.
    client.set_api_key(sandbox.api_key()).unwrap();
    sandbox.inject([FaultRule::new(Fault::status(401)).connection(&ids[3])]);
    let mut fleet = client.fleet(ids[..9].to_vec()).concurrency(1).chats(|request| request);
    let mut ends = Vec::new();
    while let Some((_, event)) = fleet.next().await {
        if let FleetEvent::End { result, .. } = event {
            ends.push(result.is_ok());
        }
    }
    assert_eq!(ends, [true, true, true, false, true, true, true, true, true]);
}

#[tokio::test]
async fn all_connections_are_read_at_any_concurrency() {
    let sandbox = sandbox(200, 2).await;
    let ids: Vec<String> = (1..=200).map(|number| sandbox.connection(number)).collect();
    let client = client(sandbox.url()).build().unwrap();
    for concurrency in [0, 1, 2, 3, 64, 199, 200, 1_000] {
        let fleet = client.fleet(ids.clone()).concurrency(concurrency);
        let mut fleet = fleet.chats(|request| request);
        assert_eq!(count(&mut fleet).await, 400, "{concurrency} at once");
        assert_eq!(fleet.ended(), 200);
    }
    let mut none = client.fleet(Vec::<String>::new()).chats(|request| request);
    assert!(none.next().await.is_none());
}

#[tokio::test]
async fn requests_are_refined_and_paused_without_a_consumer() {
    let sandbox = sandbox(1_000, 60).await;
    let ids: Vec<String> = (1..=1_000).map(|number| sandbox.connection(number)).collect();
    let client = client(sandbox.url()).build().unwrap();
    let mut fleet =
        client.fleet(ids).concurrency(16).chats(|request| request.filter(ChatFilter::Unread));
    let mut members = HashSet::new();
    for _ in 0..40 {
        let (member, event) = fleet.next().await.unwrap();
        assert!(matches!(event, FleetEvent::Item(chat) if chat.is_unread()));
        members.insert(member.index());
    }
    // The connections being read take turns.
    assert!((10..=32).contains(&members.len()), "{}", members.len());
    let requests = sandbox.requests();
    assert!(requests.len() <= 60, "backpressure: {} requests", requests.len());
    assert!(requests.parameters("filter").iter().all(|filter| *filter == "unread"));
}

#[tokio::test(start_paused = true)]
async fn each_connection_keeps_to_its_limit() {
    let sandbox = Sandbox::builder().connections(30).chats(60).start().await.unwrap();
    sandbox.inject([FaultRule::new(Fault::status(503)).rate(0.1)]);
    let limit = RateLimit::per_minute(60).burst(2);
    let client = client(sandbox.url()).rate_limit(limit).build().unwrap();
    let ids: Vec<String> = (1..=30).map(|number| sandbox.connection(number)).collect();
    let mut fleet = client.fleet(ids).chats(|request| request);
    assert_eq!(count(&mut fleet).await, 30 * 60);
    assert!(sandbox.requests().statuses().iter().all(|status| *status != 429));
}

/// A member that fails ends with its stream, whose cursor resumes the walk.
#[tokio::test]
async fn a_member_that_failed_can_be_resumed_from_its_cursor() {
    let sandbox = sandbox(3, 60).await;
    let id = sandbox.connection(2);
    let rules = FaultRule::sequence([Fault::Well, Fault::status(500)]);
    sandbox.inject(rules.into_iter().map(|rule| rule.connection(&id)));
    let client = client(sandbox.url()).retry(RetryPolicy::off()).build().unwrap();
    let ids: Vec<String> = (1..=3).map(|number| sandbox.connection(number)).collect();
    let mut fleet = client.fleet(ids).chats(|request| request);
    let (mut read, mut failed) = (HashSet::new(), Vec::new());
    while let Some((member, event)) = fleet.next().await {
        match event {
            FleetEvent::Item(chat) if member.index() == 1 => assert!(read.insert(fan(&chat))),
            FleetEvent::End { result: Err(error), stream, .. } => {
                failed.push((member.index(), error.kind(), stream.unwrap().cursor()));
            }
            _ => {}
        }
    }
    let [(index, kind, cursor)] = failed.try_into().unwrap();
    assert_eq!((index, kind, read.len()), (1, ErrorKind::Server, 20));
    let mut rest = client.connection(id).unwrap().chats().resume(cursor);
    while let Some(chat) = rest.next().await {
        assert!(read.insert(fan(&chat.unwrap())));
    }
    assert_eq!(read.len(), 60);
}

/// All members are watched, but only a few polled at a time.
#[tokio::test(start_paused = true)]
async fn a_whole_fleet_is_watched_with_a_few_polls_at_a_time() {
    const MEMBERS: u32 = 40;
    let sandbox = sandbox(MEMBERS, 5).await;
    sandbox.inject([FaultRule::new(Fault::Latency { min_ms: 100, max_ms: 100 })]);
    let client = client(sandbox.url()).build().unwrap();
    let ids: Vec<String> = (1..=MEMBERS).map(|number| sandbox.connection(number)).collect();
    let every = Duration::from_secs(30);
    let mut fleet = client
        .fleet(ids.clone())
        .concurrency(4)
        .watch(move |_, chats| chats.watch(Checkpoint::default(), every));
    let start = Instant::now();
    // The first polls yield everything, and a checkpoint of each member.
    let (mut chats, mut checkpoints) = (0, HashMap::new());
    while checkpoints.len() < MEMBERS as usize {
        match fleet.next().await.unwrap() {
            (_, FleetEvent::Item(WatchEvent::Chat(_))) => chats += 1,
            (member, FleetEvent::Item(WatchEvent::Checkpoint(checkpoint))) => {
                checkpoints.insert(member.index(), checkpoint);
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(chats, 5 * MEMBERS);
    let millis = start.elapsed().as_millis();
    assert!((900..1_500).contains(&millis), "40 polls of 100 ms, 4 at a time: {millis} ms");

    sandbox.change(&ids[7], Change::Session(Session::Expired)).unwrap();
    let last = sandbox.chats(&ids[30]).unwrap()[4].with_user.id;
    let text = "<p>Hi!</p>".to_owned();
    let message = Change::Message { fan: last, text, from_creator: false };
    sandbox.change(&ids[30], message).unwrap();
    let (mut changed, mut ended) = (Vec::new(), Vec::new());
    let mut rounds = 0;
    while rounds < 3 * MEMBERS {
        match fleet.next().await.unwrap() {
            (member, FleetEvent::Item(WatchEvent::Chat(chat))) => {
                changed.push((member.index(), fan(&chat)));
            }
            (member, FleetEvent::End { result, stream, .. }) => {
                assert!(result.unwrap_err().is_session());
                assert_eq!(*stream.unwrap().checkpoint(), checkpoints[&member.index()]);
                ended.push(member.index());
            }
            (_, FleetEvent::Item(_)) => rounds += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((changed, ended, fleet.ended()), (vec![(30, last)], vec![7], 1));
}
