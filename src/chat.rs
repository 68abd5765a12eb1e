//! Helper methods on the generated types for chats and messages. They never guess: each one
//! documents what it returns if the API sends no value.

use chrono::{DateTime, FixedOffset};

use crate::types::{CanNotSendReason, Chat, Message, MessageSender};

impl Chat {
    /// Returns the number of messages that the creator has not read; 0 if the API sends no count
    /// (OFAuth documentation, chats list: `unreadMessagesCount`).
    pub fn unread(&self) -> u64 {
        self.unread_messages_count.and_then(|count| count.try_into().ok()).unwrap_or(0)
    }

    /// Returns whether the chat has messages that the creator has not read.
    pub fn is_unread(&self) -> bool {
        self.unread() > 0
    }

    /// Returns when the last message was sent; `None` if there is no message, or if its time is
    /// missing or malformed (see [`Timestamp`](crate::Timestamp)).
    pub fn last_activity(&self) -> Option<DateTime<FixedOffset>> {
        let message = self.last_message.as_ref()?;
        message.created_at.as_ref()?.to_datetime()
    }

    /// Returns whether the creator can send this fan a message and, if not, the API's reason.
    pub fn can_send(&self) -> CanSend<'_> {
        let reason = match &self.can_not_send_reason {
            Some(CanNotSendReason::Reason(reason)) if !reason.is_empty() => Some(reason.as_str()),
            _ => None,
        };
        match (self.can_send_message, &self.can_not_send_reason) {
            (Some(true), _) => CanSend::Yes,
            (Some(false), _) => CanSend::No { reason },
            // Without `canSendMessage`, the reason decides. The documentation shows it as a flag.
            (None, Some(CanNotSendReason::Flag(true))) => CanSend::No { reason },
            (None, Some(CanNotSendReason::Flag(false))) => CanSend::Yes,
            (None, Some(CanNotSendReason::Reason(_))) if reason.is_some() => CanSend::No { reason },
            (None, _) => CanSend::Unknown,
        }
    }

    /// Returns whether the fan sent the last message; `None` if there is no message.
    pub fn is_from_fan(&self) -> Option<bool> {
        let message = self.last_message.as_ref()?;
        Some(message.is_from(self.with_user.id))
    }

    /// Returns whether the creator sent the last message; `None` if there is no message. A chat has
    /// two sides, so this is the opposite of [`is_from_fan`](Self::is_from_fan).
    pub fn is_from_creator(&self) -> Option<bool> {
        self.is_from_fan().map(|from_fan| !from_fan)
    }
}

/// Whether the creator can send a fan a message; see [`Chat::can_send`].
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum CanSend<'a> {
    /// The creator can send a message.
    Yes,
    /// The creator can't send a message.
    #[non_exhaustive]
    No {
        /// The reason in the API's words, if it gives any.
        reason: Option<&'a str>,
    },
    /// The API does not say.
    Unknown,
}

impl CanSend<'_> {
    /// Returns whether the API says that the creator can send a message.
    pub fn is_yes(self) -> bool {
        self == Self::Yes
    }
}

impl std::fmt::Debug for CanSend<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Yes => f.write_str("Yes"),
            // The reason may be personal, so it isn't shown.
            Self::No { reason: None } => f.write_str("No"),
            Self::No { reason: Some(_) } => f.write_str("No([reason])"),
            Self::Unknown => f.write_str("Unknown"),
        }
    }
}

impl Message {
    /// Returns the text without HTML: paragraphs become line breaks, tags are removed, and
    /// entities are decoded.
    pub fn plain_text(&self) -> String {
        let text = nanohtml2text::html2text(&self.text);
        text.replace("\r\n", "\n").trim().to_owned()
    }

    /// Returns whether the user with this id sent the message.
    pub fn is_from(&self, user: i64) -> bool {
        self.from_user.id() == user
    }

    /// Returns whether the message is a tip; `false` if the API doesn't say (`isTip`).
    pub fn is_tip(&self) -> bool {
        self.is_tip == Some(true)
    }

    /// Returns whether the message has a price; `false` if the API doesn't say (`isFree`).
    pub fn is_paid(&self) -> bool {
        self.is_free == Some(false)
    }

    /// Returns whether the text is hidden until the message is paid for; `false` if the API doesn't
    /// say (`lockedText`).
    pub fn is_locked(&self) -> bool {
        self.locked_text == Some(true)
    }
}

