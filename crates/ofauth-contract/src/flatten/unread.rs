//! Parts of a document that are compared but not interpreted: webhooks and callbacks.

use serde_json::{Map, Value};

use super::reference::Part;

/// The maximum number of values in such a part, with everything that it refers to.
const LIMIT: usize = 50_000;

/// Keywords that only people read.
const SILENT: &[&str] = &["description", "example", "examples", "externalDocs", "summary", "title"];

/// Returns a part with its references resolved and without what only people read. A reference that
/// leads back to itself, or to nothing, remains, and so does everything beyond the limit.
pub(super) fn expanded<'a>(part: &Part<'a>, root: &'a Value) -> Value {
    Expansion { root, above: Vec::new(), left: LIMIT }.value(part.value)
}

struct Expansion<'a> {
    root: &'a Value,
    /// The references that are being resolved.
    above: Vec<&'a str>,
    left: usize,
}

impl<'a> Expansion<'a> {
    fn value(&mut self, value: &'a Value) -> Value {
        if self.left == 0 {
            return value.clone();
        }
        self.left -= 1;
        match value {
            Value::Object(entries) => {
                let reference = entries.get("$ref").and_then(Value::as_str);
                match reference.and_then(|target| self.target(target)) {
                    Some(target) => target,
                    None => Value::Object(self.entries(entries)),
                }
            }
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect(),
            _ => value.clone(),
        }
    }

    fn target(&mut self, target: &'a str) -> Option<Value> {
        let value = self.root.pointer(target.strip_prefix('#')?)?;
        if self.above.contains(&target) {
            return None;
        }
        self.above.push(target);
        let expanded = self.value(value);
        self.above.pop();
        Some(expanded)
    }

    fn entries(&mut self, entries: &'a Map<String, Value>) -> Map<String, Value> {
        let read = entries.iter().filter(|(key, value)| {
            // A property may have such a name, too; then it is a schema.
            (value.is_object() || !SILENT.contains(&key.as_str())) && !key.starts_with("x-")
        });
        read.map(|(key, value)| (key.clone(), self.value(value))).collect()
    }
}
