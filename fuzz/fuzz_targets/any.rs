//! Fuzzes files of which the content decides the format, packed or not.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| eniplan_fuzz::import_as(None, bytes));
