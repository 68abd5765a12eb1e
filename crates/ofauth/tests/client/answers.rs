//! Responses of servers, and the pages and errors that the client makes of them.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread;

use httpmock::prelude::*;
use ofauth::{
    Chat, Client, Connection, Deadline, Error, ErrorKind, ErrorType, Result, RetryPolicy,
};
use serde_json::{Value, json};

const DOCUMENTATION: &str = include_str!("../../../../openapi/examples/documentation.json");

fn creator(url: String) -> Connection {
    let client = Client::builder()
        .api_key("sk_live_secret")
        .base_url(url)
        .retry(RetryPolicy::off())
        .build()
        .unwrap();
    client.connection("conn_secret").unwrap()
}

async fn answer(status: u16, content_type: &str, body: impl AsRef<[u8]>) -> Result<ofauth::Page> {
    let server = MockServer::start_async().await;
    server
        .mock_async(|when, then| {
            when.path("/v2/access/chats");
            then.status(status)
                .header("content-type", content_type)
                .header("x-ratelimit-remaining", "3")
                .body(body);
        })
        .await;
    creator(server.base_url()).chats().send().await
}

async fn error(status: u16, body: impl AsRef<[u8]>) -> Error {
    answer(status, "application/json", body).await.unwrap_err()
}

#[tokio::test]
async fn the_documentation_pages_own_example_decodes() {
    let page = answer(200, "application/json", DOCUMENTATION).await.unwrap();
    assert_eq!(page.len(), 1);
    assert_eq!(page.chats()[0].unread(), 123);
    assert_eq!(page.next_offset(), Some(123));
}

#[tokio::test]
async fn a_page_serialises_as_the_api_sends_it_and_says_what_was_rejected() {
    let page = answer(200, "application/json", DOCUMENTATION).await.unwrap();
    let written = serde_json::to_value(&page).unwrap();
    let read: ofauth::types::ChatPage = serde_json::from_value(written.clone()).unwrap();
    assert_eq!(read.list, page.chats());
    assert_eq!((&written["hasMore"], &written["nextOffset"]), (&json!(true), &json!(123)));
    assert_eq!(written.get("rejected"), None);

    let odd = json!({ "list": [7, { "withUser": { "id": 1, "_view": "s" } }], "hasMore": false });
    let page = answer(200, "application/json", odd.to_string()).await.unwrap();
    let written = serde_json::to_value(&page).unwrap();
    assert_eq!(written["list"].as_array().unwrap().len(), 1);
    let rejected = json!({ "index": 0, "path": "list[0]", "reason": "should be an object" });
    assert_eq!((written["rejected"][0].clone(), written.get("nextOffset")), (rejected, None));
}

#[tokio::test]
async fn odd_pages_decode() {
    let mut value: Value = serde_json::from_str(DOCUMENTATION).unwrap();
    value["nextOffset"] = json!("20");
    value["surprise"] = json!([1, { "a": null }]);
    let chat = &mut value["list"][0];
    chat["withUser"]["id"] = json!(9_007_199_254_740_993_i64);
    chat["lastMessage"]["media"][0]["type"] = json!("hologram");
    for field in ["canNotSendReason", "canSendMessage", "unreadMessagesCount", "lastReadMessageId"]
    {
        chat[field] = Value::Null;
    }
    let page = answer(200, "application/json", value.to_string()).await.unwrap();
    let chat = &page.chats()[0];
    assert_eq!(page.next_offset(), Some(20));
    assert_eq!(chat.with_user.id, 9_007_199_254_740_993);
    assert_eq!(chat.unread(), 0);
    assert!(chat.can_send_message.is_none());
}

