//! Checkpoints, and the stream of new activity: one poll from a checkpoint.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::stream::{FusedStream, Stream};
use futures_util::stream::StreamExt;

use super::cursor::Scope;
use super::record::item;
use super::walk;
use crate::{Chat, ChatOrder, ChatStream, ChatsRequest, Checkpoint, Error, Result};

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

impl ChatsRequest {
    /// Streams the chats with activity after a checkpoint, newest first. If nothing happened, this
    /// takes one request.
    ///
    /// ```no_run
    /// # async fn run(creator: ofauth::Connection) -> ofauth::Result<()> {
    /// let mut checkpoint = creator.chats().checkpoint().await?; // now
    /// // Later, or in another process: a checkpoint can be stored as text.
    /// let mut changes = creator.chats().changes(&checkpoint);
    /// while let Some(chat) = changes.next().await {
    ///     println!("{}", chat?.with_user.id);
    /// }
    /// if let Some(next) = changes.checkpoint() {
    ///     checkpoint = next;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// After [`Checkpoint::default`], every chat counts as a change. If the checkpoint belongs to
    /// another connection or to other parameters, or if the request has an offset above 0 or
    /// [`order`](Self::order) `old`, the stream's only item is an error of kind
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest), which names what differs.
    pub fn changes(self, since: &Checkpoint) -> ChangeStream {
        let scope = Scope::of(&self);
        let walk = self.check_changes().and_then(|()| since.open(&self));
        ChangeStream::new(ChatStream::new(self, walk), scope)
    }

    /// Reads one page and returns a checkpoint of the current state, to pass to
    /// [`changes`](Self::changes) later.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`send`](Self::send), and an error of kind
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest) if the request has an offset above 0 or
    /// order `old`.
    pub async fn checkpoint(self) -> Result<Checkpoint> {
        self.check_changes()?;
        let scope = Scope::of(&self);
        let page = self.limit(walk::MAX_LIMIT).send().await?;
        let records = page.into_results();
        let items: Vec<_> =
            records.iter().enumerate().map(|(place, record)| item(record, place)).collect();
        Ok(Checkpoint::new(walk::Front::of(&items), scope))
    }

    /// Checks a request for changes, which are read from the front of the list.
    fn check_changes(&self) -> Result<()> {
        self.check()?;
        if self.order_or_default() == ChatOrder::Old {
            let what = "order must be recent to read changes, but is old".to_owned();
            return Err(Error::invalid_request(what));
        }
        match self.start() {
            0 => Ok(()),
            offset => Err(Error::invalid_request(format!(
                "offset must be 0 to read changes, but is {offset}"
            ))),
        }
    }
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
