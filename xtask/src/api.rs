//! `cargo xtask api`: the public API of `ofauth` as a committed list, so that no change of it goes
//! unnoticed. Types of the API itself are in the report of `cargo xtask regen`.

use std::fs;
use std::path::Path;
use std::process::Command;

use similar::{ChangeTag, TextDiff};

use crate::Outcome;
use crate::report;

const LIST: &str = "crates/ofauth/public-api.txt";
const PACKAGE: &str = "ofauth";
/// The version of cargo-public-api that reads the JSON of the current rustdoc.
const PUBLIC_API: &str = "0.52.0";
const TARGET: &str = "target/public-api";

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Fail if the list is not up to date, instead of writing it
    #[arg(long)]
    check: bool,
}

pub(crate) fn run(workspace: &Path, arguments: &Arguments) -> Result<Outcome, String> {
    let path = workspace.join(LIST);
    let before = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    let now = list(workspace)?;
    if now == before {
        anstream::println!("{LIST} is up to date");
        return Ok(Outcome::Fine);
    }
    report::print_diff(LIST, &before, &now);
    let diff = TextDiff::from_lines(&before, &now);
    let breaks = diff.iter_all_changes().any(|change| change.tag() == ChangeTag::Delete);
    let bump = if breaks { "major" } else { "minor" };
    anstream::println!(
        "the public API changed: the version bump is {bump}, or the one that `cargo xtask regen` reports if that is \
         larger; before 1.0, each shifts by one"
    );
    if arguments.check {
        anstream::println!(
            "if this is intended, run `cargo xtask api`, and say so in CHANGELOG.md"
        );
        return Ok(Outcome::Found);
    }
    fs::write(&path, now).map_err(|error| format!("{LIST}: {error}"))?;
    Ok(Outcome::Fine)
}

/// Returns the list, one item per line.
fn list(workspace: &Path) -> Result<String, String> {
    let mut rustdoc = Command::new("cargo");
    rustdoc.args(["rustdoc", "--quiet", "--package", PACKAGE, "--lib", "--all-features"]);
    rustdoc.args(["--target-dir", TARGET, "--", "-Zunstable-options", "--output-format=json"]);
    // The JSON of rustdoc isn't stable. This needs no other toolchain.
    rustdoc.arg("--cap-lints=allow").env("RUSTC_BOOTSTRAP", "1").current_dir(workspace);
    let status = rustdoc.status().map_err(|error| format!("cargo cannot be run: {error}"))?;
    if !status.success() {
        return Err(format!("{PACKAGE} cannot be documented"));
    }
    let mut tool = Command::new("cargo-public-api");
    tool.args(["public-api", "--simplified", "--simplified", "--simplified", "--rustdoc-json"]);
    tool.arg(format!("{TARGET}/doc/{PACKAGE}.json")).current_dir(workspace);
    let output = tool.output().map_err(|error| {
        format!(
            "cargo-public-api cannot be run, `cargo install cargo-public-api@{PUBLIC_API}` installs it: {error}"
        )
    })?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n")),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}
