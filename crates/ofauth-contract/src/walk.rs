//! Two rows → what changed between them, and in the rows below.

use std::cmp::Ordering;

use serde_json::{Value, json};

use crate::number;
use crate::place::Place;
use crate::print::Prints;
use crate::report::{Report, Site, ends, flag, reformatted, replaced, typed};
use crate::rules::{Action, Side};
use crate::source::Mistake;
use crate::step::{Pairs, Step};
use crate::table::{Bound, Kind, Rest, Row, RowId, Table};

/// More pairs of rows than any honest pair of contracts has between them.
const STEPS: usize = 200_000;
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
            if !self.prints.same(step.old, step.new) && !self.is_known(&steps, next) {
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

    fn say(&mut self, step: &Step, what: (&str, Action), before: Value, after: Value) {
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
        let site = Site {
            place,
            side: self.side,
            occurs: self.occurs,
            required: step.required,
            nullable: old.nullable && new.nullable,
            typed: typed(what.0, self.side, old, new),
        };
        self.report.add(&site, what, before, after);
    }

    /// What holds of a value with alternatives as of any other.
    fn wrapper(&mut self, step: &Step, old: &Row, new: &Row) {
        // An alternative that may be null makes the whole nullable.
        let nullable = |table: &Table, row: &Row| {
            row.nullable || row.alternatives.iter().any(|id| table.row(*id).nullable)
        };
        let null = match step.alternative {
            true => (false, false),
            false => (nullable(self.old, old), nullable(self.new, new)),
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

    /// Pairs the alternatives that mean the same; the others are new or gone.
    fn alternatives(&mut self, step: &Step, old: &Row, new: &Row, pairs: &mut Pairs) {
        let list = |row: &Row, own: RowId| match row.alternatives.is_empty() {
            true => vec![own],
            false => row.alternatives.clone(),
        };
        let mut removed = list(old, step.old);
        let mut added = list(new, step.new);
        let (olds, news) = (self.old, self.new);
        let same = |a: RowId, b: RowId| self.prints.same(a, b);
        let named = |a: RowId, b: RowId| {
            let (a, b) = (&olds.row(a).name, &news.row(b).name);
            a.is_some() && a == b
        };
        // By a property of one value, like `type: photo`.
        let tagged = |a: RowId, b: RowId| {
            let after = &news.row(b).properties;
            olds.row(a).properties.iter().any(|(name, field)| {
                let values = &olds.row(field.row).values;
                values.as_ref().is_some_and(|values| values.len() == 1)
                    && after
                        .get(name)
                        .is_some_and(|field| &news.row(field.row).values == values)
            })
        };
        let tests: [&dyn Fn(RowId, RowId) -> bool; 3] = [&same, &named, &tagged];
        for test in tests {
            removed.retain(|before| {
                let found = added.iter().position(|after| test(*before, *after));
                if let Some(index) = found {
                    let after = added.remove(index);
                    pairs.alternative(step, (*before, after));
                }
                found.is_none()
            });
        }
        // Of one type, those with most properties in common.
        let mut alike = Vec::new();
        for before in &removed {
            for after in &added {
                let (old, new) = (olds.row(*before), news.row(*after));
                if old.kind.is_some() && old.kind == new.kind {
                    let is_shared = |name: &&String| new.properties.contains_key(*name);
                    let shared = old.properties.keys().filter(is_shared).count();
                    alike.push((shared, *before, *after));
                }
            }
        }
        alike.sort_by_key(|(shared, _, _)| std::cmp::Reverse(*shared));
        for (_, before, after) in alike {
            if removed.contains(&before) && added.contains(&after) {
                removed.retain(|id| *id != before);
                added.retain(|id| *id != after);
                pairs.alternative(step, (before, after));
            }
        }
        for id in removed {
            let (before, after) = ends(Action::Removed, json!(olds.words(id)));
            self.say(step, ("alternative", Action::Removed), before, after);
        }
        for id in added {
            let (before, after) = ends(Action::Added, json!(news.words(id)));
            self.say(step, ("alternative", Action::Added), before, after);
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
            let kinds = (json!(old.words()), json!(new.words()));
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
        self.values(step, old, new);
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
            if before != after {
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

    fn values(&mut self, step: &Step, old: &Row, new: &Row) {
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
        let subject = if old.open {
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
                            let what = ("required-property", Action::Added);
                            let after = json!(news.words(after.row));
                            self.say_at(&place, step, what, Value::Null, after);
                        }
                        continue;
                    }
                    let required = before.required && after.required;
                    if let Some(action) = flag(before.required, after.required) {
                        let nullable = Step::at(&place, pair);
                        let (before, after) = (json!(before.required), json!(after.required));
                        self.say(&nullable, ("property-required", action), before, after);
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
            let subject = if after.required {
                "required-property"
            } else {
                "property"
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
        if let Some(action) = flag(!closed(old), !closed(new)) {
            let (before, after) = (json!(!closed(old)), json!(!closed(new)));
            return self.say(step, ("other-properties", action), before, after);
        }
        let values = |row: &Row| match row.rest {
            Rest::Map(values) => Some(values),
            _ => None,
        };
        self.inside(step, step.place.values(), (values(old), values(new)), pairs);
    }
}
