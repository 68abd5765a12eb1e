//! Builds rows from schemas.
//!
//! A row is made from a list of schemas that all apply to one value: a schema, the target of its
//! `$ref`, and the parts of its `allOf`. The same list gives the same row, so that recursive
//! schemas terminate.

mod leaves;

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use serde_json::Value;

use self::leaves::{Group, combinations};
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
