//! Fuzzes files read as access-log.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| eniplan_fuzz::import_as(Some("access-log"), bytes));
