//! Checks a document against the rules of OpenAPI 3.0 ([`openapi`](super::openapi)).
//!
//! progenitor's own parser ignores unknown keys, and guesses or panics if a value makes no sense.
//! This check runs first, so that each mistake is reported with its place.

mod operation;

use heck::{ToSnakeCase, ToUpperCamelCase};
use serde_json::{Map, Value};

use super::document::{Document, join};
use super::openapi::ValueKind::{
    self, Any, Count, Flag, FlagOrSchema, List, Number, OneOf, RefOr, Text,
};
use super::openapi::{
    COMPONENTS, DOCUMENT, FLOWS, HEADER, OPERATION, Object, PARAMETER, SCHEMA, SECURITY_SCHEME,
};
use super::problem::Problem;

/// Returns every mistake in a document, in the order of the document.
pub(super) fn check(document: &Document) -> Vec<Problem> {
    let mut check = GrammarCheck { document, problems: Vec::new(), operation_ids: Vec::new() };
    check.object(&document.value, "", &DOCUMENT);
    check.security(document.value.get("security"), "/security");
    if let Some(version) = document.value.get("openapi").and_then(Value::as_str)
        && !version.starts_with("3.0.")
    {
        check.report("/openapi", format!("`{version}` is not supported; write 3.0.3"));
    }
    // A problem without a position concerns the whole document, and comes last.
    check.problems.sort_by_key(|problem| problem.position.unwrap_or((u64::MAX, 0)));
    check.problems
}

struct GrammarCheck<'a> {
    document: &'a Document,
    problems: Vec<Problem>,
    operation_ids: Vec<String>,
}

