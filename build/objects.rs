//! Structs that are decoded with the macro `object!` of `src/object.rs`, in place of what serde
//! derives, which is several times the code.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Fields, Ident, Item, ItemStruct, parse_quote};

use super::surface::{is_option, underive};

/// A field of a struct, with the property's name.
pub(super) struct Property<'a> {
    pub(super) ident: &'a Ident,
    pub(super) name: String,
    pub(super) is_required: bool,
}

/// Decodes each struct with the macro, if serde's attributes don't ask for more.
pub(super) fn decode_compactly(types: &mut Vec<Item>) -> Result<(), String> {
    let mut calls = Vec::new();
    for item in types.iter_mut() {
        let Item::Struct(item) = item else { continue };
        let Some(call) = properties(item).map(|list| call(&item.ident, &list)) else { continue };
        underive(&mut item.attrs, &item.ident, "Deserialize")?;
        calls.push(parse_quote!(#call));
    }
    types.append(&mut calls);
    Ok(())
}

/// Returns a call of the macro.
pub(super) fn call(object: &Ident, properties: &[Property<'_>]) -> TokenStream {
    let (required, optional): (Vec<_>, Vec<_>) =
        properties.iter().partition(|property| property.is_required);
    let list = |properties: Vec<&Property<'_>>| -> TokenStream {
        properties.iter().map(|Property { ident, name, .. }| quote!(#ident = #name,)).collect()
    };
    let (required, optional) = (list(required), list(optional));
    quote! {
        crate::object::object! { #object required { #required } optional { #optional } }
    }
}

/// Returns the properties of a struct, or `None` if it isn't a plain object.
pub(super) fn properties(item: &ItemStruct) -> Option<Vec<Property<'_>>> {
    let Fields::Named(fields) = &item.fields else { return None };
    if item.attrs.iter().any(|attribute| attribute.path().is_ident("serde")) {
        return None;
    }
    fields.named.iter().map(property).collect()
}

fn property(field: &syn::Field) -> Option<Property<'_>> {
    let ident = field.ident.as_ref()?;
    let (mut name, mut is_required) = (ident.to_string(), !is_option(&field.ty));
    for attribute in field.attrs.iter().filter(|attribute| attribute.path().is_ident("serde")) {
        let read = attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("default") {
                is_required = false;
            } else if meta.path.is_ident("rename") {
                name = meta.value()?.parse::<syn::LitStr>()?.value();
            } else if meta.path.is_ident("skip_serializing_if") {
                meta.value()?.parse::<syn::LitStr>()?;
            } else {
                return Err(meta.error("more than a name"));
            }
            match meta.input.peek(syn::Token![=]) {
                true => Err(meta.error("a default of its own")),
                false => Ok(()),
            }
        });
        read.ok()?;
    }
    Some(Property { ident, name, is_required })
}
