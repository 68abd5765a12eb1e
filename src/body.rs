//! Response bodies as they were received.

use std::fmt;
use std::marker::PhantomData;

use bytes::{Bytes, BytesMut};
use progenitor_client::{Error, ResponseValue};
use serde::de::DeserializeOwned;

/// The most bytes of a response body, after decompression: 32 MiB. A page of 20
/// chats has some 50 KB.
const LIMIT: usize = 32 * 1024 * 1024;

/// The body of a successful response: the bytes as they were received, which
/// [`decode`](Self::decode) to a `T`.
pub struct Body<T> {
    bytes: Bytes,
    kind: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Body<T> {
    /// Decodes the bytes.
    ///
    /// # Errors
    ///
    /// Where they are not the JSON of a `T`. The error quotes a value that it
    /// stumbles upon, which may be a private one.
    pub fn decode(&self) -> Result<T, serde_json::Error> {
        serde_json::from_slice(&self.bytes)
    }
}

impl<T> Body<T> {
    /// The bytes, after decompression.
    pub fn into_bytes(self) -> Bytes {
        self.bytes
    }
}

impl<T> AsRef<[u8]> for Body<T> {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Shows the length alone, since the bytes hold private messages.
impl<T> fmt::Debug for Body<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body([{} bytes])", self.bytes.len())
    }
}

/// Reads the body of a successful response; the generated operations call it.
pub(crate) async fn read<T, E>(
    mut response: reqwest::Response,
) -> Result<ResponseValue<Body<T>>, Error<E>> {
    let mut bytes = BytesMut::new();
    while let Some(chunk) = response.chunk().await.map_err(Error::ResponseBodyError)? {
        if bytes.len() + chunk.len() > LIMIT {
            return Err(Error::Custom(format!(
                "the response is larger than {LIMIT} bytes"
            )));
        }
        bytes.extend_from_slice(&chunk);
    }
    let body = Body {
        bytes: bytes.freeze(),
        kind: PhantomData,
    };
    let (status, headers) = (response.status(), response.headers().clone());
    Ok(ResponseValue::new(body, status, headers))
}
