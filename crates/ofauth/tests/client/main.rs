//! Requests as they are sent, and what the client makes of the answers.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod answers;
#[cfg(feature = "blocking")]
mod blocking;
mod dependencies;
mod readme;
mod requests;
mod sandbox;
