//! Tests of the guarantee, and that the plain loop breaks it in the same model.

use std::collections::{HashMap, HashSet};

use super::model::{Inbox, PAGE_SIZES, RATES, Rate, cases, plain_loop, walk_all};
use crate::chats::walk::{Order, Walk, WalkError};
use fastrand::Rng;

#[test]
fn every_chat_that_stays_is_yielded_exactly_once() {
    let mut walks: HashMap<Rate, u32> = HashMap::new();
    let mut gave_up: HashMap<Rate, u32> = HashMap::new();
    let mut requests: HashMap<Rate, [u32; 2]> = HashMap::new();
    for seed in 0..cases(6_000) {
        let mut rng = Rng::with_seed(seed);
        let order = if rng.bool() { Order::Recent } else { Order::Old };
        let page_size = PAGE_SIZES[rng.usize(..PAGE_SIZES.len())];
        let rate = RATES[rng.usize(..RATES.len())];
        let size = rng.usize(..=if page_size < 5 { 100 } else { 400 });
        let case = format!("seed {seed}: {order:?}, {size} chats by {page_size}, {rate:?}");

        let mut inbox = Inbox::new(size, seed);
        let mut walk = Walk::new(order, 0, page_size);
        let out = walk_all(&mut walk, &mut inbox, order, rate);
        out.check(&inbox, &case);
        assert!(out.requests as usize <= 20 + 3 * (walk.seen() / page_size as usize + 1), "{case}");
        *walks.entry(rate).or_default() += 1;
        let [spent, plain] = requests.entry(rate).or_default();
        *spent += out.requests;
        *plain += (size as u32).div_ceil(page_size).max(1);
        if let Some(error) = out.error {
            assert!(!matches!(error, WalkError::Stuck { .. }), "{case}: {error}");
            *gave_up.entry(rate).or_default() += 1;
        }
    }
    for rate in RATES {
        let [spent, plain] = requests[&rate];
        let gave_up = gave_up.get(&rate).copied().unwrap_or(0);
        println!(
            "{rate:?}: {} walks, {gave_up} gave up, {spent} requests for {plain} pages",
            walks[&rate]
        );
        let allowed = match rate {
            Rate::Quiet | Rate::Light => 0,
            Rate::Busy => walks[&rate] / 1_000,
            Rate::Heavy => walks[&rate] / 100,
        };
        assert!(gave_up <= allowed, "{rate:?}: {gave_up} gave up");
    }
}

#[test]
fn a_walk_from_an_offset_covers_chats_that_stay_past_it() {
    for seed in 0..cases(1_000) {
        let mut rng = Rng::with_seed(seed);
        let order = if rng.bool() { Order::Recent } else { Order::Old };
        let page_size = PAGE_SIZES[rng.usize(2..PAGE_SIZES.len())];
        let events = rng.u8(..4);
        let start = rng.u64(1..60);
        let mut inbox = Inbox::new(rng.usize(..200), seed);
        let mut walk = Walk::new(order, start, page_size);

        // The chats that are past the offset now and at every later moment.
        let mut stays = past(&inbox, order, start);
        let mut out = super::model::Yielded::default();
        while let Ok(Some(ask)) = walk.ask() {
            assert!(ask.offset >= start);
            let page = inbox.answer(order, ask);
            let news = walk.read(ask, page.observed());
            out.take(&page, news);
            for _ in 0..events {
                inbox.live(Rate::Light);
                let now = past(&inbox, order, start);
                stays.retain(|key| now.contains(key));
            }
        }
        out.error = walk.ask().err();
        assert_eq!(out.error, None, "seed {seed}");
        inbox.always.retain(|key| stays.contains(key));
        out.check(&inbox, &format!("seed {seed}: {order:?} from {start} by {page_size}"));
    }
}

fn past(inbox: &Inbox, order: Order, start: u64) -> HashSet<u64> {
    let mut keys = HashSet::new();
    let mut offset = start;
    loop {
        let page = inbox.page(order, offset, 20);
        keys.extend(page.items.iter().map(|item| item.key));
        if !page.has_more {
            return keys;
        }
        offset += 20;
    }
}

/// 300 chats, pages of 20, up to three chats moving or leaving between requests.
#[test]
fn the_plain_loop_misses_and_repeats() {
    for order in [Order::Recent, Order::Old] {
        let (mut stayed, mut missed, mut repeated) = (0, 0, 0);
        for seed in 0..200 {
            let mut inbox = Inbox::new(300, seed);
            let out = plain_loop(&mut inbox, order, 20, |inbox| {
                for _ in 0..inbox.rng.u8(..=3) {
                    if inbox.rng.u8(..4) == 0 { inbox.leave_one() } else { inbox.move_one() }
                }
            });
            let once: HashSet<_> = out.keys.iter().copied().collect();
            stayed += inbox.always.len();
            missed += inbox.always.difference(&once).count();
            repeated += out.keys.len() - once.len();
        }
        let share = |count: usize| 100.0 * count as f64 / stayed as f64;
        println!(
            "{order:?}: the plain loop misses {:.2} % and repeats {:.2} %",
            share(missed),
            share(repeated)
        );
        assert!(share(missed) > 0.5, "{order:?}: {missed} of {stayed}");
        assert!(share(missed) + share(repeated) > 1.0);
    }
}
