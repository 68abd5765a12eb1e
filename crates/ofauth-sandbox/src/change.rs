//! Changes to a connection: messages, reads, pins, removals, sessions and permissions.

use std::fmt;

use ofauth_api::types::Chat;
use serde::{Deserialize, Serialize};

/// A change to a connection.
///
/// In JSON, a change is its name in snake case with its fields, like
/// `{"message":{"fan":10005197,"text":"<p>Hi</p>"}}` or `{"session":"expired"}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Change {
    /// A message arrives in the chat with a fan, which becomes the newest chat. If there is no chat
    /// with the fan, the message starts it.
    Message {
        /// The fan's id (`withUser.id`).
        fan: i64,
        /// The text, which may contain HTML.
        text: String,
        /// Whether the creator sent the message, which marks the chat as read. `false` by default:
        /// the fan sent it, and the chat's unread count grows by one.
        #[serde(default)]
        from_creator: bool,
    },
    /// The creator reads the chat with a fan.
    Read {
        /// The fan's id.
        fan: i64,
    },
    /// The last message of the chat with a fan is pinned or unpinned.
    Pin {
        /// The fan's id.
        fan: i64,
        /// `true` pins the message, `false` unpins it.
        pinned: bool,
    },
    /// The chat with a fan is removed.
    Remove {
        /// The fan's id.
        fan: i64,
    },
    /// A chat is added as the newest. It replaces any chat with the same fan.
    Chat(Box<Chat>),
    /// The creator's session changes its state.
    Session(Session),
    /// The key gains or loses the permission `messages:read` for this connection.
    Permission {
        /// Whether the key has the permission.
        granted: bool,
    },
}

/// The state of a creator's session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Session {
    /// Requests are answered normally.
    #[default]
    Active,
    /// Requests are answered with 401 `SESSION_EXPIRED`.
    Expired,
    /// Requests are answered with 401 `SESSION_NOT_PROVIDED`.
    Missing,
    /// Requests are answered with 401 `RULES_OUTDATED`.
    RulesOutdated,
}

/// The error of [`Sandbox::change`](crate::Sandbox::change) and
/// [`Sandbox::chats`](crate::Sandbox::chats).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChangeError {
    /// The sandbox has no connection with this id.
    UnknownConnection,
    /// The connection has no chat with this fan.
    UnknownFan,
}

impl fmt::Display for ChangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownConnection => "the sandbox has no connection with this id; `SandboxBuilder::connections` sets their number",
            Self::UnknownFan => "the connection has no chat with this fan",
        })
    }
}

impl std::error::Error for ChangeError {}
