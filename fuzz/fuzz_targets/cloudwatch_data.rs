//! Fuzzes files read as cloudwatch-data.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| eniplan_fuzz::import_as(Some("cloudwatch-data"), bytes));
