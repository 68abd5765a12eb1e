//! A record of a page, as a walk sees it.

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
    pub(crate) fn new(record: Result<Chat, Rejected>) -> Self {
        let item = match &record {
            Ok(chat) => Item {
                key: key(chat),
                version: Some(version(chat)),
                activity: activity(chat),
            },
            // While it cannot be read, nothing is known of it but its bytes.
            Err(rejected) => Item {
                key: digest([rejected.raw().as_bytes()]) | NO_ID,
                version: Some(0),
                activity: None,
            },
        };
        Self { item, record }
    }

    pub(crate) fn into_result(self) -> Result<Chat> {
        self.record.map_err(|rejected| {
            let what = format!(
                "a chat cannot be read, at `{}`: {}",
                rejected.path(),
                rejected.reason()
            );
            Error::new(ErrorKind::Rejected, what, "").with_rejected(rejected)
        })
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
