//! `cargo xtask lint`: what must hold of the spec before anything is generated from it.
//!
//! [`check`] applies the rules in order; [`rules`], [`composition`] and [`examples`] hold them,
//! and [`review`] asks what only a person can decide.

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

/// Checks the spec below `root`, and prints what breaks a rule, or else what a person should
/// review.
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
