//! Rate limiting: how many requests a connection may send.
//!
//! This is our own code because the crate `governor` doesn't serve waiting requests in order, and
//! can't learn from responses. Wrapping it would take more code than this file has.

use std::collections::HashMap;
use std::error::Error as StdError;
use std::fmt;
use std::future::ready;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http::StatusCode;
use tokio::time::{Instant, sleep_until, timeout_at};

use ofauth_api::Operation;

use crate::random;
use crate::rate_headers::MAX_WAIT;
use crate::{ConnectionId, RateLimitState};

const MINUTE: Duration = Duration::from_secs(60);
/// How many connections are tracked before idle ones are removed.
const FIRST_SWEEP: usize = 1_024;

/// A token bucket: a steady rate per minute, plus a burst after idle time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RateLimit {
    per_minute: u32,
    burst: u32,
}

impl Default for RateLimit {
    /// Returns the vendor's limit: 60 requests per minute, with bursts of up to 90 (OFAuth
    /// reference, rate limits: the plans Pay as You Go and Starter).
    fn default() -> Self {
        Self { per_minute: 60, burst: 90 }
    }
}

impl RateLimit {
    /// Creates a limit of this many requests per minute, with bursts of the same size; 0 means 1.
    pub fn per_minute(requests: u32) -> Self {
        Self { per_minute: requests.max(1), burst: requests.max(1) }
    }

    /// Sets how many requests can be sent at once after idle time; 0 means 1.
    #[must_use]
    pub fn burst(mut self, requests: u32) -> Self {
        self.burst = requests.max(1);
        self
    }

    /// Returns the time between tokens, rounded up so that the rate never exceeds the limit.
    fn interval(self) -> Duration {
        let nanos = MINUTE.as_nanos().div_ceil(u128::from(self.per_minute));
        // At most a minute, which fits.
        Duration::from_nanos(nanos.try_into().unwrap_or(u64::MAX))
    }
}

/// Delays requests to keep within the rate limit of their connection.
///
/// [`TokenBuckets`] is the default. If several processes use the same connections, replace it with
/// an implementation that uses a shared store:
/// [`ClientBuilder::rate_limiter`](crate::ClientBuilder::rate_limiter).
///
/// ```
/// use ofauth::{LimitFuture, LimitRequest, RateLimiter};
///
/// /// Lets one request through at a time, whatever the connection.
/// struct OneAtATime(tokio::sync::Semaphore);
///
/// impl RateLimiter for OneAtATime {
///     fn acquire<'a>(&'a self, _: LimitRequest<'a>) -> LimitFuture<'a> {
///         Box::pin(async {
///             let permit = self.0.acquire().await;
///             permit.map(drop).map_err(|closed| ofauth::LimitError::Failed(closed.into()))
///         })
///     }
/// }
/// ```
pub trait RateLimiter: Send + Sync + 'static {
    /// Waits until the connection may send a request, for at most
    /// [`within`](LimitRequest::within).
    ///
    /// This is called before each attempt, including retries. The future may be dropped at any
    /// point, and a request that was let through may still not be sent. Its token needn't be
    /// returned: losing it only slows the connection slightly. But never let through more
    /// requests than the number of tokens taken.
    ///
    /// # Errors
    ///
    /// Returns a [`LimitError`] if the wait is too long or the limiter fails.
    fn acquire<'a>(&'a self, request: LimitRequest<'a>) -> LimitFuture<'a>;

    /// Learns from a response, for example how many requests are left. By default, this does
    /// nothing.
    ///
    /// The call goes on when the future completes, but after a second at the latest.
    fn observe<'a>(
        &'a self,
        connection: &'a ConnectionId,
        observed: &'a Observed,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        let _ = (connection, observed);
        Box::pin(ready(()))
    }

    /// Returns whether [`acquire`](Self::acquire) makes a connection wait after
    /// [`observe`](Self::observe) has seen a 429. If so, retries after a 429 are free; otherwise,
    /// they take from the [retry budget](crate::ClientBuilder::retry_budget). By default, false.
    fn holds_back(&self) -> bool {
        false
    }
}

