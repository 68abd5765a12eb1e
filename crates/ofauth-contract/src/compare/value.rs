//! Compares two rows, and the rows below them.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::fingerprint::Fingerprints;
use super::judge::{Judge, Site, flag, replaced};
use super::rules::{Action, NOT_COMPARED, Side};
use super::rust_type::retypes;
use crate::table::{Kind, Place, Row, RowId, Table};

/// The maximum number of pairs of rows to compare in one value, more than in two real contracts.
const STEPS: usize = 200_000;
/// The maximum number of places at which the same change is reported. If schemas refer to other
/// schemas twice, and those do the same, there are more places than can be listed.
const PLACES: usize = 64;
/// The maximum nesting depth of values that can be compared.
const DEPTH: usize = 1_000;

/// A walk through two tables, in parallel.
pub(crate) struct ValueComparison<'a> {
    pub(crate) old: &'a Table,
    pub(crate) new: &'a Table,
    pub(crate) fingerprints: &'a Fingerprints,
    /// Whether each row of the old table is on a cycle.
    pub(crate) cyclic: &'a [bool],
    pub(crate) judge: &'a mut Judge,
    /// Whether each row of the tables was compared.
    pub(crate) reached: [&'a mut [bool]; 2],
    /// The pairs that were compared, by their fingerprints.
    pub(crate) compared: &'a mut HashSet<(u64, u64)>,
    /// How many steps are left for the whole comparison.
    pub(crate) budget: &'a mut usize,
    pub(crate) side: Side,
    pub(crate) occurs: &'a str,
    /// Whether the value is written as text, so that each number is also a string.
    pub(crate) text: bool,
}

impl ValueComparison<'_> {
    pub(crate) fn run(mut self, place: Place, (old, new): (RowId, RowId), required: bool) {
        let first = Step::at(&place, (old, new));
        let mut steps = vec![Step { required, property: false, ..first }];
        let (mut passed, mut visits) = (HashSet::new(), HashMap::new());
        let mut next = 0;
        while next < steps.len() {
            let step = &steps[next];
            let pair = (step.old, step.new);
            let is_new = if self.fingerprints.same(pair.0, pair.1) {
                false
            } else if *self.budget == 0 || next >= STEPS {
                self.not_compared(&steps[next], "too many places");
                return;
            } else if step.depth > DEPTH {
                self.not_compared(&steps[next], "values that are nested too deeply");
                false
            } else if self.cyclic[pair.0.0] {
                // A recursive schema has infinitely many places; only the shortest is reported.
                let (entry, content) = (step.entry.unwrap_or(next), step.content);
                steps[next].entry = Some(entry);
                passed.insert((entry, self.fingerprints.pair(pair.0, pair.1), content))
            } else {
                let visits = visits.entry((pair, step.content)).or_insert(0);
                *visits += 1;
                steps[next].entry = None;
                *visits <= PLACES
            };
            if is_new {
                let below = self.step(&steps[next]);
                *self.budget = self.budget.saturating_sub(1 + below.len());
                steps.extend(below);
            }
            next += 1;
        }
    }

    /// Reports that a pair of rows and everything below it isn't compared.
    pub(super) fn not_compared(&mut self, step: &Step, why: &str) {
        let what = (NOT_COMPARED, Action::Changed);
        self.report(step, what, Value::Null, format!("{why}; compare fewer operations").into());
    }

    /// Compares a pair of rows, and returns the pairs below it.
    fn step(&mut self, step: &Step) -> Vec<Step> {
        let (old, new) = (self.old.row(step.old), self.new.row(step.new));
        self.reached[0][step.old.0] = true;
        self.reached[1][step.new.0] = true;
        self.compared.insert(self.fingerprints.pair(step.old, step.new));
        let mut pairs = Pairs { entry: step.entry, depth: step.depth + 1, steps: Vec::new() };
        if old.unread != new.unread {
            let what = (NOT_COMPARED, Action::Changed);
            self.report(step, what, json!(old.unread), json!(new.unread));
            return pairs.steps;
        }
        if !step.content {
            self.common_facts(step, old, new);
        }
        if old.alternatives.is_empty() && new.alternatives.is_empty() {
            self.content(step, old, new, &mut pairs);
        } else {
            self.alternatives(step, old, new, &mut pairs);
        }
        pairs.steps
    }

    pub(crate) fn report(
        &mut self,
        step: &Step,
        what: (&str, Action),
        before: Value,
        after: Value,
    ) {
        self.report_at(&step.place, step, what, before, after);
    }

    pub(crate) fn report_at(
        &mut self,
        place: &Place,
        step: &Step,
        what: (&str, Action),
        before: Value,
        after: Value,
    ) {
        let (old, new) = (self.old.row(step.old), self.new.row(step.new));
        let parameter = self.side == Side::Request && self.text;
        // A property belongs to its object, whatever the schema of its value.
        let source = match step.property {
            true => old.pointers.first().zip(new.pointers.first()),
            false => old.source().zip(new.source()),
        };
        // Below a step, only the last part of the place distinguishes the changes.
        let below = match std::ptr::eq(place, &step.place) {
            true => String::new(),
            false => place.to_string().replacen(&step.place.to_string(), "", 1),
        };
        let source = source.map(|(old, new)| format!("{old} {new} {below}"));
        let site = Site {
            place,
            source,
            side: self.side,
            occurs: self.occurs,
            required: step.required,
            nullable: old.nullable && new.nullable,
            retyped: retypes(what.0, parameter, (self.old, old), (self.new, new)),
            generated: self.side == Side::Request || !self.text,
        };
        self.judge.add(&site, what, before, after);
    }

    /// Reports a flag if it was set or unset.
    pub(super) fn flag(&mut self, step: &Step, subject: &str, before: bool, after: bool) {
        if let Some(action) = flag(before, after) {
            self.report(step, (subject, action), before.into(), after.into());
        }
    }

    /// Reports an optional value if it was set, unset or changed.
    pub(super) fn replaced(
        &mut self,
        step: &Step,
        subject: &str,
        before: Option<Value>,
        after: Option<Value>,
    ) {
        if let Some(action) = replaced(&before, &after) {
            self.report(step, (subject, action), json!(before), json!(after));
        }
    }

    /// Compares the facts that values with and without alternatives have in common.
    fn common_facts(&mut self, step: &Step, old: &Row, new: &Row) {
        // For alternatives, null was compared above; for any value and null, it's in the type.
        let by_type = |row: &Row| row.is_any() || row.kind == Some(Kind::Null);
        let null = match step.alternative || by_type(old) || by_type(new) {
            true => (false, false),
            false => (old.nullable, new.nullable),
        };
        self.flag(step, "nullable", null.0, null.1);
        self.flag(step, "deprecated", old.deprecated, new.deprecated);
        self.access(step, old, new);
        self.replaced(step, "default", old.default.clone(), new.default.clone());
        let property = |row: &Row| {
            let discriminator = row.discriminator.as_ref();
            discriminator.map(|discriminator| Value::from(discriminator.property.as_str()))
        };
        self.replaced(step, "discriminator", property(old), property(new));
    }

    /// Compares whether a value is only received, or only sent.
    pub(super) fn access(&mut self, step: &Step, old: &Row, new: &Row) {
        self.flag(step, "read-only", old.read_only, new.read_only);
        self.flag(step, "write-only", old.write_only, new.write_only);
    }

    /// Compares the type of a value without alternatives, and everything in it.
    fn content(&mut self, step: &Step, old: &Row, new: &Row, pairs: &mut Pairs) {
        if old.kind != new.kind {
            let what = match (old.kind, new.kind) {
                (Some(Kind::Null), _) if new.nullable => Action::Widened,
                (_, Some(Kind::Null)) if old.nullable => Action::Narrowed,
                (old, new) => self.retyped(old, new),
            };
            let (before, after) =
                (json!(self.old.words(step.old)), json!(self.new.words(step.new)));
            let word = |row: &Row| json!(row.kind.map_or("any value", Kind::as_str));
            let kinds = (word(old), word(new));
            let (before, after) = if before == after { kinds } else { (before, after) };
            self.report(step, ("type", what), before, after);
            return self.limits_across_types(step, old, new);
        }
        self.limits(step, old, new);
        self.properties(step, old, new, pairs);
        self.elements(step, step.place.items(), (old.items, new.items), pairs);
        self.rest(step, old, new, pairs);
    }
}

