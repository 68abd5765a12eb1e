//! Drafts schemas for the shapes of new values, as lines of YAML.

use std::collections::BTreeSet;

use heck::ToUpperCamelCase;
use ofauth_contract::{Kind, Shape};
use serde_json::Value;

use super::private::{PRIVATE, is_personal, kinds};
use crate::spec::SPEC;
use crate::spec::lines::{Lines, quoted};
use crate::spec::schemas::{DRAFTED, name};

/// New schemas. Each object gets its own under `components`, so that its private fields can be
/// marked.
pub(super) struct NewSchemas {
    /// The prefix of the new names: the name of the schema in which the value was seen.
    prefix: String,
    taken: BTreeSet<String>,
    /// The new schemas, each with its name and its lines.
    new: Vec<(String, Vec<String>)>,
}

impl NewSchemas {
    /// Starts with no new schemas, for a value in the schema at `pointer`.
    pub(super) fn new(lines: &Lines, pointer: &str) -> Self {
        let schemas = lines.value("/components/schemas").and_then(Value::as_object);
        let names = schemas.into_iter().flat_map(|schemas| schemas.keys());
        Self {
            prefix: name(pointer).unwrap_or_default().to_upper_camel_case(),
            taken: names.cloned().collect(),
            new: Vec::new(),
        }
    }

    /// The schema of a value, without a description.
    pub(super) fn value(&mut self, shape: &Shape, name: &str, private: bool) -> Vec<String> {
        let mut lines = match kinds(shape)[..] {
            [Kind::Boolean] => vec!["type: boolean".to_owned()],
            [Kind::Integer] => vec!["type: integer".to_owned(), "format: int64".to_owned()],
            [Kind::Number] => vec!["type: number".to_owned(), "format: double".to_owned()],
            [Kind::String] => vec!["type: string".to_owned()],
            [Kind::Array] => self.array(shape, name),
            [Kind::Object] => self.object(shape, name),
            // Several types, or only null: any value is allowed until more is known.
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

    fn array(&mut self, shape: &Shape, name: &str) -> Vec<String> {
        let mut lines = vec!["type: array".to_owned()];
        let items = match &shape.items {
            Some(items) if items.kinds == [Kind::Object].into() && !items.fields.is_empty() => {
                vec![self.named(items, name)]
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
        if !shape.fields.is_empty() {
            return vec!["allOf:".to_owned(), format!("  - {}", self.named(shape, name))];
        }
        let mut lines = vec!["type: object".to_owned()];
        let values = shape.items.as_deref();
        let values = values.map_or_else(Vec::new, |values| self.value(values, name, false));
        if !values.is_empty() {
            lines.push("additionalProperties:".to_owned());
            lines.extend(values.into_iter().map(|line| format!("  {line}")));
        }
        lines
    }

    /// Creates a named schema for an object, and returns a reference to it.
    fn named(&mut self, shape: &Shape, name: &str) -> String {
        let mut full = format!("{}{name}", self.prefix);
        while !self.taken.insert(full.clone()) {
            full.push('X');
        }
        let mut lines = vec![
            "type: object".to_owned(),
            format!("description: {DRAFTED}"),
            "properties:".to_owned(),
        ];
        for (field, shape) in &shape.fields {
            lines.push(format!("  {}:", quoted(field)));
            lines.push(format!("    description: {DRAFTED}"));
            let below = format!("{name}{}", field.to_upper_camel_case());
            let value = self.value(shape, &below, true);
            lines.extend(value.into_iter().map(|line| format!("    {line}")));
        }
        self.new.push((full.clone(), lines));
        format!("$ref: '#/components/schemas/{full}'")
    }

    /// Appends the new schemas to those in the spec.
    pub(super) fn append(self, lines: &mut Lines) -> Result<(), String> {
        if self.new.is_empty() {
            return Ok(());
        }
        lines.reparse(SPEC)?;
        let block = lines.mapping("/components/schemas")?;
        for (name, schema) in self.new {
            lines.insert(block.end, block.indent + 2, &schema);
            lines.insert(block.end, block.indent, &[format!("{name}:")]);
        }
        Ok(())
    }
}
