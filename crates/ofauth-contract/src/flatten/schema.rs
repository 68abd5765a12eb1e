//! Builds rows from schemas.
//!
//! A row is made from a list of schemas that all apply to one value: a schema, the target of its
//! `$ref`, and the parts of its `allOf`. The same list gives the same row, so that recursive
//! schemas terminate.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::Value;

use super::alternatives;
use super::keywords::{self, Facts};
use super::reference::Part;
use super::unread::expanded;
use crate::mistake::Mistake;
use crate::table::{Discriminator, Field, Kind, Rest, Row, RowId};

/// The maximum number of rows, more than a real document has. It guards against exponential growth.
const ROWS: usize = 1_000_000;
/// The maximum number of combinations of alternatives, more than a real schema has.
const COMBINATIONS: usize = 256;
/// The maximum number of schemas that apply to one value through `$ref` and `allOf`, more than in a
/// real document.
const PARTS: usize = 1_000;

/// Builds the rows for the schemas of one document.
pub(crate) struct Schemas<'a> {
    root: &'a Value,
    /// Whether keywords next to a `$ref` are ignored, as in OpenAPI 3.0.
    bare_references: bool,
    pub(crate) rows: Vec<Row>,
    known: HashMap<Identity, RowId>,
    waiting: Vec<(RowId, Recipe<'a>)>,
    /// The numbers of alternatives and properties in all rows.
    alternatives: usize,
    fields: usize,
}

/// What a row is made from.
#[derive(Clone)]
struct Recipe<'a> {
    parts: Vec<Schema<'a>>,
    /// The type of the row, if the schemas allow several.
    kind: Option<Kind>,
}

type Identity = (Vec<(usize, bool)>, Option<Kind>);

#[derive(Clone)]
struct Schema<'a> {
    part: Part<'a>,
    /// Whether only its own keywords count: the target of its reference, its parts and one of its
    /// alternatives are listed separately.
    bare: bool,
}

impl Schema<'_> {
    /// Identifies the schema by its address, which is stable within the document.
    fn identity(&self) -> (usize, bool) {
        (std::ptr::from_ref(self.part.value).addr(), self.bare)
    }
}

/// Everything that applies to a row at once.
#[derive(Default)]
struct Leaves<'a> {
    schemas: Vec<Schema<'a>>,
    /// Lists of alternatives; one alternative of each list applies, too.
    groups: Vec<Vec<Part<'a>>>,
    /// Whether null is an additional alternative, and whether it is the only one.
    null: bool,
    only_null: bool,
    /// Alternatives that only list required properties, by their keyword.
    required: Vec<(&'static str, Value)>,
}

impl<'a> Schemas<'a> {
    pub(crate) fn new(root: &'a Value) -> Self {
        Self {
            root,
            bare_references: root["openapi"]
                .as_str()
                .is_some_and(|version| version.starts_with("3.0")),
            rows: Vec::new(),
            known: HashMap::new(),
            waiting: Vec::new(),
            alternatives: 0,
            fields: 0,
        }
    }

    /// Returns the row of a schema, and builds all rows below it.
    pub(crate) fn row(&mut self, part: Part<'a>) -> Result<RowId, Mistake> {
        let first = self.rows.len();
        let id = self.enqueue(vec![Schema { part, bare: false }], None)?;
        while let Some((id, recipe)) = self.waiting.pop() {
            if self.fields > ROWS {
                break;
            }
            self.rows[id.0] = self.build(&recipe)?;
        }
        self.alternatives += alternatives::flatten(&mut self.rows, first);
        match self.alternatives > alternatives::LIMIT || self.fields > ROWS {
            true => Err(Mistake::new(
                "",
                "the schemas have too many alternatives or properties; compare fewer operations",
            )),
            false => Ok(id),
        }
    }

    fn enqueue(&mut self, parts: Vec<Schema<'a>>, kind: Option<Kind>) -> Result<RowId, Mistake> {
        let identity = (parts.iter().map(Schema::identity).collect(), kind);
        let recipe = Recipe { parts, kind };
        if let Some(id) = self.known.get(&identity) {
            return Ok(*id);
        }
        if self.rows.len() >= ROWS {
            let reason =
                format!("the schemas expand to more than {ROWS} places; compare fewer operations");
            return Err(match recipe.parts.first() {
                Some(schema) => schema.part.mistake(reason),
                None => Mistake::new("", reason),
            });
        }
        let id = RowId(self.rows.len());
        self.rows.push(Row::default());
        self.known.insert(identity, id);
        self.waiting.push((id, recipe));
        Ok(id)
    }

