//! Fuzzes files read as victoriametrics.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| eniplan_fuzz::import_as(Some("victoriametrics"), bytes));
