//! Builds tables from documents: OpenAPI 3.0 and 3.1, and single JSON Schemas.
//!
//! References, `allOf` and nested alternatives are resolved here, so that equivalent documents give
//! the same rows.

mod alternatives;
mod bounds;
mod keywords;
mod operation;
mod reference;
mod schema;
mod server;
mod unread;

use std::collections::BTreeMap;

use operation::Operations;
use reference::Part;
use schema::Schemas;
use serde_json::Value;

use crate::mistake::Mistake;
use crate::table::{Operation, RowId, Table};

const METHODS: &[&str] = &["get", "put", "post", "delete", "options", "head", "patch", "trace"];

impl Table {
    /// Flattens a whole OpenAPI document.
    ///
    /// # Errors
    ///
    /// Returns an error if the value isn't an OpenAPI 3.0 or 3.1 document, or has a mistake; the
    /// error says where and what.
    pub fn of_document(document: &Value) -> Result<Self, Mistake> {
        let (operations, mut schemas) = operations(document, |_, _| true)?;
        // Mistakes in schemas that no operation uses affect nothing else.
        schemas.lenient = true;
        let mut named = BTreeMap::new();
        if let Some(components) = root(document).get("components") {
            for (name, part) in components.entries("schemas")? {
                named.insert(name.clone(), schemas.row(part)?);
            }
        }
        let mut webhooks = BTreeMap::new();
        for (name, part) in root(document).entries("webhooks")? {
            webhooks.insert(name.clone(), unread::expanded(&part, document));
        }
        Ok(Self { rows: schemas.rows, operations, schemas: named, webhooks })
    }

    /// Flattens only the operations whose method and path are wanted, because a document may have
    /// hundreds. If a path is wanted only with the path of its server's URL before it, the two are
    /// joined: `/chats` on `https://host/v2/access` becomes `/v2/access/chats`.
    ///
    /// # Errors
    ///
    /// Like [`of_document`](Self::of_document), but only for mistakes in the wanted operations.
    pub fn of_operations(
        document: &Value,
        wanted: impl Fn(&str, &str) -> bool,
    ) -> Result<Self, Mistake> {
        let (operations, schemas) = operations(document, wanted)?;
        Ok(Self { rows: schemas.rows, operations, ..Self::default() })
    }

    /// Flattens a single JSON Schema, and returns the table and the schema's row.
    ///
    /// # Errors
    ///
    /// Returns an error if the schema has a mistake; the error says where and what.
    pub fn of_schema(schema: &Value) -> Result<(Self, RowId), Mistake> {
        let mut schemas = Schemas::new(schema);
        let row = schemas.row(root(schema))?;
        let table = Self { rows: schemas.rows, ..Self::default() };
        Ok((table, row))
    }
}

fn operations(
    document: &Value,
    wanted: impl Fn(&str, &str) -> bool,
) -> Result<(Vec<Operation>, Schemas<'_>), Mistake> {
    let root = root(document);
    version(&root)?;
    let mut flatten = Operations { root: root.clone(), schemas: Schemas::new(document) };
    let mut operations = Vec::new();
    let paths = root.entries("paths")?;
    for (path, item) in &paths {
        if path.starts_with("x-") {
            continue;
        }
        let item = item.resolved(document)?;
        for method in METHODS {
            let Some(part) = item.get(method) else {
                continue;
            };
            let method = method.to_uppercase();
            if wanted(&method, path) {
                operations.push(flatten.operation(method, path, &item, &part)?);
                continue;
            }
            // The server's URL may have the first part of the path.
            let servers = flatten.default_urls(&item, &part);
            let mut bases = servers.iter().map(|url| server::split(url).1);
            let Some(base) = bases.find(|base| {
                let whole = format!("{base}{path}");
                wanted(&method, &whole) && !paths.iter().any(|(path, _)| **path == whole)
            }) else {
                continue;
            };
            let mut operation = flatten.operation(method, path, &item, &part)?;
            operation.path = format!("{base}{path}");
            let whole = |url: &String| match server::split(url) {
                ("", path) if path == base => "/".to_owned(),
                (origin, path) if path == base => origin.to_owned(),
                _ => url.clone(),
            };
            operation.servers = servers.iter().map(whole).collect();
            operations.push(operation);
        }
    }
    Ok((operations, flatten.schemas))
}

fn root(document: &Value) -> Part<'_> {
    Part { value: document, pointer: String::new() }
}

fn version(root: &Part<'_>) -> Result<(), Mistake> {
    root.mapping()?;
    let reason =
        "this is not an OpenAPI document; it must have `openapi: 3.0.3`, or another 3.0 or 3.1";
    let version = root.text("openapi")?.ok_or_else(|| root.mistake(reason))?;
    match version.starts_with("3.0") || version.starts_with("3.1") {
        true => Ok(()),
        false => {
            Err(Mistake::new("/openapi", format!("`{version}` is not supported; use 3.0 or 3.1")))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A parent whose alternatives, by `oneOf` or only by a discriminator, contain it.
    fn family(count: usize, discriminated: bool) -> Value {
        let name = |index| format!("C{index}");
        let pointer = |index| format!("#/components/schemas/{}", name(index));
        let mut schemas = serde_json::Map::new();
        for index in 0..count {
            let own = json!({ "properties": { format!("a{index}"): { "type": "string" } } });
            let parts = json!([{ "$ref": "#/components/schemas/Parent" }, own]);
            schemas.insert(name(index), json!({ "allOf": parts }));
        }
        let children: Vec<Value> =
            (0..count).map(|index| json!({ "$ref": pointer(index) })).collect();
        let mapping: serde_json::Map<String, Value> =
            (0..count).map(|index| (format!("v{index}"), pointer(index).into())).collect();
        let parent = match discriminated {
            true => json!({ "discriminator": { "propertyName": "kind", "mapping": mapping } }),
            false => json!({ "oneOf": children }),
        };
        schemas.insert("Parent".to_owned(), parent);
        json!({ "openapi": "3.0.3", "paths": {}, "components": { "schemas": schemas } })
    }

    #[test]
    fn the_number_of_rows_of_children_that_contain_their_parent_is_linear() {
        for discriminated in [false, true] {
            let rows = |count| {
                Table::of_document(&family(count, discriminated)).map(|table| table.rows.len())
            };
            let (ten, hundred) = (rows(10).unwrap(), rows(100).unwrap());
            assert!(hundred <= ten * 10, "{ten} {hundred}");
        }
    }
}
