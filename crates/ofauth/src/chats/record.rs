//! Records of a page, with the identity, version and activity that a walk needs.

use serde_json::Value;

use super::walk::Item;
use crate::digest::{digest, fingerprint};
use crate::raw_page;
use crate::{Chat, Error, ErrorKind, Rejected, Result, Timestamp};

/// The bit that marks the key of a record without a readable fan id: fan ids are positive.
const NO_ID: u64 = 1 << 63;

/// Returns the item that stands for a record in a walk. `place` is the record's index in its page.
pub(super) fn item(record: &Result<Chat, Rejected>, place: usize) -> Item {
    match record {
        Ok(chat) => Item { key: key(chat), version: Some(version(chat)), activity: activity(chat) },
        Err(rejected) => unreadable(rejected, place),
    }
}

/// Returns the error for a rejected record of the page at `offset`.
pub(super) fn rejection(rejected: Rejected, offset: u64) -> Error {
    let chat = match rejected.id() {
        Some(user) => format!("the chat with user {user}"),
        None => "a chat".to_owned(),
    };
    let what = format!("{chat} cannot be read: {rejected} (page at offset {offset})");
    Error::new(ErrorKind::Rejected, what, "").with_rejected(rejected)
}

/// Identifies a rejected record: by its fan or message id if either can be read, otherwise by its
/// bytes and its index in the page.
///
/// Without an id it gets no version: records with the same bytes can't be told apart, so they
/// must not be anchors.
fn unreadable(rejected: &Rejected, place: usize) -> Item {
    let raw = rejected.raw();
    let message = || {
        let json: Value = serde_json::from_str(raw).ok()?;
        json.pointer("/lastMessage/id")?.as_i64()
    };
    let (key, known) = match (rejected.id(), message()) {
        (Some(fan), _) => (fan.cast_unsigned() & !NO_ID, true),
        (None, Some(message)) => (digest([b"message", &message.to_le_bytes()[..]]) | NO_ID, true),
        (None, None) => {
            let place = place.to_le_bytes();
            (digest([raw.as_bytes(), &place]) | NO_ID, false)
        }
    };
    Item { key, version: known.then(|| digest([raw.as_bytes()])), activity: None }
}

impl raw_page::Record for Chat {
    const ID: &'static str = "/withUser/id";

    fn key(&self) -> u64 {
        key(self)
    }
}

/// Identifies a chat, by the fan.
pub(super) fn key(chat: &Chat) -> u64 {
    chat.with_user.id.cast_unsigned() & !NO_ID
}

/// Changes whenever the chat moves: when it gets a new last message, or that message's times
/// change.
pub(super) fn version(chat: &Chat) -> u64 {
    let Some(message) = &chat.last_message else {
        return 0;
    };
    let [created, changed] = [&message.created_at, &message.changed_at]
        .map(|time| time.as_ref().map_or("", Timestamp::as_str).as_bytes());
    fingerprint([&message.id.to_le_bytes(), created, b"/", changed])
}

/// When the last message was sent, in milliseconds since the Unix epoch.
fn activity(chat: &Chat) -> Option<i64> {
    let created = chat.last_message.as_ref()?.created_at.as_ref()?;
    Some(created.to_datetime()?.timestamp_millis())
}
