//! What `fuzz/` calls: drafts of edits, for any spec and capture.

use std::path::Path;

use crate::drift::{Captures, draft};
use crate::spec::lines::Lines;
use crate::spec::{SPEC, Spec};

/// Separates a spec from a capture.
const SEPARATOR: &str = "\n%%%\n";

/// A draft keeps every line of the spec's text that it doesn't edit, in order, and can be read
/// again.
pub fn edit(input: &[u8]) {
    let Ok(text) = str::from_utf8(input) else { return };
    let Some((yaml, capture)) = text.split_once(SEPARATOR) else { return };
    let Ok(spec) = Spec::parse(SPEC, yaml) else { return };
    let Ok(table) = spec.table() else { return };
    let mut captures = Captures::new(table, None);
    captures.add("capture", Ok(capture.as_bytes()));
    if captures.findings().is_empty() {
        return;
    }
    let lines = Lines::new(yaml, spec.document);
    let Ok(draft) = draft(Path::new("."), lines, &captures) else { return };
    let new = draft.lines.text();
    let again = Spec::parse(SPEC, &new);
    assert!(again.is_ok(), "{new}");
    let mut kept = new.lines();
    for comment in yaml.lines().filter(|line| line.trim_start().starts_with('#')) {
        assert!(kept.any(|line| line == comment), "lost {comment:?}: {new}");
    }
}
