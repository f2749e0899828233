//! Fuzzes files read as cloudwatch-console.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| eniplan_fuzz::import_as(Some("cloudwatch-console"), bytes));
