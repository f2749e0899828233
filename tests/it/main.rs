//! Integration tests.
mod import;
