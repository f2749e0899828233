//! Fuzzes files read as huawei.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| eniplan_fuzz::import_as(Some("huawei"), bytes));
