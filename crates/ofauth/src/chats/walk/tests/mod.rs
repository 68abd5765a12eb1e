//! Tests of a walk's guarantee against a model of a live inbox, in thousands of seeded cases.

#![allow(clippy::print_stdout, reason = "figures to see with --nocapture")]

#[cfg(test)]
mod changes;
#[cfg(test)]
mod complete;
#[cfg(test)]
mod cost;
pub(in crate::chats) mod exhaustive;
#[cfg(test)]
mod model;
#[cfg(test)]
mod odd_servers;
#[cfg(test)]
mod parallel;
#[cfg(test)]
mod resume;
#[cfg(test)]
mod sizes;
#[cfg(test)]
mod traces;
