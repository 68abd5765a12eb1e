//! Walks resumed from a cursor, as another process would do.

use std::collections::HashMap;

use fastrand::Rng;
use ofauth::{ChatFilter, ChatOrder, Cursor, ErrorKind, RetryPolicy};
use ofauth_sandbox::{Fault, FaultRule};

use crate::{cases, client, creator, fan, fans, message, remove, sandbox};

#[tokio::test]
async fn a_resumed_walk_loses_and_repeats_nothing() {
    for seed in 0..cases(40) {
        let mut rng = Rng::with_seed(seed);
        let order = if rng.bool() { ChatOrder::Old } else { ChatOrder::Recent };
        let sandbox = sandbox(130).await;
        let creator = creator(&sandbox);
        let mut always: std::collections::HashSet<i64> = fans(&sandbox).into_iter().collect();
        let mut yielded: HashMap<i64, u32> = HashMap::new();
        let mut stream = creator.chats().order(order).stream();
        if rng.bool() {
            stream = stream.prefetch(2);
        }
        loop {
            let mut ended = false;
            for _ in 0..rng.usize(..60) {
                let Some(chat) = stream.next().await else {
                    ended = true;
                    break;
                };
                *yielded.entry(fan(&chat.unwrap())).or_default() += 1;
            }
            if ended {
                break;
            }
            let json = serde_json::to_string(&stream.cursor()).unwrap();
            for _ in 0..rng.usize(..3) {
                let here = fans(&sandbox);
                let any = here[rng.usize(..here.len())];
                match rng.bool() {
                    true => message(&sandbox, any),
                    false => {
                        remove(&sandbox, any);
                        always.remove(&any);
                    }
                }
            }
            let cursor: Cursor = serde_json::from_str(&json).unwrap();
            stream = creator.chats().order(order).resume(cursor);
        }
        assert!(yielded.values().all(|times| *times == 1), "{seed}");
        assert!(always.iter().all(|fan| yielded.contains_key(fan)), "{seed}");
    }
}

#[tokio::test]
async fn a_walk_can_be_resumed_after_an_error() {
    let sandbox = sandbox(100).await;
    let rules = [Fault::Well, Fault::Well, Fault::status(500)];
    sandbox.inject(FaultRule::sequence(rules));
    let client = client(sandbox.url()).retry(RetryPolicy::off()).build().unwrap();
    let creator = client.connection(sandbox.connection(1)).unwrap();
    let mut stream = creator.chats().stream().max_items(90);
    let mut read = Vec::new();
    let error = loop {
        match stream.next().await.unwrap() {
            Ok(chat) => read.push(fan(&chat)),
            Err(error) => break error,
        }
    };
    assert_eq!((error.kind(), read.len()), (ErrorKind::Server, 39));
    let mut stream = creator.chats().resume(stream.cursor());
    while let Some(chat) = stream.next().await {
        read.push(fan(&chat.unwrap()));
    }
    assert_eq!(read, fans(&sandbox)[..90]);
}

#[tokio::test]
async fn a_cursor_is_small_and_bound_to_its_connection_and_parameters() {
    let sandbox = sandbox(300).await;
    let creator = creator(&sandbox);
    let request = creator.chats().query("private");
    let mut stream = creator.chats().stream();
    for _ in 0..250 {
        stream.next().await.unwrap().unwrap();
    }
    let cursor = stream.cursor();
    let json = serde_json::to_string(&cursor).unwrap();
    assert!(json.len() < 3_000, "{}", json.len());
    assert_eq!(format!("{cursor:?}"), "Cursor { .. }");

    let client = client(sandbox.url()).build().unwrap();
    let other = client.connection(sandbox.connection(2)).unwrap();
    sandbox.forget_requests();
    for request in [
        other.chats(),
        request,
        creator.chats().filter(ChatFilter::Unread),
        creator.chats().order(ChatOrder::Old),
        creator.chats().offset(5),
        creator.chats().user_list_id(1),
    ] {
        let mut stream = request.resume(cursor.clone());
        let error = stream.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(
            error.to_string().starts_with("the cursor belongs to another connection"),
            "{error}"
        );
        assert!(stream.next().await.is_none());
    }
    sandbox.requests().assert_count(0);

    for broken in [json.replace("\"walk\":\"", "\"walk\":\"AA"), "{}".to_owned(), "7".to_owned()] {
        assert!(serde_json::from_str::<Cursor>(&broken).is_err());
    }
}
