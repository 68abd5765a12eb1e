//! The raw client for the OFAuth chats API, generated from its OpenAPI description.
//!
//! Applications should use the crate `ofauth`, which adds validation, errors, pagination and
//! streams, and re-exports [`types`]. This crate is the layer below: the client that progenitor
//! generates from `openapi/ofauth.yaml`, and the few types that can't be generated.
//!
//! | part | origin |
//! | --- | --- |
//! | [`types`], [`builder`], [`operations`], [`Client`] | generated from the spec |
//! | [`Credentials`], [`Body`], [`Timestamp`], [`NextOffset`], [`Operation`], [`rule`], helper methods on [`types::Chat`], [`types::Message`], [`types::MessageSender`] and [`types::Media`] | written by hand |
//!
//! # Features
//!
//! - `generate` (default): run the generator at build time. Without this feature, the build uses
//!   the committed result, which is identical, and doesn't compile the generator.
//! - `schemars`: derive `JsonSchema` for every type.

#![warn(clippy::print_stderr, clippy::print_stdout)]

mod alternatives;
mod body;
mod chat;
mod credentials;
mod get;
mod media;
mod next_offset;
mod object;
mod operation;
pub mod rule;
mod text;
mod timestamp;

pub use body::{Body, BodyError, ends_with_connection, receive};
pub use chat::CanSend;
pub use credentials::Credentials;
pub use generated::*;
pub use media::MediaLink;
pub use next_offset::NextOffset;
pub use operation::{Operation, encode_segment};
pub use timestamp::Timestamp;

// progenitor leaves some items undocumented, and doesn't follow our lints.
#[allow(
    missing_docs,
    unreachable_pub,
    rust_2018_idioms,
    clippy::all,
    clippy::unwrap_used
)]
#[rustfmt::skip]
mod generated {
    #[cfg(feature = "generate")]
    include!(concat!(env!("OUT_DIR"), "/client.rs"));
    // Definitions are found in a committed file, not in a folder of build output.
    #[cfg(not(feature = "generate"))]
    include!("../build/snapshot.rs");
}
