//! `cargo xtask upstream`: compares our operations with the vendor's OpenAPI document.

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
    /// The vendor's OpenAPI 3.0 or 3.1 document: a file or a URL
    source: String,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Compares our operations with the vendor's, and prints the differences that aren't accepted, as
/// changes from our spec to the vendor's document.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<Outcome, String> {
    let ours = Spec::parse(SPEC, &spec::own(root)?)?.table()?;
    let source = &arguments.source;
    let theirs = match spec::is_url(source) {
        true => Spec::parse(source, &download(source)?)?,
        false => Spec::read(Path::new(source))?,
    };
    let wanted = |method: &str, path: &str| {
        let mut operations = ours.operations().iter();
        operations.any(|operation| is_same(operation, method, path))
    };
    let table = Table::of_operations(&theirs.document.value, wanted)
        .map_err(|mistake| theirs.locate(&mistake))?;
    let mut changes = compare(&ours, &table, Scope::Wire).map_err(|mistake| mistake.to_string())?;
    let (accepted, mut unused) = accepted::take(&mut changes, accepted::read(root)?);
    // An operation that the vendor's document lacks wasn't compared, so its accepted differences
    // may still be needed.
    let is_theirs = |operation: &Operation| {
        let mut theirs = table.operations().iter();
        theirs.any(|theirs| is_same(operation, &theirs.method, &theirs.path))
    };
    if !ours.operations().iter().all(is_theirs) {
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
                    "{YELLOW}unused entry{YELLOW:#}, remove it from {ACCEPTED}: {}",
                    entry
                );
            }
            let accepted = count(accepted, "difference");
            anstream::println!("{GREEN}accepted{GREEN:#}: {accepted}, listed in {ACCEPTED}");
        }
    }
    Ok(match changes.0.is_empty() && unused.is_empty() {
        true => Outcome::Fine,
        false => Outcome::Found,
    })
}

/// Downloads a document over https, or over http from this machine. Uses curl, which knows the
/// machine's proxies and certificates.
fn download(url: &str) -> Result<String, String> {
    let local = ["127.0.0.1", "[::1]", "localhost"].iter().any(|host| {
        let rest = url.strip_prefix("http://").and_then(|rest| rest.strip_prefix(host));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    });
    if !url.starts_with("https://") && !local {
        return Err(format!("{url}: only https is supported, or http on loopback"));
    }
    let output = Command::new("curl")
        .args(["--silent", "--show-error", "--fail", "--max-time", "60"])
        .args(["--location", "--max-redirs", "5", "--proto-redir", "=https"])
        .args(["--max-filesize", &spec::LIMIT.to_string(), "--", url])
        .output()
        .map_err(|error| format!("cannot run curl: {error}; install it, or download {url}"))?;
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{url}: {}", reason.trim()));
    }
    spec::utf8(output.stdout, url)
}

/// Returns whether an operation has this method and path. The names of path parameters are ignored.
fn is_same(operation: &Operation, method: &str, path: &str) -> bool {
    let part = |part: &str| {
        if part.starts_with('{') { "{}".to_owned() } else { part.to_owned() }
    };
    let template = |path: &str| path.split('/').map(part).collect::<Vec<_>>();
    operation.method == method && template(&operation.path) == template(path)
}
