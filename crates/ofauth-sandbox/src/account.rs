//! The state of a connection: its inbox, session and rate limit.

use std::sync::Arc;

use axum::body::Bytes;
use chrono::{DateTime, SubsecRound, Utc};
use ofauth_api::types::{Chat, ChatOrder, Message, MessageSender};
use serde::{Deserialize, Serialize};

use crate::change::{Change, ChangeError, Session};
use crate::inbox::{Seeded, Traits, Wanted, built, timestamp, user_view};
use crate::limit::Bucket;

/// The initial state of a connection.
///
/// In JSON, for example `{"chats": 50, "session": "expired"}` or `{"list": [{…}]}`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ConnectionSetup {
    /// The number of generated chats; by default that of the sandbox.
    pub chats: Option<u32>,
    /// The chats, newest first, to use instead of generated chats.
    pub list: Option<Vec<Chat>>,
    /// The state of the creator's session; active by default.
    pub session: Session,
    /// Whether the key lacks the permission `messages:read`.
    pub forbidden: bool,
}

/// The state of a connection.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) session: Session,
    pub(crate) forbidden: bool,
    pub(crate) bucket: Option<Bucket>,
    seeded: Seeded,
    /// The chats, newest first. `None` while the generated inbox is unchanged.
    slots: Option<Vec<Slot>>,
    next_message: i64,
}

#[derive(Clone, Debug)]
enum Slot {
    Seeded(u32),
    Own(Arc<Own>),
}

/// A chat that was given or changed, and so can't be generated from the seed.
#[derive(Debug)]
struct Own {
    chat: Chat,
    traits: Traits<String>,
    json: Bytes,
}

/// The part of an inbox that a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PagePlace {
    pub(crate) order: ChatOrder,
    pub(crate) start: usize,
    pub(crate) limit: usize,
}

/// A part of an inbox, with each chat as JSON.
#[derive(Debug, Default)]
pub(crate) struct Slice {
    pub(crate) chats: Vec<Bytes>,
    pub(crate) more: bool,
}

impl Account {
    pub(crate) fn new(mut seeded: Seeded, setup: ConnectionSetup) -> Self {
        let ConnectionSetup { chats, list, session, forbidden } = setup;
        seeded.chats = chats.unwrap_or(seeded.chats);
        // New messages must get higher ids than the messages of the list.
        let newest = list.iter().flatten().filter_map(|chat| Some(chat.last_message.as_ref()?.id));
        let next_message = newest.fold(seeded.next_message(), i64::max);
        let slots = list.map(|list| list.into_iter().map(Slot::own).collect());
        Self { session, forbidden, bucket: None, seeded, slots, next_message }
    }

    /// Returns the generated inbox, unless it was changed or replaced.
    pub(crate) fn pristine(&self) -> Option<Seeded> {
        self.slots.is_none().then_some(self.seeded)
    }

    /// Returns the matching chats of a page. `json` serialises a generated chat.
    pub(crate) fn part(
        &self,
        wanted: &Wanted,
        PagePlace { order, start, limit }: PagePlace,
        mut json: impl FnMut(&Seeded, u32) -> Bytes,
    ) -> Slice {
        let count = self.slots.as_ref().map_or(self.seeded.chats as usize, Vec::len);
        let place = |index: usize| match order {
            ChatOrder::Old => count - 1 - index,
            _ => index,
        };
        let slot = |index: usize| match &self.slots {
            // The number of generated chats is a `u32`.
            None => Slot::Seeded(place(index) as u32),
            Some(slots) => slots[place(index)].clone(),
        };
        let mut found: Vec<Slot> = if wanted.all() {
            let start = start.min(count);
            (start..count.min(start + limit + 1)).map(slot).collect()
        } else {
            let matches = |slot: &Slot| match slot {
                Slot::Seeded(index) => wanted.matches(&self.seeded.traits(*index)),
                Slot::Own(own) => wanted.matches(&own.traits),
            };
            (0..count).map(slot).filter(matches).skip(start).take(limit + 1).collect()
        };
        let more = found.len() > limit;
        found.truncate(limit);
        let chats = found
            .into_iter()
            .map(|slot| match slot {
                Slot::Seeded(index) => json(&self.seeded, index),
                Slot::Own(own) => own.json.clone(),
            })
            .collect();
        Slice { chats, more }
    }

    /// Returns the chats, newest first.
    pub(crate) fn chats(&self) -> Vec<Chat> {
        match &self.slots {
            None => (0..self.seeded.chats).map(|index| self.seeded.chat(index)).collect(),
            Some(slots) => slots.iter().map(|slot| slot.chat(&self.seeded)).collect(),
        }
    }

    /// Returns the fan of the chat at a position, counted from the newest.
    pub(crate) fn fan_at(&self, place: usize) -> Option<i64> {
        let slot = match &self.slots {
            None if place < self.seeded.chats as usize => Slot::Seeded(place as u32),
            None => return None,
            Some(slots) => slots.get(place)?.clone(),
        };
        Some(slot.chat(&self.seeded).with_user.id)
    }

    /// Returns the number of chats.
    pub(crate) fn len(&self) -> usize {
        self.slots.as_ref().map_or(self.seeded.chats as usize, Vec::len)
    }

