//! The API key and the connection id that authorise a request.

use std::fmt;

use progenitor_client::{ClientHooks, Error, OperationInfo};
use reqwest::Request;
use reqwest::header::{ACCEPT_ENCODING, HeaderName, HeaderValue};

use crate::Client;

/// The spec's security scheme `apiKey`. Header names are case-insensitive.
const API_KEY: HeaderName = HeaderName::from_static("apikey");
/// The spec's security scheme `connectionId`.
const CONNECTION_ID: HeaderName = HeaderName::from_static("x-connection-id");
/// progenitor sends the spec's version in this header, which the API doesn't document.
const API_VERSION: HeaderName = HeaderName::from_static("api-version");

/// The API key and the connection id, which every request sends as headers (OFAuth documentation,
/// chats list).
///
/// Both are marked as sensitive, so that HTTP libraries neither log nor index them. `Debug` shows
/// neither.
#[derive(Clone)]
pub struct Credentials {
    api_key: HeaderValue,
    connection_id: HeaderValue,
}

impl Credentials {
    /// Creates credentials from the application's API key and the id of the connection to act for.
    pub fn new(api_key: HeaderValue, connection_id: HeaderValue) -> Self {
        let [api_key, connection_id] = [api_key, connection_id].map(|mut value| {
            value.set_sensitive(true);
            value
        });
        Self { api_key, connection_id }
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").finish_non_exhaustive()
    }
}

impl ClientHooks<Credentials> for Client {
    async fn pre<E>(&self, request: &mut Request, _: &OperationInfo) -> Result<(), Error<E>> {
        let headers = request.headers_mut();
        headers.remove(API_VERSION);
        // The only encoding that `receive` can decompress.
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        headers.insert(API_KEY, self.inner.api_key.clone());
        headers.insert(CONNECTION_ID, self.inner.connection_id.clone());
        Ok(())
    }
}
