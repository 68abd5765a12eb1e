//! Translates a checked document into Rust tokens, using progenitor.

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Mutex;

use openapiv3::OpenAPI;
use proc_macro2::TokenStream;
use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle, TypeImpl};
use quote::quote;
use serde_json::{Map, Value, json};

use super::document::{Document, join, references};
use super::problem::Problem;
use super::{HAND_WRITTEN, OpenEnum};

/// The maximum length of a message from progenitor, in characters.
const MESSAGE_LIMIT: usize = 200;

/// The kind of code that progenitor generates.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Product {
    Client,
    /// Typed mocks, including those of error responses.
    #[allow(dead_code, reason = "build.rs only generates the client")]
    Mocks,
    /// The requests of the wrapper crate.
    #[allow(dead_code, reason = "build.rs only generates the client")]
    Requests,
}

/// Generates code with progenitor.
pub(super) fn generate(
    document: &Document,
    open_enums: &[OpenEnum],
    product: Product,
) -> Result<TokenStream, Problem> {
    let settings = settings(open_enums);
    let prepared = prepare(document.value.clone(), product);
    run(&settings, prepared.clone(), product).map_err(|reason| {
        // progenitor doesn't report a place, so find the smallest part that fails on its own.
        let part = parts(&prepared)
            .into_iter()
            .find_map(|(path, part)| Some((path, run(&settings, part, product).err()?)));
        let (path, reason) = part.unwrap_or((String::new(), reason));
        document.problem(&path, format!("progenitor cannot translate this: {reason}"))
    })
}

/// The settings of progenitor. Callers use builders, so that a new optional field or parameter
/// doesn't break them. With `HooksMode::Expected`, code whose credentials have no hook doesn't
/// compile; the optional mode would silently send requests without them.
fn settings(open_enums: &[OpenEnum]) -> GenerationSettings {
    let mut settings = GenerationSettings::default();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_tag(TagStyle::Merged)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote!(crate::Credentials))
        .with_derive("PartialEq")
        .with_map_type("::std::collections::BTreeMap");
    for (name, path) in HAND_WRITTEN {
        settings.with_replacement(*name, *path, std::iter::empty());
    }
    for OpenEnum { name, .. } in open_enums {
        let impls = [TypeImpl::Display, TypeImpl::FromStr].into_iter();
        settings.with_replacement(name, format!("crate::types::{name}"), impls);
    }
    settings
}

/// Prepares the document for progenitor.
fn prepare(mut document: Value, product: Product) -> Value {
    if product != Product::Mocks {
        remove_error_responses(&mut document);
    }
    let timestamp = document["components"]["schemas"]["Timestamp"].take();
    relax(&mut document);
    document["components"]["schemas"]["Timestamp"] = timestamp;
    document
}

/// Removes all responses that aren't successful. With them, progenitor loses the status, the
/// headers and the text of each error whose body isn't the documented JSON. Without them, all of it
/// arrives as `Error::UnexpectedResponse`, which `crates/ofauth/src/call/error_body.rs` reads.
fn remove_error_responses(document: &mut Value) {
    let operations = document["paths"]
        .as_object_mut()
        .into_iter()
        .flat_map(|paths| paths.values_mut())
        .filter_map(Value::as_object_mut)
        .flat_map(|item| item.values_mut());
    for operation in operations {
        let responses = operation.get_mut("responses").and_then(Value::as_object_mut);
        if let Some(responses) = responses {
            responses.retain(|status, _| status.starts_with('2'));
        }
    }
}

