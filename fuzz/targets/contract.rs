//! Comparisons of OpenAPI documents: see `ofauth_contract::fuzzing::contract`.

#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| ofauth_contract::fuzzing::contract(input));
