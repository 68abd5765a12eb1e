//! The requests of the wrapper crate: for each operation its parameters, with setters that check
//! them, and how to read its answer.

use std::collections::BTreeSet;

use heck::ToUpperCamelCase;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::visit_mut::VisitMut;
use syn::{Fields, GenericArgument, Item, PathArguments, Type, parse_quote};

use super::{Kind, List, Operation, Parameter};
use crate::generator::surface::{Foreign, field_name, module};

/// The names of the methods that every request has.
const METHODS: &[&str] = &["check", "clone", "new", "pages", "send", "strict", "with"];

/// Generates the requests. `client` is the generated client.
pub(in crate::generator) fn requests(
    client: &mut syn::File,
    operations: &[Operation],
) -> Result<TokenStream, String> {
    let builders = module(&mut client.items, "builder")?;
    let mut pages = BTreeSet::new();
    let mut items = Vec::new();
    for operation in operations {
        // An operation without JSON has nothing to decode.
        let Some(response) = &operation.response else { continue };
        items.push(request(operation, response, builders)?);
        if let Some(list) = &operation.list {
            items.push(list_operation(operation, list, response));
            if pages.insert(response) {
                items.push(raw_page(list, response));
            }
        }
    }
    Ok(quote! {
        use std::fmt;

        use futures_util::future::BoxFuture;
        use ofauth_api::{Operation as Facts, operations, types};

        #[allow(unused_imports, reason = "not every spec needs all")]
        use crate::operation::{Hidden, List, ListOperation, Operation, Sent, Single};
        #[allow(unused_imports, reason = "not every spec needs all")]
        use crate::raw_page::{Next, RawPage};
        use crate::request::Request;

        #(#items)*
    })
}

fn request(
    operation: &Operation,
    response: &str,
    builders: &[Item],
) -> Result<TokenStream, String> {
    let (pascal, name) = (operation.pascal(), format_ident!("{}", operation.name));
    let Operation { method, path, summary, parameters, .. } = operation;
    let response = format_ident!("{}", response.to_upper_camel_case());
    let answer = match operation.list {
        Some(_) => quote!(List<types::#response>),
        None => quote!(Single<types::#response>),
    };
    let mut inputs = Vec::new();
    for parameter in parameters {
        inputs.push(input(parameter, &operation.pascal().to_string(), builders)?);
    }
    let about = format!("The parameters of `{} {path}`: {summary}.", method.to_uppercase());
    let title = pascal.to_string();
    let fields = inputs.iter().map(|input| &input.field);
    let shown = inputs.iter().map(|input| &input.shown);
    let checks = inputs.iter().filter_map(|input| input.check.as_ref());
    let sets = inputs.iter().map(|input| &input.set);
    let setters: Vec<_> = inputs.iter().filter_map(|input| input.setter.as_ref()).collect();
    let arguments: Vec<_> = inputs.iter().filter_map(|input| input.argument.as_ref()).collect();
    let values = inputs.iter().map(|input| &input.value);
    let setters = match setters.is_empty() {
        true => quote!(),
        false => quote!(impl Request<#pascal> { #(#setters)* }),
    };
    Ok(quote! {
        #[doc = #about]
        #[derive(Clone)]
        pub struct #pascal { #(#fields,)* }

        impl #pascal {
            #[allow(dead_code, reason = "the operation may not be wrapped yet")]
            pub(crate) fn new(#(#arguments),*) -> Self {
                Self { #(#values,)* }
            }
        }

        /// Shows the parameters, but only the length of texts.
        impl fmt::Debug for #pascal {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(#title) #(#shown)* .finish()
            }
        }

        impl Operation for #pascal {
            type Answer = #answer;

            const FACTS: &'static Facts = &operations::#name::OPERATION;

            fn check(&self) -> Result<(), String> {
                #(#checks)*
                Ok(())
            }

            fn send(self, client: ofauth_api::Client) -> BoxFuture<'static, Sent> {
                Box::pin(async move {
                    let mut operation = client.#name();
                    #(#sets)*
                    Ok(operation.send().await?.into_inner().into_response())
                })
            }
        }

        #setters
    })
}

