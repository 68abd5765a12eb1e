//! Parts of a document, and the references between them.

use std::collections::HashSet;

use serde_json::{Map, Value};

use crate::mistake::Mistake;

/// The maximum length of a chain of references, more than a real document has.
const REFERENCES: usize = 200;

/// A part of a document, and its place.
#[derive(Debug, Clone)]
pub(crate) struct Part<'a> {
    pub(crate) value: &'a Value,
    pub(crate) pointer: String,
}

impl<'a> Part<'a> {
    pub(crate) fn mistake(&self, reason: impl Into<String>) -> Mistake {
        Mistake::new(&self.pointer, reason)
    }

    /// Returns the part below a key, if present.
    pub(crate) fn get(&self, key: &str) -> Option<Part<'a>> {
        let value = self.value.get(key)?;
        Some(self.below(key, value))
    }

    pub(crate) fn below(&self, key: &str, value: &'a Value) -> Part<'a> {
        let key = key.replace('~', "~0").replace('/', "~1");
        Part { value, pointer: format!("{}/{key}", self.pointer) }
    }

    pub(crate) fn mapping(&self) -> Result<&'a Map<String, Value>, Mistake> {
        self.value.as_object().ok_or_else(|| self.mistake("must be a mapping"))
    }

    /// Returns the entries of the mapping below a key; empty if the key is absent.
    pub(crate) fn entries(&self, key: &str) -> Result<Vec<(&'a String, Part<'a>)>, Mistake> {
        let Some(part) = self.get(key) else {
            return Ok(Vec::new());
        };
        let entries = part.mapping()?.iter();
        Ok(entries.map(|(key, value)| (key, part.below(key, value))).collect())
    }

    /// Returns the items of the list below a key; empty if the key is absent.
    pub(crate) fn list(&self, key: &str) -> Result<Vec<Part<'a>>, Mistake> {
        let Some(part) = self.get(key) else {
            return Ok(Vec::new());
        };
        let items = part.value.as_array().ok_or_else(|| part.mistake("must be a list"))?;
        Ok(items
            .iter()
            .enumerate()
            .map(|(index, item)| part.below(&index.to_string(), item))
            .collect())
    }

    pub(crate) fn text(&self, key: &str) -> Result<Option<&'a str>, Mistake> {
        self.typed(key, "a string", Value::as_str)
    }

    pub(crate) fn flag(&self, key: &str) -> Result<bool, Mistake> {
        Ok(self.typed(key, "true or false", Value::as_bool)?.unwrap_or_default())
    }

    pub(crate) fn typed<T>(
        &self,
        key: &str,
        expected: &str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, Mistake> {
        let Some(part) = self.get(key) else {
            return Ok(None);
        };
        read(part.value).map(Some).ok_or_else(|| part.mistake(format!("must be {expected}")))
    }

    /// Returns the part itself or, if it is a reference, its final target.
    pub(crate) fn resolved(&self, root: &'a Value) -> Result<Part<'a>, Mistake> {
        let mut part = self.clone();
        let mut passed = HashSet::new();
        while let Some(target) = part.reference(root)? {
            if passed.len() > REFERENCES {
                let reason =
                    format!("`$ref` leads through more than {REFERENCES} other references");
                return Err(self.below("$ref", self.value).mistake(reason));
            }
            if !passed.insert(target.pointer.clone()) {
                return Err(self.below("$ref", self.value).mistake("`$ref` leads back to itself"));
            }
            part = target;
        }
        Ok(part)
    }

    /// Returns the direct target of the part's `$ref`.
    pub(crate) fn reference(&self, root: &'a Value) -> Result<Option<Part<'a>>, Mistake> {
        let Some(target) = self.text("$ref")? else {
            return Ok(None);
        };
        let place = self.below("$ref", self.value);
        if target.is_empty() {
            let reason = "it is empty; write what it refers to, like `#/components/schemas/Name`";
            return Err(place.mistake(reason));
        }
        let Some(pointer) = target.strip_prefix('#') else {
            let reason = format!("`{target}` is in another document, which is not supported");
            return Err(place.mistake(reason));
        };
        let pointer = percent_decoded(pointer);
        if !pointer.is_empty() && !pointer.starts_with('/') {
            let root = Part { value: root, pointer: String::new() };
            let found = root.anchor(&pointer);
            return match found {
                Some(found) => Ok(Some(found)),
                None => Err(place.mistake(format!("there is no anchor `{target}`"))),
            };
        }
        let value = root
            .pointer(&pointer)
            .ok_or_else(|| place.mistake(format!("`{target}` does not exist")))?;
        Ok(Some(Part { value, pointer }))
    }
}

impl<'a> Part<'a> {
    /// Returns the part that has this `$anchor`.
    fn anchor(&self, name: &str) -> Option<Part<'a>> {
        let mut waiting = vec![self.clone()];
        while let Some(part) = waiting.pop() {
            match part.value {
                Value::Object(entries) => {
                    if entries.get("$anchor").and_then(Value::as_str) == Some(name) {
                        return Some(part);
                    }
                    waiting.extend(entries.iter().map(|(key, value)| part.below(key, value)));
                }
                Value::Array(items) => {
                    let items = items.iter().enumerate();
                    waiting.extend(items.map(|(index, item)| part.below(&index.to_string(), item)));
                }
                _ => {}
            }
        }
        None
    }
}

/// Decodes percent-encoding: a reference is a URL, where `%7B` is `{`.
fn percent_decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let code = (first == b'%')
            .then(|| tail.get(..2))
            .flatten()
            .and_then(|code| std::str::from_utf8(code).ok())
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(code.unwrap_or(first));
        rest = if code.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn resolved(root: &Value) -> Result<String, String> {
        let part = Part { value: &root["start"], pointer: "/start".to_owned() };
        part.resolved(root).map(|part| part.pointer).map_err(|mistake| mistake.to_string())
    }

    #[test]
    fn a_reference_is_followed_to_its_final_target() {
        let root = json!({
            "start": { "$ref": "#/a/x~1y%7Bz%7D" },
            "a": { "x/y{z}": { "$ref": "#/b" } },
            "b": {},
        });
        assert_eq!(resolved(&root).unwrap(), "/b");
    }

    #[test]
    fn a_reference_without_a_target_is_a_mistake() {
        for (target, reason) in [
            (json!("#/none"), "/start/$ref: `#/none` does not exist"),
            (json!("#/start"), "/start/$ref: `$ref` leads back to itself"),
            (json!("other.yaml#/a"), "/start/$ref: `other.yaml#/a` is in another document"),
            (json!("#name"), "/start/$ref: there is no anchor `#name`"),
            (json!(""), "/start/$ref: it is empty; write what"),
            (json!(5), "/start/$ref: must be a string"),
        ] {
            let error = resolved(&json!({ "start": { "$ref": target } })).unwrap_err();
            assert!(error.starts_with(reason), "{error}");
        }
    }
}
