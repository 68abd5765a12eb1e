//! The state of a walk: the chats it saw, and the regions of the list it saw them in.
//!
//! A *region* is a contiguous part of the list: pages connected by anchors. Each region has its own
//! frame of positions: a chat's `rank` doesn't change as the list moves, and `rank + shift` is
//! where the chat was when the region was last touched. Ranks only help to guess where to read
//! next; the proof doesn't rely on them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::{Item, Key};

pub(super) type RegionId = usize;

/// The region of a chat that isn't in any.
const NOWHERE: u32 = u32::MAX;

/// A chat that was seen. `joined` is the number of the read that made it part of its region.
///
/// A walk holds one for each chat, so it is packed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chat {
    version: Packed,
    region: u32,
    rank: i32,
    joined: u32,
}

impl Chat {
    /// Creates a chat that was seen in an earlier walk, if known with its version, and its region
    /// and rank.
    pub(super) fn earlier(place: Option<(u64, RegionId, i64)>) -> Self {
        let nowhere = Self { version: packed(None), region: NOWHERE, rank: 0, joined: 0 };
        match place {
            None => nowhere,
            Some((version, region, rank)) => {
                let version = packed(Some(version));
                Self { version, region: narrow(region), rank: saturated(rank), ..nowhere }
            }
        }
    }

    pub(super) fn has_version(&self, version: Option<u64>) -> bool {
        self.version == packed(version)
    }

    pub(super) fn rank(&self) -> i64 {
        self.rank.into()
    }

    fn is_in(&self, region: RegionId) -> bool {
        self.region == narrow(region)
    }
}

/// 0 if the version is unknown, otherwise the version plus one; the last two versions, which are
/// hashes, are treated as one. As bytes, because a `u64` would add
/// padding to each chat.
type Packed = [u8; 8];

fn packed(version: Option<u64>) -> Packed {
    version.map_or(0, |version| version.saturating_add(1)).to_ne_bytes()
}

fn unpacked(version: Packed) -> Option<u64> {
    u64::from_ne_bytes(version).checked_sub(1)
}

/// Regions are fewer than requests, which are counted as `u32`.
fn narrow(region: RegionId) -> u32 {
    region.try_into().unwrap_or(NOWHERE)
}

fn saturated(rank: i64) -> i32 {
    rank.clamp(i32::MIN.into(), i32::MAX.into()) as i32
}

/// A contiguous part of the list. `end` is the rank just past its last chat; `started` and
/// `ended` are the reads by which it reached the walk's start and the list's end.
#[derive(Clone, Debug, Default)]
pub(super) struct Region {
    pub(super) shift: i64,
    pub(super) end: i64,
    pub(super) started: Option<u32>,
    pub(super) ended: Option<u32>,
}

/// An item of a page that is known to lie in a region.
#[derive(Clone, Copy, Debug)]
pub(super) struct Anchor {
    pub(super) index: usize,
    pub(super) region: RegionId,
    pub(super) rank: i64,
}

/// A page to be placed in a region, with its offset and the position just past it.
pub(super) struct PlacedPage<'a> {
    pub(super) offset: i64,
    pub(super) items: &'a [Item],
    pub(super) end: i64,
    pub(super) read: u32,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    pub(super) chats: BTreeMap<Key, Chat>,
    pub(super) regions: Vec<Region>,
}

impl Known {
    /// Returns where a chat was seen before, if it has not moved since.
    pub(super) fn anchor(&self, index: usize, item: &Item) -> Option<Anchor> {
        let chat = self.chats.get(&item.key)?;
        let unmoved = item.version.is_some() && chat.has_version(item.version);
        (unmoved && chat.region != NOWHERE).then_some(Anchor {
            index,
            region: chat.region as usize,
            rank: chat.rank(),
        })
    }

    /// Whether the list's end was read.
    pub(super) fn has_end(&self) -> bool {
        self.regions.iter().any(|region| region.ended.is_some())
    }

    /// Estimates a region's shift after a page, from the anchor nearest to the page's end.
    pub(super) fn shift_now(
        &self,
        region: RegionId,
        page: &PlacedPage<'_>,
        anchors: &[Anchor],
    ) -> Option<i64> {
        let last = anchors.iter().rfind(|anchor| anchor.region == region)?;
        Some(position(page, last.index).saturating_sub(last.rank))
    }

    /// Returns the region that a page belongs to. All regions that its anchors lie in are merged;
    /// without an anchor, a new region is created. The oldest region survives, so that a token can
    /// leave out what was added late.
    pub(super) fn join(&mut self, page: &PlacedPage<'_>, anchors: &[Anchor]) -> RegionId {
        let Some(here) = anchors.iter().map(|anchor| anchor.region).min() else {
            self.regions.push(Region { shift: page.offset, ..Region::default() });
            return self.regions.len() - 1;
        };
        for anchor in anchors {
            self.regions[anchor.region].shift =
                position(page, anchor.index).saturating_sub(anchor.rank);
        }
        let mut others: Vec<_> = anchors.iter().map(|anchor| anchor.region).collect();
        others.sort_unstable();
        others.dedup();
        for other in others.into_iter().skip(1) {
            self.merge(other, here, page.read);
        }
        here
    }

    fn merge(&mut self, from: RegionId, into: RegionId, read: u32) {
        let gone = std::mem::take(&mut self.regions[from]);
        let kept = &mut self.regions[into];
        let frame = gone.shift.saturating_sub(kept.shift);
        kept.end = kept.end.max(gone.end.saturating_add(frame));
        kept.started = kept.started.or(gone.started.and(Some(read)));
        kept.ended = kept.ended.or(gone.ended.and(Some(read)));
        for chat in self.chats.values_mut().filter(|chat| chat.is_in(from)) {
            chat.region = narrow(into);
            chat.rank = saturated(chat.rank().saturating_add(frame));
            chat.joined = read;
        }
    }

    /// Adds a page's items to a region. Returns what was known of each item before.
    pub(super) fn place(&mut self, region: RegionId, page: &PlacedPage<'_>) -> Vec<Option<Chat>> {
        let Region { shift, end, .. } = &mut self.regions[region];
        let shift = *shift;
        *end = (*end).max(page.end.saturating_sub(shift));
        let place = |(index, item): (usize, &Item)| {
            let rank = saturated(position(page, index).saturating_sub(shift));
            let (version, region_id) = (packed(item.version), narrow(region));
            match self.chats.entry(item.key) {
                Entry::Vacant(entry) => {
                    entry.insert(Chat { version, region: region_id, rank, joined: page.read });
                    None
                }
                Entry::Occupied(mut entry) => {
                    let before = *entry.get();
                    let stayed = before.is_in(region) && before.version == version;
                    let joined = if stayed { before.joined } else { page.read };
                    entry.insert(Chat { version, region: region_id, rank, joined });
                    Some(before)
                }
            }
        };
        page.items.iter().enumerate().map(place).collect()
    }

    /// Returns the chats of a region that can be anchors and joined it before `read`, by rank.
    pub(super) fn anchors_of(&self, region: RegionId, read: u32) -> Vec<(Key, u64, &Chat)> {
        let mut found: Vec<_> = self
            .chats
            .iter()
            .filter(|(_, chat)| chat.is_in(region) && chat.joined < read)
            .filter_map(|(key, chat)| Some((*key, unpacked(chat.version)?, chat)))
            .collect();
        found.sort_unstable_by_key(|(key, _, chat)| (chat.rank, *key));
        found
    }
}

fn position(page: &PlacedPage<'_>, index: usize) -> i64 {
    page.offset.saturating_add(i64::try_from(index).unwrap_or(i64::MAX))
}
