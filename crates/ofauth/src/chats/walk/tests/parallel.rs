//! Tests of pages read ahead in parallel, whose snapshots are taken in any order.

use super::model::{Inbox, ModelPage, RATES, Rate, Yielded, cases};
use crate::chats::walk::{Ask, Item, Order, ServedPage, Walk, WalkError};
use fastrand::Rng;

#[test]
fn pages_read_ahead_keep_the_guarantee() {
    let cases = cases(2_500);
    let mut gave_up = 0;
    for seed in 0..cases {
        let mut rng = Rng::with_seed(seed);
        let order = if rng.bool() { Order::Recent } else { Order::Old };
        let rate = RATES[rng.usize(..RATES.len())];
        let page_size = [5, 10, 19, 20][rng.usize(..4)];
        let (size, width) = (rng.usize(..400), rng.usize(2..=6));
        let case = format!("seed {seed}: {order:?}, {size} by {page_size}, {rate:?}, {width} wide");

        let mut inbox = Inbox::new(size, seed);
        let mut walk = Walk::new(order, 0, page_size);
        let out = walk_ahead(&mut walk, &mut inbox, order, rate, width);
        out.check(&inbox, &case);
        if out.error.is_some() {
            assert_eq!(rate, Rate::Heavy, "{case}: {:?}", out.error);
            gave_up += 1;
        }
    }
    println!("{gave_up} of {cases} gave up");
    assert!(gave_up <= cases / 50);
}

/// Sends `width` requests at once. The server answers them in any order while the list changes.
/// Some pages that are no longer needed are dropped.
fn walk_ahead(
    walk: &mut Walk,
    inbox: &mut Inbox,
    order: Order,
    rate: Rate,
    width: usize,
) -> Yielded {
    let mut out = Yielded::default();
    loop {
        let first = match walk.ask() {
            Ok(Some(ask)) => ask,
            Ok(None) => break,
            Err(error) => {
                out.error = Some(error);
                break;
            }
        };
        let mut asks: Vec<Ask> = (0..width).map_while(|ahead| walk.predict(first, ahead)).collect();
        if asks.is_empty() {
            asks.push(first);
        }
        assert_eq!(asks[0], first);

        let mut sequence: Vec<usize> = (0..asks.len()).collect();
        inbox.rng.shuffle(&mut sequence);
        let mut pages: Vec<Option<ModelPage>> = asks.iter().map(|_| None).collect();
        for index in sequence {
            pages[index] = Some(inbox.answer(order, asks[index]));
            inbox.live(rate);
        }
        for (ask, page) in asks.into_iter().zip(pages.into_iter().flatten()) {
            let wanted = matches!(walk.ask(), Ok(Some(now)) if now.offset == ask.offset);
            if wanted || inbox.rng.bool() {
                let news = walk.read(ask, page.observed());
                out.take(&page, news);
            }
        }
    }
    out.requests = walk.requests();
    out
}

/// Oldest first, the last page is read ahead. Then a chat of the first page moves past it.
#[test]
fn an_end_read_ahead_does_not_end_the_walk() {
    let item = |key, version| Item { key, version: Some(version), activity: None };
    let mut walk = Walk::new(Order::Old, 0, 20);
    let mut yielded = Vec::new();
    let mut read = |walk: &mut Walk, ask, items: &[Item], has_more| {
        let page = ServedPage { items, has_more, next_offset: None };
        yielded.extend(walk.read(ask, page).into_iter().map(|index| items[index].key));
    };
    let all: Vec<Item> = (0..30).map(|key| item(key, 0)).collect();
    let first = walk.ask().unwrap().unwrap();
    let second = walk.predict(first, 1).unwrap();
    assert_eq!(second.offset, 19);

    // The server answers the second request first. Then chat 5 moves to the end.
    let mut moved: Vec<Item> = all.iter().copied().filter(|item| item.key != 5).collect();
    moved.push(item(5, 1));
    read(&mut walk, first, &moved[..20], true);
    read(&mut walk, second, &all[19..], false);
    assert_ne!(walk.ask(), Ok(None), "the end must be read again");
    while let Some(ask) = walk.ask().unwrap() {
        let end = moved.len().min((ask.offset + u64::from(ask.limit)) as usize);
        read(&mut walk, ask, &moved[ask.offset as usize..end], end < moved.len());
    }
    yielded.sort_unstable();
    assert_eq!(yielded, (0..30).collect::<Vec<_>>());
}

#[test]
fn predictions_are_right_on_a_quiet_list() {
    for page_size in 1..=20 {
        let mut inbox = Inbox::new(400, 1).versioned();
        let mut walk = Walk::new(Order::Recent, 0, page_size);
        let mut foretold: Vec<Option<Ask>> = Vec::new();
        while let Ok::<_, WalkError>(Some(ask)) = walk.ask() {
            if let Some(Some(said)) = foretold.pop() {
                assert_eq!((said.offset, said.limit), (ask.offset, ask.limit));
            }
            if foretold.is_empty() {
                foretold = (1..4).rev().map(|ahead| walk.predict(ask, ahead)).collect();
            }
            let page = inbox.answer(Order::Recent, ask);
            if !page.has_more {
                break;
            }
            walk.read(ask, page.observed());
            inbox.live(Rate::Quiet);
        }
    }
}
