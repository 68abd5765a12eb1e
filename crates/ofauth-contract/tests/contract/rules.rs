//! A case for each rule: the changes that it reports, and no others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use ofauth_contract::{Change, RULES, Scope, Side, Table, compare};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Cases {
    document: Value,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    /// Edits to the document that make the old version.
    #[serde(default)]
    from: BTreeMap<String, Value>,
    /// Edits to the old version that make the new version.
    change: BTreeMap<String, Value>,
    forth: Vec<String>,
    back: Vec<String>,
}

static CASES: LazyLock<Cases> =
    LazyLock::new(|| serde_saphyr::from_str(include_str!("../rules.yaml")).unwrap());

fn changed(document: &Value, changes: &BTreeMap<String, Value>) -> Value {
    let mut document = document.clone();
    for (pointer, value) in changes {
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        let key = key.replace("~1", "/").replace("~0", "~");
        let parent = document.pointer_mut(parent).unwrap_or_else(|| panic!("{pointer}"));
        match parent {
            Value::Array(items) => items[key.parse::<usize>().unwrap()] = value.clone(),
            Value::Object(entries) if value.is_null() => drop(entries.remove(&key).unwrap()),
            Value::Object(entries) => drop(entries.insert(key, value.clone())),
            _ => panic!("{pointer}"),
        }
    }
    document
}

fn changes(old: &Value, new: &Value) -> Vec<Change> {
    let [old, new] = [old, new].map(|document| Table::of_document(document).unwrap());
    compare(&old, &new, Scope::Everything).0
}

/// A change in the notation of the cases.
fn line(change: &Change) -> String {
    let side = match change.direction {
        Side::Request => "request",
        Side::Response => "response",
        Side::Either => "both",
    };
    let mut line = format!("{side} | {} | {}", change.place, change.kind);
    match (change.breaking, change.rust_breaking) {
        (true, true) => line.push_str(" | wire, rust"),
        (true, false) => line.push_str(" | wire"),
        (false, true) => line.push_str(" | rust"),
        (false, false) => {}
    }
    line
}

fn sorted(lines: impl Iterator<Item = String>) -> Vec<String> {
    let mut lines: Vec<String> = lines.collect();
    lines.sort();
    lines
}

#[test]
fn each_case_reports_exactly_the_expected_changes() {
    let cases = &*CASES;
    let mut wrong = Vec::new();
    for case in &cases.cases {
        let old = changed(&cases.document, &case.from);
        let new = changed(&old, &case.change);
        for (old, new, lines) in [(&old, &new, &case.forth), (&new, &old, &case.back)] {
            let found = sorted(changes(old, new).iter().map(line));
            let expected = sorted(lines.iter().cloned());
            if found != expected {
                wrong.push((&case.name, found, expected));
            }
        }
        assert_eq!(changes(&old, &old), [], "{}", case.name);
        assert_eq!(changes(&new, &new), [], "{}", case.name);
    }
    assert!(wrong.is_empty(), "name, found, expected: {wrong:#?}");
}

#[test]
fn each_rule_has_a_case() {
    let cases = &*CASES;
    let mut fired = BTreeSet::new();
    for case in &cases.cases {
        let old = changed(&cases.document, &case.from);
        let new = changed(&old, &case.change);
        for change in [changes(&old, &new), changes(&new, &old)].concat() {
            let found = RULES.iter().position(|rule| {
                let kind = |subject: &&str| change.kind == rule.kind(subject);
                rule.subjects.iter().any(kind)
                    && rule.why == change.why
                    && (rule.side == change.direction || rule.side == Side::Either)
            });
            fired.insert(found.unwrap_or_else(|| panic!("no rule for {change:?}")));
        }
    }
    let without_case: Vec<_> = (0..RULES.len())
        .filter(|index| !fired.contains(index))
        .map(|index| &RULES[index])
        .collect();
    assert!(without_case.is_empty(), "{without_case:#?}");
}
