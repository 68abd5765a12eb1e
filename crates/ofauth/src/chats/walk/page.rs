//! The input and output of a walk: pages to ask for, pages served, items and errors.

use std::fmt;

use ofauth_api::operations;

/// Identifies a chat: the fan's id, or a hash for a record that could not be decoded.
pub(crate) type Key = u64;

/// The maximum number of chats in a page, by the API's description.
pub(crate) const MAX_LIMIT: u32 = operations::list_chats::LIMIT.max as u32;

/// Which end of the list is at offset 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Newest activity first.
    Recent,
    /// Oldest activity first.
    Old,
}

/// A page to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ask {
    /// The position of its first item.
    pub(crate) offset: u64,
    /// The maximum number of items.
    pub(crate) limit: u32,
    /// How many pages had been read when this page was asked for.
    pub(super) after: u32,
}

/// An item of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// Identifies the chat.
    pub(crate) key: Key,
    /// Changes whenever the chat moves; `None` if unknown.
    pub(crate) version: Option<u64>,
    /// The time of the last message, in any consistent unit. Only used by
    /// [`Walk::changes`](super::Walk::changes).
    pub(crate) activity: Option<i64>,
}

/// A page as returned by the server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ServedPage<'a> {
    /// In the server's order.
    pub(crate) items: &'a [Item],
    /// Whether more items follow, according to the server.
    pub(crate) has_more: bool,
    /// The offset of the next page, according to the server.
    pub(crate) next_offset: Option<i64>,
}

/// Why a walk ended before it was complete. Everything found until then was yielded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WalkError {
    /// The server's next offset is not above the requested offset.
    Stuck {
        /// The requested offset.
        asked: u64,
        /// The server's next offset.
        next: i64,
    },
    /// The list changes faster than it can be read.
    GaveUp {
        /// How many pages were read.
        requests: u32,
    },
    /// Pages from this offset on are empty, although more items should follow.
    NothingBeyond {
        /// The lowest such offset.
        offset: u64,
    },
    /// The order of items with equal times changes from request to request, and there are too many
    /// of them for a page.
    Disorder,
    /// Ten pages in a row made no progress: the server may ignore the offset.
    NoProgress {
        /// How many pages were read.
        requests: u32,
    },
}

impl fmt::Display for WalkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stuck { asked, next } => {
                write!(f, "the page at offset {asked} gives {next} as the next offset")
            }
            Self::GaveUp { requests } => {
                write!(f, "the list changes too fast to be read: gave up after {requests} requests")
            }
            Self::NothingBeyond { offset } => {
                write!(
                    f,
                    "the server returns nothing from offset {offset} on, although more chats should \
                 follow"
                )
            }
            Self::Disorder => f.write_str(
                "the server reorders chats with equal times on every request, so some may be \
                 missing",
            ),
            Self::NoProgress { requests } => {
                write!(f, "ten pages in a row had nothing new: gave up after {requests} requests")
            }
        }
    }
}

impl std::error::Error for WalkError {}
