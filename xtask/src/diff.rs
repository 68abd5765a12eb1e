//! `cargo xtask diff`: compares two OpenAPI documents, and reports which changes are breaking.
//!
//! The exit code is 0 even if there are changes, unless `--fail-on` is given.

use std::path::PathBuf;

use clap::ValueEnum;
use ofauth_contract::{Scope, compare};

use crate::Outcome;
use crate::report::{self, Format};
use crate::spec::{self, Spec};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The old document: OpenAPI 3.0 or 3.1, in YAML or JSON
    #[arg(required_unless_present = "rules")]
    old: Option<PathBuf>,
    /// The new document
    #[arg(required_unless_present = "rules")]
    new: Option<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Exit with 1 if there is a change of this kind
    #[arg(long, value_enum)]
    fail_on: Option<FailOn>,
    /// List the rules that decide which changes are breaking, and exit
    #[arg(long, conflicts_with_all = ["old", "new", "fail_on"])]
    rules: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum FailOn {
    /// A change that breaks the wire format (`breaking` in JSON)
    Breaking,
    /// Any change
    Any,
}

/// Compares the two documents, and prints the changes.
pub(crate) fn run(arguments: &Arguments) -> Result<Outcome, String> {
    let (Some(old), Some(new)) = (&arguments.old, &arguments.new) else {
        report::print_rules(arguments.format);
        return Ok(Outcome::Fine);
    };
    for source in [old, new].map(|path| path.to_string_lossy()) {
        if spec::is_url(&source) {
            return Ok(Outcome::Misused(format!(
                "{source}: only files can be compared; download it first, for example with `curl --remote-name`"
            )));
        }
    }
    let (old, new) = (Spec::read(old)?, Spec::read(new)?);
    let changes = compare(&old.table()?, &new.table()?, Scope::Everything);
    report::print_changes(&changes, arguments.format);
    let found = match arguments.fail_on {
        None => false,
        Some(FailOn::Breaking) => changes.breaking(),
        Some(FailOn::Any) => !changes.0.is_empty(),
    };
    Ok(if found { Outcome::Found } else { Outcome::Fine })
}
