//! Wide day: blocks of the Azure trace of 2019, a row per function and a column per minute.

use eniplan_core::trace::block::Count;

use super::{Unusual, digits, lines};

/// The longest text of a hash or trigger, in bytes.
const LONGEST_NAME: usize = 256;

/// The columns that stand before the minutes.
const KEYS: [&str; 4] = ["HashOwner", "HashApp", "HashFunction", "Trigger"];

/// The columns of a wide day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The number of the first minute.
    pub first: u32,
    /// How many minutes there are, one after the other.
    pub minutes: u16,
}

impl Layout {
    /// The columns of a file with this header, if it has the hashes and then minutes without a gap.
    pub fn of(header: &str) -> Option<Self> {
        let mut names = header.split(',').map(str::trim);
        if !KEYS.iter().all(|key| names.next().is_some_and(|name| name.eq_ignore_ascii_case(key))) {
            return None;
        }
        let minutes: Vec<u32> = names.map(|name| minute(name.as_bytes())).collect::<Option<_>>()?;
        let first = *minutes.first()?;
        let in_order = (first..).zip(&minutes).all(|(expected, minute)| expected == *minute);
        let minutes = u16::try_from(minutes.len()).ok()?;
        in_order.then_some(Self { first, minutes })
    }
}

fn minute(name: &[u8]) -> Option<u32> {
    digits(name).filter(|(_, length)| *length == name.len()).map(|(minute, _)| minute)
}

/// Hands each row of `block`, whole lines below the header, to `each`: its first four cells with their
/// commas, and its counts in order of slots. How many lines there were.
pub fn read(layout: Layout, block: &[u8], mut each: impl FnMut(&str, &[Count])) -> Result<u64, Unusual> {
    let mut counts = Vec::new();
    for (line, text) in lines(block) {
        counts.clear();
        let keys = row(layout, text, &mut counts).map_err(|what| Unusual { line, what })?;
        each(keys, &counts);
    }
    Ok(memchr::memchr_iter(b'\n', block).count() as u64)
}

/// The first four cells of each row of `block`, handed to `each`; nothing else is looked at.
pub fn keys(block: &[u8], mut each: impl FnMut(&str)) -> Result<(), Unusual> {
    for (line, text) in lines(block) {
        let (keys, _) = split(text).map_err(|what| Unusual { line, what })?;
        each(keys);
    }
    Ok(())
}

/// The first four cells of a row, and the rest.
fn split(text: &[u8]) -> Result<(&str, &[u8]), &'static str> {
    let mut ends = memchr::memchr_iter(b',', text);
    let end = ends.nth(KEYS.len() - 1).ok_or("the row is short")?;
    let (keys, rest) = text.split_at_checked(end).unwrap_or((text, &[]));
    let keys = std::str::from_utf8(keys).map_err(|_| "the text is not UTF-8")?;
    let usual = |name: &str| {
        let plain = |byte: u8| byte.is_ascii_graphic() && byte != b'"';
        let short = !name.is_empty() && name.len() <= LONGEST_NAME;
        // Nearly always the first.
        short && (name.bytes().all(plain) || name.trim() == name && !name.contains(odd))
    };
    if !keys.split(',').all(usual) {
        return Err("a hash or trigger is unusual");
    }
    Ok((keys, rest.get(1..).unwrap_or_default()))
}

/// What may begin a quoted cell, or means more than itself.
fn odd(character: char) -> bool {
    character == '"' || character.is_control()
}

/// The first four cells of a row; its counts go to `counts`.
fn row<'t>(layout: Layout, text: &'t [u8], counts: &mut Vec<Count>) -> Result<&'t str, &'static str> {
    let (keys, rest) = split(text)?;
    minutes(usize::from(layout.minutes), rest, counts)?;
    Ok(keys)
}

fn minutes(minutes: usize, mut rest: &[u8], counts: &mut Vec<Count>) -> Result<(), &'static str> {
    const COUNT: &str = "a count is written in an unusual way";
    const LENGTH: &str = "the row has another number of cells than the header";
    let mut slot = 0;
    while slot < minutes {
        while let Some((eight, after)) = rest.split_first_chunk::<16>() {
            let Some(digits) = eight_digits(*eight) else { break };
            let mut left = digits;
            while left != 0 {
                let byte = left.trailing_zeros() / 8;
                #[allow(clippy::cast_possible_truncation)] // a digit
                let count = (left >> (8 * byte)) as u32 & 0xf;
                let slot = u16::try_from(slot + byte as usize / 2).map_err(|_| LENGTH)?;
                counts.push(Count { slot, count });
                left &= !(0xff << (8 * byte));
            }
            rest = after;
            slot += 8;
        }
        if slot >= minutes {
            return Err(LENGTH);
        }
        let (count, length) = digits(rest).ok_or(COUNT)?;
        if count > 0 {
            let slot = u16::try_from(slot).map_err(|_| LENGTH)?;
            counts.push(Count { slot, count });
        }
        slot += 1;
        match rest.get(length) {
            Some(b',') if slot < minutes => rest = rest.get(length + 1..).unwrap_or_default(),
            None if slot == minutes => return Ok(()),
            None | Some(b',') => return Err(LENGTH),
            Some(_) => return Err(COUNT),
        }
    }
    Err(LENGTH)
}

