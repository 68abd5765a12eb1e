//! What can go wrong, and what to do about it.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::{ErrorType, Rejected};

/// What went wrong.
///
/// Its `Display` is one line for people: what happened, in the vendor's own words
/// where there are any, what to do, and the error's type, status and request id. It
/// holds no key, no connection id and nothing of a chat.
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
    /// What was decided about another attempt.
    note: Option<String>,
    attempts: u32,
    deadline: Option<Deadline>,
    retry_after: Option<Duration>,
    answer: Option<Answer>,
    rejected: Option<Rejected>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// The response that an error was made from.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) error_type: Option<ErrorType>,
    pub(crate) request_id: Option<String>,
    pub(crate) action_required: Option<String>,
    pub(crate) body: Bytes,
}

/// The kinds of [`Error`], by what to do.
///
/// | kind | meaning | what to do |
/// | --- | --- | --- |
/// | `Configuration` | a setting cannot be used; nothing was sent | change the setting that the error names |
/// | `InvalidRequest` | a parameter breaks its rule; nothing was sent | change the parameter that the error names |
/// | `Unauthorized` | the API key is missing or invalid (401) | check the key |
/// | `Session` | the connection is unknown, or the creator's session has expired (401 `SESSION_NOT_PROVIDED`, `SESSION_EXPIRED`) | ask the creator to link the account again; other connections are not concerned |
/// | `RulesOutdated` | the vendor updates its signing rules (401 `RULES_OUTDATED`) | try again later: it heals by itself |
/// | `Forbidden` | the key lacks a permission (403) | grant the key `messages:read` |
/// | `NotFound` | the id or the route does not exist (404) | check the id, or base URL and path |
/// | `RateLimited` | the connection's limit is used up (429, or this client's own limiter) | wait for [`Error::retry_after`]; ask less often |
/// | `Server` | the API or a gateway failed (408, 5xx) | try again later; if it stays, report it with the request id |
/// | `Api` | the API answered with another error status, 400 for one | fix the request |
/// | `Connect` | the server gave no complete answer | check network and base URL, or try again later |
/// | `Timeout` | a deadline passed: [`Error::deadline`] tells which | try again later, or allow more time |
/// | `Redirect` | the server points elsewhere; credentials are not sent along | check the base URL |
/// | `Decode` | the answer is not what the API's description says | report it, with [`Error::body`] |
/// | `Rejected` | one record of a page cannot be read; the others can | see [`Error::rejected`]; go on with the next |
/// | `Paging` | the server's pages lead nowhere | try again later; report it |
/// | `Incomplete` | the list changes faster than it can be read; what was found was yielded | try again when the inbox is quieter |
/// | `Limiter` | the application's own limiter failed | see [`source`](std::error::Error::source) |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting cannot be used; nothing was sent.
    Configuration,
    /// A parameter breaks its rule; nothing was sent.
    InvalidRequest,
    /// The API key is missing or invalid.
    Unauthorized,
    /// The connection is unknown, or the creator's session has expired.
    Session,
    /// The vendor updates its signing rules.
    RulesOutdated,
    /// The API key lacks a permission.
    Forbidden,
    /// The id or the route does not exist.
    NotFound,
    /// The connection's limit is used up.
    RateLimited,
    /// The API or a gateway failed.
    Server,
    /// The API answered with another error status.
    Api,
    /// The server could not be reached, or the connection broke before the answer was complete.
    Connect,
    /// A deadline passed.
    Timeout,
    /// The server answered with a redirect, which is not followed.
    Redirect,
    /// The answer is not what the API's description says.
    Decode,
    /// One record of a page cannot be read.
    Rejected,
    /// The server's pages lead nowhere, so that a walk would not end.
    Paging,
    /// The list changes faster than it can be read.
    Incomplete,
    /// The application's own limiter failed.
    Limiter,
}

impl ErrorKind {
    /// The kind as a word, like `rate_limited`: for logs and metrics.
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
            Self::Connect => "connect",
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

/// Which time passed; see [`CallOptions`](crate::CallOptions).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Deadline {
    /// That of opening a connection.
    Connect,
    /// That of one attempt.
    Attempt,
    /// That of the whole call.
    Total,
}

