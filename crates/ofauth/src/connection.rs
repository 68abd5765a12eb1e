//! A linked creator account.

use std::fmt;
use std::sync::Arc;

use ofauth_api::Credentials;

use crate::secret::Secret;
use crate::shared::Shared;
use crate::{ConnectionHash, ConnectionId};

/// A linked creator account; created by [`Client::connection`](crate::Client::connection).
///
/// Cheap to create and to clone.
#[derive(Clone)]
pub struct Connection {
    shared: Arc<Shared>,
    id: ConnectionId,
    /// The id as a header.
    secret: Secret,
    hash: ConnectionHash,
}

impl Connection {
    pub(crate) fn new(shared: Arc<Shared>, id: ConnectionId, secret: Secret) -> Self {
        let hash = ConnectionHash::new(&shared.api_key(), &secret);
        Self { shared, id, secret, hash }
    }

    /// Returns the connection id.
    pub fn id(&self) -> &ConnectionId {
        &self.id
    }

    /// Returns the hash that identifies this connection in traces and events, because its id is
    /// secret.
    pub fn hash(&self) -> ConnectionHash {
        self.hash
    }

    /// Returns a generated client with this connection's credentials, and the current API key.
    pub(crate) fn raw(&self) -> ofauth_api::Client {
        let Shared { http, base_url, .. } = &*self.shared;
        let credentials = Credentials::new(self.shared.api_key().header(), self.secret.header());
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
        self.secret.mask(&self.shared.mask(text)).into_owned()
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
