//! Limits: how many requests a connection may send.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use tokio::time::{Instant, sleep_until, timeout_at};

use crate::{ConnectionHash, RateLimitState};

const MINUTE: Duration = Duration::from_secs(60);
/// How many connections are kept before those that are idle are looked for.
const FIRST_SWEEP: usize = 1_024;

/// A token bucket: so many requests a minute, evenly, and so many at once after a rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RateLimit {
    per_minute: u32,
    burst: u32,
}

impl Default for RateLimit {
    /// 60 requests a minute with bursts of up to 90 (OFAuth reference, rate limits: the
    /// plans Pay as You Go and Starter).
    fn default() -> Self {
        Self {
            per_minute: 60,
            burst: 90,
        }
    }
}

impl RateLimit {
    /// So many requests a minute, and as many at once; 0 means 1.
    pub fn per_minute(requests: u32) -> Self {
        Self {
            per_minute: requests.max(1),
            burst: requests.max(1),
        }
    }

    /// The most requests at once, after a rest; 0 means 1.
    #[must_use]
    pub fn burst(mut self, requests: u32) -> Self {
        self.burst = requests.max(1);
        self
    }

    /// How long a token takes to come back, rounded up: never more than the limit.
    fn interval(self) -> Duration {
        let nanos = MINUTE.as_nanos().div_ceil(u128::from(self.per_minute));
        // At most a minute, which fits.
        Duration::from_nanos(nanos.try_into().unwrap_or(u64::MAX))
    }
}

/// Lets requests pass, as the limit of their connection allows.
///
/// [`TokenBuckets`] is the default. Where several processes use the same connections, an
/// implementation that asks a shared store can take its place:
/// [`ClientBuilder::rate_limiter`](crate::ClientBuilder::rate_limiter).
pub trait RateLimiter: Send + Sync + 'static {
    /// Waits until the connection may send a request, at most `within`.
    ///
    /// Each attempt calls it, retries too. When the future is dropped before it is ready,
    /// nothing may be used up.
    ///
    /// # Errors
    ///
    /// [`LimitError`] where the wait is too long, or the limiter fails.
    fn acquire(
        &self,
        connection: ConnectionHash,
        within: Duration,
    ) -> Pin<Box<dyn Future<Output = Result<(), LimitError>> + Send + '_>>;

    /// Learns from an answer.
    fn observe(&self, connection: ConnectionHash, observed: &Observed) {
        let _ = (connection, observed);
    }
}

/// What an answer tells about the limit of its connection.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Observed {
    /// The status of the answer; 429 where the limit was exceeded.
    pub status: StatusCode,
    /// The answer's `X-RateLimit-*` headers.
    pub state: RateLimitState,
    /// The answer's `Retry-After`.
    pub retry_after: Option<Duration>,
}

/// Why a limiter lets no request pass.
#[derive(Debug)]
#[non_exhaustive]
pub enum LimitError {
    /// The wait would be longer than is allowed; at least this long, where it is known.
    TooLong(Option<Duration>),
    /// The limiter itself fails, for one because a shared store cannot be reached.
    Failed(Box<dyn StdError + Send + Sync>),
}

impl fmt::Display for LimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong(Some(wait)) => write!(f, "the limit lets no request pass for {wait:?}"),
            Self::TooLong(None) => f.write_str("the limit lets no request pass in time"),
            Self::Failed(source) => write!(f, "the limiter fails: {source}"),
        }
    }
}

impl StdError for LimitError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::TooLong(_) => None,
            Self::Failed(source) => Some(&**source),
        }
    }
}

/// A token bucket for each connection, in the memory of this process.
///
/// - First come, first served, for each connection; connections don't wait for each other.
/// - It learns from the answers. After `X-RateLimit-Remaining: 0`, requests wait until
///   `X-RateLimit-Reset`; after a 429, until its `Retry-After`, or else until that reset, or
///   else until one token is back. Where fewer are left than it has counted, since others use
///   the connection too, it takes over the server's count, less the last one: when none
///   is left the reset is waited for, which takes longer than a token.
/// - A connection costs memory while its bucket is not full. Those that are full again are
///   forgotten, in passing, when there are many.
#[derive(Debug)]
pub struct TokenBuckets {
    limit: RateLimit,
    lines: Mutex<Lines>,
}

/// The connections that are not at rest.
#[derive(Debug)]
struct Lines {
    of: HashMap<ConnectionHash, Arc<Line>>,
    sweep_at: usize,
}

/// Those who wait for one connection, in the order in which they came, and its bucket.
#[derive(Debug)]
struct Line {
    turn: tokio::sync::Mutex<()>,
    bucket: Mutex<Bucket>,
}

