//! Checks of the whole workspace: the minimum Rust version, lints, edition and licence.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// The packages for this platform. Building this test has downloaded them already.
fn metadata() -> Value {
    let run = |command: &mut Command| {
        let output =
            command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let about = run(Command::new("rustc").arg("-vV"));
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--format-version", "1", "--locked", "--filter-platform", host]);
    serde_json::from_str(&run(&mut cargo)).unwrap()
}

fn version(text: &str) -> Vec<u64> {
    let mut parts: Vec<u64> = text.split('.').map(|part| part.parse().unwrap()).collect();
    parts.resize(3, 0);
    parts
}

/// Checks the minimum Rust version against the one that each dependency states, because no
/// other toolchain is available here. Clippy (`incompatible_msrv`) checks our own code.
#[test]
fn no_dependency_needs_a_newer_rust_than_the_stated_minimum() {
    let metadata = metadata();
    let packages = metadata["packages"].as_array().unwrap();
    let own = |package: &&Value| package["source"].is_null();
    let stated: Vec<&str> = packages
        .iter()
        .filter(own)
        .map(|package| package["rust_version"].as_str().unwrap())
        .collect();
    let stated = version(stated.iter().min_by_key(|text| version(text)).unwrap());
    let newer: Vec<String> = packages
        .iter()
        .filter_map(|package| Some((package, package["rust_version"].as_str()?)))
        .filter(|(_, needed)| version(needed) > stated)
        .map(|(package, needed)| format!("{} needs {needed}", package["name"]))
        .collect();
    assert!(packages.len() > 200 && newer.is_empty(), "{newer:#?}");
}

#[test]
fn every_package_has_the_lints_and_the_licence_of_the_workspace() {
    let metadata = metadata();
    let own = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|package| package["source"].is_null());
    let licences = ["LICENSE-APACHE", "LICENSE-MIT"];
    let read =
        |directory: &Path, name: &str| std::fs::read_to_string(directory.join(name)).unwrap();
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let mut count = 0;
    for package in own {
        count += 1;
        // A package that is published contains copies; symbolic links would be text on Windows.
        if package["publish"].is_null() {
            let manifest = Path::new(package["manifest_path"].as_str().unwrap());
            for name in licences {
                let directory = manifest.parent().unwrap();
                assert_eq!(read(directory, name), read(root, name), "{}", package["name"]);
                assert!(!directory.join(name).is_symlink(), "{}", package["name"]);
            }
            for field in ["repository", "homepage", "documentation", "description", "readme"] {
                assert!(package[field].is_string(), "{}: {field}", package["name"]);
            }
        }
        assert_eq!(package["license"], "MIT OR Apache-2.0");
        assert_eq!(package["edition"], "2024");
        let manifest = std::fs::read_to_string(package["manifest_path"].as_str().unwrap()).unwrap();
        assert!(manifest.contains("[lints]\nworkspace = true"), "{}", package["name"]);
    }
    assert_eq!(count, metadata["workspace_default_members"].as_array().unwrap().len());
}
