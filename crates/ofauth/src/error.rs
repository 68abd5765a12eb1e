//! The error type, its kinds, and what to do about each.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::{ErrorType, Rejected};

/// An error of a client, a request or a stream.
///
/// `Display` writes one line for people: what happened (in the vendor's own words, if there are
/// any), what to do, and the error's type, status and request id. It never contains a key, a
/// connection id or the content of a chat.
///
/// ```text
/// Session has expired: ask the creator to link the account again (SESSION_EXPIRED, 401, request req_abc123)
/// ```
pub struct Error {
    inner: Box<Inner>,
}

struct Inner {
    kind: ErrorKind,
    what: String,
    advice: &'static str,
    /// Why there was no further attempt.
    note: Option<String>,
    attempts: u32,
    deadline: Option<Deadline>,
    /// Whether the server certainly never received the request.
    unsent: bool,
    /// Whether an open connection turned out to be closed, or the server refused the request
    /// without processing it: the next attempt costs nothing.
    stale: bool,
    retry_after: Option<Duration>,
    response: Option<Response>,
    rejected: Option<Rejected>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The response that caused an error.
pub(crate) struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) error_type: Option<ErrorType>,
    pub(crate) request_id: Option<String>,
    pub(crate) action_required: Option<String>,
    pub(crate) body: Bytes,
}

/// The kind of an [`Error`], which determines what to do.
///
/// | kind | meaning | what to do |
/// | --- | --- | --- |
/// | `Configuration` | a setting is invalid, or there is no Tokio runtime; nothing was sent | change the setting that the error names |
/// | `InvalidRequest` | a parameter is invalid; nothing was sent | change the parameter that the error names |
/// | `Unauthorized` | the API key is missing or invalid (401) | check the key |
/// | `Session` | the connection is unknown, or the creator's session has expired (401 `SESSION_NOT_PROVIDED`, `SESSION_EXPIRED`) | ask the creator to link the account again; other connections are unaffected |
/// | `RulesOutdated` | the vendor is updating its signing rules (401 `RULES_OUTDATED`) | try again later; no action is needed |
/// | `Forbidden` | the key lacks a permission (403) | grant the key `messages:read` |
/// | `NotFound` | the id or the route doesn't exist (404) | check the id, or the base URL and its path |
/// | `RateLimited` | the connection's limit is used up (429, or this client's own limiter) | wait for [`Error::retry_after`]; send fewer requests |
/// | `Server` | the API or a gateway failed (408, 5xx) | try again later; if it persists, report it with the request id |
/// | `Api` | the API returned another error, for example with status 400 | fix the request |
/// | `Transport` | the server couldn't be reached, or the connection broke before the response was complete | check the network and the base URL, or try again later |
/// | `Certificate` | the server's TLS certificate isn't trusted; nothing was sent | check the base URL and the clock; if a proxy inspects TLS, add its root certificate (`SSL_CERT_FILE`, or [`ClientBuilder::http`](crate::ClientBuilder::http)) |
/// | `Timeout` | a timeout or deadline passed; [`Error::deadline`] says which | try again later, or allow more time |
/// | `Redirect` | the server redirects to another address, which must not get the credentials | check the base URL |
/// | `Decode` | the response doesn't match the API's description | report it, with [`Error::body`] |
/// | `Rejected` | one record of a page can't be decoded; the others can | see [`Error::rejected`]; continue with the next |
/// | `Paging` | the server's paging makes no progress, or it returns nothing beyond some offset; all chats that were found were yielded | try again later; report it |
/// | `Incomplete` | the list changes faster than it can be read, or the server reorders chats with equal times on every request; all chats that were found were yielded | try again when the inbox is quieter |
/// | `Limiter` | the application's rate limiter failed | see [`source`](std::error::Error::source) |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting is invalid; nothing was sent.
    Configuration,
    /// A parameter is invalid; nothing was sent.
    InvalidRequest,
    /// The API key is missing or invalid.
    Unauthorized,
    /// The connection is unknown, or the creator's session has expired.
    Session,
    /// The vendor is updating its signing rules.
    RulesOutdated,
    /// The API key lacks a permission.
    Forbidden,
    /// The id or the route doesn't exist.
    NotFound,
    /// The connection's rate limit is used up.
    RateLimited,
    /// The API or a gateway failed.
    Server,
    /// The API returned another error.
    Api,
    /// The server couldn't be reached, or the connection broke before the response was complete.
    Transport,
    /// The server's TLS certificate isn't trusted.
    Certificate,
    /// A timeout or deadline passed.
    Timeout,
    /// The server returned a redirect, which isn't followed.
    Redirect,
    /// The response doesn't match the API's description.
    Decode,
    /// One record of a page can't be decoded.
    Rejected,
    /// The server's paging makes no progress, so a walk would never end.
    Paging,
    /// The list changes faster than it can be read, or its order changes.
    Incomplete,
    /// The application's rate limiter failed.
    Limiter,
}