/// Most counts are one digit: eight of them and their commas, each in the lower of its two bytes.
#[inline]
fn eight_digits(bytes: [u8; 16]) -> Option<u128> {
    const ZEROS: u128 = u128::from_le_bytes(*b"0,0,0,0,0,0,0,0,");
    const ABOVE_NINE: u128 =
        u128::from_le_bytes([0x76, 0, 0x76, 0, 0x76, 0, 0x76, 0, 0x76, 0, 0x76, 0, 0x76, 0, 0x76, 0]);
    const OTHER: u128 = u128::from_le_bytes([
        0x80, 0xff, 0x80, 0xff, 0x80, 0xff, 0x80, 0xff, 0x80, 0xff, 0x80, 0xff, 0x80, 0xff, 0x80, 0xff,
    ]);
    let digits = u128::from_le_bytes(bytes) ^ ZEROS;
    // A comma leaves nothing; a digit leaves itself, below 10. Once both are below 128 no sum carries over.
    let odd = digits & OTHER | digits.wrapping_add(ABOVE_NINE) & OTHER;
    (odd == 0).then_some(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(minutes: u32) -> String {
        let minutes: Vec<String> = (3..3 + minutes).map(|minute| minute.to_string()).collect();
        format!("HashOwner,HashApp,HashFunction,Trigger,{}", minutes.join(","))
    }

    fn rows(layout: Layout, block: &str) -> Result<Vec<(String, Vec<Count>)>, Unusual> {
        let mut rows = Vec::new();
        read(layout, block.as_bytes(), |keys, counts| rows.push((keys.to_owned(), counts.to_vec())))?;
        Ok(rows)
    }

    #[test]
    fn counts_are_read_wherever_the_zeros_end() {
        for minutes in 1..40_u32 {
            let layout = Layout::of(&header(minutes)).unwrap();
            assert_eq!((layout.first, u32::from(layout.minutes)), (3, minutes));
            for at in 0..minutes {
                let cells: Vec<String> = (0..minutes)
                    .map(|slot| (if slot == at { 1_234 } else { slot / 20 }).to_string())
                    .collect();
                let block = format!("o,a,f,http,{}\no,a,g,timer,{}", cells.join(","), cells.join(","));
                let expected: Vec<Count> = (0_u16..)
                    .zip(&cells)
                    .map(|(slot, cell)| Count { slot, count: cell.parse().unwrap() })
                    .filter(|cell| cell.count > 0)
                    .collect();
                let expected =
                    [("o,a,f,http".to_owned(), expected.clone()), ("o,a,g,timer".to_owned(), expected)];
                assert_eq!(rows(layout, &block).unwrap(), expected);
            }
        }
    }

    #[test]
    fn what_is_not_known_is_told_with_its_line() {
        let layout = Layout::of(&header(9)).unwrap();
        for minutes in [
            "0,0,0,0,0,0,0,0",
            "0,0,0,0,0,0,0,0,",
            "0,0,0,0,0,0,0,0,0,0",
            "0,0,0,0,0,0,0,0,0,",
            "0,0,0,0,0,0,0,0,0.0",
            "0,0,0,,0,0,0,0,0",
            "0,0,0,-1,0,0,0,0,0",
            "0,0,0,9999999999,0,0,0,0,0",
            "0, 0,0,0,0,0,0,0,0",
            "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0",
        ] {
            let block = format!("o,a,f,http,0,0,0,0,0,0,0,0,7\no,a,g,http,{minutes}\n");
            assert_eq!(rows(layout, &block).err().map(|it| it.line), Some(1), "{minutes}");
        }
        for key in
            [",a,f,http", "o,a, f,http", "o,a\u{1},f,http", "o,a,\"f\",http", "\"o,a,f,http", "o,a,f\r,http"]
        {
            let block = format!("{key},0,0,0,0,0,0,0,0,7\n");
            assert!(rows(layout, &block).is_err(), "{key}");
        }
        assert_eq!(rows(layout, "é x,a,f,http,0,0,0,0,0,0,0,0,0\n").unwrap()[0].0, "é x,a,f,http");
        assert!(read(layout, b"\xff,a,f,http,0,0,0,0,0,0,0,0,0\n", |_, _| ()).is_err());
        for header in ["HashOwner,HashApp,HashFunction,Trigger", "HashApp,HashOwner,HashFunction,Trigger,1"] {
            assert_eq!(Layout::of(header), None);
        }
        assert_eq!(Layout::of(&header(3).replace(",4", "")), None);
    }
}
