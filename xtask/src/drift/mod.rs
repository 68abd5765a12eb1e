//! `cargo xtask drift`: compares captured responses with the spec, and drafts edits to it.
//!
//! [`capture`] finds the response that each body of a capture belongs to ([`bodies`] and [`har`]
//! read the files), and [`draft`] edits the spec.
//!
//! Exit code 1 means that there is a finding (with `--update`, one that remains after the edit), or
//! a body that can't be read. Unreadable bodies are reported next to the findings (`unreadable` in
//! JSON). Only if no body can be read, the command fails.

mod bodies;
mod capture;
mod draft;
mod har;
mod outline;

use std::collections::BTreeSet;
use std::path::Path;

use clap::ValueEnum;
use ofauth_contract::{Operation, Scope, Table, compare};
use serde_json::json;
use similar::{ChangeTag, TextDiff};

use crate::Outcome;
use crate::report::{self, GREEN, RED, YELLOW, count};
use crate::spec::lines::Lines;
use crate::spec::{self, SPEC, Spec};
pub(crate) use capture::Captures;
use capture::Found;
#[cfg(any(fuzzing, test))]
pub(crate) use draft::edited;

/// The maximum number of unreadable bodies that are listed on stderr.
const MOST_LISTED: usize = 10;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Captured responses: a JSON body, JSON lines, a HAR file, or `-` for stdin
    #[arg(required = true)]
    captures: Vec<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The `operationId` of bodies outside HAR files; by default, guessed from their fields
    #[arg(long)]
    operation: Option<String>,
    /// Edit the spec so that it allows what was seen, as a draft to review
    #[arg(long)]
    update: bool,
}

#[derive(Clone, Copy, PartialEq, Default, ValueEnum)]
enum Format {
    /// Text for people
    #[default]
    Text,
    /// JSON for programs
    Json,
}

/// Compares captures with the spec below `root`, prints each difference once, and updates the
/// spec if asked to.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<Outcome, String> {
    let yaml = spec::own(root)?;
    // Stdin can be read only once. Files are read again for `--update`, not kept in memory.
    let stdin = match arguments.captures.iter().any(|name| name == "-") {
        true => capture::bytes("-"),
        false => Ok(Vec::new()),
    };
    let spec = Spec::parse(SPEC, &yaml)?;
    let table = spec.table()?;
    if let Some(mistake) = arguments.misused(&table) {
        return Ok(Outcome::Misused(mistake));
    }
    let captures = read_captures(table, arguments, &stdin);
    let findings = captures.findings();
    let unreadable = unreadable(&captures);
    let nothing = findings.is_empty() && captures.bodies == 0;
    if !nothing {
        for body in &unreadable {
            anstream::eprintln!("{YELLOW}cannot be read{YELLOW:#}: {body}");
        }
    }
    match arguments.format {
        Format::Json => report::print_json(&json!({
            "findings": findings,
            "unreadable": captures.unreadable,
            "responses": captures.bodies,
            "skipped": captures.skipped,
        })),
        Format::Text if nothing => {}
        Format::Text => print(&findings, &captures),
    }
    if nothing {
        return Err(unreadable.join("\n"));
    }
    if findings.is_empty() && unreadable.is_empty() {
        return Ok(Outcome::Fine);
    }
    if findings.is_empty() || !arguments.update {
        return Ok(Outcome::Found);
    }
    let draft = draft::draft(root, Lines::new(&yaml, spec.document), &captures)?;
    let text = draft.lines.text();
    let table = Spec::new(SPEC, draft.lines.into_document()).table()?;
    let changed_with_it = changed_with_it(captures.table(), &table, &findings);
    let rest = read_captures(table, arguments, &stdin).findings();
    let drafted = text != yaml;
    if drafted {
        let original = spec::text(&root.join(SPEC), SPEC)?;
        std::fs::write(root.join(SPEC), with_line_ends(&original, &text))
            .map_err(|error| format!("{SPEC}: {error}"))?;
    }
    // In JSON, only the report is printed.
    if arguments.format == Format::Text {
        if drafted {
            report::print_diff(SPEC, &yaml, &text);
        }
        for place in changed_with_it {
            anstream::println!("{YELLOW}changed with it{YELLOW:#}: {place}");
        }
        for (place, reason) in &draft.left {
            anstream::println!("{YELLOW}by hand{YELLOW:#}: {place}: {reason}");
        }
        let (all, left) = (count(findings.len(), "finding"), rest.len());
        match drafted {
            true => anstream::println!(
                "{GREEN}written{GREEN:#}: {SPEC}, {left} of {all} left; review it, name the source of each fact, then \
                 run `cargo xtask regen`"
            ),
            false => anstream::println!("{YELLOW}nothing written{YELLOW:#}: {left} of {all} left"),
        }
    }
    Ok(match rest.is_empty() && unreadable.is_empty() {
        true => Outcome::Fine,
        false => Outcome::Found,
    })
}

