//! Guides, one for each task.

#[doc = include_str!("errors.md")]
pub mod errors {}
#[doc = include_str!("features.md")]
pub mod features {}
#[doc = include_str!("fleets.md")]
pub mod fleets {}
#[doc = include_str!("limits_and_retries.md")]
pub mod limits_and_retries {}
#[doc = include_str!("security.md")]
pub mod security {}
#[doc = include_str!("syncing.md")]
pub mod syncing {}
#[doc = include_str!("testing.md")]
pub mod testing {}
#[doc = include_str!("walking.md")]
pub mod walking {}
