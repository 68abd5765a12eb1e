//! One page of a list.

use std::fmt;
use std::{slice, vec};

use bytes::Bytes;
use serde::ser::{Serialize, SerializeStruct, Serializer};

use crate::decode::Decoded;
use crate::raw_page::{Next, RawPage};
use crate::{Chat, Meta, Rejected};

/// One page of a list, in the requested order.
///
/// It serialises like the API's own page: `list`, `hasMore`, and the property that says where the
/// next page begins. If records were rejected, there is also `rejected`, with the index, path and
/// reason of each.
#[derive(Clone)]
pub struct Page<T = Chat> {
    list: Vec<T>,
    rejected: Vec<Rejected>,
    replaced: usize,
    has_more: bool,
    next: Option<Next>,
    /// The API's name for `next`.
    next_name: &'static str,
    body: Bytes,
    meta: Meta,
}

impl<T> Page<T> {
    pub(crate) fn new<P: RawPage<Record = T>>(
        decoded: Decoded<P>,
        body: Bytes,
        meta: Meta,
    ) -> Self {
        let Decoded { answer: mut page, rejected, replaced } = decoded;
        let list = std::mem::take(page.list());
        let (has_more, next) = (page.has_more(), page.next());
        Self { list, rejected, replaced, has_more, next, next_name: P::NEXT, body, meta }
    }

    /// Returns the records of this page, without the [rejected](Self::rejected) ones.
    pub fn records(&self) -> &[T] {
        &self.list
    }

    /// Converts the page into its records, without copying them.
    pub fn into_records(self) -> Vec<T> {
        self.list
    }

    /// Returns the records of this page that could not be decoded, by ascending index.
    ///
    /// Usually empty. An entry means that the API changed or that a record is broken: report it,
    /// with its [path](Rejected::path) and [reason](Rejected::reason).
    pub fn rejected(&self) -> &[Rejected] {
        &self.rejected
    }

    /// Returns how many characters of the page were replaced by U+FFFD, because they were encoded
    /// wrongly: bytes that aren't UTF-8, and halves of a surrogate pair like `\ud83d`. Usually 0.
    pub fn replaced(&self) -> usize {
        self.replaced
    }

    /// Returns details of the call: status, request id, rate limit, attempts and duration.
    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Returns the number of records of this page, without rejected ones.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Returns whether [`records`](Self::records) is empty. More pages may follow even so: see
    /// [`has_more`](Self::has_more).
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Returns whether more records follow this page.
    pub fn has_more(&self) -> bool {
        self.has_more
    }

    /// Returns the offset of the next page, if the list is read by offset and the API gave a valid
    /// one.
    ///
    /// If more records follow but the API gave no offset, the next page starts right after this
    /// page's records.
    pub fn next_offset(&self) -> Option<u64> {
        match self.next {
            Some(Next::Offset(offset)) => offset.try_into().ok(),
            _ => None,
        }
    }

    /// Returns the mark of the next page, if the list is read by an id or another mark instead of
    /// an offset.
    pub fn next_token(&self) -> Option<&str> {
        match &self.next {
            Some(Next::Token(token)) => Some(token),
            _ => None,
        }
    }

    /// Returns where the next page begins, as the API gave it.
    pub(crate) fn next_page(&self) -> Option<&Next> {
        self.next.as_ref()
    }

    /// Converts the page into its records and rejected records, in the order of the list.
    pub(crate) fn into_results(self) -> Vec<Result<T, Rejected>> {
        let mut records: Vec<_> = self.list.into_iter().map(Ok).collect();
        // In ascending order, so that each is inserted at its original index.
        for rejected in self.rejected {
            records.insert(rejected.index().min(records.len()), Err(rejected));
        }
        records
    }

    /// Frees the memory of the body.
    pub(crate) fn forget_body(&mut self) {
        self.body = Bytes::new();
    }

    /// Returns the response's body as received (after decompression).
    ///
    /// It contains private messages: keep it out of logs. A page holds it in memory; to keep many
    /// pages, take their chats with [`into_records`](Self::into_records).
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Returns an iterator over the records of this page.
    pub fn iter(&self) -> slice::Iter<'_, T> {
        self.list.iter()
    }
}

impl<'a, T> IntoIterator for &'a Page<T> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T> IntoIterator for Page<T> {
    type Item = T;
    type IntoIter = vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl<T: Serialize> Serialize for Page<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let next = self.next.as_ref().filter(|_| !self.next_name.is_empty());
        let fields = 2 + usize::from(next.is_some()) + usize::from(!self.rejected.is_empty());
        let mut page = serializer.serialize_struct("Page", fields)?;
        page.serialize_field("list", &self.list)?;
        page.serialize_field("hasMore", &self.has_more)?;
        match next {
            Some(Next::Offset(offset)) => page.serialize_field(self.next_name, offset)?,
            Some(Next::Token(token)) => page.serialize_field(self.next_name, token)?,
            None => {}
        }
        if !self.rejected.is_empty() {
            page.serialize_field("rejected", &self.rejected)?;
        }
        page.end()
    }
}

/// Shows the page without the texts of its messages.
impl<T: fmt::Debug> fmt::Debug for Page<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Page")
            .field("records", &self.list)
            .field("rejected", &self.rejected)
            .field("has_more", &self.has_more)
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}
