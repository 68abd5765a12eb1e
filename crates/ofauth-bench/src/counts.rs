//! The committed counts, and the check that they haven't grown.

use std::fs;
use std::process::ExitCode;

use serde::Deserialize;

use crate::application;
use crate::clients::Way;
use crate::walks::{Counts, Server, count};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/counts.toml");
/// By how much a count may grow.
const TOLERANCE: f64 = 1.03;

#[derive(Debug, Deserialize)]
struct Committed {
    pages: Counts,
    stream: Counts,
    crates: u64,
}

/// Counts again, and fails if a count has grown.
pub(crate) fn check() -> ExitCode {
    let committed: Committed = toml::from_str(&fs::read_to_string(FILE).unwrap()).unwrap();
    let server = Server::start(&[]);
    let mut grown = false;
    let mut compare = |name: &str, now: u64, before: u64, tolerance: f64| {
        let has_grown = now as f64 > before as f64 * tolerance;
        println!("{name}: {now}, committed {before}{}", if has_grown { ": too many" } else { "" });
        grown |= has_grown;
    };
    for (name, way, before) in
        [("pages()", Way::Pages, committed.pages), ("stream()", Way::Stream, committed.stream)]
    {
        let now = count(way, &server);
        compare(
            &format!("instructions per page, {name}"),
            now.instructions,
            before.instructions,
            TOLERANCE,
        );
        compare(
            &format!("allocations per page, {name}"),
            now.allocations,
            before.allocations,
            TOLERANCE,
        );
        compare(&format!("bytes per page, {name}"), now.bytes, before.bytes, TOLERANCE);
    }
    compare(
        "crates that ofauth adds to an application",
        application::crates(),
        committed.crates,
        1.0,
    );
    if grown {
        println!("save them elsewhere, or run `cargo xtask bench` and say why they grew");
    }
    ExitCode::from(u8::from(grown))
}

/// Writes the counts to commit.
pub(crate) fn write(pages: Counts, stream: Counts, crates: u64) {
    let table = |name: &str, counts: Counts| {
        let Counts { instructions, allocations, bytes } = counts;
        format!(
            "\n[{name}]\ninstructions = {instructions}\nallocations = {allocations}\nbytes = {bytes}\n"
        )
    };
    let text = format!(
        "# Written by `cargo xtask bench`; `cargo xtask bench --check` compares with it.\n\n\
         # The crates that ofauth adds to an application with reqwest and serde_json.\n\
         crates = {crates}\n{}{}",
        table("pages", pages),
        table("stream", stream)
    );
    fs::write(FILE, text).unwrap();
}
