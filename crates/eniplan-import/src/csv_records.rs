//! CSV records: the records of text that comes in pieces, each with its line.
//!
//! A record's line is that of its first character in the file, counted through blank lines and quoted line
//! breaks.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::text::LineEnds;

/// Reads records; keeps the beginning of one that the next piece goes on with.
#[derive(Debug)]
pub struct CsvRecords {
    core: Reader,
    text: Vec<u8>,
    length: usize,
    ends: Vec<usize>,
    cells: usize,
    lines: LineEnds,
    line: u64,
    is_open: bool,
    quotes: QuoteScan,
    separator: u8,
}

impl CsvRecords {
    /// Of text with this separator that goes on after `lines`.
    pub fn new(separator: u8, lines: LineEnds) -> Self {
        Self {
            core: ReaderBuilder::new().delimiter(separator).build(),
            text: vec![0; 1 << 10],
            length: 0,
            ends: vec![0; 1 << 6],
            cells: 0,
            lines,
            line: 1,
            is_open: false,
            quotes: QuoteScan::default(),
            separator,
        }
    }

    /// Reads the next record of `input`, and takes away what is read; false where it does not end there. After
    /// the last piece everything ends.
    pub fn read(&mut self, input: &mut &[u8], is_last: bool) -> bool {
        if !self.is_open {
            let blank = input.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            self.skip(input, blank);
            if input.is_empty() {
                return false;
            }
            (self.line, self.length, self.cells) = (self.lines.ended + 1, 0, 0);
        }
        loop {
            if input.is_empty() && !is_last {
                return false;
            }
            let (text, ends) = (self.text.get_mut(self.length..), self.ends.get_mut(self.cells..));
            let (Some(text), Some(ends)) = (text, ends) else { return false };
            let (result, read, written, ended) = self.core.read_record(input, text, ends);
            self.skip(input, read);
            self.length += written;
            self.cells += ended;
            self.is_open |= read > 0;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.text.resize(2 * self.text.len(), 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(2 * self.ends.len(), 0),
                ReadRecordResult::Record => {
                    self.is_open = false;
                    return true;
                }
                ReadRecordResult::End => return false,
            }
        }
    }

    /// Takes away the line feed behind the carriage return that ended a record.
    pub fn end_line(&mut self, input: &mut &[u8]) {
        if self.lines.is_after_return() && input.first() == Some(&b'\n') {
            self.skip(input, 1);
        }
    }

    fn skip(&mut self, input: &mut &[u8], length: usize) {
        let (read, rest) = input.split_at_checked(length).unwrap_or((input, &[]));
        self.lines.count(read);
        *input = rest;
    }

    /// Looks at what a piece ended with, from its last record on, for a quote that stays open.
    pub fn scan_quotes(&mut self, end: &[u8], is_new: bool) {
        if is_new {
            self.quotes = QuoteScan::default();
        }
        self.quotes.scan(end, self.separator);
    }

    /// Whether the last record ended inside quotes.
    pub const fn ends_in_quotes(&self) -> bool {
        self.quotes.quoted
    }

    /// `text`, whole lines without quotes, was read elsewhere.
    pub fn pass(&mut self, text: &[u8]) {
        self.lines.count(text);
        self.quotes = QuoteScan::default();
    }

    /// Whether a record has begun and not ended.
    pub const fn is_open(&self) -> bool {
        self.is_open
    }

    /// How large it is so far, bytes.
    pub const fn length(&self) -> usize {
        self.length
    }

    /// The line of the record, from 1.
    pub const fn line(&self) -> u64 {
        self.line
    }

    /// The lines that are read.
    pub const fn lines(&self) -> LineEnds {
        self.lines
    }

    /// How many cells the record has.
    pub const fn len(&self) -> usize {
        self.cells
    }

    /// The text of a cell; nothing where there is none.
    pub fn cell(&self, index: usize) -> &str {
        let ends = self.ends.get(..self.cells).unwrap_or_default();
        let start = index.checked_sub(1).map_or(Some(0), |before| ends.get(before).copied());
        let cell = start.zip(ends.get(index)).and_then(|(start, end)| self.text.get(start..*end));
        // A separator is one byte, so that cells of text are text.
        cell.and_then(|cell| std::str::from_utf8(cell).ok()).unwrap_or_default()
    }

    /// The cells.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        (0..self.cells).map(|index| self.cell(index))
    }
}

/// Whether `text`, from the beginning of a record on, ends inside quotes.
pub(crate) fn ends_in_quotes(text: &[u8], separator: u8) -> bool {
    let mut quotes = QuoteScan::default();
    quotes.scan(text, separator);
    quotes.quoted
}

/// Whether text stands inside quotes.
#[derive(Clone, Copy, Debug)]
struct QuoteScan {
    quoted: bool,
    /// Whether a quote would begin a quoted cell here.
    fresh: bool,
}

impl Default for QuoteScan {
    fn default() -> Self {
        Self { quoted: false, fresh: true }
    }
}

impl QuoteScan {
    fn scan(&mut self, text: &[u8], separator: u8) {
        for byte in text {
            match *byte {
                b'"' if self.quoted || self.fresh => {
                    (self.quoted, self.fresh) = (!self.quoted, self.quoted);
                }
                byte => self.fresh = !self.quoted && (byte == separator || matches!(byte, b'\n' | b'\r')),
            }
        }
    }
}
