//! Reads OpenAPI documents, in YAML or JSON.

pub(crate) mod json_schema;
pub(crate) mod lines;
pub(crate) mod schemas;

use std::fs;
use std::path::Path;

use crate::generator::document::{Document, Problem};
use ofauth_contract::{Mistake, Table};
use serde_json::Value;

/// Where our own description stands, below the root of the workspace.
pub(crate) const SPEC: &str = "openapi/ofauth.yaml";

/// The largest document that is read, in bytes: an API with hundreds of operations has a tenth of it.
pub(crate) const LIMIT: u64 = 32 * 1024 * 1024;

/// JSON of more bytes is read by `serde_json`: ten times as fast as YAML, but without the lines
/// of its parts, and without an error for a repeated key.
const LARGE: usize = 256 * 1024;

/// What a file begins with that is compressed.
pub(crate) const GZIP: &[u8] = b"\x1f\x8b";

/// A document, and what it is called in messages.
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
        let told = |problem: Problem| problem.in_file(name);
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if let Some(reason) = no_document(text) {
            return Err(format!("{name}: {reason}"));
        }
        let large = text.len() > LARGE && text.trim_start().starts_with('{');
        let json = large.then(|| serde_json::from_str(text).ok()).flatten();
        let document = match json {
            Some(value) => Document::without_positions(value),
            None => Document::parse(text).map_err(told)?,
        };
        if let Some((pointer, reason)) = other_form(&document.value) {
            return Err(told(document.problem(pointer, reason)));
        }
        Ok(Self { name: name.to_owned(), document })
    }

    /// The whole contract.
    pub(crate) fn table(&self) -> Result<Table, String> {
        Table::of_document(&self.document.value).map_err(|mistake| self.locate(&mistake))
    }

    /// A mistake, with its file, line and place.
    pub(crate) fn locate(&self, mistake: &Mistake) -> String {
        self.document.problem(&mistake.pointer, mistake.reason.as_str()).in_file(&self.name)
    }
}

/// Why a text is no document at all, where that is so before it is parsed.
pub(crate) fn no_document(text: &str) -> Option<String> {
    let text = text.trim_start();
    let mut first = text.chars();
    let markup = first.next() == Some('<')
        && first.next().is_some_and(|c| "!?".contains(c) || c.is_ascii_alphabetic());
    if text.is_empty() {
        return Some("it is empty; an OpenAPI document has `openapi: 3.0.3` and more".to_owned());
    }
    markup.then(|| {
        "this is no OpenAPI document, but HTML or XML; get the document itself, which is YAML or JSON"
            .to_owned()
    })
}

/// Why a value is no OpenAPI 3 document, and at what place, where it is of another form.
pub(crate) fn other_form(document: &Value) -> Option<(&'static str, String)> {
    let form = match document {
        Value::Object(entries) => {
            return match (entries.get("openapi"), entries.get("swagger")) {
                (Some(version @ Value::Number(_)), _) => Some((
                    "/openapi",
                    format!(
                        "`{version}` is a number here; write the full version in quotes, like '3.0.3'"
                    ),
                )),
                (None, Some(version)) => {
                    let version =
                        version.as_str().map_or_else(|| version.to_string(), str::to_owned);
                    let reason = format!(
                        "this is Swagger {version}, which is not read; convert it to OpenAPI 3 first"
                    );
                    Some(("/swagger", reason))
                }
                _ => None,
            };
        }
        Value::Null => return Some(("", "it is empty: it holds no value".to_owned())),
        Value::Array(_) => "a list",
        Value::String(_) => "a text",
        Value::Number(_) => "a number",
        Value::Bool(_) => "true or false",
    };
    let reason = format!("this is no OpenAPI document, but {form}; it must be a mapping");
    Some(("", reason))
}

/// The text of our own description, below `root`, with plain line ends.
pub(crate) fn own(root: &Path) -> Result<String, String> {
    Ok(text(&root.join(SPEC), SPEC)?.replace("\r\n", "\n"))
}

/// The text of a file of a reasonable size, which messages call `name`.
pub(crate) fn text(path: &Path, name: &str) -> Result<String, String> {
    let fail = |error: std::io::Error| format!("{name}: {error}");
    let size = fs::metadata(path).map_err(fail)?.len();
    if size > LIMIT {
        return Err(format!(
            "{name}: {size} bytes are more than an API's description has; at most {LIMIT} are read"
        ));
    }
    utf8(fs::read(path).map_err(fail)?, name)
}

/// The text of a document called `name`.
pub(crate) fn utf8(bytes: Vec<u8>, name: &str) -> Result<String, String> {
    if bytes.starts_with(GZIP) {
        return Err(format!("{name}: {COMPRESSED}"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let bytes = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + bytes.iter().filter(|byte| **byte == b'\n').count();
        format!("{name}:{line}: this is no UTF-8")
    })
}

/// Whether the source of a document is a URL rather than a file.
pub(crate) fn is_url(source: &str) -> bool {
    source.contains("://")
}

/// What is to be done with a compressed file.
pub(crate) const COMPRESSED: &str = "this is compressed by gzip; decompress it first";
