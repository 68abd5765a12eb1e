//! The retry loop around each generated operation: rate limit, attempts, pauses and deadlines, with
//! trace spans.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};
use tracing::{Instrument, Span, field, info_span};

use super::{Call, Reply, Sent};
use crate::connect;
use crate::decode::RawPage;
use crate::error::Deadline;
use crate::event::EventKind;
use crate::limit::LimitError;
use crate::retry::Stop;
use crate::{Error, ErrorKind, Result};

impl Call<'_> {
    /// Sends the operation, with retries, and returns its page.
    pub(crate) async fn send<P, F>(&self, operation: impl Fn() -> F) -> Result<Reply<P>>
    where
        P: RawPage,
        F: Future<Output = Sent<P>>,
    {
        let span = info_span!(
            "ofauth",
            otel.name = self.operation,
            operation = self.operation,
            connection = %self.connection.hash(),
        );
        self.attempts(operation).instrument(span).await
    }

    async fn attempts<P, F>(&self, operation: impl Fn() -> F) -> Result<Reply<P>>
    where
        P: RawPage,
        F: Future<Output = Sent<P>>,
    {
        let start = Instant::now();
        let mut attempt = 0;
        let mut failed: Option<Error> = None;
        loop {
            if let Err(error) = self.throttle(start).await {
                return Err(match failed {
                    // Return the server's error, with a note on why there was no further attempt.
                    Some(failed) => {
                        let wait = error.retry_after().or(failed.retry_after());
                        failed.with_note(error.to_string()).with_retry_after(wait)
                    }
                    None => error,
                });
            }
            attempt += 1;
            let error = match self.attempt(&operation, start, attempt).await {
                Ok(mut reply) => {
                    self.connection.shared().budget.deposit();
                    reply.meta.attempts = attempt;
                    reply.meta.elapsed = start.elapsed();
                    return Ok(reply);
                }
                Err(error) => match failed {
                    // Keep the server's earlier response.
                    Some(failed) if error.deadline() == Some(Deadline::Total) => {
                        error.after(failed)
                    }
                    _ => error,
                },
            };
            let error = error.with_attempts(attempt);
            let pause = match self.pause(&error, attempt, start) {
                Ok(pause) => pause,
                Err(None) => return Err(error),
                Err(Some(note)) => return Err(error.with_note(note)),
            };
            self.emit(EventKind::Retry {
                attempts: attempt,
                pause,
                error: error.kind(),
                status: error.status(),
            });
            failed = Some(error);
            sleep(pause).await;
        }
    }

    /// Waits until the connection's rate limit allows a request.
    async fn throttle(&self, start: Instant) -> Result<()> {
        let Some(limiter) = &self.connection.shared().limiter else {
            return Ok(());
        };
        let (asked, left) = (Instant::now(), self.left(start));
        let acquired = limiter.acquire(self.connection.hash(), left);
        // The application's own limiter may wait longer than allowed.
        let allowed = match asked.checked_add(left) {
            Some(end) => timeout_at(end, acquired).await.unwrap_or(Err(LimitError::TooLong(None))),
            None => acquired.await,
        };
        let waited = asked.elapsed();
        // Calling the limiter takes a moment even without a wait.
        if waited >= Duration::from_millis(1) {
            self.emit(EventKind::Throttled { waited });
        }
        match allowed {
            Ok(()) => Ok(()),
            Err(LimitError::TooLong(Some(wait))) => Err(Error::new(
                ErrorKind::RateLimited,
                format!(
                    "this connection's rate limit allows no request for {}, which is longer than \
                     the deadline allows",
                    seconds(wait)
                ),
                "wait and try again",
            )
            .with_retry_after(Some(wait))),
            Err(LimitError::TooLong(None)) => Err(Error::new(
                ErrorKind::RateLimited,
                format!(
                    "the deadline of {} passed while the request waited for this connection's \
                     rate limit",
                    seconds(self.bounds.total)
                ),
                "send fewer requests, or allow more time",
            )
            .with_deadline(Deadline::Total)),
            Err(LimitError::Failed(source)) => Err(Error::new(
                ErrorKind::Limiter,
                "the application's rate limiter failed, so the request was not sent".to_owned(),
                "see the error's source",
            )
            .with_source(source)),
        }
    }

    /// Sends the operation once.
    async fn attempt<P, F>(
        &self,
        operation: &impl Fn() -> F,
        start: Instant,
        attempt: u32,
    ) -> Result<Reply<P>>
    where
        P: RawPage,
        F: Future<Output = Sent<P>>,
    {
        let url = &self.connection.shared().base_url;
        let span = info_span!(
            "request",
            otel.name = "GET",
            otel.kind = "client",
            http.request.method = "GET",
            http.request.resend_count = (attempt > 1).then(|| attempt - 1),
            http.response.status_code = field::Empty,
            server.address = url.domain(),
            server.port = url.port(),
            url.scheme = url.scheme(),
            request_id = field::Empty,
            "error.type" = field::Empty,
        );
        let began = Instant::now();
        let left = self.left(start);
        let (bound, deadline) = match left < self.bounds.attempt {
            true => (left, Deadline::Total),
            false => (self.bounds.attempt, Deadline::Attempt),
        };
        let end = began.checked_add(bound);
        let once = connect::within(self.bounds.connect, self.once(operation(), end));
        let once = async {
            let result = match end {
                Some(end) => {
                    timeout_at(end, once).await.unwrap_or_else(|_| Err(self.timed_out(deadline)))
                }
                None => once.await,
            };
            let span = Span::current();
            let error = result.as_ref().err();
            let (status, request_id) = match &result {
                Ok(reply) => (Some(reply.meta.status), reply.meta.request_id()),
                Err(error) => (error.status(), error.request_id()),
            };
            if let Some(id) = request_id {
                span.record("request_id", id);
            }
            if let Some(status) = status {
                span.record("http.response.status_code", status.as_u16());
            }
            if let Some(error) = error {
                span.record("error.type", error.kind().as_str());
            }
            self.emit(EventKind::Attempt {
                attempt,
                status,
                error: error.map(Error::kind),
                elapsed: began.elapsed(),
            });
            result
        };
        once.instrument(span).await
    }

    pub(super) fn timed_out(&self, deadline: Deadline) -> Error {
        let (part, bound) = match deadline {
            Deadline::Connect => ("connecting", self.bounds.connect),
            Deadline::Attempt => ("one attempt", self.bounds.attempt),
            Deadline::Total => ("the whole call", self.bounds.total),
        };
        let (host, bound) = (self.connection.host(), seconds(bound));
        let what = format!("the request to {host} timed out ({part} took longer than {bound})");
        let advice = "try again later, or allow more time";
        Error::new(ErrorKind::Timeout, what, advice).with_deadline(deadline)
    }

    /// Returns how long to pause before the next attempt. If there is no next attempt, the error
    /// may be a note that says why.
    fn pause(
        &self,
        error: &Error,
        attempts: u32,
        start: Instant,
    ) -> Result<Duration, Option<String>> {
        let status = error.status().map(|status| status.as_u16());
        let may_help = match error.kind() {
            ErrorKind::Connect | ErrorKind::RateLimited | ErrorKind::RulesOutdated => true,
            ErrorKind::Timeout => error.deadline() != Some(Deadline::Total),
            ErrorKind::Server => matches!(status, Some(408 | 500 | 502 | 503 | 504)),
            _ => false,
        };
        if !may_help {
            return Err(None);
        }
        let left = self.left(start);
        let retry = &self.bounds.retry;
        let pause = retry.pause(attempts, error.retry_after(), left, fastrand::f64());
        let pause = pause.map_err(|stop| match stop {
            Stop::Attempts => None,
            Stop::Deadline => Some(format!(
                "the deadline of {} leaves no time for another attempt",
                seconds(self.bounds.total)
            )),
            Stop::TooLong { wait, allowed } => Some(format!(
                "the server asks to wait {}, but only {} are allowed",
                seconds(wait),
                seconds(allowed)
            )),
        })?;
        // A throttled connection waits as instructed, so its retries need no budget.
        let told = error.retry_after().is_some() || self.connection.shared().limiter.is_some();
        let waits = error.kind() == ErrorKind::RateLimited && told;
        match waits || self.connection.shared().budget.withdraw() {
            true => Ok(pause),
            false => Err(Some(
                "not retried because too many of this client's requests are failing".to_owned(),
            )),
        }
    }

    fn left(&self, start: Instant) -> Duration {
        self.bounds.total.saturating_sub(start.elapsed())
    }

    pub(super) fn emit(&self, kind: EventKind<'_>) {
        let hook = &self.connection.shared().hook;
        hook.emit(self.operation, self.connection.hash(), kind);
    }
}

/// Formats a duration for people, like `0.25 s`.
fn seconds(duration: Duration) -> String {
    let millis = duration.as_millis();
    match millis % 1_000 {
        0 => format!("{} s", millis / 1_000),
        _ => format!("{} s", millis as f64 / 1_000.0),
    }
}
