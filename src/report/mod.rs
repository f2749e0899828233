//! Report: an answer as values, and the texts it can be printed as.
//!
//! A result becomes an [`Answer`] in its own file under [`answers`]; a renderer
//! is one file here and one line in [`ALL`]. Reads results only: no file, no
//! terminal, no clock. To add an answer: a function `subject, result -> Answer`.

mod answer;
pub mod answers;
mod chart;
mod clock;
mod csv;
pub mod forms;
pub mod graph;
mod json;
pub mod page;
mod subject;
mod table;
mod text;
pub mod words;

pub use answer::Answer;
pub use chart::Chart;
pub use clock::Clock;
pub use csv::{defused, line};
pub use json::pretty;
pub use subject::Subject;
pub use table::{Column, Table, Value};

/// The version of the JSON answers; grows when a field changes its meaning or goes.
pub const SCHEMA_VERSION: u64 = 1;

/// One way to print an answer.
pub trait Renderer: Sync {
    /// Its name, as `--format` takes it.
    fn name(&self) -> &'static str;

    /// What it is for, in one line.
    fn summary(&self) -> &'static str;

    /// `answer` as text that ends in a newline; `width` is the most characters on a line,
    /// where lines can be broken at all.
    fn render(&self, answer: &Answer, width: u16) -> String;
}

/// Every renderer; the first is the default.
pub const ALL: &[&dyn Renderer] = &[&text::Text, &json::Json, &csv::Csv];

/// The renderer of this name.
pub fn named(name: &str) -> Option<&'static dyn Renderer> {
    ALL.iter().find(|renderer| renderer.name() == name).copied()
}
