//! Formats contract changes and text diffs as text, Markdown or JSON.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};
use clap::ValueEnum;
use ofauth_contract::{Change, Changes, RULES, Rule, Rust, Side};
use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};

pub(crate) const RED: Style = AnsiColor::Red.on_default();
pub(crate) const GREEN: Style = AnsiColor::Green.on_default();
pub(crate) const YELLOW: Style = AnsiColor::Yellow.on_default();
const CYAN: Style = AnsiColor::Cyan.on_default();

/// The format of a report.
#[derive(Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// Text for people
    #[default]
    Text,
    /// JSON for programs
    Json,
    /// Markdown for pull requests
    Markdown,
}

/// Which effects of a change are reported.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Judged {
    /// The effects on the wire format, on Rust code and on the version.
    All,
    /// Only the effect on the wire format, because the generated code shows the others.
    Wire,
}

/// Prints the changes.
pub(crate) fn print_changes(changes: &Changes, format: Format) {
    match format {
        Format::Text => anstream::print!("{}", text(changes, Judged::All)),
        Format::Json => print_json(&json!(changes)),
        Format::Markdown => anstream::print!("{}", markdown(changes, Judged::All)),
    }
}

/// Formats a number with its noun: `1 change`, `2 changes`.
pub(crate) fn count(number: impl TryInto<u64>, thing: &str) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    match (number, thing.strip_suffix('y')) {
        (1, _) => format!("1 {thing}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        (_, None) => format!("{number} {thing}s"),
    }
}

/// Prints a report as indented JSON.
pub(crate) fn print_json(report: &Value) {
    // In one piece: each write of `{report:#}` would look for colours.
    anstream::println!("{}", format!("{report:#}"));
}

/// Formats the changes as text, each with its reason, followed by a summary.
pub(crate) fn text(changes: &Changes, judged: Judged) -> String {
    let mut text = String::new();
    for change in &changes.0 {
        let (style, head) = match (change.breaking, change.rust_breaking, judged) {
            (true, true, Judged::All) => (RED, "breaks wire format and Rust"),
            (true, _, _) => (RED, "breaks wire format"),
            (false, true, Judged::All) => (YELLOW, "breaks Rust"),
            (false, _, _) => (GREEN, "harmless"),
        };
        let why = change.why;
        line(&mut text, format_args!("{style}{head}{style:#}: {}", sentence(change)));
        line(&mut text, format_args!("    {}: {why}", side(change.direction)));
        if change.places.len() > 1 {
            line(&mut text, format_args!("    also at {}", folded(&change.places[1..])));
        }
        if !change.occurs.is_empty() {
            line(&mut text, format_args!("    in {}", folded(&change.occurs)));
        }
    }
    line(&mut text, format_args!("{}", summary(changes, judged)));
    text
}

/// Formats the first items of a list, and the number of the others. JSON lists them all.
fn folded(items: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = items[..items.len().min(SHOWN)].join(", ");
    match items.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown}, and {more} more"),
    }
}

/// Formats the changes as a Markdown table, followed by a summary.
pub(crate) fn markdown(changes: &Changes, judged: Judged) -> String {
    let mut text = String::new();
    if !changes.0.is_empty() {
        text.push_str("| place | change | before | after | breaks | why |\n| --- | --- | --- | --- | --- | --- |\n");
    }
    for change in &changes.0 {
        let breaks = match (change.breaking, change.rust_breaking, judged) {
            (true, true, Judged::All) => "**wire, Rust**",
            (true, _, _) => "**wire**",
            (false, true, Judged::All) => "**Rust**",
            (false, _, _) => "",
        };
        let cell = |value: &Value| match value {
            Value::Null => String::new(),
            value => code(&words(value)),
        };
        line(
            &mut text,
            format_args!(
                "| {} | {} ({}) | {} | {} | {breaks} | {} |",
                places(change),
                change.kind,
                side(change.direction),
                cell(&change.before),
                cell(&change.after),
                change.why,
            ),
        );
    }
    if !changes.0.is_empty() {
        text.push('\n');
    }
    line(&mut text, format_args!("{}", summary(changes, judged)));
    text
}

/// Formats the place of a change, with the number of its other places.
fn places(change: &Change) -> String {
    match change.places.len() {
        0 | 1 => code(&change.place),
        all => format!("{} and {} more", code(&change.place), all - 1),
    }
}

