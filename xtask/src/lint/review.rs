//! What breaks no rule of the spec, and that a person should look at again.

use serde_json::{Map, Value};

use crate::drift::draft::schema::{SEEN, property};
use crate::generator::document::Document;
use crate::lint::rules::Use;
use crate::lint::{self, Finding};

const UNDOCUMENTED: (&str, &str) = (
    "undocumented",
    "say what it means, and where the fact comes from",
);
const PRIVATE: (&str, &str) = (
    "private",
    "add `x-private: true`, or `x-private: false` where it is nobody's",
);
const NO_MARK: (&str, &str) = (
    "private",
    "give its object a schema of its own under `components`, where it can be marked",
);

/// What breaks no rule, and that nobody but a person can decide.
pub(crate) fn notes(yaml: &str) -> Vec<Finding> {
    let Ok(document) = Document::parse(yaml) else {
        return Vec::new();
    };
    let received = lint::uses(&document.value).into_iter();
    let received = received.filter(|(_, used)| *used == Use::Received);
    let mut notes = Vec::new();
    for (pointer, _) in received {
        let schema = document.value.pointer(&pointer).unwrap_or(&Value::Null);
        if schema["description"] == SEEN {
            let place = format!("{pointer}/description");
            let reason = "a draft's words, which say nothing of the meaning";
            notes.push(lint::own(UNDOCUMENTED, document.problem(&place, reason)));
        }
        let holder = property(&pointer);
        let mut keys = pointer.rsplit('/').skip(1);
        let own = holder.as_deref() == Some(&pointer);
        let unmarked = match own {
            true => schema["x-private"].is_null(),
            // A mark has no effect there, and the property that it stands in is asked.
            false => holder.is_none() && keys.next() == Some("properties"),
        };
        if unmarked && is_personal(&document.value, schema) {
            let reason = "`Debug` shows it, and it may be a person's words, name or address";
            let rule = if own { PRIVATE } else { NO_MARK };
            notes.push(lint::own(rule, document.problem(&pointer, reason)));
        }
    }
    notes.sort_by_key(|note| note.problem.position);
    notes
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
            schemas.extend(
                properties
                    .into_iter()
                    .flat_map(Map::values)
                    .map(|one| (one, true)),
            );
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
