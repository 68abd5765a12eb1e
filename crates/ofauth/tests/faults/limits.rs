//! Rate limits over real sockets: which requests pass, and which wait.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use ofauth::{
    CallOptions, ConnectionId, ErrorKind, EventKind, LimitError, LimitFuture, LimitRequest,
    Observed, RateLimit, RateLimiter, RetryPolicy,
};
use ofauth_sandbox::{FaultRule, Quota, Sandbox};
use tokio::time::Instant;

use crate::server::{PAGE, Server, Step, response};
use crate::{builder, creator, sandbox, status};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_walk_keeps_to_the_limit_and_never_exceeds_it() {
    let sandbox =
        Sandbox::builder().chats(2_000).rate_limit(Quota::default()).start().await.unwrap();
    let creator = creator(builder(sandbox.url()).rate_limit(RateLimit::default()));
    let start = Instant::now();
    let (mut pages, mut chats) = (creator.chats().pages(), 0);
    while let Some(page) = pages.next().await {
        chats += page.unwrap().len();
    }
    assert_eq!(chats, 2_000);
    let statuses = sandbox.requests().statuses();
    assert_eq!(statuses, [200; 100], "no request is throttled");
    // All but the last token of the burst are used at once, then one per second.
    assert_eq!(start.elapsed().as_secs(), 11);
}

