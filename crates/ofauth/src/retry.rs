//! The retry policy and the retry budget: when a failed request is sent again.
//!
//! This is our own code because the crate `backon` adds jitter on top of the delay, and doesn't
//! know `Retry-After`. Wrapping it would take more code than this file has.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How often and how soon a failed request is sent again.
///
/// The pause before the n-th retry is drawn uniformly between zero and
/// [`base_delay`](Self::base_delay) × 2^(n-1), and never exceeds
/// [`max_delay`](Self::max_delay). This "full jitter" keeps clients that failed at the same moment
/// from retrying at the same moment. The vendor asks for exponential backoff with jitter (OFAuth
/// reference, rate limits).
///
/// If the server says how long to wait (`Retry-After`), the pause is added to that time, so no
/// request is sent earlier. After a 429, the limiter makes the next calls of the same connection
/// wait equally long, within their own deadlines. If the wait is longer than
/// [`max_retry_after`](Self::max_retry_after), or than the [deadline](crate::CallOptions::deadline)
/// allows, the call fails at once, and [`Error::retry_after`](crate::Error::retry_after) says how
/// long to wait.
///
/// A request that is answered with 429 is retried for up to
/// [`max_retry_after`](Self::max_retry_after), regardless of the number of attempts: by then, the
/// vendor's limit has recovered.
///
/// A request is sent again if it failed to connect, got no response or only part of one, exceeded
/// the attempt timeout, or was answered with 408, 429, 500, 502, 503, 504, 520 to 524, 529, 530 or
/// 401 `RULES_OUTDATED`. Other failures aren't retried, because they would only recur. If an open
/// connection turns out to be closed before any response arrives, or the server refuses the request
/// unprocessed (HTTP/2 `REFUSED_STREAM`, `GOAWAY`), the request is sent again at once, and this
/// doesn't count as an attempt.
///
/// ```
/// use std::time::Duration;
/// use ofauth::RetryPolicy;
///
/// let patient = RetryPolicy::new().max_attempts(8).max_delay(Duration::from_secs(60));
/// let never = RetryPolicy::off();
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct RetryPolicy {
    max_attempts: u32,
    base_delay: Duration,
    max_delay: Duration,
    max_retry_after: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_attempts: 4,
            base_delay: Duration::from_millis(500),
            max_delay: Duration::from_secs(20),
            max_retry_after: Duration::from_secs(90),
        }
    }
}

impl RetryPolicy {
    /// Creates the default policy: 4 attempts, pauses of up to 0.5 s, 1 s, 2 s …, never more than
    /// 20 s, and a `Retry-After` of at most 90 s, after which the vendor's limit has recovered.
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a policy without retries: each request is sent once.
    pub fn off() -> Self {
        Self::default().max_attempts(1)
    }

    /// Sets the maximum number of attempts, including the first; 0 means 1.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// Sets the longest pause before the first retry; it doubles with each further retry.
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// Sets the longest pause before any retry.
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// Sets the longest `Retry-After` to wait for, and how long to keep repeating a request that is
    /// answered with 429.
    pub fn max_retry_after(mut self, wait: Duration) -> Self {
        self.max_retry_after = wait;
        self
    }

    /// Returns how long to pause after `attempts` failed attempts. `random` is drawn uniformly
    /// between 0 and 1.
    pub(crate) fn pause(
        &self,
        attempts: u32,
        retry_after: Option<Duration>,
        left: Duration,
        random: f64,
    ) -> Result<Duration, Stop> {
        let wait = retry_after.unwrap_or_default();
        if wait > self.max_retry_after {
            return Err(Stop::TooLong { wait, allowed: self.max_retry_after });
        }
        let drawn = self.jitter(attempts, random);
        match wait.saturating_add(drawn) {
            pause if pause < left => Ok(pause),
            _ if wait.is_zero() => Err(Stop::Deadline),
            // Jitter must not push the pause past the deadline.
            _ if wait < left => Ok(wait),
            _ => Err(Stop::TooLong { wait, allowed: left }),
        }
    }

