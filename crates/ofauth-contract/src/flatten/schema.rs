//! Builds rows from schemas.
//!
//! A row is made from a list of schemas that all apply to one value: a schema, the target of its
//! `$ref`, and the parts of its `allOf`. The same list gives the same row, so that recursive
//! schemas terminate.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::sync::Arc;

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
    /// The alternatives of each schema, by keyword.
    groups: HashMap<(usize, &'static str), Option<Group<'a>>>,
    discriminators: HashMap<usize, Arc<Discriminator>>,
    /// The numbers of alternatives and properties in all rows.
    alternatives: usize,
    fields: usize,
    /// Whether a schema with a mistake is only not read.
    pub(super) lenient: bool,
    /// The row of everything beyond the limits.
    beyond: Option<RowId>,
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
        (address(self.part.value), self.bare)
    }
}

/// Identifies a part of the document, by its address.
fn address(value: &Value) -> usize {
    std::ptr::from_ref(value).addr()
}

/// The alternatives of a schema, and the addresses of the schemas that they refer to.
type Group<'a> = Rc<(Vec<Part<'a>>, HashSet<usize>)>;

/// Everything that applies to a row at once.
#[derive(Default)]
struct Leaves<'a> {
    schemas: Vec<Schema<'a>>,
    /// Lists of alternatives; one alternative of each list applies, too.
    groups: Vec<Vec<Part<'a>>>,
    /// The schema whose discriminator made a list of alternatives, and the index of the list.
    parent: Option<(usize, usize)>,
    /// Whether one of the lists is a `oneOf`.
    exclusive: bool,
    /// Whether null is an additional alternative, and whether it is the only one.
    null: bool,
    only_null: bool,
    /// The schemas that apply to null, too: all but those below an alternative to null.
    to_null: Vec<Part<'a>>,
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
            groups: HashMap::new(),
            discriminators: HashMap::new(),
            alternatives: 0,
            fields: 0,
            lenient: false,
            beyond: None,
        }
    }

    /// Returns the row of a schema, and builds all rows below it.
    pub(crate) fn row(&mut self, part: Part<'a>) -> Result<RowId, Mistake> {
        let first = self.rows.len();
        let id = self.enqueue(vec![Schema { part, bare: false }], None);
        while let Some((id, recipe)) = self.waiting.pop() {
            self.rows[id.0] = match self.build(&recipe) {
                Err(mistake) if self.lenient => {
                    Row { unread: Some(mistake.to_string()), ..Row::default() }
                }
                row => row?,
            };
        }
        alternatives::flatten(&mut self.rows, first, &mut self.alternatives);
        Ok(id)
    }

    /// Returns a row for everything beyond the limits, which differs if the documents differ.
    fn beyond(&self) -> Row {
        let mut hasher = DefaultHasher::new();
        self.root.hash(&mut hasher);
        let unread = format!("too many schemas, in the document {:x}", hasher.finish());
        Row { unread: Some(unread), ..Row::default() }
    }

    fn enqueue(&mut self, parts: Vec<Schema<'a>>, kind: Option<Kind>) -> RowId {
        let identity = (parts.iter().map(Schema::identity).collect(), kind);
        if let Some(id) = self.known.get(&identity) {
            return *id;
        }
        let id = RowId(self.rows.len());
        if let Some(beyond) = self.beyond {
            return beyond;
        }
        if self.rows.len() >= ROWS || self.fields > ROWS {
            self.beyond = Some(id);
            self.rows.push(self.beyond());
            return id;
        }
        self.rows.push(Row::default());
        self.known.insert(identity, id);
        self.waiting.push((id, Recipe { parts, kind }));
        id
    }

    /// Builds the row of a recipe; the rows below it are only enqueued.
    fn build(&mut self, recipe: &Recipe<'a>) -> Result<Row, Mistake> {
        let Some(mut leaves) = self.leaves(&recipe.parts)? else {
            return Ok(self.beyond());
        };
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
            let mut to_null = Facts::default();
            for part in &leaves.to_null {
                to_null.add(part)?;
            }
            if to_null.allows_null() {
                facts.allow_null();
            }
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
            row.exclusive = leaves.exclusive;
            for parts in combinations(&leaves) {
                row.alternatives.push(self.enqueue(parts, recipe.kind));
            }
        } else if kinds.len() > 1 {
            for kind in kinds {
                let parts = recipe.parts.clone();
                row.alternatives.push(self.enqueue(parts, Some(kind)));
            }
        } else {
            row.kind = kinds.first().copied();
            self.content(&leaves.schemas, &mut row)?;
            self.inner(&leaves.schemas, &mut row)?;
        }
        for Schema { part, .. } in &leaves.schemas {
            if let Some(part) = part.get("discriminator") {
                let known = self.discriminators.get(&address(part.value)).cloned();
                let discriminator = known.map_or_else(|| discriminator(&part).map(Arc::new), Ok)?;
                self.discriminators.insert(address(part.value), discriminator.clone());
                row.discriminator = Some(discriminator);
            }
        }
        facts.fill(&mut row, !leaves.groups.is_empty());
        Ok(row)
    }

    /// Collects the schemas themselves, the targets of their references, and the parts of `allOf`.
    /// Returns `None` if there are too many.
    fn leaves(&mut self, parts: &[Schema<'a>]) -> Result<Option<Leaves<'a>>, Mistake> {
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
                    let id = self.enqueue(vec![Schema { part, bare: false }], None);
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
            row.items = Some(self.enqueue(items, None));
        }
        if !values.is_empty() && row.rest == Rest::Open {
            row.rest = Rest::Map(self.enqueue(values, None));
        }
        for name in required.keys() {
            // It may be listed as required without being described.
            properties.entry(name).or_default();
        }
        self.fields += properties.len();
        for (name, parts) in properties {
            let field =
                Field { row: self.enqueue(parts, None), required: required.contains_key(name) };
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
        // A child contains its parent.
        let parent = leaves.parent.filter(|(_, group)| !parts[*group].part.value.is_boolean());
        let others = base
            .iter()
            .filter(|schema| parent.is_none_or(|(parent, _)| address(schema.part.value) != parent));
        parts.extend(others.cloned());
    }
    all
}
