//! What is special about chats: complete walks over a list that changes, and polls for new
//! activity.
//!
//! [`stream`] walks, [`changes`] and [`watch`] poll, and [`cursor`] holds the positions to resume
//! from. They share [`walk`], which does no I/O, and [`record`], which says what identifies a chat
//! and when it has changed.

pub(crate) mod changes;
mod code;
pub(crate) mod cursor;
#[cfg(any(fuzzing, test))]
pub(crate) mod fuzzing;
mod record;
pub(crate) mod stream;
mod walk;
pub(crate) mod watch;

use crate::parameters::ListChats;
use crate::{Chat, ChatOrder, Connection, Page, Request};

/// A request for a creator's chats; created by [`Connection::chats`].
///
/// [`send`](Request::send) reads one page. [`pages`](Request::pages) reads all pages in the
/// server's order, and [`stream`](Request::stream) every chat exactly once.
/// [`changes`](Request::changes) and [`watch`](Request::watch) read new activity. One page has the
/// API's default size; the streams read pages as large as the API allows.
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

impl ChatsRequest {
    fn start(&self) -> u64 {
        self.operation.offset.unwrap_or(0)
    }

    fn order_or_default(&self) -> ChatOrder {
        self.operation.order.unwrap_or_default()
    }
}
