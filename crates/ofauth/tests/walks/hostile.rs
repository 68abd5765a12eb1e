//! Servers whose paging would keep a loop going forever.

use ofauth::{ErrorKind, RetryPolicy};
use ofauth_sandbox::{Fault, FaultRule, OddOffset};

use crate::{client, fan, fans, sandbox};

/// Returns how many chats a walk yields, the error it ends with, and how many requests it takes.
async fn walk(fault: Fault, times: u64) -> (usize, Option<ErrorKind>, usize) {
    let sandbox = sandbox(100).await;
    sandbox.inject([FaultRule::new(fault).times(times)]);
    let client = client(sandbox.url()).retry(RetryPolicy::off()).build().unwrap();
    let creator = client.connection(sandbox.connection(1)).unwrap();
    let mut stream = creator.chats().stream();
    let (mut read, mut end) = (Vec::new(), None);
    while let Some(item) = stream.next().await {
        match item {
            Ok(chat) => read.push(fan(&chat)),
            Err(error) => {
                assert!(!error.to_string().is_empty());
                end = Some(error.kind());
            }
        }
    }
    assert!(stream.next().await.is_none(), "an ended stream stays ended");
    let distinct: std::collections::HashSet<_> = read.iter().collect();
    assert_eq!(distinct.len(), read.len(), "a chat came twice");
    assert!(read.iter().all(|fan| fans(&sandbox).contains(fan)));
    (read.len(), end, sandbox.requests().len())
}

#[tokio::test]
async fn a_walk_ends_even_if_a_fault_is_permanent() {
    for (fault, found, kind) in [
        (Fault::EmptyPage, 0, ErrorKind::Paging),
        (Fault::SamePage, 20, ErrorKind::Paging),
        (Fault::NextOffset(OddOffset::Stuck), 20, ErrorKind::Paging),
        (Fault::NextOffset(OddOffset::Negative), 20, ErrorKind::Paging),
        (Fault::status(500), 0, ErrorKind::Server),
    ] {
        let (read, end, requests) = walk(fault.clone(), u64::MAX).await;
        assert_eq!((read, end), (found, Some(kind)), "{fault:?}");
        assert!(requests <= 25, "{fault:?}: {requests} requests");
    }
}

#[tokio::test]
async fn a_walk_survives_odd_offsets_and_transient_faults() {
    for odd in [OddOffset::Text, OddOffset::Float, OddOffset::Absent, OddOffset::Null] {
        let (read, end, requests) = walk(Fault::NextOffset(odd), u64::MAX).await;
        assert_eq!((read, end), (100, None), "{odd:?}");
        assert!(requests <= 8, "{odd:?}: {requests} requests");
    }
    for fault in [Fault::EmptyPage, Fault::SamePage] {
        for times in 1..4 {
            let (read, end, requests) = walk(fault.clone(), times).await;
            assert_eq!((read, end), (100, None), "{fault:?} {times} times");
            assert!(requests <= 20, "{fault:?}: {requests} requests");
        }
    }
}

/// Simple mock servers return few chats per page, whatever limit is requested.
#[tokio::test]
async fn a_server_with_small_pages_is_read_to_its_end() {
    use httpmock::prelude::*;

    for (size, most) in [(1, 32), (2, 64), (3, 48), (7, 12)] {
        let server = MockServer::start_async().await;
        let mock = server
            .mock_async(|when, then| {
                when.path("/v2/access/chats");
                then.respond_with(move |request: &HttpMockRequest| {
                    let query = request.query_params();
                    let offset = query.iter().find(|(name, _)| name == "offset");
                    let offset: usize = offset.map_or(0, |(_, value)| value.parse().unwrap());
                    let list: Vec<_> = (offset..30.min(offset + size))
                        .map(|id| serde_json::json!({ "withUser": { "id": id + 1, "_view": "s" } }))
                        .collect();
                    let more = offset + size < 30;
                    let page = serde_json::json!({ "list": list, "hasMore": more });
                    HttpMockResponse::builder().status(200).body(page.to_string()).build()
                });
            })
            .await;
        let client = client(server.base_url()).build().unwrap();
        let mut stream = client.connection("conn_x").unwrap().chats().stream();
        let mut read = Vec::new();
        while let Some(chat) = stream.next().await {
            read.push(fan(&chat.unwrap()));
        }
        assert_eq!(read, (1..=30).collect::<Vec<_>>(), "{size} a page");
        let calls = mock.calls_async().await;
        assert!(calls <= most, "{size} a page: {calls} requests");
    }
}
