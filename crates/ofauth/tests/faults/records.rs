//! Pages with records that can't be decoded.

use std::time::Duration;

use ofauth::{Checkpoint, ErrorKind, EventKind, RetryPolicy, WatchEvent};
use ofauth_sandbox::{Fault, FaultRule, Sandbox};
use serde_json::json;

use crate::server::{Server, Step, response};
use crate::{builder, creator, fails, sandbox};

fn chat(id: i64) -> serde_json::Value {
    json!({ "withUser": { "id": id, "_view": "s" } })
}

#[tokio::test]
async fn the_readable_chats_are_delivered_and_the_others_reported() {
    let (sandbox, result) = fails(Fault::UnreadableChat { index: 3 }, 1, |client| client).await;
    let page = result.unwrap();
    let ids = |page: &ofauth::Page| page.iter().map(|chat| chat.with_user.id).collect::<Vec<_>>();
    let mut expected: Vec<i64> = sandbox.chats("conn_sandbox_1").unwrap()[..10]
        .iter()
        .map(|chat| chat.with_user.id)
        .collect();
    expected.remove(3);
    assert_eq!(ids(&page), expected);
    let [rejected] = page.rejected() else { panic!("{page:?}") };
    assert_eq!((rejected.index(), rejected.path()), (3, "list[3].withUser"));
    assert_eq!(rejected.reason(), "should be an object");
    assert!(rejected.raw().contains("\"unreadable\""));
    assert!(!format!("{page:?} {rejected}").contains("\"unreadable\""));
    sandbox.requests().assert_count(1);
}

#[tokio::test]
async fn a_strict_request_returns_all_records_or_none() {
    let sandbox = sandbox([FaultRule::new(Fault::UnreadableChat { index: 3 }).times(1)]).await;
    let creator = creator(builder(sandbox.url()));
    let error = creator.chats().strict().send().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Decode, 1));
    assert!(error.to_string().contains("list[3].withUser"), "{error}");
    assert_eq!(error.rejected().unwrap().index(), 3);
    assert!(!error.body().unwrap().is_empty());
    assert_eq!(creator.chats().strict().send().await.unwrap().len(), 10);
}

#[tokio::test]
async fn a_stream_yields_rejected_records_in_order_and_continues() {
    let body = json!({
        "list": [chat(1), { "withUser": 2 }, chat(3), "private words", chat(5)],
        "hasMore": false,
    });
    let body = body.to_string();
    let server =
        Server::start(move |_| vec![Step::Send(response("200 OK", &[], body.as_bytes()))]).await;
    let events = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = std::sync::Arc::clone(&events);
    let creator = creator(builder(&server.url).on_event(move |event| {
        if let EventKind::Rejected { index, path, .. } = event.kind {
            seen.lock().unwrap().push((index, path.to_owned()));
        }
    }));
    let mut stream = creator.chats().stream();
    let mut told = Vec::new();
    while let Some(item) = stream.next().await {
        told.push(match item {
            Ok(chat) => chat.with_user.id.to_string(),
            Err(error) => {
                assert_eq!(error.kind(), ErrorKind::Rejected);
                assert!(!format!("{error} {error:?}").contains("private"));
                error.to_string()
            }
        });
    }
    let rejected = |place: &str| {
        format!("a chat cannot be read: {place} should be an object (page at offset 0)")
    };
    assert_eq!((told.len(), &*told[0], &*told[2], &*told[4]), (5, "1", "3", "5"));
    assert_eq!(told[1], rejected("list[1].withUser"));
    assert_eq!(told[3], rejected("list[3]"));
    let events = events.lock().unwrap();
    assert_eq!(*events, [(1, "list[1].withUser".to_owned()), (3, "list[3]".to_owned())]);
}

#[tokio::test]
async fn a_page_whose_envelope_cannot_be_read_is_an_error_with_its_place() {
    for (body, place) in [
        (json!({ "list": [chat(1)], "hasMore": "private" }), "`hasMore` should be a boolean"),
        (json!({ "list": "private", "hasMore": true }), "`list` should be an array"),
        (json!({ "list": [{ "withUser": 1 }] }), "has no `hasMore`"),
        (json!("private"), "the body should be an object"),
    ] {
        let body = body.to_string();
        let server =
            Server::start(move |_| vec![Step::Send(response("200 OK", &[], body.as_bytes()))])
                .await;
        let error = creator(builder(&server.url)).chats().send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains(place), "{error}");
        assert!(!format!("{error} {error:?}").contains("private"));
        assert_eq!(server.requests(), 1);
    }
}

/// The reasons name no Rust type, and the chat by its user's id.
#[tokio::test]
async fn reasons_are_in_the_terms_of_the_api() {
    let with =
        |id, message| json!({ "withUser": { "id": id, "_view": "s" }, "lastMessage": message });
    let message = |from| json!({ "id": 1, "text": "private", "fromUser": from });
    let odd = [
        (with(2, json!([])), "lastMessage should be an object"),
        (with(3, message(json!(null))), "lastMessage.fromUser "),
        (with(4, message(json!({ "id": "x", "_view": "s" }))), "lastMessage.fromUser "),
        (with(5, json!({ "id": 1.5 })), "lastMessage.id should be an integer"),
        (with(6, json!({})), "lastMessage has no `"),
    ];
    for (chat, words) in odd {
        let id = chat["withUser"]["id"].clone();
        let body = json!({ "list": [chat], "hasMore": false }).to_string();
        let server =
            Server::start(move |_| vec![Step::Send(response("200 OK", &[], body.as_bytes()))])
                .await;
        let chats = creator(builder(&server.url)).chats();
        let page = chats.clone().send().await.unwrap();
        let [rejected] = page.rejected() else { panic!("{page:?}") };
        assert_eq!(rejected.id(), id.as_i64());
        let shown = rejected.to_string();
        assert!(shown.starts_with(&format!("list[0].{words}")), "{shown}");
        for word in ["struct", "enum", "variant", "i64", "u64", "element", "private"] {
            assert!(!shown.contains(word), "{shown}");
        }
        let error = chats.stream().next().await.unwrap().unwrap_err();
        assert!(error.to_string().starts_with(&format!("the chat with user {id} ")), "{error}");
    }
}

