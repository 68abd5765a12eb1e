//! Builders for sample chats, messages and media, with sensible values that can be overridden.
//!
//! ```
//! use ofauth::types::{Chat, Message};
//! use ofauth_httpmock::sample;
//!
//! let message = sample::message(7).text("<p>Is it you?</p>".to_owned()).is_tip(true);
//! let message: Message = message.try_into()?;
//! let chat: Chat = sample::chat(7).last_message(message).unread_messages_count(3).try_into()?;
//! assert_eq!(chat.unread(), 3);
//! # Ok::<(), ofauth::types::error::ConversionError>(())
//! ```

use std::fmt::Display;

use ofauth_api::Timestamp;
use ofauth_api::operations::list_chats::LIMIT;
use ofauth_api::types::{
    CanNotSendReason, Chat, ChatPage, FullFile, ImageFile, Media, MediaFiles, MediaKind, Message,
    MessageSender, UserName, UserView, builder,
};

/// Returns a chat with the fan with this id, and one unread message.
pub fn chat(fan: i64) -> builder::Chat {
    Chat::builder()
        .with_user(built::<UserView, _>(UserView::builder().id(fan).view("s".to_owned())))
        .can_not_send_reason(CanNotSendReason::Flag(false))
        .can_send_message(true)
        .can_go_to_profile(true)
        .unread_messages_count(1)
        .has_unread_tips(false)
        .is_muted_notifications(false)
        .last_message(built::<Message, _>(message(fan)))
        .last_read_message_id(message_id(fan) - 1)
        .has_purchased_feed(false)
        .count_pinned_messages(0)
}

/// Returns a message from the fan with this id, without media.
pub fn message(fan: i64) -> builder::Message {
    let sender = UserName::builder().id(fan).name(format!("Fan {fan}"));
    Message::builder()
        .id(message_id(fan))
        .text("<p>Good morning! 🌞</p>".to_owned())
        .from_user(MessageSender::Name(built(sender)))
        .media(Vec::new())
        .previews(Vec::new())
        .is_media_ready(true)
        .media_count(0)
        .locked_text(false)
        .response_type("message".to_owned())
        .is_free(true)
        .is_tip(false)
        .is_reported_by_me(false)
        .is_couple_people_media(false)
        .is_markdown_disabled(false)
        .is_from_queue(false)
        .is_opened(false)
        .is_new(true)
        .created_at(time())
        .changed_at(time())
        .cancel_seconds(0)
        .is_liked(false)
        .can_purchase(false)
        .can_report(true)
        .can_be_pinned(true)
        .is_pinned(false)
}

/// Returns a photo with this id, with its file and a thumbnail.
pub fn media(id: i64) -> builder::Media {
    let url = |name: &str| format!("https://cdn.example.com/files/{id}/{name}.jpg");
    let full = FullFile::builder()
        .url(url("full"))
        .sources(Vec::new())
        .width(1536)
        .height(2048)
        .size(482_133);
    let thumb = ImageFile::builder().url(url("thumb")).width(300).height(300).size(20_480);
    let files =
        MediaFiles::builder().full(built::<FullFile, _>(full)).thumb(built::<ImageFile, _>(thumb));
    Media::builder()
        .id(id)
        .type_(MediaKind::Photo)
        .converted_to_video(false)
        .can_view(true)
        .has_error(false)
        .created_at(time())
        .is_ready(true)
        .release_forms(Vec::new())
        .has_custom_preview(false)
        .files(built::<MediaFiles, _>(files))
}

/// Returns a last page of this many [chats](chat), with the fans 1, 2, and so on.
pub fn page(chats: u32) -> ChatPage {
    page_of((1..=i64::from(chats)).map(|fan| built(chat(fan))), None)
}

/// Returns a page with these chats. `hasMore` is true if there is a next offset.
pub fn page_of(chats: impl IntoIterator<Item = Chat>, next_offset: Option<i64>) -> ChatPage {
    let page = ChatPage::builder()
        .list(chats.into_iter().collect::<Vec<_>>())
        .has_more(next_offset.is_some())
        .next_offset(next_offset.map(Into::into));
    built(page)
}

/// Returns all pages of a list with this many [chats](chat), as large as the API allows.
pub fn pages(chats: u32) -> Vec<ChatPage> {
    let chats = i64::from(chats);
    let starts = (0..chats.max(1)).step_by(LIMIT.max.try_into().unwrap_or(usize::MAX));
    starts
        .map(|start| {
            let end = chats.min(start + LIMIT.max);
            let next = (end < chats).then_some(end);
            page_of((start..end).map(|index| built(chat(index + 1))), next)
        })
        .collect()
}

fn message_id(fan: i64) -> i64 {
    // Above 2^53, as the API's ids may be.
    (1_i64 << 53).saturating_add(fan)
}

fn time() -> Timestamp {
    Timestamp::from("2024-01-15T10:30:00+00:00")
}

/// Finishes a builder.
#[allow(clippy::panic, reason = "every caller in this crate sets all required fields")]
pub(crate) fn built<T, B>(builder: B) -> T
where
    T: TryFrom<B>,
    T::Error: Display,
{
    match T::try_from(builder) {
        Ok(value) => value,
        Err(error) => panic!("{error}"),
    }
}
