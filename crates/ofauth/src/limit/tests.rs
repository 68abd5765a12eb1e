//! The laws of the limit, in virtual time.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use http::StatusCode;
use tokio::time::{Instant, advance};

use super::{Bucket, LimitError, Observed, RateLimit, RateLimiter, TokenBuckets};
use crate::{ConnectionHash, RateLimitState};

const SECOND: Duration = Duration::from_secs(1);

fn observed(status: u16, remaining: Option<u64>, reset: Option<u64>) -> Observed {
    Observed {
        status: StatusCode::from_u16(status).unwrap(),
        state: RateLimitState {
            limit: None,
            remaining,
            reset: reset.map(Duration::from_secs),
        },
        retry_after: None,
    }
}

#[test]
fn a_burst_passes_and_then_one_in_each_interval() {
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
    assert_eq!(burst, 90, "no more than the burst comes back");
}

#[test]
fn no_limit_is_too_odd() {
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

/// Whatever is asked, learnt and waited: within any window there pass no more requests
/// than the burst and what came back meanwhile; and who waits until it is told to passes.
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
                // The first of them and `after` more, out of a burst and what came back.
                assert!((after as u128) < u128::from(limit.burst) + back);
            }
        }
    }
}

#[test]
fn it_learns_what_the_server_says() {
    let limit = RateLimit::default();
    let now = Instant::now();
    let ready = |seen: Observed| {
        let mut bucket = Bucket::full(now);
        bucket.learn(limit, &seen, now);
        let burst = (0..200).filter(|_| bucket.take(limit, now).is_ok()).count();
        (burst, bucket.take(limit, now).unwrap_err() - now)
    };
    // Others use the connection too: what they leave, less the last one.
    assert_eq!(ready(observed(200, Some(42), Some(48))), (41, SECOND));
    assert_eq!(ready(observed(200, Some(1), None)), (0, SECOND));
    assert_eq!(ready(observed(200, Some(500), None)), (90, SECOND));
    assert_eq!(ready(observed(200, None, Some(48))), (90, SECOND));
    // Nothing is left: until the reset.
    assert_eq!(ready(observed(200, Some(0), Some(48))), (0, SECOND * 48));
    assert_eq!(ready(observed(200, Some(0), None)), (0, SECOND));
    // Throttled.
    assert_eq!(ready(observed(429, None, None)), (0, SECOND));
    assert_eq!(ready(observed(429, Some(0), Some(48))), (0, SECOND * 48));
    let mut told = observed(429, Some(0), Some(48));
    told.retry_after = Some(SECOND * 3);
    assert_eq!(ready(told), (0, SECOND * 3));
    told.retry_after = Some(Duration::MAX);
    assert_eq!(ready(told), (0, super::MAX_WAIT));
}

fn connection(number: u64) -> ConnectionHash {
    ConnectionHash::from(number)
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
            buckets.acquire(connection(1), Duration::MAX).await.unwrap();
            order
                .lock()
                .unwrap()
                .push((number, start.elapsed().as_secs()));
        }));
        tokio::task::yield_now().await;
    }
    // Another connection passes at once.
    buckets
        .acquire(connection(2), Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(start.elapsed(), Duration::ZERO);
    for task in tasks {
        task.await.unwrap();
    }
    let expected: Vec<(u64, u64)> = (0..20).map(|number| (number, number)).collect();
    assert_eq!(*order.lock().unwrap(), expected);
}

#[tokio::test(start_paused = true)]
async fn who_leaves_leaves_the_token_to_the_next() {
    let buckets = TokenBuckets::new(RateLimit::per_minute(60).burst(1));
    let ask = || buckets.acquire(connection(1), Duration::MAX);
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
    // A timer of tokio may be a millisecond late.
    assert!((1_000..1_003).contains(&start.elapsed().as_millis()));
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_what_is_allowed_is_told_at_once() {
    let buckets = TokenBuckets::new(RateLimit::per_minute(1).burst(1));
    let ask = |within| buckets.acquire(connection(1), within);
    ask(SECOND).await.unwrap();
    let start = Instant::now();
    match ask(SECOND * 10).await {
        Err(LimitError::TooLong(Some(wait))) => assert_eq!(wait, SECOND * 60),
        other => panic!("{other:?}"),
    }
    assert_eq!(start.elapsed(), Duration::ZERO);
    // Behind another, only time tells.
    let mut first = ask(SECOND * 90);
    assert!(futures_util::poll!(&mut first).is_pending());
    assert!(matches!(
        ask(SECOND * 10).await,
        Err(LimitError::TooLong(None))
    ));
    assert_eq!(start.elapsed().as_secs(), 10);
    first.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn connections_at_rest_are_forgotten_and_busy_ones_are_not() {
    let buckets = TokenBuckets::new(RateLimit::default());
    let kept = || super::lock(&buckets.lines).of.len();
    for number in 0..100_000 {
        buckets.acquire(connection(number), SECOND).await.unwrap();
        if number % 1_000 == 0 {
            advance(SECOND).await;
        }
    }
    // A bucket that one request was taken from is full again a second later.
    assert!(kept() <= 4 * super::FIRST_SWEEP, "{}", kept());

    // Who is about to take a token takes it from the bucket that the next one sees.
    let held = buckets.line(connection(5));
    for number in 0..2 * super::FIRST_SWEEP as u64 + 100_000 {
        buckets.line(connection(number + 500_000));
    }
    assert!(Arc::ptr_eq(&held, &buckets.line(connection(5))));

    let (busy, mut passed) = (connection(7), 0);
    for number in 0..100_000 {
        passed += u32::from(buckets.acquire(busy, Duration::ZERO).await.is_ok());
        buckets
            .acquire(connection(number + 1_000_000), SECOND)
            .await
            .unwrap();
    }
    assert_eq!(passed, 90, "what was used is remembered");
}

#[test]
fn an_error_says_how_long_and_why() {
    use std::error::Error;

    let failed = LimitError::Failed("gone".into());
    assert_eq!(failed.to_string(), "the limiter fails: gone");
    assert_eq!(failed.source().unwrap().to_string(), "gone");
    let long = LimitError::TooLong(Some(SECOND * 2));
    assert_eq!(long.to_string(), "the limit lets no request pass for 2s");
    assert!(long.source().is_none());
    let unknown = LimitError::TooLong(None).to_string();
    assert_eq!(unknown, "the limit lets no request pass in time");
}
