//! Typed mocks of the OFAuth API for [`httpmock`], to test applications with.
//!
//! ```
//! use ofauth_httpmock::httpmock::MockServer;
//! use ofauth_httpmock::{MockServerExt, error, sample};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), ofauth::Error> {
//! let server = MockServer::start_async().await;
//! let mock = server.list_chats(|when, then| {
//!     when.filter(ofauth::ChatFilter::Unread);
//!     then.sequence([error::forbidden().into(), sample::page(3).into()]);
//! });
//! let client = ofauth::Client::builder().api_key("sk_x").base_url(server.base_url()).build()?;
//! let request = client.connection("conn_x")?.chats().filter(ofauth::ChatFilter::Unread);
//! assert!(request.clone().send().await.is_err());
//! assert_eq!(request.send().await?.len(), 3);
//! mock.assert_calls(2);
//! # Ok(())
//! # }
//! ```
//!
//! | item | purpose |
//! | --- | --- |
//! | [`MockServerExt::list_chats`] | mocks the endpoint; `when` and `then` have methods for exactly the parameters and responses of the API's description |
//! | [`sample`] | builders for chats, messages and media, with sensible values |
//! | [`error`] | every documented error |
//! | [`Answer`], [`ListChatsThen::sequence`](operations::ListChatsThen::sequence) | responses that differ from request to request |
//! | `arbitrary`, with the feature `proptest` | strategies that generate any valid page |
//!
//! For a server that keeps state, enforces rate limits and injects faults down to the socket, use
//! `ofauth-sandbox`.

#![warn(clippy::print_stderr, clippy::print_stdout)]

// Compiles and runs the README's example as a doc test.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod answer;
pub mod error;
pub mod sample;

#[cfg(feature = "proptest")]
pub mod arbitrary;

// progenitor leaves some items undocumented, and its code doesn't follow our lints.
#[allow(missing_docs, clippy::unwrap_used)]
#[rustfmt::skip]
mod generated;

pub use answer::Answer;
pub use generated::{MockServerExt, operations};
pub use httpmock;
