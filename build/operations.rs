//! What the spec says about each operation, and the code that follows from it: facts and rules for
//! the client, and requests for the wrapper ([`requests`]).
//!
//! The wrapper, the sandbox and the command take the bounds of parameters from these rules, so only
//! the spec states a bound.

pub(super) mod requests;

use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;
use syn::Ident;

use super::document::{join, referenced};

/// The methods of a path item.
const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace"];

/// An operation.
pub(super) struct Operation {
    /// In snake case.
    pub(super) name: String,
    pub(super) method: String,
    pub(super) path: String,
    pub(super) summary: String,
    pub(super) parameters: Vec<Parameter>,
    /// The schema of the successful response, by name.
    pub(super) response: Option<String>,
    pub(super) list: Option<List>,
}

/// A parameter of an operation.
pub(super) struct Parameter {
    /// The API's name.
    pub(super) name: String,
    pub(super) description: String,
    pub(super) required: bool,
    pub(super) kind: Kind,
    pub(super) rule: Option<TokenStream>,
    /// The maximum, for whole numbers.
    pub(super) max: Option<i64>,
}

/// The type of a parameter.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// With the number of bits, and whether negative values are allowed.
    Integer {
        bits: u8,
        signed: bool,
    },
    Number,
    Text,
    /// One of a few words, as the enum that progenitor generates.
    Words,
    /// A list, which is sent as several parameters of one name.
    List,
    /// Any other type, as progenitor generates it.
    Other,
}

/// A page of a list: an object with `hasMore`, and with `list`, which is required and whose items
/// have a named schema.
pub(super) struct List {
    /// The schema of a record, by name.
    pub(super) record: String,
    /// The property and the parameter that say where the next page begins, for example the property
    /// `nextOffset` for the parameter `offset`, or `nextLastId` for `last_id`. Streams of pages use
    /// them.
    pub(super) next: Option<(String, String)>,
    /// The properties that a page may lack.
    pub(super) optional: Vec<String>,
}

impl Operation {
    /// Returns the name in camel case.
    pub(super) fn pascal(&self) -> Ident {
        format_ident!("{}", self.name.to_upper_camel_case())
    }

