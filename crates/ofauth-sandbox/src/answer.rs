//! HTTP responses: pages, errors, and the responses of faults.

use std::convert::Infallible;
use std::io::{self, Write};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, StreamExt};
use ofauth_api::types::{ErrorBody, ErrorType};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::fault::{Encoding, Fault, FaultBody, OddOffset};
use crate::inbox::built;
use crate::limit::{Allowance, Quota};
use crate::stored;
use crate::wire::{Trick, Wire};
use crate::world::Window;

const JSON: HeaderValue = HeaderValue::from_static("application/json");
const MEGABYTE: usize = 1_000_000;

/// Returns an error response with the documented body.
pub(crate) fn error(status: u16, kind: Option<ErrorType>, words: &str, number: u64) -> Response {
    let body = ErrorBody::builder()
        .error(words.to_owned())
        .type_(kind.clone())
        .request_id(format!("req_sandbox_{number:06x}"))
        .action_required(
            (kind == Some(ErrorType::SessionExpired)).then(|| "refresh_session".to_owned()),
        );
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, axum::Json(built::<ErrorBody, _>(body))).into_response()
}

/// Returns a page without a fault.
pub(crate) fn page(page: Window) -> Response {
    match page.whole {
        Some(whole) => json_response(whole),
        None => json_response(page.json()),
    }
}

fn json_response(body: impl Into<Body>) -> Response {
    ([(header::CONTENT_TYPE, JSON)], body.into()).into_response()
}

/// Adds the headers that report a connection's rate limit (OFAuth reference, rate limits).
pub(crate) fn add_rate_headers(headers: &mut HeaderMap, allowance: &Allowance) {
    let values = [
        ("x-ratelimit-limit", u64::from(allowance.limit)),
        ("x-ratelimit-remaining", u64::from(allowance.remaining)),
        ("x-ratelimit-reset", allowance.reset),
    ];
    for (name, value) in values {
        headers.insert(HeaderName::from_static(name), value.into());
    }
    if !allowance.allowed {
        headers.insert(header::RETRY_AFTER, allowance.retry_after.into());
    }
}

/// Adds the rate limit headers of an empty bucket, for a 429 that a fault produces.
pub(crate) fn add_empty_rate_headers(headers: &mut HeaderMap) {
    let Quota { per_minute: _, burst } = Quota::default();
    let values =
        [("x-ratelimit-limit", burst), ("x-ratelimit-remaining", 0), ("x-ratelimit-reset", burst)];
    for (name, value) in values {
        headers.insert(HeaderName::from_static(name), value.into());
    }
}

/// Returns the response that a fault sends instead of a page, or `None` if the fault needs a page.
pub(crate) fn replacement(fault: &Fault, number: u64) -> Option<Response> {
    let mut response = match fault {
        Fault::Status { status, body, .. } => {
            let status = StatusCode::from_u16(*status).ok().filter(|status| status.as_u16() >= 200);
            let status = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            let words = status.canonical_reason().unwrap_or("Error");
            match body {
                FaultBody::Json => error(status.as_u16(), documented(status), words, number),
                FaultBody::Html => {
                    let html = format!("<html><body><h1>{words}</h1><hr>gateway</body></html>\n");
                    (status, [(header::CONTENT_TYPE, "text/html")], html).into_response()
                }
                FaultBody::Empty => status.into_response(),
                FaultBody::Code | FaultBody::Message => {
                    let key = if *body == FaultBody::Code { "error" } else { "message" };
                    let code = format!("SANDBOX_{}", status.as_u16());
                    let body = json!({ key: words, "code": code, "details": {} });
                    (status, axum::Json(body)).into_response()
                }
            }
        }
        Fault::Redirect { location } => {
            let mut response = StatusCode::FOUND.into_response();
            if let Ok(location) = HeaderValue::from_str(location) {
                response.headers_mut().insert(header::LOCATION, location);
            }
            response
        }
        _ => return None,
    };
    if let Fault::Status { retry_after: Some(after), .. } = fault
        && let Ok(after) = HeaderValue::from_str(after)
    {
        response.headers_mut().insert(header::RETRY_AFTER, after);
    }
    Some(response)
}

