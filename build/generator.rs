//! The spec → the raw Rust client, by progenitor.
//!
//! The one place with the generator's settings. `build.rs` and `xtask` both use
//! it, each by `#[path]`, so that what is built and what is committed
//! (`build/snapshot.rs`) cannot differ.
//!
//! What progenitor has no setting for is done before it, on the document
//! ([`prepare`]), or after it, on the syntax tree ([`surface`]).

mod document;
mod grammar;
mod surface;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use document::{Document, Problem};
use openapiv3::OpenAPI;
use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle, TypeImpl};
use quote::quote;
use serde_json::Value;

/// Schemas whose Rust type is written by hand, in `src/`, since no generated
/// type can read what they promise.
const HAND_WRITTEN: &[(&str, &str)] = &[
    ("NextOffset", "crate::NextOffset"),
    ("Timestamp", "crate::Timestamp"),
];

const HEADER: &str = "\
// Generated from `openapi/ofauth.yaml`; do not edit.
// After a change of the spec, run `cargo xtask regen`.

";

/// Why nothing could be generated: every mistake found in the spec.
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
            write!(f, "{}", self.file)?;
            if let Some((line, column)) = problem.position {
                write!(f, ":{line}:{column}")?;
            }
            if !problem.place.is_empty() {
                write!(f, ": {}", problem.place)?;
            }
            write!(f, ": {}", problem.reason)?;
        }
        Ok(())
    }
}

impl std::error::Error for SpecError {}

/// Generates the client from a spec in YAML.
///
/// `file` is the spec's name in error messages. The same spec gives the same
/// bytes, whatever the machine.
///
/// # Errors
///
/// All mistakes of the spec, each with its place.
pub(crate) fn generate(file: &str, yaml: &str) -> Result<String, SpecError> {
    let fail = |problems| SpecError {
        file: file.to_owned(),
        problems,
    };
    let document = Document::parse(yaml).map_err(|problem| fail(vec![problem]))?;
    let problems = grammar::check(&document);
    if !problems.is_empty() {
        return Err(fail(problems));
    }
    translate(&document).map_err(|reason| fail(vec![document.problem("", reason)]))
}

fn translate(document: &Document) -> Result<String, String> {
    let open_enums = open_enums(&document.value);
    let mut settings = GenerationSettings::default();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_tag(TagStyle::Merged)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote!(crate::Credentials));
    for (name, path) in HAND_WRITTEN {
        if document
            .value
            .pointer(&format!("/components/schemas/{name}"))
            .is_none()
        {
            return Err(format!(
                "the schema `{name}` is gone, for which `{path}` is written by hand; \
                 change `HAND_WRITTEN` in build/generator.rs"
            ));
        }
        settings.with_replacement(*name, *path, std::iter::empty());
    }
    for open_enum in &open_enums {
        settings.with_replacement(
            &open_enum.name,
            format!("crate::types::{}", open_enum.name),
            [TypeImpl::Display, TypeImpl::FromStr].into_iter(),
        );
    }

    let spec: OpenAPI = serde_json::from_value(prepare(document.value.clone()))
        .map_err(|error| format!("not a valid OpenAPI 3.0 document: {error}"))?;
    let tokens = catch_unwind(AssertUnwindSafe(|| {
        Generator::new(&settings).generate_tokens(&spec)
    }))
    .map_err(|panic| {
        let message = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("it gave no reason");
        format!("progenitor cannot translate this document, and stopped at: {message}")
    })?
    .map_err(|error| format!("progenitor cannot translate this document: {error}"))?;

    let mut file =
        syn::parse2(tokens).map_err(|error| format!("progenitor wrote no valid Rust: {error}"))?;
    surface::finish(&mut file, &open_enums, &private_fields(&document.value))?;
    // progenitor's usage sketches are no programs: rustdoc shall neither run nor count them.
    let code = prettyplease::unparse(&file).replace("```ignore", "```text");
    Ok(format!("{HEADER}{code}"))
}

/// The document as progenitor shall see it: without the responses that are no
/// success. With them, progenitor loses status, headers and text of each error
/// whose body is not the documented JSON; without, all of it arrives as
/// `Error::UnexpectedResponse`.
fn prepare(mut document: Value) -> Value {
    let operations = document["paths"]
        .as_object_mut()
        .into_iter()
        .flat_map(|paths| paths.values_mut())
        .filter_map(Value::as_object_mut)
        .flat_map(|item| item.values_mut());
    for operation in operations {
        if let Some(responses) = operation
            .get_mut("responses")
            .and_then(Value::as_object_mut)
        {
            responses.retain(|status, _| status.starts_with('2'));
        }
    }
    document
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
            description: schema["description"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            values: schema["enum"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|value| value.as_str().map(str::to_owned))
                .collect(),
        })
        .collect()
}

/// A property marked with `x-private: true`: the names of its schema and of itself.
struct PrivateField {
    schema: String,
    property: String,
}

fn private_fields(document: &Value) -> Vec<PrivateField> {
    schemas(document)
        .flat_map(|(schema, value)| {
            let properties = value["properties"].as_object().into_iter().flatten();
            properties
                .filter(|(_, property)| property["x-private"] == true)
                .map(|(property, _)| PrivateField {
                    schema: schema.clone(),
                    property: property.clone(),
                })
        })
        .collect()
}

fn schemas(document: &Value) -> impl Iterator<Item = (&String, &Value)> {
    document["components"]["schemas"]
        .as_object()
        .into_iter()
        .flatten()
}
