//! Bodies of pages: see `ofauth::fuzzing::page`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| ofauth::fuzzing::page(input));
