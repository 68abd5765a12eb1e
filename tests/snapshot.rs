//! Both ways to build this package give the same client.

#![cfg(feature = "generate")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[test]
fn the_generated_client_and_the_committed_one_are_the_same() {
    let generated = include_str!(concat!(env!("OUT_DIR"), "/client.rs"));
    let committed = include_str!("../build/snapshot.rs");
    assert!(
        generated == committed,
        "build/snapshot.rs does not follow openapi/ofauth.yaml; run `cargo xtask regen`"
    );
}
