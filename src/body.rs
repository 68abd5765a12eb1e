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
/// The most memory that is reserved because of a stated length of a body that isn't compressed.
const MAX_RESERVED: usize = 1 << 20;
/// The least size of a gzip member, on average, beyond the first [`FREE_MEMBERS`]: blocked gzip has
/// 64 KiB. Each costs as much time as some KiB of content.
const MEMBER_SIZE: usize = 32 << 10;
const FREE_MEMBERS: usize = 1_024;

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
    /// The body is not complete, valid gzip, or has far more members than its size calls for.
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
pub async fn receive(mut response: Response, limit: usize) -> (Bytes, Option<BodyError>) {
    let mut content = match is_gzip(response.headers()) {
        Ok(false) => Content::Plain(Bytes::new(), Vec::new()),
        Ok(true) => Content::Gzip(Gunzip::new(limit)),
        Err(error) => return (Bytes::new(), Some(error)),
    };
    let stated = response.content_length().and_then(|length| length.try_into().ok());
    let mut room = limit;
    let end = loop {
        let mut chunk = match response.chunk().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => break content.end(),
            Err(error) => break Some(BodyError::Incomplete(error)),
        };
        let is_too_large = chunk.len() > room;
        chunk.truncate(room);
        room -= chunk.len();
        if let Err(error) = content.add(chunk, stated) {
            break Some(error);
        }
        if is_too_large {
            break Some(BodyError::TooLarge(limit));
        }
    };
    (content.into_bytes(), end)
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

/// What was received of a body.
enum Content {
    /// The first piece, and a copy of all pieces if there are several.
    Plain(Bytes, Vec<u8>),
    Gzip(Gunzip),
}

impl Content {
    /// Adds a piece of a body whose length is `stated`, if known.
    fn add(&mut self, chunk: Bytes, stated: Option<usize>) -> Result<(), BodyError> {
        match self {
            Self::Plain(first, _) if first.is_empty() => *first = chunk,
            Self::Plain(first, all) => {
                if all.is_empty() {
                    all.reserve(stated.unwrap_or(0).min(MAX_RESERVED));
                    all.extend_from_slice(first);
                }
                all.extend_from_slice(&chunk);
            }
            Self::Gzip(gunzip) => {
                if stated == Some(chunk.len()) {
                    gunzip.expect_all_of(&chunk);
                }
                return gunzip.add(&chunk);
            }
        }
        Ok(())
    }

    /// Returns why the body can't end here.
    fn end(&self) -> Option<BodyError> {
        match self {
            Self::Gzip(gunzip) if !gunzip.is_complete => Some(BodyError::Gzip),
            _ => None,
        }
    }

    fn into_bytes(self) -> Bytes {
        match self {
            Self::Plain(first, all) if all.is_empty() => first,
            Self::Plain(_, all) => all.into(),
            Self::Gzip(gunzip) => gunzip.into_bytes(),
        }
    }
}

/// Decompresses gzip, which may consist of several members.
struct Gunzip {
    member: Inflate,
    members: usize,
    /// Whether the input so far consists of whole members.
    is_complete: bool,
    output: Vec<u8>,
    /// How much of `output` is filled.
    length: usize,
    limit: usize,
}

impl Gunzip {
    fn new(limit: usize) -> Self {
        let member = Inflate::new(true, GZIP);
        Self { member, members: 1, is_complete: false, output: Vec::new(), length: 0, limit }
    }

    /// Allocates the output at once, if `input` is the whole body.
    fn expect_all_of(&mut self, input: &[u8]) {
        // The last member states its length modulo 2^32 at its end.
        let stated = input.last_chunk().map_or(0, |length| u32::from_le_bytes(*length));
        let stated = usize::try_from(stated).unwrap_or(usize::MAX);
        let likely = input.len().saturating_mul(MAX_RATIO);
        self.output = vec![0; stated.min(likely).min(self.limit)];
    }

    fn add(&mut self, mut input: &[u8]) -> Result<(), BodyError> {
        // One byte more than is allowed, to notice an excess.
        let max = self.limit.saturating_add(1);
        loop {
            if self.is_complete {
                if input.is_empty() {
                    return Ok(());
                }
                if self.members >= FREE_MEMBERS.max(self.limit / MEMBER_SIZE) {
                    return Err(BodyError::Gzip);
                }
                self.member = Inflate::new(true, GZIP);
                self.members += 1;
                self.is_complete = false;
            }
            if self.length == self.output.len() {
                let longer = self.length.saturating_mul(2).clamp(MIN_OUTPUT.min(max), max);
                self.output.resize(longer, 0);
            }
            let (read, written) = (self.member.total_in(), self.member.total_out());
            let output = &mut self.output[self.length..];
            let status = self.member.decompress(input, output, InflateFlush::NoFlush);
            // At most the lengths of the two slices.
            input = &input[(self.member.total_in() - read) as usize..];
            self.length += (self.member.total_out() - written) as usize;
            match status {
                _ if self.length > self.limit => return Err(BodyError::TooLarge(self.limit)),
                Ok(Status::StreamEnd) => self.is_complete = true,
                // More output may follow.
                Ok(Status::Ok | Status::BufError) if self.length == self.output.len() => {}
                Ok(Status::Ok | Status::BufError) if input.is_empty() => return Ok(()),
                Ok(Status::Ok) => {}
                _ => return Err(BodyError::Gzip),
            }
        }
    }

    fn into_bytes(mut self) -> Bytes {
        self.output.truncate(self.length.min(self.limit));
        self.output.into()
    }
}

/// Returns whether only the end of the connection marks the end of the body, as in HTTP/1.0. In
/// that case, a truncated body looks like a complete one.
pub fn ends_with_connection(response: &Response) -> bool {
    let headers = response.headers();
    response.version() <= Version::HTTP_11
        && !headers.contains_key(CONTENT_LENGTH)
        && !headers.contains_key(TRANSFER_ENCODING)
}
