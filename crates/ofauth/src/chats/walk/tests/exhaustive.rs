//! The guarantee on small inboxes: not by samples, but in every case.
//!
//! Between two requests, a chat moves, arrives or leaves, at any position. All sequences of a few
//! such events are tried, in every distribution over the walk, for each size of inbox and page, in
//! both orders, with one request at a time and two at once (whose answers may come from different
//! states of the list), and with a resume anywhere.

use std::collections::BTreeSet;

use crate::chats::walk::{Ask, Item, Key, Order, ServedPage, Walk};

/// The largest inbox, and the most events in a walk. `OFAUTH_EXHAUSTIVE` sets the events, for a run
/// with optimisation.
#[cfg(test)]
fn bounds() -> (usize, u32) {
    let events = std::env::var("OFAUTH_EXHAUSTIVE").ok().and_then(|events| events.parse().ok());
    match (events, std::env::var_os("OFAUTH_LONG_TESTS")) {
        (Some(events), _) => (6, events),
        (None, Some(_)) => (6, 2),
        (None, None) => (4, 2),
    }
}

/// What happens between two requests.
#[derive(Clone, Copy)]
enum Event {
    Move(usize),
    Arrive,
    Leave(usize),
}

/// A walk under way, with the list that it reads.
#[derive(Clone)]
struct State {
    walk: Walk,
    /// The chats with their activity, oldest first.
    list: Vec<(Key, i64)>,
    clock: i64,
    /// The chats that have been in the list all the time.
    always: BTreeSet<Key>,
    yielded: BTreeSet<Key>,
    /// The chats that the last read returned.
    last: Vec<(u32, Key)>,
    events: u32,
    may_resume: bool,
}

impl State {
    fn new(order: Order, size: usize, page_size: u32, events: u32, may_resume: bool) -> Self {
        let list: Vec<_> = (1..=size as u64).map(|key| (key, key as i64)).collect();
        Self {
            walk: Walk::new(order, 0, page_size),
            clock: size as i64,
            always: list.iter().map(|(key, _)| *key).collect(),
            list,
            yielded: BTreeSet::new(),
            last: Vec::new(),
            events,
            may_resume,
        }
    }

    #[cfg(test)]
    fn possible(&self) -> impl Iterator<Item = Event> + use<> {
        let all = 0..if self.events > 0 { self.list.len() } else { 0 };
        let arrive = (self.events > 0).then_some(Event::Arrive);
        all.clone().map(Event::Move).chain(all.map(Event::Leave)).chain(arrive)
    }

    fn after(&self, event: Event) -> Self {
        let mut next = self.clone();
        next.events -= 1;
        next.clock += 1;
        match event {
            Event::Move(index) => {
                let (key, _) = next.list.remove(index);
                next.list.push((key, next.clock));
            }
            Event::Arrive => next.list.push((1_000 + next.clock as u64, next.clock)),
            Event::Leave(index) => {
                let (key, _) = next.list.remove(index);
                next.always.remove(&key);
            }
        }
        next
    }

    /// The server's answer, as it is now.
    fn page(&self, order: Order, ask: Ask) -> (Vec<Item>, bool) {
        let item = |&(key, activity): &(Key, i64)| {
            // No two chats, and no two states of a chat, have the same version.
            let version = Some(key << 32 | activity as u64);
            Item { key, version, activity: Some(activity) }
        };
        let (skip, limit) = (ask.offset as usize, ask.limit as usize);
        let items: Vec<Item> = match order {
            Order::Old => self.list.iter().skip(skip).take(limit).map(item).collect(),
            Order::Recent => self.list.iter().rev().skip(skip).take(limit).map(item).collect(),
        };
        let more = skip + items.len() < self.list.len();
        (items, more)
    }

    fn read(&mut self, ask: Ask, (items, has_more): (Vec<Item>, bool)) {
        let page = ServedPage { items: &items, has_more, next_offset: None };
        let news = self.walk.read(ask, page);
        self.last = news.iter().map(|&index| (self.walk.requests(), items[index].key)).collect();
        for (_, key) in &self.last {
            assert!(self.yielded.insert(*key), "{key} twice: {:?}", self.walk);
        }
    }

    /// The walk, resumed from a token. The consumer has taken the chats of the last read, or not.
    fn resumed(&self, taken: bool) -> Self {
        let mut next = self.clone();
        next.may_resume = false;
        let pending = if taken { Vec::new() } else { next.last.clone() };
        for (_, key) in &pending {
            next.yielded.remove(key);
        }
        next.walk = Walk::resume(next.walk.token(&pending));
        next.last.clear();
        next
    }
}

