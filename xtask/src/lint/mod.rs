//! `cargo xtask lint`: what must hold of the spec before anything is generated from it.

mod review;
pub(crate) mod rules;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::Outcome;
use crate::generator;
use crate::generator::document::{Document, Problem, join};
use crate::report::{GREEN, RED, YELLOW, count};
use crate::spec::json_schema;
use crate::spec::{self, SPEC};
use rules::Use;

/// Responses as files, below the root of the workspace.
const EXAMPLES: &str = "openapi/examples";

/// Rules that are not of a single schema: id, and how to mend what breaks it; empty where
/// the reason says that.
const YAML: (&str, &str) = ("yaml", "");
const GRAMMAR: (&str, &str) = ("grammar", "");
const REQUIRED: (&str, &str) = ("grammar", "describe it there, or take it out of `required`");
const SAME: (&str, &str) = (
    "same-alternative",
    "take one of them out, or say in what they differ",
);
const ENDLESS: (&str, &str) = (
    "reference",
    "say what the value is, or refer to another schema",
);
const EXAMPLE: (&str, &str) = ("example", "correct the example, or else the schema");
const PATTERN: (&str, &str) = ("pattern", "write a regular expression of ECMA 262");
const TRANSLATE: (&str, &str) = (
    "translate",
    "describe it in another way, or else take a newer generator",
);
/// What is said of a schema that no validator can be made of.
const UNUSABLE: &str = "the schema cannot be used";

/// What breaks a rule.
pub(crate) struct Finding {
    file: String,
    pub(crate) problem: Problem,
    rule: &'static str,
    mend: &'static str,
}

impl Finding {
    /// The finding in a line: file, line, place, reason, rule, and how to mend it.
    pub(crate) fn told(&self) -> String {
        let told = self.problem.told(&self.file);
        match self.mend {
            "" => format!("{told} [{}]", self.rule),
            mend => format!("{told} [{}]; {mend}", self.rule),
        }
    }
}

/// Checks the spec below `root`, and prints what breaks a rule; then what a person should
/// look at again.
pub(crate) fn run(root: &Path) -> Result<Outcome, String> {
    let yaml = spec::own(root)?;
    let findings = check(root, &yaml)?;
    if findings.is_empty() {
        for note in review::notes(&yaml) {
            anstream::println!("{YELLOW}review{YELLOW:#}: {}", note.told());
        }
    }
    for finding in &findings {
        anstream::println!("{}", finding.told());
    }
    Ok(match findings.len() {
        0 => {
            anstream::println!("{GREEN}no finding{GREEN:#} in {SPEC} and its examples");
            Outcome::Fine
        }
        all => {
            anstream::println!("{RED}{}{RED:#}", count(all, "finding"));
            Outcome::Found
        }
    })
}

/// A finding in the spec.
pub(crate) fn own((rule, mend): (&'static str, &'static str), problem: Problem) -> Finding {
    Finding {
        file: SPEC.to_owned(),
        problem,
        rule,
        mend,
    }
}

