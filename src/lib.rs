//! The OFAuth chats API exactly as its OpenAPI description says it.
//!
//! Applications depend on the crate `ofauth`, which adds checks, errors, pages
//! and streams, and re-exports [`types`]. This crate is the layer below: the
//! client that progenitor generates from `openapi/ofauth.yaml`, and the few
//! types that cannot be generated.
//!
//! | part | written by |
//! | --- | --- |
//! | [`types`], [`builder`], [`Client`] | the generator, from the spec |
//! | [`Credentials`], [`Body`], [`Timestamp`], [`NextOffset`], helper methods on [`types::Chat`], [`types::Message`], [`types::MessageSender`] and [`types::Media`] | hand |
//!
//! # Features
//!
//! - `generate` (default): run the generator at build time. Without it the
//!   committed result is used, which is the same, and no generator is compiled.
//! - `schemars`: derive `JsonSchema` for every type.

mod body;
mod chat;
mod credentials;
mod media;
mod next_offset;
mod text;
mod timestamp;

pub use body::{Body, BodyError, ends_with_connection, receive};
pub use chat::CanSend;
pub use credentials::Credentials;
pub use generated::*;
pub use media::MediaLink;
pub use next_offset::NextOffset;
pub use timestamp::Timestamp;

// progenitor writes no documentation for some items, nor does it know our lints.
#[allow(
    missing_docs,
    unreachable_pub,
    rust_2018_idioms,
    clippy::all,
    clippy::unwrap_used
)]
#[rustfmt::skip]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/client.rs"));
}