#[tokio::test]
async fn every_error_shape_keeps_its_message() {
    for (body, words, kind, id) in [
        (
            r#"{"error":"Session has expired","type":"SESSION_EXPIRED","requestId":"req_1","actionRequired":"refresh_session"}"#,
            "Session has expired: ask the creator to link the account again (SESSION_EXPIRED, 401, request req_1)",
            Some("SESSION_EXPIRED"),
            Some("req_1"),
        ),
        (
            r#"{"error":"Key has expired","code":"AUTH_KEY_EXPIRED","details":{}}"#,
            "Key has expired: check the API key and the connection (AUTH_KEY_EXPIRED, 401)",
            Some("AUTH_KEY_EXPIRED"),
            None,
        ),
        (
            r#"{"message":"Nope","code":"E_NOPE","details":null}"#,
            "Nope: check the API key and the connection (E_NOPE, 401)",
            Some("E_NOPE"),
            None,
        ),
    ] {
        let error = error(401, body).await;
        let session = kind == Some("SESSION_EXPIRED");
        assert_eq!(error.is_session(), session);
        assert!(error.is_auth() && !error.is_retryable());
        assert_eq!(error.to_string(), words);
        assert_eq!(error.status().unwrap(), 401);
        assert_eq!(error.error_type().map(ErrorType::as_str), kind);
        assert_eq!(error.request_id(), id);
        assert_eq!(error.headers().unwrap()["x-ratelimit-remaining"], "3");
        assert_eq!(error.body().unwrap(), body.as_bytes());
    }
    let body = r#"{"error":"x","requestId":"req_1","actionRequired":"refresh_session"}"#;
    assert_eq!(error(401, body).await.action_required(), Some("refresh_session"));
}

#[tokio::test]
async fn every_documented_error_says_what_to_do() {
    use ErrorKind::*;

    for (status, word, kind, advice) in [
        (400, "BAD_REQUEST", Api, "fix the request"),
        (401, "UNAUTHORIZED", Unauthorized, "check the API key"),
        (401, "SESSION_NOT_PROVIDED", Session, "link the account again"),
        (401, "SESSION_EXPIRED", Session, "link the account again"),
        (401, "RULES_OUTDATED", RulesOutdated, "try again"),
        (403, "FORBIDDEN", Forbidden, "messages:read"),
        (404, "RESOURCE_NOT_FOUND", NotFound, "check the id"),
        (404, "ROUTE_NOT_FOUND", NotFound, "check the base URL"),
        (429, "RATE_LIMIT_EXCEEDED", RateLimited, "wait"),
    ] {
        let body = json!({ "error": "Words", "type": word, "requestId": "req_1" }).to_string();
        let error = error(status, body).await;
        assert_eq!(error.kind(), kind);
        assert!(!matches!(error.error_type(), Some(ErrorType::Other(_))), "{word}");
        assert!(error.to_string().contains(advice), "{error}");
    }
}

#[tokio::test]
async fn gateway_responses_are_errors_with_their_status() {
    for body in [
        "",
        "<html><body>Bad Gateway, private words</body></html>",
        "{\"error\":",
        "null",
        "[]",
        "\u{0}",
    ] {
        let error = answer(502, "text/html", body).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Server);
        assert_eq!(error.status().unwrap(), 502);
        assert_eq!(error.error_type(), None);
        assert_eq!(error.body().unwrap(), body.as_bytes());
        assert!(error.to_string().contains("try again later (502)"), "{error}");
        assert!(!format!("{error} {error:?}").contains("private words"));
    }
}

#[tokio::test]
async fn server_messages_become_one_bounded_line_without_secrets() {
    let words =
        format!("bad key sk_live_secret\n\u{1b}[31m\u{202e} of conn_secret {}", "x".repeat(10_000));
    let error = error(401, json!({ "error": words, "type": "sk_live_secret" }).to_string()).await;
    let shown = format!("{error} {error:?} {:?}", error.error_type());
    assert!(!shown.contains("sk_live_secret") && !shown.contains("conn_secret"), "{shown}");
    let line = error.to_string();
    assert!(line.starts_with("bad key [redacted] [31m of [redacted] xxx"), "{line}");
    assert!(line.chars().count() < 500 && !line.contains(char::is_control), "{line}");
}

#[tokio::test]
async fn a_huge_error_body_is_not_read_to_its_end() {
    let error = error(500, "x".repeat(1_000_000)).await;
    assert_eq!(error.body().unwrap().len(), 64 * 1024);
}

