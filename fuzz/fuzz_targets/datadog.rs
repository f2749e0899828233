//! Fuzzes files read as datadog.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| eniplan_fuzz::import_as(Some("datadog"), bytes));
