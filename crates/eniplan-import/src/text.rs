//! Text: a file's bytes as Unicode text, whatever they were packed and encoded in.
//!
//! UTF-8 with or without a byte-order mark, and UTF-16 with one. Anything else
//! is refused with the place of the first byte that does not fit.

use std::borrow::Cow;

use super::unpack::unpack;
use super::{Options, Source};
use eniplan_core::diagnostic::{Code, Diagnostic};

/// What a file starts with that is packed or not text at all, and what to do about it.
const PACKED: [(&[u8], &str, &str); 5] = [
    (b"PK\x03\x04", "the file is a zip archive or a spreadsheet", "unpack it, or save the sheet as CSV"),
    (
        b"PAR1",
        "the file is in Parquet format",
        "export it as CSV, or build eniplan with `--features parquet`",
    ),
    (b"BZh", "the file is compressed with bzip2", "unpack it first, for example with `bunzip2`"),
    (b"\xfd7zXZ", "the file is compressed with xz", "unpack it first, for example with `unxz`"),
    (b"Rar!", "the file is a RAR archive", "unpack it first"),
];

const SAVE: &str = "save the file as CSV in UTF-8, or in UTF-16 with a byte-order mark";

/// A file as text.
#[derive(Clone, Debug)]
pub struct Text<'a> {
    /// The file, as the user named it.
    pub file: &'a str,
    /// What is in it.
    pub content: Cow<'a, str>,
    /// What was assumed to read it.
    pub notes: Vec<String>,
}

impl<'a> Text<'a> {
    /// Unpacks and decodes `source`.
    pub fn open(source: &Source<'a>, options: &Options) -> Result<Self, Diagnostic> {
        let (bytes, unpacked) = unpack(source, options.unpacked)?;
        let (text, encoding) = match bytes {
            Cow::Borrowed(bytes) => decode(&Source { bytes, ..*source })?,
            Cow::Owned(bytes) => {
                let (text, note) = decode(&Source { name: source.name, bytes: &bytes })?;
                (Cow::Owned(text.into_owned()), note)
            }
        };
        Ok(Self { file: source.name, content: text, notes: unpacked.into_iter().chain(encoding).collect() })
    }
}

/// The text of `source` without its byte-order mark, and a note where it was not UTF-8.
fn decode<'a>(source: &Source<'a>) -> Result<(Cow<'a, str>, Option<String>), Diagnostic> {
    let bytes = source.bytes;
    if let Some((_, message, help)) = PACKED.iter().find(|(magic, ..)| bytes.starts_with(magic)) {
        return Err(Diagnostic::new(Code::Encoding, *message, *help).in_file(source.name).at_line(1));
    }
    let (text, note) = match bytes {
        [0xff, 0xfe, rest @ ..] => (Cow::Owned(utf16(rest, u16::from_le_bytes, source)?), Some("UTF-16")),
        [0xfe, 0xff, rest @ ..] => (Cow::Owned(utf16(rest, u16::from_be_bytes, source)?), Some("UTF-16")),
        [0xef, 0xbb, 0xbf, rest @ ..] => (Cow::Borrowed(utf8(rest, 3, source)?), None),
        _ => (Cow::Borrowed(utf8(bytes, 0, source)?), None),
    };
    if let Some(at) = text.bytes().position(|byte| byte == 0) {
        let message = "the file holds a NUL byte, so it is not text";
        let line = line_after(text.as_bytes().get(..at).unwrap_or_default());
        return Err(Diagnostic::new(Code::Encoding, message, SAVE).in_file(source.name).at_line(line));
    }
    if text.trim().is_empty() {
        let help = "give a file with a header and at least one row";
        return Err(Diagnostic::new(Code::Empty, "the file is empty", help).in_file(source.name).at_line(1));
    }
    Ok((text, note.map(|encoding| format!("{} is read as {encoding}", source.name))))
}

fn utf8<'a>(bytes: &'a [u8], skipped: usize, source: &Source<'_>) -> Result<&'a str, Diagnostic> {
    std::str::from_utf8(bytes).map_err(|error| {
        let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
        let message = format!("byte {} of the file is not UTF-8", skipped + good.len() + 1);
        Diagnostic::new(Code::Encoding, message, SAVE).in_file(source.name).at_line(line_after(good))
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16, source: &Source<'_>) -> Result<String, Diagnostic> {
    let mut text = String::with_capacity(bytes.len() / 2);
    let pairs = bytes.chunks_exact(2);
    let odd = !pairs.remainder().is_empty();
    let units =
        pairs.map(|pair| unit([pair.first().copied().unwrap_or(0), pair.last().copied().unwrap_or(0)]));
    let mut read = 0;
    let refuse = |read: usize, text: &str| {
        let message = format!("byte {} of the file is not UTF-16", read + 3);
        Diagnostic::new(Code::Encoding, message, SAVE)
            .in_file(source.name)
            .at_line(line_after(text.as_bytes()))
    };
    for character in char::decode_utf16(units) {
        match character {
            Ok(character) => {
                text.push(character);
                read += 2 * character.len_utf16();
            }
            Err(_) => return Err(refuse(read, &text)),
        }
    }
    if odd { Err(refuse(read, &text)) } else { Ok(text) }
}

/// The line, from 1, on which the text after `before` goes on.
fn line_after(before: &[u8]) -> u64 {
    1 + line_ends(before)
}

/// How many lines end in `text`: at `\n`, or at `\r` that no `\n` follows.
pub fn line_ends(text: &[u8]) -> u64 {
    let mut ends = 0;
    let mut bytes = text.iter().peekable();
    while let Some(byte) = bytes.next() {
        let lone = *byte == b'\r' && bytes.peek() != Some(&&b'\n');
        ends += u64::from(*byte == b'\n' || lone);
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> Result<String, Diagnostic> {
        decode(&Source { name: "t.csv", bytes }).map(|(text, _)| text.into_owned())
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let text = "time,value\r\n0,1\r\né€😀";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            [b"\xff\xfe", &little[..]].concat(),
            [b"\xfe\xff", &big[..]].concat(),
        ] {
            assert_eq!(decoded(&bytes).unwrap(), text);
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
        assert_eq!(refused(b"a\r\nb\0"), at(2, "the file holds a NUL byte, so it is not text"));
        assert_eq!(refused(b"\xff\xfea\0\n\0\x00\xd8"), at(2, "byte 7 of the file is not UTF-16"));
        assert_eq!(refused(b"\xff\xfea\0b"), at(1, "byte 5 of the file is not UTF-16"));
        assert_eq!(refused(b"BZhxx").2, "the file is compressed with bzip2");
        assert_eq!(decoded(b"\xef\xbb\xbf \n").unwrap_err().code, Code::Empty);
    }
}
