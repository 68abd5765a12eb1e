//! One kind of edit to the spec for each kind of finding.

use heck::ToUpperCamelCase;
use ofauth_contract::{Deviation, Kind, Observation, Row, Table};
use serde_json::Value;

use super::private::{self, PRIVATE};
use super::schema::NewSchemas;
use crate::generator::document::join;
use crate::report::count;
use crate::spec::SPEC;
use crate::spec::lines::{Lines, quoted};
use crate::spec::schemas::{DRAFTED, property};

/// Makes the edit for one observation.
pub(super) fn edit(
    lines: &mut Lines,
    table: &Table,
    observation: &Observation,
) -> Result<(), String> {
    let row = table.row(observation.row);
    match observation.finding.kind {
        Deviation::UnknownField => add_field(lines, row, observation),
        Deviation::MissingRequired => make_optional(lines, table, observation),
        Deviation::UnexpectedNull => make_nullable(lines, table, observation),
        Deviation::UnknownValue => add_values(lines, row, observation),
        Deviation::OutOfBounds => loosen(lines, row, &observation.finding.expected),
        Deviation::NotADate => {
            let holder = holder(lines, row, "format")?;
            private::hide(lines, &[used(row)?, holder.clone()])?;
            remove(lines, &holder, "format")
        }
        Deviation::WrongType | Deviation::NoAlternative => change_type(lines, row, observation),
        other => Err(format!("{other} can't be drafted")),
    }
}

/// The first of a row's schemas that has a key.
pub(super) fn holder(lines: &Lines, row: &Row, key: &str) -> Result<String, String> {
    let has = |pointer: &&String| lines.value(&join(pointer, key)).is_some();
    let found = row.pointers.iter().find(has);
    found.cloned().ok_or_else(|| format!("no schema with `{key}` was found"))
}

/// The schema at the place where a row's value is used.
pub(super) fn used(row: &Row) -> Result<String, String> {
    let first = row.pointers.first();
    first.cloned().ok_or_else(|| "the spec doesn't describe the value".to_owned())
}

fn remove(lines: &mut Lines, schema: &str, key: &str) -> Result<(), String> {
    let block = lines.block(&join(schema, key))?;
    lines.remove(block);
    Ok(())
}

fn add_field(lines: &mut Lines, row: &Row, observation: &Observation) -> Result<(), String> {
    let schema = holder(lines, row, "properties").or_else(|_| used(row))?;
    let Some((_, name)) = &observation.field else {
        // A map of the unknown keys couldn't be private: `Debug` would show them.
        return Err(
            "some keys look like data, or several fields have the same shape, so they may be people's names; \
             look at the capture and describe what they are"
                .to_owned(),
        );
    };
    let mut new = NewSchemas::new(lines, &schema);
    let mut field = new.value(&observation.shape, &name.to_upper_camel_case(), true);
    let pointer = join(&join(&schema, "properties"), name);
    let can_be_private = property(&pointer).as_ref() == Some(&pointer);
    if !can_be_private && field.iter().any(|line| line == PRIVATE) {
        return Err(private::NO_PROPERTY.to_owned());
    }
    field.insert(0, format!("description: {DRAFTED}"));
    let block = lines.mapping(&join(&schema, "properties"))?;
    lines.insert(block.end, block.indent + 2, &field);
    lines.insert(block.end, block.indent, &[format!("{}:", quoted(name))]);
    new.append(lines)
}

fn make_optional(
    lines: &mut Lines,
    table: &Table,
    observation: &Observation,
) -> Result<(), String> {
    let Some((owner, name)) = &observation.field else {
        return Err("it isn't a field".to_owned());
    };
    let mut schemas = table.row(*owner).pointers.iter();
    let found = schemas.find_map(|schema| {
        let names = lines.value(&join(schema, "required"))?.as_array()?;
        let index = names.iter().position(|other| other == name)?;
        Some((schema.clone(), index, names.len()))
    });
    let (schema, index, count) = found.ok_or("it isn't in any list of required fields")?;
    if count == 1 {
        return remove(lines, &schema, "required");
    }
    let block = lines.block(&join(&join(&schema, "required"), index))?;
    lines.remove(block);
    Ok(())
}

