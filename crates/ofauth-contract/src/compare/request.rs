//! Compares requests: parameters and bodies.

use serde_json::{Value, json};

use super::operations::Comparison;
use super::rules::{Action, NOT_COMPARED, Side};
use crate::table::{Kind, Operation, Parameter, Place, Table};

impl Comparison<'_> {
    pub(crate) fn parameters(&mut self, name: &str, old: &Operation, new: &Operation) {
        let at = (Side::Request, name);
        let (pairs, removed, added) = self.paired(old, new);
        for (before, after) in pairs {
            let place = place(before);
            if before.location != after.location {
                let (before, after) = (json!(before.location), json!(after.location));
                self.changed(&place, at, "parameter-location", before, after);
            } else if before.key() != after.key() {
                let subject = match before.location.as_str() {
                    "path" => "path-parameter",
                    _ => "parameter",
                };
                let what = (subject, Action::Renamed);
                self.report(&place, at, what, json!(before.name), json!(after.name));
            }
            // `explode` has no effect on a value without parts.
            let both = before.exploded.is_some() && after.exploded.is_some();
            let written = |parameter: &Parameter| match parameter.exploded {
                Some(true) if both => json!(format!("{}, exploded", parameter.style)),
                _ => json!(parameter.style),
            };
            if before.location == after.location {
                self.changed(&place, at, "parameter-style", written(before), written(after));
            }
            self.flag(&place, at, "parameter-required", before.required, after.required);
            self.flag(&place, at, "parameter-deprecated", before.deprecated, after.deprecated);
            self.flag(&place, at, "parameter-empty", before.empty, after.empty);
            // A builder takes a `T`, whether it's required or not.
            let text = !before.style.contains('/');
            let mut rows = (before.row, after.row);
            // A single value is a list of one, if each item is written on its own.
            let list = self.new.row(after.row);
            if before.location == "query"
                && after.style == "form"
                && after.exploded == Some(true)
                && self.old.row(before.row).is_scalar()
                && let (Some(Kind::Array), Some(items)) = (list.kind, list.items)
            {
                let what = ("type", Action::Widened);
                let words = (self.old.words(before.row), self.new.words(after.row));
                self.report(&place, at, what, json!(words.0), json!(words.1));
                rows.1 = items;
            }
            self.value(Place::part(place), at, rows, (false, text));
        }
        // The properties of an exploded object are sent like parameters.
        let is_exploded = |table: &Table, one: &Parameter| {
            one.exploded == Some(true) && table.row(one.row).kind == Some(Kind::Object)
        };
        if removed.iter().any(|one| is_exploded(self.old, one))
            || added.iter().any(|one| is_exploded(self.new, one))
        {
            let names = |all: &[&Parameter]| all.iter().map(|one| one.name.as_str()).collect();
            let (before, after): (Value, Value) = (names(&removed), names(&added));
            return self.report("query", at, (NOT_COMPARED, Action::Changed), before, after);
        }
        for parameter in removed {
            self.removed(&place(parameter), at, "parameter", parameter.name.as_str());
        }
        for parameter in added {
            let subject = match parameter.required {
                true => "required-parameter",
                false => "parameter",
            };
            self.added(&place(parameter), at, subject, parameter.name.as_str());
        }
    }

    /// Pairs the parameters that are the same, even if moved or renamed, and returns the pairs, the
    /// removed and the added ones.
    #[expect(clippy::type_complexity, reason = "pairs, removed and added; used once")]
    fn paired<'p>(
        &self,
        old: &'p Operation,
        new: &'p Operation,
    ) -> (Vec<(&'p Parameter, &'p Parameter)>, Vec<&'p Parameter>, Vec<&'p Parameter>) {
        let mut pairs = Vec::new();
        let mut removed: Vec<&Parameter> = old.parameters.iter().collect();
        let mut added: Vec<&Parameter> = new.parameters.iter().collect();
        // The name of a path parameter isn't on the wire; its position counts.
        let same_part = |a: &Parameter, b: &Parameter| {
            let part = position(old, a);
            part.is_some() && part == position(new, b)
        };
        let same_place =
            |a: &Parameter, b: &Parameter| a.location == b.location && a.key() == b.key();
        let moved = |a: &Parameter, b: &Parameter| a.name.eq_ignore_ascii_case(&b.name);
        let in_path = |a: &Parameter, b: &Parameter| a.location == "path" && b.location == "path";
        let renamed = |a: &Parameter, b: &Parameter| {
            a.location == b.location
                && a.required == b.required
                && self.fingerprints.same(a.row, b.row)
        };
        let tests: [&dyn Fn(&Parameter, &Parameter) -> bool; 5] =
            [&same_part, &same_place, &moved, &in_path, &renamed];
        for test in tests {
            removed.retain(|before| {
                let found = added.iter().position(|after| test(before, after));
                if let Some(index) = found {
                    pairs.push((*before, added.remove(index)));
                }
                found.is_none()
            });
        }
        (pairs, removed, added)
    }

    pub(crate) fn body(&mut self, name: &str, old: &Operation, new: &Operation) {
        let at = (Side::Request, name);
        match (&old.body, &new.body) {
            (Some(old), Some(new)) => {
                self.flag("body", at, "body-required", old.required, new.required);
                for (media, before) in &old.encodings {
                    if let Some(after) = new.encodings.get(media) {
                        self.changed("body", at, "form-encoding", before.clone(), after.clone());
                    }
                }
                self.contents(Place::part("body"), at, &old.contents, &new.contents);
            }
            (Some(_), None) => self.removed("body", at, "body", "body"),
            (None, Some(body)) => {
                let subject = if body.required { "required-body" } else { "body" };
                self.added("body", at, subject, "body");
            }
            (None, None) => {}
        }
    }
}

/// Returns the index of a parameter among those of the path.
fn position(operation: &Operation, parameter: &Parameter) -> Option<usize> {
    let mut names = operation.path.split('{').skip(1);
    let is_own = |part: &str| {
        let name = part.split_once('}').map(|(name, _)| name);
        name == Some(parameter.name.as_str())
    };
    (parameter.location == "path").then(|| names.position(is_own))?
}

fn place(parameter: &Parameter) -> String {
    format!("{} {}", parameter.location, parameter.name)
}
