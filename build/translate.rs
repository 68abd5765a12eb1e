//! progenitor's part: from the checked document to Rust tokens.

use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Mutex;

use openapiv3::OpenAPI;
use proc_macro2::TokenStream;
use progenitor::{GenerationSettings, Generator, HooksMode, InterfaceStyle, TagStyle, TypeImpl};
use quote::quote;
use serde_json::{Map, Value, json};

use super::document::{Document, Problem, join, references};
use super::{HAND_WRITTEN, OpenEnum};

/// How much of the generator's own words is told, in characters.
const WORDS_LIMIT: usize = 200;

/// What progenitor is to write.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Product {
    Client,
    /// Typed mocks; of the errors, too.
    Mocks,
}

/// Has progenitor generate code.
pub(super) fn generate(
    document: &Document,
    open_enums: &[OpenEnum],
    product: Product,
) -> Result<TokenStream, Problem> {
    let settings = settings(open_enums);
    let prepared = prepare(document.value.clone(), product);
    run(&settings, prepared.clone(), product).map_err(|reason| {
        // progenitor names no place, so the least part is looked for that fails by itself.
        let part = parts(&prepared)
            .into_iter()
            .find_map(|(path, part)| Some((path, run(&settings, part, product).err()?)));
        let (path, reason) = part.unwrap_or((String::new(), reason));
        document.problem(&path, format!("progenitor cannot translate this: {reason}"))
    })
}

fn settings(open_enums: &[OpenEnum]) -> GenerationSettings {
    let mut settings = GenerationSettings::default();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_tag(TagStyle::Merged)
        .with_hooks(HooksMode::Expected)
        .with_inner_type(quote!(crate::Credentials))
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

/// The document as progenitor shall see it.
fn prepare(mut document: Value, product: Product) -> Value {
    if product == Product::Client {
        succeed(&mut document);
    }
    let timestamp = document["components"]["schemas"]["Timestamp"].take();
    soften(&mut document);
    document["components"]["schemas"]["Timestamp"] = timestamp;
    document
}

/// Takes out the responses that are no success. With them, progenitor loses status,
/// headers and text of each error whose body is not the documented JSON; without,
/// all of it arrives as `Error::UnexpectedResponse`.
fn succeed(document: &mut Value) {
    let operations = document["paths"]
        .as_object_mut()
        .into_iter()
        .flat_map(|paths| paths.values_mut())
        .filter_map(Value::as_object_mut)
        .flat_map(|item| item.values_mut());
    for operation in operations {
        let responses = operation
            .get_mut("responses")
            .and_then(Value::as_object_mut);
        if let Some(responses) = responses {
            responses.retain(|status, _| status.starts_with('2'));
        }
    }
}

/// Makes the types lenient where typify would make them strict, or need a crate
/// that is not at hand:
/// - a date and time becomes our `Timestamp`; of other strings, `format` and
///   `pattern` are left out (the crates `uuid` and `regress`);
/// - an enum within an object is open: it becomes a `String` (a schema of its own with
///   `x-extensible-enum` becomes a Rust enum);
/// - what may be absent may be null: an optional list, map or value with a default
///   becomes an `Option`.
fn soften(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(soften),
        Value::Object(object) => {
            // The values of these are data, not schemas.
            for (_, value) in object.iter_mut().filter(|(key, _)| !is_data(key)) {
                soften(value);
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
    let spec: OpenAPI = serde_json::from_value(document).map_err(|error| bounded(&error))?;
    // Some mistakes make progenitor panic; the message is taken along, and not printed.
    static HOOK: Mutex<()> = Mutex::new(());
    let only_one = HOOK.lock();
    let hook = take_hook();
    set_hook(Box::new(|_| {}));
    let result = catch_unwind(AssertUnwindSafe(|| {
        let mut generator = Generator::new(settings);
        match product {
            Product::Client => generator.generate_tokens(&spec),
            Product::Mocks => generator.httpmock(&spec, "ofauth_api"),
        }
    }));
    set_hook(hook);
    drop(only_one);
    match result {
        Ok(result) => result.map_err(|error| bounded(&error)),
        Err(panic) => Err(panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .map_or_else(|| "it gives no reason".to_owned(), |words| bounded(&words))),
    }
}

/// The first line of what the generator says.
fn bounded(words: &dyn std::fmt::Display) -> String {
    let words = words.to_string();
    let line = words.lines().next().unwrap_or_default();
    line.chars().take(WORDS_LIMIT).collect()
}

/// The document cut down to each of its schemas, with those that it refers to,
/// and to each of its operations; the smallest first.
fn parts(document: &Value) -> Vec<(String, Value)> {
    let schemas = &document["components"]["schemas"];
    let mut parts = Vec::new();
    for name in schemas.as_object().into_iter().flat_map(Map::keys) {
        let mut names = references(schemas, &schemas[name]);
        names.insert(name.clone());
        let schemas: Map<String, Value> = names
            .iter()
            .map(|name| (name.clone(), schemas[name].clone()))
            .collect();
        let mut part = document.clone();
        part["paths"] = json!({});
        part["components"]["schemas"] = schemas.into();
        parts.push((names.len(), join("/components/schemas", name), part));
    }
    parts.sort_by_key(|(size, ..)| *size);

    let operations = document["paths"]
        .as_object()
        .into_iter()
        .flatten()
        .flat_map(|(path, item)| {
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
    parts
        .into_iter()
        .map(|(_, path, part)| (path, part))
        .chain(operations)
        .collect()
}
