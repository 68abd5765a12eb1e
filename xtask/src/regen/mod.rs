//! `cargo xtask regen`: updates the generated files, and reports what changed.
//!
//! [`mod@files`] generates them, [`baseline`] reads the earlier spec, [`surface`] compares the Rust
//! code, and [`impact`] sums up what the changes mean.
//!
//! With `--check`, nothing is written, and a stale file gives exit code 1. The JSON report has the
//! changes of the contract in `contract`, their effect on Rust in `surface` (or, in `not_compared`,
//! the reason why it is unknown), and the summary of both in `rust_breaking` and `bump`.

mod baseline;
mod files;
mod impact;
mod surface;

use std::fs;
use std::path::Path;

use clap::builder::NonEmptyStringValueParser;
use serde_json::json;

use crate::Outcome;
use crate::lint;
use crate::report::{self, Format, GREEN, RED, changed, count, counts, print_diff};
use crate::spec::json_schema;
use crate::spec::{self, SPEC, Spec};
use files::{File, FileKind, files, write};
use impact::Impact;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write nothing; exit with 1 if a generated file is stale
    #[arg(long)]
    check: bool,
    /// Compare the spec with a git revision or a file [default: HEAD]
    #[arg(long, value_name = "REV|FILE", value_parser = NonEmptyStringValueParser::new())]
    against: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Regenerates all files below `root`, and prints the changes.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<Outcome, String> {
    let yaml = spec::own(root)?;
    let spec = Spec::new(SPEC, lint::checked(root, &yaml)?);
    let files = files(root, &spec)?;
    let before = baseline::baseline(root, arguments.against.as_deref())?;
    let impact =
        before.map(|before| impact::impact(&before, (&yaml, &spec), &files)).transpose()?;

    if !arguments.check {
        for file in files.iter().filter(|file| file.is_stale()) {
            write(root, file)?;
        }
    }
    match arguments.format {
        Format::Json => print_json(impact.as_ref(), &files, arguments.check),
        format => {
            impact::print(impact.as_ref(), &files, format);
            print_files(&files, format, arguments.check);
        }
    }
    let stale = files.iter().any(File::is_stale);
    Ok(match stale && arguments.check {
        true => Outcome::Found,
        false => Outcome::Fine,
    })
}

/// Writes the schemas and the contract, and creates their folders if necessary.
pub(crate) fn schemas(root: &Path) -> Result<Outcome, String> {
    let folder = root.join(json_schema::FOLDER);
    fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", json_schema::FOLDER))?;
    let files = files(root, &Spec::parse(SPEC, &spec::own(root)?)?)?;
    let data = || files.iter().filter(|file| file.kind == FileKind::Data);
    for file in data().filter(|file| file.is_stale()) {
        write(root, file)?;
        anstream::println!("{}", file.path);
    }
    let stale = data().filter(|file| file.is_stale()).count();
    let all = count(data().count(), FileKind::Data.noun());
    anstream::println!("{GREEN}written{GREEN:#}: {stale} of {all}");
    Ok(Outcome::Fine)
}

fn print_json(impact: Option<&Impact>, files: &[File], check: bool) {
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
        "against": impact.map(|impact| &impact.against),
        "breaking": impact.map(|impact| impact.contract.breaking()),
        "rust_breaking": impact.map(Impact::rust_breaking),
        "bump": impact.map(|impact| impact.bump(files)),
        "contract": impact.map(Impact::contract),
        "surface": impact.and_then(|impact| impact.surface.as_ref().ok()),
        "not_compared": impact.and_then(|impact| impact.surface.as_ref().err()),
        "files": files.iter().map(file).collect::<Vec<_>>(),
    }));
}

fn print_files(files: &[File], format: Format, check: bool) {
    let markdown = format == Format::Markdown;
    let item = if markdown { "- " } else { "" };
    if markdown {
        anstream::println!("\n## Files\n");
    }
    let code = files.iter().filter(|file| file.kind == FileKind::Code && file.is_stale());
    for file in code {
        if markdown {
            let changed = changed(counts(&file.old, &file.new));
            anstream::println!("{item}`{}`: {changed}", file.path);
        } else {
            print_diff(&file.path, &file.old, &file.new);
        }
    }
    for kind in [FileKind::Code, FileKind::Data] {
        let group: Vec<&File> = files.iter().filter(|file| file.kind == kind).collect();
        let stale = group.iter().filter(|file| file.is_stale()).count();
        let all = count(group.len(), kind.noun());
        match (stale, check) {
            _ if group.is_empty() => {}
            (0, _) => anstream::println!("{item}{GREEN}in step{GREEN:#} with {SPEC}: {all}"),
            (_, false) => anstream::println!("{item}{GREEN}written{GREEN:#}: {stale} of {all}"),
            (_, true) => anstream::println!(
                "{item}{RED}stale{RED:#}: {stale} of {all}; run `cargo xtask regen` and commit the result"
            ),
        }
    }
}
