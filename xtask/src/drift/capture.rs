//! Captured responses: a body, JSON lines, a HAR file, or stdin.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::{fmt, fs, io};

use ofauth_contract::{Deviation, Drift, Kind, Observation, Operation, Response, RowId, Table};
use serde::Serialize;

use super::bodies;
use super::har::{self, Entry};
use super::outline::Outline;
use crate::spec;

/// What some programs put in front of a text.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// What captures say that the contract does not, for each response that they are of.
pub(crate) struct Captures {
    table: Arc<Table>,
    /// The operation that a body by itself is a response of.
    operation: Option<String>,
    /// What was seen in the place of a row, in each response.
    drifts: BTreeMap<(RowId, Of), Drift>,
    /// Responses with a status that the operation does not describe.
    undescribed: Vec<Found>,
    /// How many bodies were looked at.
    pub(crate) bodies: u64,
    /// How many entries of HAR files were of something else.
    pub(crate) others: u64,
    /// The bodies, or whole captures, that cannot be read.
    pub(crate) unreadable: Vec<Unreadable>,
    /// How many bodies share no field with the responses that they could be of.
    strangers: u64,
}

/// Responses, each an operation with a status: several where nobody knows which it is.
type Of = Arc<[String]>;

/// A response that a body may be of.
struct Candidate {
    row: RowId,
    of: Of,
}

/// A finding, and the responses in which it occurs.
#[derive(Clone, Serialize)]
pub(crate) struct Found {
    pub(crate) place: String,
    /// The id of a deviation, or `unknown-status`, which no body shows.
    pub(crate) kind: &'static str,
    pub(crate) expected: String,
    pub(crate) seen: String,
    pub(crate) count: u64,
    #[serde(rename = "where")]
    pub(crate) of: BTreeSet<String>,
}

/// A body that cannot be read: where it is, and why.
#[derive(Serialize)]
pub(crate) struct Unreadable {
    capture: String,
    /// Of a HAR file, the index in `log.entries`.
    entry: Option<usize>,
    reason: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(called(&self.capture))?;
        if let Some(entry) = self.entry {
            write!(f, ": log.entries[{entry}]")?;
        }
        write!(f, ": {}", self.reason)
    }
}

/// What a capture is called in messages.
fn called(name: &str) -> &str {
    if name == "-" { "stdin" } else { name }
}

