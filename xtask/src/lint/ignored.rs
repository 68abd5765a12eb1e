//! Features of parameters that the generator silently ignores.

use serde_json::Value;

/// Returns the keywords that have no effect on the generated client, with their reasons.
pub(super) fn keywords(document: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut add = |pointer: String, parameter: &Value| {
        for (key, is_ignored, effect) in [
            ("explode", parameter["explode"] == false, "each item of a list separately"),
            ("allowReserved", parameter["allowReserved"] == true, "reserved characters encoded"),
        ] {
            if parameter["in"] == "query" && is_ignored {
                let reason = format!("the generated client ignores this, and writes {effect}");
                found.push((format!("{pointer}/{key}"), reason));
            }
        }
    };
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    for (name, parameter) in document["components"]["parameters"].as_object().into_iter().flatten()
    {
        add(format!("/components/parameters/{}", escaped(name)), parameter);
    }
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        let path = format!("/paths/{}", escaped(path));
        let operations = item.as_object().into_iter().flatten();
        let operations = operations.map(|(method, part)| (format!("{path}/{method}"), part));
        for (holder, part) in operations.chain([(path.clone(), item)]) {
            let parameters = part["parameters"].as_array().into_iter().flatten();
            for (index, parameter) in parameters.enumerate() {
                add(format!("{holder}/parameters/{index}"), parameter);
            }
        }
    }
    found
}
