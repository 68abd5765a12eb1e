//! What a walk reads next, after each page.

use super::known::RegionId;
use super::{Ask, Item, MAX_LIMIT, Mode, Next, ServedPage, Walk, WalkError, first_step, signed};

/// After how many requests in a row without progress a walk fails.
const MAX_IDLE: u32 = 10;

/// The lowest offset at which a page was empty although more items should follow.
#[derive(Clone, Copy, Debug)]
pub(super) struct EmptyPages {
    pub(super) offset: u64,
    /// How many such pages there were.
    pub(super) pages: u32,
    /// How many of two pages, the last with items and the first without, were read again in case
    /// the list has changed.
    pub(super) checked: u32,
}

impl Walk {
    /// Plans the next page after one that is connected to the walk's start.
    pub(super) fn connected(
        &mut self,
        here: RegionId,
        ask: &Ask,
        page: &ServedPage<'_>,
        fresh: bool,
        lost: u32,
    ) {
        if self.is_over() {
            return;
        }
        self.step = first_step(self.page_size);
        self.overlap = self.calmed(self.overlap, lost);
        let short = page.items.len() < ask.limit as usize;
        if short && page.has_more {
            let half = u32::try_from(page.items.len() / 2).unwrap_or(u32::MAX);
            self.overlap = self.overlap.min(half);
            // A page with hidden items may show only one item; the server's next offset is then
            // further on.
            if half == 0 && self.page_end(ask, page) != signed(ask.offset).saturating_add(1) {
                self.overlap = 1;
            }
        }
        let held = signed(ask.offset).saturating_add(signed(page.items.len() as u64));
        self.jumped = page.has_more && self.page_end(ask, page) > held;
        self.read_to = u64::try_from(held).unwrap_or(0);
        let region = &self.known.regions[here];
        let complete = if self.closes_at_front() { region.ended.is_some() } else { !page.has_more };
        let at_start = ask.offset <= self.start;
        self.next = match complete {
            false => {
                let next = self.onward(here, self.page_end(ask, page));
                self.within_shown(next)
            }
            true => self.closing(here, fresh, at_start),
        };
    }

    /// Plans what to read after the list's end was reached, by a page that is `fresh` and may be
    /// the front.
    pub(super) fn closing(&mut self, here: RegionId, fresh: bool, at_start: bool) -> Next {
        if let Some((region, rank)) = self.ties.incomplete() {
            let shift = self.known.regions[region].shift;
            let offset = u64::try_from(rank.saturating_add(shift)).unwrap_or(0);
            return Next::Complete(offset.max(self.start));
        }
        if let Some(error) = self.ties.error(self.requests) {
            return Next::Failed(error);
        }
        match self.closes_at_front() {
            true if fresh && at_start => Next::Done,
            true => Next::Front,
            false if fresh => Next::Done,
            false => self.forward(here),
        }
    }

