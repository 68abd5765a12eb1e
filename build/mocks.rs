//! The last pass over the generated mocks: paths are matched literally, and each operation gets the
//! methods that don't depend on the spec.
//!
//! progenitor matches a path with a regular expression that has the values of the parameters in it,
//! so it escapes nothing. The added methods are `connection` to match a request, and `error`,
//! `retry_after` and `sequence` to respond to it.

use std::collections::BTreeSet;

use heck::ToUpperCamelCase;
use quote::{format_ident, quote};
use syn::visit_mut::VisitMut;
use syn::{ImplItem, Item, Type, parse_quote};

use super::operations::{Kind, Operation, Parameter, parameter_name};
use super::surface::{Foreign, module};

/// The characters that have a meaning in a regular expression.
const SPECIAL: &str = r".+*?()|[]{}^$\#&-~";

pub(super) fn finish(file: &mut syn::File, operations: &[Operation]) -> Result<(), String> {
    let mut answers = BTreeSet::new();
    let mut impls: Vec<Item> = Vec::new();
    Foreign.visit_file_mut(file);
    for operation in operations {
        let items = module(&mut file.items, "operations")?;
        let when = methods(items, &format!("{}When", operation.pascal()))?;
        let pattern = pattern(&operation.path, None);
        let method = format_ident!("{}", operation.method.to_uppercase());
        *method_of(when, "new")? = parse_quote! {
            pub fn new(inner: ::httpmock::When) -> Self {
                let path = regex::Regex::new(#pattern).unwrap();
                Self(inner.method(::httpmock::Method::#method).path_matches(path))
            }
        };
        for name in parameters(&operation.path) {
            let (ident, pattern) =
                (parameter_name(name), self::pattern(&operation.path, Some(name)));
            let item = method_of(when, &ident)?;
            let ImplItem::Fn(function) = item else { continue };
            function.block = parse_quote!({
                Self(self.0.path_matches(crate::answer::path(#pattern, &value.to_string())))
            });
        }
        let lists = operation.parameters.iter().filter(|parameter| parameter.kind == Kind::List);
        for Parameter { name, required, .. } in lists {
            let ImplItem::Fn(function) = method_of(when, &parameter_name(name))? else { continue };
            let all = quote!({
                let add = |when: ::httpmock::When, value: &_| {
                    when.query_param(#name, ToString::to_string(value))
                };
                Self(value.iter().fold(self.0, add))
            });
            function.block = match required {
                true => parse_quote!({ #all }),
                false => parse_quote!({
                    match value.into() {
                        Some(value) => #all,
                        None => Self(self.0.query_param_missing(#name)),
                    }
                }),
            };
        }
        when.push(parse_quote! {
            /// Matches only requests of this connection.
            pub fn connection(self, id: &str) -> Self {
                Self(self.0.header("x-connection-id", id))
            }
        });
        let then = methods(items, &format!("{}Then", operation.pascal()))?;
        then.extend::<[ImplItem; 3]>([
            parse_quote! {
                /// Responds with a documented error.
                pub fn error(self, error: &crate::error::Documented) -> Self {
                    Self(self.0.status(error.status).json_body_obj(&error.body))
                }
            },
            parse_quote! {
                /// Adds the header `Retry-After`, in seconds. In a [sequence](Self::sequence), use
                /// [`Answer::retry_after`](crate::Answer::retry_after) for each response instead.
                pub fn retry_after(self, seconds: u64) -> Self {
                    Self(self.0.header("retry-after", seconds.to_string()))
                }
            },
            parse_quote! {
                /// Responds to successive requests with successive responses, and repeats the last.
                ///
                /// # Panics
                ///
                /// Panics if there are no responses.
                pub fn sequence(self, answers: impl IntoIterator<Item = crate::Answer>) -> Self {
                    Self(crate::answer::sequence(self.0, answers))
                }
            },
        ]);
        if let Some(response) = &operation.response
            && answers.insert(response)
        {
            let body = format_ident!("{}", response.to_upper_camel_case());
            impls.push(parse_quote! {
                /// Converts a body, with status 200.
                impl From<ofauth_api::types::#body> for crate::Answer {
                    fn from(body: ofauth_api::types::#body) -> Self {
                        Self::json(200, &::serde_json::json!(body))
                    }
                }
            });
        }
    }
    file.items.extend(impls);
    Ok(())
}

/// Returns the names of a path template's parameters.
fn parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('{').skip(1).filter_map(|part| Some(part.split_once('}')?.0))
}

/// Returns a regular expression that matches the paths of a template. In place of the parameter
/// `open`, it has `{}`.
fn pattern(path: &str, open: Option<&str>) -> String {
    let mut pattern = "^".to_owned();
    for (index, part) in path.split(['{', '}']).enumerate() {
        match index % 2 {
            0 => pattern.extend(
                part.chars()
                    .flat_map(|c| SPECIAL.contains(c).then_some('\\').into_iter().chain([c])),
            ),
            _ if Some(part) == open => pattern += "{}",
            _ => pattern += "[^/]+",
        }
    }
    pattern + "$"
}

/// Returns the methods of a type.
fn methods<'a>(items: &'a mut [Item], name: &str) -> Result<&'a mut Vec<ImplItem>, String> {
    let of = |ty: &Type| matches!(ty, Type::Path(path) if path.path.is_ident(name));
    let found = items.iter_mut().find_map(|item| match item {
        Item::Impl(item) if of(&item.self_ty) => Some(&mut item.items),
        _ => None,
    });
    found.ok_or_else(|| format!("`{name}` was not found in progenitor's output"))
}

fn method_of<'a>(items: &'a mut [ImplItem], name: &str) -> Result<&'a mut ImplItem, String> {
    let of = |item: &&mut ImplItem| matches!(item, ImplItem::Fn(item) if item.sig.ident == name);
    let found = items.iter_mut().find(of);
    found.ok_or_else(|| format!("the method `{name}` was not found in progenitor's output"))
}
