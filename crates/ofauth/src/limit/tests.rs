//! Tests of the rate limiter, in virtual time.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use http::StatusCode;
use tokio::time::{Instant, advance};

use ofauth_api::operations::list_chats::OPERATION;

use super::{Bucket, LimitError, Observed, RateLimit, TokenBuckets};
use crate::RateLimitState;

const SECOND: Duration = Duration::from_secs(1);

fn observed(status: u16, remaining: Option<u64>, reset: Option<u64>) -> Observed {
    Observed {
        operation: &OPERATION,
        status: StatusCode::from_u16(status).unwrap(),
        state: RateLimitState { limit: None, remaining, reset: reset.map(Duration::from_secs) },
        retry_after: None,
    }
}

#[test]
fn after_a_burst_one_request_passes_per_interval() {
    let limit = RateLimit::default();
    let mut now = Instant::now();
    let mut bucket = Bucket::full(now);
    for _ in 0..90 {
        assert_eq!(bucket.take(limit, now), Ok(()));
    }
    for _ in 0..100 {
        assert_eq!(bucket.take(limit, now), Err(now + SECOND));
        now += SECOND - Duration::from_nanos(1);
        assert!(bucket.take(limit, now).is_err());
        now += Duration::from_nanos(1);
        assert_eq!(bucket.take(limit, now), Ok(()));
    }
    now += SECOND * 1_000_000;
    let burst = (0..200).filter(|_| bucket.take(limit, now).is_ok()).count();
    assert_eq!(burst, 90, "a bucket never holds more than the burst");
}

#[test]
fn extreme_limits_work() {
    let now = Instant::now();
    for limit in [
        RateLimit::per_minute(0),
        RateLimit::per_minute(1).burst(u32::MAX),
        RateLimit::per_minute(u32::MAX).burst(u32::MAX),
        RateLimit::per_minute(7).burst(0),
    ] {
        let mut bucket = Bucket::full(now);
        assert_eq!(bucket.take(limit, now), Ok(()));
        bucket.learn(limit, &observed(429, Some(0), Some(5)), now);
        assert!(bucket.take(limit, now).unwrap_err() >= now + SECOND * 5);
        bucket.learn(limit, &observed(200, Some(u64::MAX), None), now);
    }
}

/// With random requests, responses and waits: in any window, no more requests pass than the burst
/// and the tokens regained meanwhile, and a request that waits as long as instructed passes.
#[test]
fn tokens_are_never_created_and_always_come_back() {
    let mut rng = Rng::with_seed(11);
    for _ in 0..400 {
        let limit = RateLimit::per_minute(rng.u32(1..600)).burst(rng.u32(1..40));
        let interval = limit.interval();
        let mut now = Instant::now();
        let mut bucket = Bucket::full(now);
        let mut passed: VecDeque<Instant> = VecDeque::new();
        for _ in 0..300 {
            match rng.u8(..10) {
                0 => now += interval.mul_f64(rng.f64() * 30.0),
                1..3 => {
                    let status = if rng.u8(..4) == 0 { 429 } else { 200 };
                    let remaining = rng.bool().then(|| rng.u64(..50));
                    let reset = rng.bool().then(|| rng.u64(..100));
                    bucket.learn(limit, &observed(status, remaining, reset), now);
                    if status == 429 {
                        assert!(bucket.take(limit, now).is_err());
                    }
                }
                _ => match bucket.take(limit, now) {
                    Ok(()) => passed.push_back(now),
                    Err(ready) => {
                        assert!(ready > now);
                        if rng.bool() {
                            now = ready;
                            assert_eq!(bucket.take(limit, now), Ok(()));
                            passed.push_back(now);
                        }
                    }
                },
            }
        }
        for (index, first) in passed.iter().enumerate() {
            for (after, last) in passed.iter().skip(index).enumerate() {
                let back = (*last - *first).as_nanos() / interval.as_nanos();
                // The first request and `after` more fit into the burst and the regained tokens.
                assert!((after as u128) < u128::from(limit.burst) + back);
            }
        }
    }
}

#[test]
fn buckets_learn_from_responses() {
    let limit = RateLimit::default();
    let now = Instant::now();
    let ready = |seen: Observed| {
        let mut bucket = Bucket::full(now);
        bucket.learn(limit, &seen, now);
        let burst = (0..200).filter(|_| bucket.take(limit, now).is_ok()).count();
        (burst, bucket.take(limit, now).unwrap_err() - now)
    };
    // Other programs use the connection too: adopt the server's count minus one.
    assert_eq!(ready(observed(200, Some(42), Some(48))), (41, SECOND));
    assert_eq!(ready(observed(200, Some(1), None)), (0, SECOND));
    assert_eq!(ready(observed(200, Some(500), None)), (90, SECOND));
    assert_eq!(ready(observed(200, None, Some(48))), (90, SECOND));
    // Nothing is left: wait until the reset.
    assert_eq!(ready(observed(200, Some(0), Some(48))), (0, SECOND * 48));
    assert_eq!(ready(observed(200, Some(0), None)), (0, SECOND));
    // Throttled.
    let waits: Vec<_> = (0..200).map(|_| ready(observed(429, None, None))).collect();
    assert!(waits.iter().all(|(burst, wait)| *burst == 0 && *wait <= SECOND * 2));
    let (first, last) = (waits.iter().min().unwrap().1, waits.iter().max().unwrap().1);
    assert!(last - first > SECOND, "spread, so that connections don't come back together");
    assert_eq!(ready(observed(429, Some(0), Some(48))), (0, SECOND * 48));
    let mut told = observed(429, Some(0), Some(48));
    told.retry_after = Some(SECOND * 3);
    assert_eq!(ready(told), (0, SECOND * 3));
    told.retry_after = Some(Duration::MAX);
    assert_eq!(ready(told), (0, super::MAX_WAIT));
}

