//! The sandbox over plain HTTP, without the `ofauth` client.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::collections::HashSet;

use ofauth_sandbox::{Quota, Sandbox};
use serde_json::Value;

struct Answer {
    status: u16,
    headers: reqwest::header::HeaderMap,
    body: Value,
}

async fn send(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, body: response.json().await.unwrap() }
}

async fn get(sandbox: &Sandbox, connection: u32, query: &str) -> Answer {
    let url = format!("{}/v2/access/chats{query}", sandbox.url());
    let request = reqwest::Client::new().get(url).header("apiKey", "sk_sandbox_any");
    send(request.header("x-connection-id", sandbox.connection(connection))).await
}

fn assert_error(answer: &Answer, status: u16, kind: &str) {
    assert_eq!((answer.status, answer.body["type"].as_str()), (status, Some(kind)));
    assert!(answer.body["error"].as_str().is_some_and(|words| !words.is_empty()));
    assert!(answer.body["requestId"].as_str().is_some_and(|id| id.starts_with("req_")));
    assert_eq!(answer.headers["content-type"], "application/json");
}

#[tokio::test]
async fn inboxes_are_reproducible_from_the_seed() {
    let page = async |seed| {
        let sandbox = Sandbox::builder().seed(seed).start().await.unwrap();
        get(&sandbox, 1, "?limit=20").await.body
    };
    let first = page(1).await;
    assert_eq!(page(1).await, first);
    assert_ne!(page(2).await["list"], first["list"]);
}

