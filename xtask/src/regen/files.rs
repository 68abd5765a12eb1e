//! The files that follow from the spec: as they are, and as they should be.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use crate::generator::{self, SpecError};
use crate::spec::{SPEC, Spec, json_schema};

/// The kinds of generated files.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum FileKind {
    /// Rust code, of which the difference is shown.
    Code,
    /// Schemas and the contract as data, for programs.
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

/// A file that follows from the spec.
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

/// All files that follow from the spec, as they are and as they should be.
pub(super) fn files(root: &Path, yaml: &str) -> Result<Vec<File>, String> {
    // First, what is no document at all.
    let document = Spec::parse(SPEC, yaml)?.document.value;
    let generate = |generate: fn(&str, &str) -> Result<String, SpecError>| {
        generate(SPEC, yaml).map_err(|error| error.to_string())
    };
    let mut generated = vec![
        (FileKind::Code, "build/snapshot.rs".to_owned(), generate(generator::client)?),
        (
            FileKind::Code,
            "crates/ofauth-httpmock/src/generated.rs".to_owned(),
            generate(generator::mocks)?,
        ),
    ];
    generated.push((
        FileKind::Data,
        json_schema::CONTRACT.to_owned(),
        json_schema::contract(&document),
    ));
    let schemas = json_schema::schemas(&document);
    for path in others(root, &schemas)? {
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

/// Schemas of bodies that the spec no longer has.
fn others(root: &Path, schemas: &BTreeMap<String, String>) -> Result<Vec<String>, String> {
    let fail = |error: std::io::Error| format!("{}: {error}", json_schema::FOLDER);
    let mut others = Vec::new();
    let entries = match fs::read_dir(root.join(json_schema::FOLDER)) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(others),
        entries => entries.map_err(fail)?,
    };
    for entry in entries {
        let name = entry.map_err(fail)?.file_name();
        let path = format!("{}/{}", json_schema::FOLDER, name.to_string_lossy());
        if path.ends_with(".json") && !schemas.contains_key(&path) {
            others.push(path);
        }
    }
    Ok(others)
}

/// Writes a file as it should be, in a new folder where there is none, or removes it.
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
