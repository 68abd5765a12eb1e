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
/// The longest that a server can make a connection wait.
const MAX_WAIT: Duration = Duration::from_secs(24 * 60 * 60);
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

impl Observed {
    /// What an answer with this status tells; for tests of a limiter.
    pub fn new(status: StatusCode, state: RateLimitState, retry_after: Option<Duration>) -> Self {
        Self {
            status,
            state,
            retry_after,
        }
    }
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
            // What is further away is a mistake, and shall not end a connection for good.
            true => observed
                .retry_after
                .or(reset)
                .or(Some(interval))
                .map(|wait| wait.min(MAX_WAIT)),
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
mod tests;
