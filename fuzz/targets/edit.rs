//! Drafts of edits to a spec: see `xtask::fuzzing::edit`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| xtask::fuzzing::edit(input));
