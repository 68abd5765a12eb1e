//! Compares two tables: what changed, and what each change breaks.
//!
//! [`operations`] pairs the operations and their parts, [`value`] compares two rows and everything
//! below them, and [`judge`] looks up each difference in the table of [`rules`].

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
