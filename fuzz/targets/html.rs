//! HTML messages, as text: see `ofauth::fuzzing::html`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| ofauth::fuzzing::html(input));
