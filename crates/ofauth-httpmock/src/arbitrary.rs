//! Proptest strategies that generate any valid page. Every optional field may be absent, and texts
//! mix letters of several scripts, markup, quotes, control characters and emoji.
//!
//! Lists shrink to fewer chats; single chats don't shrink.

use ofauth_api::Timestamp;
use ofauth_api::operations::list_chats::LIMIT;
use ofauth_api::types::{
    AvatarThumbs, CanNotSendReason, Chat, ChatPage, FullFile, ImageFile, Media, MediaFiles,
    MediaKind, MediaSource, Message, MessageSender, PreviewFile, ReleaseForm, ReleaseFormUser,
    UserName, UserView, VideoSources,
};
use proptest::collection::vec;
use proptest::prelude::{Just, Rng, Strategy};
use proptest::test_runner::TestRng;
use proptest::{bool, option};

use crate::sample::{built, page_of};

/// Generates any valid page. The list of up to 20 chats, `hasMore` and `nextOffset` are independent
/// of each other.
pub fn page() -> impl Strategy<Value = ChatPage> {
    (
        vec(chat(), 0..=LIMIT.max.try_into().unwrap_or(usize::MAX)),
        bool::ANY,
        option::of(0..1_000_000_i64),
    )
        .prop_map(|(chats, more, next)| {
            let mut page = page_of(chats, next);
            page.has_more = more;
            page
        })
}

/// Generates any valid chat.
pub fn chat() -> impl Strategy<Value = Chat> {
    Just(()).prop_perturb(|(), rng| Draw(rng).chat())
}

/// Generates any valid message.
pub fn message() -> impl Strategy<Value = Message> {
    Just(()).prop_perturb(|(), rng| Draw(rng).message())
}

/// Generates any valid media.
pub fn media() -> impl Strategy<Value = Media> {
    Just(()).prop_perturb(|(), rng| Draw(rng).media())
}

/// Draws random values.
struct Draw(TestRng);

impl Draw {
    fn below(&mut self, bound: u32) -> u32 {
        self.0.next_u32() % bound
    }

    fn flag(&mut self) -> bool {
        self.below(2) == 0
    }

    fn flags(&mut self) -> Option<bool> {
        self.maybe(Self::flag)
    }

    fn maybe<T>(&mut self, draw: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.flag() { Some(draw(self)) } else { None }
    }

    fn some<T>(&mut self, most: u32, draw: impl Fn(&mut Self) -> T) -> Vec<T> {
        (0..self.below(most + 1)).map(|_| draw(self)).collect()
    }

    /// Returns a small, large or arbitrary number.
    fn number(&mut self) -> i64 {
        match self.below(4) {
            0 => self.below(100).into(),
            1 => i64::MAX - i64::from(self.below(3)),
            2 => -i64::from(self.below(100)),
            // Any 64 bits are a valid `i64`.
            _ => self.0.next_u64() as i64,
        }
    }

    /// Returns letters of several scripts, markup, quotes, control characters and emoji.
    fn text(&mut self) -> String {
        const LETTERS: &[char] = &[
            'a', 'Z', ' ', '<', '>', '&', '"', '\\', '\n', '\0', '\u{7f}', 'é', 'ж', '日', 'ع',
            '👋', '\u{202e}', '\u{2028}',
        ];
        (0..self.below(30)).map(|_| LETTERS[self.below(LETTERS.len() as u32) as usize]).collect()
    }

    fn time(&mut self) -> Timestamp {
        let [month, day] = [12, 28].map(|most| self.below(most) + 1);
        let [hour, minute, second] = [24, 60, 60].map(|most| self.below(most));
        let year = 1970 + self.below(200);
        let zone = ["Z", "+00:00", "-11:30"][self.below(3) as usize];
        let fraction = ["", ".5", ".123456"][self.below(3) as usize];
        Timestamp::from(format!(
            "{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{fraction}{zone}"
        ))
    }

    fn view(&mut self) -> UserView {
        built(UserView::builder().id(self.number()).view(self.text()))
    }

    fn chat(&mut self) -> Chat {
        let reason = self.maybe(|draw| match draw.flag() {
            true => CanNotSendReason::Flag(draw.flag()),
            false => CanNotSendReason::Reason(draw.text()),
        });
        let chat = Chat::builder()
            .with_user(self.view())
            .can_not_send_reason(reason)
            .can_send_message(self.flags())
            .can_go_to_profile(self.flags())
            .unread_messages_count(self.maybe(Self::number))
            .has_unread_tips(self.flags())
            .is_muted_notifications(self.flags())
            .last_message(self.maybe(Self::message))
            .last_read_message_id(self.maybe(Self::number))
            .has_purchased_feed(self.flags())
            .count_pinned_messages(self.maybe(Self::number));
        built(chat)
    }

