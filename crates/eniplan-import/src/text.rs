//! Text: a file's bytes as blocks of Unicode text, whatever they were packed and encoded in.
//!
//! UTF-8 with or without a byte-order mark, and UTF-16 with one. Anything else
//! is refused with the place of the first byte that does not fit. A block ends with a line, where a line does.

use super::file::InputFile;
use super::unpack::Unpacked;
use eniplan_core::diagnostic::{Code, Diagnostic};
use eniplan_core::quantity::Memory;

/// What a file starts with that is packed or not text at all, and what to do about it.
const PACKED: [(&[u8], &str, &str); 5] = [
    (
        b"PK\x03\x04",
        "the file is a zip archive or a spreadsheet",
        "extract the file, or save the sheet as CSV",
    ),
    (
        b"PAR1",
        "the file is in Parquet format",
        "export it as CSV, or build eniplan with `--features parquet`",
    ),
    (b"BZh", "the file is compressed with bzip2", "decompress it first, for example with `bunzip2`"),
    (b"\xfd7zXZ", "the file is compressed with xz", "decompress it first, for example with `unxz`"),
    (b"Rar!", "the file is a RAR archive", "extract the file first"),
];

const SAVE: &str = "save the file as CSV in UTF-8, or in UTF-16 with a byte-order mark";

/// The size of a block, bytes: a few are in the processor's caches at a time.
const SIZE: usize = 2 << 20;

/// How much of a file is looked at for worse, once something is wrong with its text; and the longest part of a
/// file that can only be understood whole.
pub(crate) const LARGEST: u64 = 2 << 30;

/// How characters are written.
#[derive(Clone, Copy, Debug)]
enum Encoding {
    Utf8,
    Utf16(fn([u8; 2]) -> u16),
}

/// A file as text.
pub(crate) struct TextFile<'a> {
    file: &'a str,
    bytes: Unpacked<'a>,
    encoding: Encoding,
    /// What is read and not yet given: of UTF-16, bytes; of UTF-8, the beginning of a line too.
    rest: Vec<u8>,
    /// Bytes before what is decoded next.
    before: u64,
    lines: LineEnds,
    /// Whether there is no text so far.
    is_blank: bool,
    /// Whether the end is read.
    is_over: bool,
}

impl<'a> TextFile<'a> {
    /// Begins to unpack and decode `file`; a packed one may become as large as `limit`.
    pub(crate) fn open(file: &InputFile<'a>, limit: Memory) -> Result<Self, Diagnostic> {
        let mut bytes = Unpacked::open(file, limit)?;
        let mut rest = Vec::new();
        bytes.fill(&mut rest, SIZE)?;
        if let Some((_, message, help)) = PACKED.iter().find(|(magic, ..)| rest.starts_with(magic)) {
            if bytes.is_packed() {
                bytes.drain(u64::MAX)?;
            }
            return Err(Diagnostic::new(Code::Encoding, *message, *help).in_file(file.name).at_line(1));
        }
        let (encoding, mark) = match rest.as_slice() {
            [0xff, 0xfe, ..] => (Encoding::Utf16(u16::from_le_bytes), 2),
            [0xfe, 0xff, ..] => (Encoding::Utf16(u16::from_be_bytes), 2),
            [0xef, 0xbb, 0xbf, ..] => (Encoding::Utf8, 3),
            _ => (Encoding::Utf8, 0),
        };
        let is_over = rest.len() < SIZE;
        rest.drain(..mark);
        let lines = LineEnds::default();
        Ok(Self {
            file: file.name,
            bytes,
            encoding,
            rest,
            before: mark as u64,
            lines,
            is_blank: true,
            is_over,
        })
    }

    /// What was assumed to read it.
    pub(crate) fn notes(&self) -> Vec<String> {
        let mut notes = self.bytes.notes.clone();
        if matches!(self.encoding, Encoding::Utf16(_)) {
            notes.push(format!("{} is read as UTF-16", self.file));
        }
        notes
    }

