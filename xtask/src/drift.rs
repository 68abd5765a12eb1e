//! `cargo xtask drift`: where captured responses say something else than the spec.

use std::path::Path;

use clap::ValueEnum;
use ofauth_contract::Finding;
use serde_json::json;

use crate::Outcome;
use crate::capture::{self, Captures};
use crate::report::{self, GREEN, RED, YELLOW};
use crate::spec::{self, SPEC, Spec};
use crate::{regen, update};

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
    let captures = look(&yaml, arguments, &stdin)?;
    let findings = captures.findings();
    for unreadable in &captures.unreadable {
        anstream::eprintln!("{YELLOW}cannot be read{YELLOW:#}: {unreadable}");
    }
    match arguments.format {
        Format::Json => report::print_json(&json!({
            "findings": findings,
            "unreadable": captures.unreadable,
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
    let rest = look(&updated.text, arguments, &stdin)?.findings();
    let text = match spec::text(&root.join(SPEC), SPEC)?.contains("\r\n") {
        true => updated.text.replace('\n', "\r\n"),
        false => updated.text.clone(),
    };
    std::fs::write(root.join(SPEC), text).map_err(|error| format!("{SPEC}: {error}"))?;
    // What is printed for programs is the report alone.
    if arguments.format == Format::Text {
        regen::print_diff(SPEC, &yaml, &updated.text);
        for (place, reason) in &updated.left {
            anstream::println!("{YELLOW}by hand{YELLOW:#}: {place}: {reason}");
        }
        anstream::println!(
            "{GREEN}written{GREEN:#}: {SPEC}, of {} finding(s) {} remain(s); review it, name the source of each \
             fact, then run `cargo xtask regen`",
            findings.len(),
            rest.len(),
        );
    }
    Ok(match rest.is_empty() && !unread {
        true => Outcome::Fine,
        false => Outcome::Found,
    })
}

fn look(yaml: &str, arguments: &Arguments, stdin: &[u8]) -> Result<Captures, String> {
    let table = Spec::parse(SPEC, yaml)?.table()?;
    let mut captures = Captures::new(table, arguments.operation.clone());
    for name in &arguments.captures {
        match name.as_str() {
            "-" => captures.look(name, stdin)?,
            _ => captures.look(name, &capture::bytes(name)?)?,
        }
    }
    Ok(captures)
}

fn print(findings: &[Finding], captures: &Captures) {
    for Finding {
        place,
        kind,
        expected,
        seen,
        count,
    } in findings
    {
        anstream::println!(
            "{RED}{kind}{RED:#}: {place}: expected {expected}, seen {seen}, {count} time(s)"
        );
    }
    let mut other = match captures.others {
        0 => String::new(),
        others => format!("; {others} entries are of something else"),
    };
    if !captures.unreadable.is_empty() {
        let unreadable = captures.unreadable.len();
        other.push_str(&format!("; {unreadable} bodies cannot be read"));
    }
    let bodies = captures.bodies;
    match findings.len() {
        0 => anstream::println!("{GREEN}no drift{GREEN:#} in {bodies} response(s){other}"),
        all => anstream::println!("{RED}{all} finding(s){RED:#} in {bodies} response(s){other}"),
    }
}