    /// Returns whether another attempt is allowed after this number of failed attempts.
    pub(crate) fn allows_attempt_after(&self, attempts: u32) -> bool {
        attempts < self.max_attempts
    }

    /// Returns whether another attempt is allowed for a request that has been answered with 429 for
    /// the time `throttled`.
    pub(crate) fn is_patient(&self, throttled: Duration) -> bool {
        self.max_attempts > 1 && throttled < self.max_retry_after
    }

    fn jitter(&self, attempts: u32, random: f64) -> Duration {
        // Saturates on overflow; `max_delay` applies in any case.
        let doubled = 2_u32.checked_pow(attempts.saturating_sub(1)).unwrap_or(u32::MAX);
        let longest = self.base_delay.saturating_mul(doubled).min(self.max_delay);
        let drawn = longest.as_secs_f64() * random.clamp(0.0, 1.0);
        // Rounding must not exceed the longest pause.
        Duration::try_from_secs_f64(drawn).map_or(longest, |drawn| drawn.min(longest))
    }
}

/// Why a request isn't sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The deadline leaves no time for another attempt.
    Deadline,
    /// The server asks for a longer wait than allowed.
    TooLong { wait: Duration, allowed: Duration },
}

/// A client's budget of retries, so that retries don't multiply the load on an API that fails for
/// everyone.
///
/// It starts full. Each retry takes one, and each successful call gives a tenth back: in the long
/// run, there is at most one retry per ten successes.
#[derive(Debug)]
pub(crate) struct RetryBudget {
    capacity: u32,
    /// In tenths of a retry.
    tenths: Mutex<u64>,
}

impl RetryBudget {
    pub(crate) const DEFAULT: u32 = 100;

    pub(crate) fn new(capacity: u32) -> Self {
        Self { capacity, tenths: Mutex::new(u64::from(capacity) * 10) }
    }

    /// Takes one retry, if one is left.
    pub(crate) fn withdraw(&self) -> bool {
        let mut tenths = self.tenths.lock().unwrap_or_else(PoisonError::into_inner);
        match tenths.checked_sub(10) {
            Some(rest) => {
                *tenths = rest;
                true
            }
            None => false,
        }
    }

