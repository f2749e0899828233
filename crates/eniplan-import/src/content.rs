//! Content: a file as the formats look at it: a table, JSON, or lines; its beginning first, then all of it in blocks.
//!
//! Of a table or of lines only some blocks are in memory at a time. A value of JSON can only be understood whole:
//! its text is held until its format has read it, and that of all of a file that is one value.

use std::collections::BTreeMap;
use std::thread;

use super::blocks::TextBlocks;
use super::field::readable;
use super::file::InputFile;
use super::json::{JsonNode, JsonValues, advanced, looks_like};
use super::reading::Reading;
use super::rows::CsvRows;
use super::table::{CsvHeader, FrontRecord, front_records};
use super::text::LARGEST;
use eniplan_core::diagnostic::{Code, Diagnostic};
use eniplan_core::quantity::Memory;

/// A file's beginning.
#[derive(Debug)]
pub struct Beginning<'t> {
    /// The file, as the user named it.
    pub file: &'t str,
    /// What is seen of its text: a whole header, or a whole value of JSON, at least.
    pub text: &'t str,
    /// It as a table; a file of JSON is none.
    pub table: Option<&'t CsvHeader>,
    /// Its first JSON value, or why there is none.
    json: Option<Result<JsonNode<'t>, Diagnostic>>,
    /// The fields of that, taken apart once.
    fields: BTreeMap<String, JsonNode<'t>>,
}

impl<'t> Beginning<'t> {
    /// Its first JSON value.
    pub fn json(&self) -> Option<&JsonNode<'t>> {
        self.json.as_ref()?.as_ref().ok()
    }

    /// Why it is not the JSON it looks like.
    pub fn broken(&self) -> Option<&Diagnostic> {
        self.json.as_ref()?.as_ref().err()
    }

    /// Whether its first JSON value has the field `key`.
    pub fn has_field(&self, key: &str) -> bool {
        self.fields.contains_key(key)
    }

    /// Whether it is a table with a column of each of these names, or of another that stands with it.
    pub fn has_columns(&self, names: &[&[&str]]) -> bool {
        self.table.is_some_and(|table| names.iter().all(|names| table.column(names).is_some()))
    }

    /// What it begins with, for people.
    pub fn shown(&self) -> String {
        if let Some(table) = self.table {
            return format!("the header {}", table.text());
        }
        let names: Vec<String> = self.fields.keys().take(12).map(|name| readable(name)).collect();
        format!("JSON with the fields `{}`", names.join("`, `"))
    }
}

/// All of a file.
#[derive(Debug)]
pub struct Content<'a> {
    blocks: TextBlocks<'a>,
    /// Its header; a file of JSON has none.
    header: Option<CsvHeader>,
    is_left: bool,
}

