//! A record of everything that walks do on thousands of seeded lists. The other tests say what a
//! walk must do; this one shows that a change of the code changed nothing else, not even which pages
//! are requested.

use std::collections::VecDeque;

use super::changes::text as checkpoint_text;
use super::model::{Inbox, PAGE_SIZES, RATES};
use super::odd_servers::Server;
use super::resume::{read, text};
use crate::chats::walk::{Ask, Front, Item, Key, Order, ServedPage, Walk};
use crate::digest::fingerprint;
use fastrand::Rng;

/// The requests, the chats yielded, and the fingerprint of all that happened. If a change of them is
/// intended, take the new ones from the message of the failed test; more requests need a reason.
const RECORDED: [(&str, u64, u64, u64); 5] = [
    ("a live inbox", 22_416, 76_702, 0x36b8_dd2f_2f9c_a20f),
    ("a live inbox, resumed", 25_757, 84_451, 0xe8d8_60c0_8185_a233),
    ("an odd server", 22_111, 65_424, 0x772f_dc1f_d799_a45e),
    ("hidden chats", 19_026, 30_500, 0x17fb_13e9_385f_c9eb),
    ("polls for changes", 4_612, 40_616, 0x7c85_e250_37a6_cef0),
];

type Served = (Vec<Item>, bool, Option<i64>);

#[derive(Default)]
struct Trace {
    requests: u64,
    yielded: u64,
    fingerprint: u64,
}

impl Trace {
    fn add(&mut self, what: &str) {
        let before = self.fingerprint.to_le_bytes();
        self.fingerprint = fingerprint([&before, what.as_bytes(), b"", b""]);
    }

    /// Follows a walk to its end. Up to `ahead` pages are read ahead; if `rng` says so, the walk is
    /// resumed from its token.
    fn follow(
        &mut self,
        walk: &mut Walk,
        ahead: usize,
        rng: &mut Option<Rng>,
        mut serve: impl FnMut(Ask) -> Served,
    ) {
        let mut pages: VecDeque<(Ask, Served)> = VecDeque::new();
        let mut pending: Vec<(u32, Key)> = Vec::new();
        let mut serve = |ask| {
            self.requests += 1;
            (ask, serve(ask))
        };
        let mut events = String::new();
        let mut resumes = 0;
        while let Ok(Some(ask)) = walk.ask() {
            if !pages.front().is_some_and(|(ahead, _)| walk.accepts(ahead)) {
                pages.clear();
                pages.push_back(serve(ask));
            }
            while pages.len() < ahead
                && let Some((next, _)) = pages.front()
                && let Some(ask) = walk.predict(*next, pages.len())
            {
                pages.push_back(serve(ask));
            }
            let Some((ask, (items, has_more, next_offset))) = pages.pop_front() else { break };
            let news = walk.read(ask, ServedPage { items: &items, has_more, next_offset });
            events += &format!("{}+{}@{}:{news:?};", ask.offset, ask.limit, ask.after);
            self.yielded += news.len() as u64;
            pending.extend(news.into_iter().map(|index| (walk.requests(), items[index].key)));
            if let Some(rng) = rng {
                pending.drain(..rng.usize(..=pending.len()));
                if resumes < 4 && rng.u8(..6) == 0 {
                    resumes += 1;
                    let token = text(&walk.token(&pending));
                    *walk = Walk::resume(read(&token).unwrap());
                    (events, pending) = (events + &token, Vec::new());
                    pages.clear();
                }
            }
        }
        self.add(&format!("{events}{:?} {}", walk.ask(), walk.seen()));
    }
}

fn live(trace: &mut Trace, seed: u64, resumes: bool) {
    let mut rng = Rng::with_seed(seed);
    let order = if rng.bool() { Order::Recent } else { Order::Old };
    let rate = RATES[rng.usize(..RATES.len())];
    let start = [0, 0, rng.u64(..60)][rng.usize(..3)];
    let mut inbox = Inbox::new(rng.usize(..300), seed);
    let mut walk = Walk::new(order, start, PAGE_SIZES[rng.usize(..PAGE_SIZES.len())]);
    let ahead = rng.usize(..5);
    trace.follow(&mut walk, ahead, &mut resumes.then_some(rng), |ask| {
        let page = inbox.answer(order, ask);
        inbox.live(rate);
        (page.items, page.has_more, page.next_offset)
    });
}

fn odd(trace: &mut Trace, seed: u64) {
    let mut rng = Rng::with_seed(seed);
    let mut server = Server::any(&mut rng);
    let mut walk = Walk::new(Order::Recent, 0, [20, 20, 10, 3][rng.usize(..4)]);
    trace.follow(&mut walk, rng.usize(..5), &mut None, |ask| server.answer(ask));
}

fn hidden(trace: &mut Trace, seed: u64) {
    let mut rng = Rng::with_seed(seed);
    let order = if rng.bool() { Order::Recent } else { Order::Old };
    let size = rng.u64(1..300);
    let shown_of_ten = rng.u8(1..10);
    let shown: Vec<bool> = (0..size).map(|_| rng.u8(..10) < shown_of_ten).collect();
    let mut walk = Walk::new(order, 0, PAGE_SIZES[rng.usize(..PAGE_SIZES.len())]);
    trace.follow(&mut walk, rng.usize(..3), &mut None, |ask| {
        let end = size.min(ask.offset.saturating_add(ask.limit.into()));
        let item = |key: u64| Item { key, version: Some(0), activity: None };
        let keys = (ask.offset..end).filter(|&key| shown[key as usize]);
        (keys.map(item).collect(), end < size, Some(end as i64))
    });
}

fn polls(trace: &mut Trace, seed: u64) {
    let mut rng = Rng::with_seed(seed);
    let rate = RATES[rng.usize(..RATES.len())];
    let mut inbox = Inbox::new(rng.usize(..120), seed);
    let mut front = match rng.u8(..3) {
        0 => Front::since(rng.i64(900..1_300)),
        1 => Front::of(&inbox.page(Order::Recent, 0, 20).items),
        _ => Front::default(),
    };
    for _ in 0..5 {
        let mut walk = Walk::changes(&front);
        trace.follow(&mut walk, 0, &mut None, |ask| {
            let page = inbox.answer(Order::Recent, ask);
            inbox.live(rate);
            (page.items, page.has_more, page.next_offset)
        });
        let Some(next) = walk.checkpoint() else { break };
        trace.add(&checkpoint_text(&next));
        front = next;
        (0..rng.u8(..30)).for_each(|_| inbox.live(rate));
    }
}

#[test]
fn walks_do_what_was_recorded() {
    let families: [fn(&mut Trace, u64); 5] = [
        |trace, seed| live(trace, seed, false),
        |trace, seed| live(trace, seed, true),
        odd,
        hidden,
        polls,
    ];
    let found = RECORDED.iter().zip(families).map(|(recorded, family)| {
        let mut trace = Trace::default();
        (0..500).for_each(|seed| family(&mut trace, seed));
        (recorded.0, trace.requests, trace.yielded, trace.fingerprint)
    });
    let found: Vec<_> = found.collect();
    assert_eq!(found, RECORDED, "another behaviour, or other requests");
}
