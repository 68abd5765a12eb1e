//! One page of chats.

use std::fmt;
use std::{slice, vec};

use bytes::Bytes;
use ofauth_api::NextOffset;
use ofauth_api::types::ChatPage;

use crate::call::Reply;
use crate::{Chat, Meta, Rejected};

/// One page of chats, in the order asked for.
#[derive(Clone)]
pub struct Page {
    page: ChatPage,
    rejected: Vec<Rejected>,
    body: Bytes,
    meta: Meta,
}

impl Page {
    pub(crate) fn new(reply: Reply<ChatPage>) -> Self {
        let Reply {
            page,
            rejected,
            body,
            meta,
        } = reply;
        Self {
            page,
            rejected,
            body,
            meta,
        }
    }

    /// The chats of this page, but for those that cannot be [read](Self::rejected).
    pub fn chats(&self) -> &[Chat] {
        &self.page.list
    }

    /// The chats of this page, without a copy.
    pub fn into_chats(self) -> Vec<Chat> {
        self.page.list
    }

    /// The chats of this page that cannot be read, by their places; `chats` has the others.
    ///
    /// Most often there is none. One comes of an API that changed, or of a broken record: report
    /// it, with its [path](Rejected::path) and [reason](Rejected::reason).
    pub fn rejected(&self) -> &[Rejected] {
        &self.rejected
    }

    /// What is known of the call: status, request id, limit, attempts, time.
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// The number of chats of this page that can be read.
    pub fn len(&self) -> usize {
        self.page.list.len()
    }

    /// Whether this page has no chat that can be read. More pages may follow all the same: see [`has_more`](Self::has_more).
    pub fn is_empty(&self) -> bool {
        self.page.list.is_empty()
    }

    /// Whether chats follow after this page.
    pub fn has_more(&self) -> bool {
        self.page.has_more
    }

    /// The offset of the next page, where the API gave one that can be asked for.
    ///
    /// Where chats follow without it, they begin after this page's.
    pub fn next_offset(&self) -> Option<u64> {
        self.given_offset()
            .and_then(|offset| offset.get().try_into().ok())
    }

    /// Every chat or rejected record of this page, in the order of the list.
    pub(crate) fn into_records(self) -> Vec<Result<Chat, Rejected>> {
        let mut records: Vec<_> = self.page.list.into_iter().map(Ok).collect();
        // In rising order, so that each is put where it was.
        for rejected in self.rejected {
            records.insert(rejected.index().min(records.len()), Err(rejected));
        }
        records
    }

    /// `nextOffset` as the API gave it.
    pub(crate) fn given_offset(&self) -> Option<NextOffset> {
        self.page.next_offset
    }

    /// The response's body as it was received (after decompression).
    ///
    /// It holds private messages: keep it out of logs.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Iterates over the chats of this page.
    pub fn iter(&self) -> slice::Iter<'_, Chat> {
        self.page.list.iter()
    }
}

impl<'a> IntoIterator for &'a Page {
    type Item = &'a Chat;
    type IntoIter = slice::Iter<'a, Chat>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Page {
    type Item = Chat;
    type IntoIter = vec::IntoIter<Chat>;

    fn into_iter(self) -> Self::IntoIter {
        self.page.list.into_iter()
    }
}

/// Shows the page without its messages' texts.
impl fmt::Debug for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("chats", &self.page.list)
            .field("rejected", &self.rejected)
            .field("has_more", &self.page.has_more)
            .field("next_offset", &self.page.next_offset)
            .finish_non_exhaustive()
    }
}
