//! Retries, pauses and deadlines.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use ofauth::{CallOptions, Deadline, ErrorKind, ErrorType, EventKind, RateLimit, RetryPolicy};
use ofauth_sandbox::{Change, Fault, FaultBody, FaultRule, Session};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, timeout};

use crate::server::{PAGE, Server, Step, response};
use crate::{builder, creator, fails, sandbox, status};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn what_may_pass_is_tried_again() {
    let mut faults: Vec<Fault> = [408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529, 530]
        .map(|number| status(number, None))
        .into();
    faults.extend([FaultBody::Html, FaultBody::Empty].map(|body| Fault::Status {
        status: 502,
        body,
        retry_after: None,
    }));
    faults.extend([
        Fault::Reset { after: 0 },
        Fault::Reset { after: 100 },
        Fault::Reset { after: 1_000 },
        Fault::Truncated { after: 500, chunked: false },
        Fault::Truncated { after: 500, chunked: true },
        Fault::ContentLength { delta: 10 },
        Fault::SlowHeaders { every_ms: 5_000 },
        Fault::SlowBody { every_ms: 5_000, piece: 100 },
        Fault::Latency { min_ms: 31_000, max_ms: 31_000 },
    ]);
    for fault in faults {
        let (sandbox, result) = fails(fault.clone(), 2, |client| client).await;
        let page = result.unwrap_or_else(|error| panic!("{fault:?}: {error}"));
        assert_eq!((page.len(), page.meta().attempts()), (10, 3), "{fault:?}");
        sandbox.requests().assert_count(3);
    }
}

#[tokio::test(start_paused = true)]
async fn what_would_fail_again_is_not_tried_again() {
    let mut faults: Vec<Fault> = [400, 401, 402, 403, 404, 405, 409, 410, 422, 451, 501, 505, 525]
        .map(|number| status(number, None))
        .into();
    faults.extend([
        Fault::BrokenJson,
        Fault::GzipBomb { megabytes: 40 },
        Fault::Compressed(ofauth_sandbox::Encoding::Br),
        Fault::Redirect { location: "https://example.com/".to_owned() },
    ]);
    for fault in faults {
        let (sandbox, result) = fails(fault.clone(), 9, |client| client).await;
        let error = result.unwrap_err();
        assert_eq!(error.attempts(), 1, "{fault:?}");
        assert!(!error.is_retryable() || error.kind() == ErrorKind::Server, "{fault:?}");
        sandbox.requests().assert_count(1);
    }
}

/// A server that closes a kept connection when it gets a second request on it.
#[tokio::test(start_paused = true)]
async fn a_kept_connection_that_was_closed_costs_nothing() {
    let server = Server::start(|request| match request % 3 {
        1 => vec![],
        _ => vec![Step::Send(response("200 OK", &[], PAGE.as_bytes())), Step::Keep],
    })
    .await;
    let client = builder(&server.url).retry(RetryPolicy::new().max_attempts(2)).retry_budget(0);
    let creator = creator(client);
    let start = Instant::now();
    for _ in 0..100 {
        assert_eq!(creator.chats().send().await.unwrap().len(), 1);
    }
    assert_eq!((server.requests(), start.elapsed()), (150, Duration::ZERO));
}

/// A 429 that doesn't say how long to wait is outlasted, until the vendor's limit has recovered.
#[tokio::test(start_paused = true)]
async fn a_429_without_a_time_to_wait_is_outlasted() {
    let start = Instant::now();
    let server = Server::start(move |_| {
        let status = if start.elapsed() < SECOND * 80 { "429 Slow Down" } else { "200 OK" };
        vec![Step::Send(response(status, &[], PAGE.as_bytes()))]
    })
    .await;
    let client =
        |policy| creator(builder(&server.url).rate_limit(RateLimit::default()).retry(policy));
    let short = RetryPolicy::new().max_retry_after(SECOND * 5);
    let error = client(short).chats().send().await.unwrap_err();
    assert!(error.is_rate_limited() && error.attempts() > 2, "{error}");
    let error = client(RetryPolicy::off()).chats().send().await.unwrap_err();
    assert!(error.is_rate_limited() && error.attempts() == 1, "{error}");
    assert!(start.elapsed() < SECOND * 30);
    let page = client(RetryPolicy::new()).chats().send().await.unwrap();
    assert!(page.meta().attempts() > 4);
}

