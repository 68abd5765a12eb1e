//! The changes of the spec that would allow what was seen.
//!
//! One finding after the other, each as a change of some lines: comments, order and
//! layout stay. What is written this way is a draft for a person to review.

use std::path::Path;

use heck::ToUpperCamelCase;
use ofauth_contract::{Deviation, Kind, Observation, Row, Table};
use serde_json::Value;

use crate::capture::Captures;
use crate::draft::{Draft, quoted};
use crate::generator::document::join;
use crate::layout::Layout;
use crate::lint::{self, Finding};
use crate::spec::SPEC;

/// Keys of a schema that stay where they are when the rest becomes an alternative.
const OUTSIDE: &[&str] = &[
    "description",
    "deprecated",
    "example",
    "nullable",
    "readOnly",
    "writeOnly",
    "x-private",
];

/// The text of the spec after the changes, and what is left to a person: place and reason.
pub(crate) struct Updated {
    pub(crate) text: String,
    pub(crate) left: Vec<(String, String)>,
}

/// Changes the spec so that it allows what was found.
pub(crate) fn updated(root: &Path, yaml: &str, captures: &Captures) -> Result<Updated, String> {
    let table = captures.table();
    let told = |findings: Vec<Finding>| findings.iter().map(Finding::told).collect::<Vec<_>>();
    let findings = told(lint::check(root, yaml)?);
    if !findings.is_empty() {
        return Err(findings.join("\n"));
    }
    let mut text = yaml.to_owned();
    let mut left = Vec::new();
    if captures.strangers > 0 {
        let reason = "no response of the spec has a field of it".to_owned();
        left.push(("$".to_owned(), reason));
    }
    for observation in &merged(table, captures) {
        let mut leave = |reason| left.push((observation.finding.place.clone(), reason));
        // Each time anew: the last change has moved the lines.
        let mut layout = Layout::parse(SPEC, &text)?;
        if let Err(reason) = mend(&mut layout, table, observation) {
            leave(reason);
            continue;
        }
        // A draft from which nothing can be generated would be of no use.
        let draft = layout.text();
        let findings = told(lint::check(root, &draft)?);
        if !findings.is_empty() {
            leave(format!("the draft would be wrong: {}", findings.join("; ")));
            continue;
        }
        text = draft;
        if observation.others > 0 {
            leave(no_words(observation));
        }
    }
    Ok(Updated { text, left })
}

/// What was observed; a field that one schema does not know, once with all its types.
fn merged(table: &Table, captures: &Captures) -> Vec<Observation> {
    let mut merged: Vec<Observation> = Vec::new();
    for observation in captures.observations() {
        let field = |observation: &Observation| {
            let name = observation.field.as_ref().map(|(_, name)| name.clone());
            (table.row(observation.row).pointers.clone(), name)
        };
        let same = |other: &&mut Observation| {
            let unknown = Deviation::UnknownField;
            other.finding.kind == unknown
                && observation.finding.kind == unknown
                && field(other) == field(observation)
        };
        match merged.iter_mut().find(same) {
            Some(other) => other.sketch.merge(observation.sketch.clone()),
            None => merged.push(observation.clone()),
        }
    }
    merged
}

fn mend(layout: &mut Layout, table: &Table, observation: &Observation) -> Result<(), String> {
    let row = table.row(observation.row);
    match observation.finding.kind {
        Deviation::UnknownField => add_field(layout, row, observation),
        Deviation::MissingRequired => make_optional(layout, table, observation),
        Deviation::UnexpectedNull => make_nullable(layout, table, observation),
        Deviation::UnknownValue => add_values(layout, row, observation),
        Deviation::OutOfBounds => loosen(layout, row, &observation.finding.expected),
        Deviation::NotADate => {
            let holder = holder(layout, row, "format")?;
            remove(layout, &holder, "format")
        }
        Deviation::WrongType | Deviation::NoAlternative => {
            add_alternative(layout, row, observation)
        }
        other => Err(format!("there is no draft for {other}")),
    }
}

/// The schema, among those that a row is made of, that has a key.
fn holder(layout: &Layout, row: &Row, key: &str) -> Result<String, String> {
    let has = |pointer: &&String| {
        layout
            .value(pointer)
            .is_some_and(|schema| schema.get(key).is_some())
    };
    let found = row.pointers.iter().find(has);
    found
        .cloned()
        .ok_or_else(|| format!("no schema with `{key}` was found"))
}

/// The schema at the place where the value is used.
fn used(row: &Row) -> Result<String, String> {
    row.pointers
        .first()
        .cloned()
        .ok_or_else(|| "the spec says nothing of the value".to_owned())
}

