//! What maintainers run when the API changes: `cargo xtask`.
//!
//! Exit codes, of every command: 0 as it should be, 1 something was found (what is
//! stale, drifts, differs or breaks: each command says which), 2 wrong usage, 3
//! something cannot be read, or a tool failed.

mod diff;
mod drift;
#[path = "../../build/generator.rs"]
mod generator;
mod lint;
mod regen;
mod report;
mod spec;
mod upstream;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about,
    version,
    propagate_version = true,
    after_help = "Exit codes: 0 as it should be, 1 something was found, 2 wrong usage, 3 something cannot be read"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Regenerate what is generated from openapi/ofauth.yaml, and show what changed
    Regen(regen::Arguments),
    /// Check what must hold of openapi/ofauth.yaml before anything is generated
    Lint,
    /// Write the JSON Schemas of the API's bodies to openapi/schemas, and the contract as data
    Schema,
    /// Compare two OpenAPI documents, and say what breaks
    Diff(diff::Arguments),
    /// Compare captured responses with openapi/ofauth.yaml
    Drift(drift::Arguments),
    /// Compare our operations with the vendor's own OpenAPI document
    Upstream(upstream::Arguments),
}

/// How a command ended, where nothing failed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing was found: exit code 0.
    Fine,
    /// Something was found: exit code 1.
    Found,
    /// It was asked for what there is not: exit code 2, with what there is.
    Misused(String),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Regen(arguments) => regen::run(&workspace(), &arguments),
        Command::Lint => lint::run(&workspace()),
        Command::Schema => regen::schemas(&workspace()),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Upstream(arguments) => upstream::run(&workspace(), &arguments),
        Command::Drift(arguments) => drift::run(&workspace(), &arguments),
    };
    let (error, code) = match result {
        Ok(Outcome::Fine) => return ExitCode::SUCCESS,
        Ok(Outcome::Found) => return ExitCode::from(1),
        Ok(Outcome::Misused(mistake)) => (mistake, 2),
        Err(error) => (error, 3),
    };
    let red = anstyle::AnsiColor::Red.on_default().bold();
    for line in error.lines() {
        anstream::eprintln!("{red}error:{red:#} {line}");
    }
    ExitCode::from(code)
}

/// The workspace's root: above this package, wherever cargo runs it from.
fn workspace() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    package.join("..")
}