/// All that breaks a rule, in the order of the lines. A mistake of the document's form
/// hides what comes after it.
pub(crate) fn check(root: &Path, yaml: &str) -> Result<Vec<Finding>, String> {
    if let Some(reason) = spec::no_document(yaml) {
        let problem = Problem {
            position: None,
            place: String::new(),
            reason,
        };
        return Ok(vec![own(YAML, problem)]);
    }
    let document = match Document::parse(yaml) {
        Ok(document) => document,
        Err(problem) => return Ok(vec![own(YAML, problem)]),
    };
    if let Some((pointer, reason)) = spec::other_form(&document.value) {
        return Ok(vec![own(GRAMMAR, document.problem(pointer, reason))]);
    }
    let problems = generator::problems(&document);
    if !problems.is_empty() {
        return Ok(problems
            .into_iter()
            .map(|problem| own(GRAMMAR, problem))
            .collect());
    }
    let uses = uses(&document.value);
    let mut findings = Vec::new();
    // The document without the patterns that cannot be used: they hide no other mistake.
    let mut usable = document.value.clone();
    for (pointer, _) in &uses {
        let Some(schema) = usable.pointer_mut(pointer).and_then(Value::as_object_mut) else {
            continue;
        };
        if let Some(pattern) = schema.get("pattern")
            && jsonschema::validator_for(&json!({ "pattern": pattern })).is_err()
        {
            schema.remove("pattern");
            let reason = "no values can be checked by this pattern";
            let problem = document.problem(&format!("{pointer}/pattern"), reason);
            findings.push(own(PATTERN, problem));
        }
    }
    let pointers = || uses.iter().map(|(pointer, _)| pointer);
    for (pointer, reason) in rules::absent(&usable, pointers()) {
        findings.push(own(REQUIRED, document.problem(&pointer, reason)));
    }
    for (pointer, reason) in rules::same(&usable, pointers()) {
        findings.push(own(SAME, document.problem(&pointer, reason)));
    }
    let endless = rules::endless(&usable, pointers());
    let ends = endless.is_empty();
    for (pointer, reason) in endless {
        findings.push(own(ENDLESS, document.problem(&pointer, reason)));
    }
    for (pointer, used) in &uses {
        let Some(schema) = document.value.pointer(pointer) else {
            continue;
        };
        for rule in rules::RULES {
            for (below, reason) in (rule.broken)(schema, *used) {
                let problem = document.problem(&format!("{pointer}{below}"), reason);
                findings.push(own((rule.id, rule.mend), problem));
            }
        }
    }
    // No value can be checked by what has no end.
    if ends {
        let (mut wrong, files) = files(root, &usable)?;
        wrong.extend(examples(&usable, &uses));
        // Nearly always, another rule says why a schema cannot be used.
        let unusable = |(_, reason): &(String, String)| reason.starts_with(UNUSABLE);
        let first = wrong.iter().find(|wrong| unusable(wrong)).cloned();
        wrong.retain(|wrong| !unusable(wrong));
        findings.extend(files);
        if findings.is_empty() && wrong.is_empty() {
            wrong.extend(first);
        }
        let wrong = wrong.into_iter();
        findings.extend(
            wrong.map(|(pointer, reason)| own(EXAMPLE, document.problem(&pointer, reason))),
        );
    }
    if findings.is_empty()
        && let Err(problem) = generator::translatable(&document)
    {
        findings.push(own(TRANSLATE, problem));
    }
    findings.sort_by_key(|finding| {
        let position = finding.problem.position.unwrap_or((u64::MAX, 0));
        let example = (finding.file != SPEC).then(|| finding.file.clone());
        (example, position)
    });
    Ok(findings)
}

/// The validator's words, without the value that it quotes at length.
fn short(words: &str) -> String {
    const LIMIT: usize = 160;
    match words.char_indices().nth_back(LIMIT) {
        Some((index, _)) => format!("…{}", &words[index..]),
        None => words.to_owned(),
    }
}

/// All schemas, by their pointers, and what they are used for.
pub(crate) fn uses(document: &Value) -> Vec<(String, Use)> {
    let mut response = BTreeSet::new();
    let mut all = BTreeSet::new();
    walk(document, "", false, &mut |pointer, received| {
        all.insert(pointer.to_owned());
        if received {
            reach(document, pointer, &mut response);
        }
    });
    all.into_iter()
        .map(|pointer| {
            let used = if response.contains(&pointer) {
                Use::Received
            } else {
                Use::Sent
            };
            (pointer, used)
        })
        .collect()
}