#[tokio::test]
async fn malformed_pages_are_reported_by_position_without_their_content() {
    for (body, words) in [
        (r#"{"list":"private","hasMore":true}"#.to_owned(), "`list` should be an array"),
        (
            r#"{"list":[{"private \u001b[2J sk_live_secret":!"#.to_owned(),
            "the body is not valid JSON at line 1",
        ),
        (r#"{"list":[],"hasMore":true"#.to_owned(), "the body ends too early"),
        ("<p>private</p>".to_owned(), "the body is not valid JSON at line 1 column 1"),
        (String::new(), "the body ends too early"),
        (r#"{"list":[],"hasMore":true} private"#.to_owned(), "the body is not valid JSON"),
        (
            r#"{"list":[],"hasMore":true,"nextOffset":"private"}"#.to_owned(),
            "`nextOffset` should be a whole number, as a number or a string",
        ),
    ] {
        let error = error(200, &body).await;
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.to_string().contains(words), "{error}");
        assert!(!format!("{error} {error:?}").contains("private"), "{error:?}");
        assert_eq!(error.body().unwrap(), body.as_bytes(), "the whole body is available");
    }
}

#[tokio::test]
async fn an_html_page_is_not_blamed_on_the_vendor() {
    let html = "<!DOCTYPE html><title>Sign in</title>";
    for (status, content_type, body, kind) in [
        (200, "text/html; charset=utf-8", html, ErrorKind::Decode),
        (200, "application/json", html, ErrorKind::Decode),
        (200, "text/html", "", ErrorKind::Decode),
        (403, "text/html", html, ErrorKind::Forbidden),
        (502, "text/html", html, ErrorKind::Server),
    ] {
        let error = answer(status, content_type, body).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        let line = error.to_string();
        assert!(line.contains("returned an HTML page instead of JSON"), "{line}");
        assert!(!line.contains("vendor") && !line.contains("Sign in"), "{line}");
        assert_eq!(line.contains("proxy"), status < 500, "{line}");
    }
}

#[tokio::test]
async fn an_error_with_status_200_is_an_error_in_the_vendors_words() {
    for (body, kind) in [
        (json!({ "error": "Gone fishing", "requestId": "req_7" }), ErrorKind::Api),
        (
            json!({ "error": "Gone fishing", "type": "SESSION_EXPIRED", "requestId": "req_7" }),
            ErrorKind::Session,
        ),
        (
            json!({ "message": "Gone fishing", "code": "RATE_LIMIT_EXCEEDED", "requestId": "req_7" }),
            ErrorKind::RateLimited,
        ),
        (
            json!({ "error": { "message": "Gone fishing", "type": "FORBIDDEN" }, "requestId": "req_7" }),
            ErrorKind::Forbidden,
        ),
    ] {
        let error = error(200, body.to_string()).await;
        assert_eq!((error.kind(), error.request_id()), (kind, Some("req_7")), "{body}");
        assert!(error.to_string().starts_with("Gone fishing: "), "{error}");
        assert!(!error.to_string().contains("vendor"), "{error}");
    }
}

#[tokio::test]
async fn not_modified_is_no_redirect() {
    let error = error(304, "").await;
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Api, 304));
    assert!(error.to_string().contains("304 Not Modified"), "{error}");
}

#[tokio::test]
async fn a_success_without_a_page_is_an_error() {
    let error = error(204, "").await;
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Decode, 204));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (here, there) = (MockServer::start_async().await, MockServer::start_async().await);
    let elsewhere = there
        .mock_async(|_, then| {
            then.status(200).body(r#"{"list":[],"hasMore":false}"#);
        })
        .await;
    for status in [301, 302, 303, 307, 308] {
        let redirect = here
            .mock_async(|when, then| {
                when.path("/v2/access/chats");
                then.status(status).header("location", there.url("/v2/access/chats"));
            })
            .await;
        let error = creator(here.base_url()).chats().send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Redirect);
        let line = error.to_string();
        assert!(
            line.contains("redirects to 127.0.0.1") && line.contains(&status.to_string()),
            "{line}"
        );
        redirect.delete_async().await;
    }
    elsewhere.assert_calls_async(0).await;
}

