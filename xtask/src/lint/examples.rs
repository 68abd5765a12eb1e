//! Checks examples and defaults against their schemas, in the spec and in example files.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::diagnostic::{Diagnostic, RuleId};
use crate::generator::document::{Document, join, references};
use crate::generator::problem::Problem;
use crate::spec::schemas::{Use, target};
use crate::spec::{self, json_schema};

pub(super) const EXAMPLE: RuleId = ("example", "correct the example, or the schema");
/// How the reason begins if no validator can be made from a schema.
pub(super) const UNUSABLE: &str = "the schema cannot be used";

/// The folder of example responses, relative to the root of the workspace.
const FOLDER: &str = "openapi/examples";

/// Pointers into the document, each with a reason.
type Mismatches = Vec<(String, String)>;

/// Returns the examples and defaults in the document that their schemas don't allow.
pub(super) fn in_spec(document: &Value, uses: &[(String, Use)]) -> Mismatches {
    let mut wrong = Vec::new();
    for (pointer, _) in uses {
        let mut given = vec![format!("{pointer}/example"), format!("{pointer}/default")];
        if let Some(holder) = pointer.strip_suffix("/schema") {
            // Parameters, headers and media types have their own examples.
            given.push(format!("{holder}/example"));
            let examples = format!("{holder}/examples");
            let named = document.pointer(&examples).and_then(Value::as_object);
            for (name, example) in named.into_iter().flatten() {
                let place = target(example).unwrap_or_else(|| join(&examples, name));
                given.push(format!("{place}/value"));
            }
        }
        given.retain(|pointer| document.pointer(pointer).is_some());
        if given.is_empty() {
            continue;
        }
        let validator = match validator(document, pointer) {
            Ok(validator) => validator,
            Err(reason) => {
                wrong.push((pointer.clone(), reason));
                continue;
            }
        };
        for pointer in given {
            let value = document.pointer(&pointer).unwrap_or(&Value::Null);
            wrong.extend(validator.iter_errors(value).map(|error| {
                let place = format!("{pointer}{}", error.instance_path().as_str());
                (place, short(&error.to_string()))
            }));
        }
    }
    wrong
}

/// Returns the responses whose schemas can't be used as validators, and findings for the example
/// files that no successful response allows.
pub(super) fn in_files(
    root: &Path,
    document: &Value,
    uses: &[(String, Use)],
) -> Result<(Mismatches, Vec<Diagnostic>), String> {
    let (mut wrong, mut bodies, mut findings) = (Mismatches::new(), Vec::new(), Vec::new());
    let folder = root.join(FOLDER);
    if !folder.is_dir() {
        return Ok((wrong, findings));
    }
    for (pointer, _) in uses {
        let keys: Vec<&str> = pointer.split('/').collect();
        let is_body = matches!(
            keys[..],
            ["", "paths", _, _, "responses", status, "content", "application~1json", "schema"]
                if status.starts_with('2')
        );
        if is_body {
            match validator(document, pointer) {
                Ok(validator) => bodies.push(validator),
                Err(reason) => wrong.push((pointer.clone(), reason)),
            }
        }
    }
    let fail = |error: std::io::Error| format!("{FOLDER}: {error}");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).map_err(fail)? {
        names.push(entry.map_err(fail)?.file_name());
    }
    names.sort();
    for name in names {
        let file = format!("{FOLDER}/{}", name.to_string_lossy());
        let finding = |problem: Problem| Diagnostic { file: file.clone(), problem, rule: EXAMPLE };
        let text = spec::text(&folder.join(&name), &file)?;
        let parsed = Document::parse(&text)
            .and_then(|document| spec::json_problem(&text).map_or(Ok(document), Err));
        let document = match parsed {
            Ok(document) => document,
            Err(problem) => {
                findings.push(finding(problem));
                continue;
            }
        };
        // Reports the errors against the response that the file matches best.
        let errors =
            bodies.iter().map(|body| body.iter_errors(&document.value).collect::<Vec<_>>());
        for error in errors.min_by_key(Vec::len).unwrap_or_default() {
            let place = error.instance_path().as_str();
            let reason = short(&error.to_string());
            findings.push(finding(document.problem(place, reason)));
        }
    }
    Ok((wrong, findings))
}

fn validator(document: &Value, pointer: &str) -> Result<jsonschema::Validator, String> {
    let schemas = &document["components"]["schemas"];
    let schema = document.pointer(pointer).unwrap_or(&Value::Null);
    let names = references(schemas, schema).into_iter();
    let definitions = names.map(|name| {
        let definition = json_schema::translated(&schemas[&name]);
        (name, definition)
    });
    let root = json!({
        "$defs": definitions.collect::<Map<_, _>>(),
        "allOf": [json_schema::translated(schema)],
    });
    jsonschema::options()
        .should_validate_formats(true)
        .build(&root)
        .map_err(|error| format!("{UNUSABLE}: {}", short(&error.to_string())))
}

/// Returns the end of the validator's message, which begins by quoting the whole value.
fn short(message: &str) -> String {
    const LIMIT: usize = 160;
    match message.char_indices().nth_back(LIMIT) {
        Some((index, _)) => format!("…{}", &message[index..]),
        None => message.to_owned(),
    }
}
