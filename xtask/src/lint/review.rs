//! Review notes: places that break no rule, but that a person should check.

use serde_json::{Map, Value};

use super::diagnostic::{Diagnostic, RuleId};
use crate::spec::lines::Lines;
use crate::spec::schemas::{DRAFTED, Use, property, uses};

const UNDOCUMENTED: RuleId = ("undocumented", "say what it means, and where the fact comes from");
const PRIVATE: RuleId =
    ("private", "add `x-private: true`, or `x-private: false` if it isn't personal");
const NO_MARK: RuleId =
    ("private", "move its object to a schema under `components`, where it can be marked");
const FLOW_STYLE: RuleId = (
    "block-style",
    "write each key and each item on its own line, so that `drift --update` can edit it",
);

/// Returns the notes for a spec without findings, in the order of their lines.
pub(super) fn notes(lines: &Lines) -> Vec<Diagnostic> {
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
            let reason = "this draft description doesn't say what the value means";
            add(UNDOCUMENTED, &format!("{pointer}/description"), reason);
        }
        let holder = property(&pointer);
        let is_property = holder.as_deref() == Some(&pointer);
        let unmarked = match is_property {
            true => schema["x-private"].is_null(),
            // A mark has no effect here. Values inside a named schema's property are marked there.
            false => holder.is_none() && pointer.rsplit('/').nth(1) == Some("properties"),
        };
        if unmarked && is_personal(&document.value, schema) {
            let reason = "`Debug` shows it, but it may contain someone's message, name or address";
            add(if is_property { PRIVATE } else { NO_MARK }, &pointer, reason);
        }
    }
    notes.sort_by_key(|note| note.problem.position);
    notes
}

/// Formats of strings that can't contain a person's message, name or address.
const IMPERSONAL: &[&str] = &["date-time", "date", "time", "duration", "uuid"];

/// Returns whether a property's value may be personal, such as a message, a name or the URL of a
/// picture: a string that isn't an enum, keys that are data, or any value. The properties of a
/// named schema don't count, since they are checked separately.
fn is_personal(document: &Value, schema: &Value) -> bool {
    let mut schemas: Vec<(&Value, bool)> = vec![(schema, true)];
    let mut seen = Vec::new();
    // References may be circular, so each schema is visited only once.
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
            schemas.extend(properties.into_iter().flat_map(Map::values).map(|part| (part, true)));
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
