//! A linked creator account.

use std::fmt;
use std::sync::Arc;

use ofauth_api::Credentials;

use crate::ChatsRequest;
use crate::client::Shared;
use crate::secret::{ConnectionHash, Secret};

/// A linked creator account; created by [`Client::connection`](crate::Client::connection).
///
/// Cheap to create and to clone.
#[derive(Clone)]
pub struct Connection {
    shared: Arc<Shared>,
    id: Secret,
    hash: ConnectionHash,
}

impl Connection {
    pub(crate) fn new(shared: Arc<Shared>, id: Secret) -> Self {
        let hash = ConnectionHash::new(&shared.api_key, &id);
        Self { shared, id, hash }
    }

    /// Returns the hash that identifies this connection in traces, events and limits, because its
    /// id is secret.
    pub fn hash(&self) -> ConnectionHash {
        self.hash
    }

    /// Returns a request for the creator's chats. Set its parameters, then read one page
    /// ([`send`](ChatsRequest::send)) or every chat ([`stream`](ChatsRequest::stream)).
    ///
    /// The API key needs the permission `messages:read` (the vendor's newer documentation).
    pub fn chats(&self) -> ChatsRequest {
        ChatsRequest::new(self.clone())
    }

    /// Returns a generated client with this connection's credentials.
    pub(crate) fn raw(&self) -> ofauth_api::Client {
        let Shared { http, base_url, api_key, .. } = &*self.shared;
        let credentials = Credentials::new(api_key.header(), self.id.header());
        ofauth_api::Client::new_with_client(base_url.as_str(), http.clone(), credentials)
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(crate) fn host(&self) -> &str {
        self.shared.base_url.host()
    }

    /// Masks this connection's secrets in `text`.
    pub(crate) fn mask(&self, text: &str) -> String {
        self.id.mask(&self.shared.api_key.mask(text)).into_owned()
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("base_url", &self.shared.base_url.as_str())
            .field("hash", &self.hash)
            .finish_non_exhaustive()
    }
}
