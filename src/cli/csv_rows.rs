//! CSV rows: what a run writes while it goes, row by row.

use std::io::{self, Write};

use crate::report::line;

/// Writes rows of `N` cells; remembers the first problem and then writes no more.
#[derive(Debug)]
pub(super) struct CsvRows<W, const N: usize> {
    out: W,
    written: io::Result<()>,
}

impl<W: Write, const N: usize> CsvRows<W, N> {
    /// Rows under this header, into `out`.
    pub(super) fn new(out: W, header: [&str; N]) -> Self {
        let mut rows = Self { out, written: Ok(()) };
        rows.push(&header.map(str::to_owned));
        rows
    }

    /// Writes one row.
    pub(super) fn push(&mut self, cells: &[String; N]) {
        if self.written.is_ok() {
            self.written = self.out.write_all(line(cells).as_bytes());
        }
    }

    /// Gives back what it wrote to, or the first problem.
    pub(super) fn finish(self) -> io::Result<W> {
        self.written.map(|()| self.out)
    }
}
