//! `cargo xtask drift`: where captured responses say something else than the spec.

use std::collections::BTreeSet;
use std::path::Path;

use clap::ValueEnum;
use ofauth_contract::{Finding, Operation, Scope, Table, compare};
use serde_json::json;

use crate::Outcome;
use crate::capture::{self, Captures, Found};
use crate::report::{self, GREEN, RED, YELLOW, count};
use crate::spec::{self, SPEC, Spec};
use crate::{regen, update};

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
        true => capture::bytes("-")?,
        false => Vec::new(),
    };
    let table = Spec::parse(SPEC, &yaml)?.table()?;
    if let Some(mistake) = arguments.misused(&table) {
        return Ok(Outcome::Misused(mistake));
    }
    let captures = look(table, arguments, &stdin)?;
    let findings = captures.findings();
    for unreadable in captures.unreadable.iter().take(MOST_TOLD) {
        anstream::eprintln!("{YELLOW}cannot be read{YELLOW:#}: {unreadable}");
    }
    if let Some(more) = captures.unreadable.len().checked_sub(MOST_TOLD + 1) {
        let more = count(more + 1, "more body");
        anstream::eprintln!(
            "{YELLOW}cannot be read{YELLOW:#}: {more}; JSON (--format json) has all"
        );
    }
    match arguments.format {
        Format::Json => report::print_json(&json!({
            "findings": findings,
            "unreadable": captures.unreadable,
            "responses": captures.bodies,
            "skipped": captures.others,
        })),
        Format::Text => print(&findings, &captures),
    }
    let unread = !captures.unreadable.is_empty();
    if unread && captures.bodies == 0 {
        return Err("of the captures, no body can be read".to_owned());
    }
    if findings.is_empty() && !unread {
        return Ok(Outcome::Fine);
    }
    if findings.is_empty() || !arguments.update {
        return Ok(Outcome::Found);
    }
    let updated = update::updated(root, &yaml, &captures)?;
    let table = Spec::parse(SPEC, &updated.text)?.table()?;
    let others = others(captures.table(), &table, &findings);
    let rest = look(table, arguments, &stdin)?.findings();
    let text = match spec::text(&root.join(SPEC), SPEC)?.contains("\r\n") {
        true => updated.text.replace('\n', "\r\n"),
        false => updated.text.clone(),
    };
    std::fs::write(root.join(SPEC), text).map_err(|error| format!("{SPEC}: {error}"))?;
    // What is printed for programs is the report alone.
    if arguments.format == Format::Text {
        regen::print_diff(SPEC, &yaml, &updated.text);
        for place in others {
            anstream::println!("{YELLOW}changed with it{YELLOW:#}: {place}");
        }
        for (place, reason) in &updated.left {
            anstream::println!("{YELLOW}by hand{YELLOW:#}: {place}: {reason}");
        }
        anstream::println!(
            "{GREEN}written{GREEN:#}: {SPEC}; of {}, {} left; review it, name the source of each fact, then run \
             `cargo xtask regen`",
            count(findings.len(), "finding"),
            match rest.len() {
                0 => "none is".to_owned(),
                1 => "1 is".to_owned(),
                left => format!("{left} are"),
            }
        );
    }
    Ok(match rest.is_empty() && !unread {
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
        findings.iter().any(|Found { finding, .. }| {
            let below = place.strip_prefix(&finding.place);
            below.is_some_and(|below| below.is_empty() || below.starts_with(['.', '[', '{']))
        })
    };
    // A contract that cannot be compared has no places to tell.
    let changes = compare(old, new, Scope::Wire).unwrap_or_default();
    let places = changes.0.into_iter().map(|change| change.place);
    let places: BTreeSet<String> = places.filter(|place| !found(place)).collect();
    places.into_iter().collect()
}

fn look(table: Table, arguments: &Arguments, stdin: &[u8]) -> Result<Captures, String> {
    let mut captures = Captures::new(table, arguments.operation.clone());
    for name in &arguments.captures {
        match name.as_str() {
            "-" => captures.look(name, stdin)?,
            _ => captures.look(name, &capture::bytes(name)?)?,
        }
    }
    Ok(captures)
}

fn print(findings: &[Found], captures: &Captures) {
    for Found { finding, of } in findings {
        let Finding {
            place,
            kind,
            expected,
            seen,
            count: times,
        } = finding;
        let mut told = count(*times, "time");
        if !of.is_empty() {
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
        // What is said of nothing is said by the error.
        0 if captures.bodies == 0 => {}
        0 => anstream::println!("{GREEN}no drift{GREEN:#} in {responses}{other}"),
        all => {
            let findings = count(all, "finding");
            anstream::println!("{RED}{findings}{RED:#} in {responses}{other}");
        }
    }
}
