//! Compares two tables, operation by operation.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::{Value, json};

use super::change::Changes;
use super::fingerprint::Fingerprints;
use super::judge::{Judge, Site, flag};
use super::recursion::cyclic;
use super::rules::{Action, NOT_COMPARED, Side};
use super::value::ValueComparison;
use crate::table::{Operation, Place, Response, RowId, Table};

/// The scope of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Everything in the documents.
    Everything,
    /// Only what affects the wire, in the operations that both documents have. Different authors
    /// use different names, tags and groups.
    Wire,
}

/// The maximum number of pairs of rows to compare, more than two real contracts have.
const STEPS: usize = 2_000_000;

/// Compares an old contract with a new one, and returns the changes.
///
/// The work is limited. What is nested too deeply, or occurs at too many places, is reported as
/// `not-compared`.
pub fn compare(old: &Table, new: &Table, scope: Scope) -> Changes {
    let fingerprints = Fingerprints::new(old, new);
    let mut comparison = Comparison {
        old,
        new,
        cyclic: cyclic(old, &fingerprints),
        fingerprints,
        scope,
        judge: Judge::default(),
        reached: [old, new].map(|table| vec![false; table.rows.len()]),
        compared: HashSet::new(),
        budget: STEPS,
    };
    comparison.operations();
    if scope == Scope::Everything {
        comparison.schemas();
        comparison.titles();
        comparison.unused();
    }
    comparison.judge.into_changes()
}

pub(crate) struct Comparison<'a> {
    pub(crate) old: &'a Table,
    pub(crate) new: &'a Table,
    pub(crate) fingerprints: Fingerprints,
    cyclic: Vec<bool>,
    scope: Scope,
    judge: Judge,
    /// Whether each row of the tables was compared.
    reached: [Vec<bool>; 2],
    /// The pairs that were compared, by their fingerprints.
    compared: HashSet<(u64, u64)>,
    /// How many steps are left.
    budget: usize,
}

/// What two operations have in common if they are the same one.
type Key = fn(&Operation) -> (String, String);

/// The location of a change to a name rather than a value: the side, and the operation with the
/// status of the response.
pub(super) type At<'a> = (Side, &'a str);