fn remove(layout: &mut Layout, schema: &str, key: &str) -> Result<(), String> {
    let block = layout.block(&join(schema, key))?;
    layout.remove(block);
    Ok(())
}

fn add_field(layout: &mut Layout, row: &Row, observation: &Observation) -> Result<(), String> {
    let schema = holder(layout, row, "properties").or_else(|_| used(row))?;
    let mut draft = Draft::new(layout, &schema);
    let Some((_, name)) = &observation.field else {
        let lines = draft.value(&observation.sketch, "Value", false);
        let block = layout.mapping(&schema)?;
        layout.insert(block.end, block.indent + 2, &lines);
        layout.insert(
            block.end,
            block.indent,
            &["additionalProperties:".to_owned()],
        );
        return draft.finish(layout);
    };
    // Only a named schema's own property can be private.
    let own = schema.starts_with("/components/schemas/") && schema.matches('/').count() == 3;
    let mut lines = draft.value(&observation.sketch, &name.to_upper_camel_case(), own);
    lines.insert(
        0,
        "description: Seen in responses; not documented.".to_owned(),
    );
    let properties = join(&schema, "properties");
    let block = layout.mapping(&properties)?;
    layout.insert(block.end, block.indent + 2, &lines);
    layout.insert(block.end, block.indent, &[format!("{}:", quoted(name))]);
    draft.finish(layout)
}

fn make_optional(
    layout: &mut Layout,
    table: &Table,
    observation: &Observation,
) -> Result<(), String> {
    let Some((owner, name)) = &observation.field else {
        return Err("it is no field".to_owned());
    };
    let lists = |pointer: &&String| {
        let required = layout
            .value(pointer)
            .and_then(|schema| schema["required"].as_array());
        required.is_some_and(|names| names.iter().any(|other| other == name))
    };
    let schema = table.row(*owner).pointers.iter().find(lists);
    let schema = schema.ok_or("no list of required fields names it")?.clone();
    let list = join(&schema, "required");
    let names = layout
        .value(&list)
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    if names.len() == 1 {
        return remove(layout, &schema, "required");
    }
    let index = names
        .iter()
        .position(|other| other == name)
        .unwrap_or_default();
    if let Ok(block) = layout.block(&join(&list, index)) {
        layout.remove(block);
        return Ok(());
    }
    // In flow style, the whole list is one line.
    let block = layout.block(&list)?;
    let kept = names
        .iter()
        .filter_map(Value::as_str)
        .filter(|other| other != name);
    let kept: Vec<String> = kept.map(quoted).collect();
    if block.end != block.first + 1 {
        return Err("the list is written in flow style, in several lines".to_owned());
    }
    layout.edit(block.first, |line| {
        let key = line.split('[').next().unwrap_or_default();
        // Behind the list, a comment may stand.
        let rest = line.split_once(']').map_or("", |(_, rest)| rest);
        format!("{key}[{}]{rest}", kept.join(", "))
    });
    Ok(())
}

fn make_nullable(
    layout: &mut Layout,
    table: &Table,
    observation: &Observation,
) -> Result<(), String> {
    let schema = used(table.row(observation.row))?;
    let array = layout
        .value(&schema)
        .is_some_and(|schema| schema["type"] == "array");
    // Of an array, null and absence are one in Rust. It may be optional already.
    if array && make_optional(layout, table, observation).is_ok() {
        *layout = Layout::parse(SPEC, &layout.text())?;
    }
    let block = layout.mapping(&schema)?;
    let nullable = "nullable: true".to_owned();
    if let Ok(reference) = layout.block(&join(&schema, "$ref")) {
        let target = layout
            .value(&join(&schema, "$ref"))
            .and_then(Value::as_str)
            .unwrap_or_default();
        let lines = [
            nullable,
            "allOf:".to_owned(),
            format!("  - $ref: '{target}'"),
        ];
        layout.insert(reference.end, reference.indent, &lines);
        layout.remove(reference);
        return Ok(());
    }
    let line = layout
        .block(&join(&schema, "type"))
        .map_or(block.first, |kind| kind.end);
    let line = if line == block.first { block.end } else { line };
    layout.insert(line, block.indent, &[nullable]);
    Ok(())
}

/// Values that may be a person's are only counted.
fn no_words(observation: &Observation) -> String {
    let others = observation.others;
    format!("{others} value(s) do not look like words of a vocabulary, and are not written")
}

fn add_values(layout: &mut Layout, row: &Row, observation: &Observation) -> Result<(), String> {
    let words = &observation.words;
    if words.is_empty() {
        return Err(no_words(observation));
    }
    let list = join(&holder(layout, row, "enum")?, "enum");
    let last = layout
        .value(&list)
        .and_then(Value::as_array)
        .map_or(0, |values| values.len().saturating_sub(1));
    let block = layout.block(&join(&list, last))?;
    let lines: Vec<String> = words
        .iter()
        .map(|word| format!("- {}", quoted(word)))
        .collect();
    layout.insert(block.end, block.indent - 2, &lines);
    Ok(())
}

