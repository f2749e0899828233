//! Log: blocks of `start,function,duration_ms`, one row per invocation.

use eniplan_core::trace::block::{Form, Row, Rows};
use eniplan_core::trace::names::hash;

use super::instant::Days;
use super::{Unusual, digits, lines, plain};

/// The name of the function where the file has no function column.
const UNNAMED: &[u8] = b"traffic";
/// The longest name of a function, in bytes.
const LONGEST_NAME: usize = 256;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Start,
    Function,
    Duration,
    Unread,
}

/// The columns of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    roles: Vec<Role>,
}

impl Layout {
    /// The columns of a file with this header, if it has a start and a duration for each row.
    pub fn of(header: &str) -> Option<Self> {
        let roles: Vec<Role> = header
            .split(',')
            .map(|name| match name.trim().to_ascii_lowercase().as_str() {
                "start" => Role::Start,
                "function" => Role::Function,
                "duration_ms" => Role::Duration,
                _ => Role::Unread,
            })
            .collect();
        let count = |role| roles.iter().filter(|other| **other == role).count();
        let usual = count(Role::Start) == 1 && count(Role::Duration) == 1 && count(Role::Function) < 2;
        (usual && !header.contains('"')).then_some(Self { roles })
    }
}

/// Reads `block`, whole lines below the header, into `rows`, in place of what was there.
pub fn read(rows: &mut Rows, layout: &Layout, block: &[u8]) -> Result<(), Unusual> {
    rows.clear();
    plain(block)?;
    let (mut days, mut last) = (Days::default(), i64::MIN);
    for (line, text) in lines(block) {
        let unusual = |what| Unusual { line, what };
        let (row, form) = row(rows, layout, text, &mut days).map_err(unusual)?;
        if *rows.form.get_or_insert(form) != form {
            return Err(unusual("the times are written in different ways"));
        }
        if row.at < last {
            rows.disorder.get_or_insert(line);
        }
        last = row.at;
        let part = rows.part_of.get(row.name as usize).copied().unwrap_or(0);
        let number = u32::try_from(rows.rows.len()).map_err(|_| unusual("the block is too large"))?;
        if let Some(part) = rows.parts.get_mut(usize::from(part)) {
            part.push(number);
        }
        rows.rows.push(row);
    }
    rows.lines = memchr::memchr_iter(b'\n', block).count() as u64;
    Ok(())
}

#[inline]
fn row(rows: &mut Rows, layout: &Layout, text: &[u8], days: &mut Days) -> Result<(Row, Form), &'static str> {
    const TIME: &str = "the time is written in an unusual way";
    const DURATION: &str = "the duration is written in an unusual way";
    let (mut at, mut form, mut duration, mut name) = (0, Form::Zulu, 0, None);
    let mut rest = text;
    for (column, role) in layout.roles.iter().enumerate() {
        let length = match role {
            Role::Start => {
                let (read, its, length) = days.read(rest).ok_or(TIME)?;
                (at, form) = (read, its);
                length
            }
            Role::Duration => {
                let (read, length) = milliseconds(rest).ok_or(DURATION)?;
                duration = read;
                length
            }
            Role::Function | Role::Unread => {
                let length = memchr::memchr(b',', rest).unwrap_or(rest.len());
                if *role == Role::Function {
                    name = rest.get(..length);
                }
                length
            }
        };
        let is_last = column + 1 == layout.roles.len();
        match rest.get(length) {
            None if is_last => {}
            Some(b',') if !is_last => rest = rest.get(length + 1..).unwrap_or_default(),
            _ if *role == Role::Start => return Err(TIME),
            _ if *role == Role::Duration => return Err(DURATION),
            _ => return Err("the row has another number of cells than the header"),
        }
    }
    let name = number(rows, name.unwrap_or(UNNAMED))?;
    Ok((Row { at, duration, name }, form))
}

#[inline]
fn number(rows: &mut Rows, name: &[u8]) -> Result<u32, &'static str> {
    let known = rows.names.len();
    let number = rows.numbered(name, hash(name));
    if rows.names.len() > known {
        let text = std::str::from_utf8(name).unwrap_or_default();
        let usual = !text.is_empty() && text.len() <= LONGEST_NAME && text.trim() == text;
        if !usual || text.contains(char::is_control) {
            return Err("the function's name is unusual");
        }
    }
    Ok(number)
}

/// The duration `rest` begins with, in whole ms, half rounded up, and how long its text is.
#[inline]
fn milliseconds(rest: &[u8]) -> Option<(u32, usize)> {
    let (whole, length) = digits(rest)?;
    if rest.get(length) != Some(&b'.') {
        return Some((whole, length));
    }
    let (part, written) = digits(rest.get(length + 1..)?)?;
    let half = match written {
        1 => 5,
        2 => 50,
        3 => 500,
        _ => return None,
    };
    Some((whole + u32::from(part >= half), length + 1 + written))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(header: &str, block: &str) -> Result<Rows, Unusual> {
        let mut rows = Rows::default();
        super::read(&mut rows, &Layout::of(header).unwrap(), block.as_bytes()).map(|()| rows)
    }

    #[test]
    fn columns_stand_in_any_order_and_others_are_left_out() {
        let block =
            "7.5,,2020-01-01T00:00:01Z,b\r\n\r\n8,x y,2020-01-01T00:00:01.5Z,a\r\n9,,2020-01-01T00:00:01Z,b";
        let rows = read("Duration_ms,note, start,FUNCTION", block).unwrap();
        let told: Vec<_> =
            rows.rows.iter().map(|row| (row.at - 1_577_836_800_000, row.duration, row.name)).collect();
        assert_eq!(told, [(1_000, 8, 0), (1_500, 8, 1), (1_000, 9, 0)]);
        assert_eq!((rows.names.bytes_of(1), rows.lines, rows.disorder), (&b"a"[..], 3, Some(3)));
        assert_eq!(rows.parts.iter().map(Vec::len).sum::<usize>(), 3);
        assert_eq!(read("start,duration_ms", "5,1\n").unwrap().names.bytes_of(0), b"traffic");
    }

    #[test]
    fn what_is_not_known_is_told_with_its_line() {
        for block in [
            "1,a,\n",
            "1,a,-1\n",
            "1,a,1e3\n",
            "1,a,2.12345\n",
            "1,a\n",
            "1,a,2,3\n",
            "x,a,2\n",
            "1 ,a,2\n",
            "1,a,2 \n",
            "1,,2\n",
            "1, a,2\n",
            "1,a\u{7},2\n",
            "1,\"a\",2\n",
            "1577836800,a,2\n",
        ] {
            let told = read("start,function,duration_ms", &format!("0,a,1\n{block}")).map_err(|it| it.line);
            assert_eq!(told.err(), Some(1), "{block}");
        }
        for header in [
            "time,function,duration_ms",
            "start,function",
            "end,function,duration_ms",
            "\"start\",duration_ms",
        ] {
            assert_eq!(Layout::of(header), None, "{header}");
        }
    }
}