impl Error {
    /// The kind of the error: what to do about it.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
    }

    /// Whether the same request may succeed later.
    ///
    /// What to do: the call was tried again already, as its policy allows; queue the work, and
    /// come back after [`retry_after`](Self::retry_after), or some minutes.
    pub fn is_retryable(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::RulesOutdated
                | ErrorKind::RateLimited
                | ErrorKind::Server
                | ErrorKind::Connect
                | ErrorKind::Timeout
                | ErrorKind::Paging
                | ErrorKind::Incomplete
        )
    }

    /// Whether the key or the connection was not accepted.
    ///
    /// What to do: see [`is_session`](Self::is_session); otherwise check the key and its
    /// permissions. All requests with this key will fail.
    pub fn is_auth(&self) -> bool {
        matches!(
            self.kind(),
            ErrorKind::Unauthorized | ErrorKind::Session | ErrorKind::Forbidden
        )
    }

    /// Whether the creator's session is gone.
    ///
    /// What to do: ask the creator to link the account again, and leave this connection alone
    /// until then. Other connections are not concerned.
    pub fn is_session(&self) -> bool {
        self.kind() == ErrorKind::Session
    }

    /// Whether the connection's limit is used up.
    ///
    /// What to do: wait for [`retry_after`](Self::retry_after). Where it happens often, other
    /// programs use the same connection, or the client's limit is set too high.
    pub fn is_rate_limited(&self) -> bool {
        self.kind() == ErrorKind::RateLimited
    }

    /// Whether a deadline passed.
    ///
    /// What to do: [`deadline`](Self::deadline) tells which; allow more time, or try again later.
    pub fn is_timeout(&self) -> bool {
        self.kind() == ErrorKind::Timeout
    }

    /// The HTTP status of the response, where there was one.
    pub fn status(&self) -> Option<StatusCode> {
        self.answer().map(|answer| answer.status)
    }

    /// The headers of the response, where there was one.
    pub fn headers(&self) -> Option<&HeaderMap> {
        self.answer().map(|answer| &answer.headers)
    }

    /// The vendor's word for the error, like `SESSION_EXPIRED` (OFAuth reference, errors).
    pub fn error_type(&self) -> Option<&ErrorType> {
        self.answer()?.error_type.as_ref()
    }

    /// The request's id, like `req_abc123`, to quote to the vendor's support.
    pub fn request_id(&self) -> Option<&str> {
        self.answer()?.request_id.as_deref()
    }

    /// The vendor's hint on what helps, like `refresh_session`.
    pub fn action_required(&self) -> Option<&str> {
        self.answer()?.action_required.as_deref()
    }

    /// The body of the response, where there was one: the first 64 KiB of an
    /// error's, all of a page that doesn't decode.
    ///
    /// It may hold private messages: keep it out of logs.
    pub fn body(&self) -> Option<&[u8]> {
        self.answer().map(|answer| &*answer.body)
    }

    /// How long to wait before the next request, where the server or the limiter said so.
    pub fn retry_after(&self) -> Option<Duration> {
        self.inner.retry_after
    }

    /// How often the request was sent; 0 where it wasn't.
    pub fn attempts(&self) -> u32 {
        self.inner.attempts
    }

    /// Which time passed: of a [`Timeout`](ErrorKind::Timeout), and of a
    /// [`RateLimited`](ErrorKind::RateLimited) that waited for its turn until the deadline.
    pub fn deadline(&self) -> Option<Deadline> {
        self.inner.deadline
    }

    /// The record that cannot be read, of a [`Rejected`](ErrorKind::Rejected); the first one,
    /// of a strict call.
    pub fn rejected(&self) -> Option<&Rejected> {
        self.inner.rejected.as_ref()
    }

    /// `advice` is what to do, or empty where `what` says it.
    pub(crate) fn new(kind: ErrorKind, what: String, advice: &'static str) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                what,
                advice,
                note: None,
                attempts: 0,
                deadline: None,
                retry_after: None,
                answer: None,
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

    pub(crate) fn with_answer(mut self, answer: Answer) -> Self {
        self.inner.answer = Some(answer);
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

    /// This error, with what the server said in the one before it.
    pub(crate) fn after(mut self, mut before: Self) -> Self {
        self.inner.answer = before.inner.answer.take();
        self.with_source(before)
    }

    pub(crate) fn with_source(
        mut self,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        self.inner.source = Some(source.into());
        self
    }

    fn answer(&self) -> Option<&Answer> {
        self.inner.answer.as_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Inner {
            what,
            advice,
            note,
            attempts,
            answer,
            ..
        } = &*self.inner;
        f.write_str(what)?;
        if !advice.is_empty() {
            write!(f, ": {advice}")?;
        }
        let mut facts = Vec::new();
        if let Some(answer) = answer {
            facts.extend(answer.error_type.as_ref().map(ToString::to_string));
            facts.push(answer.status.as_u16().to_string());
            facts.extend(answer.request_id.as_ref().map(|id| format!("request {id}")));
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

/// Shows kind, message and source, and of a response only what is in the message.
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

#[cfg(test)]
mod tests {
    use super::{Error, ErrorKind};

    /// What each predicate says of each kind, and the kind's word.
    #[test]
    fn every_kind_has_a_word_and_says_what_to_do() {
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
            (Connect, "connect", retry),
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
            let said = said
                .iter()
                .rev()
                .fold(0, |bits, said| bits << 1 | u32::from(*said));
            assert_eq!((said, kind.as_str()), (says, word), "{kind:?}");
            assert_eq!(error.to_string(), "what: advice");
        }
    }

    #[test]
    fn a_line_ends_with_the_facts() {
        let error = Error::configuration("what".to_owned());
        assert_eq!(error.to_string(), "what");
        let error = error.with_attempts(1).with_note("note".to_owned());
        assert_eq!(error.to_string(), "what (note)");
        let error = error.with_attempts(3);
        assert_eq!(error.to_string(), "what (after 3 attempts, note)");
        assert_eq!(error.attempts(), 3);
    }
}