impl Comparison<'_> {
    /// Reports a change to something that has a name but no value.
    pub(super) fn report(
        &mut self,
        place: &str,
        (side, occurs): At<'_>,
        what: (&str, Action),
        before: Value,
        after: Value,
    ) {
        let site = Site {
            place: &Place::part(place),
            source: None,
            side,
            occurs,
            required: true,
            nullable: false,
            retyped: true,
            generated: true,
        };
        self.judge.add(&site, what, before, after);
    }

    pub(super) fn added(
        &mut self,
        place: &str,
        at: At<'_>,
        subject: &str,
        value: impl Into<Value>,
    ) {
        self.report(place, at, (subject, Action::Added), Value::Null, value.into());
    }

    pub(super) fn removed(
        &mut self,
        place: &str,
        at: At<'_>,
        subject: &str,
        value: impl Into<Value>,
    ) {
        self.report(place, at, (subject, Action::Removed), value.into(), Value::Null);
    }

    /// Reports a flag if it was set or unset.
    pub(super) fn flag(
        &mut self,
        place: &str,
        at: At<'_>,
        subject: &str,
        before: bool,
        after: bool,
    ) {
        if let Some(action) = flag(before, after) {
            self.report(place, at, (subject, action), before.into(), after.into());
        }
    }

    /// Reports a value if it changed.
    pub(super) fn changed(
        &mut self,
        place: &str,
        at: At<'_>,
        subject: &str,
        before: Value,
        after: Value,
    ) {
        if before != after {
            self.report(place, at, (subject, Action::Changed), before, after);
        }
    }

    /// Compares two values, including everything in them.
    pub(super) fn value(
        &mut self,
        place: Place,
        (side, occurs): At<'_>,
        (old, new): (RowId, RowId),
        (required, text): (bool, bool),
    ) {
        ValueComparison {
            old: self.old,
            new: self.new,
            fingerprints: &self.fingerprints,
            cyclic: &self.cyclic,
            judge: &mut self.judge,
            reached: self.reached.each_mut().map(Vec::as_mut_slice),
            compared: &mut self.compared,
            budget: &mut self.budget,
            side,
            occurs,
            text,
        }
        .run(place, (old, new), required);
    }

    fn operations(&mut self) {
        let (old, new) = (self.old, self.new);
        // By path first: the names of its parameters may distinguish two paths of one template.
        let keys: [Key; 2] = [
            |one| (one.method.clone(), one.path.clone()),
            |one| (one.method.clone(), one.template()),
        ];
        let mut added: Vec<Option<&Operation>> = new.operations.iter().map(Some).collect();
        let mut pairs: Vec<Option<&Operation>> = vec![None; old.operations.len()];
        for key in keys {
            let mut others: HashMap<_, Vec<usize>> = HashMap::new();
            for (index, operation) in added.iter().enumerate().rev() {
                if let Some(operation) = operation {
                    others.entry(key(operation)).or_default().push(index);
                }
            }
            for (operation, pair) in old.operations.iter().zip(&mut pairs) {
                if pair.is_none() {
                    let index = others.get_mut(&key(operation)).and_then(Vec::pop);
                    *pair = index.and_then(|index| added[index].take());
                }
            }
        }
        for (operation, pair) in old.operations.iter().zip(pairs) {
            let name = operation.name();
            match pair {
                Some(other) => self.operation(&name, operation, other),
                None => self.removed(&name, (Side::Request, &name), "operation", name.as_str()),
            }
        }
        if self.scope == Scope::Wire {
            return;
        }
        for operation in added.into_iter().flatten() {
            let name = operation.name();
            self.added(&name, (Side::Request, &name), "operation", name.as_str());
        }
        self.not_compared("webhook", (Side::Either, ""), &old.webhooks, &new.webhooks);
    }

    /// Reports parts that are not interpreted and differ in any way.
    fn not_compared(
        &mut self,
        noun: &str,
        at: At<'_>,
        old: &BTreeMap<String, Value>,
        new: &BTreeMap<String, Value>,
    ) {
        let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for name in names {
            let (before, after) = (old.get(name), new.get(name));
            if before != after {
                let shown = |part: Option<&Value>| json!(part.map(|_| name));
                let what = (NOT_COMPARED, Action::Changed);
                self.report(&format!("{noun} {name}"), at, what, shown(before), shown(after));
            }
        }
    }

    fn operation(&mut self, name: &str, old: &Operation, new: &Operation) {
        let at = (Side::Either, name);
        if self.scope == Scope::Everything {
            self.changed(name, at, "operation-id", json!(old.id), json!(new.id));
            self.changed(name, at, "operation-tags", json!(old.tags), json!(new.tags));
        }
        self.flag(name, at, "operation-deprecated", old.deprecated, new.deprecated);
        self.security(name, old, new);
        self.servers(name, old, new);
        self.parameters(name, old, new);
        self.body(name, old, new);
        self.not_compared("callback", at, &old.callbacks, &new.callbacks);
        let subject = |status: &str| match status.starts_with('2') {
            true => "success-response",
            false => "error-response",
        };
        for (status, response) in &old.responses {
            let occurs = format!("{name} {status}");
            let at = (Side::Response, occurs.as_str());
            // Each response is compared with what describes its status now.
            let other = covering(&new.responses, status);
            let parts = new.responses.keys().any(|other| covers(status, other));
            if !new.responses.contains_key(status) {
                let subject = match other.is_some() || parts {
                    true => "covered-response",
                    false => subject(status),
                };
                self.removed(&format!("response {status}"), at, subject, status.as_str());
            }
            if let Some(other) = other {
                self.response(at, response, other);
            }
        }
        for (status, response) in &new.responses {
            if old.responses.contains_key(status) {
                continue;
            }
            let occurs = format!("{name} {status}");
            let at = (Side::Response, occurs.as_str());
            self.added(&format!("response {status}"), at, subject(status), status.as_str());
            if let Some(before) = covering(&old.responses, status) {
                self.response(at, before, response);
            }
        }
    }

    fn security(&mut self, name: &str, old: &Operation, new: &Operation) {
        let at = (Side::Request, name);
        for set in old.security.difference(&new.security) {
            // A client that sends more than is required is still accepted.
            if !new.security.iter().any(|other| other.is_subset(set)) {
                self.removed("security", at, "security", credentials(set));
            }
        }
        for set in new.security.difference(&old.security) {
            self.added("security", at, "security", credentials(set));
        }
    }

    fn servers(&mut self, name: &str, old: &Operation, new: &Operation) {
        let at = (Side::Request, name);
        for server in old.servers.iter().filter(|server| !new.servers.contains(server)) {
            self.removed("servers", at, "server", server.as_str());
        }
        for server in new.servers.iter().filter(|server| !old.servers.contains(server)) {
            self.added("servers", at, "server", server.as_str());
        }
        let (before, after) = (old.servers.first(), new.servers.first());
        if before.is_some_and(|server| new.servers.contains(server)) {
            self.changed("servers", at, "default-server", json!(before), json!(after));
        }
    }

    fn response(&mut self, at: At<'_>, old: &Response, new: &Response) {
        for (key, before) in &old.headers {
            let place = format!("header {}", before.name);
            let Some(after) = new.headers.get(key) else {
                self.removed(&place, at, "header", before.name.as_str());
                continue;
            };
            self.flag(&place, at, "header-required", before.required, after.required);
            self.flag(&place, at, "header-deprecated", before.deprecated, after.deprecated);
            let rows = (before.row, after.row);
            self.value(Place::part(place), at, rows, (false, true));
        }
        for (key, header) in &new.headers {
            if !old.headers.contains_key(key) {
                let place = format!("header {}", header.name);
                self.added(&place, at, "header", header.name.as_str());
            }
        }
        self.contents(Place::default(), at, &old.contents, &new.contents);
    }

    pub(super) fn contents(
        &mut self,
        place: Place,
        at: At<'_>,
        old: &BTreeMap<String, RowId>,
        new: &BTreeMap<String, RowId>,
    ) {
        let name = match at.0 {
            Side::Response => "content".to_owned(),
            _ => place.to_string(),
        };
        // The values of a form are text, like those of a query.
        let is_form = |media: &str| media.starts_with("application/x-www-form-urlencoded");
        let facts = |media: &str| (true, is_form(media));
        for (media, before) in old {
            let after = match at.0 {
                // A range accepts the media types in it.
                Side::Request => in_range(new, media),
                // Clients of the old contract weren't prepared for a new range.
                _ => new.get(media).or_else(|| {
                    let ranges = old.keys().filter(|range| is_in(media, range));
                    ranges.filter_map(|range| new.get(range)).next()
                }),
            };
            let narrower = || new.keys().any(|other| is_in(other, media));
            match after {
                Some(after) => self.value(place.clone(), at, (*before, *after), facts(media)),
                None if at.0 != Side::Request && narrower() => {}
                None => self.removed(&name, at, "media-type", media.as_str()),
            }
        }
        for (media, after) in new.iter().filter(|(media, _)| !old.contains_key(*media)) {
            match in_range(old, media) {
                Some(before) => self.value(place.clone(), at, (*before, *after), facts(media)),
                None => self.added(&name, at, "media-type", media.as_str()),
            }
        }
    }

    /// Compares the names of the schemas; their content is compared where it is used.
    fn schemas(&mut self) {
        let (old, new) = (&self.old.schemas, &self.new.schemas);
        let at = (Side::Either, "");
        let is_new = |(name, _): &(&String, &RowId)| !old.contains_key(*name);
        let mut added: Vec<(&String, &RowId)> = new.iter().filter(is_new).collect();
        for (name, row) in old.iter().filter(|(name, _)| !new.contains_key(*name)) {
            let place = format!("schema {name}");
            let same = |(_, other): &(&String, &RowId)| self.fingerprints.same(*row, **other);
            match added.iter().position(same) {
                Some(index) => {
                    let what = ("schema", Action::Renamed);
                    self.report(&place, at, what, json!(name), json!(added.remove(index).0));
                }
                None => self.removed(&place, at, "schema", name.as_str()),
            }
        }
        for (name, _) in added {
            self.added(&format!("schema {name}"), at, "schema", name.as_str());
        }
    }

    /// Compares the schemas that no operation uses, because they have Rust types, too.
    fn unused(&mut self) {
        let (old, new) = (self.old, self.new);
        let rows = [old, new].into_iter().zip(&self.reached);
        let rows = rows.flat_map(|(table, reached)| table.rows.iter().zip(reached));
        let reached: HashSet<String> = rows
            .filter(|(_, reached)| **reached)
            .flat_map(|(row, _)| row.pointers.iter().cloned())
            .collect();
        for (name, before) in &old.schemas {
            let Some(after) = new.schemas.get(name) else {
                continue;
            };
            let own = old.row(*before).pointers.first();
            let used = own.is_some_and(|own| reached.contains(own))
                || self.compared.contains(&self.fingerprints.pair(*before, *after));
            if used || self.fingerprints.same(*before, *after) {
                continue;
            }
            let used = std::mem::take(&mut self.judge);
            let side = (Side::Response, "");
            self.value(Place::default(), side, (*before, *after), (true, false));
            let own = std::mem::replace(&mut self.judge, used).into_changes();
            let (place, names) = (format!("schema {name}"), (json!(name), json!(name)));
            let site = Site {
                place: &Place::part(&place),
                source: None,
                side: Side::Either,
                occurs: "",
                required: true,
                nullable: false,
                retyped: own.rust_breaking(),
                generated: true,
            };
            let what = ("schema", Action::Changed);
            self.judge.add(&site, what, names.0, names.1);
        }
    }
}

