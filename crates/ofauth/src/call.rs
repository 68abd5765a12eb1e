//! The one place around each call of a generated operation: what comes back
//! becomes a value or an [`Error`].

use std::error::Error as StdError;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::{LOCATION, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use ofauth_api::{Body, Error as RawError, ResponseValue};
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::error::Category;
use serde_path_to_error::Track;
use tokio::time::sleep;

use crate::error::Answer;
use crate::{Connection, Error, ErrorKind, ErrorType, Result};

/// How much of an error's body is read.
const ERROR_BODY_LIMIT: usize = 64 * 1024;
/// How often a throttled request is sent again.
const THROTTLE_WAITS: u32 = 3;
/// The longest wait before a throttled request is sent again.
const THROTTLE_LIMIT: Duration = Duration::from_secs(60);
/// How much of the vendor's words is shown, in characters.
const WORDS_LIMIT: usize = 300;

/// Sends an operation, and returns the decoded value and its bytes. Where the
/// connection is throttled for a short while, it waits and sends again.
pub(crate) async fn call<T, F>(connection: &Connection, send: impl Fn() -> F) -> Result<(T, Bytes)>
where
    T: DeserializeOwned,
    F: Future<Output = Result<ResponseValue<Body<T>>, RawError>>,
{
    let mut waits = 0;
    loop {
        let result = once(connection, send()).await;
        match result.as_ref().err().and_then(throttled) {
            Some(wait) if waits < THROTTLE_WAITS => {
                waits += 1;
                sleep(wait).await;
            }
            _ => return result,
        }
    }
}

/// How long to wait after a 429, where the server says so and it is not too long.
fn throttled(error: &Error) -> Option<Duration> {
    if error.status() != Some(StatusCode::TOO_MANY_REQUESTS) {
        return None;
    }
    let seconds = error
        .headers()?
        .get(RETRY_AFTER)?
        .to_str()
        .ok()?
        .parse()
        .ok()?;
    // Never at once: the bucket is empty.
    let wait = Duration::from_secs(seconds).max(Duration::from_secs(1));
    Some(wait).filter(|wait| *wait <= THROTTLE_LIMIT)
}

async fn once<T: DeserializeOwned>(
    connection: &Connection,
    operation: impl Future<Output = Result<ResponseValue<Body<T>>, RawError>>,
) -> Result<(T, Bytes)> {
    match operation.await {
        Ok(response) => match response.decode() {
            Ok(value) => Ok((value, response.into_inner().into_bytes())),
            Err(_) => Err(undecodable(connection, response)),
        },
        Err(RawError::UnexpectedResponse(response)) => Err(answered(connection, response).await),
        Err(
            RawError::CommunicationError(error)
            | RawError::ResponseBodyError(error)
            | RawError::InvalidUpgrade(error),
        ) => Err(unanswered(connection, error)),
        // The body is too large: `ofauth-api` raises this error alone.
        Err(RawError::Custom(reason)) => Err(Error::new(
            ErrorKind::Decode,
            format!(
                "{} does not answer with a page: {reason}",
                connection.host()
            ),
        )),
        // The parameters were checked before this call.
        Err(RawError::InvalidRequest(reason)) => Err(Error::new(ErrorKind::InvalidRequest, reason)),
        // Not made any more: bodies are decoded above, and error responses are not generated.
        Err(RawError::InvalidResponsePayload(..) | RawError::ErrorResponse(_)) => Err(Error::new(
            ErrorKind::Decode,
            format!("{} does not answer with a page", connection.host()),
        )),
    }
}

/// No response, or not all of one.
fn unanswered(connection: &Connection, error: reqwest::Error) -> Error {
    let host = connection.host();
    // The URL holds the search text.
    let error = error.without_url();
    let cause = root_cause(&error);
    let (kind, message) = if error.is_timeout() {
        (
            ErrorKind::Timeout,
            format!(
                "{host} took too long to answer: try again later, or allow more time ({cause})"
            ),
        )
    } else if error.is_connect() {
        (
            ErrorKind::Connect,
            format!("{host} cannot be reached: check the network and the base URL ({cause})"),
        )
    } else {
        (
            ErrorKind::Connect,
            format!(
                "the connection to {host} broke before the answer was complete: try again ({cause})"
            ),
        )
    };
    Error::new(kind, message).with_source(error)
}

pub(crate) fn root_cause(error: &dyn StdError) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

/// A response with a status that is no success.
async fn answered(connection: &Connection, mut response: reqwest::Response) -> Error {
    let status = response.status();
    let headers = response.headers().clone();
    let mut body = BytesMut::new();
    // What cannot be read of the body takes nothing away from the status and the headers.
    while body.len() < ERROR_BODY_LIMIT
        && let Ok(Some(chunk)) = response.chunk().await
    {
        body.extend_from_slice(&chunk);
    }
    body.truncate(ERROR_BODY_LIMIT);
    let body = body.freeze();

    let told = Told::read(&body, |text| clean(connection, text));
    let request_id = told.request_id.or_else(|| request_id(connection, &headers));
    let (kind, words, advice) = if status.is_redirection() {
        let host = headers
            .get(LOCATION)
            .and_then(|location| location.to_str().ok())
            .and_then(|location| reqwest::Url::parse(location).ok())
            .and_then(|location| location.host_str().map(|host| clean(connection, host)));
        let words = match host {
            Some(host) => format!(
                "{} redirects to {host}, which is not followed",
                connection.host()
            ),
            None => format!("{} redirects, which is not followed", connection.host()),
        };
        (ErrorKind::Redirect, words, "check the base URL")
    } else if status.is_success() {
        let words = format!("{} answered without a page", connection.host());
        (ErrorKind::Decode, words, "report it to the vendor")
    } else {
        let words = told.words.unwrap_or_else(|| {
            format!("{} answered with an error and no reason", connection.host())
        });
        (
            ErrorKind::Api,
            words,
            advice(status, told.error_type.as_ref()),
        )
    };

    let mut facts = Vec::new();
    facts.extend(told.error_type.as_ref().map(ToString::to_string));
    facts.push(status.as_u16().to_string());
    facts.extend(request_id.as_ref().map(|id| format!("request {id}")));
    Error::new(kind, format!("{words}: {advice} ({})", facts.join(", "))).with_answer(Answer {
        status,
        headers,
        error_type: told.error_type,
        request_id,
        action_required: told.action_required,
        body,
    })
}

/// The request's id from the headers, where the body has none.
fn request_id(connection: &Connection, headers: &HeaderMap) -> Option<String> {
    let id = headers.get("x-request-id")?.to_str().ok()?;
    Some(clean(connection, id))
}

/// What the body of an error says, in whichever of the shapes that are described:
/// `error`, `type`, `requestId`, `actionRequired` (OFAuth reference, errors), `error`,
/// `code`, `details` (an older reference page) and `message`, `code`, `details` (SDK types).
#[derive(Default)]
struct Told {
    words: Option<String>,
    error_type: Option<ErrorType>,
    request_id: Option<String>,
    action_required: Option<String>,
}

impl Told {
    fn read(body: &[u8], clean: impl Fn(&str) -> String) -> Self {
        let Ok(Value::Object(body)) = serde_json::from_slice(body) else {
            return Self::default();
        };
        let text = |names: &[&str]| {
            names
                .iter()
                .filter_map(|name| body.get(*name)?.as_str())
                .map(&clean)
                .find(|text| !text.is_empty())
        };
        Self {
            words: text(&["error", "message"]),
            error_type: text(&["type", "code"]).map(ErrorType::from),
            request_id: text(&["requestId"]),
            action_required: text(&["actionRequired"]),
        }
    }
}

/// What helps (OFAuth reference, errors).
fn advice(status: StatusCode, error_type: Option<&ErrorType>) -> &'static str {
    match error_type {
        Some(ErrorType::BadRequest) => return "fix the request",
        Some(ErrorType::Unauthorized) => return "check the API key",
        Some(ErrorType::SessionNotProvided | ErrorType::SessionExpired) => {
            return "ask the creator to link the account again";
        }
        Some(ErrorType::RulesOutdated) => return "try again, it heals by itself",
        Some(ErrorType::Forbidden) => return "grant the key the permission messages:read",
        Some(ErrorType::ResourceNotFound) => return "check the id",
        Some(ErrorType::RouteNotFound) => return "check the base URL",
        Some(ErrorType::RateLimitExceeded) => return "wait, and try again",
        _ => {}
    }
    match status.as_u16() {
        401 => "check the API key and the connection",
        403 => "check the key's permissions",
        404 => "check the base URL",
        408 | 500.. => "try again later",
        429 => "wait, and try again",
        _ => "check the request",
    }
}

