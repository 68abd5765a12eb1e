//! Inboxes generated from a seed. Nothing is stored: each chat is generated when it is requested.

use std::fmt::Display;
use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use fastrand::Rng;
use ofauth_api::Timestamp;
use ofauth_api::types::{
    AvatarThumbs, CanNotSendReason, Chat, ChatFilter, FullFile, ImageFile, Media, MediaFiles,
    MediaKind, MediaSource, Message, MessageSender, PreviewFile, ReleaseForm, ReleaseFormUser,
    UserName, UserView, VideoSources,
};

use crate::phrases::{NAMES, PURCHASE_REASONS, TEXTS};

/// 2024-01-15T10:30:00Z. No generated message was sent later.
pub(crate) const NEWEST: i64 = 1_705_314_600;
/// As large as the API's current message ids. `Fault::LargeIds` raises them above 2^53.
const FIRST_MESSAGE: i64 = 6_000_000_000_000;
const MESSAGES_APART: i64 = 1_009;
const FIRST_FAN: i64 = 10_000_000;
const FANS_APART: i64 = 7_919;
/// User lists 1 to 5 have members.
const USER_LISTS: usize = 5;

/// Templates to clone and fill in, which is several times cheaper than using a builder.
struct Blank {
    chat: Chat,
    message: Message,
    media: Media,
    files: MediaFiles,
    full: FullFile,
    preview: PreviewFile,
    image: ImageFile,
    source: MediaSource,
}

static BLANK: LazyLock<Blank> = LazyLock::new(|| {
    let text = String::new;
    let full: FullFile = built(FullFile::builder().url(text()).sources(Vec::new()));
    let sender = MessageSender::View(user_view(0));
    let message = Message::builder().id(0).text(text()).from_user(sender);
    let media = Media::builder()
        .id(0)
        .converted_to_video(false)
        .can_view(true)
        .has_error(false)
        .created_at(Timestamp::from(""))
        .is_ready(true)
        .release_forms(Vec::new());
    Blank {
        chat: built(Chat::builder().with_user(user_view(0))),
        message: built(message.media(Vec::new()).previews(Vec::new())),
        media: built(media),
        files: built(MediaFiles::builder().full(full.clone())),
        full,
        preview: built(PreviewFile::builder().url(text()).options(Vec::new())),
        image: built(ImageFile::builder().url(text())),
        source: built(MediaSource::builder().url(text())),
    }
});

/// The search criteria of a request.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) filter: Option<ChatFilter>,
    /// In lower case.
    pub(crate) text: Option<String>,
    pub(crate) user_list: Option<u64>,
}

/// The properties of a chat that a search looks at.
#[derive(Clone, Debug, Default)]
pub(crate) struct Traits<T> {
    pub(crate) priority: bool,
    pub(crate) tipped: bool,
    pub(crate) unread: i64,
    pub(crate) lists: [bool; USER_LISTS],
    pub(crate) fan: T,
    pub(crate) text: T,
}

impl Wanted {
    /// Returns whether every chat matches.
    pub(crate) fn all(&self) -> bool {
        self.filter.is_none() && self.text.is_none() && self.user_list.is_none()
    }

    pub(crate) fn matches<T: AsRef<str>>(&self, traits: &Traits<T>) -> bool {
        let filter = match self.filter {
            None => true,
            Some(ChatFilter::Priority) => traits.priority,
            Some(ChatFilter::WhoTipped) => traits.tipped,
            Some(ChatFilter::Unread) => traits.unread > 0,
            // A filter that is added to the spec later must not hide chats.
            Some(_) => true,
        };
        let list = self.user_list.is_none_or(|list| {
            let index = usize::try_from(list - 1).ok();
            index.and_then(|index| traits.lists.get(index)).is_some_and(|member| *member)
        });
        let text = |text: &T, wanted: &str| text.as_ref().to_lowercase().contains(wanted);
        filter
            && list
            && self
                .text
                .as_ref()
                .is_none_or(|wanted| text(&traits.text, wanted) || text(&traits.fan, wanted))
    }
}