impl GrammarCheck<'_> {
    fn report(&mut self, path: &str, reason: impl Into<String>) {
        self.problems.push(self.document.problem(path, reason));
    }

    fn value(&mut self, value: &Value, path: &str, kind: &'static ValueKind) {
        let fits = match kind {
            Any => true,
            Text => value.is_string(),
            Flag => value.is_boolean(),
            Number => value.is_number(),
            Count => value.is_u64(),
            OneOf(words) => {
                let known = value.as_str().is_some_and(|word| words.contains(&word));
                if !known {
                    let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                    self.report(path, format!("`{value}` is not one of {}", words.join(", ")));
                }
                true
            }
            List(item) => match value {
                Value::Array(values) => {
                    for (index, value) in values.iter().enumerate() {
                        self.value(value, &join(path, index), item);
                    }
                    true
                }
                _ => false,
            },
            ValueKind::Map(item) => match value {
                Value::Object(entries) => {
                    for (key, value) in entries {
                        self.value(value, &join(path, key), item);
                    }
                    true
                }
                _ => false,
            },
            ValueKind::Object(object) => {
                self.object(value, path, object);
                true
            }
            RefOr(object) => {
                match value.get("$ref") {
                    Some(target) => self.reference(value, target, path, object),
                    None => self.object(value, path, object),
                }
                true
            }
            FlagOrSchema if value.is_boolean() => true,
            FlagOrSchema => {
                static EITHER: ValueKind = RefOr(&SCHEMA);
                self.value(value, path, &EITHER);
                true
            }
        };
        if !fits {
            let expected = match kind {
                Text if value.is_number() || value.is_boolean() => "a string; put it in quotes",
                Text => "a string",
                Flag => "true or false",
                Number => "a number",
                Count => "a non-negative integer",
                List(_) => "a list",
                _ => "a mapping",
            };
            self.report(path, format!("must be {expected}"));
        }
    }

    fn object(&mut self, value: &Value, path: &str, object: &'static Object) {
        let Value::Object(entries) = value else {
            self.report(path, format!("must be a mapping: {}", object.name));
            return;
        };
        for (key, value) in entries {
            let path = join(path, key);
            match object.fields.iter().find(|(name, _)| name == key) {
                Some((_, kind)) => self.value(value, &path, kind),
                None if is_extension(key) => {}
                None => {
                    let hint = object.hint(key);
                    self.report(&path, format!("`{key}` is not a key of {}; {hint}", object.name));
                }
            }
        }
        for key in object.required {
            if !entries.contains_key(*key) {
                self.report(path, format!("{} must have `{key}`", object.name));
            }
        }
        if std::ptr::eq(object, &SCHEMA) {
            self.schema(entries, path);
        }
        if entries.contains_key("example") && entries.contains_key("examples") {
            self.report(&join(path, "examples"), "use either `example` or `examples`; remove one");
        }
        if std::ptr::eq(object, &DOCUMENT) {
            self.paths(entries);
        }
        if std::ptr::eq(object, &COMPONENTS) {
            self.components(entries, path);
        }
        if std::ptr::eq(object, &PARAMETER) || std::ptr::eq(object, &HEADER) {
            let content = entries.get("content").and_then(Value::as_object);
            if content.is_some_and(|content| content.len() != 1) {
                self.report(&join(path, "content"), "must have exactly one media type");
            }
        }
        if std::ptr::eq(object, &PARAMETER) {
            self.parameter(entries, path);
        }
        if std::ptr::eq(object, &FLOWS) {
            self.flows(entries, path);
        }
        if std::ptr::eq(object, &OPERATION) {
            self.operation(entries, path);
        }
        if std::ptr::eq(object, &SECURITY_SCHEME) {
            self.security_scheme(entries, path);
        }
    }

    fn reference(&mut self, value: &Value, target: &Value, path: &str, object: &'static Object) {
        let path = join(path, "$ref");
        let Some(target) = target.as_str() else {
            return self.report(&path, "must be a string");
        };
        if value.as_object().is_some_and(|entries| entries.len() > 1) {
            self.report(&path, "keys next to a `$ref` are ignored; remove them");
        }
        if target.is_empty() {
            return self.report(
                &path,
                "it is empty; write what it refers to, like `#/components/schemas/Name`",
            );
        }
        let Some(section) = section(object) else {
            return self.report(&path, format!("{} cannot be referenced", object.name));
        };
        if !target
            .strip_prefix("#/components/")
            .is_some_and(|rest| rest.starts_with(&format!("{section}/")))
        {
            return self.report(
                &path,
                format!("`{target}` does not point into `#/components/{section}/`; move it there"),
            );
        }
        if self.document.value.pointer(&target[1..]).is_none() {
            self.report(
                &path,
                format!("`{target}` does not exist; add it, or correct the reference"),
            );
        } else if self.document.is_endless(target) {
            let reason = format!("`{target}` leads back to itself; replace it with a definition");
            self.report(&path, reason);
        }
    }

    fn schema(&mut self, schema: &Map<String, Value>, path: &str) {
        let kind = schema.get("type").and_then(Value::as_str);
        if kind == Some("array") && !schema.contains_key("items") {
            self.report(path, "an array must have `items`");
        }
        for (key, value) in schema {
            let path = join(path, key);
            match (key.as_str(), value) {
                ("default", value) => self.typed(value, schema, &path),
                ("properties", Value::Object(properties)) => {
                    self.names(properties, &path, |name| name.to_snake_case());
                }
                ("discriminator", Value::Object(entries)) => {
                    let mapping = entries.get("mapping").and_then(Value::as_object);
                    for (name, target) in mapping.into_iter().flatten() {
                        // The target may also be the bare name of a schema.
                        let pointer = target.as_str().and_then(|text| text.strip_prefix('#'));
                        let root = &self.document.value;
                        if pointer.is_some_and(|pointer| root.pointer(pointer).is_none()) {
                            let path = join(&join(&path, "mapping"), name);
                            self.report(
                                &path,
                                format!(
                                    "{target} does not exist; add it, or correct the reference"
                                ),
                            );
                        }
                    }
                }
                ("enum", Value::Array(values)) => {
                    for (index, value) in values.iter().enumerate() {
                        self.typed(value, schema, &join(&path, index));
                        if values[..index].contains(value) {
                            self.report(&join(&path, index), "this value occurs twice; remove one");
                        }
                    }
                }
                _ => {}
            }
        }
        for list in ["enum", "required"] {
            if schema.get(list).and_then(Value::as_array).is_some_and(Vec::is_empty) {
                self.report(&join(path, list), format!("`{list}` is empty; remove it"));
            }
        }
        if schema.get("multipleOf").and_then(Value::as_f64).is_some_and(|step| step <= 0.0) {
            self.report(&join(path, "multipleOf"), "must be greater than 0");
        }
        for (min, max) in [
            ("minimum", "maximum"),
            ("minLength", "maxLength"),
            ("minItems", "maxItems"),
            ("minProperties", "maxProperties"),
        ] {
            let bound = |key| schema.get(key).and_then(Value::as_f64);
            if let (Some(least), Some(most)) = (bound(min), bound(max))
                && most < least
            {
                self.report(
                    &join(path, max),
                    format!("must not be less than `{min}`; correct one of them"),
                );
            }
        }
        // With `allOf`, the properties may be in another part.
        let part = schema.contains_key("allOf") || path.contains("/allOf/");
        let properties = schema.get("properties").and_then(Value::as_object);
        let required = schema.get("required").and_then(Value::as_array);
        let required = required.map(Vec::as_slice).unwrap_or_default();
        for (index, name) in required.iter().enumerate() {
            if required[..index].contains(name) {
                let path = join(&join(path, "required"), index);
                self.report(&path, format!("{name} occurs twice; remove one"));
            }
        }
        for (index, name) in required.iter().enumerate().filter(|_| !part) {
            let name = name.as_str().unwrap_or_default();
            if properties.is_none_or(|properties| !properties.contains_key(name)) {
                let path = join(&join(path, "required"), index);
                self.report(&path, format!("`{name}` is not among the properties; add it there, or remove it from `required`"));
            }
        }
        let place: Vec<&str> =
            path.strip_prefix("/components/schemas/").unwrap_or_default().split('/').collect();
        if schema.get("x-extensible-enum") == Some(&Value::Bool(true)) {
            let named = matches!(place[..], [name] if is_type_name(name));
            let strings = schema
                .get("enum")
                .and_then(Value::as_array)
                .is_some_and(|values| !values.is_empty() && values.iter().all(Value::is_string));
            if !named || kind != Some("string") || !strings {
                self.report(
                    &join(path, "x-extensible-enum"),
                    "an open enum must be a separate schema under `components.schemas`, of type \
                     string, with a name like `MediaKind` and the known values in `enum`",
                );
            }
        }
        if schema.get("x-private") == Some(&Value::Bool(true))
            && !matches!(place[..], [_, "properties", _])
        {
            self.report(
                &join(path, "x-private"),
                "only a property of a schema under `components.schemas` can be private; move the \
                 object that holds it into a separate schema",
            );
        }
    }

    /// Reports names that become the same name in Rust.
    fn names(&mut self, entries: &Map<String, Value>, path: &str, rust: fn(&str) -> String) {
        let mut seen: Vec<(String, &String)> = Vec::new();
        for name in entries.keys() {
            let ident = rust(name);
            if let Some((_, other)) = seen.iter().find(|(other, _)| *other == ident) {
                self.report(
                    &join(path, name),
                    format!("`{other}` has the same name in Rust; rename one"),
                );
            }
            seen.push((ident, name));
        }
    }

    /// Reports a value that is not of the schema's type.
    fn typed(&mut self, value: &Value, schema: &Map<String, Value>, path: &str) {
        let Some(kind) = schema.get("type").and_then(Value::as_str) else {
            return;
        };
        let fits = match kind {
            "string" => value.is_string(),
            "number" => value.is_number(),
            "integer" => value.is_i64() || value.is_u64(),
            "boolean" => value.is_boolean(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            _ => true,
        };
        let null = value.is_null() && schema.get("nullable") == Some(&true.into());
        if !fits && !null {
            self.report(path, format!("must be of type {kind}; correct the value, or the type"));
        }
    }

    fn components(&mut self, components: &Map<String, Value>, path: &str) {
        let is_plain = |name: &str| {
            name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        };
        for (section, entries) in components {
            let names = entries.as_object().into_iter().flat_map(Map::keys);
            for name in names.filter(|name| !is_plain(name)) {
                self.report(
                    &join(&join(path, section), name),
                    "a name may only have ASCII letters, digits, `.`, `_` and `-`; rename it",
                );
            }
        }
        if let Some(Value::Object(schemas)) = components.get("schemas") {
            self.names(schemas, &join(path, "schemas"), |name| name.to_upper_camel_case());
        }
    }
}

fn is_extension(key: &str) -> bool {
    key.starts_with("x-")
}

fn is_type_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_uppercase())
        && text.chars().all(|c| c.is_ascii_alphanumeric())
}

/// Returns the section of `components` that holds objects of this kind.
fn section(object: &'static Object) -> Option<&'static str> {
    COMPONENTS.fields.iter().find_map(|(name, kind)| match kind {
        ValueKind::Map(RefOr(own)) if std::ptr::eq(*own, object) => Some(*name),
        _ => None,
    })
}
