//! The guarantee of a complete walk, in inboxes that change between the requests.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex};

use fastrand::Rng;
use ofauth::{ChatFilter, ChatOrder, ChatStream, EventKind};
use ofauth_sandbox::{Change, Sandbox};

use crate::{cases, client, creator, fan, fans, message, remove, sandbox};

/// How the stream reads.
#[derive(Clone, Copy, Debug)]
enum Way {
    Plain,
    Ahead,
    Parallel,
}

impl Way {
    fn of(self, stream: ChatStream) -> ChatStream {
        match self {
            Self::Plain => stream,
            Self::Ahead => stream.prefetch(1),
            Self::Parallel => stream.parallel(4),
        }
    }
}

/// Changes an inbox at random; fans who leave are removed from `always`.
fn happens(sandbox: &Sandbox, rng: &mut Rng, always: &mut HashSet<i64>) {
    let here = fans(sandbox);
    if here.is_empty() {
        return;
    }
    let any = here[rng.usize(..here.len())];
    match rng.u8(..100) {
        0..60 => message(sandbox, any),
        60..75 => {
            remove(sandbox, any);
            always.remove(&any);
        }
        75..90 => message(sandbox, 800_000_000 + rng.i64(..1_000_000)),
        90..95 => {
            (0..rng.usize(20..30)).for_each(|_| message(sandbox, here[rng.usize(..here.len())]))
        }
        _ => sandbox.change(&sandbox.connection(1), Change::Read { fan: any }).unwrap(),
    }
}

/// After each response and before the next request, the inbox changes.
#[tokio::test]
async fn every_chat_that_stays_is_yielded_once_whatever_happens() {
    let mut happened = 0;
    for seed in 0..cases(60) {
        let mut rng = Rng::with_seed(seed);
        let order = if rng.bool() { ChatOrder::Old } else { ChatOrder::Recent };
        let way = [Way::Plain, Way::Ahead, Way::Parallel][rng.usize(..3)];
        let sandbox = Arc::new(sandbox(rng.u32(..150)).await);
        let always = Arc::new(Mutex::new(HashSet::from_iter(fans(&sandbox))));
        let state = Mutex::new((rng, 0));
        let (changed, left) = (Arc::clone(&sandbox), Arc::clone(&always));
        let count = Arc::new(Mutex::new(0_u64));
        let counted = Arc::clone(&count);
        let client = client(sandbox.url()).on_event(move |event| {
            if let EventKind::Attempt { .. } = event.kind {
                let (rng, _) = &mut *state.lock().unwrap();
                for _ in 0..rng.usize(..4) {
                    happens(&changed, rng, &mut left.lock().unwrap());
                    *counted.lock().unwrap() += 1;
                }
            }
        });
        let creator = client.build().unwrap().connection(sandbox.connection(1)).unwrap();
        let mut stream = way.of(creator.chats().order(order).stream());
        let mut yielded: HashMap<i64, u32> = HashMap::new();
        while let Some(chat) = stream.next().await {
            let chat = chat.unwrap_or_else(|error| panic!("{seed}, {order:?}, {way:?}: {error}"));
            *yielded.entry(fan(&chat)).or_default() += 1;
        }
        assert!(yielded.values().all(|times| *times == 1), "{seed}: a chat came twice");
        let missing =
            always.lock().unwrap().iter().filter(|fan| !yielded.contains_key(fan)).count();
        assert_eq!(missing, 0, "{seed}, {order:?}, {way:?}: of {}", yielded.len());
        happened += *count.lock().unwrap();
    }
    assert!(happened > 8 * cases(60), "{happened}");
}

/// The test above is strict enough: in the same inbox, the plain loop over the pages fails.
#[tokio::test]
async fn the_plain_loop_misses_and_repeats_chats() {
    let (mut missed, mut repeated) = (0, 0);
    for seed in 0..20 {
        let mut rng = Rng::with_seed(seed);
        let sandbox = sandbox(120).await;
        let mut always = HashSet::from_iter(fans(&sandbox));
        let mut pages = creator(&sandbox).chats().pages();
        let mut yielded: HashMap<i64, u32> = HashMap::new();
        while let Some(page) = pages.next().await {
            page.unwrap().iter().for_each(|chat| *yielded.entry(fan(chat)).or_default() += 1);
            (0..3).for_each(|_| happens(&sandbox, &mut rng, &mut always));
        }
        missed += always.iter().filter(|fan| !yielded.contains_key(fan)).count();
        repeated += yielded.values().filter(|times| **times > 1).count();
    }
    assert!(missed > 20 && repeated > 20, "{missed} missed, {repeated} repeated");
}

