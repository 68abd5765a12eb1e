//! The stream of new activity: one poll from a checkpoint.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::stream::{FusedStream, Stream};
use futures_util::stream::StreamExt;

use super::cursor::Scope;
use crate::{Chat, ChatStream, Checkpoint, Result};

/// The chats with activity after a checkpoint, newest first; created by
/// [`ChatsRequest::changes`](crate::Request::changes).
///
/// Reads from the front of the list until it meets a chat that hasn't changed, so it takes one
/// request if nothing happened. A chat that changes again while the stream reads is yielded again.
#[must_use = "a stream does nothing until it is polled"]
pub struct ChangeStream {
    scope: Scope,
    chats: ChatStream,
}

impl ChangeStream {
    pub(super) fn new(chats: ChatStream, scope: Scope) -> Self {
        Self { scope, chats }
    }

    /// Returns the checkpoint for the next poll; `None` unless the stream has completed.
    pub fn checkpoint(&self) -> Option<Checkpoint> {
        let front = self.chats.walk().checkpoint()?;
        Some(Checkpoint::new(front, self.scope))
    }

    /// Returns the next chat; `None` after the last.
    pub async fn next(&mut self) -> Option<Result<Chat>> {
        self.chats.next().await
    }
}

impl Stream for ChangeStream {
    type Item = Result<Chat>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.chats.poll_next_unpin(cx)
    }
}

impl FusedStream for ChangeStream {
    fn is_terminated(&self) -> bool {
        self.chats.is_terminated()
    }
}

impl fmt::Debug for ChangeStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chats.fmt(f)
    }
}
