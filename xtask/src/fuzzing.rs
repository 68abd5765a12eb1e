//! What `fuzz/` calls: edits of any spec, for any capture.

use crate::drift::{Captures, edited};
use crate::spec::lines::Lines;
use crate::spec::{SPEC, Spec};

/// Separates a spec from a capture.
const SEPARATOR: &str = "\n%%%\n";

/// An edit keeps every comment of the spec, in order, and leaves YAML that can be read again.
pub fn edit(input: &[u8]) {
    let _ = edits(input);
}

/// Returns how many edits were made. Whether the spec is still valid isn't checked: the spec of the
/// input needn't be.
fn edits(input: &[u8]) -> Option<usize> {
    let (yaml, capture) = str::from_utf8(input).ok()?.split_once(SEPARATOR)?;
    let spec = Spec::parse(SPEC, yaml).ok()?;
    let mut captures = Captures::new(spec.table().ok()?, None);
    captures.add("capture", Ok(capture.as_bytes()));
    let lines = Lines::new(yaml, spec.document);
    let mut edits = 0;
    for observation in captures.observations() {
        let Ok(lines) = edited(&lines, captures.table(), observation) else { continue };
        let new = lines.text();
        assert!(Spec::parse(SPEC, &new).is_ok(), "{new}");
        let mut kept = new.lines();
        for comment in yaml.lines().filter(|line| line.trim_start().starts_with('#')) {
            assert!(kept.any(|line| line == comment), "lost {comment:?}: {new}");
        }
        edits += 1;
    }
    Some(edits)
}

/// Seeds, and inputs that once broke the law.
#[cfg(test)]
#[test]
fn the_law_holds_for_each_seed() {
    let seeds = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/seeds/edit");
    for file in std::fs::read_dir(seeds).unwrap() {
        let input = std::fs::read(file.unwrap().path()).unwrap();
        assert!(edits(&input) > Some(3), "{:?}", edits(&input));
    }
}
