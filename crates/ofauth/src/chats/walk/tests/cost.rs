//! Tests of a walk's cost on a quiet list, and of its end whatever the server returns.

use super::model::{Inbox, Rate, cases, plain_loop, walk_all};
use super::resume;
use crate::chats::walk::{Ask, Front, Item, Order, ServedPage, Walk, WalkError};
use fastrand::Rng;

#[test]
fn a_quiet_walk_costs_at_most_a_tenth_plus_two_requests_more() {
    let mut worst = 0.0f64;
    let step = 29 * 10 / cases(10) as usize;
    for page_size in 1..=20 {
        for size in (0..=2_000).step_by(if page_size < 5 { 197 } else { step }).chain(0..45) {
            for order in [Order::Recent, Order::Old] {
                let (walk, plain) = quiet_cost(order, size, page_size);
                assert!(
                    f64::from(walk) <= 1.1 * f64::from(plain) + 2.0,
                    "{order:?}, {size} by {page_size}: {walk} requests, plainly {plain}"
                );
                if plain >= 20 {
                    worst = worst.max(f64::from(walk) / f64::from(plain));
                }
            }
        }
    }
    println!("at most {worst:.3} times the plain loop's requests (lists of 20 pages and more)");
}

/// Counts the requests of a walk and of the plain loop. In a quiet list, chat `n` is at position
/// `n`, so no model is needed.
fn quiet_cost(order: Order, size: u64, page_size: u32) -> (u32, u32) {
    let mut walk = Walk::new(order, 0, page_size);
    let mut yielded = 0;
    while let Some(ask) = walk.ask().unwrap() {
        let end = size.min(ask.offset + u64::from(ask.limit));
        let items: Vec<Item> =
            (ask.offset..end).map(|key| Item { key, version: Some(0), activity: None }).collect();
        let page = ServedPage { items: &items, has_more: end < size, next_offset: None };
        yielded += walk.read(ask, page).len() as u64;
    }
    assert_eq!(yielded, size);
    (walk.requests(), (size as u32).div_ceil(page_size).max(1))
}

#[test]
fn a_quiet_walk_of_15_pages_costs_one_request_more() {
    let mut inbox = Inbox::new(300, 1);
    assert_eq!(plain_loop(&mut inbox, Order::Old, 20, |_| {}).requests, 15);
    let mut walk = Walk::new(Order::Old, 0, 20);
    assert_eq!(walk_all(&mut walk, &mut inbox.versioned(), Order::Old, Rate::Quiet).requests, 16);
}

/// About every fifth position holds a chat that the server counts but does not return.
#[test]
fn hidden_chats_cost_requests_but_lose_no_chats() {
    for page_size in [5, 10, 20] {
        for order in [Order::Recent, Order::Old] {
            let mut rng = Rng::with_seed(1);
            let shown: Vec<bool> = (0..400).map(|_| rng.u8(..5) > 0).collect();
            let mut walk = Walk::new(order, 0, page_size);
            let mut yielded = 0;
            while let Some(ask) = walk.ask().unwrap() {
                let end = 400.min(ask.offset + u64::from(ask.limit));
                let items: Vec<Item> = (ask.offset..end)
                    .filter(|&key| shown[key as usize])
                    .map(|key| Item { key, version: Some(0), activity: None })
                    .collect();
                let next_offset = Some(end as i64);
                yielded += walk
                    .read(ask, ServedPage { items: &items, has_more: end < 400, next_offset })
                    .len();
            }
            assert_eq!(yielded, shown.iter().filter(|&&shown| shown).count());
            println!(
                "hidden chats, by {page_size}: {} requests for {} pages",
                walk.requests(),
                400 / page_size
            );
            assert!(walk.requests() <= 2 * 400 / page_size);
        }
    }
}

