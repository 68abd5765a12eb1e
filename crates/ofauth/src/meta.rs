//! What is known of a call beside its result.

use std::time::Duration;

use http::StatusCode;

use crate::RateLimitState;

/// What is known of a call beside its result; see [`Page::meta`](crate::Page::meta).
#[derive(Clone, Debug)]
pub struct Meta {
    pub(crate) status: StatusCode,
    pub(crate) request_id: Option<String>,
    pub(crate) rate_limit: RateLimitState,
    pub(crate) attempts: u32,
    pub(crate) elapsed: Duration,
}

impl Meta {
    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The request's id, where the answer's headers tell it, to quote to the vendor's support.
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    /// The limit of the connection, as the answer tells it.
    pub fn rate_limit(&self) -> RateLimitState {
        self.rate_limit
    }

    /// How often the request was sent, from 1.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    /// How long the call took in all, with what it waited.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }
}
