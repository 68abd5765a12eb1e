//! Helper methods on the generated types.

use crate::types::{Chat, MessageSender};

impl Chat {
    /// The number of messages that the creator has not read; 0 where the API
    /// sends no count (OFAuth documentation, chats list: `unreadMessagesCount`).
    pub fn unread(&self) -> u64 {
        self.unread_messages_count
            .and_then(|count| count.try_into().ok())
            .unwrap_or(0)
    }
}

impl MessageSender {
    /// The id of the user who sent the message, in whichever shape it arrived.
    pub fn id(&self) -> i64 {
        match self {
            Self::Name(user) => user.id,
            Self::View(user) => user.id,
        }
    }
}
