//! The titles of alternatives: in Rust, the names of variants.

use std::collections::HashSet;

use serde_json::json;

use crate::compare::Compare;
use crate::place::Place;
use crate::rules::{Action, Side};
use crate::table::{Rest, RowId};

impl Compare<'_> {
    /// Tells new titles of alternatives that are the same otherwise, where a schema says them
    /// or one that stands within it and has no name.
    pub(crate) fn titles(&mut self) {
        for (name, before) in &self.old.schemas {
            if let Some(after) = self.new.schemas.get(name) {
                self.titles_within(&format!("schema {name}"), (*before, *after));
            }
        }
        for operation in &self.old.operations {
            let mut others = self.new.operations.iter();
            let Some(other) = others.find(|other| other.name() == operation.name()) else {
                continue;
            };
            let name = operation.name();
            for (status, response) in &operation.responses {
                let after = other.responses.get(status).and_then(|other| other.json());
                if let (Some(before), Some(after)) = (response.json(), after)
                    && self.old.row(before).name.is_none()
                {
                    self.titles_within(&format!("{name} {status}"), (before, after));
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
            // What has a name is told by it.
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
        self.say(
            &place,
            (Side::Either, ""),
            what,
            json!(before),
            json!(after),
        );
    }

    /// The alternatives that are the same before and after.
    fn same_alternatives(&self, before: Vec<RowId>, after: &[RowId]) -> Vec<(RowId, RowId)> {
        let mut after = after.to_vec();
        let pair = |before: RowId| {
            let titled = |after: &RowId| self.old.row(before).title == self.new.row(*after).title;
            let same = |after: &RowId| self.prints.same(before, *after);
            let index = after.iter().position(|after| same(after) && titled(after));
            let index = index.or_else(|| after.iter().position(same))?;
            Some((before, after.remove(index)))
        };
        before.into_iter().filter_map(pair).collect()
    }
}
