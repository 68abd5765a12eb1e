//! Two tables → what changed between them, operation by operation.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde_json::{Value, json};

use super::change::Changes;
use super::fingerprint::Fingerprints;
use super::judge::{Judge, Site, ends, flag};
use super::recursion::cyclic;
use super::rules::{Action, Side};
use super::value::ValueComparison;
use crate::mistake::Mistake;
use crate::table::{Operation, Place, Response, RowId, Table};

/// What is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// All that the documents say.
    Everything,
    /// The operations that both have, as far as the wire goes: two authors name, tag
    /// and group things differently.
    Wire,
}

/// Compares two contracts, from the old to the new.
///
/// # Errors
///
/// Where values are nested too deep, or stand at too many places, to be compared.
pub fn compare(old: &Table, new: &Table, scope: Scope) -> Result<Changes, Mistake> {
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
    };
    comparison.operations()?;
    if scope == Scope::Everything {
        comparison.schemas();
        comparison.titles();
        comparison.unused()?;
    }
    Ok(comparison.judge.into_changes())
}

pub(crate) struct Comparison<'a> {
    pub(crate) old: &'a Table,
    pub(crate) new: &'a Table,
    pub(crate) fingerprints: Fingerprints,
    cyclic: Vec<bool>,
    scope: Scope,
    judge: Judge,
    /// Which rows of the tables were compared.
    reached: [Vec<bool>; 2],
    /// Which pairs were, by their fingerprints.
    compared: HashSet<(u64, u64)>,
}

