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
//! // Every chat, once, whatever moves meanwhile:
//! let mut all = creator.chats().stream();
//! while let Some(chat) = all.next().await {
//!     println!("{}", chat?.with_user.id);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Which way to read
//!
//! | wanted | call | what it gives |
//! | --- | --- | --- |
//! | one page | [`ChatsRequest::send`] | a [`Page`] |
//! | pages as the server orders them | [`ChatsRequest::pages`] | a stream of pages; `nextOffset` is followed as it is given |
//! | every chat | [`ChatsRequest::stream`] | a [`ChatStream`]: each chat exactly once, whatever moves meanwhile |
//! | the same, further on | [`ChatStream::cursor`], [`ChatsRequest::resume`] | where a walk was, as a text; and the walk from there |
//! | what is new since last time | [`ChatsRequest::changes`] | the chats with activity after a [`Checkpoint`] |
//! | what is new, as it happens | [`ChatsRequest::watch`] | the same, again and again |
//! | many creators | [`Client::fleet`] | the chats of all of them, each told with its [`Member`] |
//!
//! All streams are [`Stream`](futures_core::Stream)s, and have a `next` of their own.
//!
//! # What it takes care of
//!
//! - **Requests are checked** before anything is sent: see [`ChatsRequest`].
//! - **Secrets stay secret.** The API key and the connection ids are in no
//!   `Debug`, no `Display`, no trace and no error, and wiped from memory at the end. `Debug`
//!   of a [`Message`] hides its text. A [`ConnectionHash`] stands for a connection.
//! - **What passes by is waited out**: see [`RetryPolicy`], [`RateLimit`] and the table below.
//! - **Nothing waits for ever**: see [`CallOptions`].
//! - **Nothing leaves for another place.** `https` only, except to loopback; no
//!   redirect is followed, since the credentials would go along. Proxies are those of the environment.
//! - **The API may grow.** A field that this version doesn't know is ignored, a
//!   value that it doesn't know is kept ([`MediaKind::Other`]), and a date that is
//!   none is kept as text ([`Timestamp`]).
//! - **The inbox may move.** [`ChatStream`] says what it guarantees, and what that rests on.
//! - **One bad record stops nothing.** The other chats of its page are delivered, and it is told
//!   with its place ([`Page::rejected`]), unless the request is [strict](ChatsRequest::strict).
//! - **Futures can be dropped** at any point; the client stays as it was. All are `Send + 'static`.
//!
//! # When something goes wrong
//!
//! There is one [`Error`]; its [`ErrorKind`] says what to do.
//!
//! | fault | what the client does | shown by (`tests/faults/`) |
//! | --- | --- | --- |
//! | the server cannot be reached | tries again, then [`Connect`](ErrorKind::Connect) | `retry.rs`: `a_server_that_is_not_there_is_tried_again` |
//! | connecting takes too long | tries again, then [`Timeout`](ErrorKind::Timeout) with [`Deadline::Connect`] | `retry.rs`: `the_deadline_of_connecting_is_told` |
//! | reset, or closed, at any byte of the answer; chunks or a stated length that end early | tries again, then `Connect` | `wire.rs`: `a_reset_at_any_byte_is_tried_again`, `chunks_that_end_early_…` |
//! | HTTP/1.0 without a length, cut short | notices it by the JSON, tries again | `wire.rs`: `a_body_that_only_the_end_of_the_connection_ends_…`, `gzip_that_only_…` |
//! | no answer, slow headers, slow body | leaves the attempt at its bound, tries again, then `Timeout` with [`Deadline::Attempt`] | `wire.rs`: `a_slow_server_is_asked_again`; `retry.rs`: `the_deadline_of_an_attempt_is_told_…` |
//! | garbage in the place of HTTP | an error, never a panic | `wire.rs`: `garbage_is_an_error` |
//! | 408, 500, 502, 503, 504, in JSON, HTML or empty | tries again, then [`Server`](ErrorKind::Server) | `retry.rs`: `what_may_pass_is_tried_again` |
//! | 429 | the connection waits as long as it is told, others don't notice | `limits.rs`: `of_200_connections_20_are_throttled_…` |
//! | a `Retry-After` beyond what is allowed | fails at once and says how long to wait | `retry.rs`: `a_wait_that_is_too_long_is_an_error_at_once` |
//! | 401 `RULES_OUTDATED` | tries again, then [`RulesOutdated`](ErrorKind::RulesOutdated) | `retry.rs`: `rules_that_are_being_updated_heal` |
//! | an error whose body never comes | takes status and headers, and acts on them | `retry.rs`: `an_error_whose_body_hangs_is_that_error` |
//! | any other 4xx | fails at once, with the vendor's words and what to do | `retry.rs`: `what_would_fail_again_is_not_tried_again` |
//! | the API fails for everybody | spends its budget, then fails at once | `retry.rs`: `a_failing_api_does_not_see_a_storm` |
//! | the whole call takes too long | ends at its deadline, with the last failure | `retry.rs`: `the_deadline_of_the_call_ends_…` |
//! | a redirect | [`Redirect`](ErrorKind::Redirect), with the host; the other host sees nothing | `../answers.rs`: `a_redirect_is_not_followed` |
//! | a body that is too large, a gzip bomb, endless empty gzip | stops reading at the bound: [`Decode`](ErrorKind::Decode) | `wire.rs`: `what_is_too_large_is_not_read_to_its_end` |
//! | a page that is whole and broken | `Decode`, with the place; the bytes by asking | `records.rs`: `a_page_whose_envelope_cannot_be_read_…` |
//! | some records that cannot be read | delivers the others, and tells place and reason | `records.rs`: `the_readable_chats_are_delivered_…` |
//! | an unknown field or value, an odd date, an offset as text or as `20.0` | nothing: they are kept or ignored | `../answers.rs`: `odd_pages_decode` |
//!
//! # Seeing in
//!
//! - `tracing`: a span for each call (`operation`, `connection` as a hash), and in it one for each
//!   attempt, with OpenTelemetry's names for HTTP clients (`http.request.method`, `server.address`,
//!   `server.port`, `http.response.status_code`, `http.request.resend_count`, `error.type`) and
//!   `request_id`. Retries and throttling are told at `info`, records that cannot be read at `warn`.
//! - [`ClientBuilder::on_event`]: the same as a callback, for counters.
//! - [`ClientBuilder::drift`]: tells where the API sends what its description does not say.
//! - [`Page::meta`]: status, request id, limit, attempts and time of one call.
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
mod changes;
mod chats;
mod client;
mod connect;
mod connection;
mod cursor;
mod decode;
mod digest;
mod drift;
mod error;
mod event;
mod fleet;
mod limit;
mod meta;
mod options;
mod page;
mod pages;
mod rate_headers;
mod record;
mod retry;
mod secret;
mod stream;
mod walk;

