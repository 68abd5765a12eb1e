//! A complete walk over a list that changes while it is read.
//!
//! The list is ordered by activity, newest first or oldest first, and read by offset and limit.
//! Between two requests, chats *move* (their activity becomes the newest of all), *arrive* and
//! *leave*. The plain loop, `offset += page length`, then misses chats and repeats others. A
//! [`Walk`] yields every chat that is in the list during the whole walk exactly once, and any
//! other at most once. It does no I/O: [`Walk::ask`] says what to read next, [`Walk::read`] takes
//! the page and says which of its items are new.
//!
//! # How
//!
//! A chat seen twice with the same version has not moved in between: it is an *anchor*. Two pages
//! with an anchor in common are connected, whatever happened between them. Connected pages form a
//! *region*. So the walk asks for pages that overlap by an item or more. If a page has no anchor in
//! the region read so far, its items are yielded anyway, and the walk steps back, further
//! each time, until it finds the region again, or is back at its start.
//!
//! # Why nothing is missed
//!
//! Think of activity as a line. A page is an interval on it, from its first item to its last, and
//! shows every chat that was in the interval at that moment. An anchor is the same point of the
//! line in both its pages, so a region, which is a union of these intervals, has no gap.
//!
//! **Lemma.** A chat that is in the list all the time, and whose activity at time `T` lies in an
//! interval read before `T`, was seen. Proof: if it already had that activity when the page was
//! read, it is on the page. Otherwise it moved after the page was read. Then its activity is newer
//! than everything on the page, and doesn't lie in the interval at `T`.
//!
//! The lemma doesn't depend on the order in which the pages of a region were read: they may be
//! requested in parallel. It also holds for the list's oldest end, since nothing moves there. It
//! does not hold for the newest end: there the last page must be one *asked for after every other
//! page was read*. [`Ask`] records what is needed to decide that.
//!
//! - **Oldest first.** The walk ends with a page of this kind, read at `T`, that has the list's end
//!   and lies in a region with a page from the walk's start. A chat at or past the page's first
//!   item at `T` is on the page. Any other chat lies at `T` in an interval read before, so by the
//!   lemma it was seen.
//! - **Newest first.** The walk ends with a page of this kind from offset 0, read at `T`, with an
//!   anchor in a region that reaches the list's end. A chat newer than the anchor at `T` is on the
//!   page. Any other chat lies at `T` in the region, so by the lemma it was seen. This is why the
//!   front is read again after the list's end is reached (a *front pass*), down to the region,
//!   until one page is enough.
//! - **From an offset above 0.** The walk covers the chats that stay at or past that offset. A chat
//!   that moves to the front counts as having left, so in either order the walk ends at the list's
//!   end.
//! - **Changes.** A [`Front`] holds a few anchors of a region that reaches the list's end. A chat
//!   that changed since then is newer than everything that existed then, and so newer than every
//!   anchor that hasn't moved. If no anchor is left, a last message older than the checkpoint
//!   proves the same.
//!
//! # Equal times
//!
//! The lemma needs an order: chats with equal times have one only if the server returns them in the
//! same order on every request. [`ties`] ensures that they appear together on a single page, with an
//! extra request if needed.
//!
//! # Odd servers
//!
//! - A page that claims to be the last although it is full, or gives a next offset, isn't believed
//!   until the next page confirms it.
//! - A next offset may count the items asked for, instead of those returned: if the page there isn't
//!   connected, the walk goes on from the items that it has.
//! - If pages are empty from some offset on, although more should follow, the walk looks for the
//!   last page that is not, and ends with [`WalkError::NothingBeyond`].
//!
//! # Assumptions
//!
//! A chat's version changes whenever it moves, and never returns to an earlier one. A chat without
//! a version is yielded, but can't be an anchor; a list without any versions can't be walked. A
//! record that could not be decoded needs a key too, for example a hash of its content, and a
//! version only if that key is unique. A page can have more than one item: if the server returns
//! one item at a time, whatever the limit, pages can't overlap, so the walk is only a plain loop,
//! without the guarantee.
//!
//! # Cost
//!
//! On a quiet list: one item of overlap per page, one page for the front, and one more if the
//! list's end was read ahead or the last page is full. Chats with equal times at the end of a page
//! cost a longer overlap, or a page. A walk ends with [`WalkError::GaveUp`] after
//! `20 + 3 * (chats seen / page size + 1)` requests, where the page size is that of the server's
//! pages if they are smaller, and with [`WalkError::NoProgress`] after ten requests in a row that
//! brought nothing new and led no further back.

