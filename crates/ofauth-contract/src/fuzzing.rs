//! What `fuzz/` calls: comparisons of any two documents.

use serde_json::Value;

use crate::{Scope, Table, compare};

/// A document is flattened or refused, is equal to itself, and any two documents can be compared in
/// both directions. The documents are JSON, one per line.
pub fn contract(input: &[u8]) {
    let _ = tables(input);
}

/// Returns how many documents were flattened.
fn tables(input: &[u8]) -> Option<usize> {
    let text = str::from_utf8(input).ok()?;
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
    Some(tables.len())
}

/// Seeds, and inputs that once broke the law.
#[cfg(test)]
#[test]
fn the_law_holds_for_each_seed() {
    let seeds = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/seeds/contract");
    for file in std::fs::read_dir(seeds).unwrap() {
        assert_eq!(tables(&std::fs::read(file.unwrap().path()).unwrap()), Some(2));
    }
}
