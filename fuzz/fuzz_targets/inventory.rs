//! Fuzzes files of an inventory.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| eniplan_fuzz::inventory(bytes));
