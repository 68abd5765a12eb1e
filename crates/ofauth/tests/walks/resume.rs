//! Walks resumed from a cursor, as another process would do.

use std::collections::HashMap;

use fastrand::Rng;
use ofauth::{ChatFilter, ChatOrder, Cursor, ErrorKind, RetryPolicy};
use ofauth_sandbox::{Fault, FaultRule};
use serde_json::json;

use crate::{cases, client, creator, fan, fans, message, remove, sandbox};

#[tokio::test]
async fn a_resumed_walk_loses_and_repeats_nothing() {
    for seed in 0..cases(40) {
        let mut rng = Rng::with_seed(seed);
        let order = if rng.bool() { ChatOrder::Old } else { ChatOrder::Recent };
        let sandbox = sandbox(130).await;
        let mut creator = creator(&sandbox);
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
            let text = stream.cursor().to_string();
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
            let cursor: Cursor = text.parse().unwrap();
            // Keys are replaced now and then; positions outlive them.
            let client = client(sandbox.url()).api_key(format!("sk_sandbox_{}", rng.u8(..2)));
            creator = client.build().unwrap().connection(sandbox.connection(1)).unwrap();
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
    let mut stream = creator.chats().stream();
    for _ in 0..250 {
        stream.next().await.unwrap().unwrap();
    }
    let cursor = stream.cursor();
    let text = cursor.to_string();
    assert!(text.len() < 3_000, "{}", text.len());
    assert_eq!(format!("{cursor:?}"), "Cursor { .. }");
    assert_eq!(serde_json::to_value(&cursor).unwrap(), text);
    assert_eq!(serde_json::from_value::<Cursor>(text.clone().into()).unwrap(), cursor);

    let client = client(sandbox.url()).build().unwrap();
    let other = client.connection(sandbox.connection(2)).unwrap();
    sandbox.forget_requests();
    for (request, what) in [
        (other.chats(), "connection"),
        (creator.chats().query("private"), "query"),
        (creator.chats().filter(ChatFilter::Unread), "filter"),
        (creator.chats().order(ChatOrder::Old), "order"),
        (creator.chats().offset(5), "offset"),
        (creator.chats().user_list_id(1), "userListId"),
        (other.chats().offset(5).query("x"), "connection, offset, query"),
    ] {
        let mut stream = request.resume(cursor.clone());
        let error = stream.next().await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        let message = error.to_string();
        let expected = format!("the cursor belongs to another {what}: use it with");
        assert!(message.starts_with(&expected), "{message}");
        assert!(stream.next().await.is_none());
    }
    // The rules for parameters hold for a resumed walk too.
    let error = creator.chats().limit(21).resume(cursor).next().await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "limit must be 1 to 20, but is 21");
    sandbox.requests().assert_count(0);

    let checkpoint = creator.chats().checkpoint().await.unwrap().to_string();
    for (broken, reason) in [
        (&*format!("AA{text}"), "truncated or altered"),
        ("", "truncated or altered"),
        (&*checkpoint, "a checkpoint was given in place of a cursor"),
    ] {
        let error = broken.parse::<Cursor>().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert!(error.to_string().contains(reason), "{error}");
        assert!(serde_json::from_value::<Cursor>(broken.into()).is_err());
    }
}

#[tokio::test]
async fn a_replaced_key_is_used_at_once_even_by_streams_under_way() {
    let server = httpmock::MockServer::start_async().await;
    let page = |offset: u64, has_more: bool| {
        let chat = |fan| json!({ "withUser": { "id": fan, "_view": "s" } });
        let list: Vec<_> = (offset + 1..offset + 21).map(chat).collect();
        json!({ "list": list, "hasMore": has_more, "nextOffset": offset + 20 })
    };
    let mut mocks = Vec::new();
    for (key, offset) in [("sk_old", 0), ("sk_new", 20)] {
        mocks.push(server.mock(|when, then| {
            when.header("apikey", key).query_param("offset", offset.to_string());
            then.status(200).json_body(page(offset, offset == 0));
        }));
    }
    let client = client(server.base_url()).api_key("sk_old").build().unwrap();
    let creator = client.connection("conn_1").unwrap();
    let mut pages = creator.chats().pages();
    pages.next().await.unwrap().unwrap();

    assert_eq!(client.set_api_key("").unwrap_err().to_string(), "the API key is empty");
    client.set_api_key("sk_new").unwrap();
    pages.next().await.unwrap().unwrap();
    assert!(pages.next().await.is_none());
    mocks[1].assert_calls(1);
}
