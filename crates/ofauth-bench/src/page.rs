//! A page as an application would write it by hand: the reference for the time that decoding takes.

#![allow(dead_code, reason = "what is decoded is not used")]

use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Page {
    pub(crate) list: Vec<Chat>,
    pub(crate) has_more: bool,
    next_offset: Option<i64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Chat {
    with_user: User,
    last_message: Option<Message>,
    last_read_message_id: Option<i64>,
    unread_messages_count: Option<i64>,
    count_pinned_messages: Option<i64>,
    can_not_send_reason: Option<Value>,
    can_send_message: Option<bool>,
    can_go_to_profile: Option<bool>,
    has_purchased_feed: Option<bool>,
    has_unread_tips: Option<bool>,
    is_muted_notifications: Option<bool>,
}

#[derive(Deserialize)]
struct User {
    id: i64,
    #[serde(rename = "_view")]
    view: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    id: i64,
    text: String,
    from_user: User,
    created_at: Option<String>,
    changed_at: Option<String>,
    media: Vec<Media>,
    media_count: Option<i64>,
    previews: Vec<i64>,
    release_forms: Option<Value>,
    giphy_id: Option<String>,
    queue_id: Option<i64>,
    response_type: Option<String>,
    can_purchase_reason: Option<String>,
    cancel_seconds: Option<i64>,
    unsend_seconds_queue: Option<i64>,
    can_be_pinned: Option<bool>,
    can_purchase: Option<bool>,
    can_report: Option<bool>,
    can_unsend_queue: Option<bool>,
    is_couple_people_media: Option<bool>,
    is_free: Option<bool>,
    is_from_queue: Option<bool>,
    is_liked: Option<bool>,
    is_markdown_disabled: Option<bool>,
    is_media_ready: Option<bool>,
    is_new: Option<bool>,
    is_opened: Option<bool>,
    is_pinned: Option<bool>,
    is_reported_by_me: Option<bool>,
    is_tip: Option<bool>,
    locked_text: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Media {
    id: i64,
    r#type: Option<String>,
    can_view: bool,
    converted_to_video: bool,
    created_at: String,
    duration: Option<f64>,
    files: Option<Files>,
    has_custom_preview: Option<bool>,
    has_error: bool,
    is_ready: bool,
    release_forms: Vec<ReleaseForm>,
    video_sources: Option<VideoSources>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Files {
    full: File,
    preview: Option<File>,
    square_preview: Option<File>,
    thumb: Option<File>,
}

#[derive(Deserialize)]
struct File {
    url: String,
    width: Option<i64>,
    height: Option<i64>,
    size: Option<i64>,
    sources: Option<Vec<Source>>,
    options: Option<Vec<Source>>,
}

#[derive(Deserialize)]
struct Source {
    url: String,
    r#type: Option<String>,
    width: Option<i64>,
    height: Option<i64>,
}

#[derive(Deserialize)]
struct VideoSources {
    #[serde(rename = "720")]
    p720: Option<String>,
    #[serde(rename = "240")]
    p240: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReleaseForm {
    id: i64,
    name: String,
    partner_source: String,
    r#type: String,
    user: Option<ReleaseFormUser>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ReleaseFormUser {
    id: i64,
    name: String,
    username: String,
    view: String,
    avatar: String,
    avatar_thumbs: Thumbs,
    is_from_guest: bool,
    is_verified: bool,
    iv_status: String,
}

#[derive(Deserialize)]
struct Thumbs {
    c50: String,
    c144: String,
}