/// The future of [`RateLimiter::acquire`].
pub type LimitFuture<'a> = Pin<Box<dyn Future<Output = Result<(), LimitError>> + Send + 'a>>;

/// A request that asks a [`RateLimiter`] to be let through.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct LimitRequest<'a> {
    /// The connection, each of which has its own limit. In a shared store, use its
    /// [`digest`](ConnectionId::digest).
    pub connection: &'a ConnectionId,
    /// The operation.
    pub operation: &'static Operation,
    /// The time left until the deadline of the call.
    pub within: Duration,
}

impl<'a> LimitRequest<'a> {
    /// Creates a request, for tests of a limiter.
    pub fn new(
        connection: &'a ConnectionId,
        operation: &'static Operation,
        within: Duration,
    ) -> Self {
        Self { connection, operation, within }
    }
}

/// What a response says about its connection's rate limit.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Observed {
    /// The operation that was answered.
    pub operation: &'static Operation,
    /// The status of the response; 429 if the limit was exceeded.
    pub status: StatusCode,
    /// The response's `X-RateLimit-*` headers.
    pub state: RateLimitState,
    /// The response's `Retry-After` header, at most a day.
    pub retry_after: Option<Duration>,
}

impl Observed {
    /// Returns how long the server asks to wait before the next request.
    pub(crate) fn wait(&self) -> Option<Duration> {
        let reset = self.state.reset.filter(|_| self.status == StatusCode::TOO_MANY_REQUESTS);
        self.retry_after.or(reset)
    }

    /// Creates an observation, for tests of a limiter.
    pub fn new(
        operation: &'static Operation,
        status: StatusCode,
        state: RateLimitState,
        retry_after: Option<Duration>,
    ) -> Self {
        Self { operation, status, state, retry_after }
    }
}

/// Why a limiter doesn't let a request pass.
#[derive(Debug)]
#[non_exhaustive]
pub enum LimitError {
    /// The wait is longer than allowed. The value is the minimum wait, if it is known.
    TooLong(Option<Duration>),
    /// The limiter itself failed, for example because a shared store can't be reached.
    Failed(Box<dyn StdError + Send + Sync>),
}

impl fmt::Display for LimitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong(Some(wait)) => write!(f, "the rate limit allows no request for {wait:?}"),
            Self::TooLong(None) => f.write_str("the rate limit allows no request in time"),
            Self::Failed(source) => write!(f, "the rate limiter failed: {source}"),
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

/// The default limiter: one token bucket per connection, in the memory of this process.
///
/// - Requests of a connection pass in the order of their arrival. Connections don't wait for each
///   other.
/// - After a response with `X-RateLimit-Remaining: 0`, requests wait until `X-RateLimit-Reset`.
///   After a 429, they wait for its `Retry-After`; if that is missing, until that reset; if that is
///   missing too, for a random time of up to two tokens, so that connections that were throttled
///   together don't come back together.
/// - If the server reports fewer remaining requests than the bucket holds, because other programs
///   use the connection too, the bucket adopts the server's count minus one. The last request isn't
///   used: after it, requests would have to wait until the reset, which takes longer than waiting
///   for a token.
/// - A connection needs memory only until its bucket is full again: full buckets are removed once
///   there are many connections.
#[derive(Debug)]
pub struct TokenBuckets {
    limit: RateLimit,
    queues: Mutex<Queues>,
}

/// The connections that have a bucket.
#[derive(Debug)]
struct Queues {
    /// By the digest of the connection id.
    of: HashMap<u64, Arc<Queue>>,
    sweep_at: usize,
}

/// A connection's queue of waiting requests, first come, first served, and its bucket.
#[derive(Debug)]
struct Queue {
    turn: tokio::sync::Mutex<()>,
    bucket: Mutex<Bucket>,
}

impl TokenBuckets {
    /// Creates a limiter with the same limit for every connection.
    pub fn new(limit: RateLimit) -> Self {
        Self { limit, queues: Mutex::new(Queues { of: HashMap::new(), sweep_at: FIRST_SWEEP }) }
    }