/// An inbox generated from a seed. Index 0 is the chat with the newest message.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seeded {
    seed: u64,
    pub(crate) chats: u32,
}

impl Seeded {
    /// Creates the inbox of a connection, given a number that identifies it.
    pub(crate) fn new(seed: u64, connection: u64, chats: u32) -> Self {
        Self { seed: mix(seed, connection), chats }
    }

    /// Returns a cache key that identifies this inbox, including its number of chats.
    pub(crate) fn key(&self) -> u64 {
        mix(self.seed, self.chats.into())
    }

    /// Returns the index of the chat with a fan.
    pub(crate) fn index_of(&self, fan: i64) -> Option<u32> {
        let index = fan.checked_sub(FIRST_FAN)?.checked_div(FANS_APART)?.try_into().ok()?;
        (index < self.chats && self.draw(index).1 == fan).then_some(index)
    }

    pub(crate) fn traits(&self, index: u32) -> Traits<&'static str> {
        self.draw(index).0
    }

    /// Returns a message id that is newer than all generated ids.
    pub(crate) fn next_message(&self) -> i64 {
        FIRST_MESSAGE + (i64::from(self.chats) + 1) * MESSAGES_APART
    }

    pub(crate) fn creator(&self) -> UserName {
        user_name(1_000_000 + (self.seed % 1_000_000) as i64, "Sandbox Creator")
    }

    pub(crate) fn chat(&self, index: u32) -> Chat {
        let (traits, fan_id, mut rng) = self.draw(index);
        let rng = &mut rng;
        let message_id = FIRST_MESSAGE + i64::from(self.chats - index) * MESSAGES_APART;
        let can_send = rng.f32() < 0.95;
        let reason = match can_send {
            true => CanNotSendReason::Flag(false),
            false if rng.bool() => CanNotSendReason::Flag(true),
            false => CanNotSendReason::Reason("user_restricted_messages".to_owned()),
        };
        let mut chat = BLANK.chat.clone();
        chat.with_user = user_view(fan_id);
        chat.can_not_send_reason = Some(reason);
        chat.can_send_message = Some(can_send);
        chat.can_go_to_profile = Some(true);
        chat.unread_messages_count = Some(traits.unread);
        chat.has_unread_tips = Some(traits.tipped && traits.unread > 0);
        chat.is_muted_notifications = Some(rng.f32() < 0.05);
        chat.last_message = Some(self.message(index, fan_id, message_id, &traits, rng));
        chat.last_read_message_id = Some(message_id - traits.unread);
        chat.has_purchased_feed = Some(rng.f32() < 0.3);
        chat.count_pinned_messages = Some(if rng.f32() < 0.1 { rng.i64(1..4) } else { 0 });
        chat
    }

    /// Returns a chat's traits and fan, and the generator for its other fields. They are drawn
    /// first, so that a search doesn't have to generate whole chats.
    fn draw(&self, index: u32) -> (Traits<&'static str>, i64, Rng) {
        let mut rng = Rng::with_seed(mix(self.seed, index.into()));
        let traits = Traits {
            priority: rng.f32() < 0.15,
            tipped: rng.f32() < 0.2,
            unread: if rng.f32() < 0.3 { rng.i64(1..9) } else { 0 },
            lists: std::array::from_fn(|_| rng.f32() < 0.25),
            fan: pick(NAMES, &mut rng),
            text: pick(TEXTS, &mut rng),
        };
        // Distinct within an inbox, and `index_of` can recover the index.
        let fan = FIRST_FAN + i64::from(index) * FANS_APART + rng.i64(0..FANS_APART);
        (traits, fan, rng)
    }

    fn message(
        &self,
        index: u32,
        fan_id: i64,
        id: i64,
        traits: &Traits<&'static str>,
        rng: &mut Rng,
    ) -> Message {
        let from_fan = traits.unread > 0 || rng.f32() < 0.5;
        let sender = match (from_fan, rng.f32() < 0.25) {
            (true, false) => MessageSender::Name(user_name(fan_id, traits.fan)),
            (true, true) => MessageSender::View(user_view(fan_id)),
            (false, false) => MessageSender::Name(self.creator()),
            (false, true) => MessageSender::View(user_view(self.creator().id)),
        };
        // Each chat is strictly older than the one before, with an irregular distance.
        let sent = time(NEWEST - i64::from(index) * 420 - rng.i64(0..400));
        let locked = !from_fan && rng.f32() < 0.2;
        let queued = !from_fan && rng.f32() < 0.3;
        let media: Vec<Media> = (0..pick(&[0, 0, 0, 0, 1, 1, 1, 2, 3, 4], rng))
            .map(|_| media(sent, locked, rng))
            .collect();
        let previews: Vec<i64> =
            media.iter().filter(|_| locked && rng.f32() < 0.5).map(|media| media.id).collect();
        let mut message = BLANK.message.clone();
        message.id = id;
        message.text = traits.text.to_owned();
        message.from_user = sender;
        message.is_media_ready = Some(true);
        message.media_count = Some(media.len() as i64);
        message.media = media;
        message.previews = previews;
        message.locked_text = Some(locked);
        message.response_type = Some("message".to_owned());
        message.is_free = Some(!locked);
        message.is_tip = Some(traits.tipped && from_fan);
        message.is_reported_by_me = Some(false);
        message.is_couple_people_media = Some(rng.f32() < 0.05);
        message.is_markdown_disabled = Some(rng.f32() < 0.5);
        message.is_from_queue = Some(queued);
        message.is_opened = Some(traits.unread == 0);
        message.is_new = Some(traits.unread > 0);
        message.created_at = Some(timestamp(sent));
        message.changed_at = Some(timestamp(sent + TimeDelta::seconds(rng.i64(0..90))));
        message.cancel_seconds = Some(if from_fan { 0 } else { 86_400 });
        message.is_liked = Some(rng.f32() < 0.2);
        message.can_purchase = Some(locked);
        message.can_report = Some(from_fan);
        message.can_be_pinned = Some(true);
        message.is_pinned = Some(rng.f32() < 0.05);
        if locked {
            message.can_purchase_reason = Some(pick(PURCHASE_REASONS, rng).to_owned());
        }
        if queued {
            message.queue_id = Some(rng.i64(1_000_000..9_000_000));
            message.can_unsend_queue = Some(rng.bool());
            message.unsend_seconds_queue = Some(rng.i64(0..3_600));
        }
        if rng.f32() < 0.03 {
            message.giphy_id = Some("3o7aD2saalBwwftBIY".to_owned());
        }
        message
    }
}

