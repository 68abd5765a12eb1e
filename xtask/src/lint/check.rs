//! Applies the rules in order: the document's grammar, then schemas and examples, and finally
//! whether the generator can translate it.

use std::path::Path;

use serde_json::{Value, json};

use super::diagnostic::{Diagnostic, RuleId};
use super::{composition, examples, ignored, rules};
use crate::generator;
use crate::generator::document::Document;
use crate::generator::problem::Problem;
use crate::spec::schemas::uses;
use crate::spec::{self, SPEC};

const YAML: RuleId = ("yaml", "");
const GRAMMAR: RuleId = ("grammar", "");
const REQUIRED: RuleId = ("grammar", "describe it there, or remove it from `required`");
const SAME: RuleId = ("same-alternative", "remove one of them, or describe how they differ");
const ENDLESS: RuleId = ("reference", "describe the value, or refer to another schema");
const PATTERN: RuleId = ("pattern", "write an ECMA 262 regular expression");
const TRANSLATE: RuleId = ("translate", "describe it in another way, or use a newer generator");

/// Parses the spec, or returns what is wrong with its form.
pub(super) fn parse(yaml: &str) -> Result<Document, Box<Diagnostic>> {
    if let Some(reason) = spec::text_problem(yaml) {
        return Err(Box::new(Diagnostic::in_spec(YAML, Problem::of_whole(reason))));
    }
    let document =
        Document::parse(yaml).map_err(|problem| Box::new(Diagnostic::in_spec(YAML, problem)))?;
    match spec::format_problem(&document.value) {
        Some((pointer, reason)) => {
            Err(Box::new(Diagnostic::in_spec(GRAMMAR, document.problem(pointer, reason))))
        }
        None => Ok(document),
    }
}

/// Returns all findings, in the order of their lines. If the document isn't valid OpenAPI, only
/// that is reported.
pub(crate) fn check(root: &Path, document: &Document) -> Result<Vec<Diagnostic>, String> {
    let problems = generator::problems(document);
    if !problems.is_empty() {
        let problems = problems.into_iter();
        return Ok(problems.map(|problem| Diagnostic::in_spec(GRAMMAR, problem)).collect());
    }

    let uses = uses(&document.value);
    let mut findings = Vec::new();
    let mut add = |rule: RuleId, broken: Vec<(String, String)>| {
        let broken = broken.into_iter();
        findings.extend(broken.map(|(pointer, reason)| {
            Diagnostic::in_spec(rule, document.problem(&pointer, reason))
        }));
    };
    // Without the patterns that don't compile, the other rules can still be checked.
    let mut usable = document.value.clone();
    for (pointer, _) in &uses {
        let schema = usable.pointer_mut(pointer).and_then(Value::as_object_mut);
        if let Some(schema) = schema
            && let Some(pattern) = schema.get("pattern")
            && jsonschema::validator_for(&json!({ "pattern": pattern })).is_err()
        {
            schema.remove("pattern");
            let reason = "no values can be checked against this pattern".to_owned();
            add(PATTERN, vec![(format!("{pointer}/pattern"), reason)]);
        }
    }
    let pointers = || uses.iter().map(|(pointer, _)| pointer);
    add(REQUIRED, composition::undescribed(&usable, pointers()));
    add(SAME, composition::same(&usable, pointers()));
    let endless = composition::endless(&usable, pointers());
    let ends = endless.is_empty();
    add(ENDLESS, endless);
    for (pointer, used) in &uses {
        let schema = document.value.pointer(pointer).unwrap_or(&Value::Null);
        for (rule, broken) in rules::RULES {
            let broken = broken(schema, *used).into_iter();
            let broken = broken.map(|(below, reason)| (format!("{pointer}{below}"), reason));
            add(*rule, broken.collect());
        }
    }
    // Values can't be checked against an endless schema.
    if ends {
        let mut wrong = examples::in_spec(&usable, &uses);
        let (bodies, files) = examples::in_files(root, &usable, &uses)?;
        wrong.extend(bodies);
        // Another rule nearly always explains why a schema can't be used.
        let unusable = |(_, reason): &(String, String)| reason.starts_with(examples::UNUSABLE);
        let first = wrong.iter().find(|wrong| unusable(wrong)).cloned();
        wrong.retain(|wrong| !unusable(wrong));
        add(examples::EXAMPLE, wrong);
        findings.extend(files);
        if findings.is_empty()
            && let Some((pointer, reason)) = first
        {
            let problem = document.problem(&pointer, reason);
            findings.push(Diagnostic::in_spec(examples::EXAMPLE, problem));
        }
    }
    findings.extend(ignored::keywords(&document.value).into_iter().map(|(pointer, reason)| {
        Diagnostic::in_spec(TRANSLATE, document.problem(&pointer, reason))
    }));
    if findings.is_empty()
        && let Err(problem) = generator::translatable(document)
    {
        findings.push(Diagnostic::in_spec(TRANSLATE, problem));
    }
    findings.sort_by_key(|finding| {
        let position = finding.problem.position.unwrap_or((u64::MAX, 0));
        let example = (finding.file != SPEC).then(|| finding.file.clone());
        (example, position)
    });
    Ok(findings)
}
