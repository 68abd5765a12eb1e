//! Compares objects and arrays: properties, items and map values.

use serde_json::{Value, json};

use super::judge::flag;
use super::rules::{Action, Side};
use super::value::{Pairs, Step, ValueComparison};
use crate::table::{Field, Place, Rest, Row, RowId, Table};

impl ValueComparison<'_> {
    pub(crate) fn properties(&mut self, step: &Step, old: &Row, new: &Row, pairs: &mut Pairs) {
        for (name, before) in &old.properties {
            let place = step.place.property(name);
            let is_hidden = self.hides(self.old.row(before.row));
            match new.properties.get(name) {
                Some(after) => self.property(step, place, (before, after), pairs),
                None if is_hidden => {}
                None => self.removed(step, place, before, new, pairs),
            }
        }
        for (name, after) in &new.properties {
            if !old.properties.contains_key(name) && !self.hides(self.new.row(after.row)) {
                self.added(step, step.place.property(name), after, old, pairs);
            }
        }
    }

    /// Returns whether a value isn't part of this side: read-only values are never sent, and
    /// write-only values never received.
    fn hides(&self, row: &Row) -> bool {
        match self.side {
            Side::Response => row.write_only,
            _ => row.read_only,
        }
    }

    /// Returns whether a request may omit the value, because the server has a default for it.
    fn is_defaulted(&self, row: RowId) -> bool {
        self.side != Side::Response && self.new.row(row).default.is_some()
    }

    fn property(
        &mut self,
        step: &Step,
        place: Place,
        (before, after): (&Field, &Field),
        pairs: &mut Pairs,
    ) {
        let pair = (before.row, after.row);
        let (old, new) = (self.old.row(pair.0), self.new.row(pair.1));
        match (self.hides(old), self.hides(new)) {
            (true, true) => {}
            (false, false) => {
                let required = before.required && after.required;
                if let Some(action) = flag(before.required, after.required) {
                    let (before, after) = (json!(before.required), json!(after.required));
                    let subject = match self.is_defaulted(pair.1) && action == Action::Set {
                        true => "property-with-default-required",
                        false => "property-required",
                    };
                    self.report(&Step::at(&place, pair), (subject, action), before, after);
                }
                pairs.push(place, pair, required, false);
            }
            // It is hidden in one of the contracts, so there is nothing to compare.
            (was_hidden, _) => {
                self.access(&Step::at(&place, pair), old, new);
                if was_hidden && after.required {
                    self.new_property(step, &place, after);
                }
            }
        }
    }

    fn removed(&mut self, step: &Step, place: Place, before: &Field, new: &Row, pairs: &mut Pairs) {
        let row = self.old.row(before.row);
        let words = json!(self.old.words(before.row));
        if let Some(values) = new.map() {
            let what = ("named-property", Action::Removed);
            self.report_at(&place, step, what, words, Value::Null);
            self.no_longer_required(step, &place, before);
            pairs.push(place, (before.row, values), false, false);
        } else if row.is_undescribed() {
            self.no_longer_required(step, &place, before);
        } else {
            let what = ("property", Action::Removed);
            self.report_at(&place, step, what, words, Value::Null);
        }
    }

    fn no_longer_required(&mut self, step: &Step, place: &Place, before: &Field) {
        if before.required {
            let what = ("property-required", Action::Unset);
            self.report_at(place, step, what, json!(true), json!(false));
        }
    }

    fn added(&mut self, step: &Step, place: Place, after: &Field, old: &Row, pairs: &mut Pairs) {
        let is_undescribed = self.new.row(after.row).is_undescribed();
        if let Some(values) = old.map() {
            let what = ("named-property", Action::Added);
            let words = json!(self.new.words(after.row));
            self.report_at(&place, step, what, Value::Null, words);
            pairs.push(place.clone(), (values, after.row), false, false);
        }
        if old.map().is_none() && !is_undescribed {
            self.new_property(step, &place, after);
        } else if after.required {
            let what = ("property-required", Action::Set);
            self.report_at(&place, step, what, json!(false), json!(true));
        }
    }

    /// Reports a new property.
    fn new_property(&mut self, step: &Step, place: &Place, after: &Field) {
        let subject = match after.required {
            true if self.is_defaulted(after.row) => "required-property-with-default",
            true => "required-property",
            false => "property",
        };
        let words = json!(self.new.words(after.row));
        self.report_at(place, step, (subject, Action::Added), Value::Null, words);
    }

    /// Compares the items of arrays or the values of maps. A contract that doesn't describe them
    /// allows any value.
    pub(crate) fn elements(
        &mut self,
        step: &Step,
        place: Place,
        (old, new): (Option<RowId>, Option<RowId>),
        pairs: &mut Pairs,
    ) {
        let any = json!("any value");
        match (old, new) {
            (Some(old), Some(new)) => pairs.push(place, (old, new), true, false),
            (Some(old), None) if !self.old.row(old).is_any() => {
                let before = json!(self.old.words(old));
                self.report_at(&place, step, ("type", Action::Widened), before, any);
            }
            (None, Some(new)) if !self.new.row(new).is_any() => {
                let after = json!(self.new.words(new));
                self.report_at(&place, step, ("type", Action::Narrowed), any, after);
            }
            _ => {}
        }
    }

    pub(crate) fn rest(&mut self, step: &Step, old: &Row, new: &Row, pairs: &mut Pairs) {
        let closed = |row: &Row| row.rest == Rest::Closed;
        if let Some(action) = flag(!closed(old), !closed(new)) {
            let (before, after) = (json!(!closed(old)), json!(!closed(new)));
            if old.map().or(new.map()).is_none() {
                return self.report(step, ("other-properties", action), before, after);
            }
            let words = |table: &Table, row: &Row| match row.map() {
                Some(id) => json!(table.words(id)),
                None => Value::Null,
            };
            let action = match action {
                Action::Set => Action::Added,
                _ => Action::Removed,
            };
            let (before, after) = (words(self.old, old), words(self.new, new));
            let place = step.place.values();
            return self.report_at(&place, step, ("map-values", action), before, after);
        }
        self.elements(step, step.place.values(), (old.map(), new.map()), pairs);
    }
}