/// The parts of the code that concern one parameter.
struct Input {
    field: TokenStream,
    /// The argument of `new`, if the parameter is required.
    argument: Option<TokenStream>,
    value: TokenStream,
    shown: TokenStream,
    check: Option<TokenStream>,
    /// Passes the value to progenitor's builder.
    set: TokenStream,
    /// The setter, if the parameter is optional.
    setter: Option<TokenStream>,
}

fn input(parameter: &Parameter, operation: &str, builders: &[Item]) -> Result<Input, String> {
    let (ident, constant, about) =
        (parameter.ident(), parameter.constant(), &parameter.description);
    let key = ident.to_string();
    let is_taken = METHODS.contains(&key.as_str());
    let method = if is_taken { format_ident!("{key}_") } else { ident.clone() };
    let ty: Type = match parameter.kind {
        Kind::Integer { bits: 32, signed: false } => parse_quote!(u32),
        Kind::Integer { bits: 32, signed: true } => parse_quote!(i32),
        Kind::Integer { signed: false, .. } => parse_quote!(u64),
        Kind::Integer { signed: true, .. } => parse_quote!(i64),
        Kind::Number => parse_quote!(f64),
        Kind::Text => parse_quote!(String),
        Kind::Words | Kind::List | Kind::Other => builder_type(builders, operation, &key)?,
    };
    let is_text = parameter.kind == Kind::Text;
    let (parameter_type, into) = match is_text {
        true => (quote!(impl Into<String>), quote!(#ident.into())),
        false => (quote!(#ty), quote!(#ident)),
    };
    let rules = format_ident!("{}", heck::AsSnakeCase(operation).to_string());
    let own = quote!(operations::#rules::#constant);
    let checked = match is_text {
        true => quote!(#own.check(#ident)?;),
        false => quote!(#own.check(*#ident)?;),
    };
    let rule = parameter.rule.as_ref().filter(|_| parameter.kind != Kind::Words);
    let check = rule.map(|_| match parameter.required {
        true => quote!({ let #ident = &self.#ident; #checked }),
        false => quote!(if let Some(#ident) = &self.#ident { #checked }),
    });
    Ok(match parameter.required {
        true => Input {
            field: quote!(pub(crate) #ident: #ty),
            argument: Some(quote!(#ident: #parameter_type)),
            value: quote!(#ident: #into),
            shown: match is_text {
                true => quote!(.field(#key, &Hidden(&self.#ident))),
                false => quote!(.field(#key, &self.#ident)),
            },
            check,
            set: quote!(operation = operation.#ident(self.#ident);),
            setter: None,
        },
        false => Input {
            field: quote!(pub(crate) #ident: Option<#ty>),
            argument: None,
            value: quote!(#ident: None),
            shown: match is_text {
                true => quote!(.field(#key, &self.#ident.as_deref().map(Hidden))),
                false => quote!(.field(#key, &self.#ident)),
            },
            check,
            set: quote!(if let Some(value) = self.#ident { operation = operation.#ident(value); }),
            setter: Some(quote! {
                #[doc = #about]
                pub fn #method(mut self, #ident: #parameter_type) -> Self {
                    self.operation.#ident = Some(#into);
                    self
                }
            }),
        },
    })
}

fn list_operation(operation: &Operation, list: &List, page: &str) -> TokenStream {
    let (pascal, page) = (operation.pascal(), format_ident!("{}", page.to_upper_camel_case()));
    let find = |name: &str| operation.parameters.iter().find(|parameter| parameter.name == name);
    let next = list.next.as_ref().and_then(|(_, name)| find(name));
    let (position, follow) = match next.map(|next| (next, next.ident())) {
        Some((next, ident)) if next.name == "offset" => (
            quote!(Some(Next::Offset(self.#ident.unwrap_or(0).try_into().unwrap_or(i64::MAX)))),
            quote!(if let Next::Offset(offset) = *next { self.#ident = offset.try_into().ok(); }),
        ),
        Some((next, ident)) => {
            let parse = match next.kind {
                Kind::Text => quote!(Some(token.clone())),
                _ => quote!(token.parse().ok()),
            };
            let parse = if next.required { quote!(#parse.unwrap_or_default()) } else { parse };
            let token = quote!(Next::Token(token.to_string()));
            (
                match next.required {
                    true => quote!({ let token = &self.#ident; Some(#token) }),
                    false => quote!(self.#ident.as_ref().map(|token| #token)),
                },
                quote!(if let Next::Token(token) = next { self.#ident = #parse; }),
            )
        }
        None => (quote!(None), quote!(let _ = next;)),
    };
    let limit = find("limit").filter(|limit| !limit.required).map(|limit| {
        let (ident, max) = (limit.ident(), limit.max.unwrap_or(i64::MAX));
        let constant = limit.constant();
        let name = format_ident!("{}", operation.name);
        let limit = quote!(operations::#name::#constant.max.try_into());
        (max < i64::from(i32::MAX))
            .then(|| quote!(if self.#ident.is_none() { self.#ident = #limit.ok(); }))
    });
    quote! {
        impl ListOperation for #pascal {
            type Page = types::#page;

            fn position(&self) -> Option<Next> {
                #position
            }

            fn follow(&mut self, next: &Next) {
                #follow
            }

            fn fill_pages(&mut self) {
                #limit
            }
        }
    }
}

fn raw_page(list: &List, page: &str) -> TokenStream {
    let ident = format_ident!("{}", page.to_upper_camel_case());
    let record = format_ident!("{}", list.record.to_upper_camel_case());
    let optional = |name: &str| list.optional.iter().any(|optional| optional == name);
    let has_more = match optional("hasMore") {
        true => quote!(self.has_more.unwrap_or(false)),
        false => quote!(self.has_more),
    };
    let (name, next) = match &list.next {
        Some((property, parameter)) => {
            let field = format_ident!("{}", field_name(property));
            let next = match parameter.as_str() {
                "offset" => quote!(Next::from(next)),
                _ => quote!(Next::Token(next.to_string())),
            };
            (
                property.as_str(),
                match optional(property) {
                    true => quote!(self.#field.as_ref().map(|next| #next)),
                    false => quote!({ let next = &self.#field; Some(#next) }),
                },
            )
        }
        None => ("", quote!(None)),
    };
    quote! {
        impl RawPage for types::#ident {
            type Record = types::#record;

            const NEXT: &'static str = #name;
            fn decode(
                body: &bytes::Bytes,
            ) -> Result<crate::decode::Decoded<Self>, crate::decode::Unreadable> {
                crate::decode::page(body)
            }

            fn list(&mut self) -> &mut Vec<Self::Record> {
                &mut self.list
            }

            fn has_more(&self) -> bool {
                #has_more
            }

            fn next(&self) -> Option<Next> {
                #next
            }
        }
    }
}

/// Returns the type that progenitor's builder of an operation has for a parameter: the `T` of its
/// field's `Result<T, String>` or `Result<Option<T>, String>`.
fn builder_type(builders: &[Item], operation: &str, field: &str) -> Result<Type, String> {
    let missing =
        || format!("the type of `{operation}.{field}` was not found in progenitor's output");
    let fields = builders.iter().find_map(|item| match item {
        Item::Struct(item) if item.ident == operation => Some(&item.fields),
        _ => None,
    });
    let Some(Fields::Named(fields)) = fields else { return Err(missing()) };
    let named = |named: &&syn::Field| named.ident.as_ref().is_some_and(|ident| ident == field);
    let field = fields.named.iter().find(named).ok_or_else(missing)?;
    let mut ty = argument(&field.ty, "Result").ok_or_else(missing)?;
    if let Some(inner) = argument(&ty, "Option") {
        ty = inner;
    }
    Foreign.visit_type_mut(&mut ty);
    Ok(ty)
}

/// Returns the first type argument of a generic type.
fn argument(ty: &Type, name: &str) -> Option<Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(ty) => Some(ty.clone()),
        _ => None,
    }
}
