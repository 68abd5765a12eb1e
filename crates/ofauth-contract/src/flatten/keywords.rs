//! The keywords of a schema, and the combined facts of several schemas for one value.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Number, Value};

use super::bounds::{BOUNDS, bound, whole};
use super::reference::Part;
use crate::mistake::Mistake;
use crate::table::{Kind, Row, number};

/// Keywords that don't constrain a value on their own.
const SILENT: &[&str] = &[
    "$anchor",
    "$comment",
    "$defs",
    "$id",
    "$ref",
    "$schema",
    "allOf",
    "anyOf",
    "definitions",
    "deprecated",
    "description",
    "discriminator",
    "example",
    "examples",
    "externalDocs",
    "nullable",
    "oneOf",
    "readOnly",
    "title",
    "writeOnly",
    "xml",
];

/// Keywords without a column in a row: they are compared but not interpreted.
const OTHER: &[&str] = &[
    "contains",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "dependentRequired",
    "dependentSchemas",
    "else",
    "if",
    "maxContains",
    "minContains",
    "not",
    "patternProperties",
    "prefixItems",
    "propertyNames",
    "then",
    "unevaluatedItems",
];

/// Those of them that hold schemas, and whether the schemas have names.
pub(crate) const INNER: &[(&str, bool)] = &[
    ("contains", false),
    ("contentSchema", false),
    ("dependentSchemas", true),
    ("else", false),
    ("if", false),
    ("not", false),
    ("patternProperties", true),
    ("prefixItems", false),
    ("propertyNames", false),
    ("then", false),
    ("unevaluatedItems", false),
];

/// All types; an integer is also a number.
const ALL: &[Kind] =
    &[Kind::Null, Kind::Boolean, Kind::Number, Kind::String, Kind::Array, Kind::Object];

/// Returns whether a schema constrains the value beyond its references and alternatives.
pub(crate) fn constrains(schema: &Value) -> bool {
    match schema {
        Value::Object(entries) => {
            entries.keys().any(|key| !SILENT.contains(&key.as_str()) && !key.starts_with("x-"))
        }
        _ => schema == &Value::Bool(false),
    }
}

/// Returns whether a schema allows only null.
pub(crate) fn is_null(schema: &Value) -> bool {
    schema["type"] == "null"
        || schema["type"] == Value::Array(vec!["null".into()])
        || schema.get("const") == Some(&Value::Null)
        || schema["enum"] == Value::Array(vec![Value::Null])
}

/// Returns whether a keyword has no effect on the value, neither itself nor through another schema.
fn is_annotation(key: &str) -> bool {
    key.starts_with("x-")
        || SILENT.contains(&key) && !["$ref", "allOf", "anyOf", "oneOf"].contains(&key)
}

/// Returns whether a schema says nothing about the value.
pub(crate) fn is_empty(schema: &Value) -> bool {
    match schema {
        Value::Object(entries) => entries.keys().all(|key| is_annotation(key) && key != "nullable"),
        _ => schema == &Value::Bool(true),
    }
}

