//! `cargo xtask lint`: the rules that the spec must follow before code is generated from it.
//!
//! [`check`] applies the rules of [`rules`], [`composition`] and [`examples`]. [`review`] collects
//! what only a person can decide.

mod check;
mod composition;
mod diagnostic;
mod examples;
mod review;
mod rules;

use std::path::Path;

pub(crate) use check::check;
pub(crate) use diagnostic::Diagnostic;

use crate::Outcome;
use crate::report::{GREEN, RED, YELLOW, count};
use crate::spec::{self, SPEC};

/// Checks the spec below `root`, and prints the findings. Without findings, prints the review
/// notes.
pub(crate) fn run(root: &Path) -> Result<Outcome, String> {
    let yaml = spec::own(root)?;
    let findings = check(root, &yaml)?;
    if findings.is_empty() {
        for note in review::notes(&yaml)? {
            anstream::println!("{YELLOW}review{YELLOW:#}: {note}");
        }
    }
    for finding in &findings {
        anstream::println!("{finding}");
    }
    Ok(match findings.len() {
        0 => {
            anstream::println!("{GREEN}no finding{GREEN:#} in {SPEC} and its examples");
            Outcome::Fine
        }
        all => {
            anstream::println!("{RED}{}{RED:#}", count(all, "finding"));
            Outcome::Found
        }
    })
}
