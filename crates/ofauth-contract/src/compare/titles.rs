//! Compares the titles of alternatives, which are the names of variants in Rust.

use std::collections::{HashMap, HashSet};

use serde_json::json;

use super::operations::Comparison;
use super::rules::{Action, Side};
use crate::table::{Operation, Place, Rest, RowId};

impl<'b> Comparison<'b> {
    /// Reports new titles of alternatives that are otherwise the same, in named schemas, in unnamed
    /// schemas of operations, and in the unnamed schemas within those.
    pub(crate) fn titles(&mut self) {
        for (name, before) in &self.old.schemas {
            if let Some(after) = self.new.schemas.get(name) {
                self.titles_within(&format!("schema {name}"), (*before, *after));
            }
        }
        let named = |operation: &'b Operation| (operation.name(), operation);
        let others: HashMap<String, &Operation> = self.new.operations.iter().map(named).collect();
        for operation in &self.old.operations {
            let name = operation.name();
            let Some(other) = others.get(&name) else {
                continue;
            };
            let mut after: HashMap<String, RowId> = values(other).collect();
            for (part, before) in values(operation) {
                let after = after.remove(&part);
                let inline = self.old.row(before).name.is_none();
                if let Some(after) = after.filter(|_| inline) {
                    self.titles_within(&format!("{name} {part}"), (before, after));
                }
            }
        }
    }

    fn titles_within(&mut self, own: &str, pair: (RowId, RowId)) {
        let (old, new) = (self.old, self.new);
        let mut passed = HashSet::new();
        let mut pairs = vec![(Place::default(), pair)];
        while let Some((place, (before, after))) = pairs.pop() {
            if !passed.insert((before, after)) {
                continue;
            }
            self.titles_at(own, &place, (before, after));
            let (before, after) = (old.row(before), new.row(after));
            let mut below = Vec::new();
            for (name, field) in &before.properties {
                let other = after.properties.get(name);
                below.extend(other.map(|other| (place.property(name), (field.row, other.row))));
            }
            let items = before.items.zip(after.items);
            below.extend(items.map(|items| (place.items(), items)));
            if let (Rest::Map(before), Rest::Map(after)) = (before.rest, after.rest) {
                below.push((place.values(), (before, after)));
            }
            for (before, after) in
                self.same_alternatives(before.alternatives.clone(), &after.alternatives)
            {
                below.push((place.clone(), (before, after)));
            }
            // Named schemas are reported under their names.
            below.retain(|(_, (before, _))| old.row(*before).name.is_none());
            pairs.extend(below);
        }
    }

    fn titles_at(&mut self, own: &str, place: &Place, (before, after): (RowId, RowId)) {
        let (old, new) = (self.old, self.new);
        let (before, after) = (&old.row(before).alternatives, &new.row(after).alternatives);
        let same = self.same_alternatives(before.clone(), after);
        let titles = same
            .into_iter()
            .map(|(before, after)| (old.row(before).title.clone(), new.row(after).title.clone()));
        let (before, after): (Vec<_>, Vec<_>) = titles.filter(|(a, b)| a != b).unzip();
        if before.is_empty() {
            return;
        }
        let place = match place.to_string().as_str() {
            "$" => own.to_owned(),
            below => format!("{own}: {below}"),
        };
        let what = ("alternatives", Action::Renamed);
        self.report(&place, (Side::Either, ""), what, json!(before), json!(after));
    }

    /// Pairs the alternatives that are the same before and after. Of the others, it pairs those
    /// that are the only ones of their type.
    fn same_alternatives(&self, before: Vec<RowId>, after: &[RowId]) -> Vec<(RowId, RowId)> {
        let (old, new) = (self.old, self.new);
        let (mut before, mut after, mut pairs) = (before, after.to_vec(), Vec::new());
        let same = |a: RowId, b: RowId| self.fingerprints.same(a, b);
        let titled = |a: RowId, b: RowId| same(a, b) && old.row(a).title == new.row(b).title;
        let kind = |a: RowId, b: RowId| old.row(a).kind == new.row(b).kind;
        let tests: [&dyn Fn(RowId, RowId) -> bool; 3] = [&titled, &same, &kind];
        for (index, test) in tests.iter().enumerate() {
            let all = before.clone();
            before.retain(|one| {
                let others = all.iter().filter(|other| old.row(**other).kind == old.row(*one).kind);
                let alone = others.count() == 1;
                let mut found = (0..after.len()).filter(|other| test(*one, after[*other]));
                let first = found.next();
                // A pair by type alone must be unambiguous.
                let first = first.filter(|_| index < 2 || alone && found.next().is_none());
                pairs.extend(first.map(|other| (*one, after.remove(other))));
                first.is_none()
            });
        }
        pairs
    }
}

/// Returns the values of an operation, each with the name of its part.
fn values(operation: &Operation) -> impl Iterator<Item = (String, RowId)> {
    let parameters = operation.parameters.iter();
    let parameters = parameters.map(|one| (format!("{} {}", one.location, one.name), one.row));
    let bodies = operation.body.iter().flat_map(|body| &body.contents);
    let bodies = bodies.map(|(media, row)| (format!("body {media}"), *row));
    let responses = operation.responses.iter();
    let responses = responses.filter_map(|(status, one)| Some((status.clone(), one.json()?)));
    parameters.chain(bodies).chain(responses)
}