#[tokio::test(start_paused = true)]
async fn of_200_connections_20_are_throttled_and_180_do_not_notice() {
    let throttled = |number: u32| number.is_multiple_of(10);
    let rules = (1..=200).filter(|number| throttled(*number)).map(|number| {
        FaultRule::new(status(429, Some("7"))).connection(format!("conn_sandbox_{number}")).times(3)
    });
    let sandbox = Sandbox::builder()
        .connections(200)
        .faults(rules)
        .rate_limit(Quota::default())
        .start()
        .await
        .unwrap();
    let client = builder(sandbox.url()).rate_limit(RateLimit::default()).build().unwrap();
    let start = Instant::now();
    let mut calls = Vec::new();
    for number in 1..=200 {
        let creator = client.connection(sandbox.connection(number)).unwrap();
        // Three calls each, so that calls of a throttled connection wait for each other.
        for _ in 0..3 {
            let call = creator.chats().send();
            calls.push((number, tokio::spawn(async move { (call.await, start.elapsed()) })));
        }
    }
    for (number, call) in calls {
        let (page, elapsed) = call.await.unwrap();
        let page = page.unwrap_or_else(|error| panic!("{number}: {error}"));
        assert_eq!(page.len(), 10);
        match throttled(number) {
            true => assert!(elapsed >= SECOND * 7, "{number}: {elapsed:?}"),
            false => assert!(elapsed < SECOND, "{number}: {elapsed:?}"),
        }
    }
    for number in (10..=200).step_by(10) {
        let requests = sandbox.requests().of(&sandbox.connection(number));
        let refused = requests.statuses().iter().filter(|status| **status == 429).count();
        assert_eq!((refused, requests.len()), (3, 6), "{requests:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_empty_bucket_waits_until_the_reset() {
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    for form in ["delta", "seconds", "milliseconds"] {
        let reset = match form {
            "delta" => "40".to_owned(),
            "seconds" => (now().as_secs() + 40).to_string(),
            _ => (now().as_millis() + 40_000).to_string(),
        };
        let server = Server::start(move |_| {
            let headers = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", &*reset)];
            vec![Step::Send(response("200 OK", &headers, PAGE.as_bytes()))]
        })
        .await;
        let creator = creator(builder(&server.url).rate_limit(RateLimit::default()));
        let start = Instant::now();
        let page = creator.chats().send().await.unwrap();
        assert_eq!(page.meta().rate_limit().remaining, Some(0));
        assert!(start.elapsed() < SECOND);
        creator.chats().send().await.unwrap();
        // A second of the wall clock may have passed meanwhile.
        assert!((38..=41).contains(&start.elapsed().as_secs()), "{form}: {:?}", start.elapsed());

        let hurried = CallOptions::new().deadline(SECOND * 5);
        let error = creator.chats().with(hurried).send().await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 0));
        assert!(error.retry_after().unwrap() > SECOND * 30, "{error}");
        assert_eq!(server.requests(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn retries_use_tokens_too() {
    let sandbox = sandbox([FaultRule::new(status(500, None))]).await;
    let limit = RateLimit::per_minute(60).burst(2);
    let policy = RetryPolicy::new().max_attempts(12).base_delay(Duration::from_nanos(1));
    let waits = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&waits);
    let creator =
        creator(builder(sandbox.url()).rate_limit(limit).retry(policy).on_event(move |event| {
            if let EventKind::Throttled { .. } = event.kind {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }));
    let start = Instant::now();
    let error = creator.chats().send().await.unwrap_err();
    assert_eq!(error.attempts(), 12);
    assert_eq!(start.elapsed().as_secs(), 10);
    assert_eq!(waits.load(Ordering::Relaxed), 10);
}

#[tokio::test(start_paused = true)]
async fn the_servers_error_is_kept_when_the_limit_ends_the_call() {
    let headers = [("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "80")];
    let body = br#"{"error":"Slow down","type":"RATE_LIMIT_EXCEEDED","requestId":"req_9"}"#;
    let server = Server::start(move |request| {
        // The first 429 asks for a short wait, the second for a long one.
        let headers = if request == 0 { &[][..] } else { &headers[..] };
        vec![Step::Send(response("429 Too Many Requests", headers, body))]
    })
    .await;
    let builder = builder(&server.url).rate_limit(RateLimit::default()).deadline(SECOND * 60);
    let error = creator(builder).chats().send().await.unwrap_err();
    assert_eq!((error.attempts(), server.requests()), (2, 2));
    assert_eq!(error.request_id(), Some("req_9"));
    // Part of the wait has passed.
    assert!((SECOND * 79..=SECOND * 80).contains(&error.retry_after().unwrap()));
    assert!(error.to_string().starts_with("Slow down: wait and try again ("), "{error}");
}

/// A limiter that lets no request pass; it fails if the field is true.
struct Closed(bool);

impl RateLimiter for Closed {
    fn acquire<'a>(&'a self, _: LimitRequest<'a>) -> LimitFuture<'a> {
        let error = match self.0 {
            true => LimitError::Failed("the store is gone".into()),
            false => LimitError::TooLong(Some(SECOND * 9)),
        };
        Box::pin(async { Err(error) })
    }
}

/// A limiter that never completes.
struct Hanging;

impl RateLimiter for Hanging {
    fn acquire<'a>(&'a self, _: LimitRequest<'a>) -> LimitFuture<'a> {
        Box::pin(std::future::pending())
    }
}

#[tokio::test(start_paused = true)]
async fn a_limiter_that_hangs_ends_at_the_deadline() {
    let hanging = builder("http://127.0.0.1:9").rate_limiter(Arc::new(Hanging));
    let error = creator(hanging.deadline(SECOND * 5)).chats().send().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 0));
}

/// In real time, where calling the limiter takes a moment even without a wait.
#[tokio::test]
async fn requests_that_do_not_wait_are_not_reported_as_throttled() {
    let sandbox = Sandbox::start().await.unwrap();
    let waits = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&waits);
    let builder = builder(sandbox.url()).rate_limit(RateLimit::default());
    let creator = creator(builder.on_event(move |event| {
        if let EventKind::Throttled { waited, .. } = event.kind {
            // A busy machine may pause a thread for a moment.
            count.fetch_add(usize::from(waited < Duration::from_millis(1)), Ordering::Relaxed);
        }
    }));
    for _ in 0..20 {
        creator.chats().send().await.unwrap();
    }
    assert_eq!(waits.load(Ordering::Relaxed), 0);
}

/// A stream that isn't polled doesn't block other requests of its connection.
#[tokio::test(start_paused = true)]
async fn an_unpolled_stream_blocks_no_other_request() {
    let sandbox = Sandbox::builder().chats(100).rate_limit(Quota::default()).start().await.unwrap();
    let limit = RateLimit::per_minute(60).burst(1);
    let creator = creator(builder(sandbox.url()).rate_limit(limit));
    let mut stream = creator.chats().stream();
    for _ in 0..20 {
        stream.next().await.unwrap().unwrap();
    }
    // Start waiting for the next token, then stop polling.
    let next = tokio::time::timeout(Duration::from_millis(10), stream.next());
    assert!(next.await.is_err());
    let start = Instant::now();
    creator.chats().send().await.unwrap();
    assert!(start.elapsed() < SECOND * 3, "{:?}", start.elapsed());
    assert!(stream.next().await.unwrap().is_ok());
}

/// A limiter that lets every request pass and records the responses.
#[derive(Default)]
struct Open(std::sync::Mutex<Vec<(u64, u16, Option<u64>)>>);

impl RateLimiter for Open {
    fn acquire<'a>(&'a self, _: LimitRequest<'a>) -> LimitFuture<'a> {
        Box::pin(async { Ok(()) })
    }

    fn observe<'a>(
        &'a self,
        connection: &'a ConnectionId,
        observed: &'a Observed,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        Box::pin(async {
            tokio::time::sleep(Duration::from_millis(100)).await; // a shared store
            let seen = (connection.digest(), observed.status.as_u16(), observed.state.remaining);
            self.0.lock().unwrap().push(seen);
            // Learning from a response must not delay it for long.
            std::future::pending().await
        })
    }
}

