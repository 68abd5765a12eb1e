//! Tests of polling for changes.

use std::collections::HashMap;

use super::model::{Inbox, RATES, Rate, cases};
use crate::chats::code::{Purpose, Reader, Writer};
use crate::chats::walk::{Front, Item, Key, Order, ServedPage, Walk, WalkError};
use fastrand::Rng;

/// Writes a front as a checkpoint does.
pub(super) fn text(front: &Front) -> String {
    let mut out = Writer::new(Purpose::Checkpoint);
    front.write(&mut out);
    out.finish()
}

/// Polls once. Returns the items yielded, in order, and the number of requests.
fn poll(
    checkpoint: &mut Front,
    inbox: &mut Inbox,
    rate: Rate,
) -> Result<(Vec<Item>, u32), WalkError> {
    let mut walk = Walk::changes(checkpoint);
    let mut items = Vec::new();
    while let Some(ask) = walk.ask()? {
        let page = inbox.answer(Order::Recent, ask);
        let news = walk.read(ask, page.observed());
        items.extend(news.into_iter().map(|index| page.items[index]));
        if walk.ask() != Ok(None) {
            inbox.live(rate);
        }
    }
    // Serialise and read back the checkpoint, as a program would.
    let written = text(&walk.checkpoint().unwrap());
    *checkpoint = Front::read(&mut Reader::new(Purpose::Checkpoint, &written).unwrap()).unwrap();
    Ok((items, walk.requests()))
}

/// Follows an inbox by polling. A consumer that keeps what the polls yield has every chat's latest
/// state.
#[test]
fn no_change_is_lost_and_nothing_unchanged_is_yielded() {
    let cases = cases(1_500);
    let (mut polls, mut gave_up) = (0, 0);
    for seed in 0..cases {
        let mut rng = Rng::with_seed(seed);
        let rate = RATES[rng.usize(..RATES.len())];
        let pause = RATES[rng.usize(..RATES.len())];
        let mut inbox = Inbox::new(rng.usize(..200), seed).versioned();
        let mut checkpoint = Front::default();
        let mut held: HashMap<Key, Item> = HashMap::new();
        for round in 0..8 {
            let case = format!("seed {seed}, poll {round}: {pause:?}, then {rate:?}");
            let Ok((items, _)) = poll(&mut checkpoint, &mut inbox, rate) else {
                assert_eq!(rate, Rate::Heavy, "{case}");
                gave_up += 1;
                break;
            };
            polls += 1;
            for item in items {
                let before = held.insert(item.key, item);
                // A chat that begins to match amid the list may count as a change or not,
                // depending on the anchors.
                if inbox.began.contains(&item.key) {
                    continue;
                }
                assert_ne!(before, Some(item), "{case}: {} has not changed", item.key);
                assert!(
                    round == 0 || inbox.changed.contains(&item.key),
                    "{case}: {} never changed",
                    item.key
                );
            }
            let now = inbox.items();
            for key in &inbox.always {
                // Round 0 yields everything; later rounds must yield the latest state of each
                // changed chat.
                if round == 0 || inbox.changed.contains(key) {
                    assert_eq!(held.get(key), now.get(key), "{case}: a change of {key} was lost");
                }
            }
            inbox.mark();
            for _ in 0..rng.u8(..12) {
                inbox.live(pause);
            }
        }
    }
    println!("{polls} polls, {gave_up} gave up");
    assert!(gave_up <= cases / 100);
}

#[test]
fn a_poll_costs_one_request_when_nothing_happened() {
    for size in [0, 1, 5, 19, 20, 21, 64, 65, 300] {
        let mut inbox = Inbox::new(size, 1).versioned();
        let mut checkpoint = Front::default();
        let (items, _) = poll(&mut checkpoint, &mut inbox, Rate::Quiet).unwrap();
        assert_eq!(items.len(), size);
        for _ in 0..3 {
            let (items, requests) = poll(&mut checkpoint, &mut inbox, Rate::Quiet).unwrap();
            assert_eq!((items.len(), requests), (0, 1), "{size} chats");
        }
        // A few moves still fit into one page.
        if size > 20 {
            (0..5).for_each(|_| inbox.move_one());
            let (items, requests) = poll(&mut checkpoint, &mut inbox, Rate::Quiet).unwrap();
            assert!((1..=5).contains(&items.len()));
            assert_eq!(requests, 1);
        }
    }
}

/// All chats of the checkpoint have moved: only the time of the last message ends the poll.
#[test]
fn a_poll_stops_at_chats_older_than_the_checkpoint() {
    let mut inbox = Inbox::new(400, 1).versioned();
    let mut checkpoint = Front::default();
    poll(&mut checkpoint, &mut inbox, Rate::Quiet).unwrap();
    inbox.mark();
    // The model moves one of the 25 newest every other time.
    while inbox.changed.len() < 150 {
        inbox.move_one();
    }
    let (items, requests) = poll(&mut checkpoint, &mut inbox, Rate::Quiet).unwrap();
    assert_eq!(items.len(), 150);
    assert!(requests <= 10, "{requests}");
}

#[test]
fn a_checkpoint_is_small() {
    let mut inbox = Inbox::new(300, 1).versioned();
    let mut checkpoint = Front::default();
    poll(&mut checkpoint, &mut inbox, Rate::Quiet).unwrap();
    let length = text(&checkpoint).len();
    println!("a checkpoint has {length} characters");
    assert!(length < 1_100, "{length}");
}

/// Times are rounded to seconds: a changed chat can come after an unchanged one.
#[test]
fn a_change_behind_an_unchanged_chat_of_the_same_time_is_yielded() {
    let item =
        |key, version, activity| Item { key, version: Some(version), activity: Some(activity) };
    let read = |since: &Front, items: &[Item]| {
        let mut walk = Walk::changes(since);
        let ask = walk.ask().unwrap().unwrap();
        let page = ServedPage { items, has_more: true, next_offset: None };
        let mut news: Vec<Key> =
            walk.read(ask, page).iter().map(|index| items[*index].key).collect();
        news.sort_unstable();
        assert_eq!(walk.ask(), Ok(None));
        (news, walk.checkpoint().unwrap())
    };
    let since = Front::of(&[item(1, 1, 100), item(2, 1, 90), item(3, 1, 80)]);
    // 2 was known and changed, 9 is new, 8 is older than the first unchanged chat.
    let page = [item(1, 1, 100), item(9, 1, 100), item(2, 2, 100), item(8, 1, 95), item(3, 1, 80)];
    let (news, since) = read(&since, &page);
    assert_eq!(news, [2, 9]);
    assert!(read(&since, &page).0.is_empty());
    // A last message was unsent: the chat's older message is the last again, and hides no change.
    let page = [item(1, 7, 10), item(9, 3, 101), item(2, 2, 100)];
    assert_eq!(read(&since, &page).0, [1, 9]);
}
