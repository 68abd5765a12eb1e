//! The changes of the spec that would allow what was seen.
//!
//! One finding after the other, each as a change of some lines: comments, order and
//! layout stay. What is written this way is a draft for a person to review.

use std::cmp::Reverse;
use std::path::Path;

use heck::ToUpperCamelCase;
use ofauth_contract::{Deviation, Kind, Observation, Row, Table};
use serde_json::Value;

use crate::capture::Captures;
use crate::draft::{Draft, NO_PROPERTY, PRIVATE, SEEN, hide, is_personal, quoted};
use crate::generator::document::join;
use crate::layout::{Layout, Stuck};
use crate::lint::{self, Finding};
use crate::report::count;
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
    let findings = lint::check(root, yaml)?;
    if !findings.is_empty() {
        return Err(told(&findings).join("\n"));
    }
    let mut drafts = Drafts {
        root,
        table: captures.table(),
        text: yaml.to_owned(),
        left: captures.for_a_person(),
    };
    let mut observations = merged(&Layout::parse(SPEC, yaml)?, captures);
    // Alternatives move what is below them: they come last, the deepest first.
    observations.sort_by_key(|Observation { finding, .. }| {
        let moves = matches!(
            finding.kind,
            Deviation::WrongType | Deviation::NoAlternative
        );
        moves.then(|| Reverse(finding.place.clone()))
    });
    drafts.write(&observations)?;
    let Drafts { text, left, .. } = drafts;
    Ok(Updated { text, left })
}

fn told(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(Finding::told).collect()
}

/// The text with the drafts so far, and what is left to a person.
struct Drafts<'a> {
    root: &'a Path,
    table: &'a Table,
    text: String,
    left: Vec<(String, String)>,
}

impl Drafts<'_> {
    /// Writes the drafts from which something can be generated: the others would be of no
    /// use. The check takes far longer than a draft, so those that are wrong are looked for
    /// by halves.
    fn write(&mut self, observations: &[Observation]) -> Result<(), String> {
        let (before, known) = (self.text.clone(), self.left.len());
        for observation in observations {
            let mut leave = |reason| {
                let place = observation.finding.place.clone();
                self.left.push((place, reason));
            };
            match draft(&self.text, self.table, observation) {
                Err(stuck) => leave(stuck.to_string()),
                Ok(draft) => {
                    self.text = draft;
                    if observation.others > 0 {
                        leave(no_words(observation));
                    }
                }
            }
        }
        if self.text == before {
            return Ok(());
        }
        let findings = lint::check(self.root, &self.text)?;
        if findings.is_empty() {
            return Ok(());
        }
        self.text = before;
        self.left.truncate(known);
        if let [observation] = observations {
            let place = observation.finding.place.clone();
            let reason = told(&findings).join("; ");
            let reason = format!("the draft would be wrong: {reason}");
            self.left.push((place, reason));
            return Ok(());
        }
        let (first, second) = observations.split_at(observations.len() / 2);
        self.write(first)?;
        self.write(second)
    }
}

/// What was observed, once for each change of the spec: a schema may stand at several
/// places, and a field that it does not know may have several types.
fn merged(layout: &Layout, captures: &Captures) -> Vec<Observation> {
    let table = captures.table();
    let mut merged: Vec<Observation> = Vec::new();
    for observation in captures.observations() {
        let change = |observation: &Observation| {
            let finding = &observation.finding;
            let unknown = finding.kind == Deviation::UnknownField;
            let named = unknown || finding.kind == Deviation::MissingRequired;
            let field = observation.field.as_ref().filter(|_| named);
            let field = field.map(|(_, name)| name.clone());
            let seen = (!unknown).then(|| finding.seen.clone());
            let schema = changed(layout, table.row(observation.row), finding.kind);
            (finding.kind, schema, field, finding.expected.clone(), seen)
        };
        let own = change(observation);
        match merged.iter_mut().find(|other| change(other) == own) {
            Some(other) => other.merge(observation.clone()),
            None => merged.push(observation.clone()),
        }
    }
    merged
}

/// The schema that a change concerns.
fn changed(layout: &Layout, row: &Row, kind: Deviation) -> Option<String> {
    let key = match kind {
        Deviation::UnknownField => "properties",
        Deviation::UnknownValue => "enum",
        Deviation::NotADate => "format",
        // Of limits, one of several keywords; the schema that says them is the last one.
        Deviation::OutOfBounds => return row.pointers.last().cloned(),
        _ => return used(row).ok(),
    };
    holder(layout, row, key).or_else(|_| used(row)).ok()
}

/// The text after the change that one observation asks for.
fn draft(text: &str, table: &Table, observation: &Observation) -> Result<String, Stuck> {
    let mut text = text.to_owned();
    loop {
        // Each time anew: a change moves the lines.
        let mut layout = Layout::parse(SPEC, &text)?;
        match mend(&mut layout, table, observation) {
            Ok(()) => return Ok(layout.text()),
            Err(Stuck::Flow(place)) => {
                let before = Layout::parse(SPEC, &text)?;
                layout = Layout::parse(SPEC, &text)?;
                if !layout.unfold(&place) {
                    return Err(Stuck::Flow(place));
                }
                text = layout.text();
                let after = Layout::parse(SPEC, &text)?;
                if after.value("") != before.value("") || after.block(&place).is_err() {
                    return Err(Stuck::Flow(place));
                }
            }
            Err(stuck) => return Err(stuck),
        }
    }
}

