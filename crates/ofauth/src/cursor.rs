//! Serialisable positions: the cursor of a walk, and the checkpoint of a poll for changes.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::digest::digest;
use crate::{ChatsRequest, Error, Result, walk};

/// A position in a walk; created by [`ChatStream::cursor`](crate::ChatStream::cursor), and passed
/// to [`ChatsRequest::resume`] to continue from there.
///
/// It serialises with serde to about 8 characters per chat: the ids of the chats that were
/// yielded, and a few hashes. It doesn't contain the API key, the connection id or any part of a
/// message. A cursor is only valid for the API key, connection and parameters of its walk.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    walk: walk::Token,
    scope: RequestHash,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    left: Option<u64>,
}

impl Cursor {
    pub(crate) fn new(walk: walk::Token, scope: RequestHash, left: Option<u64>) -> Self {
        Self { walk, scope, left }
    }

    /// Returns the walk to resume, and how many chats it may still yield.
    pub(crate) fn open(self, request: &ChatsRequest) -> Result<(walk::Walk, Option<u64>)> {
        self.scope.check(request, "cursor")?;
        Ok((walk::Walk::resume(self.walk), self.left))
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cursor").finish_non_exhaustive()
    }
}

/// A position to poll from: the newest chats at some time; created by
/// [`ChatsRequest::checkpoint`], and passed to [`ChatsRequest::changes`].
///
/// The default checkpoint is empty, so every chat counts as a change. A checkpoint serialises
/// with serde to about 1 KB. Like a [`Cursor`], it is only valid for its API key, connection and
/// parameters.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    front: walk::Front,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<RequestHash>,
}

impl Checkpoint {
    pub(crate) fn new(front: walk::Front, scope: RequestHash) -> Self {
        Self { front, scope: Some(scope) }
    }

    pub(crate) fn open(&self, request: &ChatsRequest) -> Result<walk::Walk> {
        if let Some(scope) = self.scope {
            scope.check(request, "checkpoint")?;
        }
        Ok(walk::Walk::changes(&self.front))
    }
}

impl fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checkpoint").finish_non_exhaustive()
    }
}

/// Identifies the connection and parameters that a cursor belongs to: a hash of 53 bits, which
/// JSON parsers of every language preserve.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct RequestHash(u64);

impl RequestHash {
    pub(crate) fn of(request: &ChatsRequest) -> Self {
        let (filter, query, list) = request.selection();
        let order = request.order_or_default().to_string();
        let filter = filter.map(|filter| filter.to_string()).unwrap_or_default();
        // Length prefixes keep different parameters from being hashed as the same bytes.
        let parts = [
            &request.connection().hash().get().to_le_bytes()[..],
            &request.start().to_le_bytes(),
            &list.unwrap_or(0).to_le_bytes(),
            &(order.len() as u64).to_le_bytes(),
            order.as_bytes(),
            &(filter.len() as u64).to_le_bytes(),
            filter.as_bytes(),
            &[u8::from(query.is_some())],
            query.unwrap_or_default().as_bytes(),
        ];
        Self(digest(parts) >> 11)
    }

    fn check(self, request: &ChatsRequest, name: &str) -> Result<()> {
        match self == Self::of(request) {
            true => Ok(()),
            false => Err(Error::invalid_request(format!(
                "the {name} belongs to another connection, API key or set of parameters (offset, \
                 order, filter, query, userListId): start again without it"
            ))),
        }
    }
}