impl<'a> Content<'a> {
    /// What `read` makes of a file, which can be a table or JSON; or what is wrong with its text, before which
    /// nothing that it says counts. A packed file may become as large as `limit`.
    pub fn read<T>(
        file: InputFile<'_>,
        limit: Memory,
        read: impl FnOnce(&mut Content<'_>) -> T,
    ) -> Result<T, Diagnostic> {
        Self::read_as(file, limit, true, read)
    }

    /// The same of a file that can only be a table.
    pub fn read_table<T>(
        file: InputFile<'_>,
        limit: Memory,
        read: impl FnOnce(&mut Content<'_>) -> T,
    ) -> Result<T, Diagnostic> {
        Self::read_as(file, limit, false, read)
    }

    fn read_as<T>(
        file: InputFile<'_>,
        limit: Memory,
        may_be_json: bool,
        read: impl FnOnce(&mut Content<'_>) -> T,
    ) -> Result<T, Diagnostic> {
        thread::scope(|scope| {
            let mut content = Content::new(TextBlocks::open(scope, file, limit)?, may_be_json);
            let made = read(&mut content);
            if content.is_left {
                return Ok(made);
            }
            content.blocks.finish().map(|()| made)
        })
    }

    fn new(mut blocks: TextBlocks<'a>, may_be_json: bool) -> Self {
        while text(blocks.front()).trim().is_empty() && blocks.see_more() {}
        let header = loop {
            let (front, is_all) = (text(blocks.front()), blocks.front_is_all());
            let found = if may_be_json && looks_like(front) {
                JsonValues::new(blocks.file, front, (0, 0), is_all).next().map(|_| None)
            } else {
                CsvHeader::of(blocks.file, front, is_all).map(Some)
            };
            match found {
                Some(header) => break header,
                None if blocks.see_more() => {}
                None => break None,
            }
        };
        Self { blocks, header, is_left: false }
    }

    /// Nobody wants to know how it goes on.
    pub const fn leave(&mut self) {
        self.is_left = true;
    }

    /// The file, as the user named it.
    pub const fn file(&self) -> &'a str {
        self.blocks.file
    }

    /// What was assumed to read it.
    pub fn notes(&self) -> impl Iterator<Item = String> {
        self.blocks.notes.iter().chain(self.header.iter().flat_map(|header| &header.notes)).cloned()
    }

    /// Its beginning.
    pub fn beginning(&self) -> Beginning<'_> {
        let (file, front) = (self.blocks.file, text(self.blocks.front()));
        let is_all = self.blocks.front_is_all();
        let json = looks_like(front).then(|| JsonValues::new(file, front, (0, 0), is_all).next()).flatten();
        let object = json.as_ref().and_then(|value| value.as_ref().ok());
        let fields = object.and_then(|value| value.fields().ok()).unwrap_or_default();
        Beginning { file, text: front, table: self.header.as_ref(), json, fields }
    }

    /// It as a table, for formats that are one.
    pub fn table(&mut self, reading: &mut Reading<'_>) -> Option<(&CsvHeader, CsvRows<'_, 'a>)> {
        let Some(header) = &self.header else {
            let help = "use a CSV file, or drop `--trace-format`";
            let problem = Diagnostic::new(Code::UnknownFormat, "the file contains JSON, not a table", help);
            reading.problem(problem.in_file(self.blocks.file).at_line(1));
            return None;
        };
        reading.name_columns(header.names());
        Some((header, CsvRows::new(&mut self.blocks, header)))
    }

    /// Its header and the rows below, where it is a table.
    pub fn split(&mut self) -> Option<(&CsvHeader, CsvRows<'_, 'a>)> {
        let header = self.header.as_ref()?;
        Some((header, CsvRows::new(&mut self.blocks, header)))
    }

    /// Its first records, at most `most`.
    pub fn records(&mut self, most: usize) -> Vec<FrontRecord> {
        loop {
            match front_records(text(self.blocks.front()), self.blocks.front_is_all(), most) {
                Some(records) => return records,
                None if self.blocks.see_more() => {}
                None => return Vec::new(),
            }
        }
    }

    /// The rows below another header than its own.
    pub fn rows_below<'s>(&'s mut self, header: &'s CsvHeader, reading: &mut Reading<'_>) -> CsvRows<'s, 'a> {
        reading.name_columns(header.names());
        CsvRows::new(&mut self.blocks, header)
    }

    /// Calls `each` for all its JSON values, for formats that are JSON; where they end in none, that is a problem.
    pub fn each_value(
        &mut self,
        reading: &mut Reading<'_>,
        mut each: impl FnMut(&JsonNode<'_>, &mut Reading<'_>),
    ) {
        if self.header.is_some() || !looks_like(text(self.blocks.front())) {
            let help = "use the JSON output of the tool, or drop `--trace-format`";
            let problem = Diagnostic::new(Code::UnknownFormat, "the file is not JSON", help);
            return reading.problem(problem.in_file(self.blocks.file).at_line(1));
        }
        let mut start = (0, 0);
        loop {
            let is_all = self.blocks.front_is_all();
            let mut values = JsonValues::new(self.blocks.file, text(self.blocks.front()), start, is_all);
            for value in values.by_ref() {
                match value {
                    Ok(value) => each(&value, reading),
                    Err(problem) => return reading.problem(problem),
                }
            }
            let read = values.read;
            start = self.blocks.front().get(..read).map_or(start, |read| advanced(read, start.0, start.1));
            self.blocks.drop_front(read);
            if !self.blocks.see_more() {
                return;
            }
        }
    }

    /// Calls `each` for all its lines, each with its number from 1.
    pub fn each_line(
        &mut self,
        reading: &mut Reading<'_>,
        mut each: impl FnMut(u64, &str, &mut Reading<'_>),
    ) {
        let (mut number, mut rest) = (0, Vec::new());
        let mut next = Some(self.blocks.take_front(0));
        while let Some(block) = next.take().or_else(|| self.blocks.receive()) {
            rest.extend_from_slice(&block.text);
            let end =
                if block.is_last { rest.len() } else { memchr::memrchr(b'\n', &rest).map_or(0, |at| at + 1) };
            for line in text(rest.get(..end).unwrap_or_default()).lines() {
                number += 1;
                each(number, line, reading);
            }
            rest.drain(..end);
            if rest.len() as u64 > LARGEST {
                self.blocks.give_up();
            }
            self.blocks.give_back(block);
        }
    }
}

/// The text of a block.
fn text(block: &[u8]) -> &str {
    // Blocks are UTF-8.
    std::str::from_utf8(block).unwrap_or_default()
}