/// Calls for each schema that is no part of another one's value, and those below it.
fn walk(value: &Value, pointer: &str, received: bool, found: &mut impl FnMut(&str, bool)) {
    match value {
        Value::Object(entries) => {
            let component = pointer == "/components/schemas";
            // There, keys are names of the author's choice.
            let names = pointer.matches('/').count() == 2 && pointer.starts_with("/components/");
            for (key, value) in entries {
                if matches!(key.as_str(), "example" | "examples") && !names {
                    continue;
                }
                let below = join(pointer, key);
                let received = received || key == "responses";
                if component || key == "schema" && value.is_object() {
                    found(&below, received);
                    inside(value, &below, received, found);
                } else {
                    walk(value, &below, received, found);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(item, &join(pointer, index), received, found);
            }
        }
        _ => {}
    }
}

/// The schemas within a schema.
fn inside(schema: &Value, pointer: &str, received: bool, found: &mut impl FnMut(&str, bool)) {
    for below in rules::below(schema) {
        let pointer = format!("{pointer}{below}");
        if let Some(value) = schema.pointer(&below) {
            found(&pointer, received);
            inside(value, &pointer, received, found);
        }
    }
}

/// Adds a schema, and all that it refers to or holds.
fn reach(document: &Value, pointer: &str, reached: &mut BTreeSet<String>) {
    let Some(schema) = document.pointer(pointer) else {
        return;
    };
    if !reached.insert(pointer.to_owned()) {
        return;
    }
    if let Some(target) = schema["$ref"].as_str() {
        reach(document, target.trim_start_matches('#'), reached);
    }
    for below in rules::below(schema) {
        reach(document, &format!("{pointer}{below}"), reached);
    }
}

/// The examples within the document that their schema does not allow.
fn examples(document: &Value, uses: &[(String, Use)]) -> Wrong {
    let mut wrong = Vec::new();
    for (pointer, _) in uses {
        let Some((holder, key)) = pointer.rsplit_once('/') else {
            continue;
        };
        let mut given = vec![format!("{pointer}/example"), format!("{pointer}/default")];
        if key == "schema" {
            // A parameter, a header or a media type, which has examples of its own.
            given.push(format!("{holder}/example"));
            let named = document
                .pointer(&format!("{holder}/examples"))
                .and_then(Value::as_object);
            for (name, example) in named.into_iter().flatten() {
                let place = match example["$ref"].as_str() {
                    Some(target) => target.trim_start_matches('#').to_owned(),
                    None => join(&format!("{holder}/examples"), name),
                };
                given.push(format!("{place}/value"));
            }
        }
        given.retain(|pointer| document.pointer(pointer).is_some());
        if given.is_empty() {
            continue;
        }
        let validator = match validator(document, pointer) {
            Ok(validator) => validator,
            Err(reason) => {
                wrong.push((pointer.clone(), reason));
                continue;
            }
        };
        for pointer in given {
            let value = document.pointer(&pointer);
            for error in value
                .into_iter()
                .flat_map(|value| validator.iter_errors(value))
            {
                let place = format!("{pointer}{}", error.instance_path().as_str());
                wrong.push((place, short(&error.to_string())));
            }
        }
    }
    wrong
}

fn validator(document: &Value, pointer: &str) -> Result<jsonschema::Validator, String> {
    let schemas = document["components"]["schemas"]
        .as_object()
        .into_iter()
        .flatten();
    let schemas = schemas.map(|(name, schema)| (name.clone(), json_schema::translated(schema)));
    let root = json!({
        "$defs": schemas.collect::<Map<_, _>>(),
        "allOf": [document.pointer(pointer).map(json_schema::translated)],
    });
    jsonschema::options()
        .should_validate_formats(true)
        .build(&root)
        .map_err(|error| format!("{UNUSABLE}: {}", short(&error.to_string())))
}

/// Pointers into the document, each with what is wrong there.
type Wrong = Vec<(String, String)>;

/// The schemas that nothing can be checked by, and the example files that no successful
/// response allows.
fn files(root: &Path, document: &Value) -> Result<(Wrong, Vec<Finding>), String> {
    let (mut wrong, mut bodies) = (Wrong::new(), Vec::new());
    let folder = root.join(EXAMPLES);
    if !folder.is_dir() {
        return Ok((wrong, Vec::new()));
    }
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            for status in operation["responses"]
                .as_object()
                .into_iter()
                .flat_map(Map::keys)
            {
                let pointer = format!(
                    "{}/{method}/responses/{status}/content/application~1json/schema",
                    join("/paths", path)
                );
                if status.starts_with('2') && document.pointer(&pointer).is_some() {
                    match validator(document, &pointer) {
                        Ok(validator) => bodies.push(validator),
                        Err(reason) => wrong.push((pointer, reason)),
                    }
                }
            }
        }
    }
    let fail = |error: std::io::Error| format!("{EXAMPLES}: {error}");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).map_err(fail)? {
        names.push(entry.map_err(fail)?.file_name());
    }
    names.sort();
    let mut findings = Vec::new();
    for name in names {
        let file = format!("{EXAMPLES}/{}", name.to_string_lossy());
        let finding = |problem: Problem| Finding {
            file: file.clone(),
            problem,
            rule: EXAMPLE.0,
            mend: EXAMPLE.1,
        };
        let text = spec::text(&folder.join(&name), &file)?;
        let document = match Document::parse(&text) {
            Ok(document) => document,
            Err(problem) => {
                findings.push(finding(problem));
                continue;
            }
        };
        // Of several responses, the one that it comes closest to.
        let errors = bodies
            .iter()
            .map(|body| body.iter_errors(&document.value).collect::<Vec<_>>());
        let closest = errors.min_by_key(Vec::len).unwrap_or_default();
        for error in closest {
            let place = error.instance_path().as_str();
            let reason = short(&error.to_string());
            findings.push(finding(document.problem(place, reason)));
        }
    }
    Ok((wrong, findings))
}
