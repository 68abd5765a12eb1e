//! `cargo xtask docs`: the reference of the API as a page, and the README's picture of the command.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use anstyle_svg::Term;

use crate::Outcome;
use crate::spec::SPEC;

/// The version of redocly that makes the page.
const REDOCLY: &str = "@redocly/cli@2.77.0";
const REFERENCE: &str = "target/docs/api.html";
const PICTURE: &str = "docs/command.svg";
/// What the picture shows. The sandbox always gives the same chats.
const SHOWN: [&str; 2] =
    ["chats --sandbox --filter who_tipped --limit 3", "chats --sandbox --limit 50"];

pub(crate) fn run(workspace: &Path) -> Result<Outcome, String> {
    let mut redocly = Command::new(if cfg!(windows) { "npx.cmd" } else { "npx" });
    redocly.args(["--yes", REDOCLY, "build-docs", SPEC, "--inlineBundle", "-o", REFERENCE]);
    let Output { status, stderr, .. } = output(redocly.current_dir(workspace))?;
    if !status.success() {
        return Err(format!("redocly failed: {}", String::from_utf8_lossy(&stderr).trim()));
    }
    let mut build = Command::new("cargo");
    build.args(["build", "--quiet", "--package", "ofauth-cli"]).current_dir(workspace);
    let Output { status, stderr, .. } = output(&mut build)?;
    if !status.success() {
        return Err(format!("the command cannot be built: {}", String::from_utf8_lossy(&stderr)));
    }
    let mut text = String::new();
    for shown in SHOWN {
        let mut command = Command::new("cargo");
        command.args(["run", "--quiet", "--package", "ofauth-cli", "--", "--color", "always"]);
        let command = command.args(shown.split(' ')).env("COLUMNS", "100");
        let Output { stdout, stderr, .. } = output(command.current_dir(workspace))?;
        let [stdout, stderr] =
            [stdout, stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
        text += &format!("\u{1b}[1m$ ofauth {shown}\u{1b}[0m\n{stdout}{stderr}\n");
    }
    let picture = Term::new().render_svg(text.trim_end()) + "\n";
    fs::write(workspace.join(PICTURE), picture).map_err(|error| format!("{PICTURE}: {error}"))?;
    anstream::println!("written: {REFERENCE}, {PICTURE}");
    Ok(Outcome::Fine)
}

fn output(command: &mut Command) -> Result<Output, String> {
    let name = command.get_program().display().to_string();
    command.output().map_err(|error| format!("{name} cannot be run: {error}"))
}
