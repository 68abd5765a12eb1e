//! The files generated from the spec, with their current and their new contents.
//!
//! A package contains only files below its own folder, so each crate gets what it needs from the
//! spec as a committed file.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::generator::{self, Product};
use crate::spec::{SPEC, Spec, json_schema};

/// The kinds of generated files.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum FileKind {
    /// Rust code, whose diff is printed.
    Code,
    /// JSON files: the schemas and the contract.
    Data,
}

impl FileKind {
    pub(super) fn noun(self) -> &'static str {
        match self {
            Self::Code => "generated file",
            Self::Data => "schema and contract file",
        }
    }
}

/// The generated Rust code: the crate, the file and the product.
pub(super) const CODE: [(&str, &str, Product); 3] = [
    ("ofauth_api", "build/snapshot.rs", Product::Client),
    ("ofauth", "crates/ofauth/src/parameters.rs", Product::Requests),
    ("ofauth_httpmock", "crates/ofauth-httpmock/src/generated.rs", Product::Mocks),
];

/// A generated file. A file that doesn't exist, or should be removed, has empty contents.
pub(super) struct File {
    pub(super) kind: FileKind,
    pub(super) path: String,
    pub(super) old: String,
    pub(super) new: String,
}

impl File {
    pub(super) fn is_stale(&self) -> bool {
        self.old != self.new
    }
}

/// Returns all generated files, the Rust code first.
pub(super) fn files(root: &Path, spec: &Spec) -> Result<Vec<File>, String> {
    let document = &spec.document.value;
    let generate = |product| {
        generator::generate(SPEC, &spec.document, product).map_err(|error| error.to_string())
    };
    let mut generated = Vec::new();
    for (_, path, product) in CODE {
        generated.push((FileKind::Code, path.to_owned(), generate(product)?));
    }
    generated.push((
        FileKind::Data,
        json_schema::CONTRACT.to_owned(),
        json_schema::contract(document),
    ));
    let schemas = json_schema::schemas(document);
    for path in obsolete(root, &schemas)? {
        generated.push((FileKind::Data, path, String::new()));
    }
    generated.extend(schemas.into_iter().map(|(path, new)| (FileKind::Data, path, new)));
    let file = |(kind, path, new): (FileKind, String, String)| {
        let old = match fs::read_to_string(root.join(&path)) {
            Ok(old) => old.replace("\r\n", "\n"),
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(format!("{path}: {error}")),
        };
        Ok(File { kind, path, old, new })
    };
    generated.into_iter().map(file).collect()
}

/// Returns the paths of schemas whose bodies are no longer in the spec.
fn obsolete(root: &Path, schemas: &BTreeMap<String, String>) -> Result<Vec<String>, String> {
    let fail = |error: std::io::Error| format!("{}: {error}", json_schema::FOLDER);
    let mut obsolete = Vec::new();
    let entries = match fs::read_dir(root.join(json_schema::FOLDER)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(obsolete),
        entries => entries.map_err(fail)?,
    };
    for entry in entries {
        let name = entry.map_err(fail)?.file_name();
        let path = format!("{}/{}", json_schema::FOLDER, name.to_string_lossy());
        if path.ends_with(".json") && !schemas.contains_key(&path) {
            obsolete.push(path);
        }
    }
    Ok(obsolete)
}

/// Writes the new contents of a file, and creates its folder if necessary. Removes a file that
/// should no longer exist.
pub(super) fn write(root: &Path, file: &File) -> Result<(), String> {
    let path = root.join(&file.path);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", file.path))?;
    }
    match file.new.is_empty() {
        true => fs::remove_file(path),
        false => fs::write(path, &file.new),
    }
    .map_err(|error| format!("{}: {error}", file.path))
}
