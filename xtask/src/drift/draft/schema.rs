//! Schemas for shapes that were seen, as lines of YAML.

use std::collections::BTreeSet;

use heck::ToUpperCamelCase;
use ofauth_contract::{Kind, Shape};
use serde_json::Value;

use crate::generator::document::join;
use crate::spec::lines::{Layout, Stuck};

/// The mark of what `Debug` does not show.
pub(crate) const PRIVATE: &str = "x-private: true";
/// The description of what is drafted.
pub(crate) const SEEN: &str = "Seen in responses; not documented.";
/// Why something is no draft.
pub(crate) const NO_PROPERTY: &str = "it may be a person's, and only a property of a named schema can be private; give the object \
     that it stands in a schema of its own under `components`";

/// A draft of schemas. An object gets a schema of its own under `components`, so that
/// what is private in it can be marked.
pub(crate) struct Draft {
    /// What the names of new schemas begin with: the schema in which the value was seen.
    prefix: String,
    taken: BTreeSet<String>,
    /// The new schemas, each with its name and its lines.
    new: Vec<(String, Vec<String>)>,
}

impl Draft {
    /// Begins a draft for a value in the schema that `pointer` leads to.
    pub(crate) fn new(layout: &Layout, pointer: &str) -> Self {
        let schemas = layout
            .value("/components/schemas")
            .and_then(Value::as_object);
        Self {
            prefix: named(pointer).unwrap_or_default().to_upper_camel_case(),
            taken: schemas
                .into_iter()
                .flat_map(|schemas| schemas.keys().cloned())
                .collect(),
            new: Vec::new(),
        }
    }

    /// The schema of a value, without a description.
    pub(crate) fn value(&mut self, shape: &Shape, name: &str, private: bool) -> Vec<String> {
        let mut lines = match kinds(shape)[..] {
            [Kind::Boolean] => vec!["type: boolean".to_owned()],
            [Kind::Integer] => vec!["type: integer".to_owned(), "format: int64".to_owned()],
            [Kind::Number] => vec!["type: number".to_owned(), "format: double".to_owned()],
            [Kind::String] => vec!["type: string".to_owned()],
            [Kind::Array] => self.array(shape, name),
            [Kind::Object] => self.object(shape, name),
            // Several types, or null alone: any value, until more is known.
            _ => Vec::new(),
        };
        if shape.kinds.contains(&Kind::Null) && !lines.is_empty() {
            lines.push("nullable: true".to_owned());
        }
        if private && is_personal(shape) {
            lines.push(PRIVATE.to_owned());
        }
        lines
    }

    /// The schema of one more alternative, as an item of a list.
    pub(crate) fn alternative(&mut self, shape: &Shape) -> Vec<String> {
        let kind = shape.kinds.iter().next_back().copied();
        let title = kind.map_or("Other", Kind::as_str).to_upper_camel_case();
        let mut lines = match kind {
            Some(Kind::Object) => vec![self.named(shape, &title, true)],
            _ => self.value(shape, &title, false),
        };
        if kind != Some(Kind::Object) {
            lines.push(format!("title: {title}"));
        }
        let dash = |(index, line)| format!("{}{line}", if index == 0 { "- " } else { "  " });
        lines.into_iter().enumerate().map(dash).collect()
    }

    fn array(&mut self, shape: &Shape, name: &str) -> Vec<String> {
        let mut lines = vec!["type: array".to_owned()];
        let items = match &shape.items {
            Some(items) if items.kinds == [Kind::Object].into() && !items.fields.is_empty() => {
                vec![self.named(items, name, false)]
            }
            Some(items) => self.value(items, name, false),
            None => Vec::new(),
        };
        match items.is_empty() {
            true => lines.push("items: {}".to_owned()),
            false => lines.push("items:".to_owned()),
        }
        lines.extend(items.into_iter().map(|line| format!("  {line}")));
        lines
    }

    fn object(&mut self, shape: &Shape, name: &str) -> Vec<String> {
        if shape.fields.is_empty() {
            let values = shape.items.as_deref();
            let values = values.map_or_else(Vec::new, |values| self.value(values, name, false));
            let mut lines = vec!["type: object".to_owned()];
            if !values.is_empty() {
                lines.push("additionalProperties:".to_owned());
                lines.extend(values.into_iter().map(|line| format!("  {line}")));
            }
            return lines;
        }
        vec![
            "allOf:".to_owned(),
            format!("  - {}", self.named(shape, name, false)),
        ]
    }

    /// Makes a named schema of an object, and refers to it. A strict one requires what was
    /// always there: an alternative must be told from the others.
    fn named(&mut self, shape: &Shape, name: &str, strict: bool) -> String {
        let mut full = format!("{}{name}", self.prefix);
        while !self.taken.insert(full.clone()) {
            full.push('X');
        }
        let mut lines = vec!["type: object".to_owned(), format!("description: {SEEN}")];
        let always = shape
            .fields
            .iter()
            .filter(|(_, field)| strict && field.count == shape.count);
        let always: Vec<String> = always
            .map(|(name, _)| format!("  - {}", quoted(name)))
            .collect();
        if !always.is_empty() {
            lines.push("required:".to_owned());
            lines.extend(always);
        }
        lines.push("properties:".to_owned());
        for (field, shape) in &shape.fields {
            lines.push(format!("  {}:", quoted(field)));
            lines.push(format!("    description: {SEEN}"));
            let below = format!("{name}{}", field.to_upper_camel_case());
            let value = self.value(shape, &below, true);
            lines.extend(value.into_iter().map(|line| format!("    {line}")));
        }
        if shape.fields.is_empty() {
            lines.pop();
        }
        self.new.push((full.clone(), lines));
        format!("$ref: '#/components/schemas/{full}'")
    }

