//! Fields of a chat, as the cells of a CSV or table.

use ofauth::Chat;
use serde_json::Value;

/// The fields that can be chosen, as paths in a chat's JSON; by default, CSV has all of them.
pub(crate) const FIELDS: [&str; 22] = [
    "withUser.id",
    "withUser._view",
    "unreadMessagesCount",
    "hasUnreadTips",
    "canSendMessage",
    "canNotSendReason",
    "canGoToProfile",
    "isMutedNotifications",
    "hasPurchasedFeed",
    "countPinnedMessages",
    "lastReadMessageId",
    "lastMessage.id",
    "lastMessage.createdAt",
    "lastMessage.changedAt",
    "lastMessage.fromUser.id",
    "lastMessage.fromUser.name",
    "lastMessage.mediaCount",
    "lastMessage.isTip",
    "lastMessage.isFree",
    "lastMessage.isOpened",
    "lastMessage.isNew",
    "lastMessage.text",
];

/// Returns fields of a chat as text. `safe` keeps spreadsheets from calculating texts as formulas.
pub(super) fn cells(chat: &Chat, fields: &[&str], safe: bool) -> serde_json::Result<Vec<String>> {
    let chat = serde_json::to_value(chat)?;
    let cell = |field: &&str| match field.split('.').try_fold(&chat, |value, key| value.get(key)) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) if safe && is_formula(text) => format!("'{text}"),
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    };
    Ok(fields.iter().map(cell).collect())
}

/// Whether a spreadsheet takes a text as a formula (OWASP, CSV injection).
fn is_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}
