//! Response bodies: reading them within a size limit, and decompressing gzip.
//!
//! reqwest's own decompression would only let us limit the decompressed size. An endless gzip
//! stream that decompresses to nothing never reaches that limit.

use std::fmt;
use std::io::{self, Write};
use std::marker::PhantomData;

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use progenitor_client::{Error, ResponseValue};
use reqwest::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderMap, TRANSFER_ENCODING};
use reqwest::{Response, Version};

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
pub async fn receive(mut response: Response, limit: usize) -> (Bytes, Option<BodyError>) {
    let mut sink = match Sink::new(response.headers(), limit) {
        Ok(sink) => sink,
        Err(error) => return (Bytes::new(), Some(error)),
    };
    let mut received = 0;
    let end = loop {
        let chunk = match response.chunk().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => break sink.finish().err(),
            Err(error) => break Some(BodyError::Incomplete(error)),
        };
        received += chunk.len();
        let written = sink.write(&chunk);
        if received > limit {
            break Some(BodyError::TooLarge(limit));
        }
        if let Err(error) = written {
            break Some(error);
        }
    };
    (sink.into_bytes(), end)
}

/// Returns whether only the end of the connection marks the end of the body, as in HTTP/1.0. In
/// that case, a truncated body looks like a complete one.
pub fn ends_with_connection(response: &Response) -> bool {
    let headers = response.headers();
    response.version() <= Version::HTTP_11
        && !headers.contains_key(CONTENT_LENGTH)
        && !headers.contains_key(TRANSFER_ENCODING)
}

/// The buffer for a body, with a decoder if the body is compressed.
enum Sink {
    Plain(Bounded),
    Gzip(Box<MultiGzDecoder<Bounded>>),
}

impl Sink {
    fn new(headers: &HeaderMap, limit: usize) -> Result<Self, BodyError> {
        let bounded = Bounded { bytes: Vec::new(), limit };
        let encoding = headers
            .get(CONTENT_ENCODING)
            .map_or(&b"identity"[..], |encoding| encoding.as_bytes().trim_ascii());
        match encoding.to_ascii_lowercase().as_slice() {
            b"identity" | b"" => Ok(Self::Plain(bounded)),
            b"gzip" | b"x-gzip" => Ok(Self::Gzip(Box::new(MultiGzDecoder::new(bounded)))),
            other => {
                let name: String = String::from_utf8_lossy(other).chars().take(40).collect();
                Err(BodyError::Encoding(name))
            }
        }
    }

    fn write(&mut self, chunk: &[u8]) -> Result<(), BodyError> {
        match self {
            Self::Plain(sink) => sink.write_all(chunk).map_err(|_| sink.too_large()),
            Self::Gzip(sink) => {
                let written = sink.write_all(chunk);
                written.map_err(|_| sink.get_ref().failure())
            }
        }
    }

    fn finish(&mut self) -> Result<(), BodyError> {
        match self {
            Self::Plain(_) => Ok(()),
            Self::Gzip(sink) => {
                let finished = sink.try_finish();
                finished.map_err(|_| sink.get_ref().failure())
            }
        }
    }

    fn into_bytes(self) -> Bytes {
        match self {
            Self::Plain(sink) => sink.bytes.into(),
            Self::Gzip(mut sink) => std::mem::take(&mut sink.get_mut().bytes).into(),
        }
    }
}

/// A buffer that fails when it is full, and keeps the bytes that fit.
struct Bounded {
    bytes: Vec<u8>,
    limit: usize,
}

impl Bounded {
    fn too_large(&self) -> BodyError {
        BodyError::TooLarge(self.limit)
    }

    /// The reason why decompression failed: the buffer is full, or the input isn't valid gzip.
    fn failure(&self) -> BodyError {
        match self.bytes.len() < self.limit {
            true => BodyError::Gzip,
            false => self.too_large(),
        }
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = self.limit - self.bytes.len();
        if room == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let fits = bytes.len().min(room);
        self.bytes.extend_from_slice(&bytes[..fits]);
        Ok(fits)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
