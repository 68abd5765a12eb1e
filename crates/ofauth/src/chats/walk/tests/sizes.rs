//! Tests with servers that return small pages, whatever the limit, while one chat leaves.

use std::collections::HashSet;

use super::model::cases;
use crate::chats::walk::{Item, Order, ServedPage, Walk};

/// Reads 100 chats in pages of `cap`; after `when` pages the chat at index `gone` leaves. Returns
/// how many of the others are missing, and how many pages were read.
fn read(order: Order, cap: usize, when: usize, gone: usize, told: bool) -> (usize, u32) {
    let mut list: Vec<u64> = (1..=100).collect();
    let mut seen = HashSet::new();
    let mut walk = Walk::new(order, 0, 20);
    while let Some(ask) = walk.ask().unwrap_or_else(|error| {
        panic!("{order:?}, pages of {cap}, {gone} leaves after {when}: {error}")
    }) {
        let offset = ask.offset as usize;
        let item = |key: &u64| Item { key: *key, version: Some(*key), activity: None };
        let size = cap.min(ask.limit as usize);
        let items: Vec<Item> = list.iter().skip(offset).take(size).map(item).collect();
        let end = offset + items.len();
        let has_more = end < list.len();
        let page = ServedPage {
            items: &items,
            has_more,
            next_offset: (told && has_more).then_some(end as i64),
        };
        seen.extend(walk.read(ask, page).into_iter().map(|index| items[index].key));
        if walk.requests() as usize == when {
            list.remove(gone);
        }
    }
    let missing = list.iter().filter(|key| !seen.contains(key)).count();
    (missing, walk.requests())
}

#[test]
fn a_chat_that_leaves_does_not_stop_a_walk() {
    let (mut count, all) = (0, cases(90));
    let step = 3 * 90 / all as usize;
    for cap in 2..=20 {
        for when in 1..12 {
            for gone in (0..90).step_by(step) {
                for order in [Order::Recent, Order::Old] {
                    let (missing, requests) = read(order, cap, when, gone + when % 3, cap % 2 == 0);
                    assert_eq!(missing, 0, "{order:?}, pages of {cap}, {gone} after {when}");
                    // One item of overlap per page, and some requests to find the region again.
                    let most = 100 / (cap - 1) as u32 + 16;
                    assert!(requests <= most, "pages of {cap}: {requests} requests");
                    count += 1;
                }
            }
        }
    }
    assert!(count >= 19 * 11 * 2 * all / 3, "{count}");
}