#[tokio::test]
async fn inboxes_are_as_varied_as_real_ones() {
    let sandbox = Sandbox::builder().chats(1_000).rate_limit(None).start().await.unwrap();
    let mut chats = Vec::new();
    for offset in (0..1_000).step_by(20) {
        let page = get(&sandbox, 1, &format!("?limit=20&offset={offset}")).await.body;
        chats.extend(page["list"].as_array().unwrap().clone());
    }
    let messages: Vec<&Value> = chats.iter().map(|chat| &chat["lastMessage"]).collect();
    let some = |what: &str, count: usize| {
        assert!((1..1_000).contains(&count), "{what}: {count} of 1000");
    };
    let count = |field: &str| messages.iter().filter(|message| message[field] == true).count();
    for field in
        ["isTip", "lockedText", "isPinned", "isFromQueue", "isNew", "isLiked", "canPurchase"]
    {
        some(field, count(field));
    }
    some("unread", chats.iter().filter(|chat| chat["unreadMessagesCount"] != 0).count());
    some("reason", chats.iter().filter(|chat| chat["canNotSendReason"].is_string()).count());
    for field in ["queueId", "giphyId", "canPurchaseReason"] {
        some(field, messages.iter().filter(|message| !message[field].is_null()).count());
    }
    some(
        "named",
        messages.iter().filter(|message| message["fromUser"]["name"].is_string()).count(),
    );
    some(
        "viewed",
        messages.iter().filter(|message| message["fromUser"]["_view"].is_string()).count(),
    );

    let text: String = messages.iter().filter_map(|message| message["text"].as_str()).collect();
    for sample in
        ["<br />", "&amp;", "🎂", "Привет", "こんにちは", "مرحبا", "नमस्ते", "早安", "สวัสดี", "Χρόνια"]
    {
        assert!(text.contains(sample), "{sample}");
    }
    let sizes: HashSet<usize> =
        messages.iter().map(|message| message["media"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, HashSet::from([0, 1, 2, 3, 4]));
    let media: Vec<&Value> =
        messages.iter().flat_map(|message| message["media"].as_array().unwrap()).collect();
    let kinds: HashSet<&str> = media.iter().filter_map(|media| media["type"].as_str()).collect();
    assert_eq!(kinds, HashSet::from(["photo", "video", "gif", "audio"]));
    assert!(media.iter().any(|media| media["files"]["full"]["url"].is_string()));
    assert!(media.iter().any(|media| media["videoSources"]["720"].is_string()));
    assert!(media.iter().any(|media| media["releaseForms"][0]["user"]["id"].is_i64()));
}

#[tokio::test]
async fn invalid_parameters_are_answered_with_400() {
    let sandbox = Sandbox::start().await.unwrap();
    let long = format!("query={}", "x".repeat(101));
    for query in [
        "limit=0",
        "limit=21",
        "limit=",
        "limit=ten",
        "limit=1.5",
        "limit=+5",
        "limit=null",
        "offset=",
        "offset=-1",
        "offset=x",
        "offset=9223372036854775808",
        "order=newest",
        "order=",
        "filter=all",
        "filter=UNREAD",
        "userListId=0",
        "userListId=-1",
        "userListId=x",
        &long,
        "limit=5&limit=6",
        "offset=1&offset=null",
        "query=a&query=b",
    ] {
        let answer = get(&sandbox, 1, &format!("?{query}")).await;
        assert_error(&answer, 400, "BAD_REQUEST");
        let name = query.split('=').next().unwrap();
        let words = answer.body["error"].as_str().unwrap();
        assert!(words.starts_with(name), "{query}: {words}");
    }
}

#[tokio::test]
async fn parameters_at_their_bounds_are_accepted() {
    let sandbox = Sandbox::start().await.unwrap();
    let long = format!("query={}", "%D0%B6".repeat(100));
    for query in [
        "",
        "limit=1",
        "limit=20",
        "offset=0",
        "offset=9223372036854775807",
        "offset=null",
        "order=recent",
        "order=old",
        "filter=priority",
        "filter=who_tipped",
        "filter=unread",
        "userListId=1",
        "userListId=9223372036854775807",
        "query=",
        &long,
        "unknown=1&unknown=2",
    ] {
        let answer = get(&sandbox, 1, &format!("?{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
        assert!(answer.body["list"].is_array() && answer.body["hasMore"].is_boolean());
        assert_eq!(answer.body["nextOffset"].is_i64(), answer.body["hasMore"] == true, "{query}");
    }
}

#[tokio::test]
async fn credentials_are_checked() {
    let sandbox = Sandbox::builder().connections(12).start().await.unwrap();
    let url = format!("{}/v2/access/chats?limit=0", sandbox.url());
    let client = reqwest::Client::new();
    for key in [None, Some(""), Some("sk_live_x"), Some("SK_SANDBOX_x")] {
        let mut request = client.get(&url).header("x-connection-id", "conn_sandbox_1");
        if let Some(key) = key {
            request = request.header("apiKey", key);
        }
        assert_error(&send(request).await, 401, "UNAUTHORIZED");
    }
    for connection in [
        None,
        Some(""),
        Some("conn_sandbox_0"),
        Some("conn_sandbox_13"),
        Some("conn_sandbox_01"),
        Some("conn_sandbox_+1"),
        Some("conn_sandbox_"),
        Some("conn_abc123"),
    ] {
        let mut request = client.get(&url).header("apiKey", "sk_sandbox_x");
        if let Some(connection) = connection {
            request = request.header("x-connection-id", connection);
        }
        assert_error(&send(request).await, 401, "SESSION_NOT_PROVIDED");
    }
    let request = client.get(&url).header("APIKEY", "sk_sandbox_x");
    let answer = send(request.header("X-Connection-ID", "conn_sandbox_12")).await;
    assert_error(&answer, 400, "BAD_REQUEST");
}

#[tokio::test]
async fn other_paths_and_methods_are_rejected() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = reqwest::Client::new();
    for path in ["/", "/v2/access/chats/", "/v2/access/chat", "/v1/access/chats"] {
        let answer = send(client.get(format!("{}{path}", sandbox.url()))).await;
        assert_error(&answer, 404, "ROUTE_NOT_FOUND");
    }
    let url = format!("{}/v2/access/chats", sandbox.url());
    for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "QUERY"] {
        let answer = send(client.request(method.parse().unwrap(), &url)).await;
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.headers["allow"], "GET,HEAD");
        assert!(answer.body["requestId"].is_string());
    }
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let sandbox = Sandbox::builder().rate_limit(Quota::default()).start().await.unwrap();
    let url = format!("{}/v2/access/chats", sandbox.url());
    let request = |method: reqwest::Method| {
        let request = reqwest::Client::new().request(method, &url);
        request.header("apiKey", "sk_sandbox_x").header("x-connection-id", "conn_sandbox_1").send()
    };
    let get = request(reqwest::Method::GET).await.unwrap();
    let head = request(reqwest::Method::HEAD).await.unwrap();
    assert_eq!(head.status(), 200);
    for name in ["content-type", "content-length", "x-ratelimit-limit"] {
        assert_eq!(head.headers()[name], get.headers()[name]);
    }
    assert!(head.bytes().await.unwrap().is_empty());
}

#[tokio::test]
async fn http_2_is_served_without_tls() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
    for _ in 0..2 {
        let request = client.get(format!("{}/v2/access/chats", sandbox.url()));
        let request = request.header("apiKey", "sk_sandbox_x");
        let response = request.header("x-connection-id", "conn_sandbox_1").send().await.unwrap();
        assert_eq!(
            (response.status().as_u16(), response.version()),
            (200, reqwest::Version::HTTP_2)
        );
        let page: Value = response.json().await.unwrap();
        assert_eq!(page["list"].as_array().unwrap().len(), 10);
    }
    assert!(sandbox.requests().assert_count(2).iter().all(|request| request.http() == "HTTP/2"));
}

#[tokio::test]
async fn a_port_can_be_chosen_and_is_free_again_when_the_sandbox_is_dropped() {
    let sandbox = Sandbox::start().await.unwrap();
    let port = sandbox.address().port();
    let error = Sandbox::builder().port(port).start().await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
    drop(sandbox);
    // The server's task releases the port the next time it runs.
    let sandbox = loop {
        match Sandbox::builder().port(port).start().await {
            Ok(sandbox) => break sandbox,
            Err(_) => tokio::task::yield_now().await,
        }
    };
    assert_eq!(get(&sandbox, 1, "").await.status, 200);
}
