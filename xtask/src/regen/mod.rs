//! Brings the committed generated files in step with the spec, and says what its
//! changes mean.

mod before;
mod meaning;
mod surface;

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anstyle::Style;
use clap::builder::NonEmptyStringValueParser;
use serde_json::json;
use similar::{ChangeTag, TextDiff};

use crate::Outcome;
use crate::generator::{self, SpecError};
use crate::lint::{self, Diagnostic};
use crate::report::{self, CYAN, Format, GREEN, RED, count};
use crate::spec::json_schema;
use crate::spec::{self, SPEC, Spec};
use meaning::Meaning;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing; exit with 1 where something is stale
    #[arg(long)]
    check: bool,
    /// What the spec is compared with: a revision of git, or a file [default: HEAD]
    #[arg(long, value_name = "REV|FILE", value_parser = NonEmptyStringValueParser::new())]
    against: Option<String>,
    /// How to write the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// The kinds of generated files.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    /// Rust code, of which the difference is shown.
    Code,
    /// Schemas and the contract as data, for programs.
    Data,
}

impl Kind {
    fn noun(self) -> &'static str {
        match self {
            Self::Code => "generated file",
            Self::Data => "schema and contract file",
        }
    }
}

/// A file that follows from the spec.
pub(crate) struct File {
    kind: Kind,
    path: String,
    old: String,
    pub(crate) new: String,
}

impl File {
    pub(crate) fn is_stale(&self) -> bool {
        self.old != self.new
    }
}

/// Regenerates every generated file below `root`, and prints what changed.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<Outcome, String> {
    let yaml = spec::own(root)?;
    let findings = lint::check(root, &yaml)?;
    if !findings.is_empty() {
        let told: Vec<String> = findings.iter().map(Diagnostic::to_string).collect();
        return Err(told.join("\n"));
    }
    let files = files(root, &yaml)?;
    let before = before::before(root, arguments.against.as_deref())?;
    let meaning = before
        .map(|before| meaning::meaning(&before, &yaml, &files))
        .transpose()?;

    if !arguments.check {
        for file in files.iter().filter(|file| file.is_stale()) {
            write(root, file)?;
        }
    }
    match arguments.format {
        Format::Json => print_json(meaning.as_ref(), &files, arguments.check),
        format => {
            meaning::print(meaning.as_ref(), &files, format);
            print_files(&files, format, arguments.check);
        }
    }
    let stale = files.iter().any(File::is_stale);
    Ok(match stale && arguments.check {
        true => Outcome::Found,
        false => Outcome::Fine,
    })
}

/// All files that follow from the spec, as they are and as they should be.
fn files(root: &Path, yaml: &str) -> Result<Vec<File>, String> {
    // First, what is no document at all.
    let document = Spec::parse(SPEC, yaml)?.document.value;
    let generate = |generate: fn(&str, &str) -> Result<String, SpecError>| {
        generate(SPEC, yaml).map_err(|error| error.to_string())
    };
    let mut generated = vec![
        (
            Kind::Code,
            "build/snapshot.rs".to_owned(),
            generate(generator::client)?,
        ),
        (
            Kind::Code,
            "crates/ofauth-httpmock/src/generated.rs".to_owned(),
            generate(generator::mocks)?,
        ),
    ];
    generated.push((
        Kind::Data,
        json_schema::CONTRACT.to_owned(),
        json_schema::contract(&document),
    ));
    let schemas = json_schema::schemas(&document);
    for path in others(root, &schemas)? {
        generated.push((Kind::Data, path, String::new()));
    }
    generated.extend(
        schemas
            .into_iter()
            .map(|(path, new)| (Kind::Data, path, new)),
    );
    let file = |(kind, path, new): (Kind, String, String)| {
        let old = match fs::read_to_string(root.join(&path)) {
            Ok(old) => old.replace("\r\n", "\n"),
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(format!("{path}: {error}")),
        };
        Ok(File {
            kind,
            path,
            old,
            new,
        })
    };
    generated.into_iter().map(file).collect()
}

/// Schemas of bodies that the spec no longer has.
fn others(root: &Path, schemas: &BTreeMap<String, String>) -> Result<Vec<String>, String> {
    let fail = |error: std::io::Error| format!("{}: {error}", json_schema::FOLDER);
    let mut others = Vec::new();
    let entries = match fs::read_dir(root.join(json_schema::FOLDER)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(others),
        entries => entries.map_err(fail)?,
    };
    for entry in entries {
        let name = entry.map_err(fail)?.file_name();
        let path = format!("{}/{}", json_schema::FOLDER, name.to_string_lossy());
        if path.ends_with(".json") && !schemas.contains_key(&path) {
            others.push(path);
        }
    }
    Ok(others)
}