    /// Gives back a tenth of a retry, for a success.
    pub(crate) fn deposit(&self) {
        let mut tenths = self.tenths.lock().unwrap_or_else(PoisonError::into_inner);
        *tenths = (*tenths + 1).min(u64::from(self.capacity) * 10);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use fastrand::Rng;

    use super::{RetryBudget, RetryPolicy, Stop};

    const FOREVER: Duration = Duration::MAX;

    #[test]
    fn pauses_start_at_zero_and_their_maximum_doubles() {
        let policy = RetryPolicy::new().max_attempts(100);
        let longest: Vec<u64> = (1..9)
            .map(|attempts| policy.pause(attempts, None, FOREVER, 1.0).unwrap())
            .map(|pause| pause.as_millis() as u64)
            .collect();
        assert_eq!(longest, [500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000]);
        for attempts in 1..100 {
            let shortest = policy.pause(attempts, None, FOREVER, 0.0);
            assert_eq!(shortest, Ok(Duration::ZERO));
            let half = policy.pause(attempts, None, FOREVER, 0.5).unwrap();
            let whole = policy.pause(attempts, None, FOREVER, 1.0).unwrap();
            assert_eq!(half * 2, whole);
        }
    }

    #[test]
    fn under_any_policy_no_pause_is_too_short_or_too_long() {
        let mut rng = Rng::with_seed(4);
        let some = |rng: &mut Rng| match rng.u8(..10) {
            0 => Duration::ZERO,
            1 => Duration::MAX,
            _ => Duration::from_millis(rng.u64(..200_000)),
        };
        let (mut pauses, mut stops) = (0, 0);
        for _ in 0..20_000 {
            let policy = RetryPolicy {
                max_attempts: rng.u32(1..12),
                base_delay: some(&mut rng),
                max_delay: some(&mut rng),
                max_retry_after: some(&mut rng),
            };
            let attempts = rng.u32(1..12);
            let retry_after = rng.bool().then(|| some(&mut rng));
            let (left, random) = (some(&mut rng), rng.f64());
            let wait = retry_after.unwrap_or_default();
            match policy.pause(attempts, retry_after, left, random) {
                Ok(pause) => {
                    pauses += 1;
                    assert!(wait <= policy.max_retry_after);
                    assert!(pause >= wait, "never early");
                    assert!(pause < left, "never past the deadline");
                    assert!(pause - wait <= policy.max_delay);
                    let doubled = 2_u32.pow(attempts - 1);
                    assert!(pause - wait <= policy.base_delay.saturating_mul(doubled));
                }
                Err(stop) => {
                    stops += 1;
                    match stop {
                        Stop::Deadline => assert!(wait.is_zero()),
                        Stop::TooLong { wait: told, allowed } => {
                            assert_eq!(told, wait);
                            assert!(allowed == left || wait > allowed);
                        }
                    }
                }
            }
        }
        assert!(pauses > 2_000 && stops > 2_000, "{pauses} {stops}");
    }

    #[test]
    fn jitter_does_not_push_a_pause_past_the_deadline() {
        let (wait, left) = (Duration::from_secs(5), Duration::from_millis(5_100));
        assert_eq!(RetryPolicy::new().pause(1, Some(wait), left, 0.9), Ok(wait));
    }

    #[test]
    fn retry_after_is_respected_up_to_the_cap() {
        let policy = RetryPolicy::new();
        let second = Duration::from_secs(1);
        let cap = second * 90;
        assert_eq!(policy.pause(1, Some(cap), FOREVER, 0.0), Ok(cap));
        assert_eq!(policy.pause(1, Some(cap), FOREVER, 1.0), Ok(cap + second / 2));
        let wait = cap + Duration::from_nanos(1);
        let too_long = Stop::TooLong { wait, allowed: cap };
        assert_eq!(policy.pause(1, Some(wait), FOREVER, 0.0), Err(too_long));
        let left = second * 5;
        let too_long = Stop::TooLong { wait: left, allowed: left };
        assert_eq!(policy.pause(1, Some(left), left, 0.0), Err(too_long));
        assert_eq!(policy.pause(1, None, Duration::ZERO, 0.0), Err(Stop::Deadline));
    }

    #[test]
    fn a_policy_without_retries_stops_after_the_first_attempt() {
        for policy in [RetryPolicy::off(), RetryPolicy::new().max_attempts(0)] {
            assert!(!policy.allows_attempt_after(1) && !policy.is_patient(Duration::ZERO));
        }
        let policy = RetryPolicy::new();
        assert!(policy.allows_attempt_after(3) && !policy.allows_attempt_after(4));
        let cap = Duration::from_secs(90);
        assert!(policy.is_patient(cap / 2) && !policy.is_patient(cap));
    }

    #[test]
    fn a_budget_is_limited_and_regains_a_tenth_per_success() {
        let budget = RetryBudget::new(3);
        budget.deposit(); // It is already full.
        let taken = |times: usize| (0..times).filter(|_| budget.withdraw()).count();
        assert_eq!(taken(10), 3);
        (0..9).for_each(|_| budget.deposit());
        assert_eq!(taken(10), 0);
        budget.deposit();
        assert_eq!(taken(10), 1);
        (0..1_000).for_each(|_| budget.deposit());
        assert_eq!(taken(10), 3);
        assert!(!RetryBudget::new(0).withdraw());
    }

    #[test]
    fn a_budget_holds_in_any_order() {
        let mut rng = Rng::with_seed(7);
        for _ in 0..500 {
            let capacity = rng.u32(..20);
            let budget = RetryBudget::new(capacity);
            let (mut taken, mut successes) = (0, 0);
            for _ in 0..rng.u32(..500) {
                match rng.bool() {
                    true => taken += u32::from(budget.withdraw()),
                    false => {
                        successes += 1;
                        budget.deposit();
                    }
                }
                assert!(taken <= capacity + successes / 10);
            }
        }
    }
}