pub use changes::{ChangeStream, WatchStream};
pub use chats::ChatsRequest;
pub use client::{Client, ClientBuilder};
pub use connection::Connection;
pub use cursor::{Checkpoint, Cursor};
pub use decode::Rejected;
pub use error::{Deadline, Error, ErrorKind};
pub use event::{Event, EventKind};
pub use fleet::{Fleet, FleetStream, Member};
pub use limit::{LimitError, Observed, RateLimit, RateLimiter, TokenBuckets};
pub use meta::Meta;
/// Every type of the API, with the builders of each.
pub use ofauth_api::types;
pub use ofauth_api::types::{
    AvatarThumbs, CanNotSendReason, Chat, ChatFilter, ChatOrder, ErrorType, FullFile, ImageFile,
    Media, MediaFiles, MediaKind, MediaSource, Message, MessageSender, PreviewFile, ReleaseForm,
    ReleaseFormUser, UserName, UserView, VideoSources,
};
pub use ofauth_api::{CanSend, MediaLink, NextOffset, Timestamp};
pub use options::CallOptions;
pub use page::Page;
pub use pages::PageStream;
pub use rate_headers::RateLimitState;
pub use retry::RetryPolicy;
pub use secret::ConnectionHash;
pub use stream::ChatStream;

/// A result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;