    fn queue(&self, connection: u64) -> Arc<Queue> {
        let mut queues = lock(&self.queues);
        if let Some(queue) = queues.of.get(&connection) {
            return Arc::clone(queue);
        }
        let now = Instant::now();
        if queues.of.len() >= queues.sweep_at {
            // A queue that is in use has a second `Arc`, which was cloned under this lock.
            queues.of.retain(|_, queue| {
                Arc::strong_count(queue) > 1 || !lock(&queue.bucket).is_full(now)
            });
            queues.sweep_at = (queues.of.len() * 2).max(FIRST_SWEEP);
            let room = queues.sweep_at;
            queues.of.shrink_to(room);
        }
        let queue = Arc::new(Queue {
            turn: tokio::sync::Mutex::new(()),
            bucket: Mutex::new(Bucket::full(now)),
        });
        queues.of.insert(connection, Arc::clone(&queue));
        queue
    }

    async fn wait(&self, connection: u64, within: Duration) -> Result<(), LimitError> {
        let deadline = Instant::now().checked_add(within);
        let queue = self.queue(connection);
        // The lock is granted in order of arrival. A token is taken only once it is available, so
        // a request that stops waiting leaves it to the next one.
        let turn = queue.turn.lock();
        let _turn = match deadline {
            Some(deadline) => {
                timeout_at(deadline, turn).await.map_err(|_| LimitError::TooLong(None))?
            }
            None => turn.await,
        };
        loop {
            let now = Instant::now();
            let Err(ready) = lock(&queue.bucket).take(self.limit, now) else {
                return Ok(());
            };
            if deadline.is_some_and(|deadline| ready >= deadline) {
                return Err(LimitError::TooLong(Some(ready - now)));
            }
            // A response that arrives meanwhile may prolong the wait.
            sleep_until(ready).await;
        }
    }
}

impl RateLimiter for TokenBuckets {
    fn acquire<'a>(&'a self, request: LimitRequest<'a>) -> LimitFuture<'a> {
        Box::pin(self.wait(request.connection.digest(), request.within))
    }

    fn observe<'a>(
        &'a self,
        connection: &'a ConnectionId,
        observed: &'a Observed,
    ) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
        let queue = self.queue(connection.digest());
        lock(&queue.bucket).learn(self.limit, observed, Instant::now());
        Box::pin(ready(()))
    }

    fn holds_back(&self) -> bool {
        true
    }
}

/// A token bucket as two points in time (the "generic cell rate algorithm").
#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// When the bucket is full again.
    full: Instant,
    /// No token is available before this time.
    blocked: Instant,
}

impl Bucket {
    fn full(now: Instant) -> Self {
        Self { full: now, blocked: now }
    }

    fn is_full(&self, now: Instant) -> bool {
        self.full <= now && self.blocked <= now
    }

    /// Takes a token, or returns when the next one will be available.
    fn take(&mut self, limit: RateLimit, now: Instant) -> Result<(), Instant> {
        let interval = limit.interval();
        // One token is enough: all the others may be missing.
        let missing = interval.saturating_mul(limit.burst - 1);
        let ready = self.full.checked_sub(missing).unwrap_or(now).max(self.blocked);
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
        let retry_after = observed.retry_after.filter(|wait| throttled && !wait.is_zero());
        let known = retry_after.or(reset);
        let wait = match throttled {
            true => known.or_else(|| Some(interval.mul_f64(random::fraction() * 2.0))),
            false => known,
        };
        let wait = wait.map(|wait| wait.min(MAX_WAIT));
        if let Some(blocked) = wait.and_then(|wait| now.checked_add(wait)) {
            self.blocked = self.blocked.max(blocked);
        }
        let left = match throttled {
            // Without a known wait, the drawn one holds back the only token.
            true => Some(u64::from(known.is_none())),
            false => remaining.map(|left| left.saturating_sub(1)),
        };
        if let Some(left) = left {
            // Keep at most as many tokens as the server says are left.
            let missing = u64::from(limit.burst).saturating_sub(left);
            let missing = u32::try_from(missing).unwrap_or(limit.burst);
            let full = now.checked_add(interval.saturating_mul(missing));
            self.full = self.full.max(full.unwrap_or(now));
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while the lock is held.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
