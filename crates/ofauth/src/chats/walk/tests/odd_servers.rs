//! Tests of servers that say or do odd things: they are read completely, or reported.

use std::collections::{HashSet, VecDeque};

use super::model::cases;
use crate::chats::walk::{Ask, Item, Key, Order, ServedPage, Walk, WalkError};
use fastrand::Rng;

/// A list of chats, newest first, and what is odd about its server.
pub(super) struct Server {
    chats: Vec<Item>,
    rng: Rng,
    /// The most chats in a page.
    cap: usize,
    /// Reorders chats with equal times on every request.
    shuffles: bool,
    /// The most chats that move to the front between two requests. Several may get the same time.
    moves: u8,
    clock: i64,
    /// Claims on this page, counted from 0, that it is the last.
    lies_on: Option<u32>,
    /// Gives the next offset, if it claims that more follows, or always.
    gives_next: [bool; 2],
    /// Computes the next offset from the limit asked for.
    counts_asked: bool,
    /// Gives the number of the next page as the next offset.
    counts_pages: bool,
    /// Shows nothing from this offset on.
    empty_from: u64,
    requests: u32,
}

impl Server {
    /// `times` returns the time of the n-th newest chat.
    fn new(size: u64, seed: u64, times: impl Fn(u64) -> i64) -> Self {
        let chat = |key| Item { key, version: Some(0), activity: Some(times(key)) };
        Self {
            chats: (0..size).map(chat).collect(),
            rng: Rng::with_seed(seed),
            cap: 20,
            shuffles: false,
            moves: 0,
            clock: 1,
            lies_on: None,
            gives_next: [true, false],
            counts_asked: false,
            counts_pages: false,
            empty_from: u64::MAX,
            requests: 0,
        }
    }

    /// Creates a server with any of these oddities.
    pub(super) fn any(rng: &mut Rng) -> Self {
        let group = rng.u64(1..30);
        let mut server = match rng.bool() {
            true => Self::new(rng.u64(..300), rng.u64(..), some_ties(rng.u64(..))),
            false => Self::new(rng.u64(1..300), rng.u64(..), |key| -((key / group) as i64)),
        };
        let mut once_in = |times: u8| rng.u8(..times) == 0;
        server.shuffles = once_in(3);
        (server.counts_asked, server.counts_pages) = (once_in(6), once_in(20));
        server.gives_next = [once_in(2), once_in(5)];
        let (capped, lies, empty, moves) = (once_in(3), once_in(4), once_in(6), once_in(3));
        server.cap = if capped { rng.usize(1..20) } else { 20 };
        server.lies_on = lies.then(|| rng.u32(..20));
        server.empty_from = if empty { rng.u64(1..200) } else { u64::MAX };
        server.moves = if moves && !server.chats.is_empty() { rng.u8(1..4) } else { 0 };
        server
    }

    pub(super) fn answer(&mut self, ask: Ask) -> (Vec<Item>, bool, Option<i64>) {
        if self.shuffles {
            self.rng.shuffle(&mut self.chats);
            self.chats.sort_by_key(|chat| std::cmp::Reverse(chat.activity));
        }
        let (offset, limit) = (ask.offset as usize, (ask.limit as usize).min(self.cap));
        let shown = if ask.offset < self.empty_from { limit } else { 0 };
        let items: Vec<Item> = self.chats.iter().skip(offset).take(shown).copied().collect();
        let lies = self.lies_on == Some(self.requests);
        self.requests += 1;
        let has_more = offset + items.len() < self.chats.len();
        let counted = if self.counts_asked { ask.limit as usize } else { items.len() };
        let [with_more, always] = self.gives_next;
        let next = if self.counts_pages { offset / 20 + 1 } else { offset + counted } as i64;
        let gives = always || with_more && has_more;
        for _ in 0..self.rng.u8(..=self.moves) {
            self.clock += i64::from(self.rng.bool());
            let moving = self.rng.usize(..self.chats.len());
            let mut chat = self.chats.remove(moving);
            (chat.activity, chat.version) = (Some(self.clock), chat.version.map(|old| old + 1));
            self.chats.insert(0, chat);
        }
        (items, has_more && !lies, gives.then_some(next))
    }

