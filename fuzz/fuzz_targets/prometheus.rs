//! Fuzzes files read as prometheus.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| eniplan_fuzz::import_as(Some("prometheus"), bytes));
