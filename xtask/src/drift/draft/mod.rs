//! `--update`: edits to the spec that allow what was seen, as a draft to review.
//!
//! Each finding becomes an [`edit`] of a few lines; comments, order and layout stay. Values that
//! may be personal are marked as [`private`], and each new object gets its own [`schema`]. Only
//! words are added to an enum, and only if there are few: other values may be personal.
//!
//! What can't be drafted is left to a person, with the reason: for example, a value of another
//! type, keys that look like data, and parts in flow style (`{…}`, `[…]`).

mod edit;
mod private;
mod schema;

use std::path::Path;

use ofauth_contract::{Deviation, Finding, Observation, Row, Table};

use super::capture::Captures;
use crate::lint::{self, Diagnostic};
use crate::spec::SPEC;
use crate::spec::lines::Lines;

/// The text of the spec after the edits, and the findings left to a person: place and reason.
pub(crate) struct Draft {
    pub(crate) lines: Lines,
    pub(crate) left: Vec<(String, String)>,
}

/// Edits the spec so that it allows what was found.
pub(crate) fn draft(root: &Path, lines: Lines, captures: &Captures) -> Result<Draft, String> {
    let observations = merged(&lines, captures);
    let table = captures.table();
    let mut edits = Edits { root, table, lines, left: captures.by_hand(), was_valid: false };
    edits.apply(&observations)?;
    Ok(Draft { lines: edits.lines, left: edits.left })
}

fn in_lines(findings: &[Diagnostic], separator: &str) -> String {
    let lines: Vec<String> = findings.iter().map(Diagnostic::to_string).collect();
    lines.join(separator)
}

/// The spec with the edits so far, and the findings left to a person.
struct Edits<'a> {
    root: &'a Path,
    table: &'a Table,
    lines: Lines,
    left: Vec<(String, String)>,
    /// Whether the spec is known to have been valid before the edits.
    was_valid: bool,
}

impl Edits<'_> {
    /// Applies the edits that keep the spec valid. Checking takes far longer than editing, so
    /// invalid edits are found by bisection.
    fn apply(&mut self, observations: &[Observation]) -> Result<(), String> {
        let (before, known) = (self.lines.clone(), self.left.len());
        for observation in observations {
            let mut leave = |reason| {
                let place = observation.finding.place.clone();
                self.left.push((place, reason));
            };
            match edited(&self.lines, self.table, observation) {
                Err(reason) => leave(reason),
                Ok(lines) => {
                    self.lines = lines;
                    if observation.others > 0 {
                        leave(edit::not_written(observation));
                    }
                }
            }
        }
        let is_same = self.lines.text() == before.text();
        let findings = match is_same {
            true => Vec::new(),
            false => lint::check(self.root, self.lines.document())?,
        };
        if findings.is_empty() && !is_same {
            return Ok(());
        }
        if !self.was_valid {
            let findings = lint::check(self.root, before.document())?;
            if !findings.is_empty() {
                return Err(in_lines(&findings, "\n"));
            }
            self.was_valid = true;
        }
        if is_same {
            return Ok(());
        }
        self.lines = before;
        self.left.truncate(known);
        if let [observation] = observations {
            let place = observation.finding.place.clone();
            let reason = in_lines(&findings, "; ");
            self.left.push((place, format!("the draft would be wrong: {reason}")));
            return Ok(());
        }
        let (first, second) = observations.split_at(observations.len() / 2);
        self.apply(first)?;
        self.apply(second)
    }
}

/// The lines after the edit for one observation.
pub(crate) fn edited(
    lines: &Lines,
    table: &Table,
    observation: &Observation,
) -> Result<Lines, String> {
    let mut new = lines.clone();
    edit::edit(&mut new, table, observation)?;
    new.reparse(SPEC)?;
    match new.value("") == lines.value("") {
        true => Err("the drafted edit doesn't change the spec".to_owned()),
        false => Ok(new),
    }
}

/// Merges the observations that lead to the same edit: a schema may be used at several places,
/// and an unknown field may have several types.
fn merged(lines: &Lines, captures: &Captures) -> Vec<Observation> {
    let table = captures.table();
    let edit = |observation: &Observation| {
        let finding = &observation.finding;
        let unknown = finding.kind == Deviation::UnknownField;
        let named = unknown || finding.kind == Deviation::MissingRequired;
        let field = observation.field.as_ref().filter(|_| named);
        let field = field.map(|(_, name)| name.clone());
        let seen = (!unknown).then(|| finding.seen.clone());
        let schema = edited_schema(lines, table.row(observation.row), finding);
        (finding.kind, schema, field, finding.expected.clone(), seen)
    };
    let mut merged: Vec<Observation> = Vec::new();
    for observation in captures.observations() {
        let own = edit(observation);
        match merged.iter_mut().find(|other| edit(other) == own) {
            Some(other) => other.merge(observation.clone()),
            None => merged.push(observation.clone()),
        }
    }
    merged
}

/// The schema that a finding's edit changes.
fn edited_schema(lines: &Lines, row: &Row, finding: &Finding) -> Option<String> {
    let keys: &[&str] = match finding.kind {
        Deviation::UnknownField => &["properties"],
        Deviation::UnknownValue => &["enum"],
        Deviation::NotADate => &["format"],
        Deviation::OutOfBounds => edit::bounds(row, &finding.expected),
        _ => &[],
    };
    let mut holders = keys.iter().filter_map(|key| edit::holder(lines, row, key).ok());
    holders.next().or_else(|| edit::used(row).ok())
}
