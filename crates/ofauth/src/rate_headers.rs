//! Parses the rate-limit headers of a response: `Retry-After` and `X-RateLimit-*`.

use std::time::{Duration, SystemTime};

use chrono::{Datelike, NaiveDateTime};
use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

/// A reset of at most this number is in seconds from now. The vendor's limit has recovered after 90
/// seconds, so a larger number is in milliseconds from now.
const MAX_SECONDS: f64 = 120.0;
/// A reset of at least this number is in epoch seconds, which means 2001 or later.
const EPOCH_SECONDS: f64 = 1e9;
/// A reset of at least this number is in epoch milliseconds, which means 1973 or later.
const EPOCH_MILLISECONDS: f64 = 1e11;
/// The longest wait that a server or a limiter can impose. The vendor's limit has recovered after
/// 90 seconds; this keeps one bad header from blocking a connection forever. Resets further away
/// are ignored.
pub(crate) const MAX_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// A connection's rate limit, as reported by a response's `X-RateLimit-*` headers (OFAuth
/// reference, rate limits). Missing and malformed values are `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateLimitState {
    /// The limit, in requests (`X-RateLimit-Limit`).
    pub limit: Option<u64>,
    /// The number of requests left (`X-RateLimit-Remaining`).
    pub remaining: Option<u64>,
    /// The time from the response until full capacity returns (`X-RateLimit-Reset`). The unit
    /// isn't documented: epoch seconds, epoch milliseconds, and milliseconds or seconds from now are
    /// distinguished by their magnitude. The limit recovers within 90 seconds, so a number between
    /// 120 and a billion is in milliseconds. Values more than a day away are ignored.
    pub reset: Option<Duration>,
}

impl RateLimitState {
    pub(crate) fn read(headers: &HeaderMap, now: SystemTime) -> Self {
        let text = |name| text(headers, name);
        Self {
            limit: text("x-ratelimit-limit").and_then(count),
            remaining: text("x-ratelimit-remaining").and_then(count),
            reset: text("x-ratelimit-reset").and_then(|text| reset(text, || sent_at(headers, now))),
        }
    }
}

/// Returns how long the server asks to wait, at most [`MAX_WAIT`]: seconds, or an HTTP date (RFC
/// 9110, section 10.2.3).
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = text(headers, RETRY_AFTER.as_str())?;
    let wait = match seconds(text) {
        Some(seconds) => seconds,
        None => since(date(text)?, sent_at(headers, now)),
    };
    Some(wait.min(MAX_WAIT))
}

/// Returns when the server sent the response, by its own clock if it sends a `Date`: its other
/// dates are relative to that clock, which may differ from ours.
fn sent_at(headers: &HeaderMap, now: SystemTime) -> SystemTime {
    text(headers, DATE.as_str()).and_then(date).unwrap_or(now)
}

/// Parses an HTTP date, in any of its three forms (RFC 9110, section 5.6.7). The day of the week
/// isn't checked. Years before 1970 or of more than four digits are no dates.
fn date(text: &str) -> Option<SystemTime> {
    let (_, day) = text.split_once(' ')?;
    let forms = ["%d %b %Y %T GMT", "%d-%b-%y %T GMT", "%b %e %T %Y"];
    let mut dates = forms.iter().filter_map(|form| NaiveDateTime::parse_from_str(day, form).ok());
    let date = dates.next()?;
    (1970..=9999).contains(&date.year()).then(|| date.and_utc().into())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    Some(headers.get(name)?.to_str().ok()?.trim())
}

/// Parses a number of seconds, whole or fractional.
fn seconds(text: &str) -> Option<Duration> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    // A number too large for a `Duration` still means a wait.
    digits
        .then(|| text.parse().ok())
        .flatten()
        .map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX))
}

/// Parses a number of requests. Negative numbers become zero.
fn count(text: &str) -> Option<u64> {
    let number: f64 = text.parse().ok()?;
    // The cast saturates: too large becomes the maximum, negative becomes zero.
    (!number.is_nan()).then_some(number as u64)
}

/// `now` is called only if the reset is a point in time.
fn reset(text: &str, now: impl FnOnce() -> SystemTime) -> Option<Duration> {
    let number = seconds(text)?.as_secs_f64();
    let after_epoch = |seconds| {
        let epoch = Duration::try_from_secs_f64(seconds).ok()?;
        Some(since(SystemTime::UNIX_EPOCH.checked_add(epoch)?, now()))
    };
    let wait = if number >= EPOCH_MILLISECONDS {
        after_epoch(number / 1_000.0)?
    } else if number >= EPOCH_SECONDS {
        after_epoch(number)?
    } else if number > MAX_SECONDS {
        Duration::try_from_secs_f64(number / 1_000.0).ok()?
    } else {
        Duration::try_from_secs_f64(number).ok()?
    };
    (wait <= MAX_WAIT).then_some(wait)
}

