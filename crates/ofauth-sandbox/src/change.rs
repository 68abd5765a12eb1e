//! What can change in an inbox while it is read.

use std::fmt;

use ofauth_api::types::Chat;
use serde::{Deserialize, Serialize};

/// A change of one connection. As JSON: its name in snake case with its fields, like
/// `{"message":{"fan":10005197,"text":"<p>Hi</p>"}}` or `{"session":"expired"}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Change {
    /// A message arrives in the chat with a fan, or begins one; the chat is the newest then.
    Message {
        /// The fan's id (`withUser.id`).
        fan: i64,
        /// The text, which may hold HTML.
        text: String,
        /// Whether the creator sent it: then the chat is read. By default the fan did:
        /// then the chat has an unread message more.
        #[serde(default)]
        from_creator: bool,
    },
    /// The creator reads the chat with a fan.
    Read {
        /// The fan's id.
        fan: i64,
    },
    /// The last message of the chat with a fan is pinned, or is no longer.
    Pin {
        /// The fan's id.
        fan: i64,
        /// Whether it is pinned.
        pinned: bool,
    },
    /// The chat with a fan is removed.
    Remove {
        /// The fan's id.
        fan: i64,
    },
    /// A chat is put in front of all others, in the place of the one with the same fan.
    Chat(Box<Chat>),
    /// The creator's session becomes another.
    Session(Session),
    /// The key gets or loses the permission `messages:read` for this connection.
    Permission {
        /// Whether the key has it.
        granted: bool,
    },
}

/// The state of a creator's session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Session {
    /// All is well.
    #[default]
    Active,
    /// Requests are answered with 401 `SESSION_EXPIRED`.
    Expired,
    /// Requests are answered with 401 `SESSION_NOT_PROVIDED`.
    Missing,
    /// Requests are answered with 401 `RULES_OUTDATED`.
    RulesOutdated,
}

/// Why nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChangeError {
    /// The stand-in has no such connection.
    UnknownConnection,
    /// The connection has no chat with this fan.
    UnknownFan,
}

impl fmt::Display for ChangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnknownConnection => "the sandbox has no such connection",
            Self::UnknownFan => "the connection has no chat with this fan",
        })
    }
}

impl std::error::Error for ChangeError {}
