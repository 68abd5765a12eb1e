// Generated from `openapi/ofauth.yaml`; do not edit.
// After a change of the spec, run `cargo xtask regen`.

#[allow(unused_imports)]
pub use progenitor_client::{ByteStream, ClientInfo, Error, ResponseValue};
#[allow(unused_imports)]
use progenitor_client::{encode_path, ClientHooks, OperationInfo, RequestBuilderExt};
/// Types used as operation parameters and responses.
#[allow(clippy::all)]
pub mod types {
    ///Small versions of a user's picture ("chats list").
    #[derive(::serde::Serialize, Clone, PartialEq)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    pub struct AvatarThumbs {
        ///The URL of the version that is 144 pixels wide.
        pub c144: ::std::string::String,
        ///The URL of the version that is 50 pixels wide.
        pub c50: ::std::string::String,
    }
    impl AvatarThumbs {
        pub fn builder() -> builder::AvatarThumbs {
            Default::default()
        }
    }
    ///Why the creator cannot send a message: a boolean ("chats list") or a text ("SDK types").
    #[derive(::serde::Serialize, Clone, Debug, PartialEq)]
    #[serde(untagged)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    pub enum CanNotSendReason {
        Flag(bool),
        Reason(::std::string::String),
    }
    impl ::std::fmt::Display for CanNotSendReason {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match self {
                Self::Flag(x) => x.fmt(f),
                Self::Reason(x) => x.fmt(f),
            }
        }
    }
    impl ::std::convert::From<bool> for CanNotSendReason {
        fn from(value: bool) -> Self {
            Self::Flag(value)
        }
    }
    ///A conversation with one fan ("chats list").
    #[derive(::serde::Serialize, Clone, Debug, PartialEq)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    pub struct Chat {
        ///Whether the fan's profile can be opened.
        #[serde(
            rename = "canGoToProfile",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub can_go_to_profile: ::std::option::Option<bool>,
        ///Why the creator cannot send this fan a message.
        #[serde(
            rename = "canNotSendReason",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub can_not_send_reason: ::std::option::Option<CanNotSendReason>,
        ///Whether the creator can send this fan a message.
        #[serde(
            rename = "canSendMessage",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub can_send_message: ::std::option::Option<bool>,
        ///The number of pinned messages in the chat.
        #[serde(
            rename = "countPinnedMessages",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub count_pinned_messages: ::std::option::Option<i64>,
        ///Whether the fan has bought from the creator's feed.
        #[serde(
            rename = "hasPurchasedFeed",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub has_purchased_feed: ::std::option::Option<bool>,
        ///Whether a tip is among the unread messages.
        #[serde(
            rename = "hasUnreadTips",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub has_unread_tips: ::std::option::Option<bool>,
        ///Whether the creator has muted this chat.
        #[serde(
            rename = "isMutedNotifications",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub is_muted_notifications: ::std::option::Option<bool>,
        ///The latest message, from either side.
        #[serde(
            rename = "lastMessage",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub last_message: ::std::option::Option<Message>,
        ///The id of the last message that was read.
        #[serde(
            rename = "lastReadMessageId",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub last_read_message_id: ::std::option::Option<i64>,
        ///The number of messages that the creator has not read.
        #[serde(
            rename = "unreadMessagesCount",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub unread_messages_count: ::std::option::Option<i64>,
        ///The fan in this conversation.
        #[serde(rename = "withUser")]
        pub with_user: UserView,
    }
    impl Chat {
        pub fn builder() -> builder::Chat {
            Default::default()
        }
    }
    ///A kind of chat to filter by: marked as priority, from fans who tipped, or with unread messages ("chats list").
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    pub enum ChatFilter {
        #[serde(rename = "priority")]
        Priority,
        #[serde(rename = "who_tipped")]
        WhoTipped,
        #[serde(rename = "unread")]
        Unread,
    }
    impl ::std::fmt::Display for ChatFilter {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Priority => f.write_str("priority"),
                Self::WhoTipped => f.write_str("who_tipped"),
                Self::Unread => f.write_str("unread"),
            }
        }
    }
    impl ::std::str::FromStr for ChatFilter {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "priority" => Ok(Self::Priority),
                "who_tipped" => Ok(Self::WhoTipped),
                "unread" => Ok(Self::Unread),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for ChatFilter {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for ChatFilter {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    ///The sort order by activity: `recent` is newest first, `old` is oldest first ("chats list").
    #[derive(
        ::serde::Deserialize,
        ::serde::Serialize,
        Clone,
        Copy,
        Debug,
        Eq,
        Hash,
        Ord,
        PartialEq,
        PartialOrd
    )]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    pub enum ChatOrder {
        #[serde(rename = "recent")]
        Recent,
        #[serde(rename = "old")]
        Old,
    }
    impl ::std::fmt::Display for ChatOrder {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            match *self {
                Self::Recent => f.write_str("recent"),
                Self::Old => f.write_str("old"),
            }
        }
    }
    impl ::std::str::FromStr for ChatOrder {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            match value {
                "recent" => Ok(Self::Recent),
                "old" => Ok(Self::Old),
                _ => Err("invalid value".into()),
            }
        }
    }
    impl ::std::convert::TryFrom<&str> for ChatOrder {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for ChatOrder {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::default::Default for ChatOrder {
        fn default() -> Self {
            ChatOrder::Recent
        }
    }
    ///One page of chats, in the requested order ("chats list").
    #[derive(::serde::Serialize, Clone, Debug, PartialEq)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    pub struct ChatPage {
        ///Whether more chats follow this page.
        #[serde(rename = "hasMore")]
        pub has_more: bool,
        ///The chats of this page.
        pub list: ::std::vec::Vec<Chat>,
        ///The `offset` of the next page; absent on the last page.
        #[serde(
            rename = "nextOffset",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub next_offset: ::std::option::Option<crate::NextOffset>,
    }
    impl ChatPage {
        pub fn builder() -> builder::ChatPage {
            Default::default()
        }
    }
    ///The body of an error response ("errors"). `type` is documented for every 4xx status but for no 5xx status, so it may be absent.
    #[derive(::serde::Serialize, Clone, Debug, PartialEq)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    pub struct ErrorBody {
        ///A hint on how to resolve the error.
        #[serde(
            rename = "actionRequired",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub action_required: ::std::option::Option<::std::string::String>,
        ///The human-readable error message.
        pub error: ::std::string::String,
        ///The id of the request; include it when you contact the vendor's support.
        #[serde(rename = "requestId")]
        pub request_id: ::std::string::String,
        ///The machine-readable error type.
        #[serde(rename = "type", skip_serializing_if = "::std::option::Option::is_none")]
        pub type_: ::std::option::Option<crate::types::ErrorType>,
    }
    impl ErrorBody {
        pub fn builder() -> builder::ErrorBody {
            Default::default()
        }
    }
    ///The full-size file of a media item ("chats list").
    #[derive(::serde::Serialize, Clone, PartialEq)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    pub struct FullFile {
        ///The height, in pixels.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub height: ::std::option::Option<i64>,
        ///The size, in bytes.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub size: ::std::option::Option<i64>,
        ///Other versions of the file.
        pub sources: ::std::vec::Vec<MediaSource>,
        ///The file's URL.
        pub url: ::std::string::String,
        ///The width, in pixels.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub width: ::std::option::Option<i64>,
    }
    impl FullFile {
        pub fn builder() -> builder::FullFile {
            Default::default()
        }
    }
    ///A small image of a media item ("chats list").
    #[derive(::serde::Serialize, Clone, PartialEq)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    pub struct ImageFile {
        ///The height, in pixels.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub height: ::std::option::Option<i64>,
        ///The size, in bytes.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub size: ::std::option::Option<i64>,
        ///The image's URL.
        pub url: ::std::string::String,
        ///The width, in pixels.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub width: ::std::option::Option<i64>,
    }
    impl ImageFile {
        pub fn builder() -> builder::ImageFile {
            Default::default()
        }
    }
    ///`ListChatsQuery`
    #[derive(::serde::Serialize, Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
    #[serde(transparent)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    pub struct ListChatsQuery(::std::string::String);
    impl ::std::ops::Deref for ListChatsQuery {
        type Target = ::std::string::String;
        fn deref(&self) -> &::std::string::String {
            &self.0
        }
    }
    impl ::std::convert::From<ListChatsQuery> for ::std::string::String {
        fn from(value: ListChatsQuery) -> Self {
            value.0
        }
    }
    impl ::std::str::FromStr for ListChatsQuery {
        type Err = self::error::ConversionError;
        fn from_str(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            if value.chars().count() > 100usize {
                return Err("longer than 100 characters".into());
            }
            Ok(Self(value.to_string()))
        }
    }
    impl ::std::convert::TryFrom<&str> for ListChatsQuery {
        type Error = self::error::ConversionError;
        fn try_from(
            value: &str,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl ::std::convert::TryFrom<::std::string::String> for ListChatsQuery {
        type Error = self::error::ConversionError;
        fn try_from(
            value: ::std::string::String,
        ) -> ::std::result::Result<Self, self::error::ConversionError> {
            value.parse()
        }
    }
    impl<'de> ::serde::Deserialize<'de> for ListChatsQuery {
        fn deserialize<D>(deserializer: D) -> ::std::result::Result<Self, D::Error>
        where
            D: ::serde::Deserializer<'de>,
        {
            ::std::string::String::deserialize(deserializer)?
                .parse()
                .map_err(|e: self::error::ConversionError| {
                    <D::Error as ::serde::de::Error>::custom(e.to_string())
                })
        }
    }
    ///A photo, video, animation or recording ("chats list").
    #[derive(::serde::Serialize, Clone, Debug, PartialEq)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    pub struct Media {
        ///Whether the creator's account can view it.
        #[serde(rename = "canView")]
        pub can_view: bool,
        ///Whether the platform has converted it to a video.
        #[serde(rename = "convertedToVideo")]
        pub converted_to_video: bool,
        ///When the media item was uploaded.
        #[serde(rename = "createdAt")]
        pub created_at: crate::Timestamp,
        ///The length of a video or recording, in seconds; it may be fractional.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub duration: ::std::option::Option<f64>,
        ///The files of the media item, if they can be viewed.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub files: ::std::option::Option<MediaFiles>,
        ///Whether the creator chose the preview image.
        #[serde(
            rename = "hasCustomPreview",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub has_custom_preview: ::std::option::Option<bool>,
        ///Whether processing it has failed.
        #[serde(rename = "hasError")]
        pub has_error: bool,
        ///The id of the media item.
        pub id: i64,
        ///Whether it has been processed.
        #[serde(rename = "isReady")]
        pub is_ready: bool,
        ///The release forms of the people shown.
        #[serde(rename = "releaseForms")]
        pub release_forms: ::std::vec::Vec<ReleaseForm>,
        ///The kind of media; the vendor's newer pages no longer show it ("new docs").
        #[serde(rename = "type", skip_serializing_if = "::std::option::Option::is_none")]
        pub type_: ::std::option::Option<crate::types::MediaKind>,
        ///The URLs of a video, by height.
        #[serde(
            rename = "videoSources",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub video_sources: ::std::option::Option<VideoSources>,
    }
    impl Media {
        pub fn builder() -> builder::Media {
            Default::default()
        }
    }
    ///The files of a media item ("chats list").
    #[derive(::serde::Serialize, Clone, Debug, PartialEq)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    pub struct MediaFiles {
        ///The full-size file.
        pub full: FullFile,
        ///A larger image or a shortened video.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub preview: ::std::option::Option<PreviewFile>,
        ///A square image.
        #[serde(
            rename = "squarePreview",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub square_preview: ::std::option::Option<ImageFile>,
        ///A small image.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub thumb: ::std::option::Option<ImageFile>,
    }
    impl MediaFiles {
        pub fn builder() -> builder::MediaFiles {
            Default::default()
        }
    }
    ///One version of a file ("chats list").
    #[derive(::serde::Serialize, Clone, PartialEq)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    pub struct MediaSource {
        ///The height, in pixels.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub height: ::std::option::Option<i64>,
        ///The version's media type, as the platform writes it.
        #[serde(rename = "type", skip_serializing_if = "::std::option::Option::is_none")]
        pub type_: ::std::option::Option<::std::string::String>,
        ///The version's URL.
        pub url: ::std::string::String,
        ///The width, in pixels.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub width: ::std::option::Option<i64>,
    }
    impl MediaSource {
        pub fn builder() -> builder::MediaSource {
            Default::default()
        }
    }
    ///A message in a chat ("chats list").
    #[derive(::serde::Serialize, Clone, PartialEq)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    pub struct Message {
        ///Whether the message can be pinned.
        #[serde(
            rename = "canBePinned",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub can_be_pinned: ::std::option::Option<bool>,
        ///Whether the message can be paid for.
        #[serde(
            rename = "canPurchase",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub can_purchase: ::std::option::Option<bool>,
        ///Why the message can or cannot be paid for.
        #[serde(
            rename = "canPurchaseReason",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub can_purchase_reason: ::std::option::Option<::std::string::String>,
        ///Whether the message can be reported.
        #[serde(
            rename = "canReport",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub can_report: ::std::option::Option<bool>,
        ///Whether a queued message can still be unsent.
        #[serde(
            rename = "canUnsendQueue",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub can_unsend_queue: ::std::option::Option<bool>,
        ///How long the message can still be cancelled, in seconds.
        #[serde(
            rename = "cancelSeconds",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub cancel_seconds: ::std::option::Option<i64>,
        ///When the message was last changed.
        #[serde(
            rename = "changedAt",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub changed_at: ::std::option::Option<crate::Timestamp>,
        ///When the message was sent.
        #[serde(
            rename = "createdAt",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub created_at: ::std::option::Option<crate::Timestamp>,
        ///The sender of the message.
        #[serde(rename = "fromUser")]
        pub from_user: MessageSender,
        ///The id of the Giphy animation, if the message shows one.
        #[serde(
            rename = "giphyId",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub giphy_id: ::std::option::Option<::std::string::String>,
        ///The message's id; it can exceed 2^53.
        pub id: i64,
        ///Whether the media show more than one person.
        #[serde(
            rename = "isCouplePeopleMedia",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub is_couple_people_media: ::std::option::Option<bool>,
        ///Whether the message is free.
        #[serde(
            rename = "isFree",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub is_free: ::std::option::Option<bool>,
        ///Whether the message was sent from a queue.
        #[serde(
            rename = "isFromQueue",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub is_from_queue: ::std::option::Option<bool>,
        ///Whether the message has been liked.
        #[serde(
            rename = "isLiked",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub is_liked: ::std::option::Option<bool>,
        ///Whether the text is shown without Markdown formatting.
        #[serde(
            rename = "isMarkdownDisabled",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub is_markdown_disabled: ::std::option::Option<bool>,
        ///Whether all media have been processed.
        #[serde(
            rename = "isMediaReady",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub is_media_ready: ::std::option::Option<bool>,
        ///Whether the message is new to its recipient.
        #[serde(
            rename = "isNew",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub is_new: ::std::option::Option<bool>,
        ///Whether the recipient has opened the message.
        #[serde(
            rename = "isOpened",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub is_opened: ::std::option::Option<bool>,
        ///Whether the message is pinned.
        #[serde(
            rename = "isPinned",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub is_pinned: ::std::option::Option<bool>,
        ///Whether the creator has reported the message.
        #[serde(
            rename = "isReportedByMe",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub is_reported_by_me: ::std::option::Option<bool>,
        ///Whether the message includes a tip.
        #[serde(
            rename = "isTip",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub is_tip: ::std::option::Option<bool>,
        ///Whether the text is hidden until the message is paid for.
        #[serde(
            rename = "lockedText",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub locked_text: ::std::option::Option<bool>,
        ///The attached photos, videos and recordings.
        pub media: ::std::vec::Vec<Media>,
        ///The number of attached media.
        #[serde(
            rename = "mediaCount",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub media_count: ::std::option::Option<i64>,
        ///The ids of the media that can be viewed before payment.
        pub previews: ::std::vec::Vec<i64>,
        ///The id of the queue that sent the message.
        #[serde(
            rename = "queueId",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub queue_id: ::std::option::Option<i64>,
        ///Release forms of the media: any JSON value, null included ("chats list" shows "unknown").
        #[serde(
            rename = "releaseForms",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub release_forms: ::std::option::Option<::serde_json::Value>,
        ///The platform's name for the kind of message.
        #[serde(
            rename = "responseType",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub response_type: ::std::option::Option<::std::string::String>,
        ///The text of the message, which may contain HTML.
        pub text: ::std::string::String,
        ///How long a queued message can still be unsent, in seconds.
        #[serde(
            rename = "unsendSecondsQueue",
            skip_serializing_if = "::std::option::Option::is_none"
        )]
        pub unsend_seconds_queue: ::std::option::Option<i64>,
    }
    impl Message {
        pub fn builder() -> builder::Message {
            Default::default()
        }
    }
    ///The sender of a message, with a name ("chats list") or a view ("SDK types").
    #[derive(::serde::Serialize, Clone, Debug, PartialEq)]
    #[serde(untagged)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    pub enum MessageSender {
        Name(UserName),
        View(UserView),
    }
    impl ::std::convert::From<UserName> for MessageSender {
        fn from(value: UserName) -> Self {
            Self::Name(value)
        }
    }
    impl ::std::convert::From<UserView> for MessageSender {
        fn from(value: UserView) -> Self {
            Self::View(value)
        }
    }
    ///The preview of a media item ("chats list").
    #[derive(::serde::Serialize, Clone, PartialEq)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    pub struct PreviewFile {
        ///The height, in pixels.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub height: ::std::option::Option<i64>,
        ///Other versions of the preview.
        pub options: ::std::vec::Vec<MediaSource>,
        ///The size, in bytes.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub size: ::std::option::Option<i64>,
        ///The preview's URL.
        pub url: ::std::string::String,
        ///The width, in pixels.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub width: ::std::option::Option<i64>,
    }
    impl PreviewFile {
        pub fn builder() -> builder::PreviewFile {
            Default::default()
        }
    }
    ///A release form of a person shown in a media item ("chats list").
    #[derive(::serde::Serialize, Clone, PartialEq)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    pub struct ReleaseForm {
        ///The form's id.
        pub id: i64,
        ///The name on the form.
        pub name: ::std::string::String,
        ///Where the form came from.
        #[serde(rename = "partnerSource")]
        pub partner_source: ::std::string::String,
        ///The kind of form.
        #[serde(rename = "type")]
        pub type_: ::std::string::String,
        ///The person named on the form.
        #[serde(skip_serializing_if = "::std::option::Option::is_none")]
        pub user: ::std::option::Option<ReleaseFormUser>,
    }
    impl ReleaseForm {
        pub fn builder() -> builder::ReleaseForm {
            Default::default()
        }
    }
    ///The person named on a release form ("chats list").
    #[derive(::serde::Serialize, Clone, PartialEq)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    pub struct ReleaseFormUser {
        ///The URL of the user's picture.
        pub avatar: ::std::string::String,
        ///Small versions of the user's picture.
        #[serde(rename = "avatarThumbs")]
        pub avatar_thumbs: AvatarThumbs,
        ///The user's id.
        pub id: i64,
        ///Whether the form came from a guest.
        #[serde(rename = "isFromGuest")]
        pub is_from_guest: bool,
        ///Whether the platform has verified the user.
        #[serde(rename = "isVerified")]
        pub is_verified: bool,
        ///The state of the identity verification.
        #[serde(rename = "ivStatus")]
        pub iv_status: ::std::string::String,
        ///The user's name.
        pub name: ::std::string::String,
        ///The user's account name.
        pub username: ::std::string::String,
        ///The platform's name for the view.
        pub view: ::std::string::String,
    }
    impl ReleaseFormUser {
        pub fn builder() -> builder::ReleaseFormUser {
            Default::default()
        }
    }
    ///A user, identified by id, with a name ("chats list").
    #[derive(::serde::Serialize, Clone, PartialEq)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    pub struct UserName {
        ///The user's id.
        pub id: i64,
        ///The user's name.
        pub name: ::std::string::String,
    }
    impl UserName {
        pub fn builder() -> builder::UserName {
            Default::default()
        }
    }
    ///A user, identified by id, with the view that the platform shows ("chats list").
    #[derive(::serde::Serialize, Clone, Debug, PartialEq)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    pub struct UserView {
        ///The user's id.
        pub id: i64,
        ///The platform's name for the view.
        #[serde(rename = "_view")]
        pub view: ::std::string::String,
    }
    impl UserView {
        pub fn builder() -> builder::UserView {
            Default::default()
        }
    }
    ///The URLs of a video by its height in pixels ("chats list").
    #[derive(::serde::Serialize, Clone, Default, PartialEq)]
    #[non_exhaustive]
    #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
    pub struct VideoSources {
        ///The URL of the version that is 240 pixels high.
        #[serde(rename = "240", skip_serializing_if = "::std::option::Option::is_none")]
        pub x240: ::std::option::Option<::std::string::String>,
        ///The URL of the version that is 720 pixels high.
        #[serde(rename = "720", skip_serializing_if = "::std::option::Option::is_none")]
        pub x720: ::std::option::Option<::std::string::String>,
    }
    impl VideoSources {
        pub fn builder() -> builder::VideoSources {
            Default::default()
        }
    }
    /// Types for composing complex structures.
    pub mod builder {
        #[derive(Clone)]
        pub struct AvatarThumbs {
            c144: ::std::result::Result<::std::string::String, ::std::string::String>,
            c50: ::std::result::Result<::std::string::String, ::std::string::String>,
        }
        impl ::std::default::Default for AvatarThumbs {
            fn default() -> Self {
                Self {
                    c144: Err("no value supplied for c144".to_string()),
                    c50: Err("no value supplied for c50".to_string()),
                }
            }
        }
        impl AvatarThumbs {
            pub fn c144<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.c144 = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for c144: {e}")
                    });
                self
            }
            pub fn c50<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.c50 = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for c50: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<AvatarThumbs> for super::AvatarThumbs {
            type Error = super::error::ConversionError;
            fn try_from(
                value: AvatarThumbs,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    c144: value.c144?,
                    c50: value.c50?,
                })
            }
        }
        impl ::std::convert::From<super::AvatarThumbs> for AvatarThumbs {
            fn from(value: super::AvatarThumbs) -> Self {
                Self {
                    c144: Ok(value.c144),
                    c50: Ok(value.c50),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct Chat {
            can_go_to_profile: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            can_not_send_reason: ::std::result::Result<
                ::std::option::Option<super::CanNotSendReason>,
                ::std::string::String,
            >,
            can_send_message: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            count_pinned_messages: ::std::result::Result<
                ::std::option::Option<i64>,
                ::std::string::String,
            >,
            has_purchased_feed: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            has_unread_tips: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            is_muted_notifications: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            last_message: ::std::result::Result<
                ::std::option::Option<super::Message>,
                ::std::string::String,
            >,
            last_read_message_id: ::std::result::Result<
                ::std::option::Option<i64>,
                ::std::string::String,
            >,
            unread_messages_count: ::std::result::Result<
                ::std::option::Option<i64>,
                ::std::string::String,
            >,
            with_user: ::std::result::Result<super::UserView, ::std::string::String>,
        }
        impl ::std::default::Default for Chat {
            fn default() -> Self {
                Self {
                    can_go_to_profile: Ok(Default::default()),
                    can_not_send_reason: Ok(Default::default()),
                    can_send_message: Ok(Default::default()),
                    count_pinned_messages: Ok(Default::default()),
                    has_purchased_feed: Ok(Default::default()),
                    has_unread_tips: Ok(Default::default()),
                    is_muted_notifications: Ok(Default::default()),
                    last_message: Ok(Default::default()),
                    last_read_message_id: Ok(Default::default()),
                    unread_messages_count: Ok(Default::default()),
                    with_user: Err("no value supplied for with_user".to_string()),
                }
            }
        }
        impl Chat {
            pub fn can_go_to_profile<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.can_go_to_profile = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for can_go_to_profile: {e}"
                        )
                    });
                self
            }
            pub fn can_not_send_reason<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<super::CanNotSendReason>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.can_not_send_reason = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for can_not_send_reason: {e}"
                        )
                    });
                self
            }
            pub fn can_send_message<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.can_send_message = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for can_send_message: {e}"
                        )
                    });
                self
            }
            pub fn count_pinned_messages<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.count_pinned_messages = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for count_pinned_messages: {e}"
                        )
                    });
                self
            }
            pub fn has_purchased_feed<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.has_purchased_feed = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for has_purchased_feed: {e}"
                        )
                    });
                self
            }
            pub fn has_unread_tips<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.has_unread_tips = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for has_unread_tips: {e}"
                        )
                    });
                self
            }
            pub fn is_muted_notifications<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.is_muted_notifications = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for is_muted_notifications: {e}"
                        )
                    });
                self
            }
            pub fn last_message<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<super::Message>>,
                T::Error: ::std::fmt::Display,
            {
                self.last_message = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for last_message: {e}")
                    });
                self
            }
            pub fn last_read_message_id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.last_read_message_id = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for last_read_message_id: {e}"
                        )
                    });
                self
            }
            pub fn unread_messages_count<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.unread_messages_count = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for unread_messages_count: {e}"
                        )
                    });
                self
            }
            pub fn with_user<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::UserView>,
                T::Error: ::std::fmt::Display,
            {
                self.with_user = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for with_user: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<Chat> for super::Chat {
            type Error = super::error::ConversionError;
            fn try_from(
                value: Chat,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    can_go_to_profile: value.can_go_to_profile?,
                    can_not_send_reason: value.can_not_send_reason?,
                    can_send_message: value.can_send_message?,
                    count_pinned_messages: value.count_pinned_messages?,
                    has_purchased_feed: value.has_purchased_feed?,
                    has_unread_tips: value.has_unread_tips?,
                    is_muted_notifications: value.is_muted_notifications?,
                    last_message: value.last_message?,
                    last_read_message_id: value.last_read_message_id?,
                    unread_messages_count: value.unread_messages_count?,
                    with_user: value.with_user?,
                })
            }
        }
        impl ::std::convert::From<super::Chat> for Chat {
            fn from(value: super::Chat) -> Self {
                Self {
                    can_go_to_profile: Ok(value.can_go_to_profile),
                    can_not_send_reason: Ok(value.can_not_send_reason),
                    can_send_message: Ok(value.can_send_message),
                    count_pinned_messages: Ok(value.count_pinned_messages),
                    has_purchased_feed: Ok(value.has_purchased_feed),
                    has_unread_tips: Ok(value.has_unread_tips),
                    is_muted_notifications: Ok(value.is_muted_notifications),
                    last_message: Ok(value.last_message),
                    last_read_message_id: Ok(value.last_read_message_id),
                    unread_messages_count: Ok(value.unread_messages_count),
                    with_user: Ok(value.with_user),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct ChatPage {
            has_more: ::std::result::Result<bool, ::std::string::String>,
            list: ::std::result::Result<
                ::std::vec::Vec<super::Chat>,
                ::std::string::String,
            >,
            next_offset: ::std::result::Result<
                ::std::option::Option<crate::NextOffset>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for ChatPage {
            fn default() -> Self {
                Self {
                    has_more: Err("no value supplied for has_more".to_string()),
                    list: Err("no value supplied for list".to_string()),
                    next_offset: Ok(Default::default()),
                }
            }
        }
        impl ChatPage {
            pub fn has_more<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<bool>,
                T::Error: ::std::fmt::Display,
            {
                self.has_more = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for has_more: {e}")
                    });
                self
            }
            pub fn list<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::vec::Vec<super::Chat>>,
                T::Error: ::std::fmt::Display,
            {
                self.list = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for list: {e}")
                    });
                self
            }
            pub fn next_offset<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<crate::NextOffset>>,
                T::Error: ::std::fmt::Display,
            {
                self.next_offset = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for next_offset: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<ChatPage> for super::ChatPage {
            type Error = super::error::ConversionError;
            fn try_from(
                value: ChatPage,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    has_more: value.has_more?,
                    list: value.list?,
                    next_offset: value.next_offset?,
                })
            }
        }
        impl ::std::convert::From<super::ChatPage> for ChatPage {
            fn from(value: super::ChatPage) -> Self {
                Self {
                    has_more: Ok(value.has_more),
                    list: Ok(value.list),
                    next_offset: Ok(value.next_offset),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct ErrorBody {
            action_required: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            error: ::std::result::Result<::std::string::String, ::std::string::String>,
            request_id: ::std::result::Result<
                ::std::string::String,
                ::std::string::String,
            >,
            type_: ::std::result::Result<
                ::std::option::Option<crate::types::ErrorType>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for ErrorBody {
            fn default() -> Self {
                Self {
                    action_required: Ok(Default::default()),
                    error: Err("no value supplied for error".to_string()),
                    request_id: Err("no value supplied for request_id".to_string()),
                    type_: Ok(Default::default()),
                }
            }
        }
        impl ErrorBody {
            pub fn action_required<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.action_required = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for action_required: {e}"
                        )
                    });
                self
            }
            pub fn error<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.error = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for error: {e}")
                    });
                self
            }
            pub fn request_id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.request_id = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for request_id: {e}")
                    });
                self
            }
            pub fn type_<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<crate::types::ErrorType>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.type_ = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for type_: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<ErrorBody> for super::ErrorBody {
            type Error = super::error::ConversionError;
            fn try_from(
                value: ErrorBody,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    action_required: value.action_required?,
                    error: value.error?,
                    request_id: value.request_id?,
                    type_: value.type_?,
                })
            }
        }
        impl ::std::convert::From<super::ErrorBody> for ErrorBody {
            fn from(value: super::ErrorBody) -> Self {
                Self {
                    action_required: Ok(value.action_required),
                    error: Ok(value.error),
                    request_id: Ok(value.request_id),
                    type_: Ok(value.type_),
                }
            }
        }
        #[derive(Clone)]
        pub struct FullFile {
            height: ::std::result::Result<
                ::std::option::Option<i64>,
                ::std::string::String,
            >,
            size: ::std::result::Result<
                ::std::option::Option<i64>,
                ::std::string::String,
            >,
            sources: ::std::result::Result<
                ::std::vec::Vec<super::MediaSource>,
                ::std::string::String,
            >,
            url: ::std::result::Result<::std::string::String, ::std::string::String>,
            width: ::std::result::Result<
                ::std::option::Option<i64>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for FullFile {
            fn default() -> Self {
                Self {
                    height: Ok(Default::default()),
                    size: Ok(Default::default()),
                    sources: Err("no value supplied for sources".to_string()),
                    url: Err("no value supplied for url".to_string()),
                    width: Ok(Default::default()),
                }
            }
        }
        impl FullFile {
            pub fn height<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.height = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for height: {e}")
                    });
                self
            }
            pub fn size<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.size = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for size: {e}")
                    });
                self
            }
            pub fn sources<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::vec::Vec<super::MediaSource>>,
                T::Error: ::std::fmt::Display,
            {
                self.sources = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for sources: {e}")
                    });
                self
            }
            pub fn url<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.url = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for url: {e}")
                    });
                self
            }
            pub fn width<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.width = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for width: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<FullFile> for super::FullFile {
            type Error = super::error::ConversionError;
            fn try_from(
                value: FullFile,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    height: value.height?,
                    size: value.size?,
                    sources: value.sources?,
                    url: value.url?,
                    width: value.width?,
                })
            }
        }
        impl ::std::convert::From<super::FullFile> for FullFile {
            fn from(value: super::FullFile) -> Self {
                Self {
                    height: Ok(value.height),
                    size: Ok(value.size),
                    sources: Ok(value.sources),
                    url: Ok(value.url),
                    width: Ok(value.width),
                }
            }
        }
        #[derive(Clone)]
        pub struct ImageFile {
            height: ::std::result::Result<
                ::std::option::Option<i64>,
                ::std::string::String,
            >,
            size: ::std::result::Result<
                ::std::option::Option<i64>,
                ::std::string::String,
            >,
            url: ::std::result::Result<::std::string::String, ::std::string::String>,
            width: ::std::result::Result<
                ::std::option::Option<i64>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for ImageFile {
            fn default() -> Self {
                Self {
                    height: Ok(Default::default()),
                    size: Ok(Default::default()),
                    url: Err("no value supplied for url".to_string()),
                    width: Ok(Default::default()),
                }
            }
        }
        impl ImageFile {
            pub fn height<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.height = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for height: {e}")
                    });
                self
            }
            pub fn size<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.size = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for size: {e}")
                    });
                self
            }
            pub fn url<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.url = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for url: {e}")
                    });
                self
            }
            pub fn width<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.width = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for width: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<ImageFile> for super::ImageFile {
            type Error = super::error::ConversionError;
            fn try_from(
                value: ImageFile,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    height: value.height?,
                    size: value.size?,
                    url: value.url?,
                    width: value.width?,
                })
            }
        }
        impl ::std::convert::From<super::ImageFile> for ImageFile {
            fn from(value: super::ImageFile) -> Self {
                Self {
                    height: Ok(value.height),
                    size: Ok(value.size),
                    url: Ok(value.url),
                    width: Ok(value.width),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct Media {
            can_view: ::std::result::Result<bool, ::std::string::String>,
            converted_to_video: ::std::result::Result<bool, ::std::string::String>,
            created_at: ::std::result::Result<crate::Timestamp, ::std::string::String>,
            duration: ::std::result::Result<
                ::std::option::Option<f64>,
                ::std::string::String,
            >,
            files: ::std::result::Result<
                ::std::option::Option<super::MediaFiles>,
                ::std::string::String,
            >,
            has_custom_preview: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            has_error: ::std::result::Result<bool, ::std::string::String>,
            id: ::std::result::Result<i64, ::std::string::String>,
            is_ready: ::std::result::Result<bool, ::std::string::String>,
            release_forms: ::std::result::Result<
                ::std::vec::Vec<super::ReleaseForm>,
                ::std::string::String,
            >,
            type_: ::std::result::Result<
                ::std::option::Option<crate::types::MediaKind>,
                ::std::string::String,
            >,
            video_sources: ::std::result::Result<
                ::std::option::Option<super::VideoSources>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for Media {
            fn default() -> Self {
                Self {
                    can_view: Err("no value supplied for can_view".to_string()),
                    converted_to_video: Err(
                        "no value supplied for converted_to_video".to_string(),
                    ),
                    created_at: Err("no value supplied for created_at".to_string()),
                    duration: Ok(Default::default()),
                    files: Ok(Default::default()),
                    has_custom_preview: Ok(Default::default()),
                    has_error: Err("no value supplied for has_error".to_string()),
                    id: Err("no value supplied for id".to_string()),
                    is_ready: Err("no value supplied for is_ready".to_string()),
                    release_forms: Err(
                        "no value supplied for release_forms".to_string(),
                    ),
                    type_: Ok(Default::default()),
                    video_sources: Ok(Default::default()),
                }
            }
        }
        impl Media {
            pub fn can_view<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<bool>,
                T::Error: ::std::fmt::Display,
            {
                self.can_view = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for can_view: {e}")
                    });
                self
            }
            pub fn converted_to_video<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<bool>,
                T::Error: ::std::fmt::Display,
            {
                self.converted_to_video = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for converted_to_video: {e}"
                        )
                    });
                self
            }
            pub fn created_at<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<crate::Timestamp>,
                T::Error: ::std::fmt::Display,
            {
                self.created_at = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for created_at: {e}")
                    });
                self
            }
            pub fn duration<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<f64>>,
                T::Error: ::std::fmt::Display,
            {
                self.duration = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for duration: {e}")
                    });
                self
            }
            pub fn files<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<super::MediaFiles>>,
                T::Error: ::std::fmt::Display,
            {
                self.files = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for files: {e}")
                    });
                self
            }
            pub fn has_custom_preview<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.has_custom_preview = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for has_custom_preview: {e}"
                        )
                    });
                self
            }
            pub fn has_error<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<bool>,
                T::Error: ::std::fmt::Display,
            {
                self.has_error = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for has_error: {e}")
                    });
                self
            }
            pub fn id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<i64>,
                T::Error: ::std::fmt::Display,
            {
                self.id = value
                    .try_into()
                    .map_err(|e| format!("error converting supplied value for id: {e}"));
                self
            }
            pub fn is_ready<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<bool>,
                T::Error: ::std::fmt::Display,
            {
                self.is_ready = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for is_ready: {e}")
                    });
                self
            }
            pub fn release_forms<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::vec::Vec<super::ReleaseForm>>,
                T::Error: ::std::fmt::Display,
            {
                self.release_forms = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for release_forms: {e}")
                    });
                self
            }
            pub fn type_<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<crate::types::MediaKind>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.type_ = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for type_: {e}")
                    });
                self
            }
            pub fn video_sources<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<super::VideoSources>>,
                T::Error: ::std::fmt::Display,
            {
                self.video_sources = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for video_sources: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<Media> for super::Media {
            type Error = super::error::ConversionError;
            fn try_from(
                value: Media,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    can_view: value.can_view?,
                    converted_to_video: value.converted_to_video?,
                    created_at: value.created_at?,
                    duration: value.duration?,
                    files: value.files?,
                    has_custom_preview: value.has_custom_preview?,
                    has_error: value.has_error?,
                    id: value.id?,
                    is_ready: value.is_ready?,
                    release_forms: value.release_forms?,
                    type_: value.type_?,
                    video_sources: value.video_sources?,
                })
            }
        }
        impl ::std::convert::From<super::Media> for Media {
            fn from(value: super::Media) -> Self {
                Self {
                    can_view: Ok(value.can_view),
                    converted_to_video: Ok(value.converted_to_video),
                    created_at: Ok(value.created_at),
                    duration: Ok(value.duration),
                    files: Ok(value.files),
                    has_custom_preview: Ok(value.has_custom_preview),
                    has_error: Ok(value.has_error),
                    id: Ok(value.id),
                    is_ready: Ok(value.is_ready),
                    release_forms: Ok(value.release_forms),
                    type_: Ok(value.type_),
                    video_sources: Ok(value.video_sources),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct MediaFiles {
            full: ::std::result::Result<super::FullFile, ::std::string::String>,
            preview: ::std::result::Result<
                ::std::option::Option<super::PreviewFile>,
                ::std::string::String,
            >,
            square_preview: ::std::result::Result<
                ::std::option::Option<super::ImageFile>,
                ::std::string::String,
            >,
            thumb: ::std::result::Result<
                ::std::option::Option<super::ImageFile>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for MediaFiles {
            fn default() -> Self {
                Self {
                    full: Err("no value supplied for full".to_string()),
                    preview: Ok(Default::default()),
                    square_preview: Ok(Default::default()),
                    thumb: Ok(Default::default()),
                }
            }
        }
        impl MediaFiles {
            pub fn full<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::FullFile>,
                T::Error: ::std::fmt::Display,
            {
                self.full = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for full: {e}")
                    });
                self
            }
            pub fn preview<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<super::PreviewFile>>,
                T::Error: ::std::fmt::Display,
            {
                self.preview = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for preview: {e}")
                    });
                self
            }
            pub fn square_preview<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<super::ImageFile>>,
                T::Error: ::std::fmt::Display,
            {
                self.square_preview = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for square_preview: {e}"
                        )
                    });
                self
            }
            pub fn thumb<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<super::ImageFile>>,
                T::Error: ::std::fmt::Display,
            {
                self.thumb = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for thumb: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<MediaFiles> for super::MediaFiles {
            type Error = super::error::ConversionError;
            fn try_from(
                value: MediaFiles,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    full: value.full?,
                    preview: value.preview?,
                    square_preview: value.square_preview?,
                    thumb: value.thumb?,
                })
            }
        }
        impl ::std::convert::From<super::MediaFiles> for MediaFiles {
            fn from(value: super::MediaFiles) -> Self {
                Self {
                    full: Ok(value.full),
                    preview: Ok(value.preview),
                    square_preview: Ok(value.square_preview),
                    thumb: Ok(value.thumb),
                }
            }
        }
        #[derive(Clone)]
        pub struct MediaSource {
            height: ::std::result::Result<
                ::std::option::Option<i64>,
                ::std::string::String,
            >,
            type_: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            url: ::std::result::Result<::std::string::String, ::std::string::String>,
            width: ::std::result::Result<
                ::std::option::Option<i64>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for MediaSource {
            fn default() -> Self {
                Self {
                    height: Ok(Default::default()),
                    type_: Ok(Default::default()),
                    url: Err("no value supplied for url".to_string()),
                    width: Ok(Default::default()),
                }
            }
        }
        impl MediaSource {
            pub fn height<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.height = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for height: {e}")
                    });
                self
            }
            pub fn type_<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.type_ = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for type_: {e}")
                    });
                self
            }
            pub fn url<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.url = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for url: {e}")
                    });
                self
            }
            pub fn width<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.width = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for width: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<MediaSource> for super::MediaSource {
            type Error = super::error::ConversionError;
            fn try_from(
                value: MediaSource,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    height: value.height?,
                    type_: value.type_?,
                    url: value.url?,
                    width: value.width?,
                })
            }
        }
        impl ::std::convert::From<super::MediaSource> for MediaSource {
            fn from(value: super::MediaSource) -> Self {
                Self {
                    height: Ok(value.height),
                    type_: Ok(value.type_),
                    url: Ok(value.url),
                    width: Ok(value.width),
                }
            }
        }
        #[derive(Clone)]
        pub struct Message {
            can_be_pinned: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            can_purchase: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            can_purchase_reason: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            can_report: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            can_unsend_queue: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            cancel_seconds: ::std::result::Result<
                ::std::option::Option<i64>,
                ::std::string::String,
            >,
            changed_at: ::std::result::Result<
                ::std::option::Option<crate::Timestamp>,
                ::std::string::String,
            >,
            created_at: ::std::result::Result<
                ::std::option::Option<crate::Timestamp>,
                ::std::string::String,
            >,
            from_user: ::std::result::Result<
                super::MessageSender,
                ::std::string::String,
            >,
            giphy_id: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            id: ::std::result::Result<i64, ::std::string::String>,
            is_couple_people_media: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            is_free: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            is_from_queue: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            is_liked: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            is_markdown_disabled: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            is_media_ready: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            is_new: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            is_opened: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            is_pinned: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            is_reported_by_me: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            is_tip: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            locked_text: ::std::result::Result<
                ::std::option::Option<bool>,
                ::std::string::String,
            >,
            media: ::std::result::Result<
                ::std::vec::Vec<super::Media>,
                ::std::string::String,
            >,
            media_count: ::std::result::Result<
                ::std::option::Option<i64>,
                ::std::string::String,
            >,
            previews: ::std::result::Result<::std::vec::Vec<i64>, ::std::string::String>,
            queue_id: ::std::result::Result<
                ::std::option::Option<i64>,
                ::std::string::String,
            >,
            release_forms: ::std::result::Result<
                ::std::option::Option<::serde_json::Value>,
                ::std::string::String,
            >,
            response_type: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            text: ::std::result::Result<::std::string::String, ::std::string::String>,
            unsend_seconds_queue: ::std::result::Result<
                ::std::option::Option<i64>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for Message {
            fn default() -> Self {
                Self {
                    can_be_pinned: Ok(Default::default()),
                    can_purchase: Ok(Default::default()),
                    can_purchase_reason: Ok(Default::default()),
                    can_report: Ok(Default::default()),
                    can_unsend_queue: Ok(Default::default()),
                    cancel_seconds: Ok(Default::default()),
                    changed_at: Ok(Default::default()),
                    created_at: Ok(Default::default()),
                    from_user: Err("no value supplied for from_user".to_string()),
                    giphy_id: Ok(Default::default()),
                    id: Err("no value supplied for id".to_string()),
                    is_couple_people_media: Ok(Default::default()),
                    is_free: Ok(Default::default()),
                    is_from_queue: Ok(Default::default()),
                    is_liked: Ok(Default::default()),
                    is_markdown_disabled: Ok(Default::default()),
                    is_media_ready: Ok(Default::default()),
                    is_new: Ok(Default::default()),
                    is_opened: Ok(Default::default()),
                    is_pinned: Ok(Default::default()),
                    is_reported_by_me: Ok(Default::default()),
                    is_tip: Ok(Default::default()),
                    locked_text: Ok(Default::default()),
                    media: Err("no value supplied for media".to_string()),
                    media_count: Ok(Default::default()),
                    previews: Err("no value supplied for previews".to_string()),
                    queue_id: Ok(Default::default()),
                    release_forms: Ok(Default::default()),
                    response_type: Ok(Default::default()),
                    text: Err("no value supplied for text".to_string()),
                    unsend_seconds_queue: Ok(Default::default()),
                }
            }
        }
        impl Message {
            pub fn can_be_pinned<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.can_be_pinned = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for can_be_pinned: {e}")
                    });
                self
            }
            pub fn can_purchase<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.can_purchase = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for can_purchase: {e}")
                    });
                self
            }
            pub fn can_purchase_reason<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.can_purchase_reason = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for can_purchase_reason: {e}"
                        )
                    });
                self
            }
            pub fn can_report<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.can_report = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for can_report: {e}")
                    });
                self
            }
            pub fn can_unsend_queue<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.can_unsend_queue = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for can_unsend_queue: {e}"
                        )
                    });
                self
            }
            pub fn cancel_seconds<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.cancel_seconds = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for cancel_seconds: {e}"
                        )
                    });
                self
            }
            pub fn changed_at<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<crate::Timestamp>>,
                T::Error: ::std::fmt::Display,
            {
                self.changed_at = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for changed_at: {e}")
                    });
                self
            }
            pub fn created_at<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<crate::Timestamp>>,
                T::Error: ::std::fmt::Display,
            {
                self.created_at = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for created_at: {e}")
                    });
                self
            }
            pub fn from_user<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::MessageSender>,
                T::Error: ::std::fmt::Display,
            {
                self.from_user = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for from_user: {e}")
                    });
                self
            }
            pub fn giphy_id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.giphy_id = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for giphy_id: {e}")
                    });
                self
            }
            pub fn id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<i64>,
                T::Error: ::std::fmt::Display,
            {
                self.id = value
                    .try_into()
                    .map_err(|e| format!("error converting supplied value for id: {e}"));
                self
            }
            pub fn is_couple_people_media<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.is_couple_people_media = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for is_couple_people_media: {e}"
                        )
                    });
                self
            }
            pub fn is_free<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.is_free = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for is_free: {e}")
                    });
                self
            }
            pub fn is_from_queue<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.is_from_queue = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for is_from_queue: {e}")
                    });
                self
            }
            pub fn is_liked<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.is_liked = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for is_liked: {e}")
                    });
                self
            }
            pub fn is_markdown_disabled<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.is_markdown_disabled = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for is_markdown_disabled: {e}"
                        )
                    });
                self
            }
            pub fn is_media_ready<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.is_media_ready = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for is_media_ready: {e}"
                        )
                    });
                self
            }
            pub fn is_new<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.is_new = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for is_new: {e}")
                    });
                self
            }
            pub fn is_opened<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.is_opened = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for is_opened: {e}")
                    });
                self
            }
            pub fn is_pinned<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.is_pinned = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for is_pinned: {e}")
                    });
                self
            }
            pub fn is_reported_by_me<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.is_reported_by_me = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for is_reported_by_me: {e}"
                        )
                    });
                self
            }
            pub fn is_tip<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.is_tip = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for is_tip: {e}")
                    });
                self
            }
            pub fn locked_text<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<bool>>,
                T::Error: ::std::fmt::Display,
            {
                self.locked_text = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for locked_text: {e}")
                    });
                self
            }
            pub fn media<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::vec::Vec<super::Media>>,
                T::Error: ::std::fmt::Display,
            {
                self.media = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for media: {e}")
                    });
                self
            }
            pub fn media_count<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.media_count = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for media_count: {e}")
                    });
                self
            }
            pub fn previews<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::vec::Vec<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.previews = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for previews: {e}")
                    });
                self
            }
            pub fn queue_id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.queue_id = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for queue_id: {e}")
                    });
                self
            }
            pub fn release_forms<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::serde_json::Value>>,
                T::Error: ::std::fmt::Display,
            {
                self.release_forms = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for release_forms: {e}")
                    });
                self
            }
            pub fn response_type<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.response_type = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for response_type: {e}")
                    });
                self
            }
            pub fn text<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.text = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for text: {e}")
                    });
                self
            }
            pub fn unsend_seconds_queue<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.unsend_seconds_queue = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for unsend_seconds_queue: {e}"
                        )
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<Message> for super::Message {
            type Error = super::error::ConversionError;
            fn try_from(
                value: Message,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    can_be_pinned: value.can_be_pinned?,
                    can_purchase: value.can_purchase?,
                    can_purchase_reason: value.can_purchase_reason?,
                    can_report: value.can_report?,
                    can_unsend_queue: value.can_unsend_queue?,
                    cancel_seconds: value.cancel_seconds?,
                    changed_at: value.changed_at?,
                    created_at: value.created_at?,
                    from_user: value.from_user?,
                    giphy_id: value.giphy_id?,
                    id: value.id?,
                    is_couple_people_media: value.is_couple_people_media?,
                    is_free: value.is_free?,
                    is_from_queue: value.is_from_queue?,
                    is_liked: value.is_liked?,
                    is_markdown_disabled: value.is_markdown_disabled?,
                    is_media_ready: value.is_media_ready?,
                    is_new: value.is_new?,
                    is_opened: value.is_opened?,
                    is_pinned: value.is_pinned?,
                    is_reported_by_me: value.is_reported_by_me?,
                    is_tip: value.is_tip?,
                    locked_text: value.locked_text?,
                    media: value.media?,
                    media_count: value.media_count?,
                    previews: value.previews?,
                    queue_id: value.queue_id?,
                    release_forms: value.release_forms?,
                    response_type: value.response_type?,
                    text: value.text?,
                    unsend_seconds_queue: value.unsend_seconds_queue?,
                })
            }
        }
        impl ::std::convert::From<super::Message> for Message {
            fn from(value: super::Message) -> Self {
                Self {
                    can_be_pinned: Ok(value.can_be_pinned),
                    can_purchase: Ok(value.can_purchase),
                    can_purchase_reason: Ok(value.can_purchase_reason),
                    can_report: Ok(value.can_report),
                    can_unsend_queue: Ok(value.can_unsend_queue),
                    cancel_seconds: Ok(value.cancel_seconds),
                    changed_at: Ok(value.changed_at),
                    created_at: Ok(value.created_at),
                    from_user: Ok(value.from_user),
                    giphy_id: Ok(value.giphy_id),
                    id: Ok(value.id),
                    is_couple_people_media: Ok(value.is_couple_people_media),
                    is_free: Ok(value.is_free),
                    is_from_queue: Ok(value.is_from_queue),
                    is_liked: Ok(value.is_liked),
                    is_markdown_disabled: Ok(value.is_markdown_disabled),
                    is_media_ready: Ok(value.is_media_ready),
                    is_new: Ok(value.is_new),
                    is_opened: Ok(value.is_opened),
                    is_pinned: Ok(value.is_pinned),
                    is_reported_by_me: Ok(value.is_reported_by_me),
                    is_tip: Ok(value.is_tip),
                    locked_text: Ok(value.locked_text),
                    media: Ok(value.media),
                    media_count: Ok(value.media_count),
                    previews: Ok(value.previews),
                    queue_id: Ok(value.queue_id),
                    release_forms: Ok(value.release_forms),
                    response_type: Ok(value.response_type),
                    text: Ok(value.text),
                    unsend_seconds_queue: Ok(value.unsend_seconds_queue),
                }
            }
        }
        #[derive(Clone)]
        pub struct PreviewFile {
            height: ::std::result::Result<
                ::std::option::Option<i64>,
                ::std::string::String,
            >,
            options: ::std::result::Result<
                ::std::vec::Vec<super::MediaSource>,
                ::std::string::String,
            >,
            size: ::std::result::Result<
                ::std::option::Option<i64>,
                ::std::string::String,
            >,
            url: ::std::result::Result<::std::string::String, ::std::string::String>,
            width: ::std::result::Result<
                ::std::option::Option<i64>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for PreviewFile {
            fn default() -> Self {
                Self {
                    height: Ok(Default::default()),
                    options: Err("no value supplied for options".to_string()),
                    size: Ok(Default::default()),
                    url: Err("no value supplied for url".to_string()),
                    width: Ok(Default::default()),
                }
            }
        }
        impl PreviewFile {
            pub fn height<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.height = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for height: {e}")
                    });
                self
            }
            pub fn options<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::vec::Vec<super::MediaSource>>,
                T::Error: ::std::fmt::Display,
            {
                self.options = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for options: {e}")
                    });
                self
            }
            pub fn size<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.size = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for size: {e}")
                    });
                self
            }
            pub fn url<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.url = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for url: {e}")
                    });
                self
            }
            pub fn width<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<i64>>,
                T::Error: ::std::fmt::Display,
            {
                self.width = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for width: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<PreviewFile> for super::PreviewFile {
            type Error = super::error::ConversionError;
            fn try_from(
                value: PreviewFile,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    height: value.height?,
                    options: value.options?,
                    size: value.size?,
                    url: value.url?,
                    width: value.width?,
                })
            }
        }
        impl ::std::convert::From<super::PreviewFile> for PreviewFile {
            fn from(value: super::PreviewFile) -> Self {
                Self {
                    height: Ok(value.height),
                    options: Ok(value.options),
                    size: Ok(value.size),
                    url: Ok(value.url),
                    width: Ok(value.width),
                }
            }
        }
        #[derive(Clone)]
        pub struct ReleaseForm {
            id: ::std::result::Result<i64, ::std::string::String>,
            name: ::std::result::Result<::std::string::String, ::std::string::String>,
            partner_source: ::std::result::Result<
                ::std::string::String,
                ::std::string::String,
            >,
            type_: ::std::result::Result<::std::string::String, ::std::string::String>,
            user: ::std::result::Result<
                ::std::option::Option<super::ReleaseFormUser>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for ReleaseForm {
            fn default() -> Self {
                Self {
                    id: Err("no value supplied for id".to_string()),
                    name: Err("no value supplied for name".to_string()),
                    partner_source: Err(
                        "no value supplied for partner_source".to_string(),
                    ),
                    type_: Err("no value supplied for type_".to_string()),
                    user: Ok(Default::default()),
                }
            }
        }
        impl ReleaseForm {
            pub fn id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<i64>,
                T::Error: ::std::fmt::Display,
            {
                self.id = value
                    .try_into()
                    .map_err(|e| format!("error converting supplied value for id: {e}"));
                self
            }
            pub fn name<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.name = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for name: {e}")
                    });
                self
            }
            pub fn partner_source<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.partner_source = value
                    .try_into()
                    .map_err(|e| {
                        format!(
                            "error converting supplied value for partner_source: {e}"
                        )
                    });
                self
            }
            pub fn type_<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.type_ = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for type_: {e}")
                    });
                self
            }
            pub fn user<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<
                    ::std::option::Option<super::ReleaseFormUser>,
                >,
                T::Error: ::std::fmt::Display,
            {
                self.user = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for user: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<ReleaseForm> for super::ReleaseForm {
            type Error = super::error::ConversionError;
            fn try_from(
                value: ReleaseForm,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    id: value.id?,
                    name: value.name?,
                    partner_source: value.partner_source?,
                    type_: value.type_?,
                    user: value.user?,
                })
            }
        }
        impl ::std::convert::From<super::ReleaseForm> for ReleaseForm {
            fn from(value: super::ReleaseForm) -> Self {
                Self {
                    id: Ok(value.id),
                    name: Ok(value.name),
                    partner_source: Ok(value.partner_source),
                    type_: Ok(value.type_),
                    user: Ok(value.user),
                }
            }
        }
        #[derive(Clone)]
        pub struct ReleaseFormUser {
            avatar: ::std::result::Result<::std::string::String, ::std::string::String>,
            avatar_thumbs: ::std::result::Result<
                super::AvatarThumbs,
                ::std::string::String,
            >,
            id: ::std::result::Result<i64, ::std::string::String>,
            is_from_guest: ::std::result::Result<bool, ::std::string::String>,
            is_verified: ::std::result::Result<bool, ::std::string::String>,
            iv_status: ::std::result::Result<
                ::std::string::String,
                ::std::string::String,
            >,
            name: ::std::result::Result<::std::string::String, ::std::string::String>,
            username: ::std::result::Result<
                ::std::string::String,
                ::std::string::String,
            >,
            view: ::std::result::Result<::std::string::String, ::std::string::String>,
        }
        impl ::std::default::Default for ReleaseFormUser {
            fn default() -> Self {
                Self {
                    avatar: Err("no value supplied for avatar".to_string()),
                    avatar_thumbs: Err(
                        "no value supplied for avatar_thumbs".to_string(),
                    ),
                    id: Err("no value supplied for id".to_string()),
                    is_from_guest: Err(
                        "no value supplied for is_from_guest".to_string(),
                    ),
                    is_verified: Err("no value supplied for is_verified".to_string()),
                    iv_status: Err("no value supplied for iv_status".to_string()),
                    name: Err("no value supplied for name".to_string()),
                    username: Err("no value supplied for username".to_string()),
                    view: Err("no value supplied for view".to_string()),
                }
            }
        }
        impl ReleaseFormUser {
            pub fn avatar<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.avatar = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for avatar: {e}")
                    });
                self
            }
            pub fn avatar_thumbs<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<super::AvatarThumbs>,
                T::Error: ::std::fmt::Display,
            {
                self.avatar_thumbs = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for avatar_thumbs: {e}")
                    });
                self
            }
            pub fn id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<i64>,
                T::Error: ::std::fmt::Display,
            {
                self.id = value
                    .try_into()
                    .map_err(|e| format!("error converting supplied value for id: {e}"));
                self
            }
            pub fn is_from_guest<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<bool>,
                T::Error: ::std::fmt::Display,
            {
                self.is_from_guest = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for is_from_guest: {e}")
                    });
                self
            }
            pub fn is_verified<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<bool>,
                T::Error: ::std::fmt::Display,
            {
                self.is_verified = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for is_verified: {e}")
                    });
                self
            }
            pub fn iv_status<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.iv_status = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for iv_status: {e}")
                    });
                self
            }
            pub fn name<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.name = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for name: {e}")
                    });
                self
            }
            pub fn username<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.username = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for username: {e}")
                    });
                self
            }
            pub fn view<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.view = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for view: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<ReleaseFormUser> for super::ReleaseFormUser {
            type Error = super::error::ConversionError;
            fn try_from(
                value: ReleaseFormUser,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    avatar: value.avatar?,
                    avatar_thumbs: value.avatar_thumbs?,
                    id: value.id?,
                    is_from_guest: value.is_from_guest?,
                    is_verified: value.is_verified?,
                    iv_status: value.iv_status?,
                    name: value.name?,
                    username: value.username?,
                    view: value.view?,
                })
            }
        }
        impl ::std::convert::From<super::ReleaseFormUser> for ReleaseFormUser {
            fn from(value: super::ReleaseFormUser) -> Self {
                Self {
                    avatar: Ok(value.avatar),
                    avatar_thumbs: Ok(value.avatar_thumbs),
                    id: Ok(value.id),
                    is_from_guest: Ok(value.is_from_guest),
                    is_verified: Ok(value.is_verified),
                    iv_status: Ok(value.iv_status),
                    name: Ok(value.name),
                    username: Ok(value.username),
                    view: Ok(value.view),
                }
            }
        }
        #[derive(Clone)]
        pub struct UserName {
            id: ::std::result::Result<i64, ::std::string::String>,
            name: ::std::result::Result<::std::string::String, ::std::string::String>,
        }
        impl ::std::default::Default for UserName {
            fn default() -> Self {
                Self {
                    id: Err("no value supplied for id".to_string()),
                    name: Err("no value supplied for name".to_string()),
                }
            }
        }
        impl UserName {
            pub fn id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<i64>,
                T::Error: ::std::fmt::Display,
            {
                self.id = value
                    .try_into()
                    .map_err(|e| format!("error converting supplied value for id: {e}"));
                self
            }
            pub fn name<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.name = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for name: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<UserName> for super::UserName {
            type Error = super::error::ConversionError;
            fn try_from(
                value: UserName,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    id: value.id?,
                    name: value.name?,
                })
            }
        }
        impl ::std::convert::From<super::UserName> for UserName {
            fn from(value: super::UserName) -> Self {
                Self {
                    id: Ok(value.id),
                    name: Ok(value.name),
                }
            }
        }
        #[derive(Clone, Debug)]
        pub struct UserView {
            id: ::std::result::Result<i64, ::std::string::String>,
            view: ::std::result::Result<::std::string::String, ::std::string::String>,
        }
        impl ::std::default::Default for UserView {
            fn default() -> Self {
                Self {
                    id: Err("no value supplied for id".to_string()),
                    view: Err("no value supplied for view".to_string()),
                }
            }
        }
        impl UserView {
            pub fn id<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<i64>,
                T::Error: ::std::fmt::Display,
            {
                self.id = value
                    .try_into()
                    .map_err(|e| format!("error converting supplied value for id: {e}"));
                self
            }
            pub fn view<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::string::String>,
                T::Error: ::std::fmt::Display,
            {
                self.view = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for view: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<UserView> for super::UserView {
            type Error = super::error::ConversionError;
            fn try_from(
                value: UserView,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    id: value.id?,
                    view: value.view?,
                })
            }
        }
        impl ::std::convert::From<super::UserView> for UserView {
            fn from(value: super::UserView) -> Self {
                Self {
                    id: Ok(value.id),
                    view: Ok(value.view),
                }
            }
        }
        #[derive(Clone)]
        pub struct VideoSources {
            x240: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
            x720: ::std::result::Result<
                ::std::option::Option<::std::string::String>,
                ::std::string::String,
            >,
        }
        impl ::std::default::Default for VideoSources {
            fn default() -> Self {
                Self {
                    x240: Ok(Default::default()),
                    x720: Ok(Default::default()),
                }
            }
        }
        impl VideoSources {
            pub fn x240<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.x240 = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for x240: {e}")
                    });
                self
            }
            pub fn x720<T>(mut self, value: T) -> Self
            where
                T: ::std::convert::TryInto<::std::option::Option<::std::string::String>>,
                T::Error: ::std::fmt::Display,
            {
                self.x720 = value
                    .try_into()
                    .map_err(|e| {
                        format!("error converting supplied value for x720: {e}")
                    });
                self
            }
        }
        impl ::std::convert::TryFrom<VideoSources> for super::VideoSources {
            type Error = super::error::ConversionError;
            fn try_from(
                value: VideoSources,
            ) -> ::std::result::Result<Self, super::error::ConversionError> {
                Ok(Self {
                    x240: value.x240?,
                    x720: value.x720?,
                })
            }
        }
        impl ::std::convert::From<super::VideoSources> for VideoSources {
            fn from(value: super::VideoSources) -> Self {
                Self {
                    x240: Ok(value.x240),
                    x720: Ok(value.x720),
                }
            }
        }
        impl ::std::fmt::Debug for AvatarThumbs {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct("AvatarThumbs").finish_non_exhaustive()
            }
        }
        impl ::std::fmt::Debug for FullFile {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct("FullFile").finish_non_exhaustive()
            }
        }
        impl ::std::fmt::Debug for ImageFile {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct("ImageFile").finish_non_exhaustive()
            }
        }
        impl ::std::fmt::Debug for MediaSource {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct("MediaSource").finish_non_exhaustive()
            }
        }
        impl ::std::fmt::Debug for Message {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct("Message").finish_non_exhaustive()
            }
        }
        impl ::std::fmt::Debug for PreviewFile {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct("PreviewFile").finish_non_exhaustive()
            }
        }
        impl ::std::fmt::Debug for ReleaseForm {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct("ReleaseForm").finish_non_exhaustive()
            }
        }
        impl ::std::fmt::Debug for ReleaseFormUser {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct("ReleaseFormUser").finish_non_exhaustive()
            }
        }
        impl ::std::fmt::Debug for UserName {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct("UserName").finish_non_exhaustive()
            }
        }
        impl ::std::fmt::Debug for VideoSources {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct("VideoSources").finish_non_exhaustive()
            }
        }
    }
    /// Error types.
    pub mod error {
        /// Error from a `TryFrom` or `FromStr` implementation.
        pub struct ConversionError(::std::borrow::Cow<'static, str>);
        impl ::std::error::Error for ConversionError {}
        impl ::std::fmt::Display for ConversionError {
            fn fmt(
                &self,
                f: &mut ::std::fmt::Formatter<'_>,
            ) -> Result<(), ::std::fmt::Error> {
                ::std::fmt::Display::fmt(&self.0, f)
            }
        }
        impl ::std::fmt::Debug for ConversionError {
            fn fmt(
                &self,
                f: &mut ::std::fmt::Formatter<'_>,
            ) -> Result<(), ::std::fmt::Error> {
                ::std::fmt::Debug::fmt(&self.0, f)
            }
        }
        impl From<&'static str> for ConversionError {
            fn from(value: &'static str) -> Self {
                Self(value.into())
            }
        }
        impl From<String> for ConversionError {
            fn from(value: String) -> Self {
                Self(value.into())
            }
        }
    }
    impl<'de> ::serde::Deserialize<'de> for CanNotSendReason {
        fn deserialize<D: ::serde::Deserializer<'de>>(
            deserializer: D,
        ) -> ::std::result::Result<Self, D::Error> {
            crate::alternatives::choose(
                deserializer,
                "CanNotSendReason",
                |scalar| match scalar {
                    crate::alternatives::Scalar::Flag(value) => Some(Self::Flag(value)),
                    crate::alternatives::Scalar::Text(value) => Some(Self::Reason(value)),
                    _ => None,
                },
            )
        }
    }
    impl<'de> ::serde::Deserialize<'de> for MessageSender {
        fn deserialize<D: ::serde::Deserializer<'de>>(
            deserializer: D,
        ) -> ::std::result::Result<Self, D::Error> {
            struct Properties {
                id: crate::alternatives::Scalar,
                name: crate::alternatives::Scalar,
                view: crate::alternatives::Scalar,
            }
            crate::object::object! {
                Properties required {} optional { id = "id", name = "name", view =
                "_view", }
            }
            crate::alternatives::choose_object(
                deserializer,
                "MessageSender",
                |Properties { id, name, view }| match (id, name, view) {
                    (
                        crate::alternatives::Scalar::Integer(id),
                        crate::alternatives::Scalar::Text(name),
                        _,
                    ) => Some(Self::Name(UserName { id, name })),
                    (
                        crate::alternatives::Scalar::Integer(id),
                        _,
                        crate::alternatives::Scalar::Text(view),
                    ) => Some(Self::View(UserView { id, view })),
                    _ => None,
                },
            )
        }
    }
    crate::object::object! {
        AvatarThumbs required { c144 = "c144", c50 = "c50", } optional {}
    }
    crate::object::object! {
        Chat required { with_user = "withUser", } optional { can_go_to_profile =
        "canGoToProfile", can_not_send_reason = "canNotSendReason", can_send_message =
        "canSendMessage", count_pinned_messages = "countPinnedMessages",
        has_purchased_feed = "hasPurchasedFeed", has_unread_tips = "hasUnreadTips",
        is_muted_notifications = "isMutedNotifications", last_message = "lastMessage",
        last_read_message_id = "lastReadMessageId", unread_messages_count =
        "unreadMessagesCount", }
    }
    crate::object::object! {
        ChatPage required { has_more = "hasMore", list = "list", } optional { next_offset
        = "nextOffset", }
    }
    crate::object::object! {
        ErrorBody required { error = "error", request_id = "requestId", } optional {
        action_required = "actionRequired", type_ = "type", }
    }
    crate::object::object! {
        FullFile required { sources = "sources", url = "url", } optional { height =
        "height", size = "size", width = "width", }
    }
    crate::object::object! {
        ImageFile required { url = "url", } optional { height = "height", size = "size",
        width = "width", }
    }
    crate::object::object! {
        Media required { can_view = "canView", converted_to_video = "convertedToVideo",
        created_at = "createdAt", has_error = "hasError", id = "id", is_ready =
        "isReady", release_forms = "releaseForms", } optional { duration = "duration",
        files = "files", has_custom_preview = "hasCustomPreview", type_ = "type",
        video_sources = "videoSources", }
    }
    crate::object::object! {
        MediaFiles required { full = "full", } optional { preview = "preview",
        square_preview = "squarePreview", thumb = "thumb", }
    }
    crate::object::object! {
        MediaSource required { url = "url", } optional { height = "height", type_ =
        "type", width = "width", }
    }
    crate::object::object! {
        Message required { from_user = "fromUser", id = "id", media = "media", previews =
        "previews", text = "text", } optional { can_be_pinned = "canBePinned",
        can_purchase = "canPurchase", can_purchase_reason = "canPurchaseReason",
        can_report = "canReport", can_unsend_queue = "canUnsendQueue", cancel_seconds =
        "cancelSeconds", changed_at = "changedAt", created_at = "createdAt", giphy_id =
        "giphyId", is_couple_people_media = "isCouplePeopleMedia", is_free = "isFree",
        is_from_queue = "isFromQueue", is_liked = "isLiked", is_markdown_disabled =
        "isMarkdownDisabled", is_media_ready = "isMediaReady", is_new = "isNew",
        is_opened = "isOpened", is_pinned = "isPinned", is_reported_by_me =
        "isReportedByMe", is_tip = "isTip", locked_text = "lockedText", media_count =
        "mediaCount", queue_id = "queueId", release_forms = "releaseForms", response_type
        = "responseType", unsend_seconds_queue = "unsendSecondsQueue", }
    }
    crate::object::object! {
        PreviewFile required { options = "options", url = "url", } optional { height =
        "height", size = "size", width = "width", }
    }
    crate::object::object! {
        ReleaseForm required { id = "id", name = "name", partner_source =
        "partnerSource", type_ = "type", } optional { user = "user", }
    }
    crate::object::object! {
        ReleaseFormUser required { avatar = "avatar", avatar_thumbs = "avatarThumbs", id
        = "id", is_from_guest = "isFromGuest", is_verified = "isVerified", iv_status =
        "ivStatus", name = "name", username = "username", view = "view", } optional {}
    }
    crate::object::object! {
        UserName required { id = "id", name = "name", } optional {}
    }
    crate::object::object! {
        UserView required { id = "id", view = "_view", } optional {}
    }
    crate::object::object! {
        VideoSources required {} optional { x240 = "240", x720 = "720", }
    }
    impl ::std::fmt::Debug for AvatarThumbs {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("AvatarThumbs")
                .field("c144", &::core::format_args!("[private]"))
                .field("c50", &::core::format_args!("[private]"))
                .finish()
        }
    }
    impl ::std::fmt::Debug for FullFile {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("FullFile")
                .field("height", &self.height)
                .field("size", &self.size)
                .field("sources", &self.sources)
                .field("url", &::core::format_args!("[private]"))
                .field("width", &self.width)
                .finish()
        }
    }
    impl ::std::fmt::Debug for ImageFile {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("ImageFile")
                .field("height", &self.height)
                .field("size", &self.size)
                .field("url", &::core::format_args!("[private]"))
                .field("width", &self.width)
                .finish()
        }
    }
    impl ::std::fmt::Debug for MediaSource {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("MediaSource")
                .field("height", &self.height)
                .field("type_", &self.type_)
                .field("url", &::core::format_args!("[private]"))
                .field("width", &self.width)
                .finish()
        }
    }
    impl ::std::fmt::Debug for Message {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("Message")
                .field("can_be_pinned", &self.can_be_pinned)
                .field("can_purchase", &self.can_purchase)
                .field("can_purchase_reason", &self.can_purchase_reason)
                .field("can_report", &self.can_report)
                .field("can_unsend_queue", &self.can_unsend_queue)
                .field("cancel_seconds", &self.cancel_seconds)
                .field("changed_at", &self.changed_at)
                .field("created_at", &self.created_at)
                .field("from_user", &self.from_user)
                .field(
                    "giphy_id",
                    &self.giphy_id.as_ref().map(|_| ::core::format_args!("[private]")),
                )
                .field("id", &self.id)
                .field("is_couple_people_media", &self.is_couple_people_media)
                .field("is_free", &self.is_free)
                .field("is_from_queue", &self.is_from_queue)
                .field("is_liked", &self.is_liked)
                .field("is_markdown_disabled", &self.is_markdown_disabled)
                .field("is_media_ready", &self.is_media_ready)
                .field("is_new", &self.is_new)
                .field("is_opened", &self.is_opened)
                .field("is_pinned", &self.is_pinned)
                .field("is_reported_by_me", &self.is_reported_by_me)
                .field("is_tip", &self.is_tip)
                .field("locked_text", &self.locked_text)
                .field("media", &self.media)
                .field("media_count", &self.media_count)
                .field("previews", &self.previews)
                .field("queue_id", &self.queue_id)
                .field(
                    "release_forms",
                    &self
                        .release_forms
                        .as_ref()
                        .map(|_| ::core::format_args!("[private]")),
                )
                .field("response_type", &self.response_type)
                .field("text", &::core::format_args!("[private]"))
                .field("unsend_seconds_queue", &self.unsend_seconds_queue)
                .finish()
        }
    }
    impl ::std::fmt::Debug for PreviewFile {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("PreviewFile")
                .field("height", &self.height)
                .field("options", &self.options)
                .field("size", &self.size)
                .field("url", &::core::format_args!("[private]"))
                .field("width", &self.width)
                .finish()
        }
    }
    impl ::std::fmt::Debug for ReleaseForm {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("ReleaseForm")
                .field("id", &self.id)
                .field("name", &::core::format_args!("[private]"))
                .field("partner_source", &self.partner_source)
                .field("type_", &self.type_)
                .field("user", &self.user)
                .finish()
        }
    }
    impl ::std::fmt::Debug for ReleaseFormUser {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("ReleaseFormUser")
                .field("avatar", &::core::format_args!("[private]"))
                .field("avatar_thumbs", &self.avatar_thumbs)
                .field("id", &self.id)
                .field("is_from_guest", &self.is_from_guest)
                .field("is_verified", &self.is_verified)
                .field("iv_status", &self.iv_status)
                .field("name", &::core::format_args!("[private]"))
                .field("username", &::core::format_args!("[private]"))
                .field("view", &self.view)
                .finish()
        }
    }
    impl ::std::fmt::Debug for UserName {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("UserName")
                .field("id", &self.id)
                .field("name", &::core::format_args!("[private]"))
                .finish()
        }
    }
    impl ::std::fmt::Debug for VideoSources {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("VideoSources")
                .field(
                    "x240",
                    &self.x240.as_ref().map(|_| ::core::format_args!("[private]")),
                )
                .field(
                    "x720",
                    &self.x720.as_ref().map(|_| ::core::format_args!("[private]")),
                )
                .finish()
        }
    }
    ///The machine-readable type of an error; the API may add values ("errors").
    #[derive(Clone, Debug, Eq, Hash, PartialEq)]
    #[non_exhaustive]
    pub enum ErrorType {
        /// `BAD_REQUEST`
        BadRequest,
        /// `UNAUTHORIZED`
        Unauthorized,
        /// `SESSION_NOT_PROVIDED`
        SessionNotProvided,
        /// `SESSION_EXPIRED`
        SessionExpired,
        /// `RULES_OUTDATED`
        RulesOutdated,
        /// `FORBIDDEN`
        Forbidden,
        /// `RESOURCE_NOT_FOUND`
        ResourceNotFound,
        /// `ROUTE_NOT_FOUND`
        RouteNotFound,
        /// `RATE_LIMIT_EXCEEDED`
        RateLimitExceeded,
        /// A value that this version does not know, as it was received.
        Other(::std::string::String),
    }
    impl ErrorType {
        /// The values that this version knows, as the API writes them.
        pub const KNOWN: &'static [&'static str] = &[
            "BAD_REQUEST",
            "UNAUTHORIZED",
            "SESSION_NOT_PROVIDED",
            "SESSION_EXPIRED",
            "RULES_OUTDATED",
            "FORBIDDEN",
            "RESOURCE_NOT_FOUND",
            "ROUTE_NOT_FOUND",
            "RATE_LIMIT_EXCEEDED",
        ];
        /// The value as the API writes it.
        pub fn as_str(&self) -> &str {
            match self {
                Self::BadRequest => "BAD_REQUEST",
                Self::Unauthorized => "UNAUTHORIZED",
                Self::SessionNotProvided => "SESSION_NOT_PROVIDED",
                Self::SessionExpired => "SESSION_EXPIRED",
                Self::RulesOutdated => "RULES_OUTDATED",
                Self::Forbidden => "FORBIDDEN",
                Self::ResourceNotFound => "RESOURCE_NOT_FOUND",
                Self::RouteNotFound => "ROUTE_NOT_FOUND",
                Self::RateLimitExceeded => "RATE_LIMIT_EXCEEDED",
                Self::Other(value) => value,
            }
        }
    }
    impl ::std::convert::From<&str> for ErrorType {
        fn from(value: &str) -> Self {
            match value {
                "BAD_REQUEST" => Self::BadRequest,
                "UNAUTHORIZED" => Self::Unauthorized,
                "SESSION_NOT_PROVIDED" => Self::SessionNotProvided,
                "SESSION_EXPIRED" => Self::SessionExpired,
                "RULES_OUTDATED" => Self::RulesOutdated,
                "FORBIDDEN" => Self::Forbidden,
                "RESOURCE_NOT_FOUND" => Self::ResourceNotFound,
                "ROUTE_NOT_FOUND" => Self::RouteNotFound,
                "RATE_LIMIT_EXCEEDED" => Self::RateLimitExceeded,
                _ => Self::Other(value.to_owned()),
            }
        }
    }
    impl ::std::convert::From<::std::string::String> for ErrorType {
        fn from(value: ::std::string::String) -> Self {
            Self::from(value.as_str())
        }
    }
    impl ::std::str::FromStr for ErrorType {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self::from(value))
        }
    }
    impl ::std::fmt::Display for ErrorType {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.write_str(self.as_str())
        }
    }
    impl ::serde::Serialize for ErrorType {
        fn serialize<S: ::serde::Serializer>(
            &self,
            serializer: S,
        ) -> ::std::result::Result<S::Ok, S::Error> {
            serializer.serialize_str(self.as_str())
        }
    }
    impl<'de> ::serde::Deserialize<'de> for ErrorType {
        fn deserialize<D: ::serde::Deserializer<'de>>(
            deserializer: D,
        ) -> ::std::result::Result<Self, D::Error> {
            crate::text::deserialize(deserializer, "ErrorType")
        }
    }
    #[cfg(feature = "schemars")]
    impl ::schemars::JsonSchema for ErrorType {
        fn schema_name() -> ::std::borrow::Cow<'static, str> {
            "ErrorType".into()
        }
        fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
            ::schemars::json_schema!(
                { "description" :
                "The machine-readable type of an error; the API may add values (\"errors\").",
                "type" : "string", "enum" : Self::KNOWN, "x-extensible-enum" : true, }
            )
        }
    }
    ///The kind of a media item; the API may add values ("chats list", "SDK types").
    #[derive(Clone, Debug, Eq, Hash, PartialEq)]
    #[non_exhaustive]
    pub enum MediaKind {
        /// `photo`
        Photo,
        /// `video`
        Video,
        /// `gif`
        Gif,
        /// `audio`
        Audio,
        /// A value that this version does not know, as it was received.
        Other(::std::string::String),
    }
    impl MediaKind {
        /// The values that this version knows, as the API writes them.
        pub const KNOWN: &'static [&'static str] = &["photo", "video", "gif", "audio"];
        /// The value as the API writes it.
        pub fn as_str(&self) -> &str {
            match self {
                Self::Photo => "photo",
                Self::Video => "video",
                Self::Gif => "gif",
                Self::Audio => "audio",
                Self::Other(value) => value,
            }
        }
    }
    impl ::std::convert::From<&str> for MediaKind {
        fn from(value: &str) -> Self {
            match value {
                "photo" => Self::Photo,
                "video" => Self::Video,
                "gif" => Self::Gif,
                "audio" => Self::Audio,
                _ => Self::Other(value.to_owned()),
            }
        }
    }
    impl ::std::convert::From<::std::string::String> for MediaKind {
        fn from(value: ::std::string::String) -> Self {
            Self::from(value.as_str())
        }
    }
    impl ::std::str::FromStr for MediaKind {
        type Err = ::std::convert::Infallible;
        fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
            Ok(Self::from(value))
        }
    }
    impl ::std::fmt::Display for MediaKind {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.write_str(self.as_str())
        }
    }
    impl ::serde::Serialize for MediaKind {
        fn serialize<S: ::serde::Serializer>(
            &self,
            serializer: S,
        ) -> ::std::result::Result<S::Ok, S::Error> {
            serializer.serialize_str(self.as_str())
        }
    }
    impl<'de> ::serde::Deserialize<'de> for MediaKind {
        fn deserialize<D: ::serde::Deserializer<'de>>(
            deserializer: D,
        ) -> ::std::result::Result<Self, D::Error> {
            crate::text::deserialize(deserializer, "MediaKind")
        }
    }
    #[cfg(feature = "schemars")]
    impl ::schemars::JsonSchema for MediaKind {
        fn schema_name() -> ::std::borrow::Cow<'static, str> {
            "MediaKind".into()
        }
        fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
            ::schemars::json_schema!(
                { "description" :
                "The kind of a media item; the API may add values (\"chats list\", \"SDK types\").",
                "type" : "string", "enum" : Self::KNOWN, "x-extensible-enum" : true, }
            )
        }
    }
}
#[derive(Clone, Debug)]
/**Client for OFAuth chats

The OFAuth API for listing a creator's chats ("chats list").

One API key can serve many connections, one for each linked creator account.
Rate limits apply per connection. On the plans Pay as You Go and Starter, a
connection may send 60 requests a minute, with bursts of up to 90. On the plan
Launch, only the platform's own limits apply ("rate limits").

Version: 2.0.0*/
pub struct Client {
    pub(crate) baseurl: String,
    pub(crate) client: reqwest::Client,
    pub(crate) inner: crate::Credentials,
}
impl Client {
    /// Construct a new client with an existing `reqwest::Client`,
    /// allowing more control over its configuration.
    ///
    /// `baseurl` is the base URL provided to the internal
    /// `reqwest::Client`, and should include a scheme and hostname,
    /// as well as port and a path stem if applicable.
    pub fn new_with_client(
        baseurl: &str,
        client: reqwest::Client,
        inner: crate::Credentials,
    ) -> Self {
        Self {
            baseurl: baseurl.to_string(),
            client,
            inner,
        }
    }
}
impl ClientInfo<crate::Credentials> for Client {
    fn api_version() -> &'static str {
        "2.0.0"
    }
    fn baseurl(&self) -> &str {
        self.baseurl.as_str()
    }
    fn client(&self) -> &reqwest::Client {
        &self.client
    }
    fn inner(&self) -> &crate::Credentials {
        &self.inner
    }
}
const _: () = {
    #[allow(dead_code)]
    fn assert_client_hooks()
    where
        Client: ClientHooks<crate::Credentials>,
    {}
};
impl Client {
    /**List a creator's chats

Returns one page of the connected creator's chats, ordered by activity
("chats list"). The API key needs the permission `messages:read`
("new docs").

The list is live: a message that arrives between two requests moves its
chat, and shifts the offsets of other chats.

Sends a `GET` request to `/v2/access/chats`

Arguments:
- `filter`: Returns only chats of one kind; by default, all chats ("chats list").
- `limit`: The number of chats to return, 1 to 20 ("chats list").
- `offset`: The number of chats to skip, from 0; null means 0 ("chats list").
- `order`: The sort order by activity ("chats list").
- `query`: Text to search for, at most 100 characters ("chats list").
- `user_list_id`: The id of a user list, greater than 0; returns only chats with its members ("chats list").
```text
let response = client.list_chats()
    .filter(filter)
    .limit(limit)
    .offset(offset)
    .order(order)
    .query(query)
    .user_list_id(user_list_id)
    .send()
    .await;
```*/
    pub fn list_chats(&self) -> builder::ListChats<'_> {
        builder::ListChats::new(self)
    }
}
/// Types for composing operation parameters.
#[allow(clippy::all)]
pub mod builder {
    use super::types;
    #[allow(unused_imports)]
    use super::{
        encode_path, ByteStream, ClientInfo, ClientHooks, Error, OperationInfo,
        RequestBuilderExt, ResponseValue,
    };
    /**Builder for [`Client::list_chats`]

[`Client::list_chats`]: super::Client::list_chats*/
    #[derive(Clone)]
    pub struct ListChats<'a> {
        client: &'a super::Client,
        filter: Result<Option<types::ChatFilter>, String>,
        limit: Result<Option<::std::num::NonZeroU32>, String>,
        offset: Result<Option<i64>, String>,
        order: Result<Option<types::ChatOrder>, String>,
        query: Result<Option<types::ListChatsQuery>, String>,
        user_list_id: Result<Option<::std::num::NonZeroU64>, String>,
    }
    impl<'a> ListChats<'a> {
        pub fn new(client: &'a super::Client) -> Self {
            Self {
                client: client,
                filter: Ok(None),
                limit: Ok(None),
                offset: Ok(None),
                order: Ok(None),
                query: Ok(None),
                user_list_id: Ok(None),
            }
        }
        pub fn filter<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::ChatFilter>,
        {
            self.filter = value
                .try_into()
                .map(Some)
                .map_err(|_| "conversion to `ChatFilter` for filter failed".to_string());
            self
        }
        pub fn limit<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::num::NonZeroU32>,
        {
            self.limit = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: num :: NonZeroU32` for limit failed"
                        .to_string()
                });
            self
        }
        pub fn offset<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<i64>,
        {
            self.offset = value
                .try_into()
                .map(Some)
                .map_err(|_| "conversion to `i64` for offset failed".to_string());
            self
        }
        pub fn order<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::ChatOrder>,
        {
            self.order = value
                .try_into()
                .map(Some)
                .map_err(|_| "conversion to `ChatOrder` for order failed".to_string());
            self
        }
        pub fn query<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<types::ListChatsQuery>,
        {
            self.query = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `ListChatsQuery` for query failed".to_string()
                });
            self
        }
        pub fn user_list_id<V>(mut self, value: V) -> Self
        where
            V: std::convert::TryInto<::std::num::NonZeroU64>,
        {
            self.user_list_id = value
                .try_into()
                .map(Some)
                .map_err(|_| {
                    "conversion to `:: std :: num :: NonZeroU64` for user_list_id failed"
                        .to_string()
                });
            self
        }
        ///Sends a `GET` request to `/v2/access/chats`
        pub async fn send(
            self,
        ) -> Result<ResponseValue<crate::Body<types::ChatPage>>, Error<()>> {
            let Self { client, filter, limit, offset, order, query, user_list_id } = self;
            let filter = filter.map_err(Error::InvalidRequest)?;
            let limit = limit.map_err(Error::InvalidRequest)?;
            let offset = offset.map_err(Error::InvalidRequest)?;
            let order = order.map_err(Error::InvalidRequest)?;
            let query = query.map_err(Error::InvalidRequest)?;
            let user_list_id = user_list_id.map_err(Error::InvalidRequest)?;
            let url = format!("{}/v2/access/chats", client.baseurl,);
            let mut header_map = ::reqwest::header::HeaderMap::with_capacity(1usize);
            header_map
                .append(
                    ::reqwest::header::HeaderName::from_static("api-version"),
                    ::reqwest::header::HeaderValue::from_static(
                        super::Client::api_version(),
                    ),
                );
            #[allow(unused_mut)]
            let mut request = client
                .client
                .get(url)
                .header(
                    ::reqwest::header::ACCEPT,
                    ::reqwest::header::HeaderValue::from_static("application/json"),
                )
                .query(&progenitor_client::QueryParam::new("filter", &filter))
                .query(&progenitor_client::QueryParam::new("limit", &limit))
                .query(&progenitor_client::QueryParam::new("offset", &offset))
                .query(&progenitor_client::QueryParam::new("order", &order))
                .query(&progenitor_client::QueryParam::new("query", &query))
                .query(&progenitor_client::QueryParam::new("userListId", &user_list_id))
                .headers(header_map)
                .build()?;
            let info = OperationInfo {
                operation_id: "list_chats",
            };
            client.pre(&mut request, &info).await?;
            let result = client.exec(request, &info).await;
            client.post(&result, &info).await?;
            let response = result?;
            match response.status().as_u16() {
                200u16 => crate::body::keep(response).await,
                _ => Err(Error::UnexpectedResponse(response)),
            }
        }
    }
    impl ::std::fmt::Debug for ListChats<'_> {
        fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            f.debug_struct("ListChats").finish_non_exhaustive()
        }
    }
}
/// Items consumers will typically use such as the Client.
pub mod prelude {
    pub use self::super::Client;
}
/// What the API's description says about each operation, and the rules for its parameters.
pub mod operations {
    ///`GET /v2/access/chats`: List a creator's chats
    pub mod list_chats {
        /// The operation.
        pub static OPERATION: crate::Operation = crate::Operation::new(
            "list_chats",
            ::http::Method::GET,
            "/v2/access/chats",
            true,
        );
        ///Returns only chats of one kind; by default, all chats ("chats list").
        pub const FILTER: crate::rule::Words = crate::rule::Words::new(
            "filter",
            &["priority", "who_tipped", "unread"],
        );
        ///The number of chats to return, 1 to 20 ("chats list").
        pub const LIMIT: crate::rule::Integer = crate::rule::Integer::new(
            "limit",
            1i64,
            20i64,
            Some(10i64),
        );
        ///The number of chats to skip, from 0; null means 0 ("chats list").
        pub const OFFSET: crate::rule::Integer = crate::rule::Integer::new(
            "offset",
            0i64,
            9223372036854775807i64,
            Some(0i64),
        );
        ///The sort order by activity ("chats list").
        pub const ORDER: crate::rule::Words = crate::rule::Words::new(
            "order",
            &["recent", "old"],
        );
        ///Text to search for, at most 100 characters ("chats list").
        pub const QUERY: crate::rule::Text = crate::rule::Text::new(
            "query",
            0,
            100u64 as usize,
            false,
        );
        ///The id of a user list, greater than 0; returns only chats with its members ("chats list").
        pub const USER_LIST_ID: crate::rule::Integer = crate::rule::Integer::new(
            "userListId",
            1i64,
            9223372036854775807i64,
            None,
        );
    }
}