impl Comparison<'_> {
    /// A change of something that has a name, and no value.
    pub(crate) fn say(
        &mut self,
        place: &str,
        (side, occurs): (Side, &str),
        what: (&str, Action),
        before: Value,
        after: Value,
    ) {
        let site = Site {
            place: &Place::part(place),
            side,
            occurs,
            required: true,
            nullable: false,
            retyped: true,
            generated: true,
        };
        self.judge.add(&site, what, before, after);
    }

    pub(crate) fn walk(
        &mut self,
        place: Place,
        (side, occurs): (Side, &str),
        (old, new): (RowId, RowId),
        (required, text): (bool, bool),
    ) -> Result<(), Mistake> {
        ValueComparison {
            old: self.old,
            new: self.new,
            fingerprints: &self.fingerprints,
            cyclic: &self.cyclic,
            judge: &mut self.judge,
            reached: self.reached.each_mut().map(Vec::as_mut_slice),
            compared: &mut self.compared,
            side,
            occurs,
            text,
        }
        .run(place, (old, new), required)
    }

    fn operations(&mut self) -> Result<(), Mistake> {
        let (old, new) = (self.old, self.new);
        let key = |operation: &Operation| (operation.method.clone(), operation.template());
        let index = |table: &'_ Table| -> HashMap<(String, String), usize> {
            let operations = table.operations.iter().enumerate().rev();
            let keys = operations.map(|(index, operation)| (key(operation), index));
            keys.collect()
        };
        let (olds, news) = (index(old), index(new));
        for operation in &old.operations {
            let name = operation.name();
            match news.get(&key(operation)) {
                Some(index) => self.operation(&name, operation, &new.operations[*index])?,
                None => {
                    let what = ("operation", Action::Removed);
                    self.say(
                        &name,
                        (Side::Request, &name),
                        what,
                        json!(name),
                        Value::Null,
                    );
                }
            }
        }
        if self.scope == Scope::Wire {
            return Ok(());
        }
        for operation in &new.operations {
            if !olds.contains_key(&key(operation)) {
                let name = operation.name();
                let what = ("operation", Action::Added);
                self.say(
                    &name,
                    (Side::Request, &name),
                    what,
                    Value::Null,
                    json!(name),
                );
            }
        }
        Ok(())
    }

    fn operation(&mut self, name: &str, old: &Operation, new: &Operation) -> Result<(), Mistake> {
        if self.scope == Scope::Everything {
            let side = (Side::Either, name);
            if old.id != new.id {
                self.say(
                    name,
                    side,
                    ("operation-id", Action::Changed),
                    json!(old.id),
                    json!(new.id),
                );
            }
            if old.tags != new.tags {
                let what = ("operation-tags", Action::Changed);
                self.say(name, side, what, json!(old.tags), json!(new.tags));
            }
        }
        if let Some(action) = flag(old.deprecated, new.deprecated) {
            let (before, after) = (json!(old.deprecated), json!(new.deprecated));
            self.say(
                name,
                (Side::Either, name),
                ("operation-deprecated", action),
                before,
                after,
            );
        }
        self.security(name, old, new);
        self.servers(name, old, new);
        self.parameters(name, old, new)?;
        self.body(name, old, new)?;
        for (status, response) in &old.responses {
            let occurs = format!("{name} {status}");
            match new.responses.get(status) {
                Some(other) => self.response(&occurs, response, other)?,
                None => self.status(name, status, Action::Removed),
            }
        }
        for status in new.responses.keys() {
            if !old.responses.contains_key(status) {
                self.status(name, status, Action::Added);
            }
        }
        Ok(())
    }

    fn status(&mut self, name: &str, status: &str, action: Action) {
        let success = status.starts_with('2');
        let subject = if success {
            "success-response"
        } else {
            "error-response"
        };
        let occurs = format!("{name} {status}");
        let (before, after) = ends(action, json!(status));
        let place = format!("response {status}");
        self.say(
            &place,
            (Side::Response, &occurs),
            (subject, action),
            before,
            after,
        );
    }

    fn security(&mut self, name: &str, old: &Operation, new: &Operation) {
        for set in old.security.difference(&new.security) {
            // Who sends more than is asked for is let in.
            if !new.security.iter().any(|other| other.is_subset(set)) {
                let what = ("security", Action::Removed);
                self.say(
                    "security",
                    (Side::Request, name),
                    what,
                    credentials(set),
                    Value::Null,
                );
            }
        }
        for set in new.security.difference(&old.security) {
            let what = ("security", Action::Added);
            self.say(
                "security",
                (Side::Request, name),
                what,
                Value::Null,
                credentials(set),
            );
        }
    }

    fn servers(&mut self, name: &str, old: &Operation, new: &Operation) {
        let side = (Side::Request, name);
        for server in &old.servers {
            if !new.servers.contains(server) {
                self.say(
                    "servers",
                    side,
                    ("server", Action::Removed),
                    json!(server),
                    Value::Null,
                );
            }
        }
        for server in &new.servers {
            if !old.servers.contains(server) {
                self.say(
                    "servers",
                    side,
                    ("server", Action::Added),
                    Value::Null,
                    json!(server),
                );
            }
        }
        let (before, after) = (old.servers.first(), new.servers.first());
        if before != after && before.is_some_and(|server| new.servers.contains(server)) {
            let what = ("default-server", Action::Changed);
            self.say("servers", side, what, json!(before), json!(after));
        }
    }

    fn response(&mut self, occurs: &str, old: &Response, new: &Response) -> Result<(), Mistake> {
        let side = (Side::Response, occurs);
        for (key, before) in &old.headers {
            let place = format!("header {}", before.name);
            let Some(after) = new.headers.get(key) else {
                let name = json!(before.name);
                self.say(&place, side, ("header", Action::Removed), name, Value::Null);
                continue;
            };
            for (subject, before, after) in [
                ("header-required", before.required, after.required),
                ("header-deprecated", before.deprecated, after.deprecated),
            ] {
                if let Some(action) = flag(before, after) {
                    self.say(&place, side, (subject, action), json!(before), json!(after));
                }
            }
            self.walk(
                Place::part(place),
                side,
                (before.row, after.row),
                (false, true),
            )?;
        }
        for (key, header) in &new.headers {
            if !old.headers.contains_key(key) {
                let place = format!("header {}", header.name);
                let name = json!(header.name);
                self.say(&place, side, ("header", Action::Added), Value::Null, name);
            }
        }
        self.contents(Place::default(), side, &old.contents, &new.contents)
    }

    pub(crate) fn contents(
        &mut self,
        place: Place,
        side: (Side, &str),
        old: &BTreeMap<String, RowId>,
        new: &BTreeMap<String, RowId>,
    ) -> Result<(), Mistake> {
        let name = match side.0 {
            Side::Response => "content".to_owned(),
            _ => place.to_string(),
        };
        for (media, before) in old {
            match new.get(media) {
                Some(after) => self.walk(place.clone(), side, (*before, *after), (true, false))?,
                None => {
                    let what = ("media-type", Action::Removed);
                    self.say(&name, side, what, json!(media), Value::Null);
                }
            }
        }
        for media in new.keys().filter(|media| !old.contains_key(*media)) {
            self.say(
                &name,
                side,
                ("media-type", Action::Added),
                Value::Null,
                json!(media),
            );
        }
        Ok(())
    }

    /// The names of the schemas; their content is compared where it is used.
    fn schemas(&mut self) {
        let (old, new) = (self.old, self.new);
        let mut added: Vec<(&String, RowId)> = new
            .schemas
            .iter()
            .filter(|(name, _)| !old.schemas.contains_key(*name))
            .map(|(name, row)| (name, *row))
            .collect();
        for (name, row) in old
            .schemas
            .iter()
            .filter(|(name, _)| !new.schemas.contains_key(*name))
        {
            let place = format!("schema {name}");
            let renamed = added
                .iter()
                .position(|(_, other)| self.fingerprints.same(*row, *other));
            let (action, after) = match renamed {
                Some(index) => (Action::Renamed, json!(added.remove(index).0)),
                None => (Action::Removed, Value::Null),
            };
            self.say(
                &place,
                (Side::Either, ""),
                ("schema", action),
                json!(name),
                after,
            );
        }
        for (name, _) in added {
            let what = ("schema", Action::Added);
            let place = format!("schema {name}");
            self.say(&place, (Side::Either, ""), what, Value::Null, json!(name));
        }
    }

    /// The schemas that no operation uses: they have Rust types all the same.
    fn unused(&mut self) -> Result<(), Mistake> {
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
                || self
                    .compared
                    .contains(&self.fingerprints.pair(*before, *after));
            if used || self.fingerprints.same(*before, *after) {
                continue;
            }
            let used = std::mem::take(&mut self.judge);
            let side = (Side::Response, "");
            self.walk(Place::default(), side, (*before, *after), (true, false))?;
            let own = std::mem::replace(&mut self.judge, used).into_changes();
            let (place, names) = (format!("schema {name}"), (json!(name), json!(name)));
            let site = Site {
                place: &Place::part(&place),
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
        Ok(())
    }
}

/// A set of credentials.
fn credentials(set: &BTreeSet<String>) -> Value {
    match set.is_empty() {
        true => json!("no credentials"),
        false => json!(set),
    }
}