#[tokio::test]
async fn a_silent_server_is_a_timeout() {
    // The listener accepts connections but never answers.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let client = Client::builder().api_key("sk_live_secret").base_url(url);
    let client = client
        .attempt_timeout(std::time::Duration::from_millis(50))
        .retry(RetryPolicy::off())
        .build()
        .unwrap();
    let creator = client.connection("conn_secret").unwrap();
    let error = creator.chats().query("private").send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(error.deadline(), Some(Deadline::Attempt));
    assert!(!format!("{error} {error:?}").contains("private"), "{error:?}");
}

#[tokio::test]
async fn a_broken_connection_is_reported_with_the_host_but_not_the_url() {
    for answer in
        [&b""[..], b"garbage\r\n\r\n", b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"list\""]
    {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let (mut socket, _) = listener.accept().unwrap();
            let request = BufReader::new(&socket).lines().map(Result::unwrap);
            request.take_while(|line| !line.is_empty()).for_each(drop);
            socket.write_all(answer).unwrap();
        });
        let creator = creator(format!("http://{address}"));
        let error = creator.chats().query("private").send().await.unwrap_err();
        server.join().unwrap();
        assert_eq!(error.kind(), ErrorKind::Transport, "{error}");
        assert!(error.to_string().contains(&address.to_string()), "{error}");
        assert!(!format!("{error} {error:?}").contains("private"), "{error:?}");
    }
}

/// Serves pages with these paging fields in order, and repeats the last. Reads all pages, and
/// returns the chats, the error and the number of requests.
async fn all_pages(pages: &[(usize, Value)]) -> (Vec<Chat>, Option<Error>, usize) {
    let server = MockServer::start_async().await;
    let chat = serde_json::from_str::<Value>(DOCUMENTATION).unwrap()["list"][0].take();
    let bodies: Vec<Vec<u8>> = pages
        .iter()
        .map(|(count, paging)| {
            let mut page = paging.clone();
            page["list"] = vec![chat.clone(); *count].into();
            page.to_string().into_bytes()
        })
        .collect();
    let calls = std::sync::atomic::AtomicUsize::new(0);
    let mock = server
        .mock_async(|when, then| {
            when.path("/v2/access/chats");
            then.respond_with(move |_: &HttpMockRequest| {
                let call = calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                let body = bodies[call.min(bodies.len() - 1)].clone();
                HttpMockResponse::builder().status(200).body(body).build()
            });
        })
        .await;
    let mut pages = creator(server.base_url()).chats().pages();
    let (mut chats, mut error) = (Vec::new(), None);
    while let Some(item) = pages.next().await {
        match item {
            Ok(page) => chats.extend(page),
            Err(found) => error = Some(found),
        }
    }
    (chats, error, mock.calls_async().await)
}

#[tokio::test]
async fn every_form_of_next_offset_is_followed() {
    for form in [json!(2), json!(2.0), json!("2"), json!(null)] {
        let more = json!({ "hasMore": true, "nextOffset": form });
        let (chats, error, calls) = all_pages(&[(2, more), (1, json!({ "hasMore": false }))]).await;
        assert_eq!((chats.len(), calls), (3, 2), "{form}");
        assert!(error.is_none(), "{form}");
    }
}

#[tokio::test]
async fn paging_always_ends() {
    for (pages, chats, calls) in [
        // The offset stands still, goes back, or is negative.
        (vec![(2, json!({ "hasMore": true, "nextOffset": 0 }))], 2, 1),
        (vec![(2, json!({ "hasMore": true, "nextOffset": -2 }))], 2, 1),
        (vec![(2, json!({ "hasMore": true, "nextOffset": 2 }))], 4, 2),
        // The server ignores the offset.
        (
            [2, 4, 6, 8, 10].map(|next| (2, json!({ "hasMore": true, "nextOffset": next }))).into(),
            8,
            4,
        ),
        // Empty pages with more to come, without an offset and with one.
        (vec![(2, json!({ "hasMore": true })), (0, json!({ "hasMore": true }))], 2, 2),
        ([1, 2, 3, 4].map(|next| (0, json!({ "hasMore": true, "nextOffset": next }))).into(), 0, 3),
    ] {
        let (found, error, called) = all_pages(&pages).await;
        let error = error.unwrap();
        assert_eq!(error.kind(), ErrorKind::Paging, "{error}");
        assert_eq!((found.len(), called), (chats, calls), "{pages:?}");
    }
}
