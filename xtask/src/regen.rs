//! Brings the committed generated files in step with the spec.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anstyle::Style;
use similar::{ChangeTag, TextDiff};

use crate::Outcome;
use crate::generator::{self, SpecError};
use crate::report::{CYAN, GREEN, RED};
use crate::spec::SPEC;

/// Regenerates every generated file below `root`, and prints what changed.
///
/// With `check` nothing is written. Returns whether the files are in step with
/// the spec at the end.
pub(crate) fn run(root: &Path, check: bool) -> Result<Outcome, String> {
    let yaml = fs::read_to_string(root.join(SPEC)).map_err(|error| format!("{SPEC}: {error}"))?;
    let generate = |generate: fn(&str, &str) -> Result<String, SpecError>| {
        generate(SPEC, &yaml).map_err(|error| error.to_string())
    };
    let generated = [
        ("build/snapshot.rs", generate(generator::client)?),
        (
            "crates/ofauth-httpmock/src/generated.rs",
            generate(generator::mocks)?,
        ),
    ];

    let mut stale = 0;
    for (path, new) in &generated {
        let old = match fs::read_to_string(root.join(path)) {
            Ok(old) => old.replace("\r\n", "\n"),
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(format!("{path}: {error}")),
        };
        if old == *new {
            continue;
        }
        stale += 1;
        print_diff(path, &old, new);
        if !check {
            fs::write(root.join(path), new).map_err(|error| format!("{path}: {error}"))?;
        }
    }

    let all = generated.len();
    match (stale, check) {
        (0, _) => {
            anstream::println!("{GREEN}in step{GREEN:#}: {all} generated file(s) follow {SPEC}");
        }
        (_, false) => {
            anstream::println!("{GREEN}written{GREEN:#}: {stale} of {all} generated file(s)");
        }
        (_, true) => anstream::println!(
            "{RED}stale{RED:#}: {stale} of {all} generated file(s); run `cargo xtask regen` and commit the result"
        ),
    }
    Ok(match stale > 0 && check {
        true => Outcome::Found,
        false => Outcome::Fine,
    })
}

pub(crate) fn print_diff(path: &str, old: &str, new: &str) {
    let diff = TextDiff::from_lines(old, new);
    let (mut added, mut removed) = (0, 0);
    anstream::println!("{RED}--- a/{path}{RED:#}\n{GREEN}+++ b/{path}{GREEN:#}");
    for hunk in diff.unified_diff().context_radius(3).iter_hunks() {
        anstream::println!("{CYAN}{}{CYAN:#}", hunk.header());
        for change in hunk.iter_changes() {
            let (sign, style) = match change.tag() {
                ChangeTag::Delete => ('-', RED),
                ChangeTag::Insert => ('+', GREEN),
                ChangeTag::Equal => (' ', Style::new()),
            };
            added += usize::from(sign == '+');
            removed += usize::from(sign == '-');
            let line = change.value().trim_end_matches('\n');
            anstream::println!("{style}{sign}{line}{style:#}");
        }
    }
    anstream::println!("{path}: {added} line(s) added, {removed} removed");
}
