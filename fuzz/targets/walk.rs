//! See `ofauth::fuzzing::walk`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| ofauth::fuzzing::walk(input));