    /// Walks through the list, and reads up to `ahead` pages ahead. Returns the chats yielded.
    fn walk(&mut self, ahead: usize) -> (HashSet<Key>, Result<(), WalkError>) {
        let mut walk = Walk::new(Order::Recent, 0, 20);
        let mut yielded = HashSet::new();
        let mut read = VecDeque::new();
        loop {
            let ask = match walk.ask() {
                Ok(Some(ask)) => ask,
                Ok(None) => return (yielded, Ok(())),
                Err(error) => return (yielded, Err(error)),
            };
            if !read.front().is_some_and(|(ahead, _)| walk.accepts(ahead)) {
                read.clear();
                read.push_back((ask, self.answer(ask)));
            }
            while read.len() < ahead
                && let Some((next, _)) = read.front()
                && let Some(ask) = walk.predict(*next, read.len())
            {
                let page = self.answer(ask);
                read.push_back((ask, page));
            }
            let (ask, (items, has_more, next_offset)) = read.pop_front().unwrap();
            let page = ServedPage { items: &items, has_more, next_offset };
            for index in walk.read(ask, page) {
                assert!(yielded.insert(items[index].key), "yielded twice");
            }
        }
    }
}

/// 15 % of the chats have the time of the chat before them.
fn some_ties(seed: u64) -> impl Fn(u64) -> i64 {
    let mut rng = Rng::with_seed(seed);
    let mut time = 0;
    let times: Vec<i64> = (0..1_000)
        .map(|_| {
            time -= i64::from(rng.u8(..100) >= 15);
            time
        })
        .collect();
    move |key| times[key as usize]
}

#[test]
fn chats_with_equal_times_in_changing_order_are_complete() {
    let walks = cases(2_000);
    let mut requests = 0;
    for seed in 0..walks {
        let mut server = Server::new(600, seed, some_ties(seed));
        server.shuffles = true;
        let ahead = [0, 8][seed as usize % 2];
        let (yielded, end) = server.walk(ahead);
        assert_eq!((yielded.len(), end), (600, Ok(())), "seed {seed}");
        requests += u64::from(server.requests);
    }
    println!(
        "{walks} walks of 600 chats, 15 % ties: none missed, {} requests each",
        requests / walks
    );
}

#[test]
fn chats_that_move_among_equal_times_are_complete() {
    let walks = cases(6_000);
    let mut reported = 0;
    for seed in 0..walks {
        let mut server = Server::new(400, seed, some_ties(seed));
        (server.shuffles, server.moves) = (seed % 4 < 2, 3);
        let (yielded, end) = server.walk([0, 8][seed as usize % 2]);
        assert!(end.is_err() || yielded.len() == 400, "seed {seed}: {} of 400", yielded.len());
        reported += u64::from(end.is_err());
    }
    println!("{walks} walks through moving ties: none missed, {reported} reported");
    assert!(reported <= walks / 20, "{reported}");
}

#[test]
fn too_many_equal_times_in_changing_order_are_reported() {
    let walks = cases(2_000);
    let (mut missed, mut complete) = (0, 0);
    for seed in 0..walks {
        let group = 25 + seed % 300;
        let mut server = Server::new(400, seed, move |key| -((key / group) as i64));
        server.shuffles = true;
        let (yielded, end) = server.walk([0, 8][seed as usize % 2]);
        missed += 400 - yielded.len();
        complete += u32::from(end.is_ok());
        assert!(end.is_err() || yielded.len() == 400, "seed {seed}: {} of 400", yielded.len());
    }
    println!(
        "{walks} walks through large groups: {missed} missed, all reported; {complete} complete"
    );
}

#[test]
fn equal_times_in_a_stable_order_cost_little() {
    for ahead in [0, 8] {
        for group in [1, 2, 3, 7, 19, 20, 21, 50, 600] {
            let mut server = Server::new(600, 1, move |key| -((key / group) as i64));
            let (yielded, end) = server.walk(ahead);
            assert_eq!((yielded.len(), end), (600, Ok(())), "groups of {group}");
            let most = if ahead == 0 { 48 } else { 70 };
            assert!(server.requests <= most, "groups of {group}: {} requests", server.requests);
        }
    }
    // Without ties, a list costs what it always cost.
    let mut server = Server::new(600, 1, |key| -(key as i64));
    assert_eq!(server.walk(0).1, Ok(()));
    assert_eq!(server.requests, 33);
}

