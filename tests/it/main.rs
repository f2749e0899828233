//! Integration tests.
mod generate;
mod import;
