//! Collects what applies to one value: a schema, the targets of its references, the parts of its
//! `allOf`, and its alternatives.

use std::collections::HashSet;
use std::rc::Rc;

use serde_json::Value;

use super::super::keywords;
use super::super::reference::Part;
use super::{Schema, Schemas, address};
use crate::mistake::Mistake;

/// The maximum number of schemas that apply to one value through `$ref` and `allOf`, more than in a
/// real document.
const PARTS: usize = 1_000;

/// The alternatives of a schema, and the addresses of the schemas that they refer to.
pub(super) type Group<'a> = Rc<(Vec<Part<'a>>, HashSet<usize>)>;

/// Everything that applies to a row at once.
#[derive(Default)]
pub(super) struct Leaves<'a> {
    pub(super) schemas: Vec<Schema<'a>>,
    /// Lists of alternatives; one alternative of each list applies, too.
    pub(super) groups: Vec<Vec<Part<'a>>>,
    /// The schema whose discriminator made a list of alternatives, and the index of the list.
    parent: Option<(usize, usize)>,
    /// Whether one of the lists is a `oneOf`.
    pub(super) exclusive: bool,
    /// Whether null is an additional alternative, and whether it is the only one.
    pub(super) null: bool,
    pub(super) only_null: bool,
    /// The schemas that apply to null, too: all but those below an alternative to null.
    pub(super) to_null: Vec<Part<'a>>,
    /// Alternatives that only list required properties, by their keyword.
    pub(super) required: Vec<(&'static str, Value)>,
}

impl<'a> Schemas<'a> {
    /// Collects the schemas themselves, the targets of their references, and the parts of `allOf`.
    /// Returns `None` if there are too many.
    pub(super) fn leaves(&mut self, parts: &[Schema<'a>]) -> Result<Option<Leaves<'a>>, Mistake> {
        let mut found = Leaves::default();
        // With whether they are below an alternative to null.
        let mut waiting: Vec<(Schema<'a>, bool)> =
            parts.iter().rev().map(|schema| (schema.clone(), false)).collect();
        let mut passed = HashSet::new();
        while let Some((schema, is_below)) = waiting.pop() {
            if !passed.insert(schema.identity()) {
                continue;
            }
            if passed.len() > PARTS {
                return Ok(None);
            }
            if !is_below {
                found.to_null.push(schema.part.clone());
            }
            if schema.bare || schema.part.value.is_boolean() {
                found.schemas.push(schema);
                continue;
            }
            schema.part.mapping()?;
            if self.bare_references && schema.part.get("$ref").is_some() {
                let part = schema.part.resolved(self.root)?;
                waiting.push((Schema { part, bare: false }, is_below));
                continue;
            }
            let mut below = schema.part.list("allOf")?;
            below.extend(schema.part.reference(self.root)?);
            let mut below: Vec<_> = below.into_iter().map(|part| (part, is_below)).collect();
            for key in ["discriminator", "oneOf", "anyOf"] {
                let Some(alternatives) = self.group(&schema.part, key)? else { continue };
                // A child that contains its parent is one of the parent's alternatives already.
                if passed.iter().any(|(address, _)| alternatives.1.contains(address)) {
                    continue;
                }
                let mut group = alternatives.0.clone();
                let all = group.len();
                group.retain(|part| !keywords::is_null(part.value));
                found.null |= group.len() < all;
                if group.is_empty() {
                    found.only_null |= all > 0;
                } else if group.len() == 1 {
                    below.extend(group.into_iter().map(|part| (part, is_below || all > 1)));
                } else if let Some(required) = keywords::only_required(&group) {
                    found.required.push((key, required));
                } else {
                    found.exclusive |= key == "oneOf";
                    if key == "discriminator" {
                        found.parent = Some((address(schema.part.value), found.groups.len()));
                    }
                    found.groups.push(group);
                }
            }
            found.schemas.push(schema);
            let below = below.into_iter().rev();
            waiting.extend(below.map(|(part, is_below)| (Schema { part, bare: false }, is_below)));
        }
        Ok(Some(found))
    }

    /// Returns the alternatives that a schema has by a keyword, if there are any.
    fn group(&mut self, part: &Part<'a>, key: &'static str) -> Result<Option<Group<'a>>, Mistake> {
        if part.value.get(key).is_none() {
            return Ok(None);
        }
        let owner = address(part.value);
        if let Some(group) = self.groups.get(&(owner, key)) {
            return Ok(group.clone());
        }
        let parts = match key {
            "discriminator" => self.children(part)?,
            _ => part.list(key)?,
        };
        let mut targets = HashSet::new();
        for part in parts.iter().filter(|part| part.value.is_object()) {
            targets.insert(address(part.resolved(self.root)?.value));
        }
        targets.remove(&owner);
        let group = (!parts.is_empty()).then(|| Rc::new((parts, targets)));
        self.groups.insert((owner, key), group.clone());
        Ok(group)
    }

    /// Returns the schemas that a discriminator without alternatives maps to, if they contain this
    /// schema, and any value for the schema itself.
    fn children(&self, part: &Part<'a>) -> Result<Vec<Part<'a>>, Mistake> {
        static ANY: Value = Value::Bool(true);
        let mut children = Vec::new();
        if part.value.get("oneOf").is_some() || part.value.get("anyOf").is_some() {
            return Ok(children);
        }
        let root = Part { value: self.root, pointer: String::new() };
        let schemas = root.get("components").and_then(|all| all.get("schemas"));
        let mut known = HashSet::new();
        for (_, target) in
            part.below("discriminator", &part.value["discriminator"]).entries("mapping")?
        {
            let name = target.value.as_str().and_then(|name| name.rsplit('/').next());
            let child = name.and_then(|name| schemas.as_ref()?.get(name));
            let Some(child) = child.filter(|child| known.insert(address(child.value))) else {
                continue;
            };
            let is_own = |parent: Part<'a>| {
                parent.resolved(self.root).is_ok_and(|found| std::ptr::eq(found.value, part.value))
            };
            if child.list("allOf")?.into_iter().any(is_own) {
                children.push(child);
            }
        }
        if !children.is_empty() {
            children.push(Part { value: &ANY, pointer: String::new() });
        }
        Ok(children)
    }
}

/// Returns the schemas of each alternative: with several groups, of each combination.
pub(super) fn combinations<'a>(leaves: &Leaves<'a>) -> Vec<Vec<Schema<'a>>> {
    let base = leaves.schemas.iter();
    let base: Vec<Schema<'a>> = base
        .filter(|schema| schema.bare || keywords::constrains(schema.part.value))
        .map(|schema| Schema { bare: true, ..schema.clone() })
        .collect();
    let mut all = vec![Vec::new()];
    for group in &leaves.groups {
        let with = |parts: &Vec<Schema<'a>>, part: &Part<'a>| {
            let schema = Schema { part: part.clone(), bare: false };
            parts.iter().cloned().chain([schema]).collect::<Vec<_>>()
        };
        let longer = all.iter().flat_map(|parts| group.iter().map(|part| with(parts, part)));
        all = longer.collect();
    }
    for parts in &mut all {
        // A child contains its parent.
        let parent = leaves.parent.filter(|(_, group)| !parts[*group].part.value.is_boolean());
        let others = base
            .iter()
            .filter(|schema| parent.is_none_or(|(parent, _)| address(schema.part.value) != parent));
        parts.extend(others.cloned());
    }
    all
}
