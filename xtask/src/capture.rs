//! Captured responses: a body, JSON lines, a HAR file, or stdin.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::{fmt, fs, io};

use base64::Engine;
use ofauth_contract::{Deviation, Drift, Finding, Kind, Observation, Operation, RowId, Table};
use serde::{Deserialize, Serialize};

use crate::shape::Shape;
use crate::spec;

/// What some programs put in front of a text.
const BOM: &[u8] = b"\xef\xbb\xbf";

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
    /// The bodies that cannot be read, among others that can.
    pub(crate) unreadable: Vec<Unreadable>,
    /// How many bodies share no field with the responses that they could be of.
    pub(crate) strangers: u64,
}

/// A body that cannot be read: where it is, and why.
#[derive(Serialize)]
pub(crate) struct Unreadable {
    capture: String,
    /// Of a HAR file, the entry, from 0.
    entry: Option<usize>,
    reason: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.capture)?;
        if let Some(entry) = self.entry {
            write!(f, ": entry {entry}")?;
        }
        write!(f, ": {}", self.reason)
    }
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
    #[serde(default)]
    content: Content,
}

#[derive(Deserialize, Default)]
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
    match bytes.starts_with(spec::GZIP) {
        true => Err(spec::compressed(name)),
        false => Ok(bytes),
    }
}

impl Captures {
    pub(crate) fn new(table: Table, operation: Option<String>) -> Self {
        Self {
            table: Arc::new(table),
            operation,
            drifts: BTreeMap::new(),
            bodies: 0,
            others: 0,
            unreadable: Vec::new(),
            strangers: 0,
        }
    }

    pub(crate) fn table(&self) -> &Table {
        &self.table
    }

    /// Looks at the bytes of a capture.
    pub(crate) fn look(&mut self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
        if is_har(bytes) {
            return self.har(name, bytes);
        }
        let rows = self.responses()?;
        let before = self.bodies;
        let mut failed = Vec::new();
        let mut shapes = serde_json::Deserializer::from_slice(bytes).into_iter::<Shape>();
        let mut start = 0;
        while let Some(shape) = shapes.next() {
            let end = shapes.byte_offset();
            // What follows a mistake of the form is not read: where the next body begins, nobody knows.
            let looked = shape.and_then(|shape| self.observe(&rows, &shape, &bytes[start..end]));
            failed.extend(looked.err());
            start = end;
        }
        if self.bodies == before {
            // Of no body at all, this says that there is nothing.
            let error = failed
                .into_iter()
                .next()
                .map_or_else(|| serde_json::from_slice::<Shape>(b"").map(drop), Err);
            return error.map_err(|error| format!("{name}: {error}"));
        }
        let unreadable = failed.into_iter().map(|error| Unreadable {
            capture: name.to_owned(),
            entry: None,
            reason: error.to_string(),
        });
        self.unreadable.extend(unreadable);
        Ok(())
    }

    /// Looks at a body as the response that it fits best; of several, the first.
    fn observe(
        &mut self,
        rows: &[RowId],
        shape: &Shape,
        body: &[u8],
    ) -> Result<(), serde_json::Error> {
        let fit = |row: &&RowId| self.fit(**row, shape);
        match rows.iter().rev().max_by_key(fit) {
            Some(row) if self.fit(*row, shape).0 > 0 => self.drift(*row).observe(body).map(drop)?,
            _ => self.strangers += 1,
        }
        self.bodies += 1;
        Ok(())
    }

    /// How well a body fits a response: how many of its fields are known, and then how few
    /// required ones it lacks.
    fn fit(&self, row: RowId, shape: &Shape) -> (usize, Reverse<usize>) {
        let row = self.table.row(row);
        let Shape::Object(fields) = shape else {
            let fits = row.kind.is_none()
                || matches!((row.kind, shape), (Some(Kind::Array), Shape::Array));
            return (usize::from(fits), Reverse(0));
        };
        if row.properties.is_empty() {
            let fits = row.kind.is_none_or(|kind| kind == Kind::Object);
            return (usize::from(fits), Reverse(0));
        }
        let has = |name: &String| fields.contains(name);
        let properties = || row.properties.iter();
        let missing = properties().filter(|(name, field)| field.required && !has(name));
        (
            properties().filter(|(name, _)| has(name)).count(),
            Reverse(missing.count()),
        )
    }

    fn har(&mut self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let har: Har = serde_json::from_slice(bytes).map_err(|error| {
            // The error's own words could quote a value.
            let (line, column) = (error.line(), error.column());
            format!("{name}: this is no HAR file from line {line}, column {column} on")
        })?;
        let (before, known) = (self.bodies, self.unreadable.len());
        let entries = har.log.entries.len();
        for (index, entry) in har.log.entries.into_iter().enumerate() {
            let Some((row, body)) = self.body(entry) else {
                self.others += 1;
                continue;
            };
            let observed = body.and_then(|body| {
                let body = body.strip_prefix(BOM).unwrap_or(&body);
                serde_json::from_slice(body)
                    .and_then(|shape| self.observe(&[row], &shape, body))
                    .map_err(|error| error.to_string())
            });
            if let Err(reason) = observed {
                self.unreadable.push(Unreadable {
                    capture: name.to_owned(),
                    entry: Some(index),
                    reason,
                });
            }
        }
        match self.bodies - before {
            0 if self.unreadable.len() == known => Err(format!(
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

    /// The responses that a body by itself may be of: those of success first.
    fn responses(&self) -> Result<Vec<RowId>, String> {
        let operations = self.table.operations().iter();
        let wanted = |operation: &&Operation| match &self.operation {
            Some(id) => operation.id.as_ref() == Some(id),
            None => true,
        };
        let responses = operations.filter(wanted).flat_map(|one| &one.responses);
        let rows = responses.filter_map(|(status, response)| Some((status, response.json()?)));
        let mut rows: Vec<(bool, RowId)> = rows
            .map(|(status, row)| (!status.starts_with('2'), row))
            .collect();
        rows.sort_by_key(|(error, _)| *error);
        match (rows.is_empty(), &self.operation) {
            (false, _) => Ok(rows.into_iter().map(|(_, row)| row).collect()),
            (_, Some(id)) => Err(format!(
                "the spec has no operation `{id}` with a JSON response"
            )),
            (_, None) => Err("the spec has no operation with a JSON response".to_owned()),
        }
    }

    fn drift(&mut self, row: RowId) -> &mut Drift {
        let table = &self.table;
        let new = || Drift::new(table.clone(), row);
        self.drifts.entry(row).or_insert_with(new)
    }

    /// All that was found.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        let stranger = Finding {
            place: "$".to_owned(),
            kind: Deviation::NoAlternative,
            expected: "a response of the spec".to_owned(),
            seen: "none of its fields".to_owned(),
            count: self.strangers,
        };
        let strangers = (self.strangers > 0).then_some(stranger);
        let found = self.drifts.values().flat_map(Drift::findings);
        strangers.into_iter().chain(found).collect()
    }

    /// The same, with what it takes to mend the spec.
    pub(crate) fn observations(&self) -> impl Iterator<Item = &Observation> {
        self.drifts.values().flat_map(Drift::observations)
    }
}

/// Whether a file is a HAR file, whole or cut off: no response of the API has a `log`.
fn is_har(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(200)];
    let text: String = String::from_utf8_lossy(start).split_whitespace().collect();
    let mut bodies = serde_json::Deserializer::from_slice(bytes).into_iter::<Shape>();
    text.starts_with("{\"log\":{")
        || matches!(bodies.next(), Some(Ok(Shape::Object(fields))) if fields.contains("log"))
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