/// Returns a set of credentials in JSON.
fn credentials(set: &BTreeSet<String>) -> Value {
    match set.is_empty() {
        true => json!("no credentials"),
        false => json!(set),
    }
}

/// Whether a response for `wide`, a range or `default`, also describes the status or range `narrow`.
fn covers(wide: &str, narrow: &str) -> bool {
    wide != narrow
        && (wide == "default" || wide.ends_with("XX") && wide.get(..1) == narrow.get(..1))
}

/// Returns the response that describes a status: its own, that of its range, or the default.
fn covering<'r>(responses: &'r BTreeMap<String, Response>, status: &str) -> Option<&'r Response> {
    responses.get(status).or_else(|| {
        let mut wider = responses.iter().filter(|(other, _)| covers(other, status));
        // A range sorts before `default`.
        wider.next().map(|(_, response)| response)
    })
}

/// Whether a media type is in a range like `application/*` or `*/*`.
fn is_in(media: &str, range: &str) -> bool {
    media != range
        && match range.strip_suffix('*') {
            Some("*/") => true,
            Some(start) if start.ends_with('/') => media.starts_with(start),
            _ => false,
        }
}

/// Returns the content of a media type: its own, or that of the narrowest range that it is in.
fn in_range<'c>(contents: &'c BTreeMap<String, RowId>, media: &str) -> Option<&'c RowId> {
    contents.get(media).or_else(|| {
        let ranges = contents.iter().filter(|(range, _)| is_in(media, range));
        ranges.max_by_key(|(range, _)| range.len()).map(|(_, row)| row)
    })
}
