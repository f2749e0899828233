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
pub mod format;
pub mod graph;
mod json;
pub mod page;
mod renderer;
mod subject;
mod table;
mod text;
pub mod views;

pub use answer::Answer;
pub use chart::Chart;
pub use clock::ReportClock;
pub use csv::{defused, line};
pub use json::pretty;
pub use renderer::{Renderer, SCHEMA_VERSION};
pub use subject::Subject;
pub use table::{ReportTable, TableCell, TableColumn};

/// Every renderer; the first is the default.
pub const ALL: &[&dyn Renderer] = &[&text::TextRenderer, &json::JsonRenderer, &csv::CsvRenderer];

/// The renderer of this name.
pub fn named(name: &str) -> Option<&'static dyn Renderer> {
    ALL.iter().find(|renderer| renderer.name() == name).copied()
}
