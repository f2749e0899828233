//! Page: every answer about one trace as one HTML file, which needs nothing but itself.
//!
//! Values in, text out. A section is one file under `sections` and one line in
//! `SECTIONS`; `shell` is what surrounds them. Text reaches the page through `maud`, which
//! escapes it, or as JSON that cannot end its element (`data`). The charts are drawn by uPlot,
//! which the file carries with it (`vendor`), from the JSON alone.

mod content;
mod data;
mod section;
mod sections;
mod series;
mod shell;
mod table;
mod timeline;

pub use content::ReportPage;
pub use series::{Peaks, TimeGrid};
pub use timeline::{InvocationLoad, Track, TrackRecorder};

use section::PageSection;

/// Every section, in the order they are read.
const SECTIONS: &[PageSection] = &[
    sections::answer::SECTION,
    sections::timeline::SECTION,
    sections::worst_case::SECTION,
    sections::plan::SECTION,
    sections::policies::SECTION,
    sections::cold_starts::SECTION,
    sections::reuse::SECTION,
    sections::compose::SECTION,
    sections::topology::SECTION,
    sections::assumptions::SECTION,
    sections::command::SECTION,
];

impl ReportPage<'_> {
    /// The whole file.
    pub fn render(&self) -> String {
        shell::document(self, SECTIONS).into_string()
    }
}
