//! Renderer: one way to print an answer.

use super::Answer;

/// The version of the JSON answers; grows when a field changes its meaning or goes.
pub const SCHEMA_VERSION: u64 = 2;

/// One way to print an answer.
pub trait Renderer: Sync {
    /// Its name, as `--format` takes it.
    fn name(&self) -> &'static str;

    /// `answer` as text that ends in a newline; `width` is the most characters on a line,
    /// where lines can be broken at all.
    fn render(&self, answer: &Answer, width: u16) -> String;
}
