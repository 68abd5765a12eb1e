//! The last pass over the generated code: changes for which progenitor has no setting.
//!
//! A step fails if it doesn't find the code that it should change, so a new version of
//! progenitor that generates different code is noticed.

use heck::{ToSnakeCase, ToUpperCamelCase};
use proc_macro2::Span;
use quote::{format_ident, quote};
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Fields, Ident, Item, ItemImpl, ItemMod, ItemStruct, parse_quote};

use super::alternatives::decode_directly;
use super::objects::decode_compactly;
use super::{OpenEnum, Private, PrivateField};

/// Gives the generated code the shape that its users see.
pub(super) fn finish(
    file: &mut syn::File,
    open_enums: &[OpenEnum],
    private: &Private,
) -> Result<(), String> {
    keep_bodies(file)?;
    encode_segments(file);
    remove_default_constructor(file)?;
    hide_parameters(module(&mut file.items, "builder")?)?;
    let types = module(&mut file.items, "types")?;
    decode_directly(types)?;
    decode_compactly(types)?;
    redact(types, private)?;
    redact_variants(types, private)?;
    extensible(types)?;
    types.extend(open_enums.iter().flat_map(open_enum));
    Ok(())
}

/// Leaves it to the caller to read and decode a response's body: `ResponseValue<T>` becomes
/// `ResponseValue<crate::Body<T>>`. The crate `ofauth` needs this to limit the size of a body, and
/// to keep its bytes for raw output and for error reports.
fn keep_bodies(file: &mut syn::File) -> Result<(), String> {
    #[derive(Default)]
    struct Bodies {
        decoders: usize,
        types: usize,
    }

    impl VisitMut for Bodies {
        fn visit_expr_path_mut(&mut self, expr: &mut syn::ExprPath) {
            if is_path(&expr.path, &["ResponseValue", "from_response"]) {
                *expr = parse_quote!(crate::body::keep);
                self.decoders += 1;
            }
        }

        fn visit_type_path_mut(&mut self, ty: &mut syn::TypePath) {
            visit_mut::visit_type_path_mut(self, ty);
            if let [segment] = ty.path.segments.iter_mut().collect::<Vec<_>>().as_mut_slice()
                && segment.ident == "ResponseValue"
                && let syn::PathArguments::AngleBracketed(arguments) = &mut segment.arguments
                && let Some(syn::GenericArgument::Type(value)) = arguments.args.first_mut()
                && is_json(value)
            {
                *value = parse_quote!(crate::Body<#value>);
                self.types += 1;
            }
        }
    }

    let mut bodies = Bodies::default();
    bodies.visit_file_mut(file);
    // An operation has one type, and a decoder for each successful status.
    if bodies.types == 0 || bodies.decoders < bodies.types {
        return Err(format!(
            "{} calls of `ResponseValue::from_response` and {} types `ResponseValue<_>` were \
             found in progenitor's output, where each operation should have both",
            bodies.decoders, bodies.types,
        ));
    }
    Ok(())
}

/// Encodes path parameters with our own function, byte by byte: progenitor's leaves `\`, which URLs
/// treat as `/`. Encoding doesn't help with `.` and `..`, so the rules of the parameters reject
/// them. A spec without parameters in paths has nothing to encode.
fn encode_segments(file: &mut syn::File) {
    struct Calls;

    impl VisitMut for Calls {
        fn visit_expr_path_mut(&mut self, expr: &mut syn::ExprPath) {
            if expr.path.is_ident("encode_path") {
                *expr = parse_quote!(crate::encode_segment);
            }
        }

        // `format!` takes the calls as tokens.
        fn visit_macro_mut(&mut self, item: &mut syn::Macro) {
            let arguments = item.parse_body_with(
                syn::punctuated::Punctuated::<syn::Expr, syn::Token![,]>::parse_terminated,
            );
            if let Ok(mut arguments) = arguments {
                arguments.iter_mut().for_each(|argument| self.visit_expr_mut(argument));
                item.tokens = quote!(#arguments);
            }
        }
    }

    Calls.visit_file_mut(file);
}

/// Makes the client's own types readable from another crate: `crate::X` becomes `ofauth_api::X`.
pub(super) struct Foreign;

impl VisitMut for Foreign {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        visit_mut::visit_path_mut(self, path);
        if let Some(first) = path.segments.first_mut()
            && first.ident == "crate"
        {
            first.ident = format_ident!("ofauth_api");
        }
    }
}

/// Returns whether a body is decoded from JSON; otherwise it's empty (`()`) or a stream of bytes.
fn is_json(value: &syn::Type) -> bool {
    match value {
        syn::Type::Tuple(_) => false,
        syn::Type::Path(path) => !path.path.is_ident("ByteStream"),
        _ => true,
    }
}

/// Removes `Client::new`: its HTTP client follows redirects to any host, with the credentials, and
/// it panics if it can't create that client. `new_with_client` remains.
fn remove_default_constructor(file: &mut syn::File) -> Result<(), String> {
    for item in &mut file.items {
        if let Item::Impl(ItemImpl { trait_: None, items, .. }) = item {
            let before = items.len();
            items.retain(|item| !matches!(item, syn::ImplItem::Fn(f) if f.sig.ident == "new"));
            if items.len() < before {
                return Ok(());
            }
        }
    }
    Err("`Client::new` was not found in progenitor's output".to_owned())
}

/// Hides the parameters from the `Debug` output of operation builders: a search text is private.
fn hide_parameters(builders: &mut Vec<Item>) -> Result<(), String> {
    let mut impls = Vec::new();
    for item in builders.iter_mut() {
        if let Item::Struct(item) = item {
            underive(&mut item.attrs, &item.ident, "Debug")?;
            let (ident, name) = (&item.ident, item.ident.to_string());
            impls.push(parse_quote! {
                impl ::std::fmt::Debug for #ident<'_> {
                    fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                        f.debug_struct(#name).finish_non_exhaustive()
                    }
                }
            });
        }
    }
    builders.append(&mut impls);
    Ok(())
}

