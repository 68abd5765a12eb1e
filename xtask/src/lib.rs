//! `cargo xtask`: maintenance commands for the OpenAPI spec and the code generated from it.
//!
//! Exit codes: 0 for success, 1 if the command found something (stale files, drift, differences or
//! broken rules), 2 for invalid usage, and 3 if something can't be read or a tool failed. The
//! documentation of each command's module says what exactly gives 1.

mod api;
mod bench;
mod diff;
mod docs;
mod drift;
#[cfg(any(fuzzing, test))]
pub mod fuzzing;
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
    after_help = "Exit codes: 0 success, 1 something was found, 2 invalid usage, 3 unreadable input or a failed tool"
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Regenerate code and schemas from openapi/ofauth.yaml, and report what changed
    Regen(regen::Arguments),
    /// Check openapi/ofauth.yaml and its examples before code is generated
    Lint,
    /// Write JSON Schemas of the API's bodies to openapi/schemas, and the contract as JSON
    Schema,
    /// Compare two OpenAPI documents, and report which changes are breaking
    Diff(diff::Arguments),
    /// List the public API of `ofauth` in crates/ofauth/public-api.txt, and report what changed
    Api(api::Arguments),
    /// Compare captured responses with openapi/ofauth.yaml
    Drift(drift::Arguments),
    /// Measure ofauth beside other clients, and write BENCHMARKS.md
    Bench(bench::Arguments),
    /// Write the reference of the API as a page, and the README's picture of the command
    Docs,
    /// Compare our operations with the vendor's OpenAPI document
    Upstream(upstream::Arguments),
}

/// The outcome of a command that didn't fail.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing was found: exit code 0.
    Fine,
    /// Something was found: exit code 1.
    Found,
    /// Invalid arguments, with a message for the user: exit code 2.
    Misused(String),
}

/// Runs the command that the arguments name.
pub fn main() -> ExitCode {
    let result = match Arguments::parse().command {
        Command::Regen(arguments) => regen::run(&workspace(), &arguments),
        Command::Lint => lint::run(&workspace()),
        Command::Schema => regen::schemas(&workspace()),
        Command::Bench(arguments) => bench::run(&workspace(), &arguments),
        Command::Api(arguments) => api::run(&workspace(), &arguments),
        Command::Docs => docs::run(&workspace()),
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

/// Returns the root of the workspace, whatever the working directory is.
fn workspace() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    package.join("..")
}
