//! Error responses: see `ofauth::fuzzing::error_body`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| ofauth::fuzzing::error_body(input));
