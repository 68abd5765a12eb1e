//! Features of parameters and forms that the generator silently ignores, or writes wrongly.

use serde_json::Value;

use crate::generator::document::{referenced, walk};

/// Returns the keywords that have no effect on the generated client, or that it can't follow, with
/// their reasons.
pub(super) fn keywords(document: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let is_compound = |schema: &Value| {
        let kind = &resolved(document, schema)["type"];
        kind == "array" || kind == "object"
    };
    walk(document, "", &mut |value, pointer| {
        let mut add =
            |below: &str, reason: String| found.push((format!("{pointer}{below}"), reason));
        if value["in"] == "query" && value["name"].is_string() {
            for (key, is_ignored, effect) in [
                ("explode", value["explode"] == false, "each item of a list separately"),
                ("allowReserved", value["allowReserved"] == true, "reserved characters encoded"),
                ("style", value["style"] == "deepObject", "each property of an object by its name"),
            ] {
                if is_ignored {
                    let reason = format!("the generated client ignores this, and writes {effect}");
                    add(&format!("/{key}"), reason);
                }
            }
        }
        let is_text = value["in"] == "header" || value["in"] == "path";
        if is_text && value["name"].is_string() && is_compound(&value["schema"]) {
            add("/schema", "the generated client can't write a list or an object here".to_owned());
        }
        if pointer.ends_with("/application~1x-www-form-urlencoded") {
            let properties = resolved(document, &value["schema"])["properties"].as_object();
            let mut compound = properties.into_iter().flatten().filter(|(_, one)| is_compound(one));
            if let Some((name, _)) = compound.next() {
                let reason =
                    format!("the generated client can't write `{name}`, a list or an object");
                add("/schema", reason);
            }
        }
        // Examples may look like anything.
        !["/example", "/examples", "/default", "/enum"].iter().any(|end| pointer.ends_with(end))
    });
    found
}

/// Returns a schema, or the named one that it refers to.
fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    referenced(schema).map_or(schema, |name| &document["components"]["schemas"][name])
}
