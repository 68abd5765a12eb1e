//! Turns unexpected responses into errors: redirects, error statuses, and successes without an
//! answer.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, LOCATION};
use http::{HeaderMap, StatusCode};
use ofauth_api::{Operation, receive};
use serde_json::Value;
use tokio::time::{Instant, timeout};

use super::Call;
use crate::error::Response;
use crate::repair::repair;
use crate::{Connection, Error, ErrorKind, ErrorType};

/// The longest time to wait for an error's body. It ends before the attempt does.
const BODY_TIME: Duration = Duration::from_secs(5);
/// The maximum number of bytes to read of an error's body.
const BODY_LIMIT: usize = 64 * 1024;
/// The maximum number of characters to show of the vendor's message.
const WORDS_LIMIT: usize = 300;

/// Creates the error for a response. `end` is the end of the attempt.
pub(super) async fn read(
    call: &Call<'_>,
    response: reqwest::Response,
    noun: &str,
    end: Option<Instant>,
) -> Error {
    let connection = call.connection;
    let status = response.status();
    let headers = response.headers().clone();
    // The status and the headers count even if the body can't be read.
    let left = end.map_or(BODY_TIME, |end| end.saturating_duration_since(Instant::now()) / 2);
    let body = timeout(left.min(BODY_TIME), receive(response, BODY_LIMIT)).await;
    let body = body.map(|(body, _)| body).unwrap_or_default();
    if let Some(error) = instead(call, status, &headers, &body) {
        return error;
    }
    let host = connection.host();
    let (kind, what, advice) = if status == StatusCode::NOT_MODIFIED {
        let what = format!("{host} returned 304 Not Modified, though nothing was cached");
        (ErrorKind::Api, what, "check the caches and proxies on the way")
    } else if status.is_redirection() {
        let what = match redirect_target(connection, &headers) {
            Some(target) => format!("{host} redirects to {target}, which is not followed"),
            None => format!("{host} redirects, which is not followed"),
        };
        (ErrorKind::Redirect, what, "check the base URL")
    } else {
        let what = format!("{host} did not return {noun}");
        (ErrorKind::Decode, what, "report it to the vendor")
    };
    Error::new(kind, what, advice).with_response(Response {
        status,
        error_type: None,
        request_id: request_id(connection, &headers),
        action_required: None,
        headers,
        body,
    })
}

/// Returns the error for a response that has an error of the API, or an HTML page, instead of an
/// answer.
pub(super) fn instead(
    call: &Call<'_>,
    status: StatusCode,
    headers: &HeaderMap,
    body: &Bytes,
) -> Option<Error> {
    let connection = call.connection;
    let fields = ErrorFields::read(body, |text| clean(connection, text));
    let error_type = fields.error_type.as_ref();
    let kind = kind(status, error_type);
    let (kind, what, advice) = match fields.message {
        _ if status.is_redirection() => return None,
        Some(message) => (kind, message, advice(status, error_type, call.operation)),
        None if is_html(headers, body) => {
            let host = connection.host();
            let what = format!("{host} returned an HTML page instead of JSON");
            let advice = match status.as_u16() {
                408 | 429 | 500.. => advice(status, None, call.operation),
                _ => {
                    "a proxy, gateway or login page may have answered in its place: check the \
                      network and the base URL"
                }
            };
            (if status.is_success() { ErrorKind::Decode } else { kind }, what, advice)
        }
        None if status.is_success() => return None,
        None => {
            let what = format!("{} returned an error without a message", connection.host());
            (kind, what, advice(status, error_type, call.operation))
        }
    };
    Some(Error::new(kind, what, advice).with_response(Response {
        status,
        error_type: fields.error_type,
        request_id: fields.request_id.or_else(|| request_id(connection, headers)),
        action_required: fields.action_required,
        headers: headers.clone(),
        body: body.clone(),
    }))
}

fn is_html(headers: &HeaderMap, body: &[u8]) -> bool {
    let content_type = headers.get(CONTENT_TYPE).map_or(&b""[..], |value| value.as_bytes());
    let begins = |text: &[u8], with: &str| {
        text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with.as_bytes()))
    };
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
    let starts = ["<!doctype html", "<html", "<head", "<!--"];
    begins(content_type, "text/html") || starts.iter().any(|start| begins(body, start))
}