    /// Puts the next text into `block`, in place of what is there; whether it is the last. What is wrong with
    /// the text is found before what is wrong with what it says: a NUL byte last, at the end.
    pub(crate) fn next(&mut self, block: &mut Vec<u8>) -> Result<bool, Diagnostic> {
        self.decode(block)?;
        if self.is_blank && std::str::from_utf8(block).is_ok_and(|text| text.trim().is_empty()) {
            if self.is_over {
                let help = "use a file with a header and at least one row";
                let problem = Diagnostic::new(Code::Empty, "the file is empty", help);
                return Err(problem.in_file(self.file).at_line(1));
            }
        } else {
            self.is_blank = false;
        }
        if let Some(at) = memchr::memchr(0, block) {
            return Err(self.nul(block, at));
        }
        self.lines.count(block);
        Ok(self.is_over)
    }

    fn decode(&mut self, block: &mut Vec<u8>) -> Result<(), Diagnostic> {
        block.clear();
        let before = self.rest.len();
        if !self.is_over {
            let more = (before + SIZE / 4).max(SIZE) - before;
            self.bytes.fill(&mut self.rest, more)?;
            self.is_over = self.rest.len() - before < more;
        }
        match self.encoding {
            Encoding::Utf8 => self.utf8(block),
            Encoding::Utf16(unit) => self.utf16(unit, block),
        }
    }

    fn utf8(&mut self, block: &mut Vec<u8>) -> Result<(), Diagnostic> {
        let good = match std::str::from_utf8(&self.rest) {
            Ok(_) => self.rest.len(),
            Err(error) if error.error_len().is_none() && !self.is_over => error.valid_up_to(),
            Err(error) => {
                let good = error.valid_up_to();
                let message = format!("byte {} of the file is not UTF-8", self.before + good as u64 + 1);
                return Err(self.refuse(message, self.rest.get(..good).unwrap_or_default()));
            }
        };
        // What is read again for the next block is decoded again there.
        let line = self.rest.get(..good).and_then(|good| memchr::memrchr(b'\n', good));
        let end = if self.is_over { good } else { line.map_or(good, |at| at + 1) };
        block.append(&mut self.rest);
        self.rest.extend_from_slice(block.get(end..).unwrap_or_default());
        block.truncate(end);
        self.before += end as u64;
        Ok(())
    }

    fn utf16(&mut self, unit: fn([u8; 2]) -> u16, block: &mut Vec<u8>) -> Result<(), Diagnostic> {
        let (pairs, odd) = self.rest.as_chunks::<2>();
        let is_half = |pair: &[u8; 2]| (0xd800..0xdc00).contains(&unit(*pair));
        let waits = !self.is_over && pairs.last().is_some_and(is_half);
        let whole = pairs.get(..pairs.len() - usize::from(waits)).unwrap_or_default();
        let (mut text, mut read) = (String::with_capacity(self.rest.len()), 0);
        for character in char::decode_utf16(whole.iter().map(|pair| unit(*pair))) {
            let Ok(character) = character else {
                let message = format!("byte {} of the file is not UTF-16", self.before + read + 1);
                return Err(self.refuse(message, text.as_bytes()));
            };
            text.push(character);
            read += 2 * character.len_utf16() as u64;
        }
        if self.is_over && !odd.is_empty() {
            let message = format!("byte {} of the file is not UTF-16", self.before + read + 1);
            return Err(self.refuse(message, text.as_bytes()));
        }
        self.rest.drain(..2 * whole.len());
        self.before += read;
        *block = text.into_bytes();
        Ok(())
    }

    /// What is wrong with the NUL byte at `at` of `block`, or with what comes after it.
    fn nul(&mut self, block: &[u8], at: usize) -> Diagnostic {
        let good = block.get(..at).unwrap_or_default();
        let problem = self.refuse("the file contains a NUL byte, so it is not text".to_owned(), good);
        self.lines.count(block);
        let mut more = Vec::new();
        while !self.is_over && self.before <= LARGEST {
            if let Err(worse) = self.decode(&mut more) {
                return worse;
            }
            self.lines.count(&more);
        }
        if self.before > LARGEST { too_large(self.file) } else { problem }
    }

    /// A problem after `good` text.
    fn refuse(&self, message: String, good: &[u8]) -> Diagnostic {
        let mut lines = self.lines;
        lines.count(good);
        Diagnostic::new(Code::Encoding, message, SAVE).in_file(self.file).at_line(1 + lines.ended)
    }
}

