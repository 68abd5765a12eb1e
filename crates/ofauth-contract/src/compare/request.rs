//! What a request consists of: parameters and a body.

use serde_json::{Value, json};

use super::judge::flag;
use super::operations::Comparison;
use super::rules::{Action, Side};
use crate::mistake::Mistake;
use crate::table::{Operation, Parameter, Place};

impl Comparison<'_> {
    pub(crate) fn parameters(
        &mut self,
        name: &str,
        old: &Operation,
        new: &Operation,
    ) -> Result<(), Mistake> {
        let side = (Side::Request, name);
        let (pairs, removed, added) = self.paired(old, new);
        for (before, after) in pairs {
            let place = place(before);
            let (name_before, name_after) = (json!(before.name), json!(after.name));
            if before.location != after.location {
                let what = ("parameter-location", Action::Changed);
                self.say(
                    &place,
                    side,
                    what,
                    json!(before.location),
                    json!(after.location),
                );
            } else if before.key() != after.key() {
                let subject = match before.location.as_str() {
                    "path" => "path-parameter",
                    _ => "parameter",
                };
                self.say(
                    &place,
                    side,
                    (subject, Action::Renamed),
                    name_before,
                    name_after,
                );
            }
            // What has no parts is written the same, exploded or not.
            let both = before.exploded.is_some() && after.exploded.is_some();
            let written = |parameter: &Parameter| match parameter.exploded {
                Some(true) if both => json!(format!("{}, exploded", parameter.style)),
                _ => json!(parameter.style),
            };
            if before.location == after.location && written(before) != written(after) {
                let what = ("parameter-style", Action::Changed);
                self.say(&place, side, what, written(before), written(after));
            }
            for (subject, before, after) in [
                ("parameter-required", before.required, after.required),
                ("parameter-deprecated", before.deprecated, after.deprecated),
                ("parameter-empty", before.empty, after.empty),
            ] {
                if let Some(action) = flag(before, after) {
                    self.say(&place, side, (subject, action), json!(before), json!(after));
                }
            }
            // What a builder takes is a `T`, required or not.
            let text = !before.style.contains('/');
            self.walk(
                Place::part(place),
                side,
                (before.row, after.row),
                (false, text),
            )?;
        }
        for parameter in removed {
            let what = ("parameter", Action::Removed);
            self.say(
                &place(parameter),
                side,
                what,
                json!(parameter.name),
                Value::Null,
            );
        }
        for parameter in added {
            let required = parameter.required;
            let subject = if required {
                "required-parameter"
            } else {
                "parameter"
            };
            let what = (subject, Action::Added);
            self.say(
                &place(parameter),
                side,
                what,
                Value::Null,
                json!(parameter.name),
            );
        }
        Ok(())
    }

    /// The parameters that are the same, perhaps moved or renamed, and the rest.
    #[expect(
        clippy::type_complexity,
        reason = "pairs, removed and added; used once"
    )]
    fn paired<'p>(
        &self,
        old: &'p Operation,
        new: &'p Operation,
    ) -> (
        Vec<(&'p Parameter, &'p Parameter)>,
        Vec<&'p Parameter>,
        Vec<&'p Parameter>,
    ) {
        let mut pairs = Vec::new();
        let mut removed: Vec<&Parameter> = old.parameters.iter().collect();
        let mut added: Vec<&Parameter> = new.parameters.iter().collect();
        // In a path the name is on no wire: what counts is where it stands.
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

    pub(crate) fn body(
        &mut self,
        name: &str,
        old: &Operation,
        new: &Operation,
    ) -> Result<(), Mistake> {
        let side = (Side::Request, name);
        match (&old.body, &new.body) {
            (Some(old), Some(new)) => {
                if let Some(action) = flag(old.required, new.required) {
                    let (before, after) = (json!(old.required), json!(new.required));
                    self.say("body", side, ("body-required", action), before, after);
                }
                for (media, before) in &old.encodings {
                    let after = new.encodings.get(media);
                    if after.is_some_and(|after| after != before) {
                        let what = ("form-encoding", Action::Changed);
                        self.say("body", side, what, before.clone(), json!(after));
                    }
                }
                self.contents(Place::part("body"), side, &old.contents, &new.contents)
            }
            (Some(_), None) => {
                self.say(
                    "body",
                    side,
                    ("body", Action::Removed),
                    json!("body"),
                    Value::Null,
                );
                Ok(())
            }
            (None, Some(body)) => {
                let subject = if body.required {
                    "required-body"
                } else {
                    "body"
                };
                self.say(
                    "body",
                    side,
                    (subject, Action::Added),
                    Value::Null,
                    json!("body"),
                );
                Ok(())
            }
            (None, None) => Ok(()),
        }
    }
}

/// Which of the path's parameters it is.
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
