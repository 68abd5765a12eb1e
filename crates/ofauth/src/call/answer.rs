//! Reads the response of an attempt: an answer or an error.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::{HeaderMap, StatusCode};
use ofauth_api::{BodyError, Error as RawError, ends_with_connection, receive};
use tokio::time::{Instant, timeout};

use super::{Call, cause, error_body};
use crate::connect::{self, ConnectTimeout};
use crate::error::{Deadline, Response, root_cause};
use crate::event::EventKind;
use crate::limit::Observed;
use crate::operation::{Reply, Sent, Slot};
use crate::rate_headers::retry_after;
use crate::{Error, ErrorKind, Meta, RateLimitState, Result};

/// The longest time that a limiter may take to learn from a response.
const OBSERVE: Duration = Duration::from_secs(1);

const MISFIT: &str = "that does not match the API's description";

impl Call<'_> {
    /// Sends the operation and reads the response. The body of an error response is read until
    /// `end` at the latest.
    pub(super) async fn once(
        &self,
        sent: BoxFuture<'_, Sent>,
        answer: &mut dyn Slot,
        end: Option<Instant>,
    ) -> Result<Reply<()>> {
        match sent.await {
            Ok(response) => self.answer(response, answer).await,
            Err(RawError::UnexpectedResponse(response)) => {
                let observed = self.observe(response.status(), response.headers()).await;
                // In a box, so that calls without an error are smaller.
                let error = Box::pin(error_body::read(self, response, answer.noun(), end)).await;
                Err(error.with_retry_after(observed.wait()))
            }
            Err(RawError::CommunicationError(error)) => {
                // Nothing arrived on an open connection, so the server closed it before it got the
                // request.
                let is_stale = !connect::has_opened() && cause::is_closed(&error);
                let is_refused = cause::is_refused(&error);
                let error = self.unanswered(error);
                Err(match (is_refused, is_stale) {
                    (true, _) => error.with_unsent().with_stale(),
                    (false, true) => error.with_stale(),
                    (false, false) => error,
                })
            }
            Err(RawError::ResponseBodyError(error) | RawError::InvalidUpgrade(error)) => {
                Err(self.unanswered(error))
            }
            // The parameters were checked before this call.
            Err(RawError::InvalidRequest(reason) | RawError::Custom(reason)) => {
                Err(Error::invalid_request(reason))
            }
            // Never returned: bodies are decoded below, and error responses aren't generated.
            Err(RawError::InvalidResponsePayload(..) | RawError::ErrorResponse(_)) => {
                let what = format!("{} did not return {}", self.connection.host(), answer.noun());
                Err(Error::new(ErrorKind::Decode, what, "report it to the vendor"))
            }
        }
    }

    /// Reads the answer of a successful response.
    async fn answer(
        &self,
        response: reqwest::Response,
        answer: &mut dyn Slot,
    ) -> Result<Reply<()>> {
        let noun = answer.noun();
        let host = self.connection.host();
        let (status, headers) = (response.status(), response.headers().clone());
        let observed = self.observe(status, &headers).await;
        let request_id = error_body::request_id(self.connection, &headers);
        let may_be_cut = ends_with_connection(&response);
        let (body, end) = receive(response, self.bounds.size).await;
        let with_response = |error: Error, request_id, headers, body| {
            error.with_response(Response {
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
                let error_text = error_body::clean(self.connection, &error.to_string());
                let what = format!("{host} did not return {noun}: {error_text}");
                let advice = match error {
                    BodyError::TooLarge(_) => "allow a larger response, or report it to the vendor",
                    _ => "report it to the vendor",
                };
                let error = Error::new(ErrorKind::Decode, what, advice);
                return Err(with_response(error, request_id, headers, Bytes::new()));
            }
        }
        #[cfg(feature = "drift")]
        if let Some(drift) = &self.connection.shared().drift {
            for finding in drift.observe(self.operation, &body) {
                self.emit(EventKind::Drift {
                    place: &finding.place,
                    difference: finding.kind.as_str(),
                    expected: &finding.expected,
                    seen: &finding.seen,
                });
            }
        }
        let misfit = |kind, reason: &str| {
            let what = format!("{host} returned {noun} {MISFIT}: {reason}");
            Error::new(kind, what, "report it to the vendor")
        };
        let decoded = match answer.decode(&body) {
            Ok(decoded) => decoded,
            // The body had no stated length, and the connection ended before the answer did.
            Err(unreadable) if unreadable.cut_short && may_be_cut => return Err(self.broken(None)),
            Err(unreadable) => {
                if let Some(error) = error_body::instead(self, status, &headers, &body) {
                    return Err(error.with_retry_after(observed.wait()));
                }
                let error = misfit(ErrorKind::Decode, &unreadable.reason);
                return Err(with_response(error, request_id, headers, body));
            }
        };
        if let Some(first) = decoded.rejected.first().filter(|_| self.strict) {
            let error = misfit(ErrorKind::Decode, &first.to_string()).with_rejected(first.clone());
            return Err(with_response(error, request_id, headers, body));
        }
        if decoded.replaced > 0 {
            self.emit(EventKind::Replaced { characters: decoded.replaced });
        }
        for one in &decoded.rejected {
            self.emit(EventKind::Rejected {
                index: one.index(),
                path: one.path(),
                reason: one.reason(),
            });
        }
        let rate_limit = observed.state;
        let meta = Meta { status, request_id, rate_limit, attempts: 0, elapsed: Duration::ZERO };
        Ok(Reply { decoded, body, meta })
    }

    /// Passes a response's rate-limit headers to the limiter, and returns them.
    async fn observe(&self, status: StatusCode, headers: &HeaderMap) -> Observed {
        let now = SystemTime::now();
        let state = RateLimitState::read(headers, now);
        let observed = Observed::new(self.operation, status, state, retry_after(headers, now));
        if let Some(limiter) = &self.connection.shared().limiter {
            // A limiter that hangs must not cause the response to be lost.
            let learned = timeout(OBSERVE, limiter.observe(self.connection.id(), &observed));
            drop(learned.await);
        }
        observed
    }

    /// The error if there was no complete response.
    fn unanswered(&self, error: reqwest::Error) -> Error {
        let target = self.target();
        // The URL contains the search text.
        let error = error.without_url();
        if ConnectTimeout::is_behind(&error) {
            return self.timed_out(Deadline::Connect);
        }
        let clean = |text: &str| error_body::clean(self.connection, text);
        let root = match &*root_cause(&error) {
            "tunnel error: unsuccessful" => "the proxy refused the connection".to_owned(),
            cause => clean(cause),
        };
        if error.is_builder() {
            let what = format!("the request cannot be sent: {root}");
            return Error::invalid_request(what).with_source(error);
        }
        if let Some(reason) = cause::certificate(&error) {
            let what =
                format!("the TLS certificate of {target} is not trusted ({})", clean(&reason));
            let advice = "check the base URL and the clock; if a proxy inspects TLS, add its root \
                          certificate, for example with SSL_CERT_FILE";
            return Error::new(ErrorKind::Certificate, what, advice)
                .with_unsent()
                .with_source(error);
        }
        if error.is_connect() {
            let what = format!("{target} cannot be reached ({root})");
            let advice = match self.connection.shared().proxy {
                Some(_) => "check the proxy settings, like HTTPS_PROXY, and the network",
                None => "check the network and the base URL",
            };
            return Error::new(ErrorKind::Transport, what, advice).with_unsent().with_source(error);
        }
        if cause::is_head_too_large(&error) {
            let what = format!(
                "the response from {target} has too many headers, or headers that are too long"
            );
            let advice = "report it to the vendor, or to the operator of the proxy";
            return Error::new(ErrorKind::Decode, what, advice).with_source(error);
        }
        self.broken(Some(error))
    }

    /// The server's name in error messages: its host, and the proxy if there is one.
    pub(super) fn target(&self) -> String {
        let host = self.connection.host();
        match &self.connection.shared().proxy {
            Some(proxy) => format!("{host}, through the proxy {proxy},"),
            None => host.to_owned(),
        }
    }

    /// The error if the connection broke during the response.
    fn broken(&self, error: Option<reqwest::Error>) -> Error {
        let host = self.connection.host();
        let cause = error.as_ref().map_or_else(String::new, |error| {
            format!(" ({})", error_body::clean(self.connection, &root_cause(error)))
        });
        let what =
            format!("the connection to {host} broke before the response was complete{cause}");
        let broken = Error::new(ErrorKind::Transport, what, "try again");
        match error {
            Some(error) => broken.with_source(error),
            None => broken,
        }
    }
}