/// Takes out the limit, or the narrower format.
fn loosen(layout: &mut Layout, row: &Row, expected: &str) -> Result<(), String> {
    match expected {
        "int32" => {
            let format = layout.block(&join(&holder(layout, row, "format")?, "format"))?;
            layout.edit(format.first, |line| line.replace("int32", "int64"));
            return Ok(());
        }
        "int64" => {
            return Err("a whole number of more than 64 bits has no Rust type here".to_owned());
        }
        _ => {}
    }
    let upper = expected.starts_with("at most") || expected.starts_with("less");
    let keys: &[&str] = match (row.kind, upper) {
        (Some(Kind::Integer | Kind::Number), false) => &["minimum", "exclusiveMinimum"],
        (Some(Kind::Integer | Kind::Number), true) => &["maximum", "exclusiveMaximum"],
        (Some(Kind::String), false) => &["minLength"],
        (Some(Kind::String), true) => &["maxLength"],
        (Some(Kind::Array), false) => &["minItems"],
        (Some(Kind::Array), true) => &["maxItems"],
        (_, false) => &["minProperties"],
        (_, true) => &["maxProperties"],
    };
    let mut found = Err(format!("no schema with `{}` was found", keys[0]));
    for key in keys {
        if let Ok(schema) = holder(layout, row, key) {
            remove(layout, &schema, key)?;
            // The lines have moved, and a text with a gap still reads.
            *layout = Layout::parse(SPEC, &layout.text())?;
            found = Ok(());
        }
    }
    found
}

/// One more shape for a value: what was seen, beside what the spec says.
fn add_alternative(
    layout: &mut Layout,
    row: &Row,
    observation: &Observation,
) -> Result<(), String> {
    let seen: Vec<Kind> = observation.sketch.kinds.iter().copied().collect();
    if row.kind == Some(Kind::Integer) && seen == [Kind::Number] {
        return make_number(layout, row);
    }
    let schema = holder(layout, row, "oneOf").or_else(|_| used(row))?;
    let mut draft = Draft::new(layout, &schema);
    let mut lines = draft.alternative(&observation.sketch);
    for list in ["oneOf", "anyOf"] {
        if let Ok(block) = layout.block(&join(&schema, list)) {
            let items = layout.block(&join(&join(&schema, list), 0))?;
            layout.insert(block.end, items.indent - 2, &lines);
            return draft.finish(layout);
        }
    }
    let whole = layout.mapping(&schema)?;
    if let Ok(block) = layout.block(&join(&schema, "allOf")) {
        let items = layout.block(&join(&join(&schema, "allOf"), 0))?;
        layout.insert(block.end, items.indent - 2, &lines);
        layout.edit(block.first, |line| line.replacen("allOf", "oneOf", 1));
        return draft.finish(layout);
    }
    // What the schema says becomes the first alternative.
    let entries = layout
        .value(&schema)
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    let mut blocks = Vec::new();
    for key in entries
        .keys()
        .filter(|key| !OUTSIDE.contains(&key.as_str()))
    {
        blocks.push(layout.block(&join(&schema, key))?);
    }
    blocks.sort_by_key(|block| block.first);
    let mut first: Vec<String> = Vec::new();
    for block in &blocks {
        for text in layout.lines(*block) {
            let text = text.get(whole.indent..).unwrap_or_default();
            let dash = if first.is_empty() { "  - " } else { "    " };
            first.push(format!("{dash}{text}"));
        }
    }
    if !entries.contains_key("title") && !entries.contains_key("$ref") {
        let title = row.kind.map_or("Value", Kind::as_str).to_upper_camel_case();
        first.push(format!("    title: {title}"));
    }
    let mut new = vec!["oneOf:".to_owned()];
    new.append(&mut first);
    new.extend(lines.drain(..).map(|line| format!("  {line}")));
    layout.insert(whole.end, whole.indent, &new);
    for block in blocks.iter().rev() {
        layout.remove(*block);
    }
    draft.finish(layout)
}

fn make_number(layout: &mut Layout, row: &Row) -> Result<(), String> {
    let schema = holder(layout, row, "type")?;
    let kind = layout.block(&join(&schema, "type"))?;
    layout.edit(kind.first, |line| line.replacen("integer", "number", 1));
    if let Ok(format) = layout.block(&join(&schema, "format")) {
        let double = |line: &str| {
            line.replacen("int64", "double", 1)
                .replacen("int32", "double", 1)
        };
        layout.edit(format.first, double);
    }
    Ok(())
}
