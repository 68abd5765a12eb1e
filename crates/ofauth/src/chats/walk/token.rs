//! Suspending a walk, and resuming it later.

use super::super::code::{BadCode, Reader, Writer};
use super::known::{Chat, Known, Region};
use super::{Key, MAX_LIMIT, Next, Order, Walk};

/// How many anchors are kept at an end of a region.
const ANCHORS: usize = 64;

/// The state of a walk: the ids seen and a few anchors.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    order: Order,
    start: u64,
    page_size: u32,
    done: bool,
    /// In ascending order.
    seen: Vec<Key>,
    regions: Vec<Kept>,
}

/// The part of a region that is kept: the anchors where the walk will meet it again.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Kept {
    base: bool,
    ended: bool,
    shift: i64,
    anchors: Vec<KeptAnchor>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct KeptAnchor {
    key: Key,
    version: u64,
    rank: i64,
}

impl Walk {
    /// Returns the walk's state, to resume it later. Not for a walk over changes: poll again from
    /// its checkpoint instead.
    ///
    /// `pending` are the chats that [`Walk::read`] returned and the consumer hasn't taken, each with
    /// the [count of reads](Walk::requests) after that read. The resumed walk returns them again:
    /// everything read since the first of them is forgotten.
    pub(crate) fn token(&self, pending: &[(u32, Key)]) -> Token {
        let cut = pending.iter().map(|(read, _)| *read).min().unwrap_or(u32::MAX);
        let pending: Vec<Key> = pending.iter().map(|(_, key)| *key).collect();
        let seen = self.known.chats.keys().copied().filter(|key| !pending.contains(key)).collect();
        Token {
            order: self.order,
            start: self.start,
            page_size: self.page_size,
            done: self.next == Next::Done && cut == u32::MAX,
            seen,
            regions: (0..self.known.regions.len()).filter_map(|id| self.keep(id, cut)).collect(),
        }
    }

    /// Returns what to keep of a region as it was before the read `cut`.
    fn keep(&self, id: usize, cut: u32) -> Option<Kept> {
        let before = |read: Option<u32>| read.is_some_and(|read| read < cut);
        let region = &self.known.regions[id];
        let base = self.base == Some(id) && before(region.started);
        let ended = before(region.ended);
        if !base && !ended {
            return None;
        }
        // A front pass ends at the region's first anchors; a forward read begins at its last ones.
        let mut anchors = self.known.anchors_of(id, cut);
        let front = if self.closes_at_front() { ANCHORS.min(anchors.len()) } else { 0 };
        let back = if ended && self.closes_at_front() { 0 } else { ANCHORS };
        let last = anchors.len().saturating_sub(back).max(front);
        anchors.drain(front..last);
        let anchor = |(key, version, chat): (Key, u64, &Chat)| KeptAnchor {
            key,
            version,
            rank: chat.rank(),
        };
        let anchors: Vec<_> = anchors.into_iter().map(anchor).collect();
        (!anchors.is_empty()).then_some(Kept { base, ended, shift: region.shift, anchors })
    }

    /// Resumes the walk that [`Walk::token`] suspended. The count of requests starts again at 0.
    pub(crate) fn resume(token: Token) -> Self {
        let mut walk = Self::new(token.order, token.start, token.page_size);
        let Known { chats, regions } = &mut walk.known;
        for key in token.seen {
            chats.insert(key, Chat::earlier(None));
        }
        for (id, kept) in token.regions.iter().enumerate() {
            for anchor in &kept.anchors {
                let place = (anchor.version, id, anchor.rank);
                chats.insert(anchor.key, Chat::earlier(Some(place)));
            }
            let last = kept.anchors.iter().map(|anchor| anchor.rank).max().unwrap_or(0);
            regions.push(Region {
                shift: kept.shift,
                end: last.saturating_add(1),
                started: kept.base.then_some(0),
                ended: kept.ended.then_some(0),
            });
        }
        // The end of the region may lie amid chats with equal times.
        walk.overlap = walk.max_overlap();
        walk.base = token.regions.iter().position(|kept| kept.base);
        let ended = |id: usize| walk.known.regions[id].ended.is_some();
        walk.next = match walk.base {
            _ if token.done => Next::Done,
            Some(base) if walk.closes_at_front() && ended(base) => Next::Front,
            Some(base) => walk.forward(base),
            None => Next::Forward(walk.start),
        };
        walk
    }
}

impl Token {
    pub(crate) fn write(&self, out: &mut Writer) {
        out.flag(self.order == Order::Old);
        out.unsigned(self.start);
        out.unsigned(u64::from(self.page_size));
        out.flag(self.done);
        out.rising(&self.seen);
        out.count(self.regions.len());
        for region in &self.regions {
            out.flag(region.base);
            out.flag(region.ended);
            out.signed(region.shift);
            out.count(region.anchors.len());
            let mut last = 0i64;
            for anchor in &region.anchors {
                // An anchor's key is among the ids, and its index there is shorter than the id.
                out.count(self.seen.partition_point(|&key| key < anchor.key));
                out.signed(anchor.rank.wrapping_sub(last));
                out.fixed(anchor.version);
                last = anchor.rank;
            }
        }
    }

    pub(crate) fn read(input: &mut Reader) -> Result<Self, BadCode> {
        let order = if input.flag()? { Order::Old } else { Order::Recent };
        let start = input.unsigned()?;
        let page_size = u32::try_from(input.unsigned()?).unwrap_or(MAX_LIMIT);
        let done = input.flag()?;
        let seen = input.rising()?;
        let regions = (0..input.count()?).map(|_| kept(input, &seen)).collect::<Result<_, _>>()?;
        Ok(Self { order, start, page_size, done, seen, regions })
    }
}

fn kept(input: &mut Reader, seen: &[Key]) -> Result<Kept, BadCode> {
    let (base, ended, shift) = (input.flag()?, input.flag()?, input.signed()?);
    let count = input.count()?;
    let mut rank = 0i64;
    let mut anchor = || {
        let place = usize::try_from(input.unsigned()?).map_err(|_| BadCode::Corrupt)?;
        let key = *seen.get(place).ok_or(BadCode::Corrupt)?;
        rank = rank.wrapping_add(input.signed()?);
        Ok(KeptAnchor { key, rank, version: input.fixed()? })
    };
    let anchors = (0..count).map(|_| anchor()).collect::<Result<_, _>>()?;
    Ok(Kept { base, ended, shift, anchors })
}
