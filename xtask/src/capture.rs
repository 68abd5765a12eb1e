//! Captured responses: a body, JSON lines, a HAR file, or stdin.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::{fmt, fs, io};

use ofauth_contract::{Deviation, Drift, Finding, Kind, Observation, Operation, RowId, Table};
use serde::Serialize;
use serde_json::error::Category;

use crate::har::{self, Entry};
use crate::shape::Shape;
use crate::spec;

/// What some programs put in front of a text.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// What captures say that the contract does not, for each response that they are of.
pub(crate) struct Captures {
    table: Arc<Table>,
    /// The operation that a body by itself is a response of.
    operation: Option<String>,
    seen: BTreeMap<RowId, Seen>,
    /// Responses with a status that the operation does not describe.
    undescribed: BTreeMap<String, Finding>,
    /// How many bodies were looked at.
    pub(crate) bodies: u64,
    /// How many entries of HAR files were of something else.
    pub(crate) others: u64,
    /// The bodies that cannot be read, among others that can.
    pub(crate) unreadable: Vec<Unreadable>,
    /// How many bodies share no field with the responses that they could be of.
    strangers: u64,
}

/// What was seen in the place of a row.
struct Seen {
    drift: Drift,
    /// The responses, each an operation with a status.
    of: BTreeSet<String>,
}

/// A response that a body may be of.
struct Candidate {
    row: RowId,
    /// All that have its schema: which of them a body by itself is, nobody knows.
    of: Vec<String>,
}

/// A finding, and the responses in which it occurs.
#[derive(Serialize)]
pub(crate) struct Found {
    #[serde(flatten)]
    pub(crate) finding: Finding,
    #[serde(rename = "where")]
    pub(crate) of: Vec<String>,
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
    .map_err(|error| format!("{}: {error}", called(name)))?;
    match bytes.starts_with(spec::GZIP) {
        true => Err(spec::compressed(called(name))),
        false => Ok(bytes),
    }
}