/// Tries everything that can follow. Returns the number of walks that ended.
#[cfg(test)]
fn explore(order: Order, width: usize, state: &State) -> u64 {
    let mut ends = 0;
    for event in state.possible() {
        ends += explore(order, width, &state.after(event));
    }
    if state.may_resume {
        ends += explore(order, width, &state.resumed(true));
        ends += explore(order, width, &state.resumed(false));
    }
    match state.walk.ask() {
        Ok(Some(first)) => {
            let second = (width > 1).then(|| state.walk.predict(first, 1)).flatten();
            match second {
                None => {
                    let mut next = state.clone();
                    next.read(first, state.page(order, first));
                    ends += explore(order, width, &next);
                }
                Some(second) => {
                    ends += both(order, width, state, [first, second], None);
                    ends += both(order, width, state, [second, first], None);
                }
            }
        }
        Ok(None) => {
            let missed: Vec<_> = state.always.difference(&state.yielded).collect();
            assert!(missed.is_empty(), "missed {missed:?}: {:?}", state.walk);
            ends += 1;
        }
        Err(error) => panic!("{error}"),
    }
    ends
}

/// Answers two requests that were sent at once, with events before the second.
#[cfg(test)]
fn both(
    order: Order,
    width: usize,
    state: &State,
    asks: [Ask; 2],
    answered: Option<&(Vec<Item>, bool)>,
) -> u64 {
    let Some(answer) = answered else {
        return both(order, width, state, asks, Some(&state.page(order, asks[0])));
    };
    let mut ends = 0;
    for event in state.possible() {
        ends += both(order, width, &state.after(event), asks, Some(answer));
    }
    let mut answers = [(asks[0], answer.clone()), (asks[1], state.page(order, asks[1]))];
    // The walk gets them in the order of the list.
    answers.sort_by_key(|(ask, _)| ask.offset);
    let [(first, page), (second, next_page)] = answers;
    let mut next = state.clone();
    next.read(first, page);
    if next.walk.accepts(&second) {
        next.read(second, next_page);
    }
    ends + explore(order, width, &next)
}

#[test]
fn every_walk_over_a_small_inbox_keeps_the_guarantee() {
    let (largest, events) = bounds();
    let mut walks = 0;
    for size in 0..=largest {
        for page_size in [2, 3] {
            for order in [Order::Recent, Order::Old] {
                for width in [1, 2] {
                    for may_resume in [false, true] {
                        let state = State::new(order, size, page_size, events, may_resume);
                        walks += explore(order, width, &state);
                    }
                }
            }
        }
    }
    println!("{walks} walks with up to {events} events, over up to {largest} chats");
    assert!(walks > 10_000);
}

/// Follows one walk over an inbox that may be larger, as the choices say. It may give up.
#[cfg(any(fuzzing, test))]
pub(in crate::chats) fn follow(choices: &[u8]) {
    let Some((&[size, page_size, flags], choices)) = choices.split_first_chunk() else { return };
    let order = if flags & 1 == 0 { Order::Recent } else { Order::Old };
    let page_size = u32::from(page_size) % 19 + 2;
    let mut state = State::new(order, size.into(), page_size, u32::MAX, true);
    let mut choices = choices.iter().map(|choice| usize::from(*choice));
    let mut live = |state: &mut State, may_resume: bool| {
        // Without a choice, the list stays quiet.
        while let Some(choice) = choices.next().filter(|choice| *choice < 200) {
            let index = choices.next().unwrap_or(0);
            *state = match (choice, state.list.len()) {
                (0..20, _) | (_, 0) => state.after(Event::Arrive),
                (20..50, chats) => state.after(Event::Leave(index % chats)),
                (50..180, chats) => state.after(Event::Move(index % chats)),
                _ if may_resume => state.resumed(index % 2 == 0),
                _ => continue,
            };
        }
    };
    loop {
        live(&mut state, true);
        let first = match state.walk.ask() {
            Ok(Some(first)) => first,
            Ok(None) => break,
            Err(_) => return,
        };
        let second = if flags & 2 == 0 { None } else { state.walk.predict(first, 1) };
        let page = state.page(order, first);
        match second {
            None => state.read(first, page),
            Some(second) => {
                // The answers come from different states of the list.
                live(&mut state, false);
                let second_page = state.page(order, second);
                state.read(first, page);
                if state.walk.accepts(&second) {
                    state.read(second, second_page);
                }
            }
        }
    }
    let missed: Vec<_> = state.always.difference(&state.yielded).collect();
    assert!(missed.is_empty(), "missed {missed:?}: {:?}", state.walk);
}
