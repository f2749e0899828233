//! Fuzzes the readers of blocks against the importer.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| eniplan_fuzz::blocks(bytes));
