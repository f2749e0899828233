//! Timeline: one CSV row per change of what stands in a run.

use std::io::{self, Write};

use crate::report::line;
use crate::simulation::{Census, Recorder};

/// Writes a row for each change; remembers the first problem and then writes no more.
#[derive(Debug)]
pub struct Timeline<W> {
    out: W,
    last: Option<Census>,
    written: io::Result<()>,
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
    pub fn new(out: W) -> Self {
        let mut timeline = Self { out, last: None, written: Ok(()) };
        timeline.row(&HEADER.map(str::to_owned));
        timeline
    }

    /// Gives back what it wrote to, or the first problem.
    pub fn finish(self) -> io::Result<W> {
        self.written.map(|()| self.out)
    }

    fn row(&mut self, cells: &[String; 8]) {
        if self.written.is_ok() {
            self.written = self.out.write_all(line(cells).as_bytes());
        }
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
        self.row(&[at.to_string(), starting, running, idle, booting, in_use, unused, deleting]);
    }
}
