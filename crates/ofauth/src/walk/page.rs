//! What goes into a walk and comes out of it.

use std::fmt;

/// What tells chats apart: the fan's id, or a hash of an item that could not be read.
pub(crate) type Key = u64;

/// The most chats of one page (OFAuth documentation, chats list).
pub(crate) const MAX_LIMIT: u32 = 20;

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
    /// How many items at most, 1 to 20.
    pub(crate) limit: u32,
    /// How many pages had been read when this was asked for.
    pub(super) after: u32,
}

impl Ask {
    /// Whether the same page answers both.
    pub(crate) fn same_page(&self, other: &Self) -> bool {
        (self.offset, self.limit) == (other.offset, other.limit)
    }
}

/// An item of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Item {
    /// What tells the chat apart.
    pub(crate) key: Key,
    /// Changes whenever the chat moves. None: unknown.
    pub(crate) version: Option<u64>,
    /// The time of the last message, in any one unit. Only [`Walk::changes`](super::Walk::changes) looks.
    pub(crate) activity: Option<i64>,
}

/// A page as the server gave it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ServedPage<'a> {
    /// In the server's order.
    pub(crate) items: &'a [Item],
    /// Whether the server says that there are more.
    pub(crate) has_more: bool,
    /// Where the server says that the next page begins.
    pub(crate) next_offset: Option<i64>,
}

/// Why a walk ended before it was complete. All that was found had been yielded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WalkError {
    /// The server's next offset is not past the offset asked for.
    Stuck {
        /// The offset asked for.
        asked: u64,
        /// The server's next offset.
        next: i64,
    },
    /// The list changes faster than it can be read.
    GaveUp {
        /// How many pages were read.
        requests: u32,
    },
    /// Ten pages in a row led nowhere: the server may ignore the offset.
    NoProgress {
        /// How many pages were read.
        requests: u32,
    },
}

impl fmt::Display for WalkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stuck { asked, next } => {
                write!(
                    f,
                    "asked for offset {asked}, and the server's next offset is {next}"
                )
            }
            Self::GaveUp { requests } => {
                write!(
                    f,
                    "the list changes too fast to be read: gave up after {requests} requests"
                )
            }
            Self::NoProgress { requests } => {
                write!(
                    f,
                    "ten pages in a row brought nothing: gave up after {requests} requests"
                )
            }
        }
    }
}

impl std::error::Error for WalkError {}
