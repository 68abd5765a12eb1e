//! Generates the raw Rust client from the spec, using progenitor.
//!
//! All settings of the generator are here and in the submodules. `build.rs` and `xtask` both
//! include this file by `#[path]`, so the client that is built and the one that is committed
//! (`build/snapshot.rs`) cannot differ. It lies in this package because `cargo package` only
//! includes files inside the package.
//!
//! The steps:
//!
//! 1. Read the YAML ([`document`], [`yaml`]), and check it ([`grammar`]).
//! 2. Prepare the document, and translate it with progenitor ([`translate`]).
//! 3. Change the syntax tree where progenitor has no setting. For the client, [`surface`] does
//!    this, with [`objects`] and [`alternatives`] for decoding; [`operations`] adds the facts and
//!    rules of each operation. [`mocks`] does it for the mocks. For the wrapper crate,
//!    [`operations::requests`] writes the requests.
//! 4. Format the code with prettyplease.

mod alternatives;
pub(crate) mod document;
mod grammar;
mod mocks;
mod objects;
mod openapi;
mod operations;
pub(crate) mod problem;
pub(crate) mod spelling;
mod surface;
mod translate;
pub(crate) mod yaml;

use std::fmt;

use document::Document;
use problem::Problem;
use serde_json::Value;
pub(crate) use translate::Product;

/// Schemas whose Rust type is written by hand, in `src/`, because a generated type can't read
/// everything that they allow.
const HAND_WRITTEN: &[(&str, &str)] =
    &[("NextOffset", "crate::NextOffset"), ("Timestamp", "crate::Timestamp")];

const HEADER: &str = "\
// Generated from `openapi/ofauth.yaml`; do not edit.
// After a change of the spec, run `cargo xtask regen`.

";

/// The mistakes found in a spec, returned instead of code.
#[derive(Debug)]
pub(crate) struct SpecError {
    file: String,
    problems: Vec<Problem>,
}

impl fmt::Display for SpecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            f.write_str(&problem.in_file(&self.file))?;
        }
        Ok(())
    }
}

impl std::error::Error for SpecError {}

/// Generates the client from a spec in YAML.
///
/// `file` is the spec's name in error messages. The same spec gives the same bytes on every
/// machine.
///
/// # Errors
///
/// Returns an error that lists all mistakes found in the spec, each with its place.
#[allow(dead_code, reason = "xtask parses the spec itself")]
pub(crate) fn client(file: &str, yaml: &str) -> Result<String, SpecError> {
    let document = Document::parse(yaml)
        .map_err(|problem| SpecError { file: file.to_owned(), problems: vec![problem] })?;
    generate(file, &document, Product::Client)
}

/// Generates one of the products from a parsed spec.
pub(crate) fn generate(
    file: &str,
    document: &Document,
    product: Product,
) -> Result<String, SpecError> {
    let fail = |problems| SpecError { file: file.to_owned(), problems };
    let problems = problems(document);
    if !problems.is_empty() {
        return Err(fail(problems));
    }
    let open_enums = open_enums(&document.value);
    let tokens = translate::generate(document, &open_enums, product)
        .map_err(|problem| fail(vec![problem]))?;
    let operations = operations::operations(&document.value);
    let parse = |tokens| {
        syn::parse2(tokens).map_err(|error| format!("generated code is not valid Rust: {error}"))
    };
    let code = parse(tokens)
        .and_then(|mut code| {
            match product {
                Product::Client => {
                    surface::finish(&mut code, &open_enums, &private(&document.value))?;
                    code.items.push(operations::facts(&operations));
                }
                Product::Mocks => mocks::finish(&mut code, &operations)?,
                Product::Requests => {
                    code = parse(operations::requests::requests(&mut code, &operations)?)?;
                }
            }
            // progenitor's usage examples don't compile: as `text`, rustdoc neither runs nor counts
            // them.
            Ok(prettyplease::unparse(&code).replace("```ignore", "```text"))
        })
        .map_err(|reason| fail(vec![document.problem("", reason)]))?;
    Ok(format!("{HEADER}{code}"))
}

/// Returns the mistakes in a document that can be found without running progenitor.
pub(crate) fn problems(document: &Document) -> Vec<Problem> {
    let mut problems = grammar::check(document);
    if !problems.is_empty() {
        return problems;
    }
    for (name, path) in HAND_WRITTEN {
        if document.value.pointer(&format!("/components/schemas/{name}")).is_none() {
            let reason = format!(
                "the schema `{name}` is missing, but its type `{path}` is written by hand; change \
                 `HAND_WRITTEN` in build/generator.rs"
            );
            problems.push(document.problem("/components/schemas", reason));
        }
    }
    problems
}

/// Checks that progenitor can translate a document; if not, returns the place and the reason.
#[allow(dead_code, reason = "build.rs checks this by generating the client")]
pub(crate) fn translatable(document: &Document) -> Result<(), Problem> {
    let open_enums = open_enums(&document.value);
    translate::generate(document, &open_enums, Product::Client).map(drop)
}

/// A schema marked with `x-extensible-enum: true`.
struct OpenEnum {
    name: String,
    description: String,
    values: Vec<String>,
}

fn open_enums(document: &Value) -> Vec<OpenEnum> {
    schemas(document)
        .filter(|(_, schema)| schema["x-extensible-enum"] == true)
        .map(|(name, schema)| OpenEnum {
            name: name.clone(),
            description: schema["description"].as_str().unwrap_or_default().to_owned(),
            values: schema["enum"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|value| value.as_str().map(str::to_owned))
                .collect(),
        })
        .collect()
}

/// A property marked with `x-private: true`, and the schema it belongs to, by name.
struct PrivateField {
    schema: String,
    property: String,
}

/// The properties that `Debug` must hide.
struct Private {
    fields: Vec<PrivateField>,
    /// Schemas without `allOf`, whose types have only the schema's own properties.
    single: Vec<String>,
}

fn private(document: &Value) -> Private {
    let fields = |(schema, value): (&String, &Value)| {
        let properties = value["properties"].as_object().into_iter().flatten();
        let private = properties.filter(|(_, property)| property["x-private"] == true);
        let field = |(property, _): (&String, &Value)| PrivateField {
            schema: schema.clone(),
            property: property.clone(),
        };
        private.map(field).collect::<Vec<_>>()
    };
    let single = schemas(document).filter(|(_, schema)| schema["allOf"].is_null());
    Private {
        fields: schemas(document).flat_map(fields).collect(),
        single: single.map(|(name, _)| name.clone()).collect(),
    }
}

fn schemas(document: &Value) -> impl Iterator<Item = (&String, &Value)> {
    document["components"]["schemas"].as_object().into_iter().flatten()
}

#[cfg(test)]
mod tests;