/// Asks for the connection with this digest.
fn acquire(
    buckets: &TokenBuckets,
    connection: u64,
    within: Duration,
) -> Pin<Box<dyn Future<Output = Result<(), LimitError>> + Send + '_>> {
    Box::pin(buckets.wait(connection, within))
}

#[tokio::test(start_paused = true)]
async fn first_come_is_first_served_and_others_do_not_wait() {
    let buckets = Arc::new(TokenBuckets::new(RateLimit::per_minute(60).burst(1)));
    let start = Instant::now();
    let order = Arc::new(std::sync::Mutex::new(Vec::new()));
    let mut tasks = Vec::new();
    for number in 0..20 {
        let (buckets, order) = (Arc::clone(&buckets), Arc::clone(&order));
        tasks.push(tokio::spawn(async move {
            acquire(&buckets, 1, Duration::MAX).await.unwrap();
            order.lock().unwrap().push((number, start.elapsed().as_secs()));
        }));
        tokio::task::yield_now().await;
    }
    // Another connection passes at once.
    acquire(&buckets, 2, Duration::ZERO).await.unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO);
    for task in tasks {
        task.await.unwrap();
    }
    let expected: Vec<(u64, u64)> = (0..20).map(|number| (number, number)).collect();
    assert_eq!(*order.lock().unwrap(), expected);
}

#[tokio::test(start_paused = true)]
async fn a_dropped_wait_leaves_its_token_to_the_next() {
    let buckets = TokenBuckets::new(RateLimit::per_minute(60).burst(1));
    let ask = || acquire(&buckets, 1, Duration::MAX);
    ask().await.unwrap();
    let start = Instant::now();
    let mut leaving: Vec<_> = (0..5).map(|_| ask()).collect();
    for waiting in &mut leaving {
        assert!(futures_util::poll!(waiting).is_pending());
    }
    let mut staying = ask();
    assert!(futures_util::poll!(&mut staying).is_pending());
    advance(SECOND / 2).await;
    drop(leaving);
    staying.await.unwrap();
    // A tokio timer may be a millisecond late.
    assert!((1_000..1_003).contains(&start.elapsed().as_millis()));
}

#[tokio::test(start_paused = true)]
async fn a_wait_longer_than_allowed_fails_at_once() {
    let buckets = TokenBuckets::new(RateLimit::per_minute(1).burst(1));
    let ask = |within| acquire(&buckets, 1, within);
    ask(SECOND).await.unwrap();
    let start = Instant::now();
    match ask(SECOND * 10).await {
        Err(LimitError::TooLong(Some(wait))) => assert_eq!(wait, SECOND * 60),
        other => panic!("{other:?}"),
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
    // Behind another request, the wait isn't known in advance.
    let mut first = ask(SECOND * 90);
    assert!(futures_util::poll!(&mut first).is_pending());
    assert!(matches!(ask(SECOND * 10).await, Err(LimitError::TooLong(None))));
    assert_eq!(start.elapsed().as_secs(), 10);
    first.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn idle_connections_are_removed_and_busy_ones_are_kept() {
    let buckets = TokenBuckets::new(RateLimit::default());
    let kept = || super::lock(&buckets.queues).of.len();
    for number in 0..100_000 {
        acquire(&buckets, number, SECOND).await.unwrap();
        if number % 1_000 == 0 {
            advance(SECOND).await;
        }
    }
    // After one request, a bucket is full again within a second.
    assert!(kept() <= 4 * super::FIRST_SWEEP, "{}", kept());

    // A request about to take a token shares its bucket with the next request.
    let held = buckets.queue(5);
    for number in 0..2 * super::FIRST_SWEEP as u64 + 100_000 {
        buckets.queue(number + 500_000);
    }
    assert!(Arc::ptr_eq(&held, &buckets.queue(5)));

    let (busy, mut passed) = (7, 0);
    for number in 0..100_000 {
        passed += u32::from(acquire(&buckets, busy, Duration::ZERO).await.is_ok());
        acquire(&buckets, number + 1_000_000, SECOND).await.unwrap();
    }
    assert_eq!(passed, 90, "used tokens are remembered");
}

#[test]
fn an_error_says_how_long_and_why() {
    use std::error::Error;

    let failed = LimitError::Failed("gone".into());
    assert_eq!(failed.to_string(), "the rate limiter failed: gone");
    assert_eq!(failed.source().unwrap().to_string(), "gone");
    let long = LimitError::TooLong(Some(SECOND * 2));
    assert_eq!(long.to_string(), "the rate limit allows no request for 2s");
    assert!(long.source().is_none());
    let unknown = LimitError::TooLong(None).to_string();
    assert_eq!(unknown, "the rate limit allows no request in time");
}
