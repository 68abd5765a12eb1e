//! Rate-limit headers: see `ofauth::fuzzing::headers`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| ofauth::fuzzing::headers(input));
