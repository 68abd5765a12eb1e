//! One page of chats.

use std::fmt;
use std::{slice, vec};

use bytes::Bytes;
use ofauth_api::NextOffset;
use ofauth_api::types::ChatPage;

use crate::Chat;

/// One page of chats, in the order asked for.
#[derive(Clone)]
pub struct Page {
    page: ChatPage,
    body: Bytes,
}

impl Page {
    pub(crate) fn new(page: ChatPage, body: Bytes) -> Self {
        Self { page, body }
    }

    /// The chats of this page.
    pub fn chats(&self) -> &[Chat] {
        &self.page.list
    }

    /// The chats of this page, without a copy.
    pub fn into_chats(self) -> Vec<Chat> {
        self.page.list
    }

    /// The number of chats of this page.
    pub fn len(&self) -> usize {
        self.page.list.len()
    }

    /// Whether this page has no chat. More pages may follow all the same: see [`has_more`](Self::has_more).
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
            .field("has_more", &self.page.has_more)
            .field("next_offset", &self.page.next_offset)
            .finish_non_exhaustive()
    }
}
