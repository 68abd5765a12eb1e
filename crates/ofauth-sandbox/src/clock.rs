//! What time it is in the stand-in.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::time::Instant;

use crate::inbox::NEWEST;

/// Tells the time: for limits, and for the messages that arrive.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The time now. It must not go back.
    fn now(&self) -> DateTime<Utc>;
}

/// The default: it starts a minute after the newest message of the seeded inboxes,
/// and goes as tokio's time goes, which a test can pause and advance.
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
