//! Two tables → what changed between them, and whom each change breaks.
//!
//! [`operations`] pairs the operations and their parts, [`value`] follows two rows down to
//! their parts, and [`judge`] looks each difference up in the table of [`rules`].

mod alternatives;
mod change;
mod fingerprint;
mod judge;
mod object;
mod operations;
mod recursion;
mod request;
mod rules;
mod rust_type;
mod scalar;
mod titles;
mod value;

pub use change::{Bump, Change, Changes};
pub use operations::{Scope, compare};
pub use rules::{Action, RULES, Rule, Rust, Side};
