//! `cargo xtask upstream`: our operations against the vendor's own document.

mod accepted;

use std::path::Path;
use std::process::Command;

use ofauth_contract::{Operation, Scope, Table, compare};
use serde_json::json;

use crate::Outcome;
use crate::report::{self, Format, GREEN, YELLOW, count};
use crate::spec::{self, SPEC, Spec};
use accepted::ACCEPTED;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The vendor's document: OpenAPI 3.0 or 3.1 in a file, or at a URL
    source: String,
    /// How to write the result
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Compares our operations with the vendor's, and prints what is not accepted: from
/// what ours says to what theirs says.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<Outcome, String> {
    let ours = Spec::parse(SPEC, &spec::own(root)?)?.table()?;
    let source = &arguments.source;
    let theirs = match spec::is_url(source) {
        true => Spec::parse(source, &download(source)?)?,
        false => Spec::read(Path::new(source))?,
    };
    let wanted = |method: &str, path: &str| {
        let mut own = ours.operations().iter();
        own.any(|own| is_same(own, method, path))
    };
    let table = Table::of_operations(&theirs.document.value, wanted)
        .map_err(|mistake| theirs.locate(&mistake))?;
    let mut changes = compare(&ours, &table, Scope::Wire).map_err(|mistake| mistake.to_string())?;
    let (accepted, mut unused) = accepted::take(&mut changes, accepted::read(root)?);
    // Of what theirs does not have, no difference was looked for.
    let has = |own: &Operation| {
        let mut theirs = table.operations().iter();
        theirs.any(|theirs| is_same(own, &theirs.method, &theirs.path))
    };
    if !ours.operations().iter().all(has) {
        unused.clear();
    }
    match arguments.format {
        Format::Json => report::print_json(&json!({
            "breaking": changes.breaking(),
            "rust_breaking": changes.rust_breaking(),
            "bump": changes.bump(),
            "changes": changes.0,
            "accepted": accepted,
            "unused": unused.iter().map(accepted::Entry::to_string).collect::<Vec<_>>(),
        })),
        format => {
            let source = match format {
                Format::Markdown => format!("`{SPEC}` → `{source}`\n"),
                _ => format!("{SPEC} → {source}"),
            };
            anstream::println!("{source}");
            report::print_changes(&changes, format);
            for entry in &unused {
                anstream::println!(
                    "{YELLOW}no longer a difference{YELLOW:#}: {}; take it out of {ACCEPTED}",
                    entry
                );
            }
            let accepted = count(accepted, "difference");
            anstream::println!("{GREEN}accepted{GREEN:#}: {accepted}, by {ACCEPTED}");
        }
    }
    Ok(match changes.0.is_empty() && unused.is_empty() {
        true => Outcome::Fine,
        false => Outcome::Found,
    })
}

/// Downloads a document with curl, which knows the proxies and certificates of this machine: by
/// https, or by http from this machine.
fn download(url: &str) -> Result<String, String> {
    let local = ["127.0.0.1", "[::1]", "localhost"].iter().any(|host| {
        let rest = url.strip_prefix("http://").and_then(|rest| rest.strip_prefix(host));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    });
    if !url.starts_with("https://") && !local {
        return Err(format!("{url}: only https is used, and http on loopback"));
    }
    let output = Command::new("curl")
        .args(["--silent", "--show-error", "--fail", "--max-time", "60"])
        .args(["--location", "--max-redirs", "5", "--proto-redir", "=https"])
        .args(["--max-filesize", &spec::LIMIT.to_string(), "--", url])
        .output()
        .map_err(|error| format!("curl cannot be run: {error}; install it, or download {url}"))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{url}: {}", reason.trim()));
    }
    spec::utf8(output.stdout, url)
}

/// Whether a method and a path are those of an operation, by whatever name for its parameters.
fn is_same(own: &Operation, method: &str, path: &str) -> bool {
    let part = |part: &str| {
        if part.starts_with('{') { "{}".to_owned() } else { part.to_owned() }
    };
    let template = |path: &str| path.split('/').map(part).collect::<Vec<_>>();
    own.method == method && template(&own.path) == template(path)
}