mod changes;
mod known;
mod page;
mod plan;
mod ties;
mod token;

#[cfg(any(test, fuzzing))]
pub(in crate::chats) mod tests;

pub(crate) use changes::Front;
pub(crate) use page::{Ask, Item, Key, MAX_LIMIT, Order, ServedPage, WalkError};
pub(crate) use token::Token;

use std::collections::BTreeMap;

use known::{Anchor, Known, PlacedPage, RegionId};
use plan::EmptyPages;
use ties::{TiedPage, Ties};

/// A walk over a list that changes while it is read.
///
/// ```text
/// let mut walk = Walk::new(Order::Recent, 0, 20);
/// while let Some(ask) = walk.ask()? {
///     let page = fetch(ask);
///     for index in walk.read(ask, page) {
///         println!("{}", page.items[index].key);
///     }
/// }
/// ```
#[derive(Clone, Debug)]
pub(crate) struct Walk {
    mode: Mode,
    order: Order,
    start: u64,
    page_size: u32,
    known: Known,
    /// The activity of the chats that a walk over changes has seen.
    activities: BTreeMap<Key, Option<i64>>,
    /// The region that reaches the walk's start, with the last page connected to it.
    base: Option<RegionId>,
    next: Next,
    /// How many items the next page should share with the region.
    overlap: u32,
    /// How far to step back from a page without an anchor.
    step: u64,
    requests: u32,
    idle: u32,
    /// How many items the fullest page had, and the fullest page that wasn't the last.
    fullest: u32,
    capacity: u32,
    ties: Ties,
    /// Whether the server's next offsets count its own items, instead of those asked for.
    counts_items: bool,
    /// The position just past the items of the last connected page, and whether its next offset is
    /// further on.
    read_to: u64,
    jumped: bool,
    /// Whether the next page shows if the last page was the last indeed.
    verifying: bool,
    empty: Option<EmptyPages>,
    /// The offset of the last page that had items.
    shown_at: u64,
    /// The offset of a page past the region's end that wasn't connected to it.
    missed: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    All,
    /// Items strictly older than this are unchanged.
    Changes {
        unchanged_before: Option<i64>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// Read on where the region ends.
    Forward(u64),
    /// Step back to find the region.
    Back(u64),
    /// Read chats with equal times again, to complete them.
    Complete(u64),
    /// Read the front again.
    Front,
    Done,
    Failed(WalkError),
}

impl Walk {
    /// Creates a walk over the positions from `start` on, in pages of about `page_size`, at most [`MAX_LIMIT`].
    pub(crate) fn new(order: Order, start: u64, page_size: u32) -> Self {
        let page_size = page_size.clamp(1, MAX_LIMIT);
        Self {
            mode: Mode::All,
            order,
            start,
            page_size,
            known: Known::default(),
            activities: BTreeMap::new(),
            base: None,
            next: Next::Forward(start),
            overlap: 1,
            step: first_step(page_size),
            requests: 0,
            idle: 0,
            fullest: 1,
            capacity: 0,
            ties: Ties::default(),
            counts_items: true,
            read_to: 0,
            jumped: false,
            verifying: false,
            empty: None,
            shown_at: start,
            missed: None,
        }
    }

    /// Returns the page to read next; `None` when the walk is complete.
    pub(crate) fn ask(&self) -> Result<Option<Ask>, WalkError> {
        let (offset, limit) = match self.next {
            Next::Forward(offset) => {
                let more = self.ties.overlap.saturating_sub(self.overlap);
                let offset = offset.saturating_sub(more.into()).max(self.start);
                (offset, self.window(self.overlap.saturating_add(more)))
            }
            Next::Back(offset) | Next::Complete(offset) => (offset, MAX_LIMIT),
            Next::Front => (self.start, MAX_LIMIT),
            Next::Done => return Ok(None),
            Next::Failed(error) => return Err(error),
        };
        Ok(Some(Ask { offset, limit, after: self.requests }))
    }

