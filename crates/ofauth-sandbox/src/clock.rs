//! The clock of the sandbox.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use crate::inbox::NEWEST;

/// A source of time for rate limits and new messages.
pub trait Clock: fmt::Debug + Send + Sync {
    /// Returns the current time. It must not go backwards.
    fn now(&self) -> DateTime<Utc>;
}

/// The default clock. It starts a minute after [`NEWEST`] and follows tokio's time, which a test
/// can pause and advance.
#[derive(Debug)]
pub(crate) struct TokioClock(Instant);

impl TokioClock {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }
}

impl Clock for TokioClock {
    fn now(&self) -> DateTime<Utc> {
        let start = DateTime::from_timestamp(NEWEST + 60, 0).unwrap_or_default();
        start + TimeDelta::from_std(self.0.elapsed()).unwrap_or(TimeDelta::MAX)
    }
}
