//! `cargo xtask lint`: the rules that the spec must follow before code is generated from it.
//!
//! [`mod@check`] applies the rules of [`rules`], [`composition`] and [`examples`]. [`review`] collects
//! what only a person can decide. A finding gives exit code 1, even if the text isn't YAML or
//! OpenAPI at all; notes for review don't.

mod check;
mod composition;
mod diagnostic;
mod examples;
mod ignored;
mod review;
mod rules;

use std::path::Path;

pub(crate) use check::check;
pub(crate) use diagnostic::Diagnostic;

use crate::Outcome;
use crate::generator::document::Document;
use crate::report::{GREEN, RED, YELLOW, count};
use crate::spec::lines::Lines;
use crate::spec::{self, SPEC};

/// Parses the spec, and checks it: an error has a line for each finding.
pub(crate) fn checked(root: &Path, yaml: &str) -> Result<Document, String> {
    let document = check::parse(yaml).map_err(|finding| finding.to_string())?;
    let findings = check(root, &document)?;
    match findings.is_empty() {
        true => Ok(document),
        false => Err(findings.iter().map(Diagnostic::to_string).collect::<Vec<_>>().join("\n")),
    }
}

/// Checks the spec below `root`, and prints the findings. Without findings, prints the review
/// notes.
pub(crate) fn run(root: &Path) -> Result<Outcome, String> {
    let yaml = spec::own(root)?;
    let findings = match check::parse(&yaml) {
        Err(finding) => vec![*finding],
        Ok(document) => {
            let findings = check(root, &document)?;
            if findings.is_empty() {
                for note in review::notes(&Lines::new(&yaml, document)) {
                    anstream::println!("{YELLOW}review{YELLOW:#}: {note}");
                }
            }
            findings
        }
    };
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
