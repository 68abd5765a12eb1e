//! Tests of walks that are suspended and resumed.

use std::collections::HashSet;

use super::model::{Inbox, PAGE_SIZES, RATES, Rate, cases, walk_all};
use crate::chats::code::{BadCode, Purpose, Reader, Writer};
use crate::chats::walk::{Front, Key, Order, Token, Walk};
use fastrand::Rng;

/// Writes a token as a cursor does.
pub(super) fn text(token: &Token) -> String {
    let mut out = Writer::new(Purpose::Cursor);
    token.write(&mut out);
    out.finish()
}

pub(super) fn read(text: &str) -> Result<Token, BadCode> {
    let mut input = Reader::new(Purpose::Cursor, text)?;
    let token = Token::read(&mut input)?;
    input.finish()?;
    Ok(token)
}

#[test]
fn a_resumed_walk_keeps_the_guarantee() {
    let cases = cases(3_000);
    let (mut resumed, mut gave_up) = (0, 0);
    for seed in 0..cases {
        let mut rng = Rng::with_seed(seed);
        let order = if rng.bool() { Order::Recent } else { Order::Old };
        let rate = RATES[rng.usize(..RATES.len())];
        let page_size = PAGE_SIZES[rng.usize(2..PAGE_SIZES.len())];
        let size = rng.usize(..400);
        let case = format!("seed {seed}: {order:?}, {size} by {page_size}, {rate:?}");

        let mut inbox = Inbox::new(size, seed);
        let mut walk = Walk::new(order, 0, page_size);
        // The consumer takes chats with a delay, and occasionally suspends the walk.
        let (mut queue, mut taken): (Vec<(u32, Key)>, Vec<Key>) = Default::default();
        let mut pauses = rng.u8(1..5);
        loop {
            if pauses > 0 && rng.u8(..8) == 0 {
                pauses -= 1;
                let token = walk.token(&queue);
                let read = read(&text(&token)).unwrap();
                assert_eq!(read, token, "{case}");
                walk = Walk::resume(read);
                queue.clear();
                resumed += 1;
                for _ in 0..rng.u8(..4) {
                    inbox.live(rate);
                }
            }
            match walk.ask() {
                Ok(Some(ask)) => {
                    let page = inbox.answer(order, ask);
                    let news = walk.read(ask, page.observed());
                    let read = walk.requests();
                    queue.extend(news.into_iter().map(|index| (read, page.items[index].key)));
                    inbox.live(rate);
                }
                Ok(None) if queue.is_empty() => break,
                Ok(None) => {}
                Err(_) => break,
            }
            taken.extend(queue.drain(..rng.usize(..=queue.len())).map(|(_, key)| key));
        }
        let error = walk.ask().err();
        gave_up += u32::from(error.is_some());
        assert!(error.is_none() || rate == Rate::Heavy, "{case}: {error:?}");
        let requests = walk.requests();
        super::model::Yielded { keys: taken, error, requests }.check(&inbox, &case);
    }
    println!("{resumed} times resumed, {gave_up} of {cases} gave up");
    assert!(gave_up <= 5);
}

#[test]
fn resuming_costs_little() {
    for order in [Order::Recent, Order::Old] {
        let mut inbox = Inbox::new(400, 3).versioned();
        let plain = walk_all(&mut Walk::new(order, 0, 20), &mut inbox, order, Rate::Quiet).requests;
        for stop in 0..plain {
            let mut walk = Walk::new(order, 0, 20);
            let mut last = Vec::new();
            for _ in 0..stop {
                let ask = walk.ask().unwrap().unwrap();
                let page = inbox.answer(order, ask);
                let news = walk.read(ask, page.observed());
                let read = walk.requests();
                last = news.iter().map(|&index| (read, page.items[index].key)).collect();
            }
            let token = walk.token(&last);
            let mut walk = Walk::resume(token);
            let out = walk_all(&mut walk, &mut inbox, order, Rate::Quiet);
            // The pending pages are read again.
            assert!(stop + out.requests <= plain + 1, "{order:?} {stop}");
            assert_eq!(walk.seen(), 400);
            assert!(last.iter().all(|(_, key)| out.keys.contains(key)));
        }
    }
}

#[test]
fn a_token_is_small() {
    let mut inbox = Inbox::new(300, 1).versioned();
    let mut walk = Walk::new(Order::Recent, 0, 20);
    let mut length = 0;
    while let Some(ask) = walk.ask().unwrap() {
        let page = inbox.answer(Order::Recent, ask);
        walk.read(ask, page.observed());
        inbox.live(Rate::Light);
        length = length.max(text(&walk.token(&[])).len());
    }
    println!("a token of 300 chats has at most {length} characters");
    assert!(length < 3_000, "{length}");
}

#[test]
fn a_bad_token_is_an_error() {
    let mut inbox = Inbox::new(100, 1);
    let mut walk = Walk::new(Order::Recent, 0, 20);
    walk_all(&mut walk, &mut inbox, Order::Recent, Rate::Light);
    let good = text(&walk.token(&[]));
    let mut checkpoint = Writer::new(Purpose::Checkpoint);
    Front::default().write(&mut checkpoint);
    let read = |text: &str| read(text).err();

    assert_eq!(read(&good), None);
    assert_eq!(read(&checkpoint.finish()), Some(BadCode::WrongKind));
    assert_eq!(Reader::new(Purpose::Checkpoint, &good).err(), Some(BadCode::WrongKind));
    for text in ["", "x", "hello, world", "eyJhIjoxfQ"] {
        assert_eq!(read(text), Some(BadCode::Corrupt), "{text}");
    }
    for cut in 0..good.len() {
        assert!(read(&good[..cut]).is_some());
    }
    let mut rng = Rng::with_seed(1);
    let alphabet: Vec<u8> = good.bytes().collect::<HashSet<_>>().into_iter().collect();
    for _ in 0..2_000 {
        let mut bytes = good.clone().into_bytes();
        let at = rng.usize(..bytes.len());
        bytes[at] = alphabet[rng.usize(..alphabet.len())];
        let text = String::from_utf8(bytes).unwrap();
        assert!(text == good || read(&text).is_some());
    }
}
