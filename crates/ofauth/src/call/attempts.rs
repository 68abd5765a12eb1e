//! The retry loop around each operation: rate limit, attempts, pauses and deadlines, with
//! trace spans.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::runtime::Handle;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::{Instrument, Span, field, info_span};

use super::{Call, outside_of_runtime};
use crate::connect;
use crate::error::Deadline;
use crate::event::EventKind;
use crate::limit::{LimitError, LimitRequest};
use crate::operation::{Answer, Reply, Sent, Slot};
use crate::random;
use crate::retry::Stop;
use crate::{Error, ErrorKind, Result};

/// Statuses of failures that may pass. Those above 504 are Cloudflare's, for an origin that it
/// couldn't reach or that is overloaded (Cloudflare documentation, 5xx errors).
const TRANSIENT: [u16; 12] = [408, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529, 530];

/// The maximum number of free attempts per call, for open connections that turn out to be closed. A
/// server may close several idle connections at once; more failures than this have another cause.
const MAX_FREE: u32 = 16;

/// Sends an operation once.
pub(crate) type SendOnce<'a> = dyn Fn(ofauth_api::Client) -> BoxFuture<'a, Sent> + Sync + 'a;

impl Call<'_> {
    /// Sends the operation, with retries, and returns its answer. `operation` sends it once.
    pub(crate) async fn send<A: Answer>(&self, operation: &SendOnce<'_>) -> Result<Reply<A>> {
        let mut answer = None;
        let Reply { decoded, body, meta } = self.send_into(operation, &mut answer).await?;
        // A call succeeds only after its answer was decoded.
        #[allow(clippy::expect_used)]
        let answer = answer.expect("an answer");
        Ok(Reply { decoded: decoded.map(|()| answer), body, meta })
    }

    async fn send_into(
        &self,
        operation: &SendOnce<'_>,
        answer: &mut dyn Slot,
    ) -> Result<Reply<()>> {
        if Handle::try_current().is_err() {
            return Err(outside_of_runtime());
        }
        let span = info_span!(
            "ofauth",
            otel.name = self.operation.name,
            operation = self.operation.name,
            connection = %self.connection.hash(),
        );
        self.attempts(operation, answer).instrument(span).await
    }

    async fn attempts(&self, operation: &SendOnce<'_>, answer: &mut dyn Slot) -> Result<Reply<()>> {
        let start = Instant::now();
        let (mut attempt, mut free) = (0, 0);
        let mut failed: Option<Error> = None;
        let mut throttled: Option<Instant> = None;
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
            let error = match self.attempt(operation, answer, start, attempt).await {
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
            throttled = match error.is_rate_limited() {
                true => throttled.or_else(|| Some(Instant::now())),
                false => None,
            };
            let pause = if error.is_stale() && self.may_repeat(&error) && free < MAX_FREE {
                free += 1;
                Duration::ZERO
            } else {
                match self.pause(&error, attempt - free, start, throttled) {
                    Ok(pause) => pause,
                    Err(None) => return Err(error),
                    Err(Some(note)) => return Err(error.with_note(note)),
                }
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
        let request = LimitRequest::new(self.connection.id(), self.operation, left);
        let mut acquired = limiter.acquire(request);
        let acquired = async {
            match acquired.as_mut().now_or_never() {
                Some(acquired) => acquired,
                None => {
                    self.emit(EventKind::Waiting {});
                    acquired.await
                }
            }
        };
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
    async fn attempt(
        &self,
        operation: &SendOnce<'_>,
        answer: &mut dyn Slot,
        start: Instant,
        attempt: u32,
    ) -> Result<Reply<()>> {
        let url = &self.connection.shared().base_url;
        let method = self.operation.method.as_str();
        let span = info_span!(
            "request",
            otel.name = method,
            otel.kind = "client",
            http.request.method = method,
            http.route = Some(self.operation.path).filter(|path| !path.is_empty()),
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
        // Read the credentials again: the key may have been replaced since the last attempt.
        let sent = operation(self.connection.raw());
        // The futures are created where they are awaited: an async block stores what it captures
        // twice.
        let once = async {
            let once = connect::within(self.bounds.connect, self.once(sent, answer, end));
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
        let target = match deadline {
            Deadline::Connect => self.target(),
            _ => self.connection.host().to_owned(),
        };
        let bound = seconds(bound);
        let what = format!("the request to {target} timed out ({part} took longer than {bound})");
        let advice = "try again later, or allow more time";
        let error = Error::new(ErrorKind::Timeout, what, advice).with_deadline(deadline);
        match deadline {
            Deadline::Connect => error.with_unsent(),
            _ => error,
        }
    }

    /// Returns whether the request can be sent again without taking effect twice.
    fn may_repeat(&self, error: &Error) -> bool {
        self.operation.is_idempotent() || error.is_without_effect()
    }

    /// Returns how long to pause before the next attempt. If there is no next attempt, the error
    /// may be a note that says why. `throttled` is when the call was first answered with 429.
    fn pause(
        &self,
        error: &Error,
        attempts: u32,
        start: Instant,
        throttled: Option<Instant>,
    ) -> Result<Duration, Option<String>> {
        let status = error.status().map(|status| status.as_u16());
        let may_help = match error.kind() {
            ErrorKind::Transport | ErrorKind::RateLimited | ErrorKind::RulesOutdated => true,
            ErrorKind::Timeout => error.deadline() != Some(Deadline::Total),
            ErrorKind::Server => status.is_some_and(|status| TRANSIENT.contains(&status)),
            _ => false,
        };
        if !may_help || !self.may_repeat(error) {
            return Err(None);
        }
        let left = self.left(start);
        let retry = &self.bounds.retry;
        // A limit that recovers is worth more attempts than a failure.
        let attempts_left = retry.allows_attempt_after(attempts)
            || throttled.is_some_and(|first| retry.is_patient(first.elapsed()));
        if !attempts_left {
            return Err(None);
        }
        let pause = retry.pause(attempts, error.retry_after(), left, random::fraction());
        let pause = pause.map_err(|stop| match stop {
            Stop::Deadline => format!(
                "the deadline of {} leaves no time for another attempt",
                seconds(self.bounds.total)
            ),
            Stop::TooLong { wait, allowed } => format!(
                "the server asks to wait {}, but only {} are allowed",
                seconds(wait),
                seconds(allowed)
            ),
        });
        let pause = pause.map_err(Some)?;
        // Retries after a 429 are free if the limiter holds the connection back: they can't
        // multiply the load.
        let shared = self.connection.shared();
        let held_back = shared.limiter.as_ref().is_some_and(|limiter| limiter.holds_back());
        let is_free = error.kind() == ErrorKind::RateLimited && held_back;
        match is_free || shared.budget.withdraw() {
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
        hook.emit(self.operation.name, self.connection.hash(), kind);
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use futures_util::FutureExt;
    use http::Method;
    use ofauth_api::{Error as RawError, Operation};
    use serde_json::Value;

    use super::Call;
    use crate::operation::{Answer, Single};
    use crate::{CallOptions, Client, Error, ErrorKind};

    /// A gateway's error page doesn't show whether the API acted. A refusal shows that it didn't.
    #[tokio::test(start_paused = true)]
    async fn only_what_has_no_second_effect_is_sent_twice() {
        static READ: Operation = Operation::new("read", Method::GET, "/x", false);
        static SEND: Operation = Operation::new("send", Method::POST, "/x/{id}", false);
        let client = Client::builder().api_key("sk_x").base_url("http://127.0.0.1:9");
        let connection = client.build().unwrap().connection("conn_x").unwrap();
        for (operation, status, kind, attempts) in [
            (&READ, 503, ErrorKind::Server, 4..=4),
            (&SEND, 503, ErrorKind::Server, 1..=1),
            (&READ, 429, ErrorKind::RateLimited, 8..=50),
            (&SEND, 429, ErrorKind::RateLimited, 8..=50),
        ] {
            let bounds = CallOptions::new().resolve(Error::configuration).unwrap();
            let call = Call { connection: &connection, operation, bounds, strict: false };
            let sent = AtomicU32::new(0);
            let send = |_| {
                sent.fetch_add(1, Ordering::Relaxed);
                let response = http::Response::builder().status(status).header("retry-after", "1");
                let response = response.body("").unwrap();
                async move { Err(RawError::UnexpectedResponse(response.into())) }.boxed()
            };
            let error = call.send::<Single<Value>>(&send).await.map(Single::output).unwrap_err();
            assert_eq!(error.kind(), kind, "{operation:?}");
            assert!(attempts.contains(&error.attempts()), "{operation:?}: {}", error.attempts());
            assert_eq!(sent.into_inner(), error.attempts());
        }
        // The server was never reached, so it can't have acted.
        let bounds = CallOptions::new().resolve(Error::configuration).unwrap();
        let call = Call { connection: &connection, operation: &SEND, bounds, strict: false };
        let path = "/x/7".to_owned();
        let send = |client: ofauth_api::Client| {
            let path = path.clone();
            async move { client.get(&path, &[]).await }.boxed()
        };
        let error = call.send::<Single<Value>>(&send).await.map(Single::output).unwrap_err();
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Transport, 4));
    }
}