/// A pair of rows at a place.
pub(crate) struct Step {
    pub(crate) place: Place,
    pub(crate) old: RowId,
    pub(crate) new: RowId,
    pub(crate) required: bool,
    /// Whether only the content is compared, because null was compared above.
    pub(crate) content: bool,
    /// Whether only the property itself is compared, not its value.
    pub(crate) property: bool,
    /// Whether they are alternatives, for which null was compared once for all.
    pub(crate) alternative: bool,
    /// The number of steps that led here.
    pub(crate) depth: usize,
    /// The step that entered a cycle of schemas, if this step is on one.
    pub(crate) entry: Option<usize>,
}

impl Step {
    /// Creates a step only for reporting a change of a property.
    pub(crate) fn at(place: &Place, (old, new): (RowId, RowId)) -> Self {
        Self {
            place: place.clone(),
            old,
            new,
            required: false,
            content: false,
            property: true,
            alternative: false,
            depth: 0,
            entry: None,
        }
    }
}

/// The pairs below a step.
pub(crate) struct Pairs {
    pub(crate) entry: Option<usize>,
    pub(crate) depth: usize,
    pub(crate) steps: Vec<Step>,
}

impl Pairs {
    pub(crate) fn push(
        &mut self,
        place: Place,
        (old, new): (RowId, RowId),
        required: bool,
        content: bool,
    ) {
        self.steps.push(Step {
            place,
            old,
            new,
            required,
            content,
            property: false,
            alternative: false,
            depth: self.depth,
            entry: self.entry,
        });
    }

    /// Pushes a pair of alternatives.
    pub(crate) fn alternative(&mut self, step: &Step, (old, new): (RowId, RowId)) {
        let content = old == step.old || new == step.new;
        self.push(step.place.clone(), (old, new), step.required, content);
        if let Some(step) = self.steps.last_mut() {
            step.alternative = true;
        }
    }
}