/// Relaxes the schemas for which typify would generate a strict type, or a type that needs a crate
/// that we don't depend on:
/// - a date and time becomes our `Timestamp`; other strings lose their `format` and `pattern`,
///   which would need the crates `uuid` and `regress`;
/// - an enum within an object is open, so it becomes a `String` (a separate schema with
///   `x-extensible-enum` becomes a Rust enum);
/// - a value that may be absent may also be null: an optional list, map or value with a default
///   becomes an `Option`.
fn relax(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(relax),
        Value::Object(object) => {
            // Examples, defaults and enum values are data, not schemas.
            for (_, value) in object.iter_mut().filter(|(key, _)| !is_data(key)) {
                relax(value);
            }
            if object.get("type") == Some(&"string".into()) {
                object.remove("pattern");
                if object.remove("format") == Some("date-time".into()) {
                    object.remove("type");
                    let timestamp = json!([{ "$ref": "#/components/schemas/Timestamp" }]);
                    object.insert("allOf".to_owned(), timestamp);
                }
            }
            let required = object.get("required").and_then(Value::as_array).cloned();
            let required = required.unwrap_or_default();
            let properties = object.get_mut("properties").and_then(Value::as_object_mut);
            for (name, property) in properties.into_iter().flatten() {
                let Some(property) = property.as_object_mut() else {
                    continue;
                };
                if property.get("type") == Some(&"string".into()) {
                    property.remove("enum");
                }
                if required.iter().any(|required| required == name) {
                    continue;
                }
                let listed = property.get("type") == Some(&"array".into());
                let map = property.contains_key("additionalProperties");
                if property.remove("default").is_some() || listed || map {
                    property.insert("nullable".to_owned(), true.into());
                }
            }
        }
        _ => {}
    }
}

fn is_data(key: &str) -> bool {
    matches!(key, "default" | "enum" | "example" | "examples")
}

fn run(
    settings: &GenerationSettings,
    document: Value,
    product: Product,
) -> Result<TokenStream, String> {
    let spec: OpenAPI = serde_json::from_value(document).map_err(|error| first_line(&error))?;
    // Some mistakes make progenitor panic. The message is returned instead of printed.
    static HOOK: Mutex<()> = Mutex::new(());
    let guard = HOOK.lock();
    let hook = take_hook();
    set_hook(Box::new(|_| {}));
    let result = catch_unwind(AssertUnwindSafe(|| {
        let mut generator = Generator::new(settings);
        match product {
            Product::Client | Product::Requests => generator.generate_tokens(&spec),
            Product::Mocks => generator.httpmock(&spec, "ofauth_api"),
        }
    }));
    set_hook(hook);
    drop(guard);
    match result {
        Ok(result) => result.map_err(|error| first_line(&error)),
        Err(panic) => Err(panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .map_or_else(|| "no reason given".to_owned(), |message| first_line(&message))),
    }
}

/// Returns the first line of a message from progenitor, shortened to the limit.
fn first_line(message: &dyn std::fmt::Display) -> String {
    let message = message.to_string();
    let line = message.lines().next().unwrap_or_default();
    line.chars().take(MESSAGE_LIMIT).collect()
}

/// Reduces the document to each of its schemas, with the schemas that it refers to, and to each of
/// its operations. Returns these parts with their pointers: the smallest schemas first, the
/// operations last.
fn parts(document: &Value) -> Vec<(String, Value)> {
    let schemas = &document["components"]["schemas"];
    let mut parts = Vec::new();
    for name in schemas.as_object().into_iter().flat_map(Map::keys) {
        let mut names = references(schemas, &schemas[name]);
        names.insert(name.clone());
        let schemas: Map<String, Value> =
            names.iter().map(|name| (name.clone(), schemas[name].clone())).collect();
        let mut part = document.clone();
        part["paths"] = json!({});
        part["components"]["schemas"] = schemas.into();
        parts.push((names.len(), join("/components/schemas", name), part));
    }
    parts.sort_by_key(|(size, ..)| *size);

    let operations =
        document["paths"].as_object().into_iter().flatten().flat_map(|(path, item)| {
            let methods = item.as_object().into_iter().flatten();
            let methods = methods.filter(|(_, operation)| operation["operationId"].is_string());
            methods.map(move |(method, _)| (path, item, method))
        });
    let operations = operations.map(|(path, item, method)| {
        let mut only = item.clone();
        if let Some(item) = only.as_object_mut() {
            item.retain(|key, value| key == method || value["operationId"].is_null());
        }
        let mut part = document.clone();
        part["paths"] = json!({ path: only });
        (join(&join("/paths", path), method), part)
    });
    parts.into_iter().map(|(_, path, part)| (path, part)).chain(operations).collect()
}
