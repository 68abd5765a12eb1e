//! `cargo xtask drift`: where captured responses say something else than the spec.

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
use crate::spec::{self, SPEC, Spec};
use capture::{Captures, Found};

/// The most unreadable bodies that are told to people.
const MOST_TOLD: usize = 10;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Responses: a body, JSON lines, a HAR file, or `-` for stdin
    #[arg(required = true)]
    captures: Vec<String>,
    /// How to write the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The `operationId` that bodies are responses of; else it is told from their fields
    #[arg(long)]
    operation: Option<String>,
    /// Change the spec so that it allows what was seen, for a person to review
    #[arg(long)]
    update: bool,
}

#[derive(Clone, Copy, PartialEq, Default, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

/// Compares captures with the spec below `root`, and prints each difference once.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<Outcome, String> {
    let yaml = spec::own(root)?;
    // Stdin can be read only once; a file is read anew, rather than kept.
    let stdin = match arguments.captures.iter().any(|name| name == "-") {
        true => capture::bytes("-"),
        false => Ok(Vec::new()),
    };
    let table = Spec::parse(SPEC, &yaml)?.table()?;
    if let Some(mistake) = arguments.misused(&table) {
        return Ok(Outcome::Misused(mistake));
    }
    let captures = look(table, arguments, &stdin);
    let findings = captures.findings();
    let unread = unread(&captures);
    let nothing = findings.is_empty() && captures.bodies == 0;
    if !nothing {
        for unread in &unread {
            anstream::eprintln!("{YELLOW}cannot be read{YELLOW:#}: {unread}");
        }
    }
    match arguments.format {
        Format::Json => report::print_json(&json!({
            "findings": findings,
            "unreadable": captures.unreadable,
            "responses": captures.bodies,
            "skipped": captures.others,
        })),
        Format::Text if nothing => {}
        Format::Text => print(&findings, &captures),
    }
    if nothing {
        return Err(unread.join("\n"));
    }
    if findings.is_empty() && unread.is_empty() {
        return Ok(Outcome::Fine);
    }
    if findings.is_empty() || !arguments.update {
        return Ok(Outcome::Found);
    }
    let draft = draft::draft(root, &yaml, &captures)?;
    let table = Spec::parse(SPEC, &draft.text)?.table()?;
    let others = others(captures.table(), &table, &findings);
    let rest = look(table, arguments, &stdin).findings();
    let drafted = draft.text != yaml;
    if drafted {
        let text = with_line_ends(&spec::text(&root.join(SPEC), SPEC)?, &draft.text);
        std::fs::write(root.join(SPEC), text).map_err(|error| format!("{SPEC}: {error}"))?;
    }
    // What is printed for programs is the report alone.
    if arguments.format == Format::Text {
        if drafted {
            report::print_diff(SPEC, &yaml, &draft.text);
        }
        for place in others {
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
    Ok(match rest.is_empty() && unread.is_empty() {
        true => Outcome::Fine,
        false => Outcome::Found,
    })
}

impl Arguments {
    /// What no captures could make good.
    fn misused(&self, table: &Table) -> Option<String> {
        let wanted = self.operation.as_deref()?;
        let of_json = |operation: &&Operation| {
            let mut responses = operation.responses.values();
            responses.any(|response| response.json().is_some())
        };
        let operations = table.operations().iter().filter(of_json);
        let ids: Vec<&str> = operations.filter_map(|one| one.id.as_deref()).collect();
        (!ids.contains(&wanted)).then(|| {
            format!(
                "--operation {wanted}: the spec has no such operation with a JSON response, but {}",
                ids.join(", ")
            )
        })
    }
}

/// The places that changed without a finding of their own, since they share a schema with one
/// that has.
fn others(old: &Table, new: &Table, findings: &[Found]) -> Vec<String> {
    let found = |place: &str| {
        findings.iter().any(|found| {
            let below = place.strip_prefix(&found.place);
            below.is_some_and(|below| below.is_empty() || below.starts_with(['.', '[', '{']))
        })
    };
    // A contract that cannot be compared has no places to tell.
    let changes = compare(old, new, Scope::Wire).unwrap_or_default();
    let places = changes.0.into_iter().map(|change| change.place);
    let places: BTreeSet<String> = places.filter(|place| !found(place)).collect();
    places.into_iter().collect()
}

/// A text with the line ends of another, where its lines are the same; else with the first.
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

fn look(table: Table, arguments: &Arguments, stdin: &Result<Vec<u8>, String>) -> Captures {
    let mut captures = Captures::new(table, arguments.operation.clone());
    for name in &arguments.captures {
        let read = (name != "-").then(|| capture::bytes(name));
        let bytes = read.as_ref().unwrap_or(stdin);
        captures.look(name, bytes.as_deref().map_err(Clone::clone));
    }
    captures
}

/// What cannot be read, as people are told it.
fn unread(captures: &Captures) -> Vec<String> {
    let all = captures.unreadable.iter();
    let mut told: Vec<String> = all.take(MOST_TOLD).map(ToString::to_string).collect();
    let more = captures.unreadable.len() - told.len();
    if more > 0 {
        let more = count(more, "more body");
        told.push(format!("{more}, which --format json names"));
    }
    told
}

fn print(findings: &[Found], captures: &Captures) {
    for found in findings {
        let Found { place, kind, expected, seen, .. } = found;
        let mut told = count(found.count, "time");
        if !found.of.is_empty() {
            let of: Vec<&str> = found.of.iter().map(String::as_str).collect();
            told.push_str(&format!(" in {}", of.join(", ")));
        }
        anstream::println!("{RED}{kind}{RED:#}: {place}: expected {expected}, seen {seen}, {told}");
    }
    let mut other = String::new();
    if captures.others > 0 {
        let skipped = count(captures.others, "entry");
        other.push_str(&format!("; {skipped} of something else"));
    }
    if !captures.unreadable.is_empty() {
        let unreadable = count(captures.unreadable.len(), "body");
        other.push_str(&format!("; {unreadable} that cannot be read"));
    }
    let responses = count(captures.bodies, "response");
    match findings.len() {
        0 => anstream::println!("{GREEN}no drift{GREEN:#} in {responses}{other}"),
        all => {
            let findings = count(all, "finding");
            anstream::println!("{RED}{findings}{RED:#} in {responses}{other}");
        }
    }
}
