//! Integration tests, one binary.

mod import;
mod properties;
mod support;
mod talk;