impl ErrorKind {
    /// Returns the kind as a word, like `rate_limited`, for logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::InvalidRequest => "invalid_request",
            Self::Unauthorized => "unauthorized",
            Self::Session => "session",
            Self::RulesOutdated => "rules_outdated",
            Self::Forbidden => "forbidden",
            Self::NotFound => "not_found",
            Self::RateLimited => "rate_limited",
            Self::Server => "server",
            Self::Api => "api",
            Self::Transport => "transport",
            Self::Certificate => "certificate",
            Self::Timeout => "timeout",
            Self::Redirect => "redirect",
            Self::Decode => "decode",
            Self::Rejected => "rejected",
            Self::Paging => "paging",
            Self::Incomplete => "incomplete",
            Self::Limiter => "limiter",
        }
    }
}

/// A time limit of a call; see [`CallOptions`](crate::CallOptions).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Deadline {
    /// The timeout for opening an HTTP connection.
    Connect,
    /// The timeout for one attempt.
    Attempt,
    /// The deadline for the whole call.
    Total,
}

impl Error {
    /// Returns the kind of the error, which determines what to do.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// Returns whether the same request may succeed later.
    ///
    /// What to do: the call was already retried as its policy allows. Queue the work, and try again
    /// after [`retry_after`](Self::retry_after), or after some minutes.
    pub fn is_retryable(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::RulesOutdated
                | ErrorKind::RateLimited
                | ErrorKind::Server
                | ErrorKind::Transport
                | ErrorKind::Timeout
                | ErrorKind::Paging
                | ErrorKind::Incomplete
        )
    }

    /// Returns whether the API rejected the key or the connection.
    ///
    /// What to do: see [`is_session`](Self::is_session) first. If that is false, check the key and
    /// its permissions: all requests with this key will fail.
    pub fn is_auth(&self) -> bool {
        matches!(self.kind(), ErrorKind::Unauthorized | ErrorKind::Session | ErrorKind::Forbidden)
    }

    /// Returns whether the connection is unknown, or the creator's session has expired.
    ///
    /// What to do: ask the creator to link the account again, and don't use this connection until
    /// then. Other connections are unaffected.
    pub fn is_session(&self) -> bool {
        self.kind() == ErrorKind::Session
    }

    /// Returns whether the connection's rate limit is used up.
    ///
    /// What to do: wait for [`retry_after`](Self::retry_after). If it happens often, other programs
    /// use the same connection, or the client's limit is too high.
    pub fn is_rate_limited(&self) -> bool {
        self.kind() == ErrorKind::RateLimited
    }

    /// Returns whether a timeout or deadline passed.
    ///
    /// What to do: allow more time, or try again later. [`deadline`](Self::deadline) says which
    /// time limit it was.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    /// Returns the HTTP status of the response, if there was one.
    pub fn status(&self) -> Option<StatusCode> {
        self.response().map(|response| response.status)
    }

    /// Returns the headers of the response, if there was one.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.response().map(|response| &response.headers)
    }

    /// Returns the vendor's type of the error, like `SESSION_EXPIRED` (OFAuth reference, errors).
    pub fn error_type(&self) -> Option<&ErrorType> {
        self.response()?.error_type.as_ref()
    }

    /// Returns the request id, like `req_abc123`, to quote to the vendor's support.
    pub fn request_id(&self) -> Option<&str> {
        self.response()?.request_id.as_deref()
    }

    /// Returns the vendor's hint on what to do, like `refresh_session`.
    pub fn action_required(&self) -> Option<&str> {
        self.response()?.action_required.as_deref()
    }

    /// Returns the body of the response, if there was one: the first 64 KiB of an error response,
    /// or all of a page that can't be decoded.
    ///
    /// It may contain private messages: keep it out of logs.
    pub fn body(&self) -> Option<&[u8]> {
        self.response().map(|response| &*response.body)
    }

    /// Returns how long to wait before the next request, if the server or the limiter said so.
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// Returns how many times the request was sent; 0 if it wasn't.
    pub fn attempts(&self) -> u32 {
        self.inner.attempts
    }

    /// Returns the time limit that passed, for errors of kind [`Timeout`](ErrorKind::Timeout), and
    /// of kind [`RateLimited`](ErrorKind::RateLimited) if the call waited until its deadline.
    pub fn deadline(&self) -> Option<Deadline> {
        self.inner.deadline
    }

    /// Returns the record that can't be decoded, for errors of kind
    /// [`Rejected`](ErrorKind::Rejected). For a strict request, this is the first record that can't
    /// be decoded.
    pub fn rejected(&self) -> Option<&Rejected> {
        self.inner.rejected.as_ref()
    }

    /// Creates an error. `advice` is what to do, or empty if `what` says it.
    pub(crate) fn new(kind: ErrorKind, what: String, advice: &'static str) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                what,
                advice,
                note: None,
                attempts: 0,
                deadline: None,
                unsent: false,
                stale: false,
                retry_after: None,
                response: None,
                rejected: None,
                source: None,
            }),
        }
    }

    pub(crate) fn configuration(what: String) -> Self {
        Self::new(ErrorKind::Configuration, what, "")
    }

    pub(crate) fn invalid_request(what: String) -> Self {
        Self::new(ErrorKind::InvalidRequest, what, "")
    }

    pub(crate) fn with_response(mut self, response: Response) -> Self {
        self.inner.response = Some(response);
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.inner.attempts = attempts;
        self
    }

    pub(crate) fn with_deadline(mut self, deadline: Deadline) -> Self {
        self.inner.deadline = Some(deadline);
        self
    }

    /// States that the server never received the request.
    pub(crate) fn with_unsent(mut self) -> Self {
        self.inner.unsent = true;
        self
    }

    /// States that an open connection turned out to be closed.
    pub(crate) fn with_stale(mut self) -> Self {
        self.inner.stale = true;
        self
    }

    pub(crate) fn is_stale(&self) -> bool {
        self.inner.stale
    }

    /// Returns whether the server certainly did not act on the request: it didn't receive it, or
    /// refused it.
    pub(crate) fn is_without_effect(&self) -> bool {
        let refused = [ErrorKind::RateLimited, ErrorKind::RulesOutdated];
        self.inner.unsent || refused.contains(&self.kind())
    }

    pub(crate) fn with_note(mut self, note: String) -> Self {
        self.inner.note = Some(note);
        self
    }

    pub(crate) fn with_rejected(mut self, rejected: Rejected) -> Self {
        self.inner.rejected = Some(rejected);
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.inner.retry_after = wait;
        self
    }

    /// Adds an earlier error as the source, and takes over its response, and how long to wait.
    pub(crate) fn after(mut self, mut before: Self) -> Self {
        self.inner.response = before.inner.response.take();
        self.inner.retry_after = self.inner.retry_after.or(before.inner.retry_after);
        self.with_source(before)
    }

    pub(crate) fn with_source(
        mut self,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        self.inner.source = Some(source.into());
        self
    }

    fn response(&self) -> Option<&Response> {
        self.inner.response.as_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner { what, advice, note, attempts, response, .. } = &*self.inner;
        f.write_str(what)?;
        if !advice.is_empty() {
            write!(f, ": {advice}")?;
        }
        let mut facts = Vec::new();
        if let Some(response) = response {
            facts.extend(response.error_type.as_ref().map(ToString::to_string));
            facts.push(response.status.as_u16().to_string());
            facts.extend(response.request_id.as_ref().map(|id| format!("request {id}")));
        }
        if *attempts > 1 {
            facts.push(format!("after {attempts} attempts"));
        }
        facts.extend(note.clone());
        match facts.is_empty() {
            true => Ok(()),
            false => write!(f, " ({})", facts.join(", ")),
        }
    }
}

