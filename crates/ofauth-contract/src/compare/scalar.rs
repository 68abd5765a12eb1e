//! Compares the constraints on a value itself: its format, enum values and bounds.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashSet};

use serde_json::{Value, json};

use super::judge::{reformatted, replaced};
use super::rules::{Action, NOT_COMPARED};
use super::value::{Step, ValueComparison};
use crate::table::{Bound, Kind, Row, number};

impl ValueComparison<'_> {
    /// Compares the constraints on values that belong to both the old and the new type: numbers,
    /// and values written as text.
    pub(crate) fn limits_across_types(&mut self, step: &Step, old: &Row, new: &Row) {
        let is_number = |row: &Row| matches!(row.kind, Some(Kind::Integer | Kind::Number));
        let is_text = |row: &Row| row.kind == Some(Kind::String);
        if is_number(old) && is_number(new) {
            // The format only distinguishes the two types.
            let [old, new] = [old, new].map(|row| Row { format: None, ..row.clone() });
            self.limits(step, &old, &new);
        } else if self.text && old.is_scalar() && new.is_scalar() && (is_text(old) || is_text(new))
        {
            self.limits(step, &old.as_text(), &new.as_text());
        }
    }

    /// Compares the constraints on values of the same type.
    pub(crate) fn limits(&mut self, step: &Step, old: &Row, new: &Row) {
        if old.format != new.format {
            let action = reformatted(old.format.as_deref(), new.format.as_deref());
            self.report(step, ("format", action), json!(old.format), json!(new.format));
        }
        self.values(step, old, new);
        for name in keys(&old.bounds, &new.bounds) {
            self.bound(step, name, old.bounds.get(name), new.bounds.get(name));
        }
        if let Some(action) = replaced(&old.multiple_of, &new.multiple_of) {
            let action = match (&old.multiple_of, &new.multiple_of) {
                (Some(old), Some(new)) if number::is_multiple(old, new) => Action::Widened,
                (Some(old), Some(new)) if number::is_multiple(new, old) => Action::Narrowed,
                _ => action,
            };
            let (before, after) = (json!(old.multiple_of), json!(new.multiple_of));
            self.report(step, ("multiple-of", action), before, after);
        }
        let pattern = |row: &Row| row.pattern.clone().map(Value::from);
        self.replaced(step, "pattern", pattern(old), pattern(new));
        self.flag(step, "unique-items", old.unique, new.unique);
        for key in keys(&old.other, &new.other) {
            let (before, after) = (old.other.get(key), new.other.get(key));
            if self.same_subschemas(key, old, new, before == after) {
                continue;
            }
            for (_, id) in old.inner.get(key.as_str()).into_iter().flatten() {
                self.reached[0][id.0] = true;
            }
            let shown =
                |value: Option<&Value>| value.map_or(Value::Null, |value| json!({ key: value }));
            // The schemas inside may have changed even if the texts are equal.
            let action = replaced(&before, &after).unwrap_or(Action::Changed);
            let subject = if action == Action::Changed { NOT_COMPARED } else { "constraint" };
            self.report(step, (subject, action), shown(before), shown(after));
        }
    }

    /// Returns whether a keyword that isn't interpreted is unchanged: the schemas below it are
    /// equivalent or, without schemas, its value is the same.
    fn same_subschemas(&self, key: &str, old: &Row, new: &Row, same_text: bool) -> bool {
        match (old.inner.get(key), new.inner.get(key)) {
            (None, None) => same_text,
            (Some(before), Some(after)) => {
                before.len() == after.len()
                    && before.iter().zip(after).all(|(before, after)| {
                        before.0 == after.0 && self.fingerprints.same(before.1, after.1)
                    })
            }
            _ => false,
        }
    }

    /// Returns how a type changed: an integer is also a number, and every type is also any value.
    pub(crate) fn retyped(&self, old: Option<Kind>, new: Option<Kind>) -> Action {
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
                return self.report(step, (subject, Action::Set), Value::Null, json!(after));
            }
            (before @ Some(_), None) => {
                let subject = if old.open { "open-enum" } else { "enum" };
                return self.report(step, (subject, Action::Unset), json!(before), Value::Null);
            }
            (before, after) => (before.iter().flatten(), after.iter().flatten()),
        };
        let subject = match old.open {
            true => "open-enum-value",
            false => "enum-value",
        };
        let (before, after): (Vec<_>, Vec<_>) = (before.collect(), after.collect());
        let texts = |values: &[&Value]| -> HashSet<String> {
            values.iter().map(ToString::to_string).collect()
        };
        let (olds, news) = (texts(&before), texts(&after));
        for value in before {
            if !news.contains(&value.to_string()) {
                self.report(step, (subject, Action::Removed), value.clone(), Value::Null);
            }
        }
        for value in after {
            if !olds.contains(&value.to_string()) {
                self.report(step, (subject, Action::Added), Value::Null, value.clone());
            }
        }
        self.flag(step, "enum-open", old.open, new.open);
    }

    fn bound(&mut self, step: &Step, name: &str, old: Option<&Bound>, new: Option<&Bound>) {
        let action = match (old, new) {
            (Some(old), Some(new)) => match old.order(new, name.starts_with("max")) {
                Ordering::Less => Some(Action::Raised),
                Ordering::Greater => Some(Action::Lowered),
                Ordering::Equal => None,
            },
            (old, new) => replaced(&old, &new),
        };
        let Some(action) = action else { return };
        let shown = |bound: Option<&Bound>| match bound {
            Some(bound) if bound.exclusive => {
                let limit = bound.digits.clone().unwrap_or_else(|| bound.value.to_string());
                json!(format!("{limit}, exclusive"))
            }
            Some(bound) => bound.written(),
            None => Value::Null,
        };
        self.report(step, (name, action), shown(old), shown(new));
    }
}

/// Returns the keys of both maps, each once.
fn keys<'a, K: Ord, V>(
    old: &'a BTreeMap<K, V>,
    new: &'a BTreeMap<K, V>,
) -> impl Iterator<Item = &'a K> {
    let added = new.keys().filter(|key| !old.contains_key(key));
    old.keys().chain(added)
}
