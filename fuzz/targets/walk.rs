//! Walks over a list that changes: see `ofauth::fuzzing::walk`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| ofauth::fuzzing::walk(input));