#[tokio::test(start_paused = true)]
async fn an_application_can_bring_its_own_limiter() {
    let sandbox = Sandbox::builder().faults([FaultRule::new(status(503, None)).times(1)]);
    let sandbox = sandbox.rate_limit(Quota::default()).start().await.unwrap();
    let open = Arc::new(Open::default());
    let opened = creator(builder(sandbox.url()).rate_limiter(open.clone()));
    opened.chats().send().await.unwrap();
    let seen = open.0.lock().unwrap().clone();
    let id = opened.id().digest();
    assert_eq!(seen, [(id, 503, None), (id, 200, Some(89))]);

    sandbox.forget_requests();
    let failing = creator(builder(sandbox.url()).rate_limiter(Arc::new(Closed(true))));
    let error = failing.chats().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Limiter);
    assert_eq!(std::error::Error::source(&error).unwrap().to_string(), "the store is gone");
    let closed = creator(builder(sandbox.url()).rate_limiter(Arc::new(Closed(false))));
    let error = closed.chats().send().await.unwrap_err();
    assert_eq!((error.kind(), error.retry_after()), (ErrorKind::RateLimited, Some(SECOND * 9)));
    sandbox.requests().assert_count(0);
}

/// A limiter that learns nothing from a 429 doesn't hold anyone back, so retries must be paid for.
#[tokio::test(start_paused = true)]
async fn throttled_calls_spend_the_retry_budget_unless_the_limiter_holds_them_back() {
    for retry_after in [&[][..], &[("retry-after", "1")]] {
        let throttled = response("429 Too Many Requests", retry_after, b"{}");
        let server = Server::start(move |_| vec![Step::Send(throttled.clone())]).await;
        let limiter = Arc::new(Open::default());
        let creator = creator(builder(&server.url).rate_limiter(limiter).retry_budget(10));
        let calls = (0..100).map(|_| creator.chats().send());
        let results = futures_util::future::join_all(calls).await;
        assert!(results.iter().all(|result| result.as_ref().is_err_and(|e| e.is_rate_limited())));
        assert_eq!(server.requests(), 110);
    }
}

/// More pages at once than the limit allows within the deadline of a request.
#[tokio::test(start_paused = true)]
async fn a_walk_completes_however_many_pages_it_reads_at_once() {
    let sandbox =
        Sandbox::builder().chats(2_500).rate_limit(Quota::default()).start().await.unwrap();
    let builder = builder(sandbox.url()).rate_limit(RateLimit::per_minute(60).burst(5));
    let creator = creator(builder.deadline(SECOND * 20));
    let mut stream = creator.chats().stream().parallel(100);
    let mut chats = 0;
    while let Some(chat) = stream.next().await {
        chat.unwrap();
        chats += 1;
    }
    assert_eq!(chats, 2_500);
    let requests = sandbox.requests();
    assert!(requests.len() < 400, "{}", requests.len());
    assert!(requests.statuses().iter().all(|status| *status == 200));
}
