//! One change of the spec's text for each kind of difference.

use heck::ToUpperCamelCase;
use ofauth_contract::{Deviation, Kind, Observation, Row, Table};
use serde_json::Value;

use crate::drift::draft::schema::{Draft, NO_PROPERTY, PRIVATE, SEEN, hide, is_personal, quoted};
use crate::generator::document::join;
use crate::report::count;
use crate::spec::SPEC;
use crate::spec::lines::{Layout, Stuck};

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

/// Changes the lines that one observation asks to change.
pub(crate) fn mend(
    layout: &mut Layout,
    table: &Table,
    observation: &Observation,
) -> Result<(), Stuck> {
    let row = table.row(observation.row);
    match observation.finding.kind {
        Deviation::UnknownField => add_field(layout, row, observation),
        Deviation::MissingRequired => make_optional(layout, table, observation),
        Deviation::UnexpectedNull => make_nullable(layout, table, observation),
        Deviation::UnknownValue => add_values(layout, row, observation),
        Deviation::OutOfBounds => loosen(layout, row, &observation.finding.expected),
        Deviation::NotADate => {
            let holder = holder(layout, row, "format")?;
            hide(layout, &[used(row)?, holder.clone()])?;
            remove(layout, &holder, "format")
        }
        Deviation::WrongType | Deviation::NoAlternative => {
            add_alternative(layout, row, observation)
        }
        other => Err(format!("there is no draft for {other}").into()),
    }
}

/// The schema, among those that a row is made of, that has a key.
pub(crate) fn holder(layout: &Layout, row: &Row, key: &str) -> Result<String, Stuck> {
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
pub(crate) fn used(row: &Row) -> Result<String, Stuck> {
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
            "keys that look like data stand among the fields, or several of one shape, which may be people's names; \
             a person must look at the capture, and say what they are"
                .into(),
        );
    };
    let mut draft = Draft::new(layout, &schema);
    // Only a named schema's own property can be private.
    let own = schema.starts_with("/components/schemas/") && schema.matches('/').count() == 3;
    let mut lines = draft.value(&observation.shape, &name.to_upper_camel_case(), true);
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
    let stated = join(&schema, "nullable");
    if layout.value(&stated).is_some() {
        return layout.replace(&stated, "false", "true");
    }
    let line = layout
        .block(&join(&schema, "type"))
        .map_or(block.first, |kind| kind.end);
    let line = if line == block.first { block.end } else { line };
    layout.insert(line, block.indent, &[nullable]);
    Ok(())
}

/// Values that may be a person's are only counted.
pub(crate) fn no_words(observation: &Observation) -> String {
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
    layout.insert(block.end, block.outer, &lines);
    Ok(())
}

/// The keywords that say a limit; the first is there mostly.
pub(crate) fn limits(row: &Row, expected: &str) -> &'static [&'static str] {
    let upper = expected.starts_with("at most") || expected.starts_with("less");
    match (row.kind, upper) {
        _ if expected.starts_with("int") => &["format"],
        _ if expected == "no item twice" => &["uniqueItems"],
        _ if expected.starts_with("a multiple") => &["multipleOf"],
        (Some(Kind::Integer | Kind::Number), false) => &["minimum", "exclusiveMinimum"],
        (Some(Kind::Integer | Kind::Number), true) => &["maximum", "exclusiveMaximum"],
        (Some(Kind::String), false) => &["minLength"],
        (Some(Kind::String), true) => &["maxLength"],
        (Some(Kind::Array), false) => &["minItems"],
        (Some(Kind::Array), true) => &["maxItems"],
        (_, false) => &["minProperties"],
        (_, true) => &["maxProperties"],
    }
}

/// Takes out the limit, or the narrower format.
fn loosen(layout: &mut Layout, row: &Row, expected: &str) -> Result<(), Stuck> {
    match expected {
        "int32" => {
            let format = join(&holder(layout, row, "format")?, "format");
            layout.replace(&format, "int32", "int64")
        }
        "int64" => Err("a whole number of more than 64 bits has no Rust type here".into()),
        _ => take(layout, row, limits(row, expected)),
    }
}

/// Takes out those of some keys that are there.
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
    let seen: Vec<Kind> = observation.shape.kinds.iter().copied().collect();
    if row.kind == Some(Kind::Integer) && seen == [Kind::Number] {
        return make_number(layout, row);
    }
    let schema = holder(layout, row, "oneOf").or_else(|_| used(row))?;
    if is_personal(&observation.shape) {
        hide(layout, &[used(row)?, schema.clone()])?;
    }
    let mut draft = Draft::new(layout, &schema);
    let mut lines = draft.alternative(&observation.shape);
    for list in ["oneOf", "anyOf"] {
        if let Ok(block) = layout.block(&join(&schema, list)) {
            let items = layout.block(&join(&join(&schema, list), 0))?;
            layout.insert(block.end, items.outer, &lines);
            return draft.finish(layout);
        }
    }
    let whole = layout.mapping(&schema)?;
    let parts = layout
        .value(&join(&schema, "allOf"))
        .and_then(Value::as_array);
    let single = parts.is_some_and(|parts| parts.len() == 1);
    if single && let Ok(block) = layout.block(&join(&schema, "allOf")) {
        let items = layout.block(&join(&join(&schema, "allOf"), 0))?;
        layout.insert(block.end, items.outer, &lines);
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
        // A comment may stand further to the left.
        let own = text.len() - text.trim_start().len();
        let text = &text[indent.min(own)..];
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
    layout.replace(&join(&schema, "type"), "integer", "number")?;
    let format = join(&schema, "format");
    let stated = layout.value(&format).and_then(Value::as_str);
    match stated.map(str::to_owned) {
        Some(stated) => layout.replace(&format, &stated, "double"),
        None => Ok(()),
    }
}