#[test]
fn a_page_that_only_seems_to_be_the_last_is_verified() {
    for lies_on in 0..40 {
        for (cap, gives_next) in
            [(20, [true, true]), (20, [false, false]), (7, [true, true]), (7, [false, false])]
        {
            let mut server = Server::new(200, 1, |key| -(key as i64));
            (server.lies_on, server.cap, server.gives_next) = (Some(lies_on), cap, gives_next);
            let (yielded, end) = server.walk(0);
            // Only the first page of a server with a cap, and without a next offset, seems final.
            let unknowable = lies_on == 0 && cap == 7 && gives_next == [false, false];
            assert!(end.is_ok(), "lie {lies_on}: {end:?}");
            assert_eq!(yielded.len(), if unknowable { 7 } else { 200 }, "lie {lies_on}, {cap}");
        }
    }
}

/// A last page that isn't full, and gives no next offset, needs no verification.
#[test]
fn a_short_last_page_costs_nothing_more() {
    for size in [0, 1, 5, 19] {
        let mut server = Server::new(size, 1, |key| -(key as i64));
        assert_eq!(server.walk(0).0.len(), size as usize);
        assert_eq!(server.requests, 1);
    }
    for (gives_next, requests) in [([true, false], 3), ([true, true], 4)] {
        let mut server = Server::new(30, 1, |key| -(key as i64));
        server.gives_next = gives_next;
        assert_eq!(server.walk(0), ((0..30).collect(), Ok(())));
        assert_eq!(server.requests, requests);
    }
}

#[test]
fn next_offsets_that_count_the_chats_asked_for_are_not_followed() {
    for cap in [2, 3, 7, 10, 19] {
        let mut server = Server::new(300, 1, |key| -(key as i64));
        (server.cap, server.counts_asked) = (cap, true);
        assert_eq!(server.walk(0), ((0..300).collect(), Ok(())), "cap {cap}");
        let pages = 300_usize.div_ceil(cap - 1) as u32;
        assert!(server.requests <= pages + 4, "cap {cap}: {} requests", server.requests);
    }
}

/// Each page shows one chat of the page before, which is the proof that they are connected. So if
/// pages have n chats, a quiet walk takes 1 in n - 1 requests more than the plain loop, and two.
#[test]
fn small_pages_cost_one_overlap_each() {
    for cap in 2..20 {
        for size in (0..700).step_by(23) {
            let mut server = Server::new(size, 1, |key| -(key as i64));
            server.cap = cap;
            assert_eq!(server.walk(0), ((0..size).collect(), Ok(())), "{size} by {cap}");
            let plain = size.div_ceil(cap as u64).max(1) as f64;
            let most = plain + plain / (cap as f64 - 1.0) + 2.0;
            assert!(f64::from(server.requests) <= most, "{size} by {cap}: {}", server.requests);
        }
    }
}

#[test]
fn next_offsets_that_count_pages_are_reported_or_not_followed() {
    let mut server = Server::new(300, 1, |key| -(key as i64));
    server.counts_pages = true;
    let (yielded, end) = server.walk(0);
    assert!(end.is_err() || yielded.len() == 300, "{}", yielded.len());
    assert!(server.requests <= 20, "{}", server.requests);
}

#[test]
fn a_server_that_shows_nothing_beyond_an_offset_is_read_as_far_as_possible() {
    for (empty_from, gives_next) in (21..120).flat_map(|from| [(from, true), (from, false)]) {
        let mut server = Server::new(300, 1, |key| -(key as i64));
        (server.empty_from, server.gives_next) = (empty_from, [gives_next, false]);
        let (yielded, end) = server.walk(0);
        assert_eq!(yielded.len() as u64, empty_from - 1 + 20);
        assert_eq!(end, Err(WalkError::NothingBeyond { offset: empty_from }));
        assert!(
            server.requests <= empty_from as u32 / 19 + 16,
            "{empty_from}: {}",
            server.requests
        );
    }
}
