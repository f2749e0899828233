//! Integration tests, one binary.

mod properties;
mod support;
mod talk;
