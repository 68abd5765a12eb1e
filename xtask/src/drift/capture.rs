//! Compares captured responses with the contract: JSON bodies, JSON lines and HAR files.
//!
//! In a HAR file, each body is compared with the response of its operation and status. A status
//! that the spec doesn't describe is an `unknown-status`. A body that wasn't recorded, or was sent
//! as another media type, is unreadable.
//!
//! In other captures, a body is compared with the response whose fields it shares. If it shares
//! none, the operation must be named with `--operation`. UTF-16, which PowerShell's `>` writes, and
//! lists of bodies (`jq --slurp`) are read.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::{fmt, fs, io};

use ofauth_contract::{Deviation, Drift, Kind, Observation, Operation, RowId, Table};
use serde::Serialize;
use serde_json::value::RawValue;

use super::bodies;
use super::har::{self, HarEntry};
use super::outline::Outline;
use crate::spec;

/// The byte order mark that some programs write at the start of a text.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// The differences between captures and the contract.
pub(crate) struct Captures {
    table: Arc<Table>,
    /// The `operationId` of bare bodies, if it is given.
    operation: Option<String>,
    /// The differences, by the row of a body and the responses that it may be.
    drifts: BTreeMap<(RowId, ResponseNames), Drift>,
    /// Responses with a status that the operation doesn't describe.
    undescribed: Vec<Found>,
    /// The number of bodies that were compared.
    pub(crate) bodies: u64,
    /// The number of HAR entries that aren't JSON responses to an operation in the spec.
    pub(crate) skipped: u64,
    /// The bodies, or whole captures, that can't be read.
    pub(crate) unreadable: Vec<UnreadableBody>,
    /// The number of bodies that share no field with any response.
    unmatched: u64,
}

/// The names of responses, each an operation and a status. There are several if a bare body
/// could be any of them.
type ResponseNames = Arc<[String]>;

/// A response that a body may be, or several with the same schema.
struct Candidate {
    row: RowId,
    responses: ResponseNames,
}

/// A finding, and the responses in which it occurs.
#[derive(Clone, Serialize)]
pub(crate) struct Found {
    pub(crate) place: String,
    /// The id of a deviation, or `unknown-status`, which isn't a deviation of a body.
    pub(crate) kind: &'static str,
    pub(crate) expected: String,
    pub(crate) seen: String,
    pub(crate) count: u64,
    #[serde(rename = "where")]
    pub(crate) responses: BTreeSet<String>,
}

/// A body that can't be read, and the reason.
#[derive(Serialize)]
pub(crate) struct UnreadableBody {
    capture: String,
    /// The index in the `log.entries` of a HAR file.
    entry: Option<usize>,
    reason: String,
}

impl fmt::Display for UnreadableBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(display_name(&self.capture))?;
        if let Some(entry) = self.entry {
            write!(f, ": log.entries[{entry}]")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// The name of a capture in messages.
fn display_name(name: &str) -> &str {
    if name == "-" { "stdin" } else { name }
}

/// Reads the bytes of a capture: a file, or stdin if the name is `-`.
pub(crate) fn bytes(name: &str) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    match name {
        "-" => io::stdin().read_to_end(&mut bytes).map(drop),
        _ => fs::read(Path::new(name)).map(|read| bytes = read),
    }
    .map_err(|error| error.to_string())?;
    match bytes.starts_with(spec::GZIP) {
        true => Err(spec::COMPRESSED.to_owned()),
        false => Ok(bytes),
    }
}

impl Captures {
    pub(crate) fn new(table: Table, operation: Option<String>) -> Self {
        Self {
            table: Arc::new(table),
            operation,
            drifts: BTreeMap::new(),
            undescribed: Vec::new(),
            bodies: 0,
            skipped: 0,
            unreadable: Vec::new(),
            unmatched: 0,
        }
    }

    pub(crate) fn table(&self) -> &Table {
        &self.table
    }

    /// Compares a capture. If it can't be read, the reason is recorded.
    pub(crate) fn add(&mut self, name: &str, bytes: Result<&[u8], String>) {
        let result = bytes.and_then(|bytes| {
            let text = utf16(bytes);
            let bytes = text.as_deref().map_or(bytes, str::as_bytes);
            let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
            match bytes.trim_ascii().is_empty() {
                true => Err("it is empty".to_owned()),
                false if har::is_har(bytes) => self.har(name, bytes),
                false => self.bodies(name, bytes),
            }
        });
        if let Err(reason) = result {
            self.unreadable(name, None, reason);
        }
    }

    fn unreadable(&mut self, capture: &str, entry: Option<usize>, reason: String) {
        self.unreadable.push(UnreadableBody { capture: capture.to_owned(), entry, reason });
    }

