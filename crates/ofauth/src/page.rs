//! One page of chats.

use std::fmt;
use std::{slice, vec};

use bytes::Bytes;
use ofauth_api::NextOffset;
use ofauth_api::types::ChatPage;

use crate::call::Reply;
use crate::{Chat, Meta, Rejected};

/// One page of chats, in the requested order.
#[derive(Clone)]
pub struct Page {
    page: ChatPage,
    rejected: Vec<Rejected>,
    body: Bytes,
    meta: Meta,
}

impl Page {
    pub(crate) fn new(reply: Reply<ChatPage>) -> Self {
        let Reply { page, rejected, body, meta } = reply;
        Self { page, rejected, body, meta }
    }

    /// Returns the chats of this page, without its [rejected](Self::rejected) records.
    pub fn chats(&self) -> &[Chat] {
        &self.page.list
    }

    /// Converts the page into its chats, without copying them.
    pub fn into_chats(self) -> Vec<Chat> {
        self.page.list
    }

    /// Returns the records of this page that could not be decoded, by ascending index.
    ///
    /// Usually empty. An entry means that the API changed or that a record is broken: report it,
    /// with its [path](Rejected::path) and [reason](Rejected::reason).
    pub fn rejected(&self) -> &[Rejected] {
        &self.rejected
    }

    /// Returns details of the call: status, request id, rate limit, attempts and duration.
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Returns the number of chats of this page, without rejected records.
    pub fn len(&self) -> usize {
        self.page.list.len()
    }

    /// Returns whether [`chats`](Self::chats) is empty. More pages may follow even so: see
    /// [`has_more`](Self::has_more).
    pub fn is_empty(&self) -> bool {
        self.page.list.is_empty()
    }

    /// Returns whether more chats follow this page.
    pub fn has_more(&self) -> bool {
        self.page.has_more
    }

    /// Returns the offset of the next page, if the API gave a valid one.
    ///
    /// If more chats follow but the API gave no offset, they begin right after this page's records.
    pub fn next_offset(&self) -> Option<u64> {
        self.given_offset().and_then(|offset| offset.get().try_into().ok())
    }

    /// Converts the page into its chats and rejected records, in the order of the list.
    pub(crate) fn into_records(self) -> Vec<Result<Chat, Rejected>> {
        let mut records: Vec<_> = self.page.list.into_iter().map(Ok).collect();
        // In ascending order, so that each is inserted at its original index.
        for rejected in self.rejected {
            records.insert(rejected.index().min(records.len()), Err(rejected));
        }
        records
    }

    /// Returns `nextOffset` as the API gave it.
    pub(crate) fn given_offset(&self) -> Option<NextOffset> {
        self.page.next_offset
    }

    /// Returns the response's body as received (after decompression).
    ///
    /// It contains private messages: keep it out of logs.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Returns an iterator over the chats of this page.
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

/// Shows the page without the texts of its messages.
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