    /// Predicts what [`Walk::ask`] will return after `next` and `ahead` more full pages of a quiet
    /// list, to read pages in parallel. Returns `None` if a guess isn't worthwhile.
    ///
    /// Pass the pages to [`Walk::read`] with their own asks, in this order. A page whose prediction
    /// turned out to be wrong may be dropped, or passed all the same.
    pub(crate) fn predict(&self, next: Ask, ahead: usize) -> Option<Ask> {
        let Next::Forward(_) = self.next else {
            return None;
        };
        let Ask { mut offset, limit: mut window, .. } = next;
        if self.mode != Mode::All || self.known.has_end() {
            return None;
        }
        let mut overlap = self.overlap;
        for _ in 0..ahead {
            overlap = self.calmed(overlap, 0);
            offset = offset.saturating_add(u64::from(window.saturating_sub(overlap)));
            window = self.window(overlap);
        }
        Some(Ask { offset, limit: window, after: self.requests })
    }

    /// Whether a page that was read ahead can be used as the next one. It may overlap less than
    /// [`Walk::ask`] would, to complete chats with equal times.
    pub(crate) fn accepts(&self, ahead: &Ask) -> bool {
        let plan = match self.next {
            Next::Forward(offset) => Some((offset, self.window(self.overlap))),
            _ => None,
        };
        let asked = self.ask().ok().flatten().map(|ask| (ask.offset, ask.limit));
        [plan, asked].contains(&Some((ahead.offset, ahead.limit)))
    }

    /// Takes a page, and returns the indices of the items to yield now, in the page's order.
    pub(crate) fn read(&mut self, ask: Ask, page: ServedPage<'_>) -> Vec<usize> {
        let fresh = ask.after == self.requests;
        let planned = self.next == Next::Forward(ask.offset)
            || matches!(self.ask(), Ok(Some(plan)) if plan.offset == ask.offset);
        let completing = planned && matches!(self.next, Next::Complete(_));
        let is_next = ask.offset < self.read_to;
        self.requests = self.requests.saturating_add(1);
        let was_verifying = self.verifying;
        let page = self.verified(&ask, page);
        let items = u32::try_from(page.items.len()).unwrap_or(u32::MAX);
        self.fullest = self.fullest.max(items);
        if page.has_more {
            self.capacity = self.capacity.max(items);
        }

        let at_start = ask.offset <= self.start;
        let anchors = self.anchors(page.items);
        let is_based = anchors.iter().any(|anchor| Some(anchor.region) == self.base);
        if planned
            && !is_based
            && self.jumped
            && let Some(base) = self.base
        {
            // The server may count the items asked for, instead of those that it returns.
            self.counts_items = false;
            let region = &mut self.known.regions[base];
            region.end = region.end.min(signed(self.read_to).saturating_sub(region.shift));
        }
        let unchanged_from = self.first_unchanged(&anchors).unwrap_or(page.items.len());
        let placed = PlacedPage {
            offset: signed(ask.offset),
            items: page.items,
            end: self.page_end(&ask, &page),
            read: self.requests,
        };

        // An empty page has a known place in the list only if the whole list is empty.
        if page.items.is_empty() && (page.has_more || !at_start) {
            match self.base {
                // The page before said that it is the last, and nothing follows it. This doesn't end
                // the walk: the list may have become shorter, and have chats in between.
                Some(base) if was_verifying && planned && !page.has_more => {
                    self.known.regions[base].ended.get_or_insert(self.requests);
                    self.next = self.closing(base, false, false);
                }
                _ => {
                    self.unconnected(&ask, planned);
                    self.note_empty(&ask, planned);
                }
            }
            self.watch(&ask, &page, planned && self.offset() >= Some(ask.offset));
            return Vec::new();
        }
        self.shown_at = ask.offset;

        let based = anchors.iter().filter(|anchor| Some(anchor.region) == self.base).count();
        let moved = self.moved(&placed, &anchors);
        let lost = u32::try_from(moved.saturating_neg().max(0)).unwrap_or(u32::MAX);
        // The list changed, so other pages may be empty now.
        if moved != 0 || self.empty.is_some_and(|empty| empty.offset <= ask.offset) {
            self.empty = None;
        }
        // If the server returns one item per page, nothing proves that the next page is connected:
        // trust it.
        let trusted = self.base.filter(|_| planned && self.overlap == 0 && anchors.is_empty());
        let here = trusted.unwrap_or_else(|| self.known.join(&placed, &anchors));
        let before = self.known.place(here, &placed);
        let tied = TiedPage {
            items: page.items,
            region: here,
            rank: placed.offset.saturating_sub(self.known.regions[here].shift),
            newest_first: self.order == Order::Recent,
            is_next,
            is_open: [!at_start, page.has_more],
            capacity: if items < ask.limit { self.capacity } else { MAX_LIMIT } as usize,
        };
        self.ties.learn(&tied, &anchors, &before);
        let region = &mut self.known.regions[here];
        if at_start {
            region.started.get_or_insert(self.requests);
        }
        if !page.has_more {
            region.ended.get_or_insert(self.requests);
        }

        let changes = self.mode != Mode::All;
        if changes {
            self.activities.extend(page.items.iter().map(|item| (item.key, item.activity)));
        }
        // If times are rounded, a change can come after an unchanged chat.
        let tie = |index: usize| {
            let unchanged = page.items.get(unchanged_from).and_then(|item| item.activity);
            unchanged.is_some()
                && page.items[index].activity >= unchanged
                && !anchors.iter().any(|anchor| anchor.index == index)
        };
        let news: Vec<usize> = (0..page.items.len())
            .filter(|&index| match &before[index] {
                None => index < unchanged_from || tie(index),
                Some(chat) => changes && !chat.has_version(page.items[index].version),
            })
            .collect();

        let held = placed.offset.saturating_add(signed(page.items.len() as u64));
        if planned && page.has_more && news.is_empty() && placed.end < held {
            // The next offset leads back to the same items.
            self.counts_items = false;
            let region = &mut self.known.regions[here];
            region.end = region.end.max(held.saturating_sub(region.shift));
        }
        let connected = at_start || based > 0 || trusted.is_some();
        if connected {
            self.base = Some(here);
            self.connected(here, &ask, &page, fresh, lost);
        } else if completing {
            self.next = self.closing(self.base.unwrap_or(here), false, false);
        } else {
            self.unconnected(&ask, planned);
        }
        let grew = connected && based < page.items.len();
        let further_back = self.offset() < Some(ask.offset);
        let idle = planned && !completing && news.is_empty() && !grew && !further_back;
        self.watch(&ask, &page, idle);
        news
    }