    fn facts(&self) -> TokenStream {
        let Self { name, method, path, summary, .. } = self;
        let (ident, method) = (format_ident!("{name}"), format_ident!("{}", method.to_uppercase()));
        let is_list = self.list.is_some();
        let title = format!("`{method} {path}`: {summary}");
        let rules = self.parameters.iter().filter_map(|parameter| {
            let (ident, rule) = (parameter.constant(), parameter.rule.as_ref()?);
            let about = &parameter.description;
            let kind = match parameter.kind {
                Kind::Integer { .. } => quote!(Integer),
                Kind::Number => quote!(Number),
                Kind::Words => quote!(Words),
                _ => quote!(Text),
            };
            Some(quote!(#[doc = #about] pub const #ident: crate::rule::#kind = crate::rule::#kind::new(#rule);))
        });
        quote! {
            #[doc = #title]
            pub mod #ident {
                /// The operation.
                pub static OPERATION: crate::Operation =
                    crate::Operation::new(#name, ::http::Method::#method, #path, #is_list);
                #(#rules)*
            }
        }
    }
}

impl Parameter {
    /// Returns the name that progenitor gives to the parameter.
    pub(super) fn ident(&self) -> Ident {
        format_ident!("{}", parameter_name(&self.name))
    }

    pub(super) fn constant(&self) -> Ident {
        format_ident!("{}", self.ident().to_string().trim_end_matches('_').to_uppercase())
    }
}

/// Returns the name that progenitor gives to a parameter.
pub(super) fn parameter_name(name: &str) -> String {
    let name = name.to_snake_case();
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        format!("_{name}")
    } else if syn::parse_str::<Ident>(&name).is_err() {
        format!("{name}_")
    } else {
        name
    }
}

/// Returns the module with the facts and rules of all operations.
pub(super) fn facts(operations: &[Operation]) -> syn::Item {
    let operations = operations.iter().map(Operation::facts);
    syn::parse_quote! {
        /// What the API's description says about each operation, and the rules for its parameters.
        pub mod operations { #(#operations)* }
    }
}

/// Reads all operations of a checked document.
pub(super) fn operations(document: &Value) -> Vec<Operation> {
    let paths = document["paths"].as_object().into_iter().flatten();
    let operations = paths.flat_map(|(path, item)| {
        let methods = METHODS.iter().filter(|method| item[**method].is_object());
        methods.map(move |method| operation(document, path, item, method))
    });
    operations.collect()
}

fn operation(document: &Value, path: &str, item: &Value, method: &str) -> Operation {
    let operation = &item[method];
    let own = resolved_all(document, &operation["parameters"]);
    let shared = resolved_all(document, &item["parameters"]);
    let same = |a: &Value, b: &Value| (&a["name"], &a["in"]) == (&b["name"], &b["in"]);
    let shared = shared.into_iter().filter(|shared| !own.iter().any(|own| same(own, shared)));
    let mut parameters: Vec<Parameter> =
        own.iter().copied().chain(shared).map(|value| parameter(document, value)).collect();
    if operation["requestBody"].is_object() {
        let description = text(resolved(document, &operation["requestBody"]), "description");
        let name = "body".to_owned();
        let (required, kind) = (true, Kind::Other);
        parameters.push(Parameter { name, description, required, kind, rule: None, max: None });
    }
    // As progenitor has them.
    parameters.sort_by_key(|parameter| parameter.name.to_snake_case());
    let response = response(document, operation).map(str::to_owned);
    let page = response.as_deref().map(|name| schema(document, name));
    let name = operation["operationId"].as_str().unwrap_or_default();
    Operation {
        name: name.to_snake_case(),
        method: method.to_owned(),
        path: path.to_owned(),
        summary: text(operation, "summary"),
        list: page.and_then(|page| list(page, &parameters)),
        parameters,
        response,
    }
}

/// Returns the name of the schema of the first successful response in JSON.
fn response<'a>(document: &'a Value, operation: &'a Value) -> Option<&'a str> {
    let responses = operation["responses"].as_object()?;
    let (_, response) = responses.iter().find(|(status, _)| status.starts_with('2'))?;
    referenced(&resolved(document, response)["content"]["application/json"]["schema"])
}

fn list(page: &Value, parameters: &[Parameter]) -> Option<List> {
    let properties = page["properties"].as_object()?;
    properties.get("hasMore")?;
    let record = referenced(&properties.get("list")?["items"])?.to_owned();
    let next = parameters.iter().find_map(|parameter| {
        let name = format!("next_{}", parameter.name.to_snake_case());
        let property = properties.keys().find(|property| property.to_snake_case() == name)?;
        Some((property.clone(), parameter.name.clone()))
    });
    let required = page["required"].as_array().cloned().unwrap_or_default();
    let optional = |(name, property): &(&String, &Value)| {
        !required.contains(&(*name).clone().into()) || property["nullable"] == true
    };
    let optional: Vec<_> =
        properties.iter().filter(optional).map(|(name, _)| name.clone()).collect();
    (!optional.contains(&"list".to_owned())).then_some(List { record, next, optional })
}

fn parameter(document: &Value, parameter: &Value) -> Parameter {
    let schema = &parameter["schema"];
    let in_path = parameter["in"] == "path";
    let name = text(parameter, "name");
    let (kind, rule, max) = match schema["type"].as_str() {
        Some("integer") => {
            let (min, max) = integers(schema);
            let bits = if schema["format"] == "int32" { 32 } else { 64 };
            let default = match schema["default"].as_i64() {
                Some(default) => quote!(Some(#default)),
                None => quote!(None),
            };
            let kind = Kind::Integer { bits, signed: min < 0 };
            (kind, Some(quote!(#name, #min, #max, #default)), Some(max))
        }
        Some("number") => {
            let bound = |key: &str, none| match schema[key].as_f64() {
                Some(bound) => quote!(#bound),
                None => none,
            };
            let min = bound("minimum", quote!(f64::NEG_INFINITY));
            let max = bound("maximum", quote!(f64::INFINITY));
            (Kind::Number, Some(quote!(#name, #min, #max)), None)
        }
        Some("string") if schema["enum"].is_null() && schema["format"] != "date-time" => {
            let bound = |key: &str| schema[key].as_u64().map(|bound| quote!(#bound as usize));
            let min = bound("minLength").unwrap_or_else(|| quote!(0));
            let max = bound("maxLength").unwrap_or_else(|| quote!(usize::MAX));
            (Kind::Text, Some(quote!(#name, #min, #max, #in_path)), None)
        }
        Some("array") => (Kind::List, None, None),
        _ => match resolved(document, schema)["enum"].as_array() {
            Some(words) => {
                let words = words.iter().filter_map(Value::as_str);
                (Kind::Words, Some(quote!(#name, &[#(#words),*])), None)
            }
            None => (Kind::Other, None, None),
        },
    };
    let described = text(parameter, "description");
    let description = match described.is_empty() {
        true => text(resolved(document, schema), "description"),
        false => described,
    };
    let required = in_path || parameter["required"] == true;
    Parameter { name, description, required, kind, rule, max }
}

/// Returns the smallest and the largest allowed whole number.
fn integers(schema: &Value) -> (i64, i64) {
    let (mut min, mut max) = match schema["format"].as_str() {
        Some("int32") => (i32::MIN.into(), i32::MAX.into()),
        _ => (i64::MIN, i64::MAX),
    };
    if let Some(minimum) = schema["minimum"].as_i64() {
        let excluded = i64::from(schema["exclusiveMinimum"] == true);
        min = min.max(minimum.saturating_add(excluded));
    }
    if let Some(maximum) = schema["maximum"].as_i64() {
        let excluded = i64::from(schema["exclusiveMaximum"] == true);
        max = max.min(maximum.saturating_sub(excluded));
    }
    (min, max)
}

fn schema<'a>(document: &'a Value, name: &str) -> &'a Value {
    document.pointer(&join("/components/schemas", name)).unwrap_or(&Value::Null)
}

fn resolved_all<'a>(document: &'a Value, values: &'a Value) -> Vec<&'a Value> {
    let values = values.as_array().into_iter().flatten();
    values.map(|value| resolved(document, value)).collect()
}

/// Follows references; the grammar has checked that they end.
fn resolved<'a>(document: &'a Value, mut value: &'a Value) -> &'a Value {
    while let Some(target) = value["$ref"].as_str() {
        value = document.pointer(target.trim_start_matches('#')).unwrap_or(&Value::Null);
    }
    value
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}
