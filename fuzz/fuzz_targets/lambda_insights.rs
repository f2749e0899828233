//! Fuzzes files read as lambda-insights.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| eniplan_fuzz::import_as(Some("lambda-insights"), bytes));
