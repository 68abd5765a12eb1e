//! Captured responses: a body, JSON lines, a HAR file, or stdin.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::{fs, io};

use base64::Engine;
use ofauth_contract::{Drift, Finding, Observation, Operation, RowId, Table};
use serde::Deserialize;
use serde_json::Value;

/// What captures say that the contract does not, for each response that they are of.
pub(crate) struct Captures {
    table: Arc<Table>,
    /// The operation that a body by itself is a response of.
    operation: Option<String>,
    drifts: BTreeMap<RowId, Drift>,
    /// How many bodies were looked at.
    pub(crate) bodies: u64,
    /// How many entries of HAR files were of something else.
    pub(crate) others: u64,
}

#[derive(Deserialize)]
struct Har {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    request: Request,
    response: Response,
}

#[derive(Deserialize)]
struct Request {
    method: String,
    url: String,
}

#[derive(Deserialize)]
struct Response {
    status: u16,
    content: Content,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Content {
    #[serde(default)]
    mime_type: String,
    text: Option<String>,
    encoding: Option<String>,
}

/// The bytes of a capture: of a file, or of stdin where its name is `-`.
pub(crate) fn bytes(name: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    match name {
        "-" => io::stdin().read_to_end(&mut bytes).map(drop),
        _ => fs::read(Path::new(name)).map(|read| bytes = read),
    }
    .map_err(|error| format!("{name}: {error}"))?;
    Ok(bytes)
}

impl Captures {
    pub(crate) fn new(table: Table, operation: Option<String>) -> Self {
        Self {
            table: Arc::new(table),
            operation,
            drifts: BTreeMap::new(),
            bodies: 0,
            others: 0,
        }
    }

    pub(crate) fn table(&self) -> &Table {
        &self.table
    }

    /// Looks at the bytes of a capture.
    pub(crate) fn look(&mut self, name: &str, bytes: &[u8]) -> Result<(), String> {
        if is_har(bytes) {
            return self.har(name, bytes);
        }
        let row = self.response_of(bytes)?;
        let count = self.drift(row).observe_all(bytes);
        self.bodies += count.map_err(|error| format!("{name}: {error}"))?;
        Ok(())
    }

    fn har(&mut self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let har: Har = serde_json::from_slice(bytes).map_err(|error| {
            // The error's own words could quote a value.
            let (line, column) = (error.line(), error.column());
            format!("{name}: this is no HAR file from line {line}, column {column} on")
        })?;
        let before = self.bodies;
        let entries = har.log.entries.len();
        for (index, entry) in har.log.entries.into_iter().enumerate() {
            let Some((row, body)) = self.body(entry) else {
                self.others += 1;
                continue;
            };
            let place = format!("{name}: entry {index}");
            let body = body.map_err(|reason| format!("{place}: {reason}"))?;
            let observed = self.drift(row).observe(&body);
            observed.map_err(|error| format!("{place}: {error}"))?;
            self.bodies += 1;
        }
        match self.bodies - before {
            0 => Err(format!(
                "{name}: of its {entries} entries, none is a JSON response of an operation of the spec"
            )),
            _ => Ok(()),
        }
    }

    /// The body of an entry, where it is a response that the contract describes.
    fn body(&self, entry: Entry) -> Option<(RowId, Result<Vec<u8>, String>)> {
        let Entry { request, response } = entry;
        let path = request.url.split_once("://").map_or("", |(_, rest)| rest);
        let path = path.split(['?', '#']).next()?;
        let operation = self.table.operations().iter().find(|operation| {
            operation.method.eq_ignore_ascii_case(&request.method)
                && leads_to(path, &operation.path)
        })?;
        let row = operation.response(response.status)?.json()?;
        let content = response.content;
        if !content.mime_type.is_empty() && !content.mime_type.contains("json") {
            return None;
        }
        let text = content.text.filter(|text| !text.is_empty())?;
        let body = match content.encoding.as_deref() {
            Some("base64") => base64::engine::general_purpose::STANDARD
                .decode(text)
                .map_err(|_| "its content is no base64".to_owned()),
            _ => Ok(text.into_bytes()),
        };
        Some((row, body))
    }

    /// The row of the response that a body by itself is of: the one operation's, the one
    /// that was asked for, or the one of which it has the most fields.
    fn response_of(&self, bytes: &[u8]) -> Result<RowId, String> {
        let success = |operation: &Operation| operation.success()?.1.json();
        let operations = self.table.operations().iter();
        let wanted = |operation: &&Operation| match &self.operation {
            Some(id) => operation.id.as_ref() == Some(id),
            None => true,
        };
        let rows: Vec<RowId> = operations.filter(wanted).filter_map(success).collect();
        match (&rows[..], &self.operation) {
            ([row], _) => Ok(*row),
            ([], Some(id)) => Err(format!(
                "the spec has no operation `{id}` with a JSON response"
            )),
            ([], None) => Err("the spec has no operation with a JSON response".to_owned()),
            _ => {
                // A body that cannot be read says so where it is looked at.
                let mut bodies = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>();
                let body = bodies.next().and_then(Result::ok).unwrap_or_default();
                let known = |row: &RowId| {
                    let properties = &self.table.row(*row).properties;
                    let keys = body.as_object().into_iter().flat_map(|body| body.keys());
                    keys.filter(|key| properties.contains_key(*key)).count()
                };
                // Of several with as many, the first.
                let best = rows.iter().rev().max_by_key(|row| known(row));
                Ok(*best.unwrap_or(&rows[0]))
            }
        }
    }

    fn drift(&mut self, row: RowId) -> &mut Drift {
        let table = &self.table;
        let new = || Drift::new(table.clone(), row);
        self.drifts.entry(row).or_insert_with(new)
    }

    /// All that was found.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        self.drifts.values().flat_map(Drift::findings).collect()
    }

    /// The same, with what it takes to mend the spec.
    pub(crate) fn observations(&self) -> impl Iterator<Item = &Observation> {
        self.drifts.values().flat_map(Drift::observations)
    }
}

/// Whether a file begins like a HAR file: no response of the API does.
fn is_har(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(200)];
    let text: String = String::from_utf8_lossy(start).split_whitespace().collect();
    text.trim_start_matches('\u{feff}')
        .starts_with("{\"log\":{")
}

/// Whether a URL's host and path end with a path of the spec.
fn leads_to(path: &str, template: &str) -> bool {
    let mut parts = path.trim_end_matches('/').rsplit('/');
    let mut wanted = template
        .trim_end_matches('/')
        .rsplit('/')
        .filter(|part| !part.is_empty());
    wanted.all(|wanted| {
        let part = parts.next();
        part.is_some_and(|part| wanted.starts_with('{') || part == wanted)
    })
}