/// Returns the documented error type of a status. 401 has several; this is the first.
fn documented(status: StatusCode) -> Option<ErrorType> {
    match status.as_u16() {
        400 => Some(ErrorType::BadRequest),
        401 => Some(ErrorType::Unauthorized),
        403 => Some(ErrorType::Forbidden),
        404 => Some(ErrorType::ResourceNotFound),
        429 => Some(ErrorType::RateLimitExceeded),
        _ => None,
    }
}

/// Returns a page with a fault applied. Some faults act on the socket, `wire`, and some of those
/// work only with HTTP/1.
pub(crate) fn faulty_page(fault: &Fault, page: Window, wire: &Wire, http_1: bool) -> Response {
    match *fault {
        Fault::Reset { after } => wire.play(Trick::Reset(after)),
        Fault::SlowHeaders { .. } if !http_1 => {}
        Fault::ContentLength { delta } if delta < 0 && !http_1 => {}
        Fault::SlowHeaders { every_ms } => {
            wire.play(Trick::SlowHeaders(Duration::from_millis(every_ms)));
        }
        Fault::ContentLength { delta } if delta < 0 => wire.play(Trick::Length(delta)),
        Fault::ContentLength { delta } => {
            let body = page.json();
            // Negative deltas were handled above, so the cast is lossless.
            let length = body.len() + delta as usize;
            let body = stream::iter([Ok::<_, Infallible>(Bytes::from(body))]);
            return streamed(Body::from_stream(body.chain(stream::pending())), Some(length));
        }
        Fault::SlowBody { every_ms, piece } => {
            return slowly(page.json(), Duration::from_millis(every_ms), piece.max(1));
        }
        Fault::Truncated { after, chunked } => {
            let body = page.json();
            let length = (!chunked).then_some(body.len());
            return cut(after, body, length);
        }
        Fault::BrokenJson => {
            let mut body = page.json();
            body.truncate(body.len() / 2);
            return json_response(body);
        }
        Fault::Compressed(encoding) => return compressed(encoding, &page.json()),
        Fault::GzipBomb { megabytes } => return bomb(megabytes),
        Fault::HugePage { megabytes } => return huge(page, megabytes),
        _ => return json_response(edited(fault, &page).to_string().into_bytes()),
    }
    json_response(page.json())
}

/// Returns the JSON of a page in which a fault has changed one thing.
fn edited(fault: &Fault, page: &Window) -> Value {
    // `Window::json` writes valid JSON.
    let mut value: Value = serde_json::from_slice(&page.json()).unwrap_or_default();
    let chats = |value: &mut Value, change: &dyn Fn(&mut Value)| {
        value["list"].as_array_mut().into_iter().flatten().for_each(change);
    };
    match fault {
        Fault::UnreadableChat { index } => {
            if let Some(chat) = value["list"].get_mut(index) {
                chat["withUser"] = json!("unreadable");
            }
        }
        Fault::UnknownEnumValue => chats(&mut value, &|chat| {
            let Some(media) = chat["lastMessage"]["media"].as_array_mut() else {
                return;
            };
            if media.is_empty() {
                media.push(json!({
                    "id": 1, "convertedToVideo": false, "canView": true, "hasError": false,
                    "createdAt": "2024-01-15T10:30:00+00:00", "isReady": true, "releaseForms": [],
                }));
            }
            media.iter_mut().for_each(|media| media["type"] = json!("hologram"));
        }),
        Fault::LargeIds => chats(&mut value, &|chat| {
            for place in ["/lastMessage/id", "/lastReadMessageId"] {
                if let Some(id) = chat.pointer_mut(place) {
                    *id = id.as_i64().map(|id| id | (1 << 53) | 1).into();
                }
            }
        }),
        Fault::UnknownField => {
            value["sandboxSurprise"] = json!({ "of": ["any", 1, null] });
            chats(&mut value, &|chat| chat["sandboxSurprise"] = json!(true));
        }
        Fault::NextOffset(odd) => {
            value["nextOffset"] = match odd {
                OddOffset::Text => json!(page.next.to_string()),
                OddOffset::Float => json!(page.next as f64),
                OddOffset::Null => Value::Null,
                OddOffset::Stuck => json!(page.offset),
                OddOffset::Negative => json!(-1),
                OddOffset::Absent => Value::Null,
            };
            if let (OddOffset::Absent, Value::Object(page)) = (odd, &mut value) {
                page.remove("nextOffset");
            }
        }
        Fault::EmptyPage => value["list"] = json!([]),
        _ => {}
    }
    if matches!(fault, Fault::EmptyPage | Fault::SamePage) {
        value["hasMore"] = json!(true);
        value["nextOffset"] = json!(page.next);
    }
    value
}

