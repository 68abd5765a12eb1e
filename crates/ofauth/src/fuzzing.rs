//! What `fuzz/` calls: each function checks one law for any input.

#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, reason = "a fuzzer finds panics")]

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use ofauth_api::types::ChatPage;

pub use crate::chats::fuzzing::{position, walk};
use crate::rate_headers::{MAX_WAIT, retry_after};
use crate::raw_page::RawPage;
use crate::{Client, RateLimitState, call};

/// A body is decoded as a page, or refused with a reason. No record is lost, and what can be
/// decoded strictly is.
pub fn page(body: &[u8]) {
    let body = Bytes::copy_from_slice(body);
    let decoded = ChatPage::decode(&body);
    let strictly = str::from_utf8(&body).map(serde_json::from_str::<ChatPage>);
    match (strictly, decoded) {
        (Ok(Ok(page)), Ok(decoded)) => {
            assert_eq!(decoded.answer, page);
            assert_eq!((decoded.rejected.len(), decoded.replaced), (0, 0));
        }
        (Ok(Ok(_)), Err(error)) => panic!("{}", error.reason),
        (_, Ok(decoded)) => {
            let json: Option<serde_json::Value> = serde_json::from_slice(&body).ok();
            if let Some(list) = json.as_ref().and_then(|json| json["list"].as_array()) {
                assert_eq!(decoded.answer.list.len() + decoded.rejected.len(), list.len());
            }
        }
        (_, Err(error)) => assert!(!error.reason.is_empty()),
    }
}

/// An error response becomes an error that shows neither the key nor the connection id, on one
/// line.
pub fn error_body(input: &[u8]) {
    const KEY: &str = "sk_sandbox_fuzz";
    const CONNECTION: &str = "conn_fuzz";
    let Some((&[first, second], body)) = input.split_first_chunk() else { return };
    let status = 200 + (u16::from(first) << 8 | u16::from(second)) % 400;
    let status = StatusCode::from_u16(status).expect("a status from 200 to 599");
    let client = Client::builder().api_key(KEY).base_url("http://localhost").build();
    let creator = client.and_then(|client| client.connection(CONNECTION)).expect("valid settings");
    let body = Bytes::copy_from_slice(body);
    let Some(error) = call::error(&creator, status, &HeaderMap::new(), &body) else { return };
    for shown in [error.to_string(), format!("{error:?}")] {
        assert!(!shown.contains(KEY) && !shown.contains(CONNECTION), "{shown}");
        assert!(!shown.contains(char::is_control), "{shown}");
    }
    assert!(error.to_string().len() < 4_000, "{error}");
}

/// Headers mean a wait of at most a day, or nothing.
pub fn headers(input: &[u8]) {
    let names =
        ["retry-after", "date", "x-ratelimit-reset", "x-ratelimit-limit", "x-ratelimit-remaining"];
    let headers: HeaderMap = input
        .split(|byte| *byte == b'\n')
        .zip(names)
        .filter_map(|(value, name)| {
            Some((HeaderName::from_static(name), HeaderValue::from_bytes(value).ok()?))
        })
        .collect();
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_705_314_660);
    let wait = retry_after(&headers, now);
    let reset = RateLimitState::read(&headers, now).reset;
    assert!(wait.into_iter().chain(reset).all(|wait| wait <= MAX_WAIT));
}

/// Any HTML becomes text that is hardly longer.
pub fn html(input: &[u8]) {
    let html = String::from_utf8_lossy(input).into_owned();
    let message = serde_json::json!({
        "id": 1, "text": html, "fromUser": { "id": 1, "name": "" }, "media": [], "previews": [],
    });
    let message: crate::Message = serde_json::from_value(message).expect("a valid message");
    let text = message.plain_text();
    assert!(text.len() <= html.len() * 2 + 64, "{html:?}: {text:?}");
}

/// Seeds, and inputs that once broke a law.
#[cfg(test)]
#[test]
fn the_laws_hold_for_each_seed() {
    type Law = fn(&[u8]);
    let laws: [(&str, Law); 6] = [
        ("error_body", error_body),
        ("headers", headers),
        ("html", html),
        ("page", page),
        ("position", position),
        ("walk", walk),
    ];
    let seeds = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/seeds");
    for (name, law) in laws {
        let files = std::fs::read_dir(format!("{seeds}/{name}")).unwrap();
        for file in files {
            law(&std::fs::read(file.unwrap().path()).unwrap());
        }
    }
}
