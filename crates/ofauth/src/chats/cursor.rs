//! Positions that can be stored as text: the cursor of a walk, and the checkpoint of a poll for
//! changes.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, TimeZone};
use serde::{Deserialize, Serialize};

use super::code::{BadCode, Purpose, Reader, Writer};
use super::walk;
use crate::digest::digest;
use crate::{ChatsRequest, Error, Result};

/// A position in a walk; created by [`ChatStream::cursor`](crate::ChatStream::cursor), and passed
/// to [`ChatsRequest::resume`](crate::Request::resume) to continue from there.
///
/// It can be stored as text (through `Display` and `FromStr`, or serde), about 8 characters per
/// chat: the ids of the chats that were yielded, and a few hashes. It doesn't contain message
/// content, the API key or the connection id. A cursor is only valid for the connection and
/// parameters of its walk; the API key may change.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cursor {
    walk: walk::Token,
    scope: Scope,
    left: Option<u64>,
}

impl Cursor {
    pub(super) fn new(walk: walk::Token, scope: Scope, left: Option<u64>) -> Self {
        Self { walk, scope, left }
    }

    /// Returns the walk to resume, and how many chats it may still yield.
    pub(super) fn open(self, request: &ChatsRequest) -> Result<(walk::Walk, Option<u64>)> {
        self.scope.check(request, "cursor")?;
        Ok((walk::Walk::resume(self.walk), self.left))
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = Writer::new(Purpose::Cursor);
        self.scope.write(&mut out);
        out.flag(self.left.is_some());
        out.unsigned(self.left.unwrap_or(0));
        self.walk.write(&mut out);
        f.write_str(&out.finish())
    }
}

impl TryFrom<String> for Cursor {
    type Error = BadCode;

    fn try_from(text: String) -> Result<Self, BadCode> {
        let mut input = Reader::new(Purpose::Cursor, &text)?;
        let scope = Scope::read(&mut input)?;
        let limited = input.flag()?;
        let left = Some(input.unsigned()?).filter(|_| limited);
        let walk = walk::Token::read(&mut input)?;
        input.finish()?;
        Ok(Self { walk, scope, left })
    }
}

/// A position to poll from: the newest chats at some time; created by
/// [`ChatsRequest::checkpoint`](crate::Request::checkpoint), and passed to
/// [`ChatsRequest::changes`](crate::Request::changes).
///
/// The default checkpoint is empty, so every chat counts as a change. A checkpoint can be stored as
/// about 1 KB of text (through `Display` and `FromStr`, or serde). Like a [`Cursor`], it is only
/// valid for its connection and parameters; the API key may change.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Checkpoint {
    front: walk::Front,
    scope: Option<Scope>,
}

impl Checkpoint {
    pub(super) fn new(front: walk::Front, scope: Scope) -> Self {
        Self { front, scope: Some(scope) }
    }

    /// Creates a checkpoint at a time: [`ChatsRequest::changes`](crate::Request::changes) then
    /// yields the chats whose last message was created then or later, and chats without a message
    /// among them. It is valid for every connection.
    ///
    /// ```no_run
    /// # async fn run(creator: ofauth::Connection) -> ofauth::Result<()> {
    /// use std::time::{Duration, SystemTime};
    ///
    /// let hour = Duration::from_secs(3_600);
    /// let since = chrono::DateTime::<chrono::Utc>::from(SystemTime::now() - hour);
    /// let mut chats = creator.chats().changes(&ofauth::Checkpoint::since(since));
    /// while let Some(chat) = chats.next().await {
    ///     println!("{}", chat?.with_user.id);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn since<Tz: TimeZone>(time: DateTime<Tz>) -> Self {
        Self { front: walk::Front::since(time.timestamp_millis()), scope: None }
    }

    pub(super) fn open(&self, request: &ChatsRequest) -> Result<walk::Walk> {
        if let Some(scope) = self.scope {
            scope.check(request, "checkpoint")?;
        }
        Ok(walk::Walk::changes(&self.front))
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = Writer::new(Purpose::Checkpoint);
        out.flag(self.scope.is_some());
        if let Some(scope) = self.scope {
            scope.write(&mut out);
        }
        self.front.write(&mut out);
        f.write_str(&out.finish())
    }
}

impl TryFrom<String> for Checkpoint {
    type Error = BadCode;

    fn try_from(text: String) -> Result<Self, BadCode> {
        let mut input = Reader::new(Purpose::Checkpoint, &text)?;
        let scope = input.flag()?.then(|| Scope::read(&mut input)).transpose()?;
        let front = walk::Front::read(&mut input)?;
        input.finish()?;
        Ok(Self { front, scope })
    }
}

/// The same for both: text by `FromStr` and serde, and nothing in `Debug`.
macro_rules! text {
    ($name:ident, $noun:literal) => {
        impl FromStr for $name {
            type Err = Error;

            fn from_str(text: &str) -> Result<Self> {
                let read = Self::try_from(text.to_owned());
                read.map_err(|error| {
                    Error::invalid_request(format!(concat!($noun, " cannot be used: {}"), error))
                })
            }
        }

        impl From<$name> for String {
            fn from(position: $name) -> Self {
                position.to_string()
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}

text!(Cursor, "the cursor");
text!(Checkpoint, "the checkpoint");

/// What a position belongs to: the connection, and the parameters that determine which chats are in
/// the list and where. As hashes, so that a position contains neither the id nor a search text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scope {
    connection: u64,
    parameters: [u64; NAMES.len()],
}

const NAMES: [&str; 5] = ["offset", "order", "filter", "query", "userListId"];

impl Scope {
    pub(super) fn of(request: &ChatsRequest) -> Self {
        let parameters = &request.operation;
        let hash = |value: Option<&str>| value.map_or(0, |value| digest([value.as_bytes()]) >> 32);
        Self {
            connection: request.connection.id().digest(),
            parameters: [
                request.start(),
                hash(Some(&request.order_or_default().to_string())),
                hash(parameters.filter.as_ref().map(ToString::to_string).as_deref()),
                hash(parameters.query.as_deref()),
                parameters.user_list_id.unwrap_or(0),
            ],
        }
    }

    fn check(self, request: &ChatsRequest, noun: &str) -> Result<()> {
        let Self { connection, parameters } = Self::of(request);
        let mut others = Vec::new();
        others.extend((self.connection != connection).then_some("connection"));
        let pairs = NAMES.iter().zip(self.parameters.iter().zip(parameters));
        others.extend(pairs.filter(|(_, (own, other))| *own != other).map(|(name, _)| *name));
        match others.as_slice() {
            [] => Ok(()),
            others => Err(Error::invalid_request(format!(
                "the {noun} belongs to another {}: use it with the request that it was made for, \
                 or start again without it",
                others.join(", ")
            ))),
        }
    }

    pub(super) fn write(self, out: &mut Writer) {
        out.fixed(self.connection);
        for parameter in self.parameters {
            out.unsigned(parameter);
        }
    }

    fn read(input: &mut Reader) -> Result<Self, BadCode> {
        let connection = input.fixed()?;
        let mut parameters = [0; NAMES.len()];
        for parameter in &mut parameters {
            *parameter = input.unsigned()?;
        }
        Ok(Self { connection, parameters })
    }
}
