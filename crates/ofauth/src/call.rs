//! The one place around each call of a generated operation: limit, attempts, pauses,
//! deadlines, traces; and what comes back becomes a page or an [`Error`].

use std::error::Error as StdError;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use ofauth_api::{
    Body, BodyError, Error as RawError, ResponseValue, ends_with_connection, receive,
};
use tokio::time::{Instant, sleep, timeout_at};
use tracing::{Instrument, Span, field, info_span};

use crate::connect::{self, ConnectTimeout};
use crate::decode::{self, RawPage};
use crate::error::{Answer, Deadline};
use crate::event::EventKind;
use crate::limit::{LimitError, Observed};
use crate::options::Bounds;
use crate::rate_headers::retry_after;
use crate::retry::Stop;
use crate::{Connection, Error, ErrorKind, Meta, RateLimitState, Rejected, Result, answer};

/// What a call of an operation brings.
pub(crate) struct Reply<P> {
    pub(crate) page: P,
    pub(crate) rejected: Vec<Rejected>,
    pub(crate) body: Bytes,
    pub(crate) meta: Meta,
}

/// An operation's answer, or why there is none.
type Sent<P> = Result<ResponseValue<Body<P>>, RawError>;

/// A call of an operation.
pub(crate) struct Call<'a> {
    pub(crate) connection: &'a Connection,
    /// Its name in the API's description, in snake case.
    pub(crate) operation: &'static str,
    pub(crate) bounds: Bounds,
    /// Whether a record that cannot be read makes the whole page an error.
    pub(crate) strict: bool,
}

