//! A client for the OFAuth API, which lists a creator's chats.
//!
//! A [`Client`] holds the application's API key. A [`Connection`] represents one linked creator
//! account and is cheap to create.
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
//! // Every chat exactly once, even if the list changes meanwhile:
//! let mut all = creator.chats().stream();
//! while let Some(chat) = all.next().await {
//!     println!("{}", chat?.with_user.id);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Ways to read
//!
//! | to read | call | result |
//! | --- | --- | --- |
//! | one page | [`ChatsRequest::send`] | a [`Page`] |
//! | pages in the server's order | [`ChatsRequest::pages`] | a [`PageStream`], which follows the next position that each page gives |
//! | every chat | [`ChatsRequest::stream`] | a [`ChatStream`]: each chat exactly once, even if the list changes meanwhile |
//! | the rest of an interrupted walk | [`ChatStream::cursor`], [`ChatsRequest::resume`] | a [`Cursor`], which can be stored as text, and a [`ChatStream`] that resumes from it |
//! | new activity since the last poll | [`ChatsRequest::changes`] | a [`ChangeStream`]: the chats with activity after a [`Checkpoint`] |
//! | new activity, as it happens | [`ChatsRequest::watch`] | a [`WatchStream`]: the same, polled repeatedly, with the checkpoint to store after each poll |
//! | the chats of many creators, or what is new | [`Client::fleet`] | a [`FleetStream`] of all their chats or changes, each with its [`Member`] |
//! | anything else that the API offers | [`Connection::get`] | a value of your own type |
//!
//! Every stream implements [`Stream`](futures_core::Stream) and has an inherent `next` method.
//!
//! # Guides
//!
//! | guide | about |
//! | --- | --- |
//! | [`errors`](guide::errors) | each kind of error: what to do, and what a service can answer |
//! | [`limits_and_retries`](guide::limits_and_retries) | how long a call takes, and what bounds it |
//! | [`walking`](guide::walking) | reading a list that changes, each chat exactly once |
//! | [`fleets`](guide::fleets) | reading the inboxes of many creators, when some of them fail |
//! | [`syncing`](guide::syncing) | keeping a copy up to date, for example in SQLite |
//! | [`testing`](guide::testing) | the sandbox, typed mocks, and a client that doesn't wait |
//! | [`security`](guide::security) | what is secret, and what protects it |
//! | [`features`](guide::features) | TLS, code that isn't async, and what is rarely needed |
//!
//! # What the client takes care of
//!
//! - **Requests are validated** before anything is sent, by the rules of the API's description
//!   ([`operations`]).
//! - **Secrets and messages stay out of** `Debug`, `Display`, traces and errors. Credentials go only
//!   to the configured host ([`security`](guide::security)).
//! - **Transient failures are retried**, rate limits are respected, and each call has a deadline
//!   ([`limits_and_retries`](guide::limits_and_retries)).
//! - **The list may change while it is read** ([`walking`](guide::walking)).
//! - **One bad record doesn't fail its page.** The other chats are delivered, and the record is
//!   reported with its position ([`Page::rejected`]), unless the request is
//!   [strict](Request::strict).
//! - **The API may grow.** Unknown fields are ignored, unknown values are kept
//!   ([`MediaKind::Other`]), and malformed dates are kept as text ([`Timestamp`]).
//! - **Futures can be dropped** at any point without affecting the client. All are
//!   `Send + 'static`.
//!
//! # When something goes wrong
//!
//! There is one [`Error`] type; its [`ErrorKind`] says what to do.
//!
//! | fault | what the client does | shown by (`tests/faults/`) |
//! | --- | --- | --- |
//! | the server cannot be reached | tries again, then [`Transport`](ErrorKind::Transport) | `retry.rs`: `a_server_that_is_not_there_is_tried_again` |
//! | connecting takes too long | tries again, then [`Timeout`](ErrorKind::Timeout) with [`Deadline::Connect`] | `retry.rs`: `the_deadline_of_connecting_is_told` |
//! | reset, or closed, at any byte of the response; chunks or a stated length that end early | tries again, then `Transport` | `wire.rs`: `a_reset_at_any_byte_is_tried_again`, `chunks_that_end_early_…` |
//! | HTTP/1.0 without a length, cut short | detects the incomplete JSON, tries again | `wire.rs`: `a_body_that_only_the_end_of_the_connection_ends_…`, `gzip_that_only_…` |
//! | no response, slow headers, slow body | abandons the attempt at its deadline, tries again, then `Timeout` with [`Deadline::Attempt`] | `wire.rs`: `a_slow_server_is_asked_again`; `retry.rs`: `the_deadline_of_an_attempt_is_told_…` |
//! | garbage instead of HTTP | an error, never a panic | `wire.rs`: `garbage_is_an_error` |
//! | 408, 500, 502, 503, 504, 520 to 524, 529, 530, in JSON, HTML or empty | tries again, then [`Server`](ErrorKind::Server) | `retry.rs`: `what_may_pass_is_tried_again` |
//! | a closed keep-alive connection, HTTP/2 `REFUSED_STREAM` or `GOAWAY` | tries again at once, which counts neither as an attempt nor towards the retry budget | `retry.rs`: `a_kept_connection_that_was_closed_…`; `wire.rs`: `a_request_that_http_2_rejects_…` |
//! | an untrusted certificate | [`Certificate`](ErrorKind::Certificate) at once, with a hint | `wire.rs`: `an_untrusted_certificate_…` |
//! | a proxy that is down or refuses | tries again, then `Transport` that names the proxy, without its password | `retry.rs`: `a_server_that_is_not_there_…` |
//! | 429 | that connection waits as long as the server asks; others are unaffected | `limits.rs`: `of_200_connections_20_are_throttled_…` |
//! | repeated 429s | retries with jitter for 90 s, by when the vendor's limit has recovered, then [`RateLimited`](ErrorKind::RateLimited) | `retry.rs`: `a_429_without_a_time_to_wait_is_outlasted` |
//! | a `Retry-After` longer than allowed | fails at once and says how long to wait, a day at most | `retry.rs`: `a_wait_that_is_too_long_is_an_error_at_once` |
//! | 401 `RULES_OUTDATED` | tries again, then [`RulesOutdated`](ErrorKind::RulesOutdated) | `retry.rs`: `rules_that_are_being_updated_heal` |
//! | an error whose body never arrives | acts on the status and headers, after 5 s at most | `retry.rs`: `an_error_whose_body_hangs_is_that_error` |
//! | any other 4xx | fails at once, with the API's message and what to do | `retry.rs`: `what_would_fail_again_is_not_tried_again` |
//! | the API fails for everyone | spends the retry budget, then fails at once | `retry.rs`: `a_failing_api_does_not_see_a_storm` |
//! | the whole call takes too long | ends at its deadline, with the last failure | `retry.rs`: `the_deadline_of_the_call_ends_…` |
//! | a redirect | [`Redirect`](ErrorKind::Redirect), which names the target host; nothing is sent to it | `../client/answers.rs`: `a_redirect_is_not_followed` |
//! | a body that is too large, a gzip bomb, endless empty gzip | stops reading at the bound: [`Decode`](ErrorKind::Decode) | `wire.rs`: `what_is_too_large_is_not_read_to_its_end`, `gzip_is_decompressed_as_it_arrives` |
//! | too many headers, or too long ones | `Decode` that says so | `wire.rs`: `too_many_headers_are_named` |
//! | an HTML page of a proxy or login, with any status | says that it is HTML, and doesn't blame the vendor | `../client/answers.rs`: `an_html_page_is_not_blamed_…` |
//! | an error of the API with status 200 | the error, in the API's words | `../client/answers.rs`: `an_error_with_status_200_…` |
//! | bytes that aren't UTF-8, a lone surrogate (`\ud83d`), a byte order mark | replaces at most those characters, and counts them ([`Page::replaced`]) | `records.rs`: `no_record_is_lost_to_its_encoding` |
//! | a complete page that isn't valid | `Decode`, with the position; [`Error::body`] has the bytes | `records.rs`: `a_page_whose_envelope_cannot_be_read_…` |
//! | a callback or limiter of the application that panics | passes the panic on | `dropping.rs`: `a_panic_of_a_callback_reaches_whoever_polls` |
//! | no Tokio runtime | [`Configuration`](ErrorKind::Configuration) | `dropping.rs`: `outside_of_a_runtime_everything_is_an_error` |
//! | some records that cannot be decoded | delivers the others, and reports position and reason | `records.rs`: `the_readable_chats_are_delivered_…` |
//! | a page that wrongly claims to be the last, chats with equal times in a changing order, unexpected next offsets, nothing beyond an offset | a stream is complete, or ends with [`Incomplete`](ErrorKind::Incomplete) or [`Paging`](ErrorKind::Paging) | `src/chats/walk/tests/odd_servers.rs` |
//! | a wrong API key in a fleet | ends the fleet at once, unless the key already worked for a member | `../walks/fleet.rs`: `a_wrong_key_ends_the_fleet_at_once` |
//! | an unknown field or value, a malformed date, an offset as text or as `20.0` | ignores or keeps them | `../client/answers.rs`: `odd_pages_decode` |
//!
//! # Observability
//!
//! - `tracing`: a span for each call (`operation`, `connection` as a hash), and within it a span
//!   for each attempt, with OpenTelemetry's names for HTTP clients (`http.request.method`,
//!   `server.address`, `server.port`, `http.response.status_code`, `http.request.resend_count`,
//!   `error.type`) and `request_id`. Retries and throttling are logged at `info`, rejected records
//!   and replaced characters at `warn`.
//! - [`ClientBuilder::on_event`]: the same as a callback, for metrics.
//! - `ClientBuilder::drift`, with the feature `drift`: reports where the API's responses differ from
//!   its description.
//! - [`Page::meta`]: the status, request id, rate limit, attempts and duration of one call.

