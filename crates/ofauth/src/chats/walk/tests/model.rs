//! A model of a live inbox, and functions that read it.

use std::collections::{HashMap, HashSet};

use crate::chats::walk::{Ask, Item, Key, Order, ServedPage, Walk, WalkError};
use fastrand::Rng;

/// How many seeded cases to run: a tenth, unless `OFAUTH_LONG_TESTS` is set, as in CI.
pub(crate) fn cases(all: u64) -> u64 {
    match std::env::var_os("OFAUTH_LONG_TESTS") {
        Some(_) => all,
        None => all / 10,
    }
}

pub(crate) const PAGE_SIZES: [u32; 7] = [1, 2, 3, 5, 10, 19, 20];

/// How much changes between two requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Rate {
    Quiet,
    /// Occasionally one event.
    Light,
    /// Up to three events.
    Busy,
    /// Up to eight events, and bursts larger than a page.
    Heavy,
}

pub(crate) const RATES: [Rate; 4] = [Rate::Quiet, Rate::Light, Rate::Busy, Rate::Heavy];

#[derive(Clone, Copy, Debug)]
struct Chat {
    key: Key,
    activity: i64,
    matches: bool,
    versioned: bool,
}

impl Chat {
    fn item(&self) -> Item {
        let version =
            (self.key ^ (self.activity as u64).rotate_left(32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Item {
            key: self.key,
            version: self.versioned.then_some(version),
            activity: Some(self.activity),
        }
    }
}

pub(crate) struct ModelPage {
    pub(crate) items: Vec<Item>,
    pub(crate) has_more: bool,
    pub(crate) next_offset: Option<i64>,
}

impl ModelPage {
    pub(crate) fn observed(&self) -> ServedPage<'_> {
        ServedPage { items: &self.items, has_more: self.has_more, next_offset: self.next_offset }
    }
}

pub(crate) struct Inbox {
    /// By activity, oldest first.
    chats: Vec<Chat>,
    clock: i64,
    next_key: Key,
    unversioned: f64,
    gives_next: bool,
    pub(crate) rng: Rng,
    /// The chats that have matched ever since [`Inbox::mark`].
    pub(crate) always: HashSet<Key>,
    /// The chats that moved or arrived since [`Inbox::mark`].
    pub(crate) changed: HashSet<Key>,
    /// The chats that began to match at some time, without moving.
    pub(crate) began: HashSet<Key>,
}

impl Inbox {
    /// Creates an inbox of `size` matching chats, and some that don't match.
    pub(crate) fn new(size: usize, seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let gives_next = rng.bool();
        let unversioned = if rng.u8(..4) == 0 { 0.05 } else { 0.0 };
        let mut inbox = Self {
            chats: Vec::new(),
            clock: 1_000,
            next_key: 1,
            unversioned,
            gives_next,
            rng,
            always: HashSet::new(),
            changed: HashSet::new(),
            began: HashSet::new(),
        };
        for _ in 0..size {
            inbox.arrive(true);
            if inbox.rng.u8(..5) == 0 {
                inbox.arrive(false);
            }
        }
        inbox.mark();
        inbox
    }

    /// Gives every chat a version.
    pub(crate) fn versioned(mut self) -> Self {
        self.unversioned = 0.0;
        self.chats.iter_mut().for_each(|chat| chat.versioned = true);
        self
    }

    pub(crate) fn mark(&mut self) {
        self.always = self.matching().map(|chat| chat.key).collect();
        self.changed.clear();
    }

    fn matching(&self) -> impl DoubleEndedIterator<Item = &Chat> {
        self.chats.iter().filter(|chat| chat.matches)
    }

    pub(crate) fn items(&self) -> HashMap<Key, Item> {
        self.matching().map(|chat| (chat.key, chat.item())).collect()
    }

    pub(crate) fn page(&self, order: Order, offset: u64, limit: u32) -> ModelPage {
        assert!((1..=20).contains(&limit), "a limit of {limit}");
        let all: Box<dyn Iterator<Item = &Chat>> = match order {
            Order::Old => Box::new(self.matching()),
            Order::Recent => Box::new(self.matching().rev()),
        };
        let limit = limit as usize;
        let mut items: Vec<_> = all.skip(offset as usize).take(limit + 1).map(Chat::item).collect();
        let has_more = items.len() > limit;
        items.truncate(limit);
        let next = offset as i64 + items.len() as i64;
        ModelPage { items, has_more, next_offset: (self.gives_next && has_more).then_some(next) }
    }

    pub(crate) fn answer(&self, order: Order, ask: Ask) -> ModelPage {
        self.page(order, ask.offset, ask.limit)
    }

