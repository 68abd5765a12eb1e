//! `cargo xtask bench`: builds and runs the benchmarks of `crates/ofauth-bench`.

use std::path::Path;
use std::process::Command;

use crate::Outcome;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Only count the instructions and allocations per page, and the crates of an application; fail
    /// if they have grown
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(workspace: &Path, arguments: &Arguments) -> Result<Outcome, String> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        return Err(
            "valgrind is not installed, which counts instructions and allocations".to_owned()
        );
    }
    let mut cargo = Command::new("cargo");
    cargo.current_dir(workspace).args(["run", "--quiet", "--release", "-p", "ofauth-bench", "--"]);
    cargo.arg(if arguments.check { "check" } else { "report" });
    match cargo.status().map_err(|error| format!("cargo cannot be run: {error}"))?.code() {
        Some(0) => Ok(Outcome::Fine),
        Some(1) if arguments.check => Ok(Outcome::Found),
        _ => Err("the benchmarks failed".to_owned()),
    }
}