/// Summarises the changes in one line.
fn summary(changes: &Changes, judged: Judged) -> String {
    let all = changes.0.len();
    if all == 0 {
        return "no change".to_owned();
    }
    let wire = changes.0.iter().filter(|change| change.breaking).count();
    let rust = changes.0.iter().filter(|change| change.rust_breaking).count();
    let (all, wire) = (count(all, "change"), breaking(wire));
    match judged {
        Judged::Wire => format!("{all}: {wire} the wire format"),
        Judged::All => {
            let (rust, bump) = (breaking(rust), changes.bump());
            format!("{all}: {wire} the wire format, {rust} Rust source; due: {bump}")
        }
    }
}

fn breaking(number: usize) -> String {
    match number {
        1 => "1 breaks".to_owned(),
        number => format!("{number} break"),
    }
}

fn sentence(change: &Change) -> String {
    let Change { place, kind, .. } = change;
    match (&change.before, &change.after) {
        (Value::Null, Value::Null) => format!("{place}: {kind}"),
        (Value::Null, after) => format!("{place}: {kind}: {}", words(after)),
        (before, Value::Null) => format!("{place}: {kind}: was {}", words(before)),
        (before, after) => format!("{place}: {kind}: {} → {}", words(before), words(after)),
    }
}

/// Formats a value from a contract for people.
pub(crate) fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(words).collect::<Vec<_>>().join(", "),
        value => value.to_string(),
    }
}

fn side(side: Side) -> &'static str {
    match side {
        Side::Request => "request",
        Side::Response => "response",
        Side::Either => "both",
    }
}

/// Formats text as code in a table cell. Bars and line breaks, which would end the cell, are
/// replaced.
fn code(text: &str) -> String {
    let text = text.replace('|', "\\|").replace('`', "'");
    format!("`{}`", text.replace(['\n', '\r'], " "))
}

/// Appends a line; writing to a string can't fail.
fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = writeln!(text, "{arguments}");
}

/// Prints the rules, one line for each kind of change and direction.
pub(crate) fn print_rules(format: Format) {
    let rules: Vec<(String, &Rule)> = RULES
        .iter()
        .flat_map(|rule| {
            let kinds = rule.subjects.iter();
            kinds.map(move |subject| (rule.kind(subject), rule))
        })
        .collect();
    let rust = |rule: &Rule| match rule.rust {
        Rust::Same => "the same",
        Rust::Adds => "adds",
        Rust::Breaks => "breaks",
        Rust::BreaksIfRequired => "breaks if required",
        Rust::BreaksUnlessNullable => "breaks unless nullable",
        Rust::BreaksIfRetyped => "breaks if the type changes",
        Rust::AddsUnlessRetyped => "adds, or breaks if the type changes",
    };
    match format {
        Format::Json => {
            let row = |(kind, rule): &(String, &Rule)| {
                json!({
                    "kind": kind, "direction": rule.side, "breaking": rule.breaking,
                    "rust": rust(rule), "why": rule.why,
                })
            };
            print_json(&rules.iter().map(row).collect());
        }
        Format::Text => {
            for (kind, rule) in &rules {
                let wire = if rule.breaking { "breaks" } else { "-" };
                let (side, rust) = (side(rule.side), rust(rule));
                anstream::println!("{kind:28} {side:8} {wire:6} {rust:23} {}", rule.why);
            }
        }
        Format::Markdown => {
            anstream::println!(
                "| kind | direction | wire | Rust | why |\n| --- | --- | --- | --- | --- |"
            );
            for (kind, rule) in &rules {
                let wire = if rule.breaking { "breaks" } else { "" };
                let (side, rust) = (side(rule.side), rust(rule));
                anstream::println!("| `{kind}` | {side} | {wire} | {rust} | {} |", rule.why);
            }
        }
    }
}

/// Counts the added and removed lines.
pub(crate) fn counts(old: &str, new: &str) -> (usize, usize) {
    let diff = TextDiff::from_lines(old, new);
    let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
    (count(ChangeTag::Insert), count(ChangeTag::Delete))
}

/// Prints the difference between two texts as a unified diff.
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
    anstream::println!("{path}: {}", changed((added, removed)));
}

pub(crate) fn changed((added, removed): (usize, usize)) -> String {
    format!("{} added, {removed} removed", count(added, "line"))
}
