//! Fuzzes saved plans.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| eniplan_fuzz::plan(bytes));
