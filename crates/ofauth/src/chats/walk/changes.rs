//! Polling for changes: a front pass that ends at the anchors of an earlier poll.

use std::cmp::Reverse;

use super::super::code::{BadCode, Reader, Writer};
use super::known::{Anchor, Chat, Region};
use super::{Item, Key, MAX_LIMIT, Mode, Next, Order, Walk};

/// The maximum number of chats in a checkpoint.
const REMEMBERED: usize = 64;

/// The front of the list when it was last polled; empty by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Front {
    /// Keys and versions, newest first.
    anchors: Vec<(Key, u64)>,
    /// The oldest activity among the anchors that the last poll saw.
    oldest: Option<i64>,
}

impl Front {
    /// Creates a checkpoint at a time, in milliseconds.
    pub(crate) fn since(time: i64) -> Self {
        Self { anchors: Vec::new(), oldest: Some(time) }
    }

    /// Creates a checkpoint of the current state from the list's first page.
    pub(crate) fn of(items: &[Item]) -> Self {
        let anchor = |item: &Item| Some((item.key, item.version?));
        Self {
            anchors: items.iter().filter_map(anchor).take(REMEMBERED).collect(),
            oldest: items.iter().filter_map(|item| item.activity).min(),
        }
    }
}

impl Walk {
    /// Creates a walk over the chats that moved or arrived since a checkpoint, newest first.
    ///
    /// A chat that changes again during the walk is yielded again. A chat that only began to match
    /// the filter counts as a change if it is newer than every chat that didn't move.
    pub(crate) fn changes(checkpoint: &Front) -> Self {
        let mut walk = Self::new(Order::Recent, 0, MAX_LIMIT);
        walk.mode = Mode::Changes { unchanged_before: checkpoint.oldest };
        if *checkpoint != Front::default() {
            let end = i64::try_from(checkpoint.anchors.len()).unwrap_or(i64::MAX);
            walk.known.regions.push(Region { end, ended: Some(0), ..Region::default() });
        }
        for (rank, &(key, version)) in (0..).zip(&checkpoint.anchors) {
            walk.known.chats.insert(key, Chat::earlier(Some((version, 0, rank))));
        }
        walk
    }

    /// Returns the checkpoint to poll from next time, once a walk over changes is complete.
    pub(crate) fn checkpoint(&self) -> Option<Front> {
        let Mode::Changes { unchanged_before } = self.mode else {
            return None;
        };
        if self.next != Next::Done {
            return None;
        }
        // Only chats that this poll saw have an activity. Chats known only from the last
        // checkpoint are older, and sort after them.
        let mut kept = self.known.anchors_of(self.base?, u32::MAX);
        let activity = |key: &Key| self.activities.get(key).copied().flatten();
        kept.sort_by_key(|(key, ..)| Reverse(activity(key)));
        kept.truncate(REMEMBERED);
        let seen = kept.iter().filter_map(|(key, ..)| activity(key));
        let oldest = seen.min().or(unchanged_before);
        let anchors = kept.into_iter().map(|(key, version, _)| (key, version)).collect();
        Some(Front { anchors, oldest })
    }

    /// Returns the index of the first unchanged item of a page.
    pub(super) fn first_unchanged(&self, anchors: &[Anchor]) -> Option<usize> {
        if self.mode == Mode::All {
            return None;
        }
        let unchanged = |anchor: &&Anchor| self.known.regions[anchor.region].ended.is_some();
        anchors.iter().find(unchanged).map(|anchor| anchor.index)
    }

    /// Returns an anchor for an item older than a chat of the checkpoint. It hasn't moved since, so
    /// it lies in the checkpoint's region. This matters if all anchors are gone.
    pub(super) fn old(&self, index: usize, item: &Item) -> Option<Anchor> {
        let Mode::Changes { unchanged_before: Some(oldest) } = self.mode else {
            return None;
        };
        let region = self.known.regions.first()?;
        // The version of a known chat is more reliable.
        let unknown = !self.known.chats.contains_key(&item.key);
        (unknown && item.activity? < oldest).then_some(Anchor {
            index,
            region: 0,
            rank: region.end,
        })
    }
}

impl Front {
    pub(crate) fn write(&self, out: &mut Writer) {
        out.flag(self.oldest.is_some());
        out.signed(self.oldest.unwrap_or(0));
        out.count(self.anchors.len());
        for &(key, version) in &self.anchors {
            out.unsigned(key);
            out.fixed(version);
        }
    }

    pub(crate) fn read(input: &mut Reader) -> Result<Self, BadCode> {
        let known = input.flag()?;
        let oldest = Some(input.signed()?).filter(|_| known);
        let anchors = (0..input.count()?)
            .map(|_| Ok((input.unsigned()?, input.fixed()?)))
            .collect::<Result<_, _>>()?;
        Ok(Self { anchors, oldest })
    }
}
