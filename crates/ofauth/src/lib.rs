//! Client for the OFAuth API: the list of a creator's chats.
//!
//! One [`Client`] holds the application's API key; a [`Connection`] stands for
//! one linked creator account, and costs next to nothing to make.
//!
//! ```no_run
//! use ofauth::{ChatFilter, Client};
//!
//! # async fn run() -> Result<(), ofauth::Error> {
//! let client = Client::from_env()?; // OFAUTH_API_KEY, OFAUTH_BASE_URL
//! let creator = client.connection("conn_abc123")?;
//!
//! // One page:
//! let page = creator.chats().filter(ChatFilter::Unread).limit(20).send().await?;
//! for chat in &page {
//!     println!("{} {} unread", chat.with_user.id, chat.unread());
//! }
//!
//! // Every chat, page after page:
//! let mut all = creator.chats().stream();
//! while let Some(chat) = all.next().await {
//!     println!("{}", chat?.with_user.id);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What it takes care of
//!
//! - **Requests are checked** before anything is sent: see [`ChatsRequest`].
//! - **Secrets stay secret.** The API key and the connection ids are in no
//!   `Debug`, no `Display` and no error. `Debug` of a [`Message`] hides its text.
//! - **A throttled connection is waited for**, where the server says how long and it is not
//!   too long: see [`ChatsRequest::send`].
//! - **Nothing leaves for another place.** `https` only, except to loopback; no
//!   redirect is followed, since the credentials would go along.
//! - **The API may grow.** A field that this version doesn't know is ignored, a
//!   value that it doesn't know is kept ([`MediaKind::Other`]), and a date that is
//!   none is kept as text ([`Timestamp`]).
//!
//! # Errors
//!
//! There is one [`Error`]; its [`ErrorKind`] says what to do.
//!
//! # Features
//!
//! - `rustls` (default) or `native-tls`: who speaks TLS.
//! - `schemars`: `JsonSchema` for every type of the API.
//! - `generate`: generate the raw client at build time, in place of the committed
//!   result, which is the same.

// The examples of the README are compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod base_url;
mod call;
mod chats;
mod client;
mod connection;
mod error;
mod page;
mod secret;
mod walk;

pub use chats::ChatsRequest;
pub use client::{Client, ClientBuilder};
pub use connection::Connection;
pub use error::{Error, ErrorKind};
/// Every type of the API, with the builders of each.
pub use ofauth_api::types;
pub use ofauth_api::types::{
    AvatarThumbs, CanNotSendReason, Chat, ChatFilter, ChatOrder, ErrorType, FullFile, ImageFile,
    Media, MediaFiles, MediaKind, MediaSource, Message, MessageSender, PreviewFile, ReleaseForm,
    ReleaseFormUser, UserName, UserView, VideoSources,
};
pub use ofauth_api::{NextOffset, Timestamp};
pub use page::Page;
pub use walk::{ChatStream, PageStream};

/// A result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;
