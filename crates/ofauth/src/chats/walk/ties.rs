//! Chats with equal times, which the server may reorder between requests.
//!
//! If a page ends within a group of such chats, the next page may repeat some and miss others. The
//! group is complete once a single page shows it together with the chats before and after it. So
//! the next page begins before the group. A page that was read ahead doesn't; in that case, one
//! more page is read at the end of the walk.

use std::collections::HashSet;
use std::ops::Range;

use super::known::{Anchor, Chat, RegionId};
use super::{Item, WalkError};

/// How many pages are read to complete the chats of one time.
const MAX_TRIES: u32 = 4;

#[derive(Clone, Debug, Default)]
pub(super) struct Ties {
    /// The overlap that the next page needs.
    pub(super) overlap: u32,
    /// The times of several chats that need no further page: all of them are known, or they don't
    /// fit into a page.
    settled: HashSet<i64>,
    cut: Vec<Cut>,
    /// The number of items of a full page.
    capacity: usize,
    /// Whether any chats had equal times.
    seen: bool,
    /// Whether a time has too many chats for a page.
    oversized: bool,
    /// Whether a time's chats could not be completed, because the list moves too fast.
    incomplete: bool,
    /// Whether chats with equal times changed their order.
    disorder: bool,
}

/// A time whose chats were split by the end of a page.
#[derive(Clone, Copy, Debug)]
struct Cut {
    time: i64,
    region: RegionId,
    /// The rank of the chat before the first of them.
    rank: i64,
    /// How many of them are known.
    known: usize,
    tries: u32,
}

/// A page, as far as it matters here.
pub(super) struct TiedPage<'a> {
    pub(super) items: &'a [Item],
    pub(super) region: RegionId,
    /// The rank of the first item.
    pub(super) rank: i64,
    pub(super) newest_first: bool,
    /// Whether it begins where the page before ended.
    pub(super) is_next: bool,
    /// Whether chats may come before and after the page.
    pub(super) is_open: [bool; 2],
    /// The number of items of a full page.
    pub(super) capacity: usize,
}

impl Ties {
    /// Learns from a page. `before` is what was known of each item.
    pub(super) fn learn(
        &mut self,
        page: &TiedPage<'_>,
        anchors: &[Anchor],
        before: &[Option<Chat>],
    ) {
        self.overlap = 0;
        let [open_before, open_after] = page.is_open;
        let mut end = 0;
        for items in page.items.chunk_by(|one, next| one.activity == next.activity) {
            let first = end;
            end += items.len();
            let Some(time) = items[0].activity else { continue };
            let new = before[first..end].iter().filter(|before| before.is_none()).count();
            let rank = page.rank.saturating_add(signed(first));
            for cut in self.cut.iter_mut().filter(|cut| cut.time == time) {
                cut.known = (cut.known + new).max(items.len());
                // Where the run begins, or before that.
                let back = if first == 0 { cut.known } else { 1 };
                (cut.region, cut.rank) = (page.region, rank.saturating_sub(signed(back)));
            }
            let is_cut_before = first == 0 && open_before;
            let is_cut_after = end == page.items.len() && open_after;
            if items.len() > 1 {
                self.seen = true;
                self.disorder |= is_disordered(&(first..end), anchors, before);
            }
            if !is_cut_before && !is_cut_after {
                self.cut.retain(|cut| cut.time != time);
                // Chats may still move to the newest time.
                let may_grow = if page.newest_first { first == 0 } else { end == page.items.len() };
                if items.len() > 1 && !may_grow {
                    self.settled.insert(time);
                }
                continue;
            }
            // The next page begins with the last chat of this one, or before it. But nothing is
            // known of what comes before a page that is new, or beyond a page that meets a region
            // only with its first or last chats.
            let run = first..end;
            let known = anchors.iter().filter(|anchor| run.contains(&anchor.index)).count();
            let (unmet, met) = (known == 0, meets_only_at(&run, anchors));
            let is_edge = is_cut_before && (unmet || met && !page.is_next) || is_cut_after && met;
            let is_new = met || known < items.len();
            let is_split = is_cut_after && items.len() > 1 && is_new || self.seen && is_edge;
            if !is_split || self.settled.contains(&time) {
                continue;
            }
            // Another chat before them, and one after them, must fit into the page.
            if is_cut_before && is_cut_after || items.len() + 2 > page.capacity {
                self.oversized = true;
                self.settled.insert(time);
                continue;
            }
            // A longer overlap isn't worth it: one more page at the end costs less.
            if is_cut_after && items.len() < page.capacity / 2 {
                self.overlap = u32::try_from(items.len() + 1).unwrap_or(u32::MAX);
            }
            if self.cut.iter().all(|cut| cut.time != time) {
                let (region, rank, known) = (page.region, rank.saturating_sub(1), items.len());
                self.cut.push(Cut { time, region, rank, known, tries: 0 });
            }
        }
        self.capacity = page.capacity;
        for cut in self.cut.extract_if(.., |cut| cut.known + 2 > page.capacity) {
            self.oversized = true;
            self.settled.insert(cut.time);
        }
    }

    /// Returns the region and rank from which to read to complete the chats of a time, if any are
    /// incomplete.
    pub(super) fn incomplete(&mut self) -> Option<(RegionId, i64)> {
        // If the order seems to be stable, it is worth one page, and no error.
        let tries = if self.disorder { MAX_TRIES } else { 1 };
        while let Some(cut) = self.cut.last_mut() {
            cut.tries += 1;
            if cut.tries <= tries {
                // In the middle of the page, because ranks are only estimates.
                let room = self.capacity.saturating_sub(cut.known + 2) / 2;
                return Some((cut.region, cut.rank.saturating_sub(signed(room))));
            }
            self.cut.pop();
            self.incomplete |= self.disorder;
        }
        None
    }

    /// Returns why chats may have been missed, if so.
    pub(super) fn error(&self, requests: u32) -> Option<WalkError> {
        match self.disorder && self.oversized {
            true => Some(WalkError::Disorder),
            false => self.incomplete.then_some(WalkError::GaveUp { requests }),
        }
    }
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Whether a region has anchors on a page only among these items.
fn meets_only_at(run: &Range<usize>, anchors: &[Anchor]) -> bool {
    let (inside, outside): (Vec<&Anchor>, Vec<_>) =
        anchors.iter().partition(|anchor| run.contains(&anchor.index));
    inside.iter().any(|one| outside.iter().all(|other| other.region != one.region))
}

/// Whether anchors among these items are in another order than before, or have an item between them
/// that wasn't there.
fn is_disordered(run: &Range<usize>, anchors: &[Anchor], before: &[Option<Chat>]) -> bool {
    let among: Vec<&Anchor> = anchors.iter().filter(|one| run.contains(&one.index)).collect();
    among.windows(2).any(|pair| {
        let [one, next] = [pair[0], pair[1]];
        let is_new = |index: usize| before[index].is_none();
        one.region == next.region
            && (one.rank > next.rank || (one.index + 1..next.index).any(is_new))
    })
}
