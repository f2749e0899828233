//! Plain: lines without quotes, and the numbers in them, for those who read blocks by the shortest way.

/// The lines of a block without their ends, and without empty ones; each with its number from 0.
pub(crate) fn lines(block: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
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
pub(crate) fn digits(line: &[u8]) -> Option<(u32, usize)> {
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
    fn blank_lines_count_and_are_left_out() {
        let found: Vec<_> = lines(b"\na\r\n\r\nb").collect();
        assert_eq!(found, [(1, &b"a"[..]), (3, b"b")]);
    }
}
