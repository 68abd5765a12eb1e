//! Response bodies: the decoded value, and the bytes it was decoded from.

use std::fmt;
use std::ops::Deref;

use bytes::Bytes;
use progenitor_client::{Error, ResponseValue};
use serde::de::DeserializeOwned;

/// A decoded response body that keeps the bytes as they were received.
#[derive(Clone)]
pub struct Body<T> {
    value: T,
    bytes: Bytes,
}

impl<T> Body<T> {
    /// The bytes of the body, after decompression.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// The decoded value and the bytes.
    pub fn into_parts(self) -> (T, Bytes) {
        (self.value, self.bytes)
    }
}

impl<T> Deref for Body<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Shows the value, and only the length of the bytes, since they hold private messages.
impl<T: fmt::Debug> fmt::Debug for Body<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Body")
            .field("value", &self.value)
            .field("bytes", &format_args!("[{} bytes]", self.bytes.len()))
            .finish()
    }
}

/// Reads a successful response; the generated operations call it.
pub(crate) async fn decode<T: DeserializeOwned, E>(
    response: reqwest::Response,
) -> Result<ResponseValue<Body<T>>, Error<E>> {
    let status = response.status();
    let headers = response.headers().clone();
    let bytes = response.bytes().await.map_err(Error::ResponseBodyError)?;
    match serde_json::from_slice(&bytes) {
        Ok(value) => Ok(ResponseValue::new(Body { value, bytes }, status, headers)),
        Err(error) => Err(Error::InvalidResponsePayload(bytes, error)),
    }
}
