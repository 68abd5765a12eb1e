//! A record of a page, as a walk sees it.

use serde_json::Value;

use crate::digest::digest;
use crate::walk::Item;
use crate::{Chat, Error, ErrorKind, Rejected, Result, Timestamp};

/// Set in the keys of what has no id that can be read: ids of fans are positive.
const NO_ID: u64 = 1 << 63;

/// A record, and what tells it apart.
pub(crate) struct Record {
    pub(crate) item: Item,
    record: Result<Chat, Rejected>,
}

impl Record {
    /// `place` is the record's in its page.
    pub(crate) fn new(record: Result<Chat, Rejected>, place: usize) -> Self {
        let item = match &record {
            Ok(chat) => Item {
                key: key(chat),
                version: Some(version(chat)),
                activity: activity(chat),
            },
            Err(rejected) => unreadable(rejected, place),
        };
        Self { item, record }
    }

    /// `offset` is that of the record's page.
    pub(crate) fn into_result(self, offset: u64) -> Result<Chat> {
        self.record.map_err(|rejected| {
            let what = format!(
                "a chat cannot be read, at `{}` of the page at offset {offset}: {}",
                rejected.path(),
                rejected.reason()
            );
            Error::new(ErrorKind::Rejected, what, "").with_rejected(rejected)
        })
    }
}

/// What can be told of a record that is no chat: by an id in it, if one can be read, and its
/// bytes. Of two without, which are the same text, neither can be known again.
fn unreadable(rejected: &Rejected, place: usize) -> Item {
    let raw = rejected.raw();
    let json: Value = serde_json::from_str(raw).unwrap_or_default();
    let id = |place: &str| json.pointer(place).and_then(Value::as_i64);
    let (key, known) = match (id("/withUser/id"), id("/lastMessage/id")) {
        (Some(fan), _) => (fan.cast_unsigned() & !NO_ID, true),
        (None, Some(message)) => (
            digest([b"message", &message.to_le_bytes()[..]]) | NO_ID,
            true,
        ),
        (None, None) => {
            let place = place.to_le_bytes();
            (digest([raw.as_bytes(), &place]) | NO_ID, false)
        }
    };
    Item {
        key,
        version: known.then(|| digest([raw.as_bytes()])),
        activity: None,
    }
}

/// What tells a chat apart: the fan.
pub(crate) fn key(chat: &Chat) -> u64 {
    chat.with_user.id.cast_unsigned() & !NO_ID
}

/// Changes whenever the chat moves: with its last message, or that message's times.
pub(crate) fn version(chat: &Chat) -> u64 {
    let Some(message) = &chat.last_message else {
        return 0;
    };
    let time = |time: &Option<Timestamp>| {
        let text = time.as_ref().map(Timestamp::as_str).unwrap_or_default();
        text.as_bytes().to_vec()
    };
    let (created, changed) = (time(&message.created_at), time(&message.changed_at));
    digest([&message.id.to_le_bytes(), &*created, b"/", &*changed])
}

/// When the last message was sent, in milliseconds.
fn activity(chat: &Chat) -> Option<i64> {
    let created = chat.last_message.as_ref()?.created_at.as_ref()?;
    Some(created.to_datetime()?.timestamp_millis())
}
