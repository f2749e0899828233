//! Timeline: one CSV row per change of what stands in a run.

use std::io::{self, Write};

use super::csv_rows::CsvRows;
use crate::simulation::{Census, Recorder};

/// Writes a row for each change.
#[derive(Debug)]
pub(super) struct Timeline<W> {
    rows: CsvRows<W, 8>,
    last: Option<Census>,
}

const HEADER: [&str; 8] = [
    "at_ms",
    "environments_starting",
    "environments_running",
    "environments_idle",
    "enis_booting",
    "enis_in_use",
    "enis_idle",
    "enis_deleting",
];

impl<W: Write> Timeline<W> {
    /// A timeline into `out`.
    pub(super) fn new(out: W) -> Self {
        Self { rows: CsvRows::new(out, HEADER), last: None }
    }

    /// Gives back what it wrote to, or the first problem.
    pub(super) fn finish(self) -> io::Result<W> {
        self.rows.finish()
    }
}

impl<W: Write> Recorder for Timeline<W> {
    fn census_changed(&mut self, at: u64, census: Census) {
        if self.last == Some(census) {
            return;
        }
        self.last = Some(census);
        let environments = [census.starting, census.running, census.idle];
        let [starting, running, idle] = environments.map(|count| count.to_string());
        let enis = [census.enis_booting, census.enis_in_use, census.enis_idle, census.enis_deleting];
        let [booting, in_use, unused, deleting] = enis.map(|count| count.to_string());
        self.rows.push(&[at.to_string(), starting, running, idle, booting, in_use, unused, deleting]);
    }
}
