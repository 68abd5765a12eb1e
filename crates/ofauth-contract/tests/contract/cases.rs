//! Pairs of documents for which independent tools agree whether the change is breaking.

use std::path::Path;

use ofauth_contract::{Changes, Scope, Table, compare};
use serde_json::Value;

fn cases() -> Vec<(String, Value, Value, bool)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let read = |path: &Path| std::fs::read_to_string(path).unwrap();
    let expected = read(&folder.join("expected.tsv"));
    let case = |line: &str| {
        let columns: Vec<&str> = line.split('\t').collect();
        let document = |name: &str| {
            let path = folder.join(columns[0]).join(name);
            serde_saphyr::from_str(&read(&path)).unwrap()
        };
        let (base, revision) = (document("base.yaml"), document("revision.yaml"));
        (columns[0].to_owned(), base, revision, columns[2] == "yes")
    };
    expected.lines().skip(1).map(case).collect()
}

fn changes(old: &Value, new: &Value) -> Changes {
    let [old, new] = [old, new].map(|document| Table::of_document(document).unwrap());
    compare(&old, &new, Scope::Everything)
}

#[test]
fn verdicts_agree_with_other_tools() {
    let cases = cases();
    assert_eq!(cases.len(), 31);
    for (name, base, revision, breaking) in &cases {
        let changes = changes(base, revision);
        assert_eq!(changes.breaking(), *breaking, "{name}: {changes:#?}");
        let unchanged = ["docs_only", "no_change"].contains(&name.as_str());
        assert_eq!(changes.0.is_empty(), unchanged, "{name}: {changes:#?}");
        // A renamed property is reported as removed and added, at two places.
        assert!(changes.0.len() <= 4, "{name}: {changes:#?}");
    }
}

#[test]
fn each_change_names_its_place() {
    for (name, place) in [
        ("resp_deep_required_removed", "list[].lastMessage.media[].canView"),
        ("resp_anyof_removed", "list[].lastMessage.fromUser"),
        ("resp_oneof_added", "list[].canNotSendReason"),
        ("req_param_max_removed", "query limit"),
        ("resp_header_type_changed", "header Retry-After"),
        ("schema_unused_removed", "schema Unused"),
    ] {
        let cases = cases();
        let (_, base, revision, _) = cases.iter().find(|case| case.0 == name).unwrap();
        let changes = changes(base, revision).0;
        assert_eq!(changes.len(), 1, "{changes:#?}");
        assert_eq!(changes[0].place, place);
    }
}

/// The YAML and JSON files of the workspace.
fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            files(&path, found);
        } else if name.ends_with(".yaml") || name.ends_with(".json") {
            found.push(path);
        }
    }
}

#[test]
fn no_document_of_the_workspace_differs_from_itself() {
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."), &mut found);
    let (mut documents, mut schemas) = (0, 0);
    for path in found {
        let text = std::fs::read_to_string(&path).unwrap();
        let Ok(document) = serde_saphyr::from_str::<Value>(&text) else { continue };
        let document = match document.get("openapi") {
            Some(_) => document,
            // Other files are compared as schemas.
            None => {
                schemas += 1;
                let paths = serde_json::json!({});
                let components = serde_json::json!({ "schemas": { "Own": document } });
                serde_json::json!({ "openapi": "3.1.0", "paths": paths, "components": components })
            }
        };
        documents += 1;
        assert_eq!(changes(&document, &document), Changes::default(), "{}", path.display());
    }
    assert!(documents - schemas >= 64 && schemas > 0, "{documents} {schemas}");
}