#![warn(clippy::print_stderr, clippy::print_stdout)]

// Compiles the README's examples as doc tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod base_url;
#[cfg(feature = "blocking")]
pub mod blocking;
mod call;
mod chats;
mod client;
mod connect;
mod connection;
mod decode;
mod digest;
#[cfg(feature = "drift")]
mod drift;
mod error;
mod event;
mod fleet;
#[cfg(any(fuzzing, test))]
#[doc(hidden)]
pub mod fuzzing;
mod get;
pub mod guide;
mod json_path;
mod limit;
mod meta;
mod operation;
mod options;
mod page;
mod pages;
/// The parameters of each operation; generated from the API's description.
#[allow(clippy::all)]
#[rustfmt::skip]
pub mod parameters;
mod random;
mod rate_headers;
mod raw_page;
mod repair;
mod request;
mod retry;
mod secret;
mod shared;

pub use chats::ChatsRequest;
pub use chats::changes::ChangeStream;
pub use chats::cursor::{Checkpoint, Cursor};
pub use chats::stream::ChatStream;
pub use chats::watch::{WatchEvent, WatchStream};
pub use client::{Client, ClientBuilder};
pub use connection::Connection;
pub use decode::Rejected;
pub use error::{Deadline, Error, ErrorKind};
pub use event::{Event, EventKind};
pub use fleet::{Fleet, FleetEvent, FleetStream, Member};
pub use get::GetRequest;
pub use limit::{
    LimitError, LimitFuture, LimitRequest, Observed, RateLimit, RateLimiter, TokenBuckets,
};
pub use meta::Meta;
/// Every type of the API, with the builders.
pub use ofauth_api::types;
pub use ofauth_api::types::{
    AvatarThumbs, CanNotSendReason, Chat, ChatFilter, ChatOrder, ErrorType, FullFile, ImageFile,
    Media, MediaFiles, MediaKind, MediaSource, Message, MessageSender, PreviewFile, ReleaseForm,
    ReleaseFormUser, UserName, UserView, VideoSources,
};
pub use ofauth_api::{CanSend, MediaLink, NextOffset, Operation, Timestamp, encode_segment};
pub use ofauth_api::{operations, rule};
pub use options::CallOptions;
pub use page::Page;
pub use pages::PageStream;
pub use rate_headers::RateLimitState;
pub use request::Request;
/// For [`ClientBuilder::http`].
pub use reqwest;
pub use retry::RetryPolicy;
pub use secret::{ConnectionHash, ConnectionId};

/// A [`Result`](std::result::Result) with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;
