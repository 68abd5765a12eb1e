//! Rate limits, the clock, and recorded requests.

use super::*;
use ofauth_sandbox::{Quota, Sandbox};
use std::time::Duration;

#[tokio::test(start_paused = true)]
async fn an_empty_bucket_is_answered_with_429_until_tokens_return() {
    let sandbox = Sandbox::builder().rate_limit(Quota::default()).start().await.unwrap();
    for left in (0..90).rev() {
        let answer = ask(&sandbox, "", "").await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.header("x-ratelimit-limit").unwrap(), "90");
        assert_eq!(answer.header("x-ratelimit-remaining").unwrap(), left.to_string());
    }
    let answer = ask(&sandbox, "", "").await;
    assert_eq!(
        (answer.status(), answer.json()["type"].as_str()),
        (429, Some("RATE_LIMIT_EXCEEDED"))
    );
    assert_eq!(answer.header("retry-after").unwrap(), "1");
    assert_eq!(answer.header("x-ratelimit-reset").unwrap(), "90");
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!(ask(&sandbox, "", "").await.status(), 200);

    let none = Sandbox::start().await.unwrap();
    for _ in 0..100 {
        let answer = ask(&none, "", "").await;
        assert_eq!((answer.status(), answer.header("x-ratelimit-limit")), (200, None));
    }
    let other = Quota { per_minute: 1, burst: 1 };
    let other = Sandbox::builder().rate_limit(other).start().await.unwrap();
    assert_eq!(ask(&other, "", "").await.status(), 200);
    assert_eq!(ask(&other, "", "").await.header("retry-after").unwrap(), "60");
}

/// A clock that a test sets.
#[derive(Debug)]
struct Manual(std::sync::Mutex<chrono::DateTime<chrono::Utc>>);

impl ofauth_sandbox::Clock for Manual {
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        *self.0.lock().unwrap()
    }
}

#[tokio::test]
async fn the_clock_can_be_replaced() {
    let start = chrono::DateTime::from_timestamp(2_000_000_000, 0).unwrap();
    let clock = std::sync::Arc::new(Manual(start.into()));
    let limit = Quota { per_minute: 1, burst: 1 };
    let sandbox = Sandbox::builder().rate_limit(limit).clock(clock.clone()).start().await.unwrap();
    let text = "now".to_owned();
    let message = ofauth_sandbox::Change::Message { fan: 7, text, from_creator: false };
    sandbox.change(ONE, message).unwrap();
    let page = ask(&sandbox, "limit=1", "").await.json();
    assert_eq!(page["list"][0]["lastMessage"]["createdAt"], "2033-05-18T03:33:20+00:00");
    assert_eq!(ask(&sandbox, "", "").await.status(), 429);
    *clock.0.lock().unwrap() += chrono::TimeDelta::minutes(1);
    assert_eq!(ask(&sandbox, "", "").await.status(), 200);
}

#[tokio::test]
async fn requests_are_recorded() {
    let sandbox = Sandbox::start().await.unwrap();
    ask(&sandbox, "limit=2&query=a%20b", "user-agent: test\r\n").await;
    ask(&sandbox, "limit=99", "").await;
    let requests = sandbox.requests();
    requests.assert_count(2).assert_statuses(&[200, 400]).assert_parameters("limit", &["2", "99"]);
    let first = &requests[0];
    assert_eq!(
        (first.method(), first.path(), first.http()),
        ("GET", "/v2/access/chats", "HTTP/1.1")
    );
    assert_eq!((first.parameter("query"), first.header("user-agent")), (Some("a b"), Some("test")));
    assert_eq!(first.connection(), Some(ONE));
    assert!(!format!("{requests:?}").contains("sk_sandbox_x"));
    sandbox.forget_requests();
    sandbox.requests().assert_count(0);
}