/// Wrong encoding costs at most the characters that it affects.
#[tokio::test]
async fn no_record_is_lost_to_its_encoding() {
    let page = |text: &[u8]| {
        let (before, after) = (
            br#"{"list":[{"withUser":{"id":1,"_view":"s"}},{"withUser":{"id":2,"_view":"s"},"#,
            br#"}],"hasMore":false}"#,
        );
        let message = [
            &br#""lastMessage":{"id":3,"fromUser":{"id":2,"_view":"s"},"media":[],"previews":[],"text":""#[..],
            text,
            b"\"}",
        ];
        [&before[..], &message.concat(), after].concat()
    };
    for (body, text, replaced) in [
        (page(b"caf\xe9"), "caf\u{fffd}", 1),
        (page(b"cut \\ud83d"), "cut \u{fffd}", 1),
        (page(b"a\nb"), "a\nb", 0),
        ([b"\xef\xbb\xbf", &*page(b"mark")].concat(), "mark", 0),
        (page("caf\u{e9} \u{1f600}".as_bytes()), "caf\u{e9} \u{1f600}", 0),
    ] {
        let sent = body.clone();
        let server = Server::start(move |_| vec![Step::Send(response("200 OK", &[], &sent))]).await;
        let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
        let events = std::sync::Arc::clone(&seen);
        let creator = creator(builder(&server.url).on_event(move |event| {
            if let EventKind::Replaced { characters, .. } = event.kind {
                events.lock().unwrap().push(characters);
            }
        }));
        let page = creator.chats().send().await.unwrap();
        assert_eq!((page.len(), page.rejected().len(), page.replaced()), (2, 0, replaced));
        assert_eq!(page.chats()[1].last_message.as_ref().unwrap().text, text);
        assert_eq!(page.body(), body, "as received");
        assert_eq!(seen.lock().unwrap().iter().sum::<usize>(), replaced);
    }
}

#[tokio::test]
async fn identical_rejected_records_are_all_reported() {
    let body = json!({ "list": [chat(1), null, null, chat(2), null], "hasMore": false });
    let body = body.to_string();
    let server =
        Server::start(move |_| vec![Step::Send(response("200 OK", &[], body.as_bytes()))]).await;
    let mut stream = creator(builder(&server.url)).chats().stream();
    let mut told = String::new();
    while let Some(item) = stream.next().await {
        told.push(if item.is_ok() { 'c' } else { 'x' });
    }
    assert_eq!(told, "cxxcx");
}

#[tokio::test]
async fn pages_without_a_readable_record_do_not_stop_a_walk() {
    let bad = |id: u32| json!({ "withUser": { "id": id, "_view": 1 } });
    let server = Server::start(move |page| {
        let list: Vec<_> = (0..20).map(|id| bad(page as u32 * 20 + id)).collect();
        let page = json!({ "list": list, "hasMore": page < 5 }).to_string();
        vec![Step::Send(response("200 OK", &[], page.as_bytes()))]
    })
    .await;
    let (mut pages, mut rejected) = (creator(builder(&server.url)).chats().pages(), 0);
    while let Some(page) = pages.next().await {
        rejected += page.unwrap().rejected().len();
    }
    assert_eq!(rejected, 120);
}

#[tokio::test]
async fn one_bad_record_in_each_page_does_not_stop_a_walk() {
    let sandbox = Sandbox::builder()
        .chats(100)
        .faults([FaultRule::new(Fault::UnreadableChat { index: 0 })])
        .start()
        .await
        .unwrap();
    let creator = creator(builder(sandbox.url()).retry(RetryPolicy::off()));
    let (mut pages, mut read, mut rejected) = (creator.chats().pages(), 0, 0);
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        read += page.len();
        rejected += page.rejected().len();
    }
    assert_eq!((read, rejected), (95, 5));
}

/// A record without a readable id stays at the front: each poll sees it, and one reports it.
#[tokio::test(start_paused = true)]
async fn a_watch_yields_a_record_that_stays_unreadable_once() {
    let server = Server::start(move |poll| {
        // Every third poll fails, and from the seventh on there are two of these records.
        let bad = vec![json!({ "withUser": null, "text": "private" }); 1 + poll / 6];
        let list: Vec<_> = bad.into_iter().chain([chat(1), chat(2)]).collect();
        let page = json!({ "list": list, "hasMore": false }).to_string();
        let status = if poll % 3 == 2 { "502 Bad Gateway" } else { "200 OK" };
        vec![Step::Send(response(status, &[], page.as_bytes()))]
    })
    .await;
    let creator = creator(builder(&server.url).retry(RetryPolicy::off()));
    let mut watch = creator.chats().watch(Checkpoint::default(), Duration::from_secs(10));
    let mut told = String::new();
    while server.requests() < 10 {
        told.push(match watch.next().await.unwrap() {
            Ok(WatchEvent::Chat(_)) => 'c',
            Ok(_) => '|',
            Err(error) if error.kind() == ErrorKind::Rejected => 'x',
            Err(_) => '!',
        });
    }
    assert_eq!(told, "xcc||!||!x||!|");
}
