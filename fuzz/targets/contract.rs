//! Comparisons of OpenAPI documents: a document is flattened or refused, is equal to itself, and any
//! two documents can be compared in both directions. The documents are JSON, one per line.

#![no_main]

use ofauth_contract::{Scope, Table, compare};
use serde_json::Value;

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    let Ok(text) = str::from_utf8(input) else { return };
    let documents = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let tables: Vec<_> =
        documents.take(2).filter_map(|document| Table::of_document(&document).ok()).collect();
    for table in &tables {
        let changes = compare(table, table, Scope::Everything);
        assert!(changes.0.is_empty(), "{:?}", changes.0);
    }
    if let [old, new] = &tables[..] {
        let there = compare(old, new, Scope::Everything);
        let back = compare(new, old, Scope::Everything);
        assert_eq!(there.0.is_empty(), back.0.is_empty(), "{:?} {:?}", there.0, back.0);
    }
});
