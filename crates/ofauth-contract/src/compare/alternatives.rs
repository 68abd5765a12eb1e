//! Compares alternatives, after pairing the old ones with the new ones.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::{Value, json};

use super::rules::{Action, Side};
use super::value::{Pairs, Step, ValueComparison};
use crate::table::{Kind, Row, RowId, Table};

/// The alternatives of a row.
struct Alternatives {
    /// Those that matter on the wire.
    own: Vec<RowId>,
    /// Redundant ones: another alternative allows the same values.
    spare: Vec<RowId>,
}

impl ValueComparison<'_> {
    /// Pairs the alternatives that correspond to each other. The others were added or removed.
    pub(crate) fn alternatives(&mut self, step: &Step, old: &Row, new: &Row, pairs: &mut Pairs) {
        let (olds, news) = (self.old, self.new);
        let work = (old.alternatives.len() + new.alternatives.len()).pow(2) / 16;
        if work > *self.budget {
            return self.not_compared(step, "too many alternatives");
        }
        *self.budget -= work;
        let before = self.alternatives_of(false, step.old);
        let after = self.alternatives_of(true, step.new);
        let (mut removed, mut added) = (before.own, after.own);
        let selecting = (selecting(olds, old, &removed), selecting(news, new, &added));
        let selected = |a: RowId, b: RowId| {
            let pair = selecting.0.get(&a).zip(selecting.1.get(&b));
            pair.is_some_and(|(before, after)| !before.is_disjoint(after))
        };
        let same = |a: RowId, b: RowId| self.fingerprints.same(a, b);
        let named = |a: RowId, b: RowId| {
            let (a, b) = (&olds.row(a).name, &news.row(b).name);
            a.is_some() && a == b
        };
        // They have a property with the same single value, like `type: photo`.
        let valued = |a: RowId, b: RowId| {
            let after = &news.row(b).properties;
            olds.row(a).properties.iter().any(|(name, field)| {
                let values = &olds.row(field.row).values;
                values.as_ref().is_some_and(|values| values.len() == 1)
                    && after.get(name).is_some_and(|field| &news.row(field.row).values == values)
            })
        };
        let mut matched = Vec::new();
        let tests: [&dyn Fn(RowId, RowId) -> bool; 4] = [&selected, &same, &named, &valued];
        for test in tests {
            removed.retain(|before| {
                let found = added.iter().position(|after| test(*before, *after));
                if let Some(index) = found {
                    matched.push((*before, added.remove(index)));
                }
                found.is_none()
            });
        }
        // Among alternatives of the same type, those with the most properties in common.
        let mut alike = Vec::new();
        for before in &removed {
            for after in &added {
                let (old, new) = (olds.row(*before), news.row(*after));
                if !is_alike(old, new) {
                    continue;
                }
                let is_shared = |name: &&String| new.properties.contains_key(*name);
                let shared = old.properties.keys().filter(is_shared).count();
                let is_kept = |table: &Table, row: &Row| {
                    row.name.as_ref().is_some_and(|name| table.schemas.contains_key(name))
                };
                // Objects with different names are the same only if they were renamed.
                let are_named =
                    old.name.is_some() && new.name.is_some() && old.kind == Some(Kind::Object);
                let most = old.properties.len().max(new.properties.len());
                if !are_named || !is_kept(news, old) && !is_kept(olds, new) && shared * 2 >= most {
                    alike.push((shared, *before, *after));
                }
            }
        }
        alike.sort_by_key(|(shared, _, _)| Reverse(*shared));
        for (_, before, after) in alike {
            if removed.contains(&before) && added.contains(&after) {
                removed.retain(|id| *id != before);
                added.retain(|id| *id != after);
                matched.push((before, after));
            }
        }
        // A discriminator chooses the alternative, however many match.
        if old.discriminator.is_none() && new.discriminator.is_none() {
            self.flag(step, "alternatives-exclusive", old.exclusive, new.exclusive);
        }
        let mut spare = after.spare;
        if self.side == Side::Response && old.discriminator.is_none() {
            let known: Vec<RowId> = matched.iter().map(|(old, _)| *old).collect();
            added.retain(|new| {
                let readable = known.iter().any(|old| self.is_readable_as(*new, *old));
                spare.extend(readable.then_some(*new));
                !readable
            });
        }
        for pair in matched {
            self.discriminator_values(step, (old, new), pair);
            pairs.alternative(step, pair);
        }
        self.removed_and_added(step, "alternative", &removed, &added);
        self.spare_alternatives(step, before.spare, spare);
    }

    fn removed_and_added(
        &mut self,
        step: &Step,
        subject: &str,
        removed: &[RowId],
        added: &[RowId],
    ) {
        for id in removed {
            let words = json!(self.old.words(*id));
            self.report(step, (subject, Action::Removed), words, Value::Null);
        }
        for id in added {
            let words = json!(self.new.words(*id));
            self.report(step, (subject, Action::Added), Value::Null, words);
        }
    }

    /// Compares the discriminator values that select a pair of alternatives.
    fn discriminator_values(
        &mut self,
        step: &Step,
        (old, new): (&Row, &Row),
        pair: (RowId, RowId),
    ) {
        let before = self.old.discriminator_values(old, pair.0);
        let after = self.new.discriminator_values(new, pair.1);
        if before.is_empty() || after.is_empty() {
            return;
        }
        for value in before.difference(&after) {
            let what = ("discriminator-value", Action::Removed);
            self.report(step, what, json!(value), Value::Null);
        }
        for value in after.difference(&before) {
            let what = ("discriminator-value", Action::Added);
            self.report(step, what, Value::Null, json!(value));
        }
    }

    /// Compares redundant alternatives, which have no effect on the wire.
    fn spare_alternatives(&mut self, step: &Step, mut removed: Vec<RowId>, mut added: Vec<RowId>) {
        removed.retain(|before| {
            let is_same = |after: &RowId| self.fingerprints.same(*before, *after);
            let found = added.iter().position(is_same);
            if let Some(index) = found {
                added.remove(index);
            }
            found.is_none()
        });
        self.removed_and_added(step, "spare-alternative", &removed, &added);
    }

    /// Returns the alternatives of a row. A row without alternatives counts as its own only
    /// alternative.
    fn alternatives_of(&self, new: bool, id: RowId) -> Alternatives {
        let table = if new { self.new } else { self.old };
        let all = &table.row(id).alternatives;
        let mut found = Alternatives { own: Vec::new(), spare: Vec::new() };
        for id in all {
            let same = |other: &RowId| self.fingerprints.same_within(new, *other, *id);
            let less = all.iter().any(|other| contains(table, *other, *id));
            match less || found.own.iter().any(same) {
                true => found.spare.push(*id),
                false => found.own.push(*id),
            }
        }
        if all.is_empty() {
            found.own.push(id);
        }
        found
    }

    /// Returns whether clients can read a new alternative as an old one: they ignore unknown fields.
    fn is_readable_as(&self, new: RowId, old: RowId) -> bool {
        let (old, new) = (self.old.row(old), self.new.row(new));
        let bare = Row { properties: BTreeMap::new(), ..old.clone() };
        old.kind == Some(Kind::Object)
            && new.kind == Some(Kind::Object)
            && bare.is_plain()
            && old.properties.iter().all(|(name, before)| {
                new.properties.get(name).is_some_and(|after| {
                    self.fingerprints.same(before.row, after.row)
                        && (after.required || !before.required)
                })
            })
    }
}

/// Returns the discriminator values that select each alternative.
fn selecting<'a>(
    table: &'a Table,
    row: &'a Row,
    all: &[RowId],
) -> HashMap<RowId, BTreeSet<&'a str>> {
    all.iter().map(|id| (*id, table.discriminator_values(row, *id))).collect()
}

/// Returns whether two alternatives have the same type, so that they may be the same one.
fn is_alike(old: &Row, new: &Row) -> bool {
    let is_number = |row: &Row| matches!(row.kind, Some(Kind::Integer | Kind::Number));
    old.kind.is_some() && old.kind == new.kind || is_number(old) && is_number(new)
}

/// Returns whether one alternative allows everything that another does, and more.
fn contains(table: &Table, wide: RowId, narrow: RowId) -> bool {
    let (wide, narrow) = (table.row(wide), table.row(narrow));
    (wide.kind.is_none() || wide.is_scalar())
        && wide.is_plain()
        && match (wide.kind, narrow.kind) {
            (None, None) => !narrow.is_plain(),
            (None, Some(_)) | (Some(Kind::Number), Some(Kind::Integer)) => true,
            (wide, own) => wide == own && !narrow.is_plain(),
        }
}