fn media(sent: DateTime<Utc>, locked: bool, rng: &mut Rng) -> Media {
    let id = rng.i64(3_000_000_000..4_000_000_000);
    let kind = pick(
        &[MediaKind::Photo, MediaKind::Photo, MediaKind::Video, MediaKind::Gif, MediaKind::Audio],
        rng,
    );
    let moving = matches!(kind, MediaKind::Video | MediaKind::Gif);
    let lasting = moving || kind == MediaKind::Audio;
    let uploaded = sent - TimeDelta::seconds(rng.i64(1..900));
    let mut media = BLANK.media.clone();
    media.id = id;
    media.type_ = Some(kind.clone());
    media.converted_to_video = kind == MediaKind::Gif;
    media.can_view = !locked;
    media.has_error = false;
    media.created_at = timestamp(uploaded);
    media.is_ready = true;
    media.release_forms = if rng.f32() < 0.1 { vec![release_form(rng)] } else { Vec::new() };
    media.has_custom_preview = Some(rng.f32() < 0.1);
    if lasting {
        media.duration = Some(f64::from(rng.u32(10..6_000)) / 10.0);
    }
    if kind == MediaKind::Video && !locked {
        let sources = VideoSources::builder()
            .x240(url(id, "240p.mp4", rng))
            .x720(rng.bool().then(|| url(id, "720p.mp4", rng)));
        media.video_sources = Some(built::<VideoSources, _>(sources));
    }
    if !locked {
        media.files = Some(files(id, moving, rng));
    }
    media
}