    fn arrive(&mut self, matches: bool) {
        self.clock += 1 + i64::from(self.rng.u8(..3));
        let versioned = self.rng.f64() >= self.unversioned;
        let (key, activity) = (self.next_key.wrapping_mul(7919) % 1_000_003, self.clock);
        self.chats.push(Chat { key, activity, matches, versioned });
        self.next_key += 1;
        if matches {
            self.changed.insert(key);
        }
    }

    /// Picks a random chat, half the time among the newest, and returns its index.
    fn pick(&mut self, matches: bool) -> Option<usize> {
        let found: Vec<_> =
            (0..self.chats.len()).filter(|&index| self.chats[index].matches == matches).collect();
        let from = if self.rng.bool() { found.len().saturating_sub(25) } else { 0 };
        (!found.is_empty()).then(|| found[self.rng.usize(from..found.len())])
    }

    pub(crate) fn move_one(&mut self) {
        if let Some(index) = self.pick(true) {
            let mut chat = self.chats.remove(index);
            self.clock += 1;
            chat.activity = self.clock;
            self.changed.insert(chat.key);
            self.chats.push(chat);
        }
    }

    pub(crate) fn leave_one(&mut self) {
        if let Some(index) = self.pick(true) {
            let gone = self.chats.remove(index);
            self.always.remove(&gone.key);
        }
    }

    fn start_matching(&mut self) {
        if let Some(index) = self.pick(false) {
            self.chats[index].matches = true;
            self.began.insert(self.chats[index].key);
        }
    }

    fn stop_matching(&mut self) {
        if let Some(index) = self.pick(true) {
            self.chats[index].matches = false;
            let key = self.chats[index].key;
            self.always.remove(&key);
        }
    }

    fn event(&mut self, kind: u8) {
        match kind {
            0..50 => self.move_one(),
            50..65 => self.arrive(true),
            65..80 => self.start_matching(),
            80..90 => self.leave_one(),
            _ => self.stop_matching(),
        }
    }

    /// Applies the events between two requests.
    pub(crate) fn live(&mut self, rate: Rate) {
        let events = match rate {
            Rate::Quiet => 0,
            Rate::Light => self.rng.u8(..10) / 7,
            Rate::Busy => self.rng.u8(..=3),
            Rate::Heavy => self.rng.u8(..=8),
        };
        for _ in 0..events {
            let kind = self.rng.u8(..100);
            self.event(kind);
        }
        if rate == Rate::Heavy && self.rng.u8(..12) == 0 {
            let kind = self.rng.u8(..100);
            for _ in 0..self.rng.u8(21..45) {
                self.event(kind);
            }
        }
    }
}

/// What a walk yielded, and how it ended.
#[derive(Default)]
pub(crate) struct Yielded {
    pub(crate) keys: Vec<Key>,
    pub(crate) error: Option<WalkError>,
    pub(crate) requests: u32,
}

impl Yielded {
    pub(crate) fn take(&mut self, page: &ModelPage, news: Vec<usize>) {
        self.keys.extend(news.into_iter().map(|index| page.items[index].key));
    }

    /// Checks the guarantee. A walk that gave up may miss chats, but must not repeat any.
    pub(crate) fn check(&self, inbox: &Inbox, case: &str) {
        let once: HashSet<_> = self.keys.iter().copied().collect();
        assert_eq!(once.len(), self.keys.len(), "{case}: a chat was yielded twice");
        if self.error.is_none() {
            let missed: Vec<_> = inbox.always.difference(&once).collect();
            assert!(missed.is_empty(), "{case}: missed {missed:?}");
        }
    }
}

/// Runs a walk to its end, one page after another.
pub(crate) fn walk_all(walk: &mut Walk, inbox: &mut Inbox, order: Order, rate: Rate) -> Yielded {
    let mut out = Yielded::default();
    loop {
        match walk.ask() {
            Ok(Some(ask)) => {
                let page = inbox.answer(order, ask);
                let news = walk.read(ask, page.observed());
                out.take(&page, news);
                inbox.live(rate);
            }
            Ok(None) => break,
            Err(error) => {
                out.error = Some(error);
                break;
            }
        }
    }
    out.requests = walk.requests();
    out
}

/// Reads the inbox with the plain loop, `offset += page length`.
pub(crate) fn plain_loop(
    inbox: &mut Inbox,
    order: Order,
    limit: u32,
    mut live: impl FnMut(&mut Inbox),
) -> Yielded {
    let mut out = Yielded::default();
    let mut offset = 0;
    loop {
        let page = inbox.page(order, offset, limit);
        out.requests += 1;
        offset += page.items.len() as u64;
        out.keys.extend(page.items.iter().map(|item| item.key));
        if !page.has_more {
            return out;
        }
        live(inbox);
    }
}