    /// Doesn't trust a last page that is full or gives a next offset. The next page then verifies
    /// it.
    pub(super) fn verified<'a>(&mut self, ask: &Ask, page: ServedPage<'a>) -> ServedPage<'a> {
        let is_news = |item: &Item| !self.known.chats.contains_key(&item.key);
        let confirmed = self.verifying && !page.items.iter().any(is_news);
        let full = ask.limit.min(if self.capacity == 0 { MAX_LIMIT } else { self.capacity });
        let goes_on = page.next_offset.is_some_and(|next| next > signed(ask.offset));
        let odd = !page.items.is_empty() && (page.items.len() >= full as usize || goes_on);
        let known = self.mode == Mode::All && self.known.has_end();
        self.verifying = !page.has_more && odd && !confirmed && !known;
        match self.verifying {
            true => ServedPage {
                has_more: true,
                next_offset: page.next_offset.filter(|_| goes_on),
                ..page
            },
            false => page,
        }
    }

    /// Remembers that a page was empty although it should have items. After the second such page,
    /// plans to look for the last page that the server shows.
    pub(super) fn note_empty(&mut self, ask: &Ask, planned: bool) {
        if planned && ask.offset > self.start {
            let first = EmptyPages { offset: u64::MAX, pages: 0, checked: 0 };
            let empty = self.empty.get_or_insert(first);
            empty.offset = empty.offset.min(ask.offset);
            empty.pages += 1;
            self.next = self.within_shown(self.next);
        }
    }

    /// Changes a plan that would read where pages were empty more than once.
    fn within_shown(&mut self, next: Next) -> Next {
        let shown_at = self.shown_at;
        match (next, &mut self.empty) {
            (Next::Forward(offset), Some(empty)) if empty.pages > 1 && offset < empty.offset => {
                next
            }
            (Next::Forward(_) | Next::Back(_), Some(empty)) if empty.pages > 1 => {
                match shown_at.midpoint(empty.offset) {
                    middle if middle > shown_at => Next::Forward(middle),
                    _ if shown_at >= empty.offset => next,
                    _ if empty.checked < 2 => {
                        empty.checked += 1;
                        Next::Forward(if empty.checked == 1 { shown_at } else { empty.offset })
                    }
                    _ => Next::Failed(WalkError::NothingBeyond { offset: empty.offset }),
                }
            }
            (next, _) => next,
        }
    }

    /// Plans the next page after one that isn't connected to the walk's start.
    pub(super) fn unconnected(&mut self, ask: &Ask, planned: bool) {
        // A page read ahead at a wrongly guessed offset doesn't change the plan.
        if planned {
            if std::mem::take(&mut self.jumped)
                && let Some(base) = self.base
            {
                self.next = self.forward(base);
                return;
            }
            if matches!(self.next, Next::Forward(_)) {
                self.missed = Some(ask.offset);
            }
            self.overlap = self.overlap.saturating_mul(2).min(self.max_overlap());
            self.next = Next::Back(ask.offset.saturating_sub(self.step).max(self.start));
            self.step = self.step.saturating_mul(2);
        }
    }

    /// Ends a walk that makes no progress.
    pub(super) fn watch(&mut self, ask: &Ask, page: &ServedPage<'_>, idle: bool) {
        self.idle = if idle { self.idle + 1 } else { 0 };
        if self.is_over() {
            return;
        }
        let requests = self.requests;
        // The server's pages may be smaller than requested.
        let pages = self.seen() / self.page_size.min(self.fullest) as usize + 1;
        if let Some(next) = page.next_offset
            && page.has_more
            && !page.items.is_empty()
            && next <= signed(ask.offset)
        {
            self.next = Next::Failed(WalkError::Stuck { asked: ask.offset, next });
        } else if self.idle >= MAX_IDLE {
            self.next = Next::Failed(WalkError::NoProgress { requests });
        } else if requests as usize >= pages.saturating_mul(3).saturating_add(20) {
            self.next = Next::Failed(WalkError::GaveUp { requests });
        }
    }

    /// Returns the page to read after a connected page that ends at `end`. It begins with the
    /// region's last items or, if a page there wasn't connected because they are gone, with the
    /// last items of the connected page.
    fn onward(&mut self, region: RegionId, end: i64) -> Next {
        let end = u64::try_from(end).unwrap_or(0);
        if self.missed.is_some_and(|missed| end > missed) {
            self.missed = None;
        }
        let own = end.saturating_sub(u64::from(self.overlap)).max(self.start);
        match (self.forward(region), self.missed) {
            (Next::Forward(next), Some(missed)) if next >= missed && own < next => {
                Next::Forward(own)
            }
            (next, _) => next,
        }
    }

    /// Returns the page that begins with the last items of a region.
    pub(super) fn forward(&self, region: RegionId) -> Next {
        let region = &self.known.regions[region];
        let end = u64::try_from(region.end.saturating_add(region.shift)).unwrap_or(0);
        Next::Forward(end.saturating_sub(u64::from(self.overlap)).max(self.start))
    }

    /// The position just past a page: the server's next offset if it is plausible. The server may
    /// skip items that it hides, but not items that weren't requested.
    pub(super) fn page_end(&self, ask: &Ask, page: &ServedPage<'_>) -> i64 {
        let offset = signed(ask.offset);
        let len = offset.saturating_add(signed(page.items.len() as u64));
        match page.next_offset {
            Some(next) if self.counts_items && page.has_more && next > offset => {
                next.min(len.max(offset.saturating_add(ask.limit.into())))
            }
            _ => len,
        }
    }
}
