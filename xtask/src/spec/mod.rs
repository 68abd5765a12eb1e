//! Reads OpenAPI documents, in YAML or JSON, and finds what is in them.
//!
//! [`lines`] edits the text of a spec, [`schemas`] finds its schemas, and [`json_schema`] translates
//! them to JSON Schema.

pub(crate) mod json_schema;
pub(crate) mod lines;
pub(crate) mod schemas;

use std::fs;
use std::path::Path;

use crate::generator::document::Document;
use crate::generator::problem::Problem;
use ofauth_contract::{Mistake, Table};
use serde::de::IgnoredAny;
use serde_json::Value;

/// The path of our spec, relative to the root of the workspace.
pub(crate) const SPEC: &str = "openapi/ofauth.yaml";

/// The maximum size of a document, in bytes. The documents of APIs with hundreds of operations are
/// about a tenth of this.
pub(crate) const LIMIT: u64 = 32 * 1024 * 1024;

/// The size in bytes above which JSON is parsed by `serde_json`: ten times as fast as our YAML
/// parser, but without line numbers, and without an error for a repeated key.
const LARGE: usize = 256 * 1024;

/// The first bytes of a gzip file.
pub(crate) const GZIP: &[u8] = b"\x1f\x8b";

/// A document, and its name in messages.
pub(crate) struct Spec {
    pub(crate) name: String,
    pub(crate) document: Document,
}

impl Spec {
    /// Reads a file.
    pub(crate) fn read(path: &Path) -> Result<Self, String> {
        let name = path.display().to_string();
        Self::parse(&name, &text(path, &name)?)
    }

    /// Parses YAML or JSON.
    pub(crate) fn parse(name: &str, text: &str) -> Result<Self, String> {
        let message = |problem: Problem| problem.in_file(name);
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if let Some(reason) = text_problem(text) {
            return Err(format!("{name}: {reason}"));
        }
        let large = text.len() > LARGE && text.trim_start().starts_with('{');
        let json = large.then(|| serde_json::from_str(text).ok()).flatten();
        // Our parser keeps the digits of bounds, which `serde_json` rounds.
        let json = json.filter(|value| !has_long_integer(value));
        let document = match json {
            Some(value) => Document::without_positions(value),
            None => Document::parse(text).map_err(message)?,
        };
        if name.ends_with(".json")
            && let Some(problem) = json_problem(text)
        {
            return Err(message(problem));
        }
        if let Some((pointer, reason)) = format_problem(&document.value) {
            return Err(message(document.problem(pointer, reason)));
        }
        Ok(Self::new(name, document))
    }

    pub(crate) fn new(name: &str, document: Document) -> Self {
        Self { name: name.to_owned(), document }
    }

    /// Returns the contract of all operations.
    pub(crate) fn table(&self) -> Result<Table, String> {
        Table::of_document(&self.document.value).map_err(|mistake| self.locate(&mistake))
    }

    /// Formats a mistake with its file, line and place.
    pub(crate) fn locate(&self, mistake: &Mistake) -> String {
        self.document.problem(&mistake.pointer, mistake.reason.as_str()).in_file(&self.name)
    }
}

/// Returns whether a value has an integer that `serde_json` has rounded, or may have rounded.
fn has_long_integer(value: &Value) -> bool {
    match value {
        Value::Number(number) => {
            let is_long = |number: f64| number.fract() == 0.0 && number.abs() > 1e18;
            number.is_f64() && number.as_f64().is_some_and(is_long)
        }
        Value::Array(items) => items.iter().any(has_long_integer),
        Value::Object(entries) => entries.values().any(has_long_integer),
        _ => false,
    }
}

/// Returns why a text isn't JSON: as YAML, it may be read all the same.
pub(crate) fn json_problem(text: &str) -> Option<Problem> {
    let error = serde_json::from_str::<IgnoredAny>(text).err()?;
    // A text has less than 2^64 lines and columns.
    let position = (error.line() as u64, error.column() as u64);
    let message = error.to_string();
    let reason = message.split(" at line ").next().unwrap_or_default();
    let reason = format!("invalid JSON: {reason}");
    Some(Problem { position: Some(position), place: String::new(), reason })
}

/// Returns why a text isn't an OpenAPI document, if that is clear before parsing.
pub(crate) fn text_problem(text: &str) -> Option<String> {
    let text = text.trim_start();
    let mut first = text.chars();
    let markup = first.next() == Some('<')
        && first.next().is_some_and(|c| "!?".contains(c) || c.is_ascii_alphabetic());
    if text.is_empty() {
        return Some("the document is empty; expected OpenAPI in YAML or JSON".to_owned());
    }
    markup.then(|| {
        "this is HTML or XML, not an OpenAPI document; get the document itself, in YAML or JSON"
            .to_owned()
    })
}

/// Returns why a parsed value isn't an OpenAPI 3 document, and the pointer to the mistake.
pub(crate) fn format_problem(document: &Value) -> Option<(&'static str, String)> {
    let found = match document {
        Value::Object(entries) => {
            return match (entries.get("openapi"), entries.get("swagger")) {
                (Some(version @ Value::Number(_)), _) => Some((
                    "/openapi",
                    format!(
                        "`{version}` is a number; write the full version in quotes, like '3.0.3'"
                    ),
                )),
                (None, Some(version)) => {
                    let version =
                        version.as_str().map_or_else(|| version.to_string(), str::to_owned);
                    let reason = format!(
                        "this is Swagger {version}, which isn't supported; convert it to OpenAPI 3 first"
                    );
                    Some(("/swagger", reason))
                }
                _ => None,
            };
        }
        Value::Null => return Some(("", "the document is empty: it contains no value".to_owned())),
        Value::Array(_) => "a list",
        Value::String(_) => "a string",
        Value::Number(_) => "a number",
        Value::Bool(_) => "a boolean",
    };
    let reason = format!("this is {found}, not an OpenAPI document; expected a mapping");
    Some(("", reason))
}

/// Reads our spec, below `root`, with `\n` line endings.
pub(crate) fn own(root: &Path) -> Result<String, String> {
    Ok(text(&root.join(SPEC), SPEC)?.replace("\r\n", "\n"))
}

/// Reads a file of at most [`LIMIT`] bytes, which messages call `name`.
pub(crate) fn text(path: &Path, name: &str) -> Result<String, String> {
    let fail = |error: std::io::Error| format!("{name}: {error}");
    let size = fs::metadata(path).map_err(fail)?.len();
    if size > LIMIT {
        return Err(format!("{name}: the file has {size} bytes, more than the limit of {LIMIT}"));
    }
    utf8(fs::read(path).map_err(fail)?, name)
}

/// Decodes the text of a document, which messages call `name`.
pub(crate) fn utf8(bytes: Vec<u8>, name: &str) -> Result<String, String> {
    if bytes.starts_with(GZIP) {
        return Err(format!("{name}: {COMPRESSED}"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let bytes = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + bytes.iter().filter(|byte| **byte == b'\n').count();
        format!("{name}:{line}: this isn't valid UTF-8")
    })
}

/// Returns whether the source of a document is a URL rather than a file.
pub(crate) fn is_url(source: &str) -> bool {
    source.contains("://")
}

/// The message for a compressed file.
pub(crate) const COMPRESSED: &str = "this is compressed with gzip; decompress it first";
