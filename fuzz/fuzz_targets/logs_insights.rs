//! Fuzzes files read as logs-insights.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| eniplan_fuzz::import_as(Some("logs-insights"), bytes));
