//! The changes of the spec that would allow what was seen.
//!
//! One finding after the other, each as a change of some lines: comments, order and
//! layout stay. What is written this way is a draft for a person to review.

mod edit;
pub(crate) mod schema;

use std::cmp::Reverse;
use std::path::Path;

use ofauth_contract::{Deviation, Finding, Observation, Row, Table};

use crate::drift::capture::Captures;
use crate::lint;
use crate::spec::SPEC;
use crate::spec::lines::{Layout, Stuck};

/// The text of the spec after the changes, and what is left to a person: place and reason.
pub(crate) struct Updated {
    pub(crate) text: String,
    pub(crate) left: Vec<(String, String)>,
}

/// Changes the spec so that it allows what was found.
pub(crate) fn updated(root: &Path, yaml: &str, captures: &Captures) -> Result<Updated, String> {
    let findings = lint::check(root, yaml)?;
    if !findings.is_empty() {
        return Err(told(&findings).join("\n"));
    }
    let mut drafts = Drafts {
        root,
        table: captures.table(),
        text: yaml.to_owned(),
        left: captures.for_a_person(),
    };
    let mut observations = merged(&Layout::parse(SPEC, yaml)?, captures);
    // Alternatives move what is below them: they come last, the deepest first.
    observations.sort_by_key(|Observation { finding, .. }| {
        let moves = matches!(
            finding.kind,
            Deviation::WrongType | Deviation::NoAlternative
        );
        moves.then(|| Reverse(finding.place.clone()))
    });
    drafts.write(&observations)?;
    let Drafts { text, left, .. } = drafts;
    Ok(Updated { text, left })
}

fn told(findings: &[lint::Finding]) -> Vec<String> {
    findings.iter().map(lint::Finding::told).collect()
}

/// The text with the drafts so far, and what is left to a person.
struct Drafts<'a> {
    root: &'a Path,
    table: &'a Table,
    text: String,
    left: Vec<(String, String)>,
}

impl Drafts<'_> {
    /// Writes the drafts from which something can be generated: the others would be of no
    /// use. The check takes far longer than a draft, so those that are wrong are looked for
    /// by halves.
    fn write(&mut self, observations: &[Observation]) -> Result<(), String> {
        let (before, known) = (self.text.clone(), self.left.len());
        for observation in observations {
            let mut leave = |reason| {
                let place = observation.finding.place.clone();
                self.left.push((place, reason));
            };
            match draft(&self.text, self.table, observation) {
                Err(stuck) => leave(stuck.to_string()),
                Ok(draft) => {
                    self.text = draft;
                    if observation.others > 0 {
                        leave(edit::no_words(observation));
                    }
                }
            }
        }
        if self.text == before {
            return Ok(());
        }
        let findings = lint::check(self.root, &self.text)?;
        if findings.is_empty() {
            return Ok(());
        }
        self.text = before;
        self.left.truncate(known);
        if let [observation] = observations {
            let place = observation.finding.place.clone();
            let reason = told(&findings).join("; ");
            let reason = format!("the draft would be wrong: {reason}");
            self.left.push((place, reason));
            return Ok(());
        }
        let (first, second) = observations.split_at(observations.len() / 2);
        self.write(first)?;
        self.write(second)
    }
}

/// What was observed, once for each change of the spec: a schema may stand at several
/// places, and a field that it does not know may have several types.
fn merged(layout: &Layout, captures: &Captures) -> Vec<Observation> {
    let table = captures.table();
    let mut merged: Vec<Observation> = Vec::new();
    for observation in captures.observations() {
        let change = |observation: &Observation| {
            let finding = &observation.finding;
            let unknown = finding.kind == Deviation::UnknownField;
            let named = unknown || finding.kind == Deviation::MissingRequired;
            let field = observation.field.as_ref().filter(|_| named);
            let field = field.map(|(_, name)| name.clone());
            let seen = (!unknown).then(|| finding.seen.clone());
            let schema = changed(layout, table.row(observation.row), finding);
            (finding.kind, schema, field, finding.expected.clone(), seen)
        };
        let own = change(observation);
        match merged.iter_mut().find(|other| change(other) == own) {
            Some(other) => other.merge(observation.clone()),
            None => merged.push(observation.clone()),
        }
    }
    merged
}

/// The schema that a change concerns.
fn changed(layout: &Layout, row: &Row, finding: &Finding) -> Option<String> {
    let keys: &[&str] = match finding.kind {
        Deviation::UnknownField => &["properties"],
        Deviation::UnknownValue => &["enum"],
        Deviation::NotADate => &["format"],
        Deviation::OutOfBounds => edit::limits(row, &finding.expected),
        _ => &[],
    };
    let mut holders = keys
        .iter()
        .filter_map(|key| edit::holder(layout, row, key).ok());
    holders.next().or_else(|| edit::used(row).ok())
}

/// The text after the change that one observation asks for.
fn draft(text: &str, table: &Table, observation: &Observation) -> Result<String, Stuck> {
    let mut text = text.to_owned();
    loop {
        // Each time anew: a change moves the lines.
        let mut layout = Layout::parse(SPEC, &text)?;
        match edit::mend(&mut layout, table, observation) {
            Ok(()) => {
                let changed = layout.text();
                let same = Layout::parse(SPEC, &changed)?.value("")
                    == Layout::parse(SPEC, &text)?.value("");
                return match same {
                    true => Err("no draft can change it as it is written".into()),
                    false => Ok(changed),
                };
            }
            Err(Stuck::Flow(place)) => {
                let before = Layout::parse(SPEC, &text)?;
                layout = Layout::parse(SPEC, &text)?;
                if !layout.unfold(&place) {
                    return Err(Stuck::Flow(place));
                }
                text = layout.text();
                let after = Layout::parse(SPEC, &text)?;
                if after.value("") != before.value("") || after.block(&place).is_err() {
                    return Err(Stuck::Flow(place));
                }
            }
            Err(stuck) => return Err(stuck),
        }
    }
}
