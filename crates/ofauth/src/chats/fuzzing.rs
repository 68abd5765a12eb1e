//! What `fuzz/` checks of walks and positions.

#![allow(clippy::panic, reason = "a fuzzer finds panics")]

use super::code::{Purpose, Writer};
use super::cursor::Scope;
use super::walk::tests::exhaustive::follow;
use super::walk::{Item, ServedPage, Walk};
use crate::{Checkpoint, Cursor};

/// The most requests that a walk over the short list may take.
const MAX_REQUESTS: u32 = 1_000;

/// A walk over a list that changes yields every chat that stays, and none twice. The input says what
/// changes, and when the walk is resumed.
pub fn walk(input: &[u8]) {
    follow(input);
}

/// A text is a position or is refused. A position survives being stored, and the walk from it ends.
pub fn position(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    assert_stored(&text);
    let client = crate::Client::builder().api_key("sk_sandbox_fuzz").base_url("http://localhost");
    let Ok(connection) = client.build().and_then(|client| client.connection("conn_fuzz")) else {
        return;
    };
    let request = connection.chats();
    let framed = |purpose| {
        let mut out = Writer::new(purpose);
        if purpose == Purpose::Checkpoint {
            out.flag(true);
        }
        Scope::of(&request).write(&mut out);
        out.raw(input);
        out.finish()
    };
    let (cursor, checkpoint) = (framed(Purpose::Cursor), framed(Purpose::Checkpoint));
    assert_stored(&cursor);
    assert_stored(&checkpoint);
    if let Ok(cursor) = cursor.parse::<Cursor>() {
        read_all(cursor.open(&request).map(|(walk, _)| walk));
    }
    if let Ok(checkpoint) = checkpoint.parse::<Checkpoint>() {
        read_all(checkpoint.open(&request));
    }
}

fn assert_stored(text: &str) {
    if let Ok(cursor) = text.parse::<Cursor>() {
        assert_eq!(cursor.to_string().parse::<Cursor>().ok(), Some(cursor));
    }
    if let Ok(checkpoint) = text.parse::<Checkpoint>() {
        assert_eq!(checkpoint.to_string().parse::<Checkpoint>().ok(), Some(checkpoint));
    }
}

/// Reads a list of three chats to its end.
fn read_all(walk: crate::Result<Walk>) {
    let Ok(mut walk) = walk else { return };
    let items: Vec<Item> = (1..=3)
        .map(|key| Item { key, version: Some(key), activity: Some(10 - key as i64) })
        .collect();
    for _ in 0..MAX_REQUESTS {
        let Ok(Some(ask)) = walk.ask() else { return };
        let start = items.len().min(ask.offset.try_into().unwrap_or(usize::MAX));
        let end = items.len().min(start + ask.limit as usize);
        let has_more = end < items.len();
        walk.read(ask, ServedPage { items: &items[start..end], has_more, next_offset: None });
        drop(walk.token(&[]));
    }
    panic!("the walk doesn't end: {walk:?}");
}