    /// Builds the row of a recipe; the rows below it are only enqueued.
    fn build(&mut self, recipe: &Recipe<'a>) -> Result<Row, Mistake> {
        let mut leaves = self.leaves(&recipe.parts)?;
        let mut facts = Facts::default();
        for schema in &leaves.schemas {
            facts.add(&schema.part)?;
        }
        for (key, value) in &leaves.required {
            facts.constrain(key, value.clone());
        }
        let count =
            leaves.groups.iter().try_fold(1_usize, |all, group| all.checked_mul(group.len()));
        if leaves.groups.len() > 1 && count.is_none_or(|count| count > COMBINATIONS) {
            // Too many combinations: they are compared, but not interpreted.
            let expand = |group: Vec<Part<'a>>| -> Value {
                group.iter().map(|part| expanded(part, self.root)).collect()
            };
            let groups: Vec<Value> = leaves.groups.drain(..).map(expand).collect();
            facts.constrain("allOf", groups.into());
        }
        if leaves.only_null {
            facts.narrow(BTreeSet::from([Kind::Null]));
        } else if leaves.null {
            facts.allow_null();
        }
        if let Some(kind) = recipe.kind {
            facts.restrict(kind);
        }
        let mut row = Row::default();
        // Schemas that an alternative shares with the others don't name it.
        let mut own = recipe.parts.iter().filter(|schema| !schema.bare);
        if let (Some(schema), None) = (own.next(), own.next()) {
            row.name = self.name(&schema.part)?;
            // A reference has no title next to it, and a named schema is known by its name.
            let own = row.name.is_none() || schema.part.value["allOf"].is_array();
            let title = schema.part.value["title"].as_str().filter(|_| own);
            row.title = title.map(str::to_owned);
        }
        let parts = recipe.parts.iter().chain(&leaves.schemas);
        let mut known = HashSet::new();
        let pointers = parts.map(|schema| &schema.part.pointer);
        row.pointers = pointers.filter(|pointer| known.insert(*pointer)).cloned().collect();
        let kinds = facts.kinds();
        if !leaves.groups.is_empty() {
            for parts in combinations(&leaves) {
                row.alternatives.push(self.enqueue(parts, recipe.kind)?);
            }
        } else if kinds.len() > 1 {
            for kind in kinds {
                let parts = recipe.parts.clone();
                row.alternatives.push(self.enqueue(parts, Some(kind))?);
            }
        } else {
            row.kind = kinds.first().copied();
            self.content(&leaves.schemas, &mut row)?;
            self.inner(&leaves.schemas, &mut row)?;
        }
        for Schema { part, .. } in &leaves.schemas {
            if let Some(part) = part.get("discriminator") {
                row.discriminator = Some(discriminator(&part)?);
            }
        }
        facts.fill(&mut row, !leaves.groups.is_empty());
        Ok(row)
    }

    /// Collects the schemas themselves, the targets of their references, and the parts of `allOf`.
    fn leaves(&self, parts: &[Schema<'a>]) -> Result<Leaves<'a>, Mistake> {
        let mut found = Leaves::default();
        let mut waiting: Vec<Schema<'a>> = parts.iter().rev().cloned().collect();
        let mut passed = HashSet::new();
        while let Some(schema) = waiting.pop() {
            if !passed.insert(schema.identity()) {
                continue;
            }
            if passed.len() > PARTS {
                let reason = format!("more than {PARTS} schemas apply to one value");
                return Err(schema.part.mistake(reason));
            }
            if schema.bare || schema.part.value.is_boolean() {
                found.schemas.push(schema);
                continue;
            }
            schema.part.mapping()?;
            if self.bare_references && schema.part.get("$ref").is_some() {
                let part = schema.part.resolved(self.root)?;
                waiting.push(Schema { part, bare: false });
                continue;
            }
            let mut below = schema.part.list("allOf")?;
            below.extend(schema.part.reference(self.root)?);
            if let Some(children) = self.children(&schema.part)?
                && !self.has_chosen(&schema.part, &children, &passed)?
            {
                found.groups.push(children);
            }
            for key in ["oneOf", "anyOf"] {
                let mut group = schema.part.list(key)?;
                // A child that contains its parent is one of the parent's alternatives already.
                if self.has_chosen(&schema.part, &group, &passed)? {
                    continue;
                }
                let all = group.len();
                group.retain(|part| !keywords::is_null(part.value));
                found.null |= group.len() < all;
                if group.is_empty() {
                    found.only_null |= all > 0;
                } else if group.len() == 1 {
                    below.append(&mut group);
                } else if let Some(required) = keywords::only_required(&group) {
                    found.required.push((key, required));
                } else {
                    found.groups.push(group);
                }
            }
            found.schemas.push(schema);
            let below = below.into_iter().rev();
            waiting.extend(below.map(|part| Schema { part, bare: false }));
        }
        Ok(found)
    }

    /// Returns the schemas that a discriminator without alternatives maps to, if they contain this
    /// schema, and any value for the schema itself.
    fn children(&self, part: &Part<'a>) -> Result<Option<Vec<Part<'a>>>, Mistake> {
        static ANY: Value = Value::Bool(true);
        let Some(discriminator) = part.get("discriminator") else {
            return Ok(None);
        };
        if part.value.get("oneOf").is_some() || part.value.get("anyOf").is_some() {
            return Ok(None);
        }
        let mut children = Vec::new();
        for (_, target) in discriminator.entries("mapping")? {
            let Some(name) = target.value.as_str().and_then(|name| name.rsplit('/').next()) else {
                continue;
            };
            let schemas = self.root.get("components").and_then(|all| all.get("schemas"));
            let Some(value) = schemas.and_then(|schemas| schemas.get(name)) else {
                continue;
            };
            let root = Part { value: self.root, pointer: String::new() };
            let child = root.below("components", value).below("schemas", value).below(name, value);
            let mut parents = child.list("allOf")?.into_iter();
            let is_own = |parent: Part<'a>| {
                parent.resolved(self.root).is_ok_and(|found| std::ptr::eq(found.value, part.value))
            };
            let known = |other: &Part<'_>| std::ptr::eq(other.value, value);
            if parents.any(is_own) && !children.iter().any(known) {
                children.push(child);
            }
        }
        if children.is_empty() {
            return Ok(None);
        }
        children.push(Part { value: &ANY, pointer: String::new() });
        Ok(Some(children))
    }

    /// Whether another schema than the owner of these alternatives applies already, and is one of
    /// them.
    fn has_chosen(
        &self,
        owner: &Part<'a>,
        group: &[Part<'a>],
        passed: &HashSet<(usize, bool)>,
    ) -> Result<bool, Mistake> {
        for part in group {
            let target = if part.value.is_object() { part.resolved(self.root)? } else { continue };
            if std::ptr::eq(target.value, owner.value) {
                continue;
            }
            let address = std::ptr::from_ref(target.value).addr();
            if passed.contains(&(address, false)) || passed.contains(&(address, true)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns the name under `components` of a schema, or of the one that it refers to or wraps.
    fn name(&self, part: &Part<'a>) -> Result<Option<String>, Mistake> {
        let mut part = part.clone();
        let mut passed = HashSet::new();
        while passed.insert(part.pointer.clone()) {
            let name = ["/components/schemas/", "/$defs/"]
                .iter()
                .find_map(|section| part.pointer.strip_prefix(section))
                .filter(|name| !name.contains('/'));
            if let Some(name) = name {
                return Ok(Some(name.replace("~1", "/").replace("~0", "~")));
            }
            let mut wrapped = self.wrapped(&part)?;
            wrapped.retain(|part| !keywords::is_null(part.value));
            match &wrapped[..] {
                [only] => part = only.clone(),
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    /// Returns the parts of a schema that has no constraints itself.
    fn wrapped(&self, part: &Part<'a>) -> Result<Vec<Part<'a>>, Mistake> {
        let mut wrapped: Vec<Part<'a>> = part.reference(self.root)?.into_iter().collect();
        let counts = wrapped.is_empty() || !self.bare_references;
        if counts && keywords::constrains(part.value) {
            return Ok(Vec::new());
        }
        if counts {
            for key in ["allOf", "oneOf", "anyOf"] {
                let group = part.list(key)?.into_iter();
                wrapped
                    .extend(group.filter(|part| key != "allOf" || !keywords::is_empty(part.value)));
            }
        }
        Ok(wrapped)
    }

    /// Adds the schemas below keywords that are compared but not interpreted.
    fn inner(&mut self, schemas: &[Schema<'a>], row: &mut Row) -> Result<(), Mistake> {
        for Schema { part, .. } in schemas {
            for (key, named) in keywords::INNER {
                let Some(found) = part.get(key) else { continue };
                let mut below: Vec<(String, Part<'a>)> = if *named {
                    let entries = part.entries(key)?.into_iter();
                    entries.map(|(name, part)| (name.clone(), part)).collect()
                } else if found.value.is_array() {
                    let items = part.list(key)?.into_iter().enumerate();
                    items.map(|(index, part)| (index.to_string(), part)).collect()
                } else {
                    vec![(String::new(), found)]
                };
                below.sort_by(|(a, _), (b, _)| a.cmp(b));
                for (name, part) in below {
                    let id = self.enqueue(vec![Schema { part, bare: false }], None)?;
                    row.inner.entry(key).or_default().push((name, id));
                }
            }
        }
        Ok(())
    }

    /// Adds the properties, items and map values below the row.
    fn content(&mut self, schemas: &[Schema<'a>], row: &mut Row) -> Result<(), Mistake> {
        let may_be = |kind| row.kind.is_none_or(|own| own == kind);
        let (object, array) = (may_be(Kind::Object), may_be(Kind::Array));
        let mut properties: BTreeMap<&String, Vec<Schema<'a>>> = BTreeMap::new();
        let mut required = BTreeMap::new();
        let (mut items, mut values) = (Vec::new(), Vec::new());
        for Schema { part, .. } in schemas {
            if part.value.is_boolean() {
                continue;
            }
            if array {
                items.extend(part.get("items").map(|part| Schema { part, bare: false }));
            }
            if !object {
                continue;
            }
            for (name, part) in part.entries("properties")? {
                let parts = properties.entry(name).or_default();
                parts.push(Schema { part, bare: false });
            }
            for name in part.list("required")? {
                let Value::String(text) = name.value else {
                    return Err(name.mistake("must be a string"));
                };
                required.insert(text, name);
            }
            for key in ["additionalProperties", "unevaluatedProperties"] {
                let Some(part) = part.get(key) else { continue };
                match part.value {
                    Value::Bool(true) => {}
                    Value::Bool(false) => row.rest = Rest::Closed,
                    Value::Object(entries) if entries.is_empty() => {}
                    _ => values.push(Schema { part, bare: false }),
                }
            }
        }
        if !items.is_empty() {
            row.items = Some(self.enqueue(items, None)?);
        }
        if !values.is_empty() && row.rest == Rest::Open {
            row.rest = Rest::Map(self.enqueue(values, None)?);
        }
        for name in required.keys() {
            // It may be listed as required without being described.
            properties.entry(name).or_default();
        }
        self.fields += properties.len();
        for (name, parts) in properties {
            let field =
                Field { row: self.enqueue(parts, None)?, required: required.contains_key(name) };
            row.properties.insert(name.clone(), field);
        }
        Ok(())
    }
}

fn discriminator(part: &Part<'_>) -> Result<Discriminator, Mistake> {
    let property = part
        .text("propertyName")?
        .ok_or_else(|| part.mistake("a discriminator must have `propertyName`"))?;
    let mut mapping = BTreeMap::new();
    for (tag, target) in part.entries("mapping")? {
        let Value::String(text) = target.value else {
            return Err(target.mistake("must be the name of a schema, or a reference to it"));
        };
        let name = text.rsplit('/').next().unwrap_or(text);
        mapping.insert(tag.clone(), name.to_owned());
    }
    Ok(Discriminator { property: property.to_owned(), mapping })
}

/// Returns the schemas of each alternative: with several groups, of each combination.
fn combinations<'a>(leaves: &Leaves<'a>) -> Vec<Vec<Schema<'a>>> {
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
        parts.extend(base.iter().cloned());
    }
    all
}
