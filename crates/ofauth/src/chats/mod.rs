//! What is special about chats: complete walks over a list that changes, and polls for new
//! activity.
//!
//! [`stream`] walks, [`changes`] and [`watch`] poll, and [`cursor`] holds the positions to resume
//! from. They share [`walk`], which does no I/O, and [`record`], which says what identifies a chat
//! and when it has changed.

pub(crate) mod changes;
mod code;
pub(crate) mod cursor;
mod record;
pub(crate) mod stream;
mod walk;
pub(crate) mod watch;

use std::time::Duration;

use crate::parameters::ListChats;
use crate::{
    ChangeStream, Chat, ChatOrder, ChatStream, Checkpoint, Connection, Cursor, Error, Page,
    Request, Result, WatchStream,
};
use cursor::Scope;
use record::ChatRecord;
use walk::Walk;

/// A request for a creator's chats; created by [`Connection::chats`].
///
/// [`send`](Request::send) reads one page, [`pages`](Request::pages) all pages as they come,
/// [`stream`](Request::stream) every chat exactly once, and [`changes`](Request::changes) and
/// [`watch`](Request::watch) what is new. A page has 10 chats by default; the streams read pages as
/// large as the API allows.
pub type ChatsRequest = Request<ListChats>;

impl Connection {
    /// Returns a request for the creator's chats. Set its parameters, then read one page
    /// ([`send`](Request::send)) or every chat ([`stream`](Request::stream)).
    ///
    /// The API key needs the permission `messages:read` (the vendor's newer documentation).
    pub fn chats(&self) -> ChatsRequest {
        Request::new(self.clone(), ListChats::new())
    }
}

impl Page {
    /// Returns the chats of this page: its [records](Self::records).
    pub fn chats(&self) -> &[Chat] {
        self.records()
    }

    /// Converts the page into its chats, without copying them.
    pub fn into_chats(self) -> Vec<Chat> {
        self.into_records()
    }
}

impl Request<ListChats> {
    /// Streams every chat from the offset on, exactly once, even if the list changes meanwhile.
    ///
    /// [`ChatStream`] documents the guarantee and the cost. Pages are as large as the API allows
    /// unless [`limit`](Self::limit) is set, and overlap by at least one chat.
    pub fn stream(self) -> ChatStream {
        let order = match self.order_or_default() {
            ChatOrder::Old => walk::Order::Old,
            _ => walk::Order::Recent,
        };
        let limit = self.operation.limit.unwrap_or(walk::MAX_LIMIT);
        let walk = Walk::new(order, self.start(), limit);
        ChatStream::new(self, Ok(walk))
    }

    /// Resumes a walk from a cursor, without losing or repeating chats. This works in another
    /// process too, and with another API key.
    ///
    /// The connection and the parameters must be those of the original walk. If they differ, the
    /// stream's only item is an error of kind
    /// [`InvalidRequest`](crate::ErrorKind::InvalidRequest), which names what differs.
    pub fn resume(self, cursor: Cursor) -> ChatStream {
        match cursor.open(&self) {
            Ok((walk, left)) => ChatStream::new(self, Ok(walk)).left(left),
            Err(error) => ChatStream::new(self, Err(error)),
        }
    }

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
        let records = page.into_results().into_iter().enumerate();
        let items: Vec<_> =
            records.map(|(place, record)| ChatRecord::new(record, place).item).collect();
        Ok(Checkpoint::new(walk::Front::of(&items), scope))
    }

    /// Streams the chats with activity after a checkpoint, as it happens: polls
    /// [`changes`](Self::changes) about every `interval`.
    ///
    /// After each poll, the stream yields the checkpoint to store:
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use ofauth::{Checkpoint, WatchEvent};
    ///
    /// # fn store(_: &ofauth::Chat) {}
    /// # fn save(_: &Checkpoint) {}
    /// # async fn run(creator: ofauth::Connection, last: Checkpoint) -> ofauth::Result<()> {
    /// let mut watch = creator.chats().watch(last, Duration::from_secs(30));
    /// while let Some(change) = watch.next().await {
    ///     match change {
    ///         Ok(WatchEvent::Chat(chat)) => store(&chat),
    ///         Ok(WatchEvent::Checkpoint(checkpoint)) => save(&checkpoint),
    ///         Err(error) => eprintln!("{error}"), // the next poll makes up for it
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn watch(self, since: Checkpoint, interval: Duration) -> WatchStream {
        WatchStream::new(self, since, interval)
    }

    fn start(&self) -> u64 {
        self.operation.offset.unwrap_or(0)
    }

    fn order_or_default(&self) -> ChatOrder {
        self.operation.order.unwrap_or_default()
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
