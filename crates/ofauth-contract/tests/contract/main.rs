//! The contract tables: what two documents differ in, and how responses drift from one.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod cases;
mod data;
mod drift;
mod laws;
mod rules;
mod values;

/// Whether to run all cases, as in CI.
fn is_long() -> bool {
    std::env::var_os("OFAUTH_LONG_TESTS").is_some()
}