/// The retries of one test don't use up the budget for the next.
#[tokio::test(start_paused = true)]
async fn a_client_for_tests_does_not_flood_a_mock_that_always_answers_429() {
    let sandbox = sandbox([FaultRule::new(Fault::status(429)).times(1_000)]).await;
    let creator = creator(builder(sandbox.url()).for_tests());
    let error = creator.chats().send().await.unwrap_err();
    assert!(error.is_rate_limited() && error.attempts() < 40, "{error}");
    sandbox.clear_faults();
    sandbox.inject([FaultRule::new(Fault::status(503)).times(3)]);
    assert_eq!(creator.chats().send().await.unwrap().meta().attempts(), 4);
}

#[tokio::test(start_paused = true)]
async fn rules_that_are_being_updated_heal() {
    let sandbox = Arc::new(sandbox([]).await);
    let id = sandbox.connection(1);
    sandbox.change(&id, Change::Session(Session::RulesOutdated)).unwrap();
    let healer = Arc::clone(&sandbox);
    let creator = creator(builder(sandbox.url()).on_event(move |event| {
        if let EventKind::Retry { attempts: 2, error, .. } = event.kind {
            assert_eq!(error, ErrorKind::RulesOutdated);
            healer.change(&id, Change::Session(Session::Active)).unwrap();
        }
    }));
    let page = creator.chats().send().await.unwrap();
    assert_eq!(page.meta().attempts(), 3);

    let id = sandbox.connection(1);
    sandbox.change(&id, Change::Session(Session::Expired)).unwrap();
    sandbox.forget_requests();
    let error = creator.chats().send().await.unwrap_err();
    assert_eq!(error.error_type(), Some(&ErrorType::SessionExpired));
    sandbox.requests().assert_count(1);
}

#[tokio::test(start_paused = true)]
async fn attempts_are_counted_and_retries_can_be_disabled() {
    for (policy, attempts) in
        [(RetryPolicy::new(), 4), (RetryPolicy::new().max_attempts(7), 7), (RetryPolicy::off(), 1)]
    {
        let set = policy.clone();
        let (sandbox, result) = fails(status(503, None), 99, move |client| client.retry(set)).await;
        let error = result.unwrap_err();
        assert_eq!((error.attempts(), error.kind()), (attempts, ErrorKind::Server));
        assert_eq!(error.status().unwrap(), 503);
        assert_eq!(error.to_string().contains(&format!("after {attempts} attempts")), attempts > 1);
        sandbox.requests().assert_count(attempts as usize);
    }
    // A request's options override the client's.
    let sandbox = sandbox([FaultRule::new(status(503, None))]).await;
    let creator = creator(builder(sandbox.url()));
    let twice = CallOptions::new().retry(RetryPolicy::new().max_attempts(2));
    assert_eq!(creator.chats().with(twice).send().await.unwrap_err().attempts(), 2);
}