/// Returns what alternatives require, if each of them only lists required properties.
pub(crate) fn only_required(group: &[Part<'_>]) -> Option<Value> {
    let mut all = Vec::new();
    for Part { value: schema, .. } in group {
        let mut names = schema["required"].as_array()?.clone();
        let plain = |(key, value): (&String, &Value)| match key.as_str() {
            "required" => true,
            "type" => value == "object",
            key => is_annotation(key) && key != "nullable",
        };
        if names.is_empty() || !schema.as_object()?.iter().all(plain) {
            return None;
        }
        names.sort_by_key(Value::to_string);
        all.push(serde_json::json!({ "required": names }));
    }
    all.sort_by_key(Value::to_string);
    Some(all.into())
}

/// The combined facts of all schemas that apply to one value.
#[derive(Default)]
pub(crate) struct Facts {
    kinds: Option<BTreeSet<Kind>>,
    null: bool,
    /// Whether `nullable` is set. It also counts next to alternatives that don't allow null.
    meant: bool,
    row: Row,
    formats: BTreeSet<String>,
    patterns: BTreeSet<String>,
    multiples: Vec<Number>,
    /// Whether the row is for one of several allowed types.
    split: bool,
}

impl Facts {
    /// Adds the facts of another schema. Of two bounds, the narrower applies.
    pub(crate) fn add(&mut self, part: &Part<'_>) -> Result<(), Mistake> {
        if let Value::Bool(allowed) = part.value {
            if !allowed {
                self.narrow(BTreeSet::from([Kind::Never]));
            }
            return Ok(());
        }
        let entries = part.mapping()?;
        self.kind(part, entries)?;
        self.values(part, entries)?;
        let row = &mut self.row;
        row.deprecated |= part.flag("deprecated")?;
        row.read_only |= part.flag("readOnly")?;
        row.write_only |= part.flag("writeOnly")?;
        row.unique |= part.flag("uniqueItems")?;
        for (set, key) in [(&mut self.formats, "format"), (&mut self.patterns, "pattern")] {
            // An empty pattern allows every string.
            set.extend(part.text(key)?.filter(|text| !text.is_empty()).map(str::to_owned));
        }
        if row.default.is_none() {
            // A default of null is the same as no default: the value is absent.
            let default = entries.get("default").filter(|default| !default.is_null());
            row.default = default.map(number::plain_value);
        }
        // In 3.1, these keywords replace formats of 3.0.
        match (part.text("contentEncoding")?, part.text("contentMediaType")?) {
            (Some("base64"), _) => drop(self.formats.insert("byte".to_owned())),
            (None, Some("application/octet-stream")) => {
                self.formats.insert("binary".to_owned());
            }
            _ => {}
        }
        let number = part.typed("multipleOf", "a number", Value::as_number)?;
        self.multiples.extend(number.map(number::plain));
        for (keyword, name, upper, _) in BOUNDS {
            let Some(bound) = bound(part, keyword)? else {
                continue;
            };
            let narrower = row.bounds.get(name).is_none_or(|old| {
                bound.order(old, *upper) == if *upper { Ordering::Less } else { Ordering::Greater }
            });
            if narrower {
                row.bounds.insert(name, bound);
            }
        }
        for key in OTHER {
            // These were interpreted as formats above.
            let format = |value: &&Value| match *key {
                "contentEncoding" => *value == "base64",
                "contentMediaType" => *value == "application/octet-stream",
                _ => false,
            };
            if let Some(value) = entries.get(*key).filter(|value| !format(value)) {
                row.other.insert((*key).to_owned(), value.clone());
            }
        }
        Ok(())
    }

    /// Reads the types of a schema; without `type`, its keywords imply the type.
    fn kind(&mut self, part: &Part<'_>, entries: &Map<String, Value>) -> Result<(), Mistake> {
        let named = |part: &Part<'_>| {
            part.value.as_str().and_then(Kind::from_name).ok_or_else(|| {
                part.mistake(
                    "is not a type; write string, integer, number, boolean, array or object",
                )
            })
        };
        let mut kinds = match part.get("type") {
            Some(types) if types.value.is_array() => {
                part.list("type")?.iter().map(named).collect::<Result<BTreeSet<_>, _>>()?
            }
            Some(kind) => BTreeSet::from([named(&kind)?]),
            None if ["properties", "required", "additionalProperties"]
                .iter()
                .any(|key| entries.contains_key(*key)) =>
            {
                BTreeSet::from([Kind::Object])
            }
            None if entries.contains_key("items") => BTreeSet::from([Kind::Array]),
            None => BTreeSet::new(),
        };
        if part.flag("nullable")? {
            self.meant = true;
            if kinds.is_empty() {
                self.null = true;
            } else {
                kinds.insert(Kind::Null);
            }
        }
        if !kinds.is_empty() {
            self.narrow(kinds);
        }
        Ok(())
    }

    fn values(&mut self, part: &Part<'_>, entries: &Map<String, Value>) -> Result<(), Mistake> {
        let mut values: Option<Vec<Value>> = None;
        if let Some(value) = entries.get("const") {
            self.listed(entries, vec![number::plain_value(value)]);
        }
        if entries.contains_key("enum") {
            values = Some(
                part.list("enum")?.iter().map(|part| number::plain_value(part.value)).collect(),
            );
        }
        // In Zalando's form, the extension is the list of values.
        match entries.get("x-extensible-enum") {
            Some(Value::Bool(open)) => self.row.open |= *open && values.is_some(),
            Some(Value::Array(list)) => {
                self.row.open = true;
                values = Some(list.iter().map(number::plain_value).collect());
            }
            _ => {}
        }
        if let Some(values) = values {
            self.listed(entries, values);
        }
        Ok(())
    }

    fn listed(&mut self, entries: &Map<String, Value>, values: Vec<Value>) {
        let null = values.iter().any(Value::is_null);
        match entries.get("type") {
            None => self.narrow(values.iter().map(Kind::of).collect()),
            // Null that is a listed type but not a value isn't allowed; with `nullable`, it is.
            Some(Value::Array(_)) if !null && !self.row.open => {
                let others = ALL.iter().filter(|kind| **kind != Kind::Null);
                self.narrow(others.copied().collect());
            }
            _ => {}
        }
        self.keep(values);
    }

    /// Keeps only the values that are in both lists.
    fn keep(&mut self, mut values: Vec<Value>) {
        values.retain(|value| !value.is_null());
        values.sort_by_key(Value::to_string);
        values.dedup();
        self.row.values = Some(match self.row.values.take() {
            Some(old) => old.into_iter().filter(|value| values.contains(value)).collect(),
            None => values,
        });
    }

    /// Keeps only the types that both sets allow; an integer is also a number.
    pub(crate) fn narrow(&mut self, kinds: BTreeSet<Kind>) {
        let Some(old) = &self.kinds else {
            self.kinds = Some(kinds);
            return;
        };
        let allows = |kinds: &BTreeSet<Kind>, kind: &Kind| {
            kinds.contains(kind) || *kind == Kind::Integer && kinds.contains(&Kind::Number)
        };
        let mut both: BTreeSet<Kind> =
            old.iter().filter(|kind| allows(&kinds, kind)).copied().collect();
        both.extend(kinds.iter().filter(|kind| allows(old, kind)));
        if both.is_empty() {
            both.insert(Kind::Never);
        }
        self.kinds = Some(both);
    }

    pub(crate) fn restrict(&mut self, kind: Kind) {
        self.kinds = Some(BTreeSet::from([kind]));
        self.null = false;
        self.split = true;
    }

    /// Adds a keyword that is compared but not interpreted.
    pub(crate) fn constrain(&mut self, key: &str, value: Value) {
        self.row.other.insert(key.to_owned(), value);
    }

    pub(crate) fn allow_null(&mut self) {
        self.null = true;
    }

    /// Returns whether the types include null.
    pub(crate) fn allows_null(&self) -> bool {
        self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&Kind::Null))
    }

    /// Returns the types, without null if there are others; empty if any type is allowed.
    pub(crate) fn kinds(&self) -> Vec<Kind> {
        let kinds = self.kinds.iter().flatten().copied();
        let others: Vec<Kind> = kinds.filter(|kind| *kind != Kind::Null).collect();
        if self.kinds.as_ref().is_some_and(|kinds| ALL.iter().all(|kind| kinds.contains(kind))) {
            return Vec::new();
        }
        match self.kinds.as_ref().is_some_and(|kinds| kinds.contains(&Kind::Null)) {
            true if others.is_empty() => vec![Kind::Null],
            _ if others.contains(&Kind::Number) => {
                others.into_iter().filter(|kind| *kind != Kind::Integer).collect()
            }
            _ => others,
        }
    }

    /// Moves the facts that apply to a row's type into the row. `grouped` is whether the schemas
    /// also have alternatives.
    pub(crate) fn fill(mut self, row: &mut Row, grouped: bool) {
        let null = self.kinds.as_ref().is_some_and(|kinds| kinds.contains(&Kind::Null));
        if row.kind == Some(Kind::Never) && self.null {
            // Null is the only possibility left.
            row.kind = Some(Kind::Null);
        }
        let any = row.kind.is_none() && row.alternatives.is_empty();
        row.nullable = match row.kind {
            Some(Kind::Null | Kind::Never) => false,
            // Whether null is allowed is up to the alternatives.
            _ if grouped => self.null || self.meant,
            _ => self.null || any || null,
        };
        let mut facts = self.row;
        row.deprecated = facts.deprecated;
        row.read_only = facts.read_only;
        row.write_only = facts.write_only;
        row.default = facts.default;
        if !row.alternatives.is_empty() {
            return;
        }
        let concerns = |kinds: &[Kind]| row.kind.is_none_or(|kind| kinds.contains(&kind));
        if concerns(&[Kind::Integer, Kind::Number]) {
            self.multiples.sort_by(number::compare);
            self.multiples.dedup();
            if row.kind == Some(Kind::Integer) {
                // Every integer is a multiple of 1 and of 0.5, so these steps have no effect.
                let one = Number::from(1);
                self.multiples.retain(|step| !number::is_multiple(&one, step));
            }
            row.multiple_of = first("multipleOf", self.multiples, &mut facts.other);
        }
        if concerns(&[Kind::String]) {
            row.pattern = first("pattern", self.patterns, &mut facts.other);
        }
        if concerns(&[Kind::String, Kind::Integer, Kind::Number]) {
            // Numbers are doubles anyway.
            if row.kind == Some(Kind::Number) {
                self.formats.remove("double");
            }
            row.format = first("format", self.formats, &mut facts.other);
        }
        row.unique = facts.unique && concerns(&[Kind::Array]);
        row.bounds = facts.bounds;
        row.bounds.retain(|name, _| {
            let kinds = BOUNDS.iter().find(|bound| bound.1 == *name).map(|bound| bound.3);
            kinds.is_some_and(concerns)
        });
        if row.kind == Some(Kind::Integer) {
            whole(&mut row.bounds);
        }
        let kind = row.kind;
        let text = kind == Some(Kind::String) && !self.split;
        row.values = facts.values.map(|mut values| {
            if text {
                // The values of a string may be written without quotes.
                for value in &mut values {
                    if value.is_number() || value.is_boolean() {
                        *value = value.to_string().into();
                    }
                }
                values.sort_by_key(Value::to_string);
                values.dedup();
            }
            values.retain(|value| {
                let own = Kind::of(value);
                kind.is_none_or(|kind| kind == own || kind == Kind::Number && own == Kind::Integer)
            });
            values
        });
        let all = row.values.as_ref().map(Vec::len);
        if kind == Some(Kind::Null) || kind == Some(Kind::Boolean) && all == Some(2) {
            // The type has no other values.
            row.values = None;
        }
        row.open = facts.open;
        row.other = facts.other;
    }
}

/// Returns the first of the values that several schemas have for a keyword. The others apply too:
/// they are added to `other`, and compared but not interpreted.
fn first<T: Into<Value>>(
    keyword: &str,
    all: impl IntoIterator<Item = T>,
    other: &mut BTreeMap<String, Value>,
) -> Option<T> {
    let mut all = all.into_iter();
    let first = all.next();
    let more: Vec<Value> = all.map(Into::into).collect();
    if !more.is_empty() {
        other.insert(keyword.to_owned(), more.into());
    }
    first
}
