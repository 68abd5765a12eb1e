//! Where a walk was, and what was seen last: as texts that can be kept.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::digest::digest;
use crate::{ChatsRequest, Error, Result, walk};

/// Where a walk was; made by [`ChatStream::cursor`](crate::ChatStream::cursor), and used by
/// [`ChatsRequest::resume`].
///
/// With serde it is some numbers and two texts: the ids of what was yielded, and a few hashes,
/// some 8 characters for each chat. It holds no key, no connection id and nothing of a message,
/// and belongs to one connection of one API key, and to one set of parameters.
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

    /// The walk to go on with, and how many chats are left of it.
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

/// What the newest chats were at some time; used by [`ChatsRequest::changes`].
///
/// The default one knows nothing: everything is a change then. It is written by serde like a
/// [`Cursor`], in about 1 KB, and belongs to one connection, key and set of parameters too.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    front: walk::Front,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    scope: Option<RequestHash>,
}

impl Checkpoint {
    pub(crate) fn new(front: walk::Front, scope: RequestHash) -> Self {
        Self {
            front,
            scope: Some(scope),
        }
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

/// The connection and the parameters that a cursor belongs to, as a hash of 53 bits, which
/// JSON readers of every language keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct RequestHash(u64);

impl RequestHash {
    pub(crate) fn of(request: &ChatsRequest) -> Self {
        let (filter, query, list) = request.selection();
        let order = request.order_or_default().to_string();
        let filter = filter.map(|filter| filter.to_string()).unwrap_or_default();
        // Each of its own length in front, so that no two sets of parameters are one text.
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
                "{name} must be of this connection, with the same offset, order, filter, query and \
                 userListId, but is of another walk: begin anew without it"
            ))),
        }
    }
}