    /// Puts the new schemas behind those that are there.
    pub(crate) fn finish(self, layout: &mut Layout) -> Result<(), Stuck> {
        if self.new.is_empty() {
            return Ok(());
        }
        // The lines have moved since they were read.
        *layout = Layout::parse(crate::spec::SPEC, &layout.text())?;
        let block = layout.mapping("/components/schemas")?;
        for (name, lines) in self.new {
            layout.insert(block.end, block.indent + 2, &lines);
            layout.insert(block.end, block.indent, &[format!("{name}:")]);
        }
        Ok(())
    }
}

/// A text as a YAML scalar: in quotes where it would be read as something else.
pub(crate) fn quoted(text: &str) -> String {
    let plain = text.starts_with(|first: char| first.is_ascii_alphabetic() || "_$".contains(first))
        && text
            .chars()
            .skip(1)
            .all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
            .contains(&text.to_ascii_lowercase().as_str());
    match plain {
        true => text.to_owned(),
        false => format!("'{}'", text.replace('\'', "''")),
    }
}

/// The types of a value that is not null.
fn kinds(shape: &Shape) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = shape.kinds.iter().copied().collect();
    kinds.retain(|kind| *kind != Kind::Null);
    if kinds == [Kind::Integer, Kind::Number] {
        kinds = vec![Kind::Number];
    }
    kinds
}

/// Whether a value may hold what a person wrote or is called: texts, keys that are data,
/// and what is not known yet.
pub(crate) fn is_personal(shape: &Shape) -> bool {
    match kinds(shape)[..] {
        [Kind::Boolean | Kind::Integer | Kind::Number] => false,
        // Each field has a mark of its own.
        [Kind::Object] => shape.fields.is_empty(),
        [Kind::Array] => shape.items.as_deref().is_none_or(is_personal),
        _ => true,
    }
}

/// Marks as private what holds values of schemas: the property that a schema stands in, or
/// all that refer to it.
pub(crate) fn hide(layout: &mut Layout, schemas: &[String]) -> Result<(), Stuck> {
    let (mut seen, mut holders) = (BTreeSet::new(), BTreeSet::new());
    for schema in schemas {
        collect_holders(layout, schema, &mut seen, &mut holders)?;
    }
    for holder in holders {
        let marked = layout.value(&join(&holder, "x-private"));
        if marked == Some(&Value::Bool(true)) {
            continue;
        }
        if marked.is_some() {
            layout.replace(&join(&holder, "x-private"), "false", "true")?;
        } else {
            let block = layout.mapping(&holder)?;
            layout.insert(block.end, block.indent, &[PRIVATE.to_owned()]);
        }
        *layout = Layout::parse(crate::spec::SPEC, &layout.text())?;
    }
    Ok(())
}

/// The properties of named schemas by which values of a schema are reached.
fn collect_holders(
    layout: &Layout,
    schema: &str,
    seen: &mut BTreeSet<String>,
    holders: &mut BTreeSet<String>,
) -> Result<(), Stuck> {
    if let Some(property) = property(schema) {
        holders.insert(property);
        return Ok(());
    }
    let name = named(schema).ok_or(NO_PROPERTY)?;
    if !seen.insert(name.to_owned()) {
        return Ok(());
    }
    let mut users = Vec::new();
    collect_users(
        layout.value("").unwrap_or(&Value::Null),
        "",
        name,
        &mut users,
    );
    // What is sent is shown by nobody's `Debug`.
    let sent = ["parameters", "requestBody", "requestBodies", "headers"];
    users.retain(|user| {
        let mut above = user.split('/').take_while(|key| *key != "schema");
        named(user).is_some() || !above.any(|key| sent.contains(&key))
    });
    for user in users {
        collect_holders(layout, &user, seen, holders)?;
    }
    Ok(())
}

/// Where a named schema is referred to.
fn collect_users(value: &Value, pointer: &str, name: &str, users: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            let target = entries.get("$ref").and_then(Value::as_str);
            if target.is_some_and(|target| named(target.trim_start_matches('#')) == Some(name)) {
                users.push(pointer.to_owned());
            }
            for (key, value) in entries {
                collect_users(value, &join(pointer, key), name, users);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect_users(item, &join(pointer, index), name, users);
            }
        }
        _ => {}
    }
}

/// The name of the schema among the components that a pointer leads into.
fn named(pointer: &str) -> Option<&str> {
    pointer
        .strip_prefix("/components/schemas/")?
        .split('/')
        .next()
}

/// The property of a named schema, the only thing that can be private, that a pointer leads
/// to or into.
pub(crate) fn property(pointer: &str) -> Option<String> {
    let name = named(pointer)?;
    let properties = format!("/components/schemas/{name}/properties/");
    let property = pointer.strip_prefix(&properties)?.split('/').next()?;
    Some(format!("{properties}{property}"))
}
