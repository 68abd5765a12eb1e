//! `cargo xtask upstream`: compares our operations with the vendor's OpenAPI document.
//!
//! [`accepted`] lists the differences that are intended. Exit code 1 means that another difference
//! was found, or that an accepted one no longer exists.

mod accepted;

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

use ofauth_contract::{Operation, Scope, Table, compare};
use serde_json::json;

use crate::Outcome;
use crate::report::{self, Format, GREEN, YELLOW, count};
use crate::spec::{self, SPEC, Spec};
use accepted::{ACCEPTED, Witness};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The vendor's OpenAPI 3.0 or 3.1 document, or a Markdown page with one: a file or a URL
    source: String,
    /// Which of the accepted differences apply
    #[arg(long, value_enum, default_value_t)]
    witness: Witness,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Compares our operations with the vendor's, and prints the differences that aren't accepted, as
/// changes from our spec to the vendor's document.
pub(crate) fn run(root: &Path, arguments: &Arguments) -> Result<Outcome, String> {
    let ours = Spec::parse(SPEC, &spec::own(root)?)?.table()?;
    let source = &arguments.source;
    let text = match spec::is_url(source) {
        true => download(source)?,
        false => spec::text(Path::new(source), source)?,
    };
    let theirs = Spec::parse(source, &fenced(&text).unwrap_or(text))?;
    let wanted = |method: &str, path: &str| {
        let mut operations = ours.operations().iter();
        operations.any(|operation| is_same(operation, method, path))
    };
    let table = Table::of_operations(&theirs.document.value, wanted)
        .map_err(|mistake| theirs.locate(&mistake))?;
    let mut changes = compare(&ours, &table, Scope::Wire);
    let (accepted, mut unused) =
        accepted::take(&mut changes, accepted::read(root, arguments.witness)?);
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

/// Returns the OpenAPI document in a fenced code block of a Markdown page. It keeps its line numbers.
fn fenced(page: &str) -> Option<String> {
    let is_document = |line: &str| {
        let line = line.trim_start();
        line.starts_with("openapi:")
            || line.starts_with(['"', '{']) && line.contains("\"openapi\":")
    };
    let mut document = String::new();
    let mut fence: Option<&str> = None;
    for line in page.lines() {
        let text = line.trim();
        let marks = text.len() - text.trim_start_matches(['`', '~']).len();
        match fence {
            None if is_document(line) => return None,
            None if marks >= 3 => fence = Some(&text[..marks]),
            Some(open) if text.starts_with(open) && marks == text.len() => {
                if document.lines().any(is_document) {
                    return Some(document);
                }
                fence = None;
                document = "\n".repeat(document.lines().count());
            }
            Some(_) => document.push_str(line),
            None => {}
        }
        document.push('\n');
    }
    None
}

/// Downloads a document with curl, which knows the proxies and certificates of this machine, over
/// https, or over http from this machine.
fn download(url: &str) -> Result<String, String> {
    if !url.starts_with("https://") && !is_loopback(url) {
        return Err(format!("{url}: only https is supported, or http on loopback"));
    }
    let mut curl = Command::new("curl")
        .args(["--disable", "--globoff", "--silent", "--show-error", "--fail", "--location"])
        .args(["--max-time", "60", "--max-redirs", "5", "--proto-redir", "=https", "--", url])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("curl cannot be run: {error}; install it, or download {url}"))?;
    let fail = |error: std::io::Error| format!("{url}: {error}");
    let mut bytes = Vec::new();
    if let Some(stdout) = curl.stdout.take() {
        // Closing the pipe after the limit ends curl.
        stdout.take(spec::LIMIT + 1).read_to_end(&mut bytes).map_err(fail)?;
    }
    let output = curl.wait_with_output().map_err(fail)?;
    if bytes.len() as u64 > spec::LIMIT {
        return Err(format!("{url}: the document is larger than {} bytes", spec::LIMIT));
    }
    if !output.status.success() {
        let reason = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{url}: {}", reason.trim()));
    }
    spec::utf8(bytes, url)
}

/// Whether a URL is plain http to this machine.
fn is_loopback(url: &str) -> bool {
    let authority = url.strip_prefix("http://").unwrap_or_default();
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    ["127.0.0.1", "[::1]", "localhost"].iter().any(|host| {
        let port = authority.strip_prefix(host).map(|rest| rest.strip_prefix(':').unwrap_or(rest));
        port.is_some_and(|port| port.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

/// Returns whether an operation has this method and path. The names of path parameters are ignored.
fn is_same(operation: &Operation, method: &str, path: &str) -> bool {
    let part = |part: &str| {
        if part.starts_with('{') { "{}".to_owned() } else { part.to_owned() }
    };
    let template = |path: &str| path.split('/').map(part).collect::<Vec<_>>();
    operation.method == method && template(&operation.path) == template(path)
}
