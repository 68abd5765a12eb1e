//! Alternatives that can be told apart while they are read.
//!
//! progenitor derives `Deserialize` for them with `#[serde(untagged)]`, which first copies each
//! value into a buffer, and then tries one alternative after another. Alternatives that are scalars,
//! or structs with only required scalars, don't need the buffer.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Attribute, Fields, Ident, Item, ItemEnum, ItemStruct, parse_quote};

use super::objects::{Property, call, properties};
use super::surface::underive;

/// Implements `Deserialize` without a buffer for each enum that allows it.
pub(super) fn decode_directly(types: &mut Vec<Item>) -> Result<(), String> {
    let structs: Vec<ItemStruct> = types
        .iter()
        .filter_map(|item| match item {
            Item::Struct(item) => Some(item.clone()),
            _ => None,
        })
        .collect();
    let mut impls = Vec::new();
    for item in types.iter_mut() {
        let Item::Enum(item) = item else { continue };
        if !item.attrs.iter().any(is_untagged) {
            continue;
        }
        let Some(body) = scalars(item).or_else(|| objects(item, &structs)) else { continue };
        underive(&mut item.attrs, &item.ident, "Deserialize")?;
        let ident = &item.ident;
        impls.push(parse_quote! {
            impl<'de> ::serde::Deserialize<'de> for #ident {
                fn deserialize<D: ::serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::std::result::Result<Self, D::Error> {
                    #body
                }
            }
        });
    }
    types.append(&mut impls);
    Ok(())
}

/// Reads one scalar.
fn scalars(item: &ItemEnum) -> Option<TokenStream> {
    let mut arms = Vec::new();
    for variant in &item.variants {
        let (ident, scalar) = (&variant.ident, scalar(content(&variant.fields)?)?);
        arms.push(quote!(crate::alternatives::Scalar::#scalar(value) => Some(Self::#ident(value))));
    }
    let name = item.ident.to_string();
    Some(quote! {
        crate::alternatives::choose(deserializer, #name, |scalar| match scalar {
            #(#arms,)*
            _ => None,
        })
    })
}

/// Reads the properties of all alternatives, and takes the first that is complete.
fn objects(item: &ItemEnum, structs: &[ItemStruct]) -> Option<TokenStream> {
    let mut variants = Vec::new();
    let mut idents: Vec<&Ident> = Vec::new();
    let mut all = Vec::new();
    for variant in &item.variants {
        let syn::Type::Path(path) = content(&variant.fields)? else { return None };
        let structure = structs.iter().find(|item| path.path.is_ident(&item.ident))?;
        let mut fields = Vec::new();
        for (property, field) in properties(structure)?.into_iter().zip(&structure.fields) {
            fields.push((property.ident, scalar(&field.ty).filter(|_| property.is_required)?));
            if !idents.contains(&property.ident) {
                idents.push(property.ident);
                all.push(Property { is_required: false, ..property });
            }
        }
        variants.push((&variant.ident, &structure.ident, fields));
    }
    let arms = variants.iter().map(|(variant, structure, fields)| {
        let patterns =
            idents.iter().map(|ident| match fields.iter().find(|(field, _)| field == ident) {
                Some((_, scalar)) => quote!(crate::alternatives::Scalar::#scalar(#ident)),
                None => quote!(_),
            });
        let values = fields.iter().map(|(field, _)| field);
        quote!((#(#patterns,)*) => Some(Self::#variant(#structure { #(#values),* })))
    });
    let (name, object) = (item.ident.to_string(), format_ident!("Properties"));
    let decode = call(&object, &all);
    Some(quote! {
        struct #object { #(#idents: crate::alternatives::Scalar,)* }
        #decode
        crate::alternatives::choose_object(
            deserializer,
            #name,
            |#object { #(#idents),* }| match (#(#idents,)*) {
                #(#arms,)*
                _ => None,
            },
        )
    })
}

fn is_untagged(attribute: &Attribute) -> bool {
    attribute.path().is_ident("serde")
        && attribute.parse_args().is_ok_and(|path: syn::Path| path.is_ident("untagged"))
}

/// The type in a variant with one.
fn content(fields: &Fields) -> Option<&syn::Type> {
    match fields {
        Fields::Unnamed(fields) if fields.unnamed.len() == 1 => Some(&fields.unnamed.first()?.ty),
        _ => None,
    }
}

/// The variant of `Scalar` that holds a type.
fn scalar(ty: &syn::Type) -> Option<Ident> {
    let name = match quote!(#ty).to_string().as_str() {
        "bool" => "Flag",
        "i64" => "Integer",
        ":: std :: string :: String" => "Text",
        _ => return None,
    };
    Some(format_ident!("{name}"))
}
