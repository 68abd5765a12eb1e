//! Cursors and checkpoints: see `ofauth::fuzzing::position`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| ofauth::fuzzing::position(input));