/// Writes a file as it should be, in a new folder where there is none, or removes it.
fn write(root: &Path, file: &File) -> Result<(), String> {
    let path = root.join(&file.path);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", file.path))?;
    }
    match file.new.is_empty() {
        true => fs::remove_file(path),
        false => fs::write(path, &file.new),
    }
    .map_err(|error| format!("{}: {error}", file.path))
}

/// Writes the schemas, and makes their folder where there is none.
pub(crate) fn schemas(root: &Path) -> Result<Outcome, String> {
    let folder = root.join(json_schema::FOLDER);
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", json_schema::FOLDER))?;
    let files = files(root, &spec::own(root)?)?;
    let data = || files.iter().filter(|file| file.kind == Kind::Data);
    for file in data().filter(|file| file.is_stale()) {
        write(root, file)?;
        anstream::println!("{}", file.path);
    }
    let stale = data().filter(|file| file.is_stale()).count();
    let all = count(data().count(), Kind::Data.noun());
    anstream::println!("{GREEN}written{GREEN:#}: {stale} of {all}");
    Ok(Outcome::Fine)
}

fn print_json(meaning: Option<&Meaning>, files: &[File], check: bool) {
    let stale = files.iter().any(File::is_stale);
    let status = match (stale, check) {
        (false, _) => "in step",
        (true, true) => "stale",
        (true, false) => "written",
    };
    let file = |file: &File| {
        let (added, removed) = counts(&file.old, &file.new);
        json!({
            "path": file.path, "stale": file.is_stale(), "written": file.is_stale() && !check,
            "added": added, "removed": removed,
        })
    };
    report::print_json(&json!({
        "status": status,
        "against": meaning.map(|meaning| &meaning.against),
        "breaking": meaning.map(|meaning| meaning.contract.breaking()),
        "rust_breaking": meaning.map(Meaning::rust_breaking),
        "bump": meaning.map(|meaning| meaning.bump(files)),
        "contract": meaning.map(Meaning::contract),
        "surface": meaning.and_then(|meaning| meaning.surface.as_ref().ok()),
        "not_compared": meaning.and_then(|meaning| meaning.surface.as_ref().err()),
        "files": files.iter().map(file).collect::<Vec<_>>(),
    }));
}

fn print_files(files: &[File], format: Format, check: bool) {
    let markdown = format == Format::Markdown;
    let item = if markdown { "- " } else { "" };
    if markdown {
        anstream::println!("\n## Files\n");
    }
    let code = files
        .iter()
        .filter(|file| file.kind == Kind::Code && file.is_stale());
    for file in code {
        if markdown {
            let changed = changed(counts(&file.old, &file.new));
            anstream::println!("{item}`{}`: {changed}", file.path);
        } else {
            print_diff(&file.path, &file.old, &file.new);
        }
    }
    for kind in [Kind::Code, Kind::Data] {
        let own: Vec<&File> = files.iter().filter(|file| file.kind == kind).collect();
        let stale = own.iter().filter(|file| file.is_stale()).count();
        let all = count(own.len(), kind.noun());
        match (stale, check) {
            _ if own.is_empty() => {}
            (0, _) => anstream::println!("{item}{GREEN}in step{GREEN:#} with {SPEC}: {all}"),
            (_, false) => anstream::println!("{item}{GREEN}written{GREEN:#}: {stale} of {all}"),
            (_, true) => anstream::println!(
                "{item}{RED}stale{RED:#}: {stale} of {all}; run `cargo xtask regen` and commit the result"
            ),
        }
    }
}

/// How many lines were added, and removed.
fn counts(old: &str, new: &str) -> (usize, usize) {
    let diff = TextDiff::from_lines(old, new);
    let count = |tag| {
        diff.iter_all_changes()
            .filter(|change| change.tag() == tag)
            .count()
    };
    (count(ChangeTag::Insert), count(ChangeTag::Delete))
}

/// Prints the difference of two texts as a patch.
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

fn changed((added, removed): (usize, usize)) -> String {
    format!("{} added, {removed} removed", count(added, "line"))
}