fn files(id: i64, moving: bool, rng: &mut Rng) -> MediaFiles {
    let (width, height) = pick(&[(1536, 2048), (2048, 1536), (1080, 1920), (3024, 4032)], rng);
    let full_name = if moving { "full.mp4" } else { "full.jpg" };
    let sources: Vec<MediaSource> = match moving {
        true => [240, 720].map(|height| source(id, height, rng)).into(),
        false => Vec::new(),
    };
    let mut full = BLANK.full.clone();
    full.url = url(id, full_name, rng);
    full.sources = sources;
    full.width = Some(width);
    full.height = Some(height);
    full.size = Some(rng.i64(80_000..90_000_000));
    let mut preview = BLANK.preview.clone();
    preview.url = url(id, "preview.jpg", rng);
    preview.options = vec![source(id, 960, rng)];
    preview.width = Some(width / 2);
    preview.height = Some(height / 2);
    preview.size = Some(rng.i64(20_000..400_000));
    let mut files = BLANK.files.clone();
    files.full = full;
    files.thumb = Some(image(id, "thumb.jpg", 300, rng));
    files.preview = Some(preview);
    files.square_preview = Some(image(id, "square.jpg", 960, rng));
    files
}

fn source(id: i64, height: i64, rng: &mut Rng) -> MediaSource {
    let mut source = BLANK.source.clone();
    source.url = url(id, &format!("{height}.mp4"), rng);
    source.width = Some(height * 9 / 16);
    source.height = Some(height);
    source.type_ = Some("video/mp4".to_owned());
    source
}

fn image(id: i64, name: &str, side: i64, rng: &mut Rng) -> ImageFile {
    let mut image = BLANK.image.clone();
    image.url = url(id, name, rng);
    image.width = Some(side);
    image.height = Some(side);
    image.size = Some(rng.i64(4_000..90_000));
    image
}

fn release_form(rng: &mut Rng) -> ReleaseForm {
    let name = pick(NAMES, rng);
    let id = rng.i64(100_000..999_999);
    let picture = |side: u32| format!("https://cdn.example.com/avatars/{id}/{side}.jpg");
    let user = ReleaseFormUser::builder()
        .view("s".to_owned())
        .id(id)
        .name(name.to_owned())
        .username(format!("u{id}"))
        .is_verified(rng.bool())
        .avatar(picture(512))
        .avatar_thumbs(built::<AvatarThumbs, _>(
            AvatarThumbs::builder().c50(picture(50)).c144(picture(144)),
        ))
        .iv_status("approved".to_owned())
        .is_from_guest(false);
    let form = ReleaseForm::builder()
        .id(rng.i64(10_000..99_999))
        .name(name.to_owned())
        .partner_source("internal".to_owned())
        .type_("tag".to_owned())
        .user(built::<ReleaseFormUser, _>(user));
    built(form)
}

pub(crate) fn user_view(id: i64) -> UserView {
    built(UserView::builder().id(id).view("s".to_owned()))
}

pub(crate) fn user_name(id: i64, name: &str) -> UserName {
    built(UserName::builder().id(id).name(name.to_owned()))
}

/// Returns a URL with the length and shape of a signed URL.
fn url(id: i64, name: &str, rng: &mut Rng) -> String {
    let signature = rng.u128(..);
    format!(
        "https://cdn.example.com/files/{id:x}/{name}?Expires=1705360000&Signature={signature:032x}"
    )
}

fn time(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default()
}

pub(crate) fn timestamp(time: DateTime<Utc>) -> Timestamp {
    time.into()
}

fn pick<T: Clone>(choices: &[T], rng: &mut Rng) -> T {
    choices[rng.usize(..choices.len())].clone()
}

/// Finishes a builder of a generated type.
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

/// Hashes two numbers, so that close numbers give distant results (the finalizer of SplitMix64).
pub(crate) fn mix(a: u64, b: u64) -> u64 {
    let mut z = a.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(b).wrapping_add(1);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
