//! Typed mocks of the OFAuth API for [`httpmock`], for an application's own tests.
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
//! | part | what it is |
//! | --- | --- |
//! | [`MockServerExt::list_chats`] | a mock of the endpoint; `when` and `then` take the parameters and the answers that the API's description knows, and no others |
//! | [`sample`] | chats, messages and media by builder, with every field set sensibly |
//! | [`error`] | every documented error |
//! | [`Answer`], [`ListChatsThen::sequence`](operations::ListChatsThen::sequence) | answers that differ from request to request |
//! | `arbitrary`, with the feature `proptest` | strategies for any valid page |
//!
//! A stand-in that keeps state, limits and misbehaves down to the socket is `ofauth-sandbox`.

// The example of the README is compiled and run with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod answer;
pub mod error;
pub mod sample;

#[cfg(feature = "proptest")]
pub mod arbitrary;

// progenitor writes no documentation for some items, nor does it know our lints.
#[allow(missing_docs, clippy::unwrap_used)]
#[rustfmt::skip]
mod generated;

pub use answer::Answer;
pub use generated::{MockServerExt, operations};
pub use httpmock;
