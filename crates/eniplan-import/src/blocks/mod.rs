//! Stream: large traffic files a block at a time, by the shortest way there is for what is usual in them.
//!
//! A block is any number of whole lines; the caller reads the file. Blocks can be read in
//! any order and on any thread: each gives values that only depend on its bytes. What these
//! readers do not know is called [`Unusual`], and nothing is concluded from it: the caller
//! hands the whole file to [`super::import`], which either understands it or says what is
//! wrong with it. What they do know means the same as there, which tests hold.

mod instant;
pub mod log;
pub mod sorted;
pub mod wide_day;

/// Something that only the importer can judge, and the line of the block it is on, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unusual {
    /// The line, from the block's first.
    pub line: u64,
    /// What it is, in words that fit `because ...`.
    pub what: &'static str,
}

/// Up to where `bytes` are whole lines: after the last line end.
pub fn whole_lines(bytes: &[u8]) -> usize {
    memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1)
}

/// The header's line without its end, and where the rest begins; nothing where the line is not whole.
pub fn header(bytes: &[u8]) -> Option<(&str, usize)> {
    let end = memchr::memchr(b'\n', bytes)?;
    let line = std::str::from_utf8(bytes.get(..end)?).ok()?;
    Some((line.strip_suffix('\r').unwrap_or(line), end + 1))
}

/// What no reader of blocks knows: quotes, which may hide line ends, a lone carriage return, NUL, no UTF-8.
fn plain(block: &[u8]) -> Result<(), Unusual> {
    let found = |at: usize, what| {
        let before = block.get(..at).unwrap_or_default();
        Err(Unusual { line: memchr::memchr_iter(b'\n', before).count() as u64, what })
    };
    if let Some(at) = memchr::memchr2(b'"', 0, block) {
        return found(at, "a cell is quoted");
    }
    for at in memchr::memchr_iter(b'\r', block) {
        if block.get(at + 1) != Some(&b'\n') {
            return found(at, "a line ends in a carriage return");
        }
    }
    match std::str::from_utf8(block) {
        Ok(_) => Ok(()),
        Err(error) => found(error.valid_up_to(), "the text is not UTF-8"),
    }
}

/// The lines of a block without their ends, and without empty ones; each with its number from 0.
fn lines(block: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    let mut rest = block;
    let mut next = 0;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
            let line = rest.get(..end).unwrap_or_default();
            rest = rest.get(end + 1..).unwrap_or_default();
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            next += 1;
            if !line.is_empty() {
                return Some((next - 1, line));
            }
        }
        None
    })
}

/// The whole number `line` goes on with, of at most 9 digits, and how long it is.
fn digits(line: &[u8]) -> Option<(u32, usize)> {
    let mut value = 0_u32;
    for (length, byte) in line.iter().enumerate() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return (length > 0).then_some((value, length));
        }
        if length == 9 {
            return None;
        }
        value = value * 10 + u32::from(digit);
    }
    (!line.is_empty()).then_some((value, line.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_end_where_they_end() {
        for (text, expected) in [
            ("", None),
            (",1", None),
            ("7", Some((7, 1))),
            ("007,", Some((7, 3))),
            ("999999999,", Some((999_999_999, 9))),
            ("1000000000", None),
            ("-1", None),
        ] {
            assert_eq!(digits(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_plain_is_told_with_its_line() {
        let told = |text: &[u8]| plain(text).map_err(|unusual| unusual.line);
        assert_eq!(told("a,é\r\n1,2\n".as_bytes()), Ok(()));
        assert_eq!(told(b"a\nb\n\"c\"\n"), Err(2));
        assert_eq!(told(b"a\rb\n"), Err(0));
        assert_eq!(told(b"a\n\xff\n"), Err(1));
        assert_eq!(told(b"a\n\0\n"), Err(1));
    }

    #[test]
    fn blank_lines_count_and_are_left_out() {
        let found: Vec<_> = lines(b"\na\r\n\r\nb").collect();
        assert_eq!(found, [(1, &b"a"[..]), (3, b"b")]);
        assert_eq!((whole_lines(b"a\nbc"), header(b"x,y\r\n1"), header(b"x")), (2, Some(("x,y", 5)), None));
    }
}
