//! Helper methods on the generated types: what code that reads chats always needs. Nothing
//! here guesses: what the API doesn't say is `None`, or has a variant of its own.

use chrono::{DateTime, FixedOffset};

use crate::types::{CanNotSendReason, Chat, Message, MessageSender};

impl Chat {
    /// The number of messages that the creator has not read; 0 where the API
    /// sends no count (OFAuth documentation, chats list: `unreadMessagesCount`).
    pub fn unread(&self) -> u64 {
        self.unread_messages_count
            .and_then(|count| count.try_into().ok())
            .unwrap_or(0)
    }

    /// Whether there is a message that the creator has not read.
    pub fn is_unread(&self) -> bool {
        self.unread() > 0
    }

    /// When the last message was sent; `None` where there is no message, or its time is
    /// none that can be read (see [`Timestamp`](crate::Timestamp)).
    pub fn last_activity(&self) -> Option<DateTime<FixedOffset>> {
        let message = self.last_message.as_ref()?;
        message.created_at.as_ref()?.to_datetime()
    }

    /// Whether the creator can send this fan a message, and why not where the API says it.
    pub fn can_send(&self) -> CanSend<'_> {
        let reason = match &self.can_not_send_reason {
            Some(CanNotSendReason::Reason(reason)) if !reason.is_empty() => Some(reason.as_str()),
            _ => None,
        };
        match (self.can_send_message, &self.can_not_send_reason) {
            (Some(true), _) => CanSend::Yes,
            (Some(false), _) => CanSend::No { reason },
            // The reason alone says it too: the documentation shows a flag.
            (None, Some(CanNotSendReason::Flag(true))) => CanSend::No { reason },
            (None, Some(CanNotSendReason::Flag(false))) => CanSend::Yes,
            (None, Some(CanNotSendReason::Reason(_))) if reason.is_some() => CanSend::No { reason },
            (None, _) => CanSend::Unknown,
        }
    }

    /// Whether the fan sent the last message; `None` where there is none. If not, the creator did.
    pub fn is_from_fan(&self) -> Option<bool> {
        let message = self.last_message.as_ref()?;
        Some(message.is_from(self.with_user.id))
    }

    /// Whether the creator sent the last message; `None` where there is none.
    pub fn is_from_creator(&self) -> Option<bool> {
        self.is_from_fan().map(|from_fan| !from_fan)
    }
}

/// Whether the creator can send a fan a message; see [`Chat::can_send`].
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CanSend<'a> {
    /// The creator can.
    Yes,
    /// The creator cannot.
    #[non_exhaustive]
    No {
        /// Why, in the API's words, where it has some.
        reason: Option<&'a str>,
    },
    /// The API does not say.
    Unknown,
}

impl CanSend<'_> {
    /// Whether the API says that the creator can.
    pub fn is_yes(self) -> bool {
        self == Self::Yes
    }
}

impl std::fmt::Debug for CanSend<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Yes => f.write_str("Yes"),
            // The words may be about a person.
            Self::No { reason: None } => f.write_str("No"),
            Self::No { reason: Some(_) } => f.write_str("No([reason])"),
            Self::Unknown => f.write_str("Unknown"),
        }
    }
}

impl Message {
    /// The text without its HTML: line breaks for paragraphs, no tags, and entities as the
    /// characters that they stand for.
    pub fn plain_text(&self) -> String {
        nanohtml2text::html2text(&self.text)
    }

    /// Whether the user with this id sent it.
    pub fn is_from(&self, user: i64) -> bool {
        self.from_user.id() == user
    }

    /// Whether it is a tip; `false` where the API does not say (`isTip`).
    pub fn is_tip(&self) -> bool {
        self.is_tip == Some(true)
    }

    /// Whether it has a price; `false` where the API does not say (`isFree`).
    pub fn is_paid(&self) -> bool {
        self.is_free == Some(false)
    }

    /// Whether its text is shown to those alone who pay; `false` where the API does not say
    /// (`lockedText`).
    pub fn is_locked(&self) -> bool {
        self.locked_text == Some(true)
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