/// Returns the host that a redirect points to.
fn redirect_target(connection: &Connection, headers: &HeaderMap) -> Option<String> {
    let location = headers.get(LOCATION)?.to_str().ok()?;
    let url = reqwest::Url::parse(location).ok()?;
    let host = url.host_str()?;
    Some(clean(
        connection,
        &match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        },
    ))
}

/// Returns the request id from the headers.
pub(super) fn request_id(connection: &Connection, headers: &HeaderMap) -> Option<String> {
    let id = headers.get("x-request-id")?.to_str().ok()?;
    Some(clean(connection, id))
}

/// The content of an error body, in any of the described shapes:
/// `error`, `type`, `requestId`, `actionRequired` (OFAuth reference, errors), `error`,
/// `code`, `details` (an older reference page) and `message`, `code`, `details` (SDK types).
#[derive(Default)]
struct ErrorFields {
    message: Option<String>,
    error_type: Option<ErrorType>,
    request_id: Option<String>,
    action_required: Option<String>,
}

impl ErrorFields {
    fn read(body: &[u8], clean: impl Fn(&str) -> String) -> Self {
        let Ok(Value::Object(body)) = serde_json::from_str(&repair(body).json) else {
            return Self::default();
        };
        // Gateways nest the error.
        let nested = body.get("error").and_then(Value::as_object);
        let text = |names: &[&str]| {
            [Some(&body), nested]
                .iter()
                .flatten()
                .flat_map(|fields| names.iter().filter_map(|name| fields.get(*name)?.as_str()))
                .map(&clean)
                .find(|text| !text.is_empty())
        };
        Self {
            message: text(&["error", "message"]),
            error_type: text(&["type", "code"]).map(ErrorType::from),
            request_id: text(&["requestId"]),
            action_required: text(&["actionRequired"]),
        }
    }
}

fn kind(status: StatusCode, error_type: Option<&ErrorType>) -> ErrorKind {
    match (status.as_u16(), error_type) {
        (200..=299 | 401, Some(ErrorType::SessionNotProvided | ErrorType::SessionExpired)) => {
            ErrorKind::Session
        }
        (200..=299 | 401, Some(ErrorType::RulesOutdated)) => ErrorKind::RulesOutdated,
        (401, _) | (200..=299, Some(ErrorType::Unauthorized)) => ErrorKind::Unauthorized,
        (403, _) | (200..=299, Some(ErrorType::Forbidden)) => ErrorKind::Forbidden,
        (404, _) | (200..=299, Some(ErrorType::ResourceNotFound | ErrorType::RouteNotFound)) => {
            ErrorKind::NotFound
        }
        (429, _) | (200..=299, Some(ErrorType::RateLimitExceeded)) => ErrorKind::RateLimited,
        (408 | 500.., _) => ErrorKind::Server,
        _ => ErrorKind::Api,
    }
}

/// Returns what to do about an error (OFAuth reference, errors).
fn advice(
    status: StatusCode,
    error_type: Option<&ErrorType>,
    operation: &Operation,
) -> &'static str {
    match error_type {
        Some(ErrorType::BadRequest) => return "fix the request",
        Some(ErrorType::Unauthorized) => return "check the API key",
        Some(ErrorType::SessionNotProvided | ErrorType::SessionExpired) => {
            return "ask the creator to link the account again";
        }
        Some(ErrorType::RulesOutdated) => {
            return "try again later, the vendor is updating its signing rules";
        }
        Some(ErrorType::Forbidden) => {
            return "grant the key the permission it lacks (messages:read for chats)";
        }
        Some(ErrorType::ResourceNotFound) => return "check the id",
        Some(ErrorType::RouteNotFound) => return "check the base URL",
        Some(ErrorType::RateLimitExceeded) => return "wait and try again",
        _ => {}
    }
    match status.as_u16() {
        401 => "check the API key and the connection",
        403 => "check the key's permissions",
        404 if operation.names_resource() => "check the id",
        404 if operation.path.is_empty() => "check the path and the base URL",
        404 => "check the base URL",
        408 | 500.. => "try again later",
        429 => "wait and try again",
        _ => "check the request",
    }
}

/// Cleans a text from the server: one line of bounded length, without secrets and without
/// characters that act on a terminal.
pub(super) fn clean(connection: &Connection, text: &str) -> String {
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

/// Returns whether `c` is a control character, or changes the direction of the text.
fn acts_on_terminal(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