    pub(crate) fn apply(&mut self, change: Change, now: DateTime<Utc>) -> Result<(), ChangeError> {
        match change {
            Change::Message { fan, text, from_creator } => {
                self.message(fan, text, from_creator, now);
            }
            Change::Read { fan } => self.edit(fan, |chat| {
                chat.unread_messages_count = Some(0);
                chat.has_unread_tips = Some(false);
                chat.last_read_message_id = chat.last_message.as_ref().map(|message| message.id);
                if let Some(message) = &mut chat.last_message {
                    (message.is_new, message.is_opened) = (Some(false), Some(true));
                }
            })?,
            Change::Pin { fan, pinned } => self.edit(fan, |chat| {
                let Some(message) = &mut chat.last_message else {
                    return;
                };
                let before = message.is_pinned.replace(pinned) == Some(true);
                let count = chat.count_pinned_messages.unwrap_or(0);
                let count = count + i64::from(pinned) - i64::from(before);
                chat.count_pinned_messages = Some(count.max(0));
            })?,
            Change::Remove { fan } => {
                let place = self.place_of(fan).ok_or(ChangeError::UnknownFan)?;
                self.slots().remove(place);
            }
            Change::Chat(chat) => {
                if let Some(place) = self.place_of(chat.with_user.id) {
                    self.slots().remove(place);
                }
                self.slots().insert(0, Slot::own(*chat));
            }
            Change::Session(session) => self.session = session,
            Change::Permission { granted } => self.forbidden = !granted,
        }
        Ok(())
    }

    fn message(&mut self, fan: i64, text: String, from_creator: bool, now: DateTime<Utc>) {
        let (mut chat, mut traits) = match self.place_of(fan) {
            Some(place) => {
                let slot = self.slots().remove(place);
                (slot.chat(&self.seeded), slot.traits(&self.seeded))
            }
            None => {
                let chat = Chat::builder().with_user(user_view(fan)).can_send_message(true);
                (built(chat), Traits::default())
            }
        };
        let sender = match from_creator {
            true => MessageSender::Name(self.seeded.creator()),
            false => MessageSender::View(user_view(fan)),
        };
        self.next_message += 1;
        // In whole seconds, like the API's times.
        let now = now.trunc_subsecs(0);
        let message = Message::builder()
            .id(self.next_message)
            .text(text)
            .from_user(sender)
            .media(Vec::new())
            .previews(Vec::new())
            .media_count(0)
            .is_free(true)
            .is_new(!from_creator)
            .is_opened(from_creator)
            .created_at(timestamp(now))
            .changed_at(timestamp(now));
        chat.last_message = Some(built(message));
        if from_creator {
            chat.unread_messages_count = Some(0);
            chat.has_unread_tips = Some(false);
            chat.last_read_message_id = Some(self.next_message);
        } else {
            chat.unread_messages_count = Some(chat.unread_messages_count.unwrap_or(0) + 1);
        }
        traits.update(&chat);
        self.slots().insert(0, Slot::with(chat, traits));
    }

    fn edit(&mut self, fan: i64, change: impl FnOnce(&mut Chat)) -> Result<(), ChangeError> {
        let place = self.place_of(fan).ok_or(ChangeError::UnknownFan)?;
        let seeded = self.seeded;
        let slot = &mut self.slots()[place];
        let (mut chat, mut traits) = (slot.chat(&seeded), slot.traits(&seeded));
        change(&mut chat);
        traits.update(&chat);
        *slot = Slot::with(chat, traits);
        Ok(())
    }

    fn place_of(&self, fan: i64) -> Option<usize> {
        let index = self.seeded.index_of(fan);
        match &self.slots {
            None => index.map(|index| index as usize),
            Some(slots) => slots.iter().position(|slot| match slot {
                Slot::Seeded(other) => Some(*other) == index,
                Slot::Own(own) => own.chat.with_user.id == fan,
            }),
        }
    }

    fn slots(&mut self) -> &mut Vec<Slot> {
        let chats = self.seeded.chats;
        self.slots.get_or_insert_with(|| (0..chats).map(Slot::Seeded).collect())
    }
}

impl Slot {
    fn own(chat: Chat) -> Self {
        let mut traits = Traits::default();
        traits.update(&chat);
        Self::with(chat, traits)
    }

    fn with(chat: Chat, traits: Traits<String>) -> Self {
        let json = json(&chat);
        Self::Own(Arc::new(Own { chat, traits, json }))
    }

    fn chat(&self, seeded: &Seeded) -> Chat {
        match self {
            Self::Seeded(index) => seeded.chat(*index),
            Self::Own(own) => own.chat.clone(),
        }
    }

    fn traits(&self, seeded: &Seeded) -> Traits<String> {
        match self {
            Self::Seeded(index) => {
                let Traits { priority, tipped, unread, lists, fan, text } = seeded.traits(*index);
                let (fan, text) = (fan.to_owned(), text.to_owned());
                Traits { priority, tipped, unread, lists, fan, text }
            }
            Self::Own(own) => own.traits.clone(),
        }
    }
}

impl Traits<String> {
    /// Updates the traits that a chat's own fields show.
    fn update(&mut self, chat: &Chat) {
        self.unread = chat.unread_messages_count.unwrap_or(0);
        self.tipped |= chat.has_unread_tips == Some(true);
        if let Some(message) = &chat.last_message {
            self.text.clone_from(&message.text);
            self.tipped |= message.is_tip == Some(true);
            if let MessageSender::Name(user) = &message.from_user
                && user.id == chat.with_user.id
            {
                self.fan.clone_from(&user.name);
            }
        }
    }
}

/// Serialises a chat as JSON.
#[allow(
    clippy::expect_used,
    reason = "the generated types have string keys, and JSON can represent their numbers"
)]
pub(crate) fn json(chat: &Chat) -> Bytes {
    // Most chats fit, so the buffer rarely has to grow.
    let mut json = Vec::with_capacity(4_096);
    serde_json::to_writer(&mut json, chat).expect("a chat can be written as JSON");
    json.into()
}
