//! One linked creator account.

use std::fmt;
use std::sync::Arc;

use ofauth_api::Credentials;

use crate::ChatsRequest;
use crate::client::Shared;
use crate::secret::{ConnectionHash, Secret};

/// One linked creator account; made by [`Client::connection`](crate::Client::connection).
///
/// Cheap to make and to clone.
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

    /// What stands for this connection in traces, events and limits, since its id is secret.
    pub fn hash(&self) -> ConnectionHash {
        self.hash
    }

    /// The creator's chats: a request to refine, and then to send once
    /// ([`send`](ChatsRequest::send)) or to follow through all pages
    /// ([`stream`](ChatsRequest::stream)).
    ///
    /// The API key needs the permission `messages:read` (the vendor's newer documentation).
    pub fn chats(&self) -> ChatsRequest {
        ChatsRequest::new(self.clone())
    }

    /// The generated client, with this connection's credentials.
    pub(crate) fn raw(&self) -> ofauth_api::Client {
        let Shared {
            http,
            base_url,
            api_key,
            ..
        } = &*self.shared;
        let credentials = Credentials::new(api_key.header(), self.id.header());
        ofauth_api::Client::new_with_client(base_url.as_str(), http.clone(), credentials)
    }

    pub(crate) fn shared(&self) -> &Shared {
        &self.shared
    }

    pub(crate) fn host(&self) -> &str {
        self.shared.base_url.host()
    }

    /// `text` without this connection's secrets.
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
