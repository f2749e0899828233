//! Rows: the rows of a table, read in blocks: by a short way where a block has nothing unusual, else one by one.
//!
//! What the short way does not know it leaves: that block is read row by row, which understands it or says
//! what is wrong with it. Both ways give the same.

use rayon::prelude::*;

use super::blocks::{TextBlock, TextBlocks};
use super::csv_records::CsvRecords;
use super::reading::Reading;
use super::table::{CsvHeader, CsvRow};
use super::text::LARGEST;
use eniplan_core::diagnostic::{Code, Diagnostic};

/// How many blocks are read at a time, so that threads share them well.
const AT_ONCE: usize = 8;

/// Who takes the rows of a table.
pub trait RowReader: Sync {
    /// What the short way makes of a block.
    type Plain: Default + Send;

    /// Whether there is a short way.
    fn has_plain(&self) -> bool;

    /// Reads whole lines without quotes, separated by commas, into `plain`, in place of what is there; false
    /// where something in them is unusual.
    fn read_plain(&self, lines: &[u8], plain: &mut Self::Plain) -> bool;

    /// Takes what was made of a block behind `before` lines; false where it has to be read row by row.
    fn take_plain(&mut self, plain: &mut Self::Plain, before: u64, reading: &mut Reading<'_>) -> bool;

    /// Takes a row that is as long as the header.
    fn take_row(&mut self, row: &CsvRow<'_>, reading: &mut Reading<'_>);
}

/// Rows that are all read one by one.
struct OneByOne<F>(F);

impl<F: FnMut(&CsvRow<'_>, &mut Reading<'_>) + Sync> RowReader for OneByOne<F> {
    type Plain = ();

    fn has_plain(&self) -> bool {
        false
    }

    fn read_plain(&self, _: &[u8], (): &mut ()) -> bool {
        false
    }

    fn take_plain(&mut self, (): &mut (), _: u64, _: &mut Reading<'_>) -> bool {
        false
    }

    fn take_row(&mut self, row: &CsvRow<'_>, reading: &mut Reading<'_>) {
        self.0(row, reading);
    }
}

/// The rows below a header.
#[derive(Debug)]
pub struct CsvRows<'s, 'a> {
    blocks: &'s mut TextBlocks<'a>,
    header: &'s CsvHeader,
    records: CsvRecords,
    has_rows: bool,
}

impl<'s, 'a> CsvRows<'s, 'a> {
    /// Of a table whose beginning is in front of `blocks`.
    pub fn new(blocks: &'s mut TextBlocks<'a>, header: &'s CsvHeader) -> Self {
        let records = CsvRecords::new(header.rows.separator, header.rows.lines);
        Self { blocks, header, records, has_rows: false }
    }

    /// Calls `each` for every row that is as long as the header; the others are problems, and so is a table
    /// without rows.
    pub fn each(self, reading: &mut Reading<'_>, each: impl FnMut(&CsvRow<'_>, &mut Reading<'_>) + Sync) {
        self.read(reading, &mut OneByOne(each));
    }

    /// Hands all rows to `reader`.
    pub fn read<R: RowReader>(mut self, reading: &mut Reading<'_>, reader: &mut R) {
        let front = self.blocks.take_front(self.header.rows.byte);
        let (mut next, mut plain) = (Some(front), Vec::new());
        let mut is_over = false;
        while !is_over && !reading.is_stopped() {
            let mut batch: Vec<TextBlock> = Vec::with_capacity(AT_ONCE);
            while batch.len() < AT_ONCE
                && batch.last().is_none_or(|block| !block.is_last)
                && let Some(block) = next.take().or_else(|| self.blocks.receive())
            {
                batch.push(block);
            }
            // Without a last block something is wrong with the text.
            is_over = batch.last().is_none_or(|block| block.is_last);
            let ways = self.read_plain(&batch, reader, &mut plain);
            for ((block, plain), is_read) in batch.iter().zip(&mut plain).zip(ways) {
                let before = self.records.lines().ended;
                if is_read && !self.records.is_open() && reader.take_plain(plain, before, reading) {
                    self.records.pass(&block.text);
                    self.has_rows |= block.text.iter().any(|byte| !matches!(byte, b'\r' | b'\n'));
                } else {
                    self.read_rows(block, reader, reading);
                }
            }
            if self.records.length() as u64 > LARGEST {
                self.blocks.give_up();
            }
            if batch.last().is_some_and(|block| block.is_last) {
                self.end(reading);
            }
            for block in batch {
                self.blocks.give_back(block);
            }
        }
    }

    /// Reads by the short way what can be; which blocks that are.
    fn read_plain<R: RowReader>(
        &self,
        batch: &[TextBlock],
        reader: &R,
        plain: &mut Vec<R::Plain>,
    ) -> Vec<bool> {
        plain.resize_with(plain.len().max(batch.len()), R::Plain::default);
        if !reader.has_plain() || self.header.rows.separator != b',' {
            return vec![false; batch.len()];
        }
        let read = |(block, plain): (&TextBlock, &mut R::Plain)| {
            block.ends_line() && is_plain(&block.text) && reader.read_plain(&block.text, plain)
        };
        batch.par_iter().zip(plain).map(read).collect()
    }

    fn read_rows<R: RowReader>(&mut self, block: &TextBlock, reader: &mut R, reading: &mut Reading<'_>) {
        let mut rest = block.text.as_slice();
        let (mut begun, mut is_new) = (0, !self.records.is_open());
        loop {
            let start = block.text.len() - rest.len();
            let was_open = self.records.is_open();
            let is_whole = self.records.read(&mut rest, block.is_last);
            if !was_open && (is_whole || self.records.is_open()) {
                (begun, is_new) = (start, true);
            }
            if !is_whole {
                break;
            }
            self.has_rows = true;
            let row = CsvRow { file: &self.header.file, records: &self.records };
            if self.records.len() == self.header.names().len() {
                reader.take_row(&row, reading);
            } else {
                reading.problem(self.header.wrong_length(&row));
            }
        }
        self.records.scan_quotes(block.text.get(begun..).unwrap_or_default(), is_new);
    }

    /// What is to be said at the end of the table.
    fn end(&self, reading: &mut Reading<'_>) {
        if !self.has_rows {
            let help = "add at least one row below the header";
            reading.problem(self.header.problem(Code::Empty, "the file has a header but no rows", help));
        }
        if self.records.ends_in_quotes() || !self.has_rows && self.header.is_open() {
            let help = "close the quote, or double quotes inside the text";
            let problem = Diagnostic::new(Code::RowLength, "unclosed quote in this row", help);
            let line = self.records.line().max(self.header.line());
            reading.problem(problem.in_file(&self.header.file).at_line(line));
        }
    }
}

/// Whether the short way may look at a block: quotes may hide line ends, and a lone carriage return is one.
fn is_plain(block: &[u8]) -> bool {
    let returns = || memchr::memchr_iter(b'\r', block);
    memchr::memchr(b'"', block).is_none() && returns().all(|at| block.get(at + 1) == Some(&b'\n'))
}
