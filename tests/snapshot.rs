//! Checks that building with and without the generator gives the same client.

#![cfg(feature = "generate")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[test]
fn the_generated_and_the_committed_client_are_identical() {
    let generated = include_str!(concat!(env!("OUT_DIR"), "/client.rs"));
    let committed = include_str!("../build/snapshot.rs");
    assert!(
        generated == committed,
        "build/snapshot.rs is not up to date with openapi/ofauth.yaml; run `cargo xtask regen`"
    );
}
