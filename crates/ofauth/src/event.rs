//! What happens within calls, told to `tracing` and to the client's hook.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use tracing::{debug, info, warn};

use crate::{ConnectionHash, ErrorKind};

/// Something that happened within a call; see
/// [`ClientBuilder::on_event`](crate::ClientBuilder::on_event).
///
/// It holds no key, no connection id and nothing of a chat, and is told to `tracing` too.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Event<'a> {
    /// The operation, like `list_chats`.
    pub operation: &'static str,
    /// The connection.
    pub connection: ConnectionHash,
    /// What happened.
    pub kind: EventKind<'a>,
}

/// What happened within a call.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum EventKind<'a> {
    /// The limit of the connection held a request back.
    #[non_exhaustive]
    Throttled {
        /// For how long.
        waited: Duration,
    },
    /// A request was sent, and an answer received or not.
    #[non_exhaustive]
    Attempt {
        /// Which attempt of the call it was, from 1.
        attempt: u32,
        /// The status, where there was an answer.
        status: Option<StatusCode>,
        /// What went wrong, if anything did.
        error: Option<ErrorKind>,
        /// How long it took.
        elapsed: Duration,
    },
    /// A failed request is sent again.
    #[non_exhaustive]
    Retry {
        /// How many attempts have failed.
        attempts: u32,
        /// How long the pause before the next one is.
        pause: Duration,
        /// What went wrong.
        error: ErrorKind,
        /// The status, where there was an answer.
        status: Option<StatusCode>,
    },
    /// A record of a page could not be read.
    #[non_exhaustive]
    Rejected {
        /// Its place in the page's list, from 0.
        index: usize,
        /// The place within the page, like `list[3].lastMessage.id`.
        path: &'a str,
        /// What was expected there.
        reason: &'a str,
    },
    /// A page says something that the API's description does not; told once for each place. See
    /// [`ClientBuilder::drift`](crate::ClientBuilder::drift).
    #[non_exhaustive]
    Drift {
        /// The place within the page, like `list[].lastMessage.media[].type`.
        place: &'a str,
        /// What is different: `unknown-field`, `wrong-type`, `unexpected-null`,
        /// `missing-required`, `unknown-value`, `out-of-bounds`, `not-a-date` or `no-alternative`.
        difference: &'a str,
        /// What the description says.
        expected: &'a str,
        /// What was seen, as a type: never a value.
        seen: &'a str,
    },
}

type Callback = dyn Fn(&Event<'_>) + Send + Sync;

/// The hook that an application has set, if any.
#[derive(Clone, Default)]
pub(crate) struct Hook(pub(crate) Option<Arc<Callback>>);

impl Hook {
    /// Tells what happened.
    pub(crate) fn tell(
        &self,
        operation: &'static str,
        connection: ConnectionHash,
        kind: EventKind<'_>,
    ) {
        match &kind {
            EventKind::Throttled { waited } => {
                info!(operation, %connection, waited_ms = millis(*waited), "throttled by the connection's limit");
            }
            EventKind::Attempt {
                attempt,
                status,
                error,
                elapsed,
            } => debug!(
                operation,
                %connection,
                attempt,
                http.response.status_code = status.map(|status| status.as_u16()),
                error.r#type = error.map(ErrorKind::as_str),
                elapsed_ms = millis(*elapsed),
                "attempt"
            ),
            EventKind::Retry {
                attempts,
                pause,
                error,
                status,
            } => info!(
                operation,
                %connection,
                attempts,
                pause_ms = millis(*pause),
                http.response.status_code = status.map(|status| status.as_u16()),
                error.r#type = error.as_str(),
                "retry"
            ),
            EventKind::Rejected {
                index,
                path,
                reason,
            } => warn!(operation, %connection, index, path, reason, "a record cannot be read"),
            EventKind::Drift {
                place,
                difference,
                expected,
                seen,
            } => warn!(
                operation,
                place,
                difference,
                expected,
                seen,
                "the API sends what its description does not say"
            ),
        }
        if let Some(hook) = &self.0 {
            hook(&Event {
                operation,
                connection,
                kind,
            });
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