    /// Compares a bare body, or a sequence of them.
    fn bodies(&mut self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let candidates = self.candidates()?;
        let before = self.bodies;
        let unreadable =
            bodies::for_each(bytes, |outline, body| self.observe(&candidates, outline, body));
        if self.bodies == before
            && let Some(reason) = unreadable.first()
        {
            return Err(format!("neither JSON nor a HAR file: {reason}"));
        }
        for reason in unreadable {
            self.unreadable(name, None, reason);
        }
        Ok(())
    }

    /// Compares a body with the response that it fits best: the first, if several fit equally.
    fn observe(
        &mut self,
        candidates: &[Candidate],
        outline: &Outline,
        body: &[u8],
    ) -> Result<(), serde_json::Error> {
        let fit = |candidate: &&Candidate| self.fit(candidate.row, outline);
        // `jq --slurp` writes many bodies as one list.
        let is_list = matches!(outline, Outline::Array);
        if is_list && !candidates.iter().any(|candidate| fit(&candidate).0 > 0) {
            let bodies: Vec<&RawValue> = serde_json::from_slice(body)?;
            if !bodies.is_empty() && bodies.iter().all(|body| body.get().starts_with('{')) {
                for body in bodies {
                    let outline = serde_json::from_str(body.get())?;
                    self.observe(candidates, &outline, body.get().as_bytes())?;
                }
                return Ok(());
            }
        }
        match candidates.iter().rev().max_by_key(fit) {
            Some(best) if self.operation.is_some() || self.fit(best.row, outline).0 > 0 => {
                self.observe_as(best, body)?;
            }
            _ => {
                self.unmatched += 1;
                self.bodies += 1;
            }
        }
        Ok(())
    }

    /// Compares a body with a known response.
    fn observe_as(&mut self, response: &Candidate, body: &[u8]) -> Result<(), serde_json::Error> {
        let Candidate { row, responses } = response;
        let new = || Drift::new(self.table.clone(), *row);
        let drift = self.drifts.entry((*row, responses.clone())).or_insert_with(new);
        drift.observe(body)?;
        self.bodies += 1;
        Ok(())
    }

    /// How well a body fits a response: by the number of known fields, then by how few required
    /// fields are missing.
    fn fit(&self, row: RowId, outline: &Outline) -> (usize, Reverse<usize>) {
        let row = self.table.row(row);
        let Outline::Object(fields) = outline else {
            let fits = row.kind.is_none()
                || matches!((row.kind, outline), (Some(Kind::Array), Outline::Array));
            return (usize::from(fits), Reverse(0));
        };
        if row.properties.is_empty() {
            let fits = row.kind.is_none_or(|kind| kind == Kind::Object);
            return (usize::from(fits), Reverse(0));
        }
        let has = |name: &String| fields.contains(name);
        let properties = || row.properties.iter();
        let missing = properties().filter(|(name, field)| field.required && !has(name));
        (properties().filter(|(name, _)| has(name)).count(), Reverse(missing.count()))
    }

    fn har(&mut self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let before = self.handled();
        let entries = har::entries(bytes)?;
        let count = entries.len();
        for (index, entry) in entries.into_iter().enumerate() {
            if let Err(reason) = entry.and_then(|entry| self.entry(entry)) {
                self.unreadable(name, Some(index), reason);
            }
        }
        match before == self.handled() {
            true => Err(format!("no JSON response to an operation in the spec (entries: {count})")),
            false => Ok(()),
        }
    }

    /// The number of responses so far, including those that couldn't be compared.
    fn handled(&self) -> u64 {
        let undescribed = self.undescribed.iter().map(|found| found.count);
        self.bodies + self.unreadable.len() as u64 + undescribed.sum::<u64>()
    }

    /// Compares an entry of a HAR file.
    fn entry(&mut self, entry: HarEntry) -> Result<(), String> {
        let mut operations = self.table.operations().iter();
        let operation = operations.find(|operation| entry.calls(operation));
        let (Some(operation), Some(status)) = (operation, entry.status()) else {
            self.skipped += 1;
            return Ok(());
        };
        let name = format!("{} {status}", operation.name());
        let described: Vec<&str> = operation.responses.keys().map(String::as_str).collect();
        let Some(response) = operation.response(status) else {
            let found = Found {
                place: "$".to_owned(),
                kind: "unknown-status",
                expected: format!("one of {}", described.join(", ")),
                seen: status.to_string(),
                count: 1,
                responses: [name].into(),
            };
            add_finding(&mut self.undescribed, found);
            return Ok(());
        };
        let media = entry.media();
        let Some(row) = response.json().filter(|_| media.contains("json")) else {
            // Only JSON is compared.
            let is_described = response.contents.contains_key(&media);
            if is_described || response.contents.is_empty() {
                self.skipped += 1;
                return Ok(());
            }
            return Err(format!("it was sent as {media:.100}, which the spec doesn't describe"));
        };
        let body = entry.body()?;
        let candidate = Candidate { row, responses: [name].into() };
        let body = body.strip_prefix(BOM).unwrap_or(&body);
        self.observe_as(&candidate, body).map_err(|error| bodies::reason(&error, 0))
    }

