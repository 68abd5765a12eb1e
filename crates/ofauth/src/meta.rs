//! The metadata of a call: status, request id, rate limit, attempts and time.

use std::time::Duration;

use http::StatusCode;

use crate::RateLimitState;

/// The metadata of a call; see [`Page::meta`](crate::Page::meta).
#[derive(Clone, Debug)]
pub struct Meta {
    pub(crate) status: StatusCode,
    pub(crate) request_id: Option<String>,
    pub(crate) rate_limit: RateLimitState,
    pub(crate) attempts: u32,
    pub(crate) elapsed: Duration,
}

impl Meta {
    /// Returns the status of the response.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// Returns the request id from the response's headers, if there is one, to quote to the
    /// vendor's support.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// Returns the connection's rate limit, as reported by the response.
    pub fn rate_limit(&self) -> RateLimitState {
        self.rate_limit
    }

    /// Returns how many times the request was sent, at least 1.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// Returns how long the whole call took, including waits.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }
}
