//! The public API of generated Rust code: types, fields, variants, functions and methods.

use std::collections::BTreeMap;

use quote::ToTokens;
use serde::Serialize;
use syn::{Fields, ImplItem, Item, Visibility};

/// The public items of generated code: paths like `ofauth_api::types::Chat.with_user`, each with
/// its type or signature.
pub(crate) struct Surface(BTreeMap<String, String>);

/// The changes from one surface to another.
#[derive(Default, Serialize)]
pub(crate) struct SurfaceChanges {
    pub(crate) added: Vec<SurfaceChange>,
    pub(crate) changed: Vec<SurfaceChange>,
    pub(crate) removed: Vec<SurfaceChange>,
}

#[derive(Serialize)]
pub(crate) struct SurfaceChange {
    pub(crate) item: String,
    pub(crate) before: Option<String>,
    pub(crate) after: Option<String>,
}

impl Surface {
    /// Reads generated files, each with the name of its crate.
    pub(crate) fn of(files: &[(&str, impl AsRef<str>)]) -> Result<Self, String> {
        let mut surface = Self(BTreeMap::new());
        for (name, code) in files {
            let file =
                syn::parse_file(code.as_ref()).map_err(|error| format!("{name}: {error}"))?;
            surface.items(name, &file.items);
        }
        Ok(surface)
    }

    fn items(&mut self, path: &str, items: &[Item]) {
        for item in items {
            match item {
                Item::Mod(module) if is_public(&module.vis) => {
                    let below = format!("{path}::{}", module.ident);
                    let items = module.content.iter().flat_map(|(_, items)| items);
                    self.items(&below, &items.cloned().collect::<Vec<_>>());
                }
                Item::Struct(item) if is_public(&item.vis) => {
                    let owner = format!("{path}::{}", item.ident);
                    self.add(owner.clone(), format!("struct {}", text(&item.generics)));
                    for (index, field) in item.fields.iter().enumerate() {
                        let name =
                            field.ident.as_ref().map_or(index.to_string(), ToString::to_string);
                        if is_public(&field.vis) {
                            self.add(format!("{owner}.{name}"), text(&field.ty));
                        }
                    }
                }
                Item::Enum(item) if is_public(&item.vis) => {
                    let owner = format!("{path}::{}", item.ident);
                    self.add(owner.clone(), "enum".to_owned());
                    for variant in &item.variants {
                        let fields = match &variant.fields {
                            Fields::Unit => String::new(),
                            fields => text(fields),
                        };
                        self.add(
                            format!("{owner}::{}", variant.ident),
                            format!("variant {fields}"),
                        );
                    }
                }
                Item::Type(item) if is_public(&item.vis) => {
                    self.add(format!("{path}::{}", item.ident), text(&item.ty));
                }
                Item::Fn(item) if is_public(&item.vis) => {
                    self.add(format!("{path}::{}", item.sig.ident), text(&item.sig));
                }
                Item::Trait(item) if is_public(&item.vis) => {
                    for method in &item.items {
                        if let syn::TraitItem::Fn(method) = method {
                            let name = format!("{path}::{}::{}", item.ident, method.sig.ident);
                            self.add(name, text(&method.sig));
                        }
                    }
                }
                Item::Impl(item) if item.trait_.is_none() => {
                    let syn::Type::Path(self_type) = &*item.self_ty else {
                        continue;
                    };
                    let name = self_type.path.segments.last().map(|last| last.ident.to_string());
                    let type_name = name.unwrap_or_default();
                    for member in &item.items {
                        match member {
                            ImplItem::Fn(method) if is_public(&method.vis) => {
                                let name = format!("{path}::{type_name}::{}", method.sig.ident);
                                self.add(name, text(&method.sig));
                            }
                            ImplItem::Const(value) if is_public(&value.vis) => {
                                self.add(
                                    format!("{path}::{type_name}::{}", value.ident),
                                    text(&value.ty),
                                );
                            }
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn add(&mut self, path: String, text: String) {
        self.0.insert(path, text.trim_end().to_owned());
    }

    /// Returns the changes from this surface to `new`.
    pub(crate) fn changes(&self, new: &Self) -> SurfaceChanges {
        let mut changes = SurfaceChanges::default();
        let change = |item: &String, before: Option<&String>, after: Option<&String>| {
            SurfaceChange { item: item.clone(), before: before.cloned(), after: after.cloned() }
        };
        for (item, before) in &self.0 {
            match new.0.get(item) {
                None => changes.removed.push(change(item, Some(before), None)),
                Some(after) if before != after => {
                    changes.changed.push(change(item, Some(before), Some(after)));
                }
                Some(_) => {}
            }
        }
        for (item, after) in &new.0 {
            if !self.0.contains_key(item) {
                changes.added.push(change(item, None, Some(after)));
            }
        }
        changes
    }
}

impl SurfaceChanges {
    /// Returns whether Rust source that uses the old surface may no longer compile. Additions are
    /// compatible, because the types are `#[non_exhaustive]`.
    pub(crate) fn breaking(&self) -> bool {
        !self.changed.is_empty() || !self.removed.is_empty()
    }
}

fn is_public(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Public(_))
}

/// Formats tokens with the usual spacing.
fn text(tokens: &impl ToTokens) -> String {
    let tokens = tokens.to_token_stream().to_string();
    let mut text = String::new();
    let mut last = "";
    for token in tokens.split_whitespace() {
        let word = |c: char| c.is_alphanumeric() || "_'".contains(c);
        let after =
            [",", ":", "->", "=", "+"].contains(&last) || last == ">" && token.starts_with(word);
        let between = last.ends_with(word) && token.starts_with(|c| word(c) || c == '&');
        if !text.is_empty() && (after || between || ["->", "=", "+"].contains(&token)) {
            text.push(' ');
        }
        text.push_str(token);
        last = token;
    }
    for path in ["::std::option::", "::std::string::", "::std::vec::"] {
        text = text.replace(path, "");
    }
    text.trim_end_matches(',').replace(",)", ")").replace(",>", ">")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_items_are_listed_with_their_types() {
        let old = "pub mod types { pub struct A { pub a: ::std::option::Option<bool>, b: u8 } impl A { pub fn f(&self, x: &str) -> u8 { 1 } fn g() {} } pub enum E { X, Y(i64) } }";
        let new = "pub mod types { pub struct A { pub a: bool, pub c: ::std::vec::Vec<u8> } impl A { pub fn f(&self, x: &str) -> u8 { 2 } } pub enum E { X, Y(i64), Z } }";
        let [old, new] = [old, new].map(|code| Surface::of(&[("api", code)]).unwrap());
        let changes = old.changes(&new);
        let list = |changes: &[SurfaceChange]| {
            let text = |change: &SurfaceChange| {
                format!(
                    "{} {:?} {:?}",
                    change.item,
                    change.before.as_deref(),
                    change.after.as_deref()
                )
            };
            changes.iter().map(text).collect::<Vec<_>>()
        };
        assert_eq!(
            list(&changes.changed),
            ["api::types::A.a Some(\"Option<bool>\") Some(\"bool\")"]
        );
        assert_eq!(
            list(&changes.added),
            ["api::types::A.c None Some(\"Vec<u8>\")", "api::types::E::Z None Some(\"variant\")"]
        );
        assert!(changes.removed.is_empty() && changes.breaking());
        assert!(!old.changes(&old).breaking());
    }
}