    /// The responses that a bare body may be, successes first. Those with the same schema are
    /// one candidate.
    fn candidates(&self) -> Result<Vec<Candidate>, String> {
        let operations = self.table.operations().iter();
        let wanted = |operation: &&Operation| match &self.operation {
            Some(id) => operation.id.as_ref() == Some(id),
            None => true,
        };
        let mut responses = Vec::new();
        for operation in operations.filter(wanted) {
            for (status, response) in &operation.responses {
                let name = format!("{} {status}", operation.name());
                responses.extend(response.json().map(|row| (!status.starts_with('2'), row, name)));
            }
        }
        responses.sort_by_key(|(error, ..)| *error);
        // The first pointer is where the value is used; the others are the schemas behind it.
        let schemas = |row: RowId| self.table.row(row).pointers.get(1..).unwrap_or_default();
        let mut groups: Vec<(RowId, Vec<String>)> = Vec::new();
        for (_, row, name) in responses {
            let own = schemas(row);
            let same =
                |(other, _): &&mut (RowId, Vec<String>)| !own.is_empty() && schemas(*other) == own;
            match groups.iter_mut().find(same) {
                Some((_, names)) => names.push(name),
                None => groups.push((row, vec![name])),
            }
        }
        let candidate =
            |(row, names): (RowId, Vec<String>)| Candidate { row, responses: names.into() };
        let candidates: Vec<Candidate> = groups.into_iter().map(candidate).collect();
        match candidates.is_empty() {
            false => Ok(candidates),
            true => Err("the spec has no operation with a JSON response".to_owned()),
        }
    }

    /// All findings, each once.
    pub(crate) fn findings(&self) -> Vec<Found> {
        let mut all = Vec::new();
        if self.unmatched > 0 {
            all.push(Found {
                place: "$".to_owned(),
                kind: Deviation::NoAlternative.as_str(),
                expected: "a response described in the spec".to_owned(),
                seen: "no known fields".to_owned(),
                count: self.unmatched,
                responses: BTreeSet::new(),
            });
        }
        all.extend(self.undescribed.iter().cloned());
        for ((_, responses), drift) in &self.drifts {
            for finding in drift.findings() {
                let found = Found {
                    place: finding.place,
                    kind: finding.kind.as_str(),
                    expected: finding.expected,
                    seen: finding.seen,
                    count: finding.count,
                    responses: responses.iter().cloned().collect(),
                };
                add_finding(&mut all, found);
            }
        }
        all
    }

    /// The findings in the bodies, with the details that edits to the spec need.
    pub(crate) fn observations(&self) -> impl Iterator<Item = &Observation> {
        self.drifts.values().flat_map(Drift::observations)
    }

    /// The findings that can't be drafted: place and reason.
    pub(crate) fn by_hand(&self) -> Vec<(String, String)> {
        let unmatched = (self.unmatched > 0).then(|| {
            let reason = "it has no field in common with any response in the spec".to_owned();
            ("$".to_owned(), reason)
        });
        let undescribed = self.undescribed.iter().map(|found| {
            let reason = "describe the response; a draft can't know what its body means".to_owned();
            (Vec::from_iter(found.responses.clone()).join(", "), reason)
        });
        unmatched.into_iter().chain(undescribed).collect()
    }
}

/// Decodes UTF-16, which PowerShell's `>` writes.
fn utf16(bytes: &[u8]) -> Option<String> {
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xff, 0xfe, ..] => u16::from_le_bytes,
        [0xfe, 0xff, ..] => u16::from_be_bytes,
        _ => return None,
    };
    let units = bytes[2..].chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let text = char::decode_utf16(units);
    Some(text.map(|one| one.unwrap_or(char::REPLACEMENT_CHARACTER)).collect())
}

/// Adds a finding, or merges it into the same one.
fn add_finding(all: &mut Vec<Found>, found: Found) {
    let same = |other: &&mut Found| {
        (&other.place, other.kind, &other.expected, &other.seen)
            == (&found.place, found.kind, &found.expected, &found.seen)
    };
    match all.iter_mut().find(same) {
        Some(other) => {
            other.count += found.count;
            other.responses.extend(found.responses);
        }
        None => all.push(found),
    }
}