/// That a file, or what of it can only be understood whole, is too large.
pub fn too_large(file: &str) -> Diagnostic {
    let message = "the file is larger than 2 GiB";
    let help = "split it; docs/performance.md lists what `demand` reads at any size";
    Diagnostic::new(Code::TooLarge, message, help).in_file(file)
}

/// How many lines have ended: at `\n`, or at `\r` that no `\n` follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineEnds {
    /// How many.
    pub ended: u64,
    /// Whether the last byte was `\r`.
    after_return: bool,
}

impl LineEnds {
    /// Whether a line feed that comes next ends no further line.
    pub const fn is_after_return(self) -> bool {
        self.after_return
    }

    /// Those of `text` too.
    pub fn count(&mut self, text: &[u8]) {
        let Some((&first, &last)) = text.first().zip(text.last()) else { return };
        self.ended += memchr::memchr_iter(b'\n', text).count() as u64;
        self.ended -= u64::from(self.after_return && first == b'\n');
        for at in memchr::memchr_iter(b'\r', text) {
            // The line end that follows is counted already.
            self.ended += u64::from(text.get(at + 1) != Some(&b'\n'));
        }
        self.after_return = last == b'\r';
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> Result<String, Diagnostic> {
        let mut text = TextFile::open(&InputFile { name: "t.csv", bytes: &bytes }, Memory::mib(64))?;
        let (mut all, mut block) = (Vec::new(), Vec::new());
        while !text.next(&mut block)? {
            all.extend_from_slice(&block);
        }
        all.extend_from_slice(&block);
        Ok(String::from_utf8(all).unwrap())
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let text = "time,value\r\n0,1\r\né€😀";
        for text in [text.to_owned(), format!("{text}\r\n").repeat(200_000)] {
            let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
            for bytes in [
                text.as_bytes().to_vec(),
                [b"\xef\xbb\xbf", text.as_bytes()].concat(),
                [b"\xff\xfe", &little[..]].concat(),
                [b"\xfe\xff", &big[..]].concat(),
            ] {
                assert!(decoded(&bytes).unwrap() == text);
            }
        }
    }

    #[test]
    fn what_is_not_text_is_refused_with_its_place() {
        let refused = |bytes: &[u8]| {
            let error = decoded(bytes).unwrap_err();
            (error.code, error.line, error.message)
        };
        let at = |line, message: &str| (Code::Encoding, Some(line), message.to_owned());
        assert_eq!(refused(b"a\nb\n\xff"), at(3, "byte 5 of the file is not UTF-8"));
        assert_eq!(refused(b"\xef\xbb\xbf\xff"), at(1, "byte 4 of the file is not UTF-8"));
        assert_eq!(refused(b"a\r\nb\0"), at(2, "the file contains a NUL byte, so it is not text"));
        assert_eq!(refused(b"\xff\xfea\0\n\0\x00\xd8"), at(2, "byte 7 of the file is not UTF-16"));
        assert_eq!(refused(b"\xff\xfea\0b"), at(1, "byte 5 of the file is not UTF-16"));
        assert_eq!(refused(b"BZhxx").2, "the file is compressed with bzip2");
        assert_eq!(decoded(b"\xef\xbb\xbf \n").unwrap_err().code, Code::Empty);
        let far = "a\rb\n".repeat(1 << 20);
        let told = |bad: &[u8]| refused(&[b"a\0\n", far.as_bytes(), bad].concat());
        assert_eq!(told(b"\xff").0, Code::Encoding);
        assert_eq!((told(b"\xff").1, told(b"").1), (Some((1 << 21) + 2), Some(1)));
    }

    #[test]
    fn line_ends_are_the_same_wherever_the_text_is_cut() {
        let text = b"a\r\nb\n\rc\r\r\n\n";
        for cut in 0..=text.len() {
            let mut lines = LineEnds::default();
            lines.count(&text[..cut]);
            lines.count(&text[cut..]);
            assert_eq!(lines.ended, 6, "{cut}");
        }
    }
}
