//! Two rows → what changed between them, and in the rows below.

use std::cmp::Ordering;
use std::collections::HashMap;

use serde_json::{Value, json};

use crate::generated::retypes;
use crate::number;
use crate::place::Place;
use crate::print::Prints;
use crate::report::{Report, Site, flag, reformatted, replaced};
use crate::rules::{Action, Side};
use crate::source::Mistake;
use crate::step::{Pairs, Step};
use crate::table::{Bound, Kind, Rest, Row, RowId, Table};

/// More pairs of rows than any honest pair of contracts has between them.
const STEPS: usize = 200_000;
/// The same change is told at so many places: schemas that refer to others twice, and
/// these again, stand at more places than can be listed.
const PLACES: usize = 64;
/// Values that are nested deeper are not compared.
const DEPTH: usize = 1_000;

/// A walk along two tables.
pub(crate) struct Walk<'a> {
    pub(crate) old: &'a Table,
    pub(crate) new: &'a Table,
    pub(crate) prints: &'a Prints,
    pub(crate) report: &'a mut Report,
    pub(crate) side: Side,
    pub(crate) occurs: &'a str,
    /// Whether the value is written as text: then each number is a string too.
    pub(crate) text: bool,
}

impl Walk<'_> {
    pub(crate) fn run(
        mut self,
        place: Place,
        (old, new): (RowId, RowId),
        required: bool,
    ) -> Result<(), Mistake> {
        let mut steps = vec![Step {
            place,
            old,
            new,
            required,
            content: false,
            alternative: false,
            above: None,
            depth: 0,
        }];
        let mut next = 0;
        let mut visits = HashMap::new();
        while next < steps.len() {
            let step = &steps[next];
            if steps.len() > STEPS || step.depth > DEPTH {
                let (place, over) = (step.place.to_string(), step.depth > DEPTH);
                return Err(Mistake::new(
                    "",
                    match over {
                        true => "values are nested too deep to be compared".to_owned(),
                        false => {
                            format!("there are too many places to compare, as at {:.100}", place)
                        }
                    },
                ));
            }
            let visits = visits
                .entry((step.old, step.new, step.required, step.content))
                .or_insert(0);
            *visits += 1;
            if !self.prints.same(step.old, step.new)
                && *visits <= PLACES
                && !self.is_known(&steps, next)
            {
                let below = self.step(&steps[next], next);
                steps.extend(below);
            }
            next += 1;
        }
        Ok(())
    }

    /// Whether the same pair was passed on the way: a recursive schema begins anew.
    fn is_known(&self, steps: &[Step], index: usize) -> bool {
        let step = &steps[index];
        let mut above = step.above;
        while let Some(index) = above {
            let other = &steps[index];
            let same = self
                .prints
                .same_pair((other.old, other.new), (step.old, step.new));
            if same && other.content == step.content {
                return true;
            }
            above = other.above;
        }
        false
    }

    /// Compares a pair of rows, and finds those below it.
    fn step(&mut self, step: &Step, index: usize) -> Vec<Step> {
        let (old, new) = (self.old.row(step.old), self.new.row(step.new));
        let mut pairs = Pairs {
            index,
            depth: step.depth + 1,
            steps: Vec::new(),
        };
        if !step.content {
            self.wrapper(step, old, new);
        }
        if old.alternatives.is_empty() && new.alternatives.is_empty() {
            self.content(step, old, new, &mut pairs);
        } else {
            self.alternatives(step, old, new, &mut pairs);
        }
        pairs.steps
    }

    pub(crate) fn say(&mut self, step: &Step, what: (&str, Action), before: Value, after: Value) {
        self.say_at(&step.place, step, what, before, after);
    }

    fn say_at(
        &mut self,
        place: &Place,
        step: &Step,
        what: (&str, Action),
        before: Value,
        after: Value,
    ) {
        let (old, new) = (self.old.row(step.old), self.new.row(step.new));
        let parameter = self.side == Side::Request && self.text;
        let site = Site {
            place,
            side: self.side,
            occurs: self.occurs,
            required: step.required,
            nullable: old.nullable && new.nullable,
            retyped: retypes(what.0, parameter, (self.old, old), (self.new, new)),
            generated: self.side == Side::Request || !self.text,
        };
        self.report.add(&site, what, before, after);
    }

    /// What holds of a value with alternatives as of any other.
    fn wrapper(&mut self, step: &Step, old: &Row, new: &Row) {
        // Of alternatives, the whole says whether it may be null; of any value, the type.
        let null = match step.alternative || old.is_any() || new.is_any() {
            true => (false, false),
            false => (old.nullable, new.nullable),
        };
        for (subject, before, after) in [
            ("nullable", null.0, null.1),
            ("deprecated", old.deprecated, new.deprecated),
        ] {
            if let Some(action) = flag(before, after) {
                self.say(step, (subject, action), json!(before), json!(after));
            }
        }
        self.access(step, old, new);
        if let Some((action, before, after)) = replaced(old.default.as_ref(), new.default.as_ref())
        {
            self.say(step, ("default", action), before, after);
        }
        let property = |row: &Row| {
            let discriminator = row.discriminator.as_ref();
            discriminator.map(|discriminator| Value::from(discriminator.property.as_str()))
        };
        if let Some((action, before, after)) =
            replaced(property(old).as_ref(), property(new).as_ref())
        {
            self.say(step, ("discriminator", action), before, after);
        }
    }

    /// Whether a value is only received, or only sent.
    fn access(&mut self, step: &Step, old: &Row, new: &Row) {
        for (subject, before, after) in [
            ("read-only", old.read_only, new.read_only),
            ("write-only", old.write_only, new.write_only),
        ] {
            if let Some(action) = flag(before, after) {
                self.say(step, (subject, action), json!(before), json!(after));
            }
        }
    }

    /// What a value is, and what is in it.
    fn content(&mut self, step: &Step, old: &Row, new: &Row, pairs: &mut Pairs) {
        if old.kind != new.kind {
            let what = self.retyped(old.kind, new.kind);
            let (before, after) = (
                json!(self.old.words(step.old)),
                json!(self.new.words(step.new)),
            );
            let word = |row: &Row| json!(row.kind.map_or("any value", Kind::as_str));
            let kinds = (word(old), word(new));
            let (before, after) = if before == after {
                kinds
            } else {
                (before, after)
            };
            return self.say(step, ("type", what), before, after);
        }
        if old.format != new.format {
            let action = reformatted(old.format.as_deref(), new.format.as_deref());
            self.say(
                step,
                ("format", action),
                json!(old.format),
                json!(new.format),
            );
        }
        self.values(step, old, new, old.open);
        let names = old.bounds.keys().chain(
            new.bounds
                .keys()
                .filter(|name| !old.bounds.contains_key(*name)),
        );
        for name in names {
            self.bound(step, name, old.bounds.get(name), new.bounds.get(name));
        }
        let number = |row: &Row| row.multiple_of.clone().map(Value::from);
        let text = |row: &Row| row.pattern.clone().map(Value::from);
        if let Some((action, before, after)) = replaced(number(old).as_ref(), number(new).as_ref())
        {
            let action = match (&old.multiple_of, &new.multiple_of) {
                (Some(old), Some(new)) if number::is_multiple(old, new) => Action::Widened,
                (Some(old), Some(new)) if number::is_multiple(new, old) => Action::Narrowed,
                _ => action,
            };
            self.say(step, ("multiple-of", action), before, after);
        }
        if let Some((action, before, after)) = replaced(text(old).as_ref(), text(new).as_ref()) {
            self.say(step, ("pattern", action), before, after);
        }
        if let Some(action) = flag(old.unique, new.unique) {
            self.say(
                step,
                ("unique-items", action),
                json!(old.unique),
                json!(new.unique),
            );
        }
        let others = old
            .other
            .keys()
            .chain(new.other.keys().filter(|key| !old.other.contains_key(*key)));
        for key in others {
            let (before, after) = (old.other.get(key), new.other.get(key));
            if !self.same_inside(key, old, new, before == after) {
                let shown = |value: Option<&Value>| {
                    value.map_or(Value::Null, |value| json!({ key: value }))
                };
                self.say(
                    step,
                    ("constraint", Action::Changed),
                    shown(before),
                    shown(after),
                );
            }
        }
        self.properties(step, old, new, pairs);
        self.inside(step, step.place.items(), (old.items, new.items), pairs);
        self.rest(step, old, new, pairs);
    }

    /// Whether a keyword that is not understood says the same: the schemas below it do,
    /// or, where there are none, its value is the same.
    fn same_inside(&self, key: &str, old: &Row, new: &Row, same_text: bool) -> bool {
        match (old.inner.get(key), new.inner.get(key)) {
            (None, None) => same_text,
            (Some(before), Some(after)) => {
                before.len() == after.len()
                    && before.iter().zip(after).all(|(before, after)| {
                        before.0 == after.0 && self.prints.same(before.1, after.1)
                    })
            }
            _ => false,
        }
    }

    /// How a type became another: an integer is a number, and all is any value.
    fn retyped(&self, old: Option<Kind>, new: Option<Kind>) -> Action {
        let contains = |wide: Option<Kind>, narrow: Option<Kind>| match (wide, narrow) {
            (None, _) | (_, Some(Kind::Never)) | (Some(Kind::Number), Some(Kind::Integer)) => true,
            (Some(Kind::String), Some(kind)) => {
                self.text && !matches!(kind, Kind::Array | Kind::Object)
            }
            _ => false,
        };
        match (contains(new, old), contains(old, new)) {
            (true, _) => Action::Widened,
            (_, true) => Action::Narrowed,
            _ => Action::Changed,
        }
    }

    /// `open` says whether the values that were before are some among others.
    pub(crate) fn values(&mut self, step: &Step, old: &Row, new: &Row, open: bool) {
        let (before, after) = match (&old.values, &new.values) {
            (None, None) => return,
            (before, after @ Some(_)) if before.is_none() => {
                let subject = if new.open { "open-enum" } else { "enum" };
                return self.say(step, (subject, Action::Set), Value::Null, json!(after));
            }
            (before @ Some(_), None) => {
                let subject = if old.open { "open-enum" } else { "enum" };
                return self.say(step, (subject, Action::Unset), json!(before), Value::Null);
            }
            (before, after) => (before.iter().flatten(), after.iter().flatten()),
        };
        let subject = if open {
            "open-enum-value"
        } else {
            "enum-value"
        };
        let (before, after): (Vec<_>, Vec<_>) = (before.collect(), after.collect());
        for value in before.iter().filter(|value| !after.contains(value)) {
            self.say(
                step,
                (subject, Action::Removed),
                (*value).clone(),
                Value::Null,
            );
        }
        for value in after.iter().filter(|value| !before.contains(value)) {
            self.say(
                step,
                (subject, Action::Added),
                Value::Null,
                (*value).clone(),
            );
        }
        if let Some(action) = flag(old.open, new.open) {
            self.say(
                step,
                ("enum-open", action),
                json!(old.open),
                json!(new.open),
            );
        }
    }

    fn bound(&mut self, step: &Step, name: &str, old: Option<&Bound>, new: Option<&Bound>) {
        let action = match (old, new) {
            (None, Some(_)) => Action::Set,
            (Some(_), None) => Action::Unset,
            (Some(old), Some(new)) => match old.order(new, name.starts_with("max")) {
                Ordering::Less => Action::Raised,
                Ordering::Greater => Action::Lowered,
                Ordering::Equal => return,
            },
            (None, None) => return,
        };
        let shown = |bound: Option<&Bound>| match bound {
            Some(bound) if bound.exclusive => json!(format!("{}, exclusive", bound.value)),
            Some(bound) => json!(bound.value),
            None => Value::Null,
        };
        self.say(step, (name, action), shown(old), shown(new));
    }

    fn properties(&mut self, step: &Step, old: &Row, new: &Row, pairs: &mut Pairs) {
        // What is only received is no part of a request, nor the other way round.
        let side = self.side;
        let hidden = |row: &Row| match side {
            Side::Response => row.write_only,
            _ => row.read_only,
        };
        let (olds, news) = (self.old, self.new);
        // A server that has a default for it does without it in a request.
        let defaulted = |row: RowId| side != Side::Response && news.row(row).default.is_some();
        for (name, before) in &old.properties {
            let place = step.place.property(name);
            let gone = hidden(olds.row(before.row));
            match new.properties.get(name) {
                Some(after) => {
                    let pair = (before.row, after.row);
                    let hides = hidden(news.row(after.row));
                    if gone && hides {
                        continue;
                    }
                    if gone || hides {
                        // It was not here, or no longer is: there is nothing to compare.
                        let site = Step::at(&place, pair);
                        self.access(&site, olds.row(pair.0), news.row(pair.1));
                        if gone && after.required {
                            let subject = match defaulted(after.row) {
                                true => "required-property-with-default",
                                false => "required-property",
                            };
                            let after = json!(news.words(after.row));
                            self.say_at(&place, step, (subject, Action::Added), Value::Null, after);
                        }
                        continue;
                    }
                    let required = before.required && after.required;
                    if let Some(action) = flag(before.required, after.required) {
                        let nullable = Step::at(&place, pair);
                        let (before, after) = (json!(before.required), json!(after.required));
                        let subject = match defaulted(pair.1) && action == Action::Set {
                            true => "property-with-default-required",
                            false => "property-required",
                        };
                        self.say(&nullable, (subject, action), before, after);
                    }
                    pairs.push(place, pair, required, false);
                }
                None if gone => {}
                None => {
                    let what = ("property", Action::Removed);
                    self.say_at(
                        &place,
                        step,
                        what,
                        json!(olds.words(before.row)),
                        Value::Null,
                    );
                }
            }
        }
        for (name, after) in &new.properties {
            if old.properties.contains_key(name) || hidden(news.row(after.row)) {
                continue;
            }
            let subject = match after.required {
                true if defaulted(after.row) => "required-property-with-default",
                true => "required-property",
                false => "property",
            };
            let what = (subject, Action::Added);
            let place = step.place.property(name);
            self.say_at(
                &place,
                step,
                what,
                Value::Null,
                json!(news.words(after.row)),
            );
        }
    }

    /// The values of which there are any number; where one side says nothing of them, any.
    fn inside(
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
                self.say_at(&place, step, ("type", Action::Widened), before, any);
            }
            (None, Some(new)) if !self.new.row(new).is_any() => {
                let after = json!(self.new.words(new));
                self.say_at(&place, step, ("type", Action::Narrowed), any, after);
            }
            _ => {}
        }
    }

    fn rest(&mut self, step: &Step, old: &Row, new: &Row, pairs: &mut Pairs) {
        let closed = |row: &Row| row.rest == Rest::Closed;
        let values = |row: &Row| match row.rest {
            Rest::Map(values) => Some(values),
            _ => None,
        };
        if let Some(action) = flag(!closed(old), !closed(new)) {
            let (before, after) = (json!(!closed(old)), json!(!closed(new)));
            if values(old).or(values(new)).is_none() {
                return self.say(step, ("other-properties", action), before, after);
            }
            let words = |table: &Table, row: &Row| match values(row) {
                Some(id) => json!(table.words(id)),
                None => Value::Null,
            };
            let action = match action {
                Action::Set => Action::Added,
                _ => Action::Removed,
            };
            let (before, after) = (words(self.old, old), words(self.new, new));
            let place = step.place.values();
            return self.say_at(&place, step, ("map-values", action), before, after);
        }
        self.inside(step, step.place.values(), (values(old), values(new)), pairs);
    }
}