/// Makes `Debug` show that a private value is present, but not the value itself. For a builder that
/// holds private values, `Debug` shows no fields.
///
/// A struct that is made of several schemas has the fields of all of them. There, a field is hidden
/// if a private property of any schema has its name.
fn redact(types: &mut Vec<Item>, private: &Private) -> Result<(), String> {
    let type_name = |schema: &str| schema.to_upper_camel_case();
    let mut idents: Vec<Ident> = Vec::new();
    for PrivateField { schema, .. } in &private.fields {
        let ident = Ident::new(&type_name(schema), Span::call_site());
        if !idents.contains(&ident) {
            structure(types, &ident)?;
            idents.push(ident);
        }
    }
    let single: Vec<String> = private.single.iter().map(|name| type_name(name)).collect();
    for item in types.iter() {
        if let Item::Struct(item) = item
            && matches!(item.fields, Fields::Named(_))
            && !idents.contains(&item.ident)
            && !single.iter().any(|name| item.ident == name)
        {
            idents.push(item.ident.clone());
        }
    }
    for ident in idents {
        let is_single = single.iter().any(|name| ident == name);
        let own = |field: &&PrivateField| ident == type_name(&field.schema);
        let expected = private.fields.iter().filter(own).count();
        let item = structure(types, &ident)?;
        let mut fields = Vec::new();
        let (mut hidden, mut found) = (0, 0);
        for field in &item.fields {
            // A generated struct has named fields only.
            let Some(name) = &field.ident else { continue };
            let key = name.to_string();
            let named = |private: &&PrivateField| field_name(&private.property) == key;
            let mut of_name = private.fields.iter().filter(named);
            let is_own = of_name.clone().any(|field| own(&field));
            let hide = is_own || !is_single && of_name.next().is_some();
            found += usize::from(is_own);
            hidden += usize::from(hide);
            fields.push(if hide && is_option(&field.ty) {
                quote!(.field(#key, &self.#name.as_ref().map(|_| ::core::format_args!("[private]"))))
            } else if hide {
                quote!(.field(#key, &::core::format_args!("[private]")))
            } else {
                quote!(.field(#key, &self.#name))
            });
        }
        if found != expected {
            return Err(format!(
                "`{ident}` has {expected} properties marked `x-private`, of which {found} were \
                 found among the fields of progenitor's output"
            ));
        }
        if hidden == 0 {
            continue;
        }
        underive(&mut item.attrs, &ident, "Debug")?;
        let name = ident.to_string();
        types.push(parse_quote! {
            impl ::std::fmt::Debug for #ident {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    f.debug_struct(#name) #(#fields)* .finish()
                }
            }
        });

        let builders = module(types, "builder")?;
        underive(&mut structure(builders, &ident)?.attrs, &ident, "Debug")?;
        builders.push(parse_quote! {
            impl ::std::fmt::Debug for #ident {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    f.debug_struct(#name).finish_non_exhaustive()
                }
            }
        });
    }
    Ok(())
}

/// Does the same for enums. A variant with fields is made of schemas without a name, so a field is
/// hidden if a private property of any schema has its name.
fn redact_variants(types: &mut Vec<Item>, private: &Private) -> Result<(), String> {
    let hidden = |name: &Ident| {
        let mut fields = private.fields.iter();
        fields.any(|field| *name == field_name(&field.property))
    };
    let mut impls = Vec::new();
    for item in types.iter_mut() {
        let Item::Enum(item) = item else { continue };
        let mut named = item.variants.iter().flat_map(|variant| &variant.fields);
        if !named.any(|field| field.ident.as_ref().is_some_and(hidden)) {
            continue;
        }
        underive(&mut item.attrs, &item.ident, "Debug")?;
        let arms = item.variants.iter().map(|variant| {
            let (ident, name) = (&variant.ident, variant.ident.to_string());
            // A field's own name could clash with a name in the function.
            let value = |index| format_ident!("value{index}");
            match &variant.fields {
                Fields::Unit => quote!(Self::#ident => f.write_str(#name)),
                Fields::Unnamed(fields) => {
                    let values: Vec<Ident> = (0..fields.unnamed.len()).map(value).collect();
                    quote!(Self::#ident(#(#values),*) => f.debug_tuple(#name) #(.field(#values))* .finish())
                }
                Fields::Named(fields) => {
                    let fields = fields.named.iter().filter_map(|field| field.ident.as_ref());
                    let (mut bound, mut shown) = (Vec::new(), Vec::new());
                    for (index, field) in fields.enumerate() {
                        let (key, value) = (field.to_string(), value(index));
                        if hidden(field) {
                            bound.push(quote!(#field: _));
                            shown.push(quote!(.field(#key, &::core::format_args!("[private]"))));
                        } else {
                            bound.push(quote!(#field: #value));
                            shown.push(quote!(.field(#key, #value)));
                        }
                    }
                    quote!(Self::#ident { #(#bound),* } => f.debug_struct(#name) #(#shown)* .finish())
                }
            }
        });
        let ident = &item.ident;
        impls.push(parse_quote! {
            impl ::std::fmt::Debug for #ident {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    match self { #(#arms,)* }
                }
            }
        });
    }
    types.append(&mut impls);
    Ok(())
}

/// Makes every type `#[non_exhaustive]`, so that new fields and variants don't break callers, and
/// derives `JsonSchema` with the feature `schemars`.
fn extensible(types: &mut [Item]) -> Result<(), String> {
    let mut found = 0;
    for item in types {
        let attributes = match item {
            Item::Struct(item) => &mut item.attrs,
            Item::Enum(item) => &mut item.attrs,
            _ => continue,
        };
        attributes.push(parse_quote!(#[non_exhaustive]));
        attributes
            .push(parse_quote!(#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]));
        found += 1;
    }
    match found {
        0 => Err("no type was found in progenitor's output".to_owned()),
        _ => Ok(()),
    }
}

/// The Rust type of an open enum: a variant for each known value, and `Other`. With a closed enum,
/// one new value would make a whole page unreadable.
fn open_enum(open_enum: &OpenEnum) -> Vec<Item> {
    let OpenEnum { name, description, values } = open_enum;
    let ident = format_ident!("{name}");
    let variants = variants(values);
    let docs = values.iter().map(|value| format!(" `{value}`"));
    let file: syn::File = parse_quote! {
        #[doc = #description]
        #[derive(Clone, Debug, Eq, Hash, PartialEq)]
        #[non_exhaustive]
        pub enum #ident {
            #(#[doc = #docs] #variants,)*
            /// A value that this version does not know, as it was received.
            Other(::std::string::String),
        }
        impl #ident {
            /// The values that this version knows, as the API writes them.
            pub const KNOWN: &'static [&'static str] = &[#(#values),*];
            /// The value as the API writes it.
            pub fn as_str(&self) -> &str {
                match self {
                    #(Self::#variants => #values,)*
                    Self::Other(value) => value,
                }
            }
        }
        impl ::std::convert::From<&str> for #ident {
            fn from(value: &str) -> Self {
                match value {
                    #(#values => Self::#variants,)*
                    _ => Self::Other(value.to_owned()),
                }
            }
        }
        impl ::std::convert::From<::std::string::String> for #ident {
            fn from(value: ::std::string::String) -> Self {
                Self::from(value.as_str())
            }
        }
        impl ::std::str::FromStr for #ident {
            type Err = ::std::convert::Infallible;
            fn from_str(value: &str) -> ::std::result::Result<Self, Self::Err> {
                Ok(Self::from(value))
            }
        }
        impl ::std::fmt::Display for #ident {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl ::serde::Serialize for #ident {
            fn serialize<S: ::serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
        impl<'de> ::serde::Deserialize<'de> for #ident {
            fn deserialize<D: ::serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                crate::text::deserialize(deserializer, #name)
            }
        }
        #[cfg(feature = "schemars")]
        impl ::schemars::JsonSchema for #ident {
            fn schema_name() -> ::std::borrow::Cow<'static, str> {
                #name.into()
            }
            fn json_schema(_: &mut ::schemars::SchemaGenerator) -> ::schemars::Schema {
                ::schemars::json_schema!({
                    "description": #description,
                    "type": "string",
                    "enum": Self::KNOWN,
                    "x-extensible-enum": true,
                })
            }
        }
    };
    file.items
}

/// Returns a distinct name for each value, in camel case.
fn variants(values: &[String]) -> Vec<Ident> {
    let mut names: Vec<String> = Vec::new();
    for value in values {
        let mut name = value.to_upper_camel_case();
        if !name.starts_with(char::is_alphabetic) {
            name.insert(0, 'X');
        }
        if name == "Other" || name == "Self" {
            name.push_str("Value");
        }
        let same = names.iter().filter(|other| other.trim_end_matches('_') == name).count();
        names.push(name + &"_".repeat(same));
    }
    names.iter().map(|name| format_ident!("{name}")).collect()
}

pub(super) fn module<'a>(items: &'a mut [Item], name: &str) -> Result<&'a mut Vec<Item>, String> {
    items
        .iter_mut()
        .find_map(|item| match item {
            Item::Mod(ItemMod { ident, content: Some((_, items)), .. }) if ident == name => {
                Some(items)
            }
            _ => None,
        })
        .ok_or_else(|| format!("the module `{name}` was not found in progenitor's output"))
}

fn structure<'a>(items: &'a mut [Item], name: &Ident) -> Result<&'a mut ItemStruct, String> {
    items
        .iter_mut()
        .find_map(|item| match item {
            Item::Struct(item)
                if item.ident == *name && matches!(item.fields, Fields::Named(_)) =>
            {
                Some(item)
            }
            _ => None,
        })
        .ok_or_else(|| format!("the struct `{name}` was not found in progenitor's output"))
}

/// Removes a trait from the traits that a type derives.
pub(super) fn underive(
    attributes: &mut [Attribute],
    ident: &Ident,
    name: &str,
) -> Result<(), String> {
    let mut found = false;
    for attribute in attributes.iter_mut().filter(|attribute| attribute.path().is_ident("derive")) {
        let mut kept = Vec::new();
        attribute
            .parse_nested_meta(|meta| {
                match meta.path.segments.last().is_some_and(|last| last.ident == name) {
                    true => found = true,
                    false => kept.push(meta.path),
                }
                Ok(())
            })
            .map_err(|error| format!("a derive of `{ident}` cannot be read: {error}"))?;
        *attribute = parse_quote!(#[derive(#(#kept),*)]);
    }
    match found {
        true => Ok(()),
        false => Err(format!("`{ident}` does not derive `{name}` in progenitor's output")),
    }
}

pub(super) fn is_option(ty: &syn::Type) -> bool {
    matches!(ty, syn::Type::Path(ty) if ty.path.segments.last().is_some_and(|last| last.ident == "Option"))
}

fn is_path(path: &syn::Path, segments: &[&str]) -> bool {
    path.segments.len() == segments.len()
        && path.segments.iter().zip(segments).all(|(segment, name)| segment.ident == name)
}

/// Returns the name that typify gives to a property's field.
pub(super) fn field_name(property: &str) -> String {
    let name = property.to_snake_case();
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        format!("x{name}")
    } else if syn::parse_str::<Ident>(&name).is_err() {
        format!("{name}_")
    } else {
        name
    }
}
