//! What maintainers run when the API changes: `cargo xtask regen`.
//!
//! Exit codes: 0 in step (or brought in step), 1 stale (`--check`), 2 wrong
//! usage, 3 the spec or a tool failed.

#[path = "../../build/generator.rs"]
mod generator;
mod regen;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    about,
    version,
    propagate_version = true
)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Regenerate what is generated from openapi/ofauth.yaml, and show what changed
    Regen {
        /// Write nothing; exit with 1 where something is stale
        #[arg(long)]
        check: bool,
    },
}

fn main() -> ExitCode {
    let Command::Regen { check } = Arguments::parse().command;
    match regen::run(&workspace(), check) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            let red = anstyle::AnsiColor::Red.on_default().bold();
            for line in error.lines() {
                anstream::eprintln!("{red}error:{red:#} {line}");
            }
            ExitCode::from(3)
        }
    }
}

/// The workspace's root: above this package, wherever cargo runs it from.
fn workspace() -> PathBuf {
    let package = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    package.join("..")
}