impl Call<'_> {
    /// Sends the operation, again where that may help, and returns its page.
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
                    // What the server said counts, and then why there is no further attempt.
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
                    // What the server said before is kept.
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
            self.tell(EventKind::Retry {
                attempts: attempt,
                pause,
                error: error.kind(),
                status: error.status(),
            });
            failed = Some(error);
            sleep(pause).await;
        }
    }

    /// Waits until the connection's limit lets a request pass.
    async fn throttle(&self, start: Instant) -> Result<()> {
        let Some(limiter) = &self.connection.shared().limiter else {
            return Ok(());
        };
        let (asked, left) = (Instant::now(), self.left(start));
        let acquired = limiter.acquire(self.connection.hash(), left);
        // A limiter of the application's own may not keep to what is allowed.
        let allowed = match asked.checked_add(left) {
            Some(end) => timeout_at(end, acquired)
                .await
                .unwrap_or(Err(LimitError::TooLong(None))),
            None => acquired.await,
        };
        let waited = asked.elapsed();
        // Asking takes some time too.
        if waited >= Duration::from_millis(1) {
            self.tell(EventKind::Throttled { waited });
        }
        match allowed {
            Ok(()) => Ok(()),
            Err(LimitError::TooLong(Some(wait))) => Err(Error::new(
                ErrorKind::RateLimited,
                format!(
                    "the limit of this connection lets no request pass for {}, which is more \
                     than the deadline leaves",
                    seconds(wait)
                ),
                "wait, and try again",
            )
            .with_retry_after(Some(wait))),
            Err(LimitError::TooLong(None)) => Err(Error::new(
                ErrorKind::RateLimited,
                format!(
                    "the deadline of {} passed while other requests of this connection waited \
                     for its limit",
                    seconds(self.bounds.total)
                ),
                "ask less often, or allow more time",
            )
            .with_deadline(Deadline::Total)),
            Err(LimitError::Failed(source)) => Err(Error::new(
                ErrorKind::Limiter,
                "the application's limiter fails, and nothing was sent".to_owned(),
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
                Some(end) => timeout_at(end, once)
                    .await
                    .unwrap_or_else(|_| Err(self.too_late(deadline))),
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
            self.tell(EventKind::Attempt {
                attempt,
                status,
                error: error.map(Error::kind),
                elapsed: began.elapsed(),
            });
            result
        };
        once.instrument(span).await
    }

    async fn once<P: RawPage>(
        &self,
        sent: impl Future<Output = Sent<P>>,
        end: Option<Instant>,
    ) -> Result<Reply<P>> {
        let host = self.connection.host();
        let decode = |what: String| Error::new(ErrorKind::Decode, what, "report it to the vendor");
        match sent.await {
            Ok(response) => self.page(response).await,
            Err(RawError::UnexpectedResponse(response)) => {
                let (wait, _) = self.observe(response.status(), response.headers());
                Err(answer::read(self.connection, response, end)
                    .await
                    .with_retry_after(wait))
            }
            Err(
                RawError::CommunicationError(error)
                | RawError::ResponseBodyError(error)
                | RawError::InvalidUpgrade(error),
            ) => Err(self.unanswered(error)),
            // The parameters were checked before this call.
            Err(RawError::InvalidRequest(reason) | RawError::Custom(reason)) => {
                Err(Error::invalid_request(reason))
            }
            // Not made: bodies are decoded below, and error responses are not generated.
            Err(RawError::InvalidResponsePayload(..) | RawError::ErrorResponse(_)) => {
                Err(decode(format!("{host} does not answer with a page")))
            }
        }
    }

    /// A successful response, as the page that it holds.
    async fn page<P: RawPage>(&self, response: ResponseValue<Body<P>>) -> Result<Reply<P>> {
        let host = self.connection.host();
        let (status, headers) = (response.status(), response.headers().clone());
        let (_, rate_limit) = self.observe(status, &headers);
        let request_id = answer::request_id(self.connection, &headers);
        let response = response.into_inner().into_response();
        let may_be_cut = ends_with_connection(&response);
        let (body, end) = receive(response, self.bounds.size).await;
        let with_answer = |error: Error, request_id, headers, body| {
            error.with_answer(Answer {
                status,
                headers,
                error_type: None,
                request_id,
                action_required: None,
                body,
            })
        };
        match end {
            None => {}
            Some(BodyError::Incomplete(error)) => return Err(self.unanswered(error)),
            Some(BodyError::Gzip) if may_be_cut => return Err(self.broken(None)),
            Some(error) => {
                let error_text = answer::clean(self.connection, &error.to_string());
                let what = format!("{host} does not answer with a page: {error_text}");
                let advice = match error {
                    BodyError::TooLarge(_) => "allow a larger response, or report it to the vendor",
                    _ => "report it to the vendor",
                };
                let error = Error::new(ErrorKind::Decode, what, advice);
                return Err(with_answer(error, request_id, headers, Bytes::new()));
            }
        }
        if let Some(drift) = &self.connection.shared().drift {
            for finding in P::drift(drift, &body) {
                self.tell(EventKind::Drift {
                    place: &finding.place,
                    difference: finding.kind.as_str(),
                    expected: &finding.expected,
                    seen: &finding.seen,
                });
            }
        }
        let misfit = |kind, reason: &str| {
            let what = format!(
                "{host} answers with a page that is not what the API's description says: {reason}"
            );
            Error::new(kind, what, "report it to the vendor")
        };
        let (page, rejected) = match decode::page(&body) {
            Ok(read) => read,
            // What only the end of the connection ends, and is the beginning of a page, was cut short.
            Err(unreadable) if unreadable.cut_short && may_be_cut => return Err(self.broken(None)),
            Err(unreadable) => {
                let error = misfit(ErrorKind::Decode, &unreadable.reason);
                return Err(with_answer(error, request_id, headers, body));
            }
        };
        if let Some(first) = rejected.first().filter(|_| self.strict) {
            let error = misfit(ErrorKind::Decode, &first.to_string()).with_rejected(first.clone());
            return Err(with_answer(error, request_id, headers, body));
        }
        for one in &rejected {
            self.tell(EventKind::Rejected {
                index: one.index(),
                path: one.path(),
                reason: one.reason(),
            });
        }
        let meta = Meta {
            status,
            request_id,
            rate_limit,
            attempts: 0,
            elapsed: Duration::ZERO,
        };
        Ok(Reply {
            page,
            rejected,
            body,
            meta,
        })
    }

    /// What an answer says about limits, and how long to wait; the limiter learns it.
    fn observe(
        &self,
        status: StatusCode,
        headers: &HeaderMap,
    ) -> (Option<Duration>, RateLimitState) {
        let now = SystemTime::now();
        let state = RateLimitState::read(headers, now);
        let observed = Observed::new(status, state, retry_after(headers, now));
        if let Some(limiter) = &self.connection.shared().limiter {
            limiter.observe(self.connection.hash(), &observed);
        }
        (observed.retry_after, observed.state)
    }

    /// No response, or not all of one.
    fn unanswered(&self, error: reqwest::Error) -> Error {
        let host = self.connection.host();
        // The URL holds the search text.
        let error = error.without_url();
        if ConnectTimeout::is_behind(&error) {
            return self.too_late(Deadline::Connect);
        }
        let cause = answer::clean(self.connection, &root_cause(&error));
        if error.is_builder() {
            let what = format!("the request cannot be sent: {cause}");
            return Error::invalid_request(what).with_source(error);
        }
        if error.is_connect() {
            let what = format!("{host} cannot be reached ({cause})");
            let advice = "check the network and the base URL";
            return Error::new(ErrorKind::Connect, what, advice).with_source(error);
        }
        self.broken(Some(error))
    }

    /// The answer was not received whole.
    fn broken(&self, error: Option<reqwest::Error>) -> Error {
        let host = self.connection.host();
        let cause = error.as_ref().map_or_else(String::new, |error| {
            format!(" ({})", answer::clean(self.connection, &root_cause(error)))
        });
        let what = format!("the connection to {host} broke before the answer was complete{cause}");
        let broken = Error::new(ErrorKind::Connect, what, "try again");
        match error {
            Some(error) => broken.with_source(error),
            None => broken,
        }
    }

    fn too_late(&self, deadline: Deadline) -> Error {
        let (part, bound) = match deadline {
            Deadline::Connect => ("connecting", self.bounds.connect),
            Deadline::Attempt => ("one attempt", self.bounds.attempt),
            Deadline::Total => ("the whole call", self.bounds.total),
        };
        let (host, bound) = (self.connection.host(), seconds(bound));
        let what = format!("{host} took longer than the {bound} that {part} may take");
        let advice = "try again later, or allow more time";
        Error::new(ErrorKind::Timeout, what, advice).with_deadline(deadline)
    }

    /// How long to pause before the next attempt; or that there is none, and what to say about it.
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
                "the server asks to wait {}, and {} are allowed",
                seconds(wait),
                seconds(allowed)
            )),
        })?;
        // A throttled connection waits as long as it is told, so that no storm can come of it.
        let told = error.retry_after().is_some() || self.connection.shared().limiter.is_some();
        let waits = error.kind() == ErrorKind::RateLimited && told;
        match waits || self.connection.shared().budget.withdraw() {
            true => Ok(pause),
            false => Err(Some(
                "not tried again, since too many requests of this client fail".to_owned(),
            )),
        }
    }

    fn left(&self, start: Instant) -> Duration {
        self.bounds.total.saturating_sub(start.elapsed())
    }

    fn tell(&self, kind: EventKind<'_>) {
        let hook = &self.connection.shared().hook;
        hook.tell(self.operation, self.connection.hash(), kind);
    }
}

pub(crate) fn root_cause(error: &dyn StdError) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// A duration for people: `0.25 s`.
fn seconds(duration: Duration) -> String {
    let millis = duration.as_millis();
    match millis % 1_000 {
        0 => format!("{} s", millis / 1_000),
        _ => format!("{} s", millis as f64 / 1_000.0),
    }
}