/// Returns the time from `now` until `then`; zero if `then` has passed.
fn since(then: SystemTime, now: SystemTime) -> Duration {
    then.duration_since(now).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::{RateLimitState, retry_after};

    /// 2024-01-15T10:31:00Z
    const NOW: u64 = 1_705_314_660;

    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(NOW)
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            let value = HeaderValue::from_str(value).unwrap();
            (HeaderName::from_static(name), value)
        };
        pairs.iter().map(pair).collect()
    }

    fn wait(value: &str) -> Option<u128> {
        retry_after(&headers(&[("retry-after", value)]), now()).map(|wait| wait.as_millis())
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(wait("0"), Some(0));
        assert_eq!(wait(" 120 "), Some(120_000));
        assert_eq!(wait("1.5"), Some(1_500));
        assert_eq!(wait("Mon, 15 Jan 2024 10:31:30 GMT"), Some(30_000));
        assert_eq!(wait("Monday, 15-Jan-24 10:31:30 GMT"), Some(30_000));
        assert_eq!(wait("Mon Jan 15 10:31:30 2024"), Some(30_000));
        assert_eq!(wait("Mon, 15 Jan 2024 10:30:00 GMT"), Some(0), "past");
        for long in ["999999999999999999999999", "86400001", "Mon, 15 Jan 2035 10:31:30 GMT"] {
            assert_eq!(wait(long), Some(86_400_000), "{long}");
        }
        let odd_years = [
            "Mon, 01 Jan 0001 00:00:00 GMT",
            "Wed, 31 Dec 1969 23:59:59 GMT",
            "Mon, 15 Jan +99999 10:31:30 GMT",
        ];
        for odd in ["", "soon", "-5", "NaN", "inf", "1e3", "+5", "5s", "."].iter().chain(&odd_years)
        {
            assert_eq!(wait(odd), None, "{odd}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now()), None);
    }

    #[test]
    fn dates_are_relative_to_the_servers_clock() {
        let headers = headers(&[
            ("date", "Mon, 15 Jan 2024 09:00:00 GMT"),
            ("retry-after", "Mon, 15 Jan 2024 09:00:07 GMT"),
            ("x-ratelimit-reset", &(NOW - 5_460 + 9).to_string()),
        ]);
        assert_eq!(retry_after(&headers, now()), Some(Duration::from_secs(7)));
        let state = RateLimitState::read(&headers, now());
        assert_eq!(state.reset, Some(Duration::from_secs(9)));
        let unset_clock = self::headers(&[
            ("date", "Mon, 01 Jan 0001 00:00:00 GMT"),
            ("retry-after", "Mon, 15 Jan 2024 10:31:07 GMT"),
        ]);
        assert_eq!(retry_after(&unset_clock, now()), Some(Duration::from_secs(7)));
    }

    #[test]
    fn a_reset_is_epoch_seconds_milliseconds_or_seconds_from_now() {
        let reset = |value: &str| {
            let headers = headers(&[("x-ratelimit-reset", value)]);
            let reset = RateLimitState::read(&headers, now()).reset;
            reset.map(|reset| reset.as_millis())
        };
        assert_eq!(reset("48"), Some(48_000));
        assert_eq!(reset("0"), Some(0));
        assert_eq!(reset("0.25"), Some(250));
        assert_eq!(reset(&(NOW + 48).to_string()), Some(48_000));
        assert_eq!(reset(&(NOW * 1_000 + 48_500).to_string()), Some(48_500));
        assert_eq!(reset(&(NOW - 48).to_string()), Some(0), "past");
        assert_eq!(reset("120"), Some(120_000));
        assert_eq!(reset("2000"), Some(2_000), "milliseconds");
        assert_eq!(reset("90000"), Some(90_000), "milliseconds");
        for odd in ["9999999999", "999999999", "-1", "x", "", "99999999999999999999999999999"] {
            assert_eq!(reset(odd), None, "{odd}");
        }
    }

    #[test]
    fn limits_may_be_decimal_or_negative() {
        let state = |limit, remaining| {
            let headers =
                headers(&[("x-ratelimit-limit", limit), ("x-ratelimit-remaining", remaining)]);
            let state = RateLimitState::read(&headers, now());
            (state.limit, state.remaining)
        };
        assert_eq!(state("90", "0"), (Some(90), Some(0)));
        assert_eq!(state("90.0", "-1"), (Some(90), Some(0)));
        assert_eq!(state("many", ""), (None, None));
        assert_eq!(RateLimitState::read(&HeaderMap::new(), now()), RateLimitState::default());
    }
}