/// Shows the kind, message and source. Of the response, it shows only what the message contains.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = self.inner.source.as_ref();
        f.debug_struct("Error")
            .field("kind", &self.inner.kind)
            .field("message", &self.to_string())
            .field("source", &source.map(ToString::to_string))
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = self.inner.source.as_ref()?;
        Some(&**source)
    }
}

pub(crate) fn root_cause(error: &dyn StdError) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use super::{Error, ErrorKind};

    /// Checks each kind's predicates and its word.
    #[test]
    fn every_kind_has_its_word_and_predicates() {
        use ErrorKind::*;

        let (retry, auth, session, limit, timeout) = (1, 2, 4, 8, 16);
        for (kind, word, says) in [
            (Configuration, "configuration", 0),
            (InvalidRequest, "invalid_request", 0),
            (Unauthorized, "unauthorized", auth),
            (Session, "session", auth | session),
            (RulesOutdated, "rules_outdated", retry),
            (Forbidden, "forbidden", auth),
            (NotFound, "not_found", 0),
            (RateLimited, "rate_limited", retry | limit),
            (Server, "server", retry),
            (Api, "api", 0),
            (Transport, "transport", retry),
            (Certificate, "certificate", 0),
            (Timeout, "timeout", retry | timeout),
            (Redirect, "redirect", 0),
            (Decode, "decode", 0),
            (Rejected, "rejected", 0),
            (Paging, "paging", retry),
            (Incomplete, "incomplete", retry),
            (Limiter, "limiter", 0),
        ] {
            let error = Error::new(kind, "what".to_owned(), "advice");
            let said = [
                error.is_retryable(),
                error.is_auth(),
                error.is_session(),
                error.is_rate_limited(),
                error.is_timeout(),
            ];
            let said = said.iter().rev().fold(0, |bits, said| bits << 1 | u32::from(*said));
            assert_eq!((said, kind.as_str()), (says, word), "{kind:?}");
            assert_eq!(error.to_string(), "what: advice");
        }
    }

    #[test]
    fn messages_end_with_the_details() {
        let error = Error::configuration("what".to_owned());
        assert_eq!(error.to_string(), "what");
        let error = error.with_attempts(1).with_note("note".to_owned());
        assert_eq!(error.to_string(), "what (note)");
        let error = error.with_attempts(3);
        assert_eq!(error.to_string(), "what (after 3 attempts, note)");
        assert_eq!(error.attempts(), 3);
    }
}
