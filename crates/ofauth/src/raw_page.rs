//! Pages of a list as the API sends them, and their records. [`crate::parameters`] implements
//! [`RawPage`], from the API's description.

use bytes::Bytes;
use ofauth_api::NextOffset;
use serde::de::DeserializeOwned;

use crate::decode::{Decoded, Unreadable};

/// A page as the API sends it, which can be decoded record by record.
pub trait RawPage: DeserializeOwned + Send + 'static {
    /// A record.
    type Record: Record;

    /// The property that says where the next page begins; empty if there is none.
    const NEXT: &'static str;

    /// Decodes a page, record by record if necessary.
    fn decode(body: &Bytes) -> Result<Decoded<Self>, Unreadable>;

    /// Returns the records, from the property `list`.
    fn list(&mut self) -> &mut Vec<Self::Record>;

    /// Returns whether more records follow.
    fn has_more(&self) -> bool;

    /// Returns where the next page begins.
    fn next(&self) -> Option<Next>;
}

/// A record of a list.
pub trait Record: DeserializeOwned + Send + 'static {
    /// Where the record's id is, as a JSON pointer, to name a record that can't be decoded.
    const ID: &'static str;

    /// Identifies the record within its list, so that a page that is served twice is noticed.
    fn key(&self) -> u64;
}

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// The number of records to skip.
    Offset(i64),
    /// A record's id, or another mark of the server's.
    Token(String),
}

impl From<&NextOffset> for Next {
    fn from(offset: &NextOffset) -> Self {
        Self::Offset(offset.get())
    }
}

impl From<&i64> for Next {
    fn from(offset: &i64) -> Self {
        Self::Offset(*offset)
    }
}
