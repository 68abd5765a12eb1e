//! `cargo xtask api`: the public API of `ofauth` as a committed list, so that no change of it goes
//! unnoticed. The list includes what is written by hand in `ofauth-api`; the report of
//! `cargo xtask regen` covers what is generated.

use std::fs;
use std::path::Path;
use std::process::Command;

use similar::{ChangeTag, TextDiff};

use crate::Outcome;
use crate::report;

const LIST: &str = "crates/ofauth/public-api.txt";
const PACKAGES: [&str; 2] = ["ofauth", "ofauth-api"];
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
    let lists = PACKAGES.map(|package| list(workspace, package));
    let lists = lists.into_iter().collect::<Result<Vec<_>, _>>()?.concat();
    let items = lists.lines().filter(|item| !is_generated(item));
    let now: String = items.flat_map(|item| [item, "\n"]).collect();
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

/// Whether an item is certainly generated. Functions of generated types may be written by hand.
fn is_generated(item: &str) -> bool {
    let of = |module: &str| item.contains(&format!("ofauth_api::{module}"));
    let is_function = item.starts_with("pub fn ") || item.starts_with("pub const fn ");
    of("builder") || of("types::builder") || (of("types::") && !is_function)
}

/// Returns the public items of a package, one per line.
fn list(workspace: &Path, package: &str) -> Result<String, String> {
    let mut rustdoc = Command::new("cargo");
    rustdoc.args(["rustdoc", "--quiet", "--package", package, "--lib", "--all-features"]);
    rustdoc.args(["--target-dir", TARGET, "--", "-Zunstable-options", "--output-format=json"]);
    // The JSON of rustdoc isn't stable. This needs no other toolchain.
    rustdoc.arg("--cap-lints=allow").env("RUSTC_BOOTSTRAP", "1").current_dir(workspace);
    let status = rustdoc.status().map_err(|error| format!("cargo cannot be run: {error}"))?;
    if !status.success() {
        return Err(format!("{package} cannot be documented"));
    }
    let mut tool = Command::new("cargo-public-api");
    tool.args(["public-api", "--simplified", "--simplified", "--simplified", "--rustdoc-json"]);
    let json = format!("{TARGET}/doc/{}.json", package.replace('-', "_"));
    tool.arg(json).current_dir(workspace);
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