impl TokenBuckets {
    /// The same limit for every connection.
    pub fn new(limit: RateLimit) -> Self {
        Self {
            limit,
            lines: Mutex::new(Lines {
                of: HashMap::new(),
                sweep_at: FIRST_SWEEP,
            }),
        }
    }

    fn line(&self, connection: ConnectionHash) -> Arc<Line> {
        let mut lines = lock(&self.lines);
        if let Some(line) = lines.of.get(&connection) {
            return Arc::clone(line);
        }
        let now = Instant::now();
        if lines.of.len() >= lines.sweep_at {
            // Whoever holds a line has a clone of it, made under the same lock.
            lines
                .of
                .retain(|_, line| Arc::strong_count(line) > 1 || !lock(&line.bucket).is_full(now));
            lines.sweep_at = (lines.of.len() * 2).max(FIRST_SWEEP);
            let room = lines.sweep_at;
            lines.of.shrink_to(room);
        }
        let line = Arc::new(Line {
            turn: tokio::sync::Mutex::new(()),
            bucket: Mutex::new(Bucket::full(now)),
        });
        lines.of.insert(connection, Arc::clone(&line));
        line
    }

    async fn wait(&self, connection: ConnectionHash, within: Duration) -> Result<(), LimitError> {
        let deadline = Instant::now().checked_add(within);
        let line = self.line(connection);
        // The turn is first come, first served. A token is taken only when it is there, so that
        // who leaves early leaves it to the next.
        let turn = line.turn.lock();
        let _turn = match deadline {
            Some(deadline) => timeout_at(deadline, turn)
                .await
                .map_err(|_| LimitError::TooLong(None))?,
            None => turn.await,
        };
        loop {
            let now = Instant::now();
            let Err(ready) = lock(&line.bucket).take(self.limit, now) else {
                return Ok(());
            };
            if deadline.is_some_and(|deadline| ready >= deadline) {
                return Err(LimitError::TooLong(Some(ready - now)));
            }
            // What is learnt meanwhile may make it longer.
            sleep_until(ready).await;
        }
    }
}

impl RateLimiter for TokenBuckets {
    fn acquire(
        &self,
        connection: ConnectionHash,
        within: Duration,
    ) -> Pin<Box<dyn Future<Output = Result<(), LimitError>> + Send + '_>> {
        Box::pin(self.wait(connection, within))
    }

    fn observe(&self, connection: ConnectionHash, observed: &Observed) {
        let line = self.line(connection);
        lock(&line.bucket).learn(self.limit, observed, Instant::now());
    }
}

/// A token bucket as two points in time (the "generic cell rate algorithm").
#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// When the bucket is full again.
    full: Instant,
    /// Before this, no token is given.
    blocked: Instant,
}

impl Bucket {
    fn full(now: Instant) -> Self {
        Self {
            full: now,
            blocked: now,
        }
    }

    fn is_full(&self, now: Instant) -> bool {
        self.full <= now && self.blocked <= now
    }

    /// Takes a token, or says when there will be one.
    fn take(&mut self, limit: RateLimit, now: Instant) -> Result<(), Instant> {
        let interval = limit.interval();
        // All but one token may be missing.
        let missing = interval.saturating_mul(limit.burst - 1);
        let ready = self
            .full
            .checked_sub(missing)
            .unwrap_or(now)
            .max(self.blocked);
        if ready > now {
            return Err(ready);
        }
        self.full = self.full.max(now) + interval;
        Ok(())
    }

    fn learn(&mut self, limit: RateLimit, observed: &Observed, now: Instant) {
        let interval = limit.interval();
        let remaining = observed.state.remaining;
        let throttled = observed.status == StatusCode::TOO_MANY_REQUESTS;
        let reset = observed.state.reset.filter(|_| remaining == Some(0));
        let wait = match throttled {
            true => observed.retry_after.or(reset).or(Some(interval)),
            false => reset,
        };
        if let Some(blocked) = wait.and_then(|wait| now.checked_add(wait)) {
            self.blocked = self.blocked.max(blocked);
        }
        let left = match throttled {
            true => Some(0),
            false => remaining.map(|left| left.saturating_sub(1)),
        };
        if let Some(left) = left {
            // What is left after the answer, at most.
            let missing = u64::from(limit.burst).saturating_sub(left);
            let missing = u32::try_from(missing).unwrap_or(limit.burst);
            let full = now.checked_add(interval.saturating_mul(missing));
            self.full = self.full.max(full.unwrap_or(now));
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it is held.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
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
}
