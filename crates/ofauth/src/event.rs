//! Events of a call, for `tracing` and for the client's callback.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use tracing::{debug, info, warn};

use crate::{ConnectionHash, ErrorKind};

/// Something that happened during a call; see
/// [`ClientBuilder::on_event`](crate::ClientBuilder::on_event).
///
/// It never contains a key, a connection id or the content of a chat. Every event is also sent to
/// `tracing`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Event<'a> {
    /// The name of the operation, like `list_chats`.
    pub operation: &'static str,
    /// The hash of the connection.
    pub connection: ConnectionHash,
    /// What happened.
    pub kind: EventKind<'a>,
}

/// What happened during a call.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum EventKind<'a> {
    /// A request begins to wait for the connection's rate limit. [`Throttled`](Self::Throttled)
    /// follows.
    #[non_exhaustive]
    Waiting {},
    /// The connection's rate limit delayed a request.
    #[non_exhaustive]
    Throttled {
        /// How long the request waited.
        waited: Duration,
    },
    /// An attempt ended, with or without a response.
    #[non_exhaustive]
    Attempt {
        /// The number of the attempt within the call, from 1.
        attempt: u32,
        /// The status, if there was a response.
        status: Option<StatusCode>,
        /// What went wrong, if anything did.
        error: Option<ErrorKind>,
        /// How long the attempt took.
        elapsed: Duration,
    },
    /// A failed request will be sent again.
    #[non_exhaustive]
    Retry {
        /// How many attempts have failed.
        attempts: u32,
        /// The pause before the next attempt.
        pause: Duration,
        /// What went wrong.
        error: ErrorKind,
        /// The status, if there was a response.
        status: Option<StatusCode>,
    },
    /// Some characters of a response were encoded wrongly, and were replaced by U+FFFD; see
    /// [`Page::replaced`](crate::Page::replaced).
    #[non_exhaustive]
    Replaced {
        /// How many characters were replaced.
        characters: usize,
    },
    /// A record of a page can't be decoded.
    #[non_exhaustive]
    Rejected {
        /// The record's index in the page's list, from 0.
        index: usize,
        /// The position in the page, like `list[3].lastMessage.id`.
        path: &'a str,
        /// What is wrong there, like `should be an integer`.
        reason: &'a str,
    },
    /// A page differs from the API's description. Each difference is reported once. See
    /// `ClientBuilder::drift`, which needs the feature `drift`.
    #[non_exhaustive]
    Drift {
        /// The position in the page, like `list[].lastMessage.media[].type`.
        place: &'a str,
        /// The kind of difference: `unknown-field`, `wrong-type`, `unexpected-null`,
        /// `missing-required`, `unknown-value`, `out-of-bounds`, `not-a-date` or `no-alternative`.
        difference: &'a str,
        /// What the description says.
        expected: &'a str,
        /// What was seen, as a type; never a value.
        seen: &'a str,
    },
}

type Callback = dyn Fn(&Event<'_>) + Send + Sync;

/// The application's callback, if it has set one.
#[derive(Clone, Default)]
pub(crate) struct Hook(pub(crate) Option<Arc<Callback>>);

impl Hook {
    /// Sends an event to `tracing` and to the callback.
    pub(crate) fn emit(
        &self,
        operation: &'static str,
        connection: ConnectionHash,
        kind: EventKind<'_>,
    ) {
        match &kind {
            EventKind::Waiting {} => debug!(operation, %connection, "waiting for the rate limit"),
            EventKind::Throttled { waited } => {
                info!(operation, %connection, waited_ms = millis(*waited), "throttled by the connection's limit");
            }
            EventKind::Attempt { attempt, status, error, elapsed } => debug!(
                operation,
                %connection,
                attempt,
                http.response.status_code = status.map(|status| status.as_u16()),
                error.r#type = error.map(ErrorKind::as_str),
                elapsed_ms = millis(*elapsed),
                "attempt"
            ),
            EventKind::Retry { attempts, pause, error, status } => info!(
                operation,
                %connection,
                attempts,
                pause_ms = millis(*pause),
                http.response.status_code = status.map(|status| status.as_u16()),
                error.r#type = error.as_str(),
                "retry"
            ),
            EventKind::Replaced { characters } => {
                warn!(operation, %connection, characters, "wrongly encoded characters were replaced")
            }
            EventKind::Rejected { index, path, reason } => {
                warn!(operation, %connection, index, path, reason, "a record cannot be read")
            }
            EventKind::Drift { place, difference, expected, seen } => warn!(
                operation,
                place, difference, expected, seen, "a page differs from the API's description"
            ),
        }
        if let Some(hook) = &self.0 {
            hook(&Event { operation, connection, kind });
        }
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Hook" } else { "None" })
    }
}

fn millis(duration: Duration) -> u64 {
    duration.as_millis().try_into().unwrap_or(u64::MAX)
}
