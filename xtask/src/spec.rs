//! Reads OpenAPI documents, in YAML or JSON.

use std::fs;
use std::path::Path;

use ofauth_contract::{Mistake, Table};
use serde_json::Value;

use crate::generator::document::{Document, Problem};

/// Where our own description stands, below the root of the workspace.
pub(crate) const SPEC: &str = "openapi/ofauth.yaml";

/// The largest document that is read, in bytes: an API with hundreds of operations has a tenth of it.
const LIMIT: u64 = 32 * 1024 * 1024;

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
        let document = if text.trim_start().starts_with('{') {
            // YAML that begins like this is JSON nearly always, and JSON is read far faster.
            match serde_json::from_str::<Value>(text) {
                Ok(value) => Document::without_positions(value),
                Err(error) if name.ends_with(".json") => return Err(format!("{name}: {error}")),
                Err(_) => parse_yaml(name, text)?,
            }
        } else {
            parse_yaml(name, text)?
        };
        Ok(Self {
            name: name.to_owned(),
            document,
        })
    }

    /// The whole contract.
    pub(crate) fn table(&self) -> Result<Table, String> {
        Table::of_document(&self.document.value).map_err(|mistake| self.told(&mistake))
    }

    /// A mistake, with its file, line and place.
    pub(crate) fn told(&self, mistake: &Mistake) -> String {
        let problem = self
            .document
            .problem(&mistake.pointer, mistake.reason.as_str());
        problem.told(&self.name)
    }
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
    fs::read_to_string(path).map_err(fail)
}

fn parse_yaml(name: &str, text: &str) -> Result<Document, String> {
    Document::parse(text).map_err(|problem: Problem| problem.told(name))
}
