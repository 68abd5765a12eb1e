//! Response bodies: reading them within a size limit, and decompressing gzip.
//!
//! reqwest's own decompression would only let us limit the decompressed size. An endless gzip
//! stream that decompresses to nothing never reaches that limit.

use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use progenitor_client::{Error, ResponseValue};
use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, TRANSFER_ENCODING};
use reqwest::{Response, Version};
use zlib_rs::{Inflate, InflateFlush, Status};

/// What `zlib_rs` calls gzip with a window of any size.
const GZIP: u8 = 16 + 15;
/// More than any length that deflate can reach from one byte.
const MAX_RATIO: usize = 1_100;
/// The first buffer for decompressed bytes if the stated length is too small.
const MIN_OUTPUT: usize = 16 << 10;
/// The most memory that is reserved because of a stated length.
const MAX_RESERVED: usize = 1 << 20;

/// The successful response of an operation, with an unread body that holds a `T` as JSON.
///
/// [`receive`] reads the body.
pub struct Body<T> {
    response: Response,
    kind: PhantomData<fn() -> T>,
}

impl<T> Body<T> {
    /// Returns the response.
    pub fn into_response(self) -> Response {
        self.response
    }
}

impl<T> fmt::Debug for Body<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body").finish_non_exhaustive()
    }
}

/// The reason why a body was not received completely.
#[derive(Debug)]
#[non_exhaustive]
pub enum BodyError {
    /// The connection broke before the body was complete.
    Incomplete(reqwest::Error),
    /// The body exceeds this limit, in bytes, before or after decompression.
    TooLarge(usize),
    /// The body has this content encoding, but only gzip was requested.
    Encoding(String),
    /// The body is not complete, valid gzip.
    Gzip,
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incomplete(_) => f.write_str("the connection broke during the response"),
            Self::TooLarge(limit) => write!(f, "the response is larger than {limit} bytes"),
            Self::Encoding(name) => {
                write!(f, "the response is compressed with {name:?}, but only gzip was requested")
            }
            Self::Gzip => f.write_str("the response is broken gzip"),
        }
    }
}

impl std::error::Error for BodyError {}

/// Wraps a successful response without reading its body; the generated operations call this.
pub(crate) async fn keep<T, E>(response: Response) -> Result<ResponseValue<Body<T>>, Error<E>> {
    let (status, headers) = (response.status(), response.headers().clone());
    let body = Body { response, kind: PhantomData };
    Ok(ResponseValue::new(body, status, headers))
}

/// Receives a body of at most `limit` bytes, both before and after decompression.
///
/// Returns the bytes that were received and, if the body is incomplete, the reason.
pub async fn receive(response: Response, limit: usize) -> (Bytes, Option<BodyError>) {
    let is_gzip = match is_gzip(response.headers()) {
        Ok(is_gzip) => is_gzip,
        Err(error) => return (Bytes::new(), Some(error)),
    };
    let (body, end) = collect(response, limit).await;
    if !is_gzip {
        return (body, end);
    }
    let (body, broken) = decompress(&body, limit);
    (body.into(), end.or(broken))
}

fn is_gzip(headers: &HeaderMap) -> Result<bool, BodyError> {
    let Some(encoding) = headers.get(CONTENT_ENCODING) else {
        return Ok(false);
    };
    match encoding.as_bytes().trim_ascii().to_ascii_lowercase().as_slice() {
        b"identity" | b"" => Ok(false),
        b"gzip" | b"x-gzip" => Ok(true),
        other => {
            let name: String = String::from_utf8_lossy(other).chars().take(40).collect();
            Err(BodyError::Encoding(name))
        }
    }
}

/// Reads a body as it was sent. A body that arrives in one piece isn't copied.
async fn collect(mut response: Response, limit: usize) -> (Bytes, Option<BodyError>) {
    let stated = response.content_length().and_then(|length| length.try_into().ok());
    let (mut first, mut rest) = (Bytes::new(), Vec::new());
    let end = loop {
        let mut chunk = match response.chunk().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => break None,
            Err(error) => break Some(BodyError::Incomplete(error)),
        };
        let room = limit - first.len().max(rest.len());
        let is_too_large = chunk.len() > room;
        chunk.truncate(room);
        if first.is_empty() {
            first = chunk;
        } else {
            if rest.is_empty() {
                rest.reserve(stated.unwrap_or(0).min(limit).min(MAX_RESERVED));
                rest.extend_from_slice(&first);
            }
            rest.extend_from_slice(&chunk);
        }
        if is_too_large {
            break Some(BodyError::TooLarge(limit));
        }
    };
    (if rest.is_empty() { first } else { rest.into() }, end)
}

/// Decompresses gzip, which may consist of several members.
fn decompress(mut input: &[u8], limit: usize) -> (Vec<u8>, Option<BodyError>) {
    // One byte more than is allowed, to notice an excess.
    let max = limit.saturating_add(1);
    // The last member states its length modulo 2^32 at its end.
    let stated = input.last_chunk().map_or(0, |length| u32::from_le_bytes(*length));
    let stated = usize::try_from(stated).unwrap_or(usize::MAX);
    let likely = input.len().saturating_mul(MAX_RATIO);
    let mut output = vec![0; stated.min(likely).min(max)];
    let mut length = 0;
    let mut member = Inflate::new(true, GZIP);
    let end = loop {
        if length == output.len() {
            output.resize(output.len().saturating_mul(2).clamp(MIN_OUTPUT.min(max), max), 0);
        }
        let (read, written) = (member.total_in(), member.total_out());
        let status = member.decompress(input, &mut output[length..], InflateFlush::NoFlush);
        // At most the lengths of the two slices.
        input = &input[(member.total_in() - read) as usize..];
        length += (member.total_out() - written) as usize;
        match status {
            _ if length > limit => break Some(BodyError::TooLarge(limit)),
            Ok(Status::StreamEnd) if input.is_empty() => break None,
            Ok(Status::StreamEnd) => member = Inflate::new(true, GZIP),
            Ok(Status::Ok | Status::BufError) if length == output.len() => {}
            Ok(Status::Ok) if !input.is_empty() => {}
            _ => break Some(BodyError::Gzip),
        }
    };
    output.truncate(length.min(limit));
    (output, end)
}

/// Returns whether only the end of the connection marks the end of the body, as in HTTP/1.0. In
/// that case, a truncated body looks like a complete one.
pub fn ends_with_connection(response: &Response) -> bool {
    let headers = response.headers();
    response.version() <= Version::HTTP_11
        && !headers.contains_key(CONTENT_LENGTH)
        && !headers.contains_key(TRANSFER_ENCODING)
}
