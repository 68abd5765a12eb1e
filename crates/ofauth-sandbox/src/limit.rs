//! Rate limits: a token bucket per connection (OFAuth reference, rate limits).

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};

/// The rate limit of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// The steady rate, in requests per minute; at least 1.
    pub per_minute: u32,
    /// The largest burst after idle time, in requests; at least 1.
    pub burst: u32,
}

impl Default for Quota {
    /// Returns 60 requests a minute, with bursts of up to 90 (OFAuth reference, rate limits: the
    /// plans Pay as You Go and Starter).
    fn default() -> Self {
        Self { per_minute: 60, burst: 90 }
    }
}

/// The error of parsing a malformed [`Quota`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseQuotaError(());

impl fmt::Display for ParseQuotaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("expected requests per minute and burst, like 60:90, each at least 1")
    }
}

impl std::error::Error for ParseQuotaError {}

impl FromStr for Quota {
    type Err = ParseQuotaError;

    /// Parses requests per minute and burst, like `60:90`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number = |text: &str| text.parse().ok().filter(|number| *number > 0);
        text.split_once(':')
            .and_then(|(per_minute, burst)| {
                Some(Self { per_minute: number(per_minute)?, burst: number(burst)? })
            })
            .ok_or(ParseQuotaError(()))
    }
}

/// The token bucket of a connection.
#[derive(Debug)]
pub(crate) struct Bucket {
    tokens: f64,
    at: DateTime<Utc>,
}

/// The state of the rate limit that a response reports.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Allowance {
    /// Whether the request may pass.
    pub(crate) allowed: bool,
    pub(crate) limit: u32,
    pub(crate) remaining: u32,
    /// Seconds until full capacity returns, rounded up.
    pub(crate) reset: u64,
    /// Seconds until the next token, rounded up; 0 if a token is available.
    pub(crate) retry_after: u64,
}

impl Bucket {
    pub(crate) fn full(limit: Quota, now: DateTime<Utc>) -> Self {
        Self { tokens: limit.burst.into(), at: now }
    }

    /// Takes a token if available.
    pub(crate) fn take(&mut self, limit: Quota, now: DateTime<Utc>) -> Allowance {
        let elapsed = (now - self.at).to_std().unwrap_or_default();
        let per_second = f64::from(limit.per_minute.max(1)) / 60.0;
        let burst = f64::from(limit.burst.max(1));
        self.tokens = (self.tokens + elapsed.as_secs_f64() * per_second).min(burst);
        self.at = now;
        let allowed = self.tokens >= 1.0;
        if allowed {
            self.tokens -= 1.0;
        }
        // The numbers are small and not negative, so the casts drop at most a fraction.
        let seconds = |tokens: f64| (tokens.max(0.0) / per_second).ceil() as u64;
        Allowance {
            allowed,
            limit: limit.burst,
            remaining: self.tokens as u32,
            reset: seconds(burst - self.tokens),
            retry_after: if self.tokens >= 1.0 { 0 } else { seconds(1.0 - self.tokens) },
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::{Bucket, Quota};

    #[test]
    fn a_burst_passes_then_one_request_per_second() {
        let limit = Quota::default();
        let mut now = DateTime::from_timestamp(1_000, 0).unwrap();
        let mut bucket = Bucket::full(limit, now);
        for remaining in (0..90).rev() {
            let allowance = bucket.take(limit, now);
            assert!(allowance.allowed);
            assert_eq!(
                (allowance.remaining, allowance.reset),
                (remaining, 90 - u64::from(remaining))
            );
        }
        let empty = bucket.take(limit, now);
        assert_eq!((empty.allowed, empty.remaining, empty.retry_after), (false, 0, 1));
        for _ in 0..100 {
            now += TimeDelta::milliseconds(500);
            assert!(!bucket.take(limit, now).allowed);
            now += TimeDelta::milliseconds(500);
            assert!(bucket.take(limit, now).allowed);
        }
        now += TimeDelta::days(1);
        assert_eq!(bucket.take(limit, now).remaining, 89, "the tokens never exceed the burst");
    }

    #[test]
    fn quotas_are_parsed() {
        assert_eq!("60:90".parse(), Ok(Quota::default()));
        assert_eq!("1:5".parse(), Ok(Quota { per_minute: 1, burst: 5 }));
        for text in ["", "60", "60:", ":90", "0:90", "60:0", "-1:5", "60:90:1", "a:b"] {
            assert!(text.parse::<Quota>().is_err(), "{text}");
        }
    }
}