    fn message(&mut self) -> Message {
        let sender = match self.flag() {
            true => MessageSender::View(self.view()),
            false => {
                MessageSender::Name(built(UserName::builder().id(self.number()).name(self.text())))
            }
        };
        let forms = self.maybe(|draw| serde_json::json!({ "any": [draw.text(), draw.number()] }));
        let message = Message::builder()
            .id(self.number())
            .text(self.text())
            .from_user(sender)
            .media(self.some(4, Self::media))
            .previews(self.some(4, Self::number))
            .is_media_ready(self.flags())
            .media_count(self.maybe(Self::number))
            .locked_text(self.flags())
            .response_type(self.maybe(Self::text))
            .giphy_id(self.maybe(Self::text))
            .is_free(self.flags())
            .is_tip(self.flags())
            .is_reported_by_me(self.flags())
            .is_couple_people_media(self.flags())
            .queue_id(self.maybe(Self::number))
            .is_markdown_disabled(self.flags())
            .release_forms(forms)
            .is_from_queue(self.flags())
            .can_unsend_queue(self.flags())
            .unsend_seconds_queue(self.maybe(Self::number))
            .is_opened(self.flags())
            .is_new(self.flags())
            .created_at(self.maybe(Self::time))
            .changed_at(self.maybe(Self::time))
            .cancel_seconds(self.maybe(Self::number))
            .is_liked(self.flags())
            .can_purchase(self.flags())
            .can_purchase_reason(self.maybe(Self::text))
            .can_report(self.flags())
            .can_be_pinned(self.flags())
            .is_pinned(self.flags());
        built(message)
    }

    fn media(&mut self) -> Media {
        // Only documented values, because any other would make the page invalid.
        let kind = self.maybe(|draw| {
            let place = draw.below(MediaKind::KNOWN.len() as u32) as usize;
            MediaKind::from(MediaKind::KNOWN[place])
        });
        let videos = self.maybe(|draw| {
            let videos = VideoSources::builder().x240(draw.maybe(Self::text));
            built::<VideoSources, _>(videos.x720(draw.maybe(Self::text)))
        });
        let media = Media::builder()
            .id(self.number())
            .type_(kind)
            .converted_to_video(self.flag())
            .can_view(self.flag())
            .has_error(self.flag())
            .created_at(self.time())
            .is_ready(self.flag())
            .release_forms(self.some(2, Self::release_form))
            .duration(self.maybe(|draw| f64::from(draw.below(100_000)) / 8.0))
            .has_custom_preview(self.flags())
            .video_sources(videos)
            .files(self.maybe(Self::files));
        built(media)
    }

    fn files(&mut self) -> MediaFiles {
        let full = FullFile::builder()
            .url(self.text())
            .sources(self.some(3, Self::source))
            .width(self.maybe(Self::number))
            .height(self.maybe(Self::number))
            .size(self.maybe(Self::number));
        let preview = self.maybe(|draw| {
            let preview = PreviewFile::builder()
                .url(draw.text())
                .options(draw.some(3, Self::source))
                .width(draw.maybe(Self::number))
                .height(draw.maybe(Self::number))
                .size(draw.maybe(Self::number));
            built::<PreviewFile, _>(preview)
        });
        let files = MediaFiles::builder()
            .full(built::<FullFile, _>(full))
            .thumb(self.maybe(Self::image))
            .preview(preview)
            .square_preview(self.maybe(Self::image));
        built(files)
    }

    fn image(&mut self) -> ImageFile {
        let image = ImageFile::builder()
            .url(self.text())
            .width(self.maybe(Self::number))
            .height(self.maybe(Self::number))
            .size(self.maybe(Self::number));
        built(image)
    }

    fn source(&mut self) -> MediaSource {
        let source = MediaSource::builder()
            .url(self.text())
            .width(self.maybe(Self::number))
            .height(self.maybe(Self::number))
            .type_(self.maybe(Self::text));
        built(source)
    }

    fn release_form(&mut self) -> ReleaseForm {
        let user = self.maybe(|draw| {
            let thumbs = AvatarThumbs::builder().c50(draw.text()).c144(draw.text());
            let user = ReleaseFormUser::builder()
                .view(draw.text())
                .id(draw.number())
                .name(draw.text())
                .username(draw.text())
                .is_verified(draw.flag())
                .avatar(draw.text())
                .avatar_thumbs(built::<AvatarThumbs, _>(thumbs))
                .iv_status(draw.text())
                .is_from_guest(draw.flag());
            built::<ReleaseFormUser, _>(user)
        });
        let form = ReleaseForm::builder()
            .id(self.number())
            .name(self.text())
            .partner_source(self.text())
            .type_(self.text())
            .user(user);
        built(form)
    }
}