#[tokio::test]
async fn chats_that_stop_matching_a_filter_hide_no_others() {
    for order in [ChatOrder::Recent, ChatOrder::Old] {
        let sandbox = Arc::new(sandbox(400).await);
        let unread = |sandbox: &Sandbox| -> Vec<i64> {
            let chats = sandbox.chats(&sandbox.connection(1)).unwrap();
            chats.iter().filter(|chat| chat.unread() > 0).map(fan).collect()
        };
        let before = unread(&sandbox);
        assert!(before.len() > 60);
        let creator = creator(&sandbox);
        let mut stream = creator.chats().filter(ChatFilter::Unread).order(order).stream();
        let mut read = Vec::new();
        while let Some(chat) = stream.next().await {
            let fan = fan(&chat.unwrap());
            read.push(fan);
            // Every other chat is marked as read as soon as it is seen, so it leaves the list.
            if read.len() % 2 == 0 {
                sandbox.change(&sandbox.connection(1), Change::Read { fan }).unwrap();
            }
        }
        let mut expected = before;
        expected.sort_unstable();
        read.sort_unstable();
        assert_eq!(read, expected, "{order:?}");
    }
}

#[tokio::test]
async fn a_quiet_inbox_costs_little_more_than_the_plain_loop() {
    for (chats, order) in [
        (0, ChatOrder::Recent),
        (1, ChatOrder::Old),
        (20, ChatOrder::Recent),
        (21, ChatOrder::Recent),
        (300, ChatOrder::Recent),
        (300, ChatOrder::Old),
        (1_000, ChatOrder::Recent),
    ] {
        let sandbox = sandbox(chats).await;
        let mut stream = creator(&sandbox).chats().order(order).stream();
        let mut count = 0;
        while let Some(chat) = stream.next().await {
            chat.unwrap();
            count += 1;
        }
        assert_eq!(count, chats);
        let (plain, requests) = (chats.div_ceil(20).max(1) as usize, sandbox.requests().len());
        assert!(requests * 10 <= plain * 11 + 20, "{requests} requests for {plain} pages");
    }
}

#[tokio::test]
async fn max_items_bounds_the_requests() {
    let sandbox = sandbox(1_000).await;
    let creator = creator(&sandbox);
    for (ahead, items, requests) in [
        (0, 0, 0),
        (0, 1, 1),
        (0, 20, 1),
        (0, 21, 2),
        (0, 100, 6),
        (1, 20, 1),
        (8, 0, 0),
        (8, 20, 1),
        (8, 100, 6),
    ] {
        sandbox.forget_requests();
        let mut stream = creator.chats().stream().max_items(items).parallel(ahead);
        let mut read = Vec::new();
        while let Some(chat) = stream.next().await {
            read.push(fan(&chat.unwrap()));
        }
        assert_eq!(read, fans(&sandbox)[..items as usize]);
        sandbox.requests().assert_count(requests);
    }
}

#[tokio::test]
async fn parallel_reads_keep_the_order_and_bound_the_requests() {
    let sandbox = sandbox(400).await;
    let creator = creator(&sandbox);
    let expected = fans(&sandbox);
    for (at_once, most) in [(1, 22 + 2), (4, 22 + 4), (8, 22 + 8), (16, 22 + 16)] {
        sandbox.forget_requests();
        let mut stream = creator.chats().stream().parallel(at_once);
        let mut read = Vec::new();
        while let Some(chat) = stream.next().await {
            read.push(fan(&chat.unwrap()));
        }
        assert_eq!(read, expected);
        let requests = sandbox.requests().len();
        assert!(requests <= most, "{at_once}: {requests} requests");
    }
}

/// The guessed offsets are wrong: once the allowance is wasted, pages are read one at a time.
#[tokio::test]
async fn wrong_guesses_waste_a_bounded_number_of_requests() {
    let sandbox = Arc::new(sandbox(400).await);
    let changed = Arc::clone(&sandbox);
    let rng = Mutex::new(Rng::with_seed(5));
    let client = client(sandbox.url()).on_event(move |event| {
        if let EventKind::Attempt { .. } = event.kind {
            // Enough chats leave to make every guess wrong.
            let here = fans(&changed);
            let mut rng = rng.lock().unwrap();
            for _ in 0..5 {
                let any = here[rng.usize(..here.len())];
                let _ = changed.change(&changed.connection(1), Change::Remove { fan: any });
            }
        }
    });
    let creator = client.build().unwrap().connection(sandbox.connection(1)).unwrap();
    let mut stream = creator.chats().order(ChatOrder::Old).stream().parallel(8);
    let mut count = 0;
    while let Some(chat) = stream.next().await {
        chat.unwrap();
        count += 1;
    }
    let requests = sandbox.requests().len();
    assert!(count > 200 && requests <= 60, "{requests} requests for {count} chats");
}
