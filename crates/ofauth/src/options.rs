//! How long a call may take, how often it is tried, and how much it may bring.

use std::time::Duration;

use crate::{Error, Result, RetryPolicy};

/// The bounds of a call. What is not set is as the client has it; what the client doesn't
/// set has the default.
///
/// | option | what it bounds | default |
/// | --- | --- | --- |
/// | [`connect_timeout`](Self::connect_timeout) | opening a connection, TLS included | 10 s |
/// | [`attempt_timeout`](Self::attempt_timeout) | one attempt, from connecting to the last byte of the answer | 30 s |
/// | [`deadline`](Self::deadline) | the whole call: attempts, pauses, and waiting for the limit | 300 s |
/// | [`retry`](Self::retry) | how often and how soon it is tried again | [`RetryPolicy::new`] |
/// | [`max_response_size`](Self::max_response_size) | the bytes of the answer, before decompression as after it | 32 MiB |
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
    /// Nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long opening a connection may take, TLS included. A connection that is already
    /// open is used again, and costs no time.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// How long one attempt may take, from connecting to the last byte of the answer.
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.attempt_timeout = Some(timeout);
        self
    }

    /// How long the call may take in all: its attempts, the pauses between them, and the
    /// time that it waits for the limit of its connection.
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// How often and how soon the call is tried again.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// The most bytes of an answer, before decompression as after it. A page of 20 chats
    /// has some 50 KB.
    pub fn max_response_size(mut self, bytes: usize) -> Self {
        self.max_response_size = Some(bytes);
        self
    }

    /// These options, and where they leave something open, those of `base`.
    pub(crate) fn or(self, base: &Self) -> Self {
        Self {
            connect_timeout: self.connect_timeout.or(base.connect_timeout),
            attempt_timeout: self.attempt_timeout.or(base.attempt_timeout),
            deadline: self.deadline.or(base.deadline),
            retry: self.retry.or_else(|| base.retry.clone()),
            max_response_size: self.max_response_size.or(base.max_response_size),
        }
    }

    /// Checks the options; `wrong` makes the error.
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

/// The bounds of one call, all of them.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    pub(crate) connect: Duration,
    pub(crate) attempt: Duration,
    pub(crate) total: Duration,
    pub(crate) retry: RetryPolicy,
    pub(crate) size: usize,
}
