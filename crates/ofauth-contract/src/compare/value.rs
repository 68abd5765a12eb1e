//! Two rows → what changed between them, and in the rows below.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::fingerprint::Fingerprints;
use super::judge::{Judge, Site, flag, replaced};
use super::rules::{Action, Side};
use super::rust_type::retypes;
use crate::mistake::Mistake;
use crate::table::{Kind, Place, Row, RowId, Table};

/// More pairs of rows than any honest pair of contracts has between them.
const STEPS: usize = 200_000;
/// The same change is told at so many places: schemas that refer to others twice, and
/// these again, stand at more places than can be listed.
const PLACES: usize = 64;
/// Values that are nested deeper are not compared.
const DEPTH: usize = 1_000;

/// A walk along two tables.
pub(crate) struct ValueComparison<'a> {
    pub(crate) old: &'a Table,
    pub(crate) new: &'a Table,
    pub(crate) fingerprints: &'a Fingerprints,
    /// Which rows of the old table are on a cycle.
    pub(crate) cyclic: &'a [bool],
    pub(crate) judge: &'a mut Judge,
    /// Which rows of the tables were compared.
    pub(crate) reached: [&'a mut [bool]; 2],
    /// Which pairs were, by their fingerprints.
    pub(crate) compared: &'a mut HashSet<(u64, u64)>,
    pub(crate) side: Side,
    pub(crate) occurs: &'a str,
    /// Whether the value is written as text: then each number is a string too.
    pub(crate) text: bool,
}

impl ValueComparison<'_> {
    pub(crate) fn run(
        mut self,
        place: Place,
        (old, new): (RowId, RowId),
        required: bool,
    ) -> Result<(), Mistake> {
        let first = Step::at(&place, (old, new));
        let mut steps = vec![Step { required, ..first }];
        let (mut passed, mut visits) = (HashSet::new(), HashMap::new());
        let mut next = 0;
        while next < steps.len() {
            let step = &steps[next];
            if steps.len() > STEPS || step.depth > DEPTH {
                let what = match step.depth > DEPTH {
                    true => "values are nested too deep to be compared",
                    false => "there are too many places to compare",
                };
                let place = step.place.to_string();
                let reason = format!("{what}, as at {place:.100}; compare fewer operations");
                return Err(Mistake::new("", reason));
            }
            let pair = (step.old, step.new);
            let is_new = if self.fingerprints.same(pair.0, pair.1) {
                false
            } else if self.cyclic[pair.0.0] {
                // A schema that leads back to itself has places without end: the shortest is told.
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
                steps.extend(below);
            }
            next += 1;
        }
        Ok(())
    }

    /// Compares a pair of rows, and finds those below it.
    fn step(&mut self, step: &Step) -> Vec<Step> {
        let (old, new) = (self.old.row(step.old), self.new.row(step.new));
        self.reached[0][step.old.0] = true;
        self.reached[1][step.new.0] = true;
        self.compared.insert(self.fingerprints.pair(step.old, step.new));
        let mut pairs = Pairs { entry: step.entry, depth: step.depth + 1, steps: Vec::new() };
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

    pub(crate) fn say_at(
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
        self.judge.add(&site, what, before, after);
    }

    /// Reports a flag that was set or unset, if it was.
    pub(super) fn flag(&mut self, step: &Step, subject: &str, before: bool, after: bool) {
        if let Some(action) = flag(before, after) {
            self.say(step, (subject, action), before.into(), after.into());
        }
    }

    /// Reports something optional that was set, unset or changed, if it was.
    pub(super) fn replaced(
        &mut self,
        step: &Step,
        subject: &str,
        before: Option<Value>,
        after: Option<Value>,
    ) {
        if let Some(action) = replaced(&before, &after) {
            self.say(step, (subject, action), json!(before), json!(after));
        }
    }

    /// What holds of a value with alternatives as of any other.
    fn wrapper(&mut self, step: &Step, old: &Row, new: &Row) {
        // Of alternatives, the whole says whether it may be null; of any value, the type.
        let says = |row: &Row| row.is_any() || row.kind == Some(Kind::Null);
        let null = match step.alternative || says(old) || says(new) {
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

    /// What a value is, and what is in it.
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
            self.say(step, ("type", what), before, after);
            return self.across(step, old, new);
        }
        self.limits(step, old, new);
        self.properties(step, old, new, pairs);
        self.inside(step, step.place.items(), (old.items, new.items), pairs);
        self.rest(step, old, new, pairs);
    }
}

/// A pair of rows that stands at a place.
pub(crate) struct Step {
    pub(crate) place: Place,
    pub(crate) old: RowId,
    pub(crate) new: RowId,
    pub(crate) required: bool,
    /// Whether only the content is compared: null was compared above.
    pub(crate) content: bool,
    /// Whether they are alternatives: whether null is one was compared for all of them.
    pub(crate) alternative: bool,
    /// How many steps led here.
    pub(crate) depth: usize,
    /// The step at which the way came to a cycle of schemas, where it is on one.
    pub(crate) entry: Option<usize>,
}

impl Step {
    /// A step by itself, to say something of it.
    pub(crate) fn at(place: &Place, (old, new): (RowId, RowId)) -> Self {
        Self {
            place: place.clone(),
            old,
            new,
            required: false,
            content: false,
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
