//! The options of a call: timeouts, retry policy and response size.

use std::time::Duration;

use crate::{Error, Result, RetryPolicy};

/// The timeouts, retry policy and size limit of a call.
///
/// Options that aren't set on a request are inherited from the client. Options that the client
/// doesn't set either have these defaults:
///
/// | option | what it limits | default |
/// | --- | --- | --- |
/// | [`connect_timeout`](Self::connect_timeout) | opening an HTTP connection, including TLS | 10 s |
/// | [`attempt_timeout`](Self::attempt_timeout) | one attempt, from connecting to the last byte of the response | 30 s |
/// | [`deadline`](Self::deadline) | the whole call: attempts, pauses, and waiting for the rate limit | 300 s |
/// | [`retry`](Self::retry) | how often and how soon a failed call is retried | [`RetryPolicy::new`] |
/// | [`max_response_size`](Self::max_response_size) | the size of the response in bytes, both before and after decompression | 32 MiB |
///
/// ```
/// # fn main() -> ofauth::Result<()> {
/// # let client = ofauth::Client::builder().api_key("sk_x").build()?;
/// use std::time::Duration;
/// use ofauth::{CallOptions, RetryPolicy};
///
/// let quick = CallOptions::new().deadline(Duration::from_secs(5)).retry(RetryPolicy::off());
/// let request = client.connection("conn_abc123")?.chats().with(quick);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct CallOptions {
    connect_timeout: Option<Duration>,
    attempt_timeout: Option<Duration>,
    deadline: Option<Duration>,
    retry: Option<RetryPolicy>,
    max_response_size: Option<usize>,
}

impl CallOptions {
    /// Creates options with nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the timeout for opening an HTTP connection, including TLS. It doesn't apply to calls
    /// that reuse an open connection.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// Sets the timeout for one attempt, from connecting to the last byte of the response.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// Sets the deadline for the whole call: its attempts, the pauses between them, and the time
    /// spent waiting for the connection's rate limit.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sets how often and how soon a failed call is retried.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// Sets the maximum size of a response in bytes, both before and after decompression. A page of
    /// 20 chats is about 50 KB.
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.max_response_size = Some(bytes);
        self
    }

    /// Fills the options that aren't set from `base`.
    pub(crate) fn or(self, base: &Self) -> Self {
        Self {
            connect_timeout: self.connect_timeout.or(base.connect_timeout),
            attempt_timeout: self.attempt_timeout.or(base.attempt_timeout),
            deadline: self.deadline.or(base.deadline),
            retry: self.retry.or_else(|| base.retry.clone()),
            max_response_size: self.max_response_size.or(base.max_response_size),
        }
    }

    /// Validates the options and applies the defaults. `wrong` creates the error.
    pub(crate) fn resolve(self, wrong: impl Fn(String) -> Error) -> Result<Bounds> {
        let bounds = Bounds {
            connect: self.connect_timeout.unwrap_or(Duration::from_secs(10)),
            attempt: self.attempt_timeout.unwrap_or(Duration::from_secs(30)),
            total: self.deadline.unwrap_or(Duration::from_secs(300)),
            retry: self.retry.unwrap_or_default(),
            size: self.max_response_size.unwrap_or(32 * 1024 * 1024),
        };
        for (name, duration) in [
            ("connect_timeout", bounds.connect),
            ("attempt_timeout", bounds.attempt),
            ("deadline", bounds.total),
        ] {
            if duration.is_zero() {
                return Err(wrong(format!("{name} must be greater than 0, but is 0")));
            }
        }
        Ok(bounds)
    }
}

/// The options of one call, with the defaults applied.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    pub(crate) connect: Duration,
    pub(crate) attempt: Duration,
    pub(crate) total: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) size: usize,
}