fn make_nullable(
    lines: &mut Lines,
    table: &Table,
    observation: &Observation,
) -> Result<(), String> {
    let schema = used(table.row(observation.row))?;
    let is_array = lines.value(&join(&schema, "type")).is_some_and(|kind| kind == "array");
    // In Rust, a null array and an absent one are the same. The array may already be optional.
    if is_array && make_optional(lines, table, observation).is_ok() {
        lines.reparse(SPEC)?;
    }
    let block = lines.mapping(&schema)?;
    let nullable = "nullable: true".to_owned();
    if let Ok(reference) = lines.block(&join(&schema, "$ref")) {
        let mut wrapped = vec![nullable, "allOf:".to_owned()];
        for (index, line) in lines.lines(reference).iter().enumerate() {
            let text = line.get(reference.indent..).unwrap_or(line.trim_start());
            wrapped.push(format!("  {} {text}", if index == 0 { "-" } else { " " }));
        }
        lines.insert(reference.end, reference.indent, &wrapped);
        lines.cut(reference);
        return Ok(());
    }
    let stated = join(&schema, "nullable");
    if lines.value(&stated).is_some() {
        return lines.replace(&stated, "false", "true");
    }
    let after = match lines.block(&join(&schema, "type")) {
        Ok(kind) => kind.end,
        Err(_) => block.end,
    };
    lines.insert(after, block.indent, &[nullable]);
    Ok(())
}

/// The message about values that may be personal: they are only counted.
pub(super) fn not_written(observation: &Observation) -> String {
    let others = count(observation.others, "value");
    format!("{others} not added to the enum: only words of a small vocabulary are added")
}

fn add_values(lines: &mut Lines, row: &Row, observation: &Observation) -> Result<(), String> {
    let words = &observation.words;
    if words.is_empty() {
        return Err(not_written(observation));
    }
    let list = join(&holder(lines, row, "enum")?, "enum");
    let values = lines.value(&list).and_then(Value::as_array);
    let last = values.map_or(0, |values| values.len().saturating_sub(1));
    let block = lines.block(&join(&list, last))?;
    let words: Vec<String> = words.iter().map(|word| format!("- {}", quoted(word))).collect();
    lines.insert(block.end, block.outer, &words);
    Ok(())
}

/// The keywords that can set a bound, the most common first.
pub(super) fn bounds(row: &Row, expected: &str) -> &'static [&'static str] {
    let upper = expected.starts_with("at most") || expected.starts_with("less");
    match (row.kind, upper) {
        _ if expected.starts_with("int") => &["format"],
        _ if expected == "unique items" => &["uniqueItems"],
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

/// Removes the bound, or widens the format.
fn loosen(lines: &mut Lines, row: &Row, expected: &str) -> Result<(), String> {
    match expected {
        "int32" => {
            let format = join(&holder(lines, row, "format")?, "format");
            return lines.replace(&format, "int32", "int64");
        }
        "int64" => return Err("no Rust type here holds an integer of more than 64 bits".to_owned()),
        _ => {}
    }
    let keys = bounds(row, expected);
    let mut result = Err(format!("no schema with `{}` was found", keys[0]));
    for key in keys {
        if let Ok(schema) = holder(lines, row, key) {
            remove(lines, &schema, key)?;
            lines.reparse(SPEC)?;
            result = Ok(());
        }
    }
    result
}

/// Changes an integer that has fractions to a number. Other types are left to a person.
fn change_type(lines: &mut Lines, row: &Row, observation: &Observation) -> Result<(), String> {
    let is_fraction = observation.shape.kinds.iter().eq(&[Kind::Number]);
    if row.kind != Some(Kind::Integer) || !is_fraction {
        return Err(
            "describe what else it may be, with another type or `oneOf`; if it may hold a person's words, \
             mark it with `x-private: true`"
                .to_owned(),
        );
    }
    let schema = holder(lines, row, "type")?;
    lines.replace(&join(&schema, "type"), "integer", "number")?;
    let format = join(&schema, "format");
    let stated = lines.value(&format).and_then(Value::as_str);
    match stated.map(str::to_owned) {
        Some(stated) => lines.replace(&format, &stated, "double"),
        None => Ok(()),
    }
}