impl Arguments {
    /// Returns what is wrong with `--operation`, whatever the captures hold.
    fn misused(&self, table: &Table) -> Option<String> {
        let wanted = self.operation.as_deref()?;
        let of_json = |operation: &&Operation| {
            let mut responses = operation.responses.values();
            responses.any(|response| response.json().is_some())
        };
        let operations = table.operations().iter().filter(of_json);
        let ids: Vec<&str> = operations.filter_map(|operation| operation.id.as_deref()).collect();
        (!ids.contains(&wanted)).then(|| {
            format!(
                "--operation {wanted}: not an operation with a JSON response; the spec has: {}",
                ids.join(", ")
            )
        })
    }
}

/// The places that changed without a finding, because they share a schema with a place that
/// has one.
fn changed_with_it(old: &Table, new: &Table, findings: &[Found]) -> Vec<String> {
    let found = |place: &str| {
        findings.iter().any(|found| {
            let below = place.strip_prefix(&found.place);
            below.is_some_and(|below| below.is_empty() || below.starts_with(['.', '[', '{']))
        })
    };
    let changes = compare(old, new, Scope::Wire);
    let places = changes.0.into_iter().flat_map(|change| change.places);
    let places: BTreeSet<String> = places.filter(|place| !found(place)).collect();
    places.into_iter().collect()
}

/// Gives `text` the line endings of `original`. New lines get the ending of the first line.
fn with_line_ends(original: &str, text: &str) -> String {
    let ends: Vec<&str> = original
        .split_inclusive('\n')
        .map(|line| if line.ends_with("\r\n") { "\r\n" } else { "\n" })
        .collect();
    let plain = original.replace("\r\n", "\n");
    let changes = TextDiff::from_lines(plain.as_str(), text);
    let kept = changes.iter_all_changes();
    let kept = kept.filter(|change| change.tag() != ChangeTag::Delete);
    let line = |change: similar::Change<&str>| {
        let end = change.old_index().unwrap_or_default();
        let end = ends.get(end).unwrap_or(&"\n");
        format!("{}{end}", change.value().trim_end_matches('\n'))
    };
    let mut text: String = kept.map(line).collect();
    if !original.ends_with('\n') {
        text.truncate(text.trim_end_matches(['\r', '\n']).len());
    }
    text
}

fn read_captures(table: Table, arguments: &Arguments, stdin: &Result<Vec<u8>, String>) -> Captures {
    let mut captures = Captures::new(table, arguments.operation.clone());
    for name in &arguments.captures {
        let read = (name != "-").then(|| capture::bytes(name));
        let bytes = read.as_ref().unwrap_or(stdin);
        captures.add(name, bytes.as_deref().map_err(Clone::clone));
    }
    captures
}

/// The lines on stderr about unreadable bodies.
fn unreadable(captures: &Captures) -> Vec<String> {
    let all = captures.unreadable.iter();
    let mut lines: Vec<String> = all.take(MOST_LISTED).map(ToString::to_string).collect();
    let more = captures.unreadable.len() - lines.len();
    if more > 0 {
        let more = count(more, "more body");
        lines.push(format!("{more}; --format json lists them all"));
    }
    lines
}

fn print(findings: &[Found], captures: &Captures) {
    for found in findings {
        let Found { place, kind, expected, seen, .. } = found;
        let mut times = count(found.count, "time");
        if !found.responses.is_empty() {
            let responses: Vec<&str> = found.responses.iter().map(String::as_str).collect();
            times.push_str(&format!(" in {}", responses.join(", ")));
        }
        anstream::println!(
            "{RED}{kind}{RED:#}: {place}: expected {expected}, seen {seen}, {times}"
        );
    }
    let mut rest = String::new();
    if captures.skipped > 0 {
        let skipped = count(captures.skipped, "entry");
        rest.push_str(&format!("; {skipped} skipped"));
    }
    if !captures.unreadable.is_empty() {
        let unreadable = count(captures.unreadable.len(), "body");
        rest.push_str(&format!("; {unreadable} unreadable"));
    }
    let responses = count(captures.bodies, "response");
    match findings.len() {
        0 => anstream::println!("{GREEN}no drift{GREEN:#} in {responses}{rest}"),
        all => {
            let findings = count(all, "finding");
            anstream::println!("{RED}{findings}{RED:#} in {responses}{rest}");
        }
    }
}