    /// Returns how many pages were read.
    pub(crate) fn requests(&self) -> u32 {
        self.requests
    }

    /// Returns how many chats were seen.
    pub(crate) fn seen(&self) -> usize {
        self.known.chats.len()
    }

    fn anchors(&self, items: &[Item]) -> Vec<Anchor> {
        let anchor =
            |(index, item)| self.known.anchor(index, item).or_else(|| self.old(index, item));
        items.iter().enumerate().filter_map(anchor).collect()
    }

    /// By how many positions the page's items moved away from offset 0 since the region was last
    /// touched.
    fn moved(&self, page: &PlacedPage<'_>, anchors: &[Anchor]) -> i64 {
        let moved = self.base.and_then(|base| {
            let now = self.known.shift_now(base, page, anchors)?;
            Some(now.saturating_sub(self.known.regions[base].shift))
        });
        moved.unwrap_or(0)
    }

    fn is_over(&self) -> bool {
        matches!(self.next, Next::Done | Next::Failed(_))
    }

    fn offset(&self) -> Option<u64> {
        Some(self.ask().ok()??.offset)
    }

    /// Whether chats that move to the front during the walk still belong to it, so that the walk
    /// must end there.
    fn closes_at_front(&self) -> bool {
        self.order == Order::Recent && self.start == 0
    }

    fn window(&self, overlap: u32) -> u32 {
        self.page_size.saturating_add(overlap).min(MAX_LIMIT)
    }

    /// Half a page, or as much as fits into the largest page along with a page of new items.
    fn max_overlap(&self) -> u32 {
        (self.page_size / 2).max(MAX_LIMIT - self.page_size)
    }

    /// The overlap after a page whose items moved towards offset 0 by `lost` positions.
    fn calmed(&self, overlap: u32, lost: u32) -> u32 {
        lost.saturating_add(1).max(overlap.div_ceil(2)).min(self.max_overlap())
    }
}

fn first_step(page_size: u32) -> u64 {
    u64::from(page_size.div_ceil(2))
}

fn signed(offset: u64) -> i64 {
    i64::try_from(offset).unwrap_or(i64::MAX)
}
