//! What can go wrong, and what to do about it.

use std::error::Error as StdError;
use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};

use crate::ErrorType;

/// What went wrong.
///
/// Its `Display` is one line for people: what happened, in the vendor's own words
/// where there are any, what to do, and the error's type, status and request id. It
/// holds no key, no connection id and nothing of a chat.
pub struct Error {
    inner: Box<Inner>,
}

struct Inner {
    kind: ErrorKind,
    message: String,
    answer: Option<Answer>,
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
/// | `Connect` | the server gave no complete answer | check network and base URL, or try again later |
/// | `Timeout` | the answer took too long | try again later, or allow more time |
/// | `Redirect` | the server points elsewhere; credentials are not sent along | check the base URL |
/// | `Api` | the API answered with an error status | see [`Error::status`] and [`Error::error_type`] |
/// | `Decode` | the answer is not what the API's description says | report it, with [`Error::body`] |
/// | `Paging` | the server's pages don't advance | try again later; report it |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting cannot be used; nothing was sent.
    Configuration,
    /// A parameter breaks its rule; nothing was sent.
    InvalidRequest,
    /// The server could not be reached, or the connection broke before the answer was complete.
    Connect,
    /// The answer took longer than the client's timeout allows.
    Timeout,
    /// The server answered with a redirect, which is not followed.
    Redirect,
    /// The API answered with an error status.
    Api,
    /// The answer is not what the API's description says.
    Decode,
    /// The server's pages don't advance, so that a walk would not end.
    Paging,
}

impl Error {
    /// The kind of the error: what to do about it.
    pub fn kind(&self) -> ErrorKind {
        self.inner.kind
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

    pub(crate) fn new(kind: ErrorKind, message: String) -> Self {
        Self {
            inner: Box::new(Inner {
                kind,
                message,
                answer: None,
                source: None,
            }),
        }
    }

    pub(crate) fn configuration(message: String) -> Self {
        Self::new(ErrorKind::Configuration, message)
    }

    pub(crate) fn with_answer(mut self, answer: Answer) -> Self {
        self.inner.answer = Some(answer);
        self
    }

    pub(crate) fn with_source(mut self, source: impl StdError + Send + Sync + 'static) -> Self {
        self.inner.source = Some(Box::new(source));
        self
    }

    fn answer(&self) -> Option<&Answer> {
        self.inner.answer.as_ref()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.inner.message)
    }
}

/// Shows kind, message and source, and of a response only what is in the message.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.inner.kind)
            .field("message", &self.inner.message)
            .field(
                "source",
                &self.inner.source.as_ref().map(ToString::to_string),
            )
            .finish_non_exhaustive()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.inner
            .source
            .as_ref()
            .map(|source| &**source as &(dyn StdError + 'static))
    }
}
