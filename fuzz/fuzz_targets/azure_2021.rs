//! Fuzzes files read as azure-2021.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| eniplan_fuzz::import_as(Some("azure-2021"), bytes));