impl Captures {
    pub(crate) fn new(table: Table, operation: Option<String>) -> Self {
        Self {
            table: Arc::new(table),
            operation,
            seen: BTreeMap::new(),
            undescribed: BTreeMap::new(),
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
        let looked = match bytes.trim_ascii().is_empty() {
            true => Err("it is empty".to_owned()),
            false if har::is_har(bytes) => self.har(name, bytes),
            false => self.lines(name, bytes),
        };
        looked.map_err(|reason| format!("{}: {reason}", called(name)))
    }

    /// Looks at a body, or several, each on lines of its own.
    fn lines(&mut self, name: &str, bytes: &[u8]) -> Result<(), String> {
        let candidates = self.candidates()?;
        let before = self.bodies;
        let mut failed = Vec::new();
        let (mut base, mut line) = (0, 0);
        loop {
            let rest = &bytes[base..];
            let mut shapes = serde_json::Deserializer::from_slice(rest).into_iter::<Shape>();
            let (mut start, mut broken) = (0, false);
            while let Some(shape) = shapes.next() {
                let end = shapes.byte_offset();
                broken = shape.is_err();
                let looked = shape
                    .and_then(|shape| self.observe(&candidates, &shape, &rest[start..end]))
                    .map_err(|error| reason(&error, line));
                failed.extend(looked.err());
                if broken {
                    break;
                }
                start = end;
            }
            // Behind a mistake of the form, the next body is where a line begins like one.
            let blank = rest[start..].len() - rest[start..].trim_ascii_start().len();
            let start = start + blank;
            let next = rest[start..].windows(2).position(|pair| pair == b"\n{");
            let Some(next) = next.filter(|_| broken) else {
                break;
            };
            let next = start + next + 1;
            line += rest[..next].iter().filter(|byte| **byte == b'\n').count();
            base += next;
        }
        if self.bodies == before
            && let Some(reason) = failed.first()
        {
            return Err(format!("neither JSON nor a HAR file: {reason}"));
        }
        let unreadable = failed.into_iter().map(|reason| Unreadable {
            capture: name.to_owned(),
            entry: None,
            reason,
        });
        self.unreadable.extend(unreadable);
        Ok(())
    }

    /// Looks at a body as the response that it fits best; of several, the first.
    fn observe(
        &mut self,
        candidates: &[Candidate],
        shape: &Shape,
        body: &[u8],
    ) -> Result<(), serde_json::Error> {
        let fit = |candidate: &&Candidate| self.fit(candidate.row, shape);
        match candidates.iter().rev().max_by_key(fit) {
            Some(best) if self.operation.is_some() || self.fit(best.row, shape).0 > 0 => {
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
        let seen = self.seen.entry(response.row).or_insert_with(|| Seen {
            drift: Drift::new(self.table.clone(), response.row),
            of: BTreeSet::new(),
        });
        seen.drift.observe(body)?;
        if response.of.iter().any(|of| !seen.of.contains(of)) {
            seen.of.extend(response.of.iter().cloned());
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
        let before = self.looked_at();
        let entries = har::entries(bytes)?;
        let count = entries.len();
        for (index, entry) in entries.into_iter().enumerate() {
            if let Err(reason) = self.entry(entry) {
                self.unreadable.push(Unreadable {
                    capture: name.to_owned(),
                    entry: Some(index),
                    reason,
                });
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
        let undescribed = self.undescribed.values().map(|finding| finding.count);
        self.bodies + self.unreadable.len() as u64 + undescribed.sum::<u64>()
    }

    /// Looks at an entry of a HAR file.
    fn entry(&mut self, entry: Entry) -> Result<(), String> {
        let status = entry.status();
        let mut operations = self.table.operations().iter();
        let Some(operation) = operations.find(|operation| entry.is_of(operation)) else {
            self.others += 1;
            return Ok(());
        };
        let of = format!("{} {status}", operation.name());
        let response = operation.response(status);
        let described: Vec<&str> = operation.responses.keys().map(String::as_str).collect();
        let expected = format!("one of {}", described.join(", "));
        match (response.map(|response| response.json()), entry.json()) {
            (Some(Some(row)), Some(body)) => {
                let (body, of) = (body?, vec![of]);
                let body = body.strip_prefix(BOM).unwrap_or(&body);
                self.observe_as(&Candidate { row, of }, body)
                    .map_err(|error| reason(&error, 0))?;
            }
            (None, Some(_)) => {
                let finding = self.undescribed.entry(of).or_insert(Finding {
                    place: "$".to_owned(),
                    kind: Deviation::UnknownStatus,
                    expected,
                    seen: status.to_string(),
                    count: 0,
                });
                finding.count += 1;
            }
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
                responses.extend(
                    response
                        .json()
                        .map(|row| (!status.starts_with('2'), row, of)),
                );
            }
        }
        responses.sort_by_key(|(error, ..)| *error);
        let schema = |row: RowId| self.table.row(row).pointers.last();
        let mut candidates: Vec<Candidate> = Vec::new();
        for (_, row, of) in responses {
            let same = |other: &&mut Candidate| schema(other.row) == schema(row);
            match candidates.iter_mut().find(same) {
                Some(other) => other.of.push(of),
                None => candidates.push(Candidate { row, of: vec![of] }),
            }
        }
        match candidates.is_empty() {
            false => Ok(candidates),
            true => Err("the spec has no operation with a JSON response".to_owned()),
        }
    }

    /// All that was found.
    pub(crate) fn findings(&self) -> Vec<Found> {
        let stranger = Finding {
            place: "$".to_owned(),
            kind: Deviation::NoAlternative,
            expected: "a response of the spec".to_owned(),
            seen: "none of its fields".to_owned(),
            count: self.strangers,
        };
        let strangers = (self.strangers > 0).then_some((stranger, Vec::new()));
        let undescribed = self.undescribed.iter();
        let undescribed = undescribed.map(|(of, finding)| (finding.clone(), vec![of.clone()]));
        let drifts = self.seen.values().flat_map(|Seen { drift, of }| {
            let of: Vec<String> = of.iter().cloned().collect();
            let findings = drift.findings().into_iter();
            findings.map(move |finding| (finding, of.clone()))
        });
        let mut all: Vec<Found> = Vec::new();
        for (finding, of) in strangers.into_iter().chain(undescribed).chain(drifts) {
            let same = |other: &&mut Found| {
                Finding {
                    count: finding.count,
                    ..other.finding.clone()
                } == finding
            };
            match all.iter_mut().find(same) {
                Some(other) => {
                    other.finding.count += finding.count;
                    other.of.extend(of);
                }
                None => all.push(Found { finding, of }),
            }
        }
        all
    }

    /// What was found, with what it takes to mend the spec.
    pub(crate) fn observations(&self) -> impl Iterator<Item = &Observation> {
        self.seen
            .values()
            .flat_map(|seen| seen.drift.observations())
    }

    /// What was found and is for a person: place and reason.
    pub(crate) fn for_a_person(&self) -> Vec<(String, String)> {
        let stranger = (self.strangers > 0).then(|| {
            let reason = "no response of the spec has a field of it".to_owned();
            ("$".to_owned(), reason)
        });
        let undescribed = self.undescribed.keys().map(|of| {
            let reason = "describe the response; what its body means, no draft can say".to_owned();
            (of.clone(), reason)
        });
        stranger.into_iter().chain(undescribed).collect()
    }
}

/// Why a body cannot be read, in words that quote nothing of it; `before` are the lines in
/// front of it.
fn reason(error: &serde_json::Error, before: usize) -> String {
    let (line, column) = (before + error.line(), error.column());
    let deep = error.to_string().starts_with("recursion limit");
    match error.classify() {
        Category::Eof => format!("it is cut off in line {line}, at column {column}"),
        _ if deep => format!("it is nested too deep, from line {line}, column {column} on"),
        _ => format!("it is no JSON from line {line}, column {column} on"),
    }
}
