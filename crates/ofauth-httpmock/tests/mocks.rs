//! How mocks match requests and respond to them.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use ofauth::{ChatFilter, ChatOrder, Client, Connection, ErrorKind, RetryPolicy};
use ofauth_httpmock::httpmock::MockServer;
use ofauth_httpmock::{Answer, MockServerExt, error, sample};

fn creator(server: &MockServer) -> Connection {
    let client = Client::builder()
        .api_key("sk_x")
        .base_url(server.base_url())
        .retry(RetryPolicy::off())
        .build()
        .unwrap();
    client.connection("conn_x").unwrap()
}

#[tokio::test]
async fn parameters_match_by_typed_value_or_absence() {
    let server = MockServer::start_async().await;
    let mock = server.list_chats(|when, then| {
        when.filter(ChatFilter::WhoTipped).order(ChatOrder::Old).offset(40).limit(None).query(None);
        then.ok(&sample::page(1));
    });
    let request = creator(&server).chats().filter(ChatFilter::WhoTipped).order(ChatOrder::Old);
    assert_eq!(request.clone().offset(40).send().await.unwrap().len(), 1);
    assert!(request.clone().offset(40).limit(5).send().await.is_err());
    assert!(request.offset(60).send().await.is_err());
    mock.assert_calls(1);
}

#[tokio::test]
async fn every_documented_error_is_read_by_the_client() {
    for documented in error::all() {
        let server = MockServer::start_async().await;
        server.list_chats(|_, then| {
            then.error(&documented).retry_after(3600);
        });
        let error = creator(&server).chats().send().await.unwrap_err();
        let session = documented.body.error.contains("Session");
        assert_eq!(error.kind() == ErrorKind::Session, session);
        assert_eq!(error.status().unwrap().as_u16(), documented.status);
        assert_eq!(error.error_type(), documented.body.type_.as_ref());
        assert_eq!(error.action_required(), documented.body.action_required.as_deref());
        assert_eq!(error.headers().unwrap()["retry-after"], "3600");
        assert!(error.to_string().starts_with(&documented.body.error), "{error}");
    }
}

#[tokio::test]
async fn generated_responses_set_their_status() {
    let body = error::rate_limit_exceeded().body;
    let server = MockServer::start_async().await;
    server.list_chats(|_, then| {
        then.service_unavailable(&body);
    });
    let error = creator(&server).chats().send().await.unwrap_err();
    assert_eq!(error.status().unwrap(), 503);
}

#[tokio::test]
async fn a_sequence_repeats_its_last_response() {
    let server = MockServer::start_async().await;
    let mock = server.list_chats(|_, then| {
        then.sequence([
            Answer::new(502, "text/html", "<h1>Bad gateway</h1>"),
            Answer::from(error::forbidden()).header("x-odd", 1),
            sample::page(2).into(),
        ]);
    });
    let request = creator(&server).chats();
    let mut seen = Vec::new();
    for _ in 0..4 {
        seen.push(match request.clone().send().await {
            Ok(page) => page.len(),
            Err(error) => error.status().unwrap().as_u16().into(),
        });
    }
    assert_eq!(seen, [502, 403, 2, 2]);
    mock.assert_calls(4);
}

#[tokio::test]
async fn a_walk_reads_all_pages() {
    let server = MockServer::start_async().await;
    server.list_chats(|_, then| {
        then.sequence(sample::pages(45).into_iter().map(Answer::from));
    });
    let mut chats = creator(&server).chats().stream();
    let mut fans = Vec::new();
    while let Some(chat) = chats.next().await {
        fans.push(chat.unwrap().with_user.id);
    }
    assert_eq!(fans, (1..=45).collect::<Vec<i64>>());
}