impl MessageSender {
    /// Returns the id of the user who sent the message, whichever form the API used.
    pub fn id(&self) -> i64 {
        match self {
            Self::Name(user) => user.id,
            Self::View(user) => user.id,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::CanSend;
    use crate::types::{Chat, Media};

    fn chat(more: Value) -> Chat {
        let mut chat = json!({ "withUser": { "id": 7, "_view": "s" } });
        chat.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(chat).unwrap()
    }

    fn message(more: Value) -> Chat {
        let mut message = json!({
            "id": 1, "text": "", "fromUser": { "id": 7, "name": "Dana" }, "media": [], "previews": [],
        });
        message.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        chat(json!({ "lastMessage": message }))
    }

    #[test]
    fn can_send_follows_the_flag_and_the_reason() {
        let no = |reason| CanSend::No { reason };
        for (fields, expected) in [
            (json!({}), CanSend::Unknown),
            (json!({ "canSendMessage": true }), CanSend::Yes),
            (json!({ "canSendMessage": true, "canNotSendReason": "old" }), CanSend::Yes),
            (json!({ "canSendMessage": false }), no(None)),
            (json!({ "canSendMessage": false, "canNotSendReason": false }), no(None)),
            (
                json!({ "canSendMessage": false, "canNotSendReason": "blocked" }),
                no(Some("blocked")),
            ),
            (json!({ "canNotSendReason": true }), no(None)),
            (json!({ "canNotSendReason": false }), CanSend::Yes),
            (json!({ "canNotSendReason": "blocked" }), no(Some("blocked"))),
            (json!({ "canNotSendReason": "" }), CanSend::Unknown),
            (json!({ "canNotSendReason": null, "canSendMessage": null }), CanSend::Unknown),
        ] {
            let chat = chat(fields.clone());
            assert_eq!(chat.can_send(), expected, "{fields}");
            assert_eq!(chat.can_send().is_yes(), expected == CanSend::Yes);
            assert!(!format!("{:?}", chat.can_send()).contains("blocked"));
        }
    }

    #[test]
    fn unread_and_last_activity_default_if_unknown() {
        assert!(!chat(json!({})).is_unread());
        assert!(!chat(json!({ "unreadMessagesCount": -1 })).is_unread());
        assert!(chat(json!({ "unreadMessagesCount": 2 })).is_unread());
        assert_eq!(chat(json!({})).last_activity(), None);
        assert_eq!(message(json!({ "createdAt": "yesterday" })).last_activity(), None);
        let chat = message(json!({ "createdAt": "2024-01-15T10:30:00+00:00" }));
        assert_eq!(chat.last_activity().unwrap().timestamp(), 1_705_314_600);
    }

    #[test]
    fn the_sender_is_the_fan_or_the_creator() {
        assert_eq!(
            (chat(json!({})).is_from_fan(), chat(json!({})).is_from_creator()),
            (None, None)
        );
        let fan = message(json!({}));
        assert_eq!((fan.is_from_fan(), fan.is_from_creator()), (Some(true), Some(false)));
        let creator = message(json!({ "fromUser": { "id": 8, "_view": "s" } }));
        assert_eq!((creator.is_from_fan(), creator.is_from_creator()), (Some(false), Some(true)));
    }

    #[test]
    fn a_message_has_a_plain_text_a_tip_and_a_price() {
        let none = message(json!({})).last_message.unwrap();
        assert!(!none.is_tip() && !none.is_paid() && !none.is_locked());
        let all = json!({
            "isTip": true, "isFree": false, "lockedText": true,
            "text": "<p>Hi &amp; bye<br>2 &lt; 3</p><p>🌞</p>",
        });
        let all = message(all).last_message.unwrap();
        assert!(all.is_tip() && all.is_paid() && all.is_locked());
        assert_eq!(all.plain_text(), "Hi & bye\n2 < 3\n\n🌞");
        let free = message(json!({ "isFree": true, "isTip": false, "lockedText": false }));
        let free = free.last_message.unwrap();
        assert!(!free.is_tip() && !free.is_paid() && !free.is_locked());
    }

    fn media(more: Value) -> Media {
        let mut media = json!({
            "id": 1, "convertedToVideo": false, "canView": true, "hasError": false,
            "createdAt": "", "isReady": true, "releaseForms": [],
        });
        media.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        serde_json::from_value(media).unwrap()
    }

    #[test]
    fn the_best_source_has_the_most_known_pixels() {
        let source = |url: &str, size: u64| json!({ "url": url, "width": size, "height": size });
        let full = |full: Value, video: Value| {
            let files = if full.is_null() { Value::Null } else { json!({ "full": full }) };
            media(json!({ "files": files, "videoSources": video }))
        };
        let plain = |url: &str| json!({ "url": url, "sources": [] });
        for (media, expected) in [
            (media(json!({})), None),
            (full(plain("f"), Value::Null), Some("f")),
            (full(plain(""), Value::Null), None),
            (
                full(
                    json!({ "url": "f", "width": 5, "height": 5, "sources": [source("a", 4), source("b", 9)] }),
                    Value::Null,
                ),
                Some("b"),
            ),
            (
                full(
                    json!({ "url": "f", "width": 9, "height": 9, "sources": [source("a", 4), source("b", 9)] }),
                    Value::Null,
                ),
                Some("f"),
            ),
            (full(Value::Null, json!({ "240": "small", "720": "large" })), Some("large")),
            (full(Value::Null, json!({ "240": "small", "720": null })), Some("small")),
            (full(plain("f"), json!({ "720": "large" })), Some("f")),
            (
                full(
                    json!({ "url": "f", "width": 100, "height": 100, "sources": [] }),
                    json!({ "720": "large" }),
                ),
                Some("large"),
            ),
        ] {
            assert_eq!(media.best_source().map(|link| link.url), expected, "{media:?}");
        }
        let link = full(
            json!({ "url": "https://x.example/a?b=c", "width": 3, "height": -1, "size": 9, "sources": [] }),
            Value::Null,
        );
        let link = link.best_source().unwrap();
        assert_eq!(
            (link.width, link.height, link.size, link.pixels()),
            (Some(3), None, Some(9), None)
        );
        assert_eq!(link.uri().unwrap().host(), Some("x.example"));
        assert!(!format!("{link:?}").contains("example"));
    }

    #[test]
    fn the_thumbnail_is_the_smallest_available_image() {
        let image = |url: &str| json!({ "url": url });
        let files = |more: Value| {
            let mut files = json!({ "full": { "url": "f", "sources": [] } });
            files.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            media(json!({ "files": files }))
        };
        let preview = json!({ "url": "p", "options": [] });
        for (media, expected) in [
            (media(json!({})), None),
            (files(json!({})), None),
            (files(json!({ "preview": preview })), Some("p")),
            (files(json!({ "preview": preview, "squarePreview": image("s") })), Some("s")),
            (files(json!({ "thumb": image("t"), "squarePreview": image("s") })), Some("t")),
        ] {
            assert_eq!(media.thumbnail().map(|link| link.url), expected);
        }
    }
}