/// Whatever the pages hold, a walk doesn't panic, yields no chat twice, and ends within its bound.
#[test]
fn garbage_ends_within_the_bound() {
    for seed in 0..cases(2_500) {
        let mut rng = Rng::with_seed(seed);
        let order = if rng.bool() { Order::Recent } else { Order::Old };
        let page_size = rng.u32(..25);
        let start = [0, 0, rng.u64(..100), rng.u64(..)][rng.usize(..4)];
        let keys = [1, 10, 1_000][rng.usize(..3)];
        let versions = rng.u64(1..5);
        let changes = rng.u8(..5) == 0;
        let mut walk = if changes {
            Walk::changes(&Front::default())
        } else {
            Walk::new(order, start, page_size)
        };
        let mut yielded = std::collections::HashSet::new();
        for _ in 0..500 {
            let Ok(Some(ask)) = walk.ask() else { break };
            let predicted = walk.predict(ask, rng.usize(..50)).unwrap_or(ask);
            let ask = if rng.u8(..4) == 0 { predicted } else { ask };
            let items: Vec<Item> = (0..rng.usize(..30))
                .map(|_| Item {
                    key: rng.u64(..keys),
                    version: (rng.u8(..9) > 0).then(|| rng.u64(..versions)),
                    activity: rng.bool().then(|| rng.i64(..)),
                })
                .collect();
            let page = ServedPage {
                items: &items,
                has_more: rng.u8(..50) > 0,
                next_offset: hostile_offset(&mut rng, ask),
            };
            let mut pending = Vec::new();
            for index in walk.read(ask, page) {
                assert!(yielded.insert(items[index].key) || changes, "seed {seed}");
                if rng.bool() {
                    pending.push((walk.requests(), items[index].key));
                }
            }
            assert!(walk.requests() as usize <= 20 + 3 * (walk.seen() + 1), "seed {seed}");
            let token = resume::text(&walk.token(&pending));
            Walk::resume(resume::read(&token).unwrap()).ask().ok();
        }
        assert!(matches!(walk.ask(), Ok(None) | Err(_)), "seed {seed}: the walk did not end");
    }
}

fn hostile_offset(rng: &mut Rng, ask: Ask) -> Option<i64> {
    match rng.u8(..40) {
        0 => Some(rng.i64(..)),
        1 => Some(i64::MAX),
        2 => Some(ask.offset.saturating_add(1).try_into().unwrap_or(i64::MAX)),
        3..20 => Some(ask.offset.saturating_add(20).try_into().unwrap_or(i64::MAX)),
        _ => None,
    }
}

/// Walks through a server that returns the same page for every request.
fn parrot(items: &[Item], has_more: bool, next: impl Fn(Ask) -> Option<i64>) -> (Walk, usize) {
    let mut walk = Walk::new(Order::Recent, 0, 20);
    let mut yielded = 0;
    while let Ok(Some(ask)) = walk.ask() {
        let page = ServedPage { items, has_more, next_offset: next(ask) };
        yielded += walk.read(ask, page).len();
    }
    (walk, yielded)
}

#[test]
fn a_walk_gives_up_on_a_server_that_ignores_the_offset() {
    let items: Vec<Item> =
        (0..20).map(|key| Item { key, version: Some(0), activity: None }).collect();
    let (walk, yielded) = parrot(&items, true, |_| None);
    assert_eq!(walk.ask(), Err(WalkError::NoProgress { requests: 11 }));
    assert_eq!(yielded, 20);
    let (walk, _) = parrot(&[], true, |_| None);
    assert_eq!(walk.ask(), Err(WalkError::NoProgress { requests: 10 }));
    let (walk, _) = parrot(&[], false, |_| None);
    assert_eq!((walk.ask(), walk.requests()), (Ok(None), 1));
}

#[test]
fn a_stuck_next_offset_is_an_error_after_the_page_is_yielded() {
    let items: Vec<Item> =
        (0..20).map(|key| Item { key, version: Some(0), activity: None }).collect();
    for next in [0, -1, i64::MIN] {
        let (walk, yielded) = parrot(&items, true, |_| Some(next));
        assert_eq!(walk.ask(), Err(WalkError::Stuck { asked: 0, next }));
        assert_eq!((walk.requests(), yielded), (1, 20));
    }
    // Before the page's end, but above the requested offset: not an error.
    let mut walk = Walk::new(Order::Recent, 0, 20);
    let ask = walk.ask().unwrap().unwrap();
    walk.read(ask, ServedPage { items: &items, has_more: true, next_offset: Some(15) });
    assert_eq!(walk.ask().unwrap().unwrap().offset, 14);
    // The last page's next offset does not matter.
    let (walk, _) = parrot(&items, false, |_| Some(0));
    assert_eq!(walk.ask(), Ok(None));
}
