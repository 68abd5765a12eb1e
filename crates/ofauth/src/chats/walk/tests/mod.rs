//! Tests of a walk's guarantee against a model of a live inbox, in thousands of seeded cases.

#![allow(clippy::print_stdout, reason = "figures to see with --nocapture")]

mod changes;
mod complete;
mod cost;
mod exhaustive;
mod model;
mod odd_servers;
mod parallel;
mod resume;
mod sizes;
