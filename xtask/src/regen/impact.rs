//! The effects of changes to the spec on the contract, on the Rust API and on the version.

use ofauth_contract::{Bump, Changes, Scope, compare};
use serde_json::{Value, json};

use super::baseline::Baseline;
use super::files::{CODE, File};
use super::surface::{Surface, SurfaceChange, SurfaceChanges};
use crate::generator;
use crate::report::{self, Format, GREEN, Judged, RED, YELLOW};
use crate::spec::{SPEC, Spec};

/// The effects of changes to the spec.
pub(crate) struct Impact {
    pub(crate) against: String,
    pub(crate) contract: Changes,
    /// The changes of the generated Rust API, or the reason why no code can be generated from the
    /// old spec.
    pub(crate) surface: Result<SurfaceChanges, String>,
}

/// Compares the spec with an earlier version.
pub(crate) fn impact(
    before: &Baseline,
    (yaml, new): (&str, &Spec),
    files: &[File],
) -> Result<Impact, String> {
    let old = Spec::parse(&before.place, &before.yaml)?;
    let contract = compare(&old.table()?, &new.table()?, Scope::Everything);
    let same = before.yaml.replace("\r\n", "\n") == yaml.replace("\r\n", "\n");
    let surface = match same {
        true => Ok(SurfaceChanges::default()),
        false => surface(&old, files),
    };
    Ok(Impact { against: before.name.clone(), contract, surface })
}

/// Compares the Rust API with the one that the current generator makes from the old spec, so that
/// changes of the generator aren't attributed to the spec.
fn surface(spec: &Spec, files: &[File]) -> Result<SurfaceChanges, String> {
    let generate = |product| {
        generator::generate(&spec.name, &spec.document, product).map_err(|error| error.to_string())
    };
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for ((name, _, product), file) in CODE.iter().zip(files) {
        let before = generate(*product)?;
        // Equal code has no changes, and takes long to parse.
        if before != file.new {
            old.push((*name, before));
            new.push((*name, file.new.clone()));
        }
    }
    Ok(Surface::of(&old)?.changes(&Surface::of(&new)?))
}

impl Impact {
    /// Returns which effects to take from the rules. The effect on Rust comes from the generated
    /// code, if it could be compared.
    fn judged(&self) -> Judged {
        match &self.surface {
            Ok(_) => Judged::Wire,
            Err(_) => Judged::All,
        }
    }

    /// Returns the changes of the contract as JSON, without the rules' estimate of the effect on
    /// Rust, because [`Self::rust_breaking`] may be more accurate.
    pub(crate) fn contract(&self) -> Value {
        let mut changes = json!(self.contract.0);
        for change in changes.as_array_mut().into_iter().flatten() {
            change.as_object_mut().map(|change| change.remove("rust_breaking"));
        }
        json!({ "breaking": self.contract.breaking(), "changes": changes })
    }

    /// Returns whether Rust source breaks, according to the generated code, or to the rules if it
    /// couldn't be compared.
    pub(crate) fn rust_breaking(&self) -> bool {
        match &self.surface {
            Ok(surface) => surface.breaking(),
            Err(_) => self.contract.rust_breaking(),
        }
    }

    pub(crate) fn bump(&self, files: &[File]) -> Bump {
        if self.contract.breaking() || self.rust_breaking() {
            return Bump::Major;
        }
        let adds = match &self.surface {
            Ok(surface) => !surface.added.is_empty(),
            Err(_) => self.contract.0.iter().any(|change| change.adds),
        };
        if adds {
            Bump::Minor
        } else if !self.contract.0.is_empty() || files.iter().any(File::is_stale) {
            Bump::Patch
        } else {
            Bump::None
        }
    }
}

/// Prints the changes of the contract and of the Rust API, and the version bump that is due.
pub(crate) fn print(impact: Option<&Impact>, files: &[File], format: Format) {
    let markdown = format == Format::Markdown;
    let Some(impact) = impact else {
        let head = if markdown { "## Contract\n\n" } else { "contract: " };
        anstream::println!(
            "{head}not compared, since git has no committed {SPEC}; name a file with --against"
        );
        return;
    };
    let (against, contract) = (&impact.against, &impact.contract);
    match (markdown, contract.0.is_empty()) {
        (true, _) => anstream::print!(
            "## Contract, against `{against}`\n\n{}",
            report::markdown(contract, impact.judged())
        ),
        (false, true) => anstream::println!("contract, against {against}: no change"),
        (false, false) => anstream::print!(
            "contract, against {against}:\n{}",
            report::text(contract, impact.judged())
        ),
    }
    let head = if markdown { "\n## Rust surface\n\n" } else { "Rust surface: " };
    match &impact.surface {
        Ok(surface) => print_surface(surface, head, markdown),
        Err(reason) => anstream::println!(
            "{head}not compared, since no code can be generated from the old spec: {reason}"
        ),
    }
    let head = if markdown { "\n## Due\n\n" } else { "due: " };
    anstream::println!("{head}{}", impact.bump(files));
}