/// A text of the server as one line of bounded length, without secrets and
/// without characters that act on a terminal.
fn clean(connection: &Connection, text: &str) -> String {
    let masked = connection.mask(text);
    let words: Vec<&str> = masked
        .split(|c: char| c.is_whitespace() || acts_on_terminal(c))
        .filter(|word| !word.is_empty())
        .collect();
    let line = words.join(" ");
    match line.char_indices().nth(WORDS_LIMIT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Control characters, and those that change the direction of what follows.
fn acts_on_terminal(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A page that is not what the spec says. It is decoded once more, to find the
/// place; the good path pays nothing for that.
fn undecodable<T: DeserializeOwned>(
    connection: &Connection,
    response: ResponseValue<Body<T>>,
) -> Error {
    let (status, headers) = (response.status(), response.headers().clone());
    let body = response.into_inner().into_bytes();
    let reason = misfit::<T>(&body);
    let request_id = request_id(connection, &headers);
    let id = request_id
        .as_ref()
        .map_or_else(String::new, |id| format!(" (request {id})"));
    let message = format!(
        "{} answers with a page that is not what the API's description says: {reason}{id}",
        connection.host(),
    );
    Error::new(ErrorKind::Decode, message).with_answer(Answer {
        status,
        headers,
        error_type: None,
        request_id,
        action_required: None,
        body,
    })
}

/// Where and why bytes don't decode, without a word of what they hold.
fn misfit<T: DeserializeOwned>(body: &[u8]) -> String {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let mut track = Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut deserializer, &mut track);
    let Err(error) = T::deserialize(tracked).and_then(|_| deserializer.end()) else {
        return "it decodes at the second try".to_owned();
    };
    let position = format!("line {} column {}", error.line(), error.column());
    // A type's own fields alone lead to a value of the wrong type; to broken JSON, the
    // server's keys may lead, which may be private.
    let path = track.path();
    match error.classify() {
        Category::Data if path.iter().next().is_some() => {
            format!("{} at `{path}`, {position}", reason(&error))
        }
        _ => format!("{} at {position}", reason(&error)),
    }
}

/// serde's reason without the value that it quotes, which may be a private message.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text
        .rsplit_once(" at line ")
        .map_or(&*text, |(text, _)| text);
    match error.classify() {
        Category::Data => {
            let expected = text
                .rsplit_once(", expected ")
                .map(|(_, expected)| expected);
            match expected {
                Some(expected) => format!("expected {expected}"),
                None if text.starts_with("missing field")
                    || text.starts_with("data did not match") =>
                {
                    text.to_owned()
                }
                None => "a value of the wrong type".to_owned(),
            }
        }
        Category::Eof => "the JSON ends too early".to_owned(),
        _ => "no valid JSON".to_owned(),
    }
}
