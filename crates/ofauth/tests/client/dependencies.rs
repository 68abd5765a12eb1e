//! The dependencies that an application compiles if it depends on this crate alone.

use std::process::Command;

#[test]
fn no_generator_is_compiled() {
    let tree = Command::new(env!("CARGO"))
        .args(["tree", "--package", "ofauth", "--edges", "normal,build", "--prefix", "none"])
        .args(["--locked", "--format", "{p}"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).unwrap();
    let names: Vec<&str> = tree.lines().filter_map(|line| line.split(' ').next()).collect();
    assert!(names.contains(&"progenitor-client"), "unexpected output of cargo tree");
    for generator in ["progenitor", "progenitor-impl", "typify", "typify-impl", "serde_yaml"] {
        assert!(!names.contains(&generator), "{generator} is compiled:\n{tree}");
    }
    let yaml = names.iter().find(|name| name.contains("yaml") || name.contains("saphyr"));
    assert_eq!(yaml, None, "a YAML parser is compiled");
}