/// Returns a response whose connection closes after `after` bytes of the body.
fn cut(after: usize, mut body: Vec<u8>, length: Option<usize>) -> Response {
    body.truncate(after);
    // The server sends the first piece, then the error makes it close the connection.
    let pieces = [Ok(Bytes::from(body)), Err(io::Error::from(io::ErrorKind::ConnectionAborted))];
    let pieces = stream::unfold(pieces.into_iter(), |mut pieces| async move {
        let piece = pieces.next()?;
        if piece.is_err() {
            // Let the first piece reach the socket.
            tokio::task::yield_now().await;
        }
        Some((piece, pieces))
    });
    streamed(Body::from_stream(pieces), length)
}

/// Returns a response with a streamed body. Without a stated length, the body is chunked.
fn streamed(body: Body, length: Option<usize>) -> Response {
    let mut response = json_response(body);
    if let Some(length) = length {
        response.headers_mut().insert(header::CONTENT_LENGTH, length.into());
    }
    response
}

fn slowly(body: Vec<u8>, every: Duration, piece: usize) -> Response {
    let length = body.len();
    let pieces = stream::unfold(Bytes::from(body), move |mut rest| async move {
        if rest.is_empty() {
            return None;
        }
        sleep(every).await;
        let piece = rest.split_to(piece.min(rest.len()));
        Some((Ok::<_, Infallible>(piece), rest))
    });
    streamed(Body::from_stream(pieces), Some(length))
}

fn compressed(encoding: Encoding, body: &[u8]) -> Response {
    let (name, compressed) = match encoding {
        Encoding::Gzip => ("gzip", gzip(|writer| writer.write_all(body))),
        Encoding::Br => ("br", Ok(stored::brotli(body))),
        Encoding::Zstd => ("zstd", Ok(stored::zstd(body))),
    };
    encoded(name, compressed)
}

fn gzip(
    write: impl FnOnce(&mut flate2::write::GzEncoder<Vec<u8>>) -> io::Result<()>,
) -> io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    write(&mut encoder)?;
    encoder.finish()
}

/// Returns a gzip bomb: an empty page, padded with spaces.
fn bomb(megabytes: usize) -> Response {
    encoded(
        "gzip",
        gzip(|writer| {
            writer.write_all(b"{\"list\":[],\"hasMore\":false")?;
            let space = vec![b' '; MEGABYTE];
            (0..megabytes).try_for_each(|_| writer.write_all(&space))?;
            writer.write_all(b"}")
        }),
    )
}

fn encoded(name: &'static str, body: io::Result<Vec<u8>>) -> Response {
    match body {
        Ok(body) => {
            let mut response = json_response(body);
            let value = HeaderValue::from_static(name);
            response.headers_mut().insert(header::CONTENT_ENCODING, value);
            response
        }
        // Writing to memory doesn't fail. If it ever does, the response reports it.
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
    }
}

fn huge(mut page: Window, megabytes: usize) -> Response {
    let chats = std::mem::take(&mut page.part.chats);
    let mut size = 0;
    for chat in chats.iter().cycle() {
        if size >= megabytes.saturating_mul(MEGABYTE) {
            break;
        }
        size += chat.len();
        page.part.chats.push(chat.clone());
    }
    json_response(page.json())
}