fn mend(layout: &mut Layout, table: &Table, observation: &Observation) -> Result<(), Stuck> {
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
        other => Err(format!("there is no draft for {other}").into()),
    }
}

/// The schema, among those that a row is made of, that has a key.
fn holder(layout: &Layout, row: &Row, key: &str) -> Result<String, Stuck> {
    let has = |pointer: &&String| {
        layout
            .value(pointer)
            .is_some_and(|schema| schema.get(key).is_some())
    };
    let found = row.pointers.iter().find(has);
    found
        .cloned()
        .ok_or_else(|| format!("no schema with `{key}` was found").into())
}

/// The schema at the place where the value is used.
fn used(row: &Row) -> Result<String, Stuck> {
    row.pointers
        .first()
        .cloned()
        .ok_or_else(|| "the spec says nothing of the value".into())
}

fn remove(layout: &mut Layout, schema: &str, key: &str) -> Result<(), Stuck> {
    let block = layout.block(&join(schema, key))?;
    layout.remove(block);
    Ok(())
}

fn add_field(layout: &mut Layout, row: &Row, observation: &Observation) -> Result<(), Stuck> {
    let schema = holder(layout, row, "properties").or_else(|_| used(row))?;
    let Some((_, name)) = &observation.field else {
        // A map of all that is not known could not be private: `Debug` would show its keys.
        return Err(
            "keys that look like data stand among the fields; a person must say what they are"
                .into(),
        );
    };
    let mut draft = Draft::new(layout, &schema);
    // Only a named schema's own property can be private.
    let own = schema.starts_with("/components/schemas/") && schema.matches('/').count() == 3;
    let mut lines = draft.value(&observation.sketch, &name.to_upper_camel_case(), true);
    if !own && lines.iter().any(|line| line == PRIVATE) {
        return Err(NO_PROPERTY.into());
    }
    lines.insert(0, format!("description: {SEEN}"));
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
) -> Result<(), Stuck> {
    let Some((owner, name)) = &observation.field else {
        return Err("it is no field".into());
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
        return Err(Stuck::Flow(join(&list, index)));
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
) -> Result<(), Stuck> {
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
        let mut lines = vec![nullable, "allOf:".to_owned()];
        lines.extend(item(layout.lines(reference), reference.indent));
        layout.insert(reference.end, reference.indent, &lines);
        layout.cut(reference);
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
    let others = count(others, "value");
    format!("{others} that no vocabulary would have, and that are not written")
}

fn add_values(layout: &mut Layout, row: &Row, observation: &Observation) -> Result<(), Stuck> {
    let words = &observation.words;
    if words.is_empty() {
        return Err(no_words(observation).into());
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
fn loosen(layout: &mut Layout, row: &Row, expected: &str) -> Result<(), Stuck> {
    match expected {
        "int32" => {
            let format = layout.block(&join(&holder(layout, row, "format")?, "format"))?;
            layout.edit(format.first, |line| line.replacen("int32", "int64", 1));
            return Ok(());
        }
        "no item twice" => return take(layout, row, &["uniqueItems"]),
        _ if expected.starts_with("a multiple") => return take(layout, row, &["multipleOf"]),
        "int64" => {
            return Err("a whole number of more than 64 bits has no Rust type here".into());
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
    take(layout, row, keys)
}

/// Takes out keys, of which the first is there mostly.
fn take(layout: &mut Layout, row: &Row, keys: &[&str]) -> Result<(), Stuck> {
    let mut found = Err(format!("no schema with `{}` was found", keys[0]).into());
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
fn add_alternative(layout: &mut Layout, row: &Row, observation: &Observation) -> Result<(), Stuck> {
    let seen: Vec<Kind> = observation.sketch.kinds.iter().copied().collect();
    if row.kind == Some(Kind::Integer) && seen == [Kind::Number] {
        return make_number(layout, row);
    }
    let schema = holder(layout, row, "oneOf").or_else(|_| used(row))?;
    if is_personal(&observation.sketch) {
        hide(layout, &used(row)?)?;
        hide(layout, &schema)?;
        *layout = Layout::parse(SPEC, &layout.text())?;
    }
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
        blocks.push(layout.with_comments(layout.block(&join(&schema, key))?));
    }
    blocks.sort_by_key(|block| block.first);
    let mut first = item(
        blocks.iter().flat_map(|block| layout.lines(*block)),
        whole.indent,
    );
    if !entries.contains_key("title") && !entries.contains_key("$ref") {
        let title = row.kind.map_or("Value", Kind::as_str).to_upper_camel_case();
        first.push(format!("    title: {title}"));
    }
    let mut new = vec!["oneOf:".to_owned()];
    new.append(&mut first);
    new.extend(lines.drain(..).map(|line| format!("  {line}")));
    layout.insert(whole.end, whole.indent, &new);
    for block in blocks.iter().rev() {
        layout.cut(*block);
    }
    draft.finish(layout)
}

/// Lines of a mapping as an item of a list; comments in front of its first key, in front
/// of its dash.
fn item<'a>(lines: impl IntoIterator<Item = &'a String>, indent: usize) -> Vec<String> {
    let mut item: Vec<String> = Vec::new();
    let mut lead = "  - ";
    for text in lines {
        let text = text.get(indent..).unwrap_or_default();
        if lead == "  - " && text.starts_with('#') {
            item.push(format!("  {text}"));
            continue;
        }
        item.push(format!("{lead}{text}"));
        lead = "    ";
    }
    item
}

fn make_number(layout: &mut Layout, row: &Row) -> Result<(), Stuck> {
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