fn print_surface(surface: &SurfaceChanges, head: &str, markdown: bool) {
    let (added, changed, removed) = (&surface.added, &surface.changed, &surface.removed);
    if added.is_empty() && !surface.breaking() {
        anstream::println!("{head}no change");
        return;
    }
    anstream::println!(
        "{head}{} added, {} changed, {} removed",
        added.len(),
        changed.len(),
        removed.len()
    );
    if markdown {
        anstream::println!("\n```diff");
    }
    for (sign, style, changes) in [('-', RED, removed), ('!', YELLOW, changed), ('+', GREEN, added)]
    {
        for SurfaceChange { item, before, after } in changes {
            let change = match (before, after) {
                (Some(before), Some(after)) => format!("{before} → {after}"),
                (before, after) => before.iter().chain(after).cloned().collect(),
            };
            anstream::println!("{style}{sign} {item}: {change}{style:#}");
        }
    }
    if markdown {
        anstream::println!("```");
    }
}

#[cfg(test)]
#[allow(clippy::expect_used, clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use ofauth_contract::Table;

    use super::*;

    /// Pairs of schemas in YAML, between which a field and a parameter change, in both directions.
    const PAIRS: &[[&str; 2]] = &[
        ["type: integer", "type: integer, minimum: 0"],
        ["type: integer", "type: integer, minimum: 1"],
        ["type: integer", "type: integer, minimum: 2"],
        ["type: integer, minimum: 0", "type: integer, minimum: 0, maximum: 10"],
        ["type: integer, minimum: 0, maximum: 254", "type: integer, minimum: 0, maximum: 255"],
        [
            "type: integer, minimum: 0, maximum: 65535",
            "type: integer, minimum: 0, maximum: 4294967295",
        ],
        ["type: integer, format: int64", "type: integer, format: int64, minimum: 0"],
        ["type: integer, format: int64, minimum: 0", "type: integer, format: int64, minimum: 1"],
        ["type: integer, format: int32", "type: integer, format: int64"],
        ["type: integer", "type: integer, format: int64"],
        ["type: number", "type: number, format: double"],
        ["type: number", "type: number, format: float"],
        ["type: number", "type: number, minimum: 1"],
        ["type: string", "type: string, maxLength: 5"],
        ["type: string, maxLength: 4", "type: string, maxLength: 5"],
        ["type: string", "type: string, pattern: ^a"],
        ["type: string", "type: string, format: date-time"],
        ["type: string", "type: string, format: uuid"],
        ["type: array, items: {type: string}", "type: array, items: {type: string}, minItems: 2"],
        [
            "type: array, items: {type: string}, minItems: 2",
            "type: array, items: {type: string}, minItems: 2, maxItems: 2",
        ],
        ["type: boolean", "type: boolean, enum: [true]"],
        ["type: boolean", "type: string"],
    ];

    /// Returns a spec with a field and a parameter of this schema.
    fn with(schema: &str) -> Value {
        let schema: Value = serde_saphyr::from_str(&format!("{{{schema}}}")).unwrap();
        let chat = json!({ "$ref": "#/components/schemas/Chat" });
        json!({
            "openapi": "3.0.3",
            "info": { "title": "Test", "version": "1" },
            "paths": { "/chats": { "get": {
                "operationId": "listChats",
                "parameters": [{ "name": "zone", "in": "query", "schema": schema }],
                "responses": { "200": {
                    "description": "OK",
                    "content": { "application/json": { "schema": chat } },
                } },
            } } },
            "components": { "schemas": {
                "Chat": { "type": "object", "properties": { "zone": schema } },
                "NextOffset": { "type": "number" },
                "Timestamp": { "type": "string" },
            } },
        })
    }

    #[test]
    fn the_rules_for_rust_match_the_generator() {
        let mut wrong = Vec::new();
        for pair in PAIRS {
            let specs = pair.map(with);
            let tables = specs.each_ref().map(|spec| Table::of_document(spec).unwrap());
            let surfaces = specs.map(|spec| {
                let client = generator::client("spec", &spec.to_string()).unwrap();
                Surface::of(&[("ofauth_api", &client)]).unwrap()
            });
            for (old, new) in [(0, 1), (1, 0)] {
                let rules = compare(&tables[old], &tables[new], Scope::Everything);
                let generated = surfaces[old].changes(&surfaces[new]).breaking();
                if rules.rust_breaking() != generated {
                    wrong.push((pair, old, generated));
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
