//! Integration tests, one binary.

mod support;
mod talk;
