//! What breaks no rule of the spec, and that a person should look at again.

use serde_json::{Map, Value};

use super::diagnostic::{Diagnostic, RuleId};
use crate::spec::SPEC;
use crate::spec::lines::Lines;
use crate::spec::schemas::{DRAFTED, Use, property, uses};

const UNDOCUMENTED: RuleId = ("undocumented", "say what it means, and where the fact comes from");
const PRIVATE: RuleId =
    ("private", "add `x-private: true`, or `x-private: false` if it is nobody's");
const NO_MARK: RuleId =
    ("private", "give its object a schema of its own under `components`, where it can be marked");
const FLOW_STYLE: RuleId = (
    "block-style",
    "write each key and each item on its own line, so that `drift --update` can edit it",
);

/// What breaks no rule, but should be looked at by a person.
pub(super) fn notes(yaml: &str) -> Result<Vec<Diagnostic>, String> {
    let lines = Lines::parse(SPEC, yaml)?;
    let document = lines.document();
    let mut notes = Vec::new();
    let mut add = |rule, pointer: &str, reason: &str| {
        notes.push(Diagnostic::in_spec(rule, document.problem(pointer, reason)));
    };
    for pointer in lines.flow_collections() {
        add(FLOW_STYLE, &pointer, "it is in flow style (`{…}`, `[…]`)");
    }
    let received = uses(&document.value).into_iter();
    for (pointer, _) in received.filter(|(_, used)| *used == Use::Received) {
        let schema = document.value.pointer(&pointer).unwrap_or(&Value::Null);
        if schema["description"] == DRAFTED {
            let reason = "a draft's words, which say nothing of the meaning";
            add(UNDOCUMENTED, &format!("{pointer}/description"), reason);
        }
        let holder = property(&pointer);
        let is_property = holder.as_deref() == Some(&pointer);
        let unmarked = match is_property {
            true => schema["x-private"].is_null(),
            // A mark has no effect here. What lies within a named schema's property is marked there.
            false => holder.is_none() && pointer.rsplit('/').nth(1) == Some("properties"),
        };
        if unmarked && is_personal(&document.value, schema) {
            let reason = "`Debug` shows it, and it may be a person's words, name or address";
            add(if is_property { PRIVATE } else { NO_MARK }, &pointer, reason);
        }
    }
    notes.sort_by_key(|note| note.problem.position);
    Ok(notes)
}

/// Formats of texts that are nobody's words, name or address.
const IMPERSONAL: &[&str] = &["date-time", "date", "time", "duration", "uuid"];

/// Whether a property's value may be what a person wrote, is called or is shown in: a text of
/// no vocabulary, keys that are data, or any value. What named schemas hold in properties of
/// their own is asked for there.
fn is_personal(document: &Value, schema: &Value) -> bool {
    let mut schemas: Vec<(&Value, bool)> = vec![(schema, true)];
    let mut seen = Vec::new();
    // Each schema is looked at once, however they refer to each other.
    while let Some((schema, inline)) = schemas.pop() {
        if let Some(target) = schema["$ref"].as_str() {
            if !seen.contains(&target) {
                seen.push(target);
                let named = document.pointer(target.trim_start_matches('#'));
                schemas.extend(named.map(|schema| (schema, false)));
            }
            continue;
        }
        let lists = ["allOf", "anyOf", "oneOf"].map(|list| schema[list].as_array());
        let parts = lists.into_iter().flatten().flatten();
        let before = schemas.len();
        schemas.extend(parts.map(|part| (part, true)));
        let composed = schemas.len() > before;
        let properties = schema["properties"].as_object();
        if inline {
            schemas.extend(properties.into_iter().flat_map(Map::values).map(|one| (one, true)));
        }
        let format = schema["format"].as_str().unwrap_or_default();
        let more = &schema["additionalProperties"];
        match schema["type"].as_str() {
            Some("string") if schema["enum"].is_null() && !IMPERSONAL.contains(&format) => {
                return true;
            }
            Some("array") => schemas.push((&schema["items"], true)),
            Some("object") | None if more.is_object() || more == true => return true,
            Some("object") | None if !composed && properties.is_none() => return true,
            _ => {}
        }
    }
    false
}