/// The bytes of a capture: of a file, or of stdin where its name is `-`.
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
            others: 0,
            unreadable: Vec::new(),
            strangers: 0,
        }
    }

    pub(crate) fn table(&self) -> &Table {
        &self.table
    }

    /// Looks at the bytes of a capture. One that cannot be read does not hide the others.
    pub(crate) fn look(&mut self, name: &str, bytes: Result<&[u8], String>) {
        let looked = bytes.and_then(|bytes| {
            let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
            match bytes.trim_ascii().is_empty() {
                true => Err("it is empty".to_owned()),
                false if har::is_har(bytes) => self.har(name, bytes),
                false => self.bodies(name, bytes),
            }
        });
        if let Err(reason) = looked {
            self.unreadable(name, None, reason);
        }
    }

    fn unreadable(&mut self, capture: &str, entry: Option<usize>, reason: String) {
        self.unreadable.push(Unreadable { capture: capture.to_owned(), entry, reason });
    }

    /// Looks at a body, or several, each on lines of its own.
    fn bodies(&mut self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let candidates = self.candidates()?;
        let before = self.bodies;
        let unreadable =
            bodies::each(bytes, |outline, body| self.observe(&candidates, outline, body));
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

    /// Looks at a body as the response that it fits best; of several, the first.
    fn observe(
        &mut self,
        candidates: &[Candidate],
        outline: &Outline,
        body: &[u8],
    ) -> Result<(), serde_json::Error> {
        let fit = |candidate: &&Candidate| self.fit(candidate.row, outline);
        match candidates.iter().rev().max_by_key(fit) {
            Some(best) if self.operation.is_some() || self.fit(best.row, outline).0 > 0 => {
                self.observe_as(best, body)?;
            }
            _ => {
                self.strangers += 1;
                self.bodies += 1;
            }
        }
        Ok(())
    }

    /// Looks at a body as what it is.
    fn observe_as(&mut self, response: &Candidate, body: &[u8]) -> Result<(), serde_json::Error> {
        let Candidate { row, of } = response;
        let new = || Drift::new(self.table.clone(), *row);
        let drift = self.drifts.entry((*row, of.clone())).or_insert_with(new);
        drift.observe(body)?;
        self.bodies += 1;
        Ok(())
    }

    /// How well a body fits a response: how many of its fields are known, and then how few
    /// required ones it lacks.
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
        let before = self.looked_at();
        let entries = har::entries(bytes)?;
        let count = entries.len();
        for (index, entry) in entries.into_iter().enumerate() {
            if let Err(reason) = entry.and_then(|entry| self.entry(entry)) {
                self.unreadable(name, Some(index), reason);
            }
        }
        match before == self.looked_at() {
            true => Err(format!(
                "of its {count} entries, none is a JSON response of an operation of the spec"
            )),
            false => Ok(()),
        }
    }

    /// How many responses were looked at, whatever came of it.
    fn looked_at(&self) -> u64 {
        let undescribed = self.undescribed.iter().map(|found| found.count);
        self.bodies + self.unreadable.len() as u64 + undescribed.sum::<u64>()
    }

    /// Looks at an entry of a HAR file.
    fn entry(&mut self, entry: Entry) -> Result<(), String> {
        let mut operations = self.table.operations().iter();
        let operation = operations.find(|operation| entry.is_of(operation));
        let (Some(operation), Some(status)) = (operation, entry.status()) else {
            self.others += 1;
            return Ok(());
        };
        let of = format!("{} {status}", operation.name());
        let described: Vec<&str> = operation.responses.keys().map(String::as_str).collect();
        let expected = format!("one of {}", described.join(", "));
        let row = operation.response(status).map(Response::json);
        match (row, entry.json()) {
            (Some(Some(row)), Some(body)) => {
                let (body, of) = (body?, [of].into());
                let body = body.strip_prefix(BOM).unwrap_or(&body);
                self.observe_as(&Candidate { row, of }, body)
                    .map_err(|error| bodies::reason(&error, 0))?;
            }
            (None, Some(_)) => put(
                &mut self.undescribed,
                Found {
                    place: "$".to_owned(),
                    kind: "unknown-status",
                    expected,
                    seen: status.to_string(),
                    count: 1,
                    of: [of].into(),
                },
            ),
            _ => self.others += 1,
        }
        Ok(())
    }

    /// The responses that a body by itself may be of: those of success first.
    fn candidates(&self) -> Result<Vec<Candidate>, String> {
        let operations = self.table.operations().iter();
        let wanted = |operation: &&Operation| match &self.operation {
            Some(id) => operation.id.as_ref() == Some(id),
            None => true,
        };
        let mut responses = Vec::new();
        for operation in operations.filter(wanted) {
            for (status, response) in &operation.responses {
                let of = format!("{} {status}", operation.name());
                responses.extend(response.json().map(|row| (!status.starts_with('2'), row, of)));
            }
        }
        responses.sort_by_key(|(error, ..)| *error);
        // Where a value is used stands first; what follows are the schemas that say it.
        let schemas = |row: RowId| self.table.row(row).pointers.get(1..).unwrap_or_default();
        let mut groups: Vec<(RowId, Vec<String>)> = Vec::new();
        for (_, row, of) in responses {
            let own = schemas(row);
            let same =
                |(other, _): &&mut (RowId, Vec<String>)| !own.is_empty() && schemas(*other) == own;
            match groups.iter_mut().find(same) {
                Some((_, others)) => others.push(of),
                None => groups.push((row, vec![of])),
            }
        }
        let candidate = |(row, of): (RowId, Vec<String>)| Candidate { row, of: of.into() };
        let candidates: Vec<Candidate> = groups.into_iter().map(candidate).collect();
        match candidates.is_empty() {
            false => Ok(candidates),
            true => Err("the spec has no operation with a JSON response".to_owned()),
        }
    }

    /// All that was found, each once.
    pub(crate) fn findings(&self) -> Vec<Found> {
        let mut all = Vec::new();
        if self.strangers > 0 {
            all.push(Found {
                place: "$".to_owned(),
                kind: Deviation::NoAlternative.as_str(),
                expected: "a response of the spec".to_owned(),
                seen: "none of its fields".to_owned(),
                count: self.strangers,
                of: BTreeSet::new(),
            });
        }
        all.extend(self.undescribed.iter().cloned());
        for ((_, of), drift) in &self.drifts {
            for finding in drift.findings() {
                let found = Found {
                    place: finding.place,
                    kind: finding.kind.as_str(),
                    expected: finding.expected,
                    seen: finding.seen,
                    count: finding.count,
                    of: of.iter().cloned().collect(),
                };
                put(&mut all, found);
            }
        }
        all
    }

    /// What was found, with what it takes to mend the spec.
    pub(crate) fn observations(&self) -> impl Iterator<Item = &Observation> {
        self.drifts.values().flat_map(Drift::observations)
    }

    /// What was found and is for a person: place and reason.
    pub(crate) fn for_a_person(&self) -> Vec<(String, String)> {
        let stranger = (self.strangers > 0).then(|| {
            let reason = "no response of the spec has a field of it".to_owned();
            ("$".to_owned(), reason)
        });
        let undescribed = self.undescribed.iter().map(|found| {
            let reason = "describe the response; what its body means, no draft can say".to_owned();
            (Vec::from_iter(found.of.clone()).join(", "), reason)
        });
        stranger.into_iter().chain(undescribed).collect()
    }
}

/// Adds a finding, or counts it where it is one already.
fn put(all: &mut Vec<Found>, found: Found) {
    let same = |other: &&mut Found| {
        (&other.place, other.kind, &other.expected, &other.seen)
            == (&found.place, found.kind, &found.expected, &found.seen)
    };
    match all.iter_mut().find(same) {
        Some(other) => {
            other.count += found.count;
            other.of.extend(found.of);
        }
        None => all.push(found),
    }
}