#[tokio::test(start_paused = true)]
async fn pauses_lie_within_their_bounds() {
    let policy = RetryPolicy::new().max_attempts(6).base_delay(SECOND).max_delay(SECOND * 5);
    let pauses = Arc::new(std::sync::Mutex::new(Vec::new()));
    let seen = Arc::clone(&pauses);
    let sandbox = sandbox([FaultRule::new(status(500, None))]).await;
    let creator = creator(builder(sandbox.url()).retry(policy).on_event(move |event| {
        if let EventKind::Retry { pause, .. } = event.kind {
            seen.lock().unwrap().push(pause);
        }
    }));
    let start = Instant::now();
    creator.chats().send().await.unwrap_err();
    let pauses = pauses.lock().unwrap();
    let longest = [1, 2, 4, 5, 5].map(|seconds| SECOND * seconds);
    assert_eq!(pauses.len(), longest.len());
    assert!(pauses.iter().zip(longest).all(|(pause, longest)| *pause <= longest), "{pauses:?}");
    let sum: Duration = pauses.iter().sum();
    assert!(start.elapsed() >= sum && start.elapsed() < sum + SECOND, "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn every_form_of_retry_after_is_respected() {
    let date = ("date", "Mon, 15 Jan 2024 10:31:00 GMT");
    for (number, after) in [
        ("429 Too Many Requests", "7"),
        ("503 Service Unavailable", "7"),
        ("503 Service Unavailable", "Mon, 15 Jan 2024 10:31:07 GMT"),
        ("429 Too Many Requests", "Monday, 15-Jan-24 10:31:07 GMT"),
    ] {
        let server = Server::start(move |request| match request {
            0 => vec![Step::Send(response(number, &[date, ("retry-after", after)], b"{}"))],
            _ => vec![Step::Send(response("200 OK", &[], PAGE.as_bytes()))],
        })
        .await;
        let start = Instant::now();
        let page = creator(builder(&server.url)).chats().send().await.unwrap();
        assert_eq!(page.meta().attempts(), 2);
        let waited = start.elapsed();
        assert!(waited >= SECOND * 7 && waited < SECOND * 8, "{after}: {waited:?}");
        assert!(page.meta().elapsed() >= SECOND * 7);
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_too_long_is_an_error_at_once() {
    let minute = SECOND * 60;
    for (after, options, wait, words) in [
        ("91", CallOptions::new(), 91, "asks to wait 91 s, but only 90 s are allowed"),
        ("999999999999", CallOptions::new(), 86_400, "90 s are allowed"),
        (
            "61",
            CallOptions::new().retry(RetryPolicy::new().max_retry_after(minute)),
            61,
            "60 s are allowed",
        ),
        (
            "6",
            CallOptions::new().deadline(SECOND * 5),
            6,
            "asks to wait 6 s, but only 5 s are allowed",
        ),
    ] {
        let sandbox = sandbox([FaultRule::new(status(429, Some(after)))]).await;
        let creator = creator(builder(sandbox.url()));
        let start = Instant::now();
        let error = creator.chats().with(options).send().await.unwrap_err();
        assert!(start.elapsed() < SECOND, "{after}");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(wait)));
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::RateLimited, 1));
        assert!(error.to_string().contains(words), "{error}");
        sandbox.requests().assert_count(1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failing_api_does_not_see_a_storm() {
    let sandbox = sandbox([FaultRule::new(status(500, None))]).await;
    let client = builder(sandbox.url()).retry_budget(20).build().unwrap();
    let creator = client.connection(sandbox.connection(1)).unwrap();
    let mut errors = Vec::new();
    for _ in 0..100 {
        errors.push(creator.chats().send().await.unwrap_err());
    }
    sandbox.requests().assert_count(120);
    assert_eq!(errors[0].attempts(), 4);
    assert_eq!(errors[99].attempts(), 1);
    assert!(errors[99].to_string().contains("too many of this client's requests are failing"));

    // The budget recovers with the API: ten successes give one retry back.
    sandbox.clear_faults();
    for _ in 0..10 {
        creator.chats().send().await.unwrap();
    }
    sandbox.inject([FaultRule::new(status(500, None)).times(1)]);
    assert_eq!(creator.chats().send().await.unwrap().meta().attempts(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_an_attempt_is_told_with_the_attempts() {
    let slow = Fault::Latency { min_ms: 3_000, max_ms: 3_000 };
    let (_, result) = fails(slow, 99, |client| client.attempt_timeout(SECOND * 2)).await;
    let error = result.unwrap_err();
    assert_eq!((error.kind(), error.deadline()), (ErrorKind::Timeout, Some(Deadline::Attempt)));
    assert_eq!(error.attempts(), 4);
    let line = error.to_string();
    assert!(line.contains("one attempt took longer than 2 s"), "{line}");
    assert!(line.ends_with("(after 4 attempts)"), "{line}");
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_the_call_ends_attempts_pauses_and_waits() {
    // Within an attempt.
    let slow = Fault::Latency { min_ms: 60_000, max_ms: 60_000 };
    let start = Instant::now();
    let (_, result) = fails(slow, 99, |client| client.deadline(SECOND * 45)).await;
    let error = result.unwrap_err();
    assert_eq!((error.deadline(), error.attempts()), (Some(Deadline::Total), 2));
    assert_eq!(start.elapsed().as_secs(), 45);
    assert!(error.to_string().contains("the whole call took longer than 45 s"), "{error}");

    // In a pause: the error says what went wrong, and that no time is left.
    let start = Instant::now();
    let patient = RetryPolicy::new().max_attempts(1_000);
    let (_, result) = fails(status(502, None), 10_000, |client| {
        client.retry(patient).retry_budget(10_000).deadline(SECOND * 45)
    })
    .await;
    let error = result.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Server, 502));
    assert!(error.to_string().contains("the deadline of 45 s leaves no time"), "{error}");
    assert!(start.elapsed() <= SECOND * 45, "{:?}", start.elapsed());
}

#[tokio::test(start_paused = true)]
async fn the_deadline_of_connecting_is_told() {
    // A listener whose queue is full doesn't answer the next connection.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queue = Vec::new();
    while let Ok(connected) = timeout(SECOND, TcpStream::connect(address)).await {
        queue.push(connected.unwrap());
        assert!(queue.len() < 100, "the queue is never full");
    }
    let creator = creator(builder(format!("http://{address}")).connect_timeout(SECOND * 5));
    for (options, bound) in
        [(CallOptions::new(), 5), (CallOptions::new().connect_timeout(SECOND * 2), 2)]
    {
        let start = Instant::now();
        let twice = RetryPolicy::new().max_attempts(2).base_delay(Duration::ZERO);
        let request = creator.chats().with(options.retry(twice));
        let error = request.send().await.unwrap_err();
        assert_eq!(error.attempts(), 2);
        assert_eq!((error.kind(), error.deadline()), (ErrorKind::Timeout, Some(Deadline::Connect)));
        assert!(
            error.to_string().contains(&format!("connecting took longer than {bound} s")),
            "{error}"
        );
        assert_eq!(start.elapsed().as_secs(), 2 * bound);
    }
}

#[tokio::test(start_paused = true)]
async fn the_servers_error_is_kept_when_the_call_times_out() {
    let body = br#"{"error":"Oops","requestId":"req_7"}"#;
    let server = Server::start(move |request| match request {
        0 => vec![Step::Send(response("503 Service Unavailable", &[("retry-after", "2")], body))],
        _ => vec![Step::Hang],
    })
    .await;
    let creator = creator(builder(&server.url).deadline(SECOND * 20));
    let error = creator.chats().send().await.unwrap_err();
    assert_eq!((error.kind(), error.deadline()), (ErrorKind::Timeout, Some(Deadline::Total)));
    assert_eq!((error.status().unwrap().as_u16(), error.attempts()), (503, 2));
    assert_eq!((error.request_id(), error.retry_after()), (Some("req_7"), Some(SECOND * 2)));
    assert!(error.source().unwrap().to_string().starts_with("Oops"));
}

/// The body of the error never arrives, but its status and headers count.
#[tokio::test(start_paused = true)]
async fn an_error_whose_body_hangs_is_that_error() {
    let head = |status: &str, headers: &str| {
        format!("HTTP/1.1 {status}\r\ncontent-length: 99\r\n{headers}\r\n{{\"err").into_bytes()
    };
    for (bytes, kind, wait) in [
        (head("401 Unauthorized", ""), ErrorKind::Unauthorized, None),
        (
            head("429 Too Many Requests", "retry-after: 3600\r\n"),
            ErrorKind::RateLimited,
            Some(3_600),
        ),
    ] {
        let server = Server::start(move |_| vec![Step::Send(bytes.clone()), Step::Hang]).await;
        let start = Instant::now();
        let error = creator(builder(&server.url)).chats().send().await.unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (kind, 1));
        // Long before the attempt ends, which would make it a timeout.
        assert_eq!(start.elapsed().as_secs(), 5);
        assert_eq!(error.retry_after(), wait.map(Duration::from_secs));
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_not_there_is_tried_again() {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    let error = creator(builder(format!("http://{address}"))).chats().send().await.unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 4));
    assert!(error.source().is_some());
}

#[tokio::test]
async fn zero_timeouts_are_rejected_by_name() {
    let creator = creator(builder("http://127.0.0.1:1"));
    for (options, name) in [
        (CallOptions::new().deadline(Duration::ZERO), "deadline"),
        (CallOptions::new().attempt_timeout(Duration::ZERO), "attempt_timeout"),
        (CallOptions::new().connect_timeout(Duration::ZERO), "connect_timeout"),
    ] {
        let error = creator.chats().with(options.clone()).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidRequest);
        assert_eq!(error.to_string(), format!("{name} must be greater than 0, but is 0"));
        let error = builder("http://127.0.0.1:1").options(options).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration);
    }
}
