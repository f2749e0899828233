//! Plain instant: the usual ways a log writes its times, as whole milliseconds.
//!
//! `2026-03-02T10:00:00.123Z`, the same with a space or without the `Z`, and plain numbers. A
//! fraction of at most nine digits is rounded as the importer does: to the nearest microsecond,
//! then to the nearest millisecond, half up.

use super::clock::TimeForm;

/// Reads times; remembers the last day, since neighbours share it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Days {
    text: [u8; 10],
    midnight: i64,
}

impl Days {
    /// The time `line` begins with: ms, its form, and how long its text is.
    #[inline]
    pub(crate) fn read(&mut self, line: &[u8]) -> Option<(i64, TimeForm, usize)> {
        if line.get(4) == Some(&b'-') { self.date(line) } else { number(line) }
    }

    #[inline]
    fn date(&mut self, line: &[u8]) -> Option<(i64, TimeForm, usize)> {
        let (day, rest) = line.split_first_chunk::<10>()?;
        if *day != self.text {
            self.midnight = midnight(day)?;
            self.text = *day;
        }
        let (&[separator, h1, h0, b':', m1, m0, b':', s1, s0], rest) = rest.split_first_chunk::<9>()? else {
            return None;
        };
        let (hour, minute, second) = (pair(h1, h0)?, pair(m1, m0)?, pair(s1, s0)?);
        if !matches!(separator, b'T' | b' ') || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let (mut at, mut length) = (self.midnight + (hour * 60 + minute) * 60_000 + second * 1_000, 19);
        if rest.first() == Some(&b'.') {
            let (nanos, written) = fraction(rest.get(1..)?)?;
            at += milliseconds(nanos);
            length += 1 + written;
        }
        match line.get(length) {
            Some(b'Z') => Some((at, TimeForm::Offset, length + 1)),
            _ => Some((at, TimeForm::Naive, length)),
        }
    }
}

/// A number of two digits.
#[inline]
fn pair(tens: u8, ones: u8) -> Option<i64> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens < 10 && ones < 10).then(|| i64::from(tens) * 10 + i64::from(ones))
}

/// The start of the day `2026-03-02`, ms since 1970; days before 1970 are left to the importer.
fn midnight(text: &[u8; 10]) -> Option<i64> {
    let [y3, y2, y1, y0, b'-', m1, m0, b'-', d1, d0] = *text else { return None };
    let (year, month, day) = (pair(y3, y2)? * 100 + pair(y1, y0)?, pair(m1, m0)?, pair(d1, d0)?);
    if !(1970..=9998).contains(&year) {
        return None;
    }
    let (year, month, day) = (i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    let date = jiff::civil::Date::new(year, month, day).ok()?;
    Some(jiff::tz::Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()?.as_millisecond())
}

/// One to nine digits after a point, in billionths, and how many they are.
#[inline]
fn fraction(rest: &[u8]) -> Option<(i64, usize)> {
    const SCALE: [i64; 10] = [0, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];
    let (mut nanos, mut length) = (0_i64, 0);
    while let Some(digit) = rest.get(length).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
        if length == 9 {
            return None;
        }
        nanos = nanos * 10 + i64::from(digit);
        length += 1;
    }
    (length > 0).then(|| (nanos * SCALE.get(length).copied().unwrap_or(0), length))
}

/// Billionths as thousandths, by way of millionths.
const fn milliseconds(nanos: i64) -> i64 {
    ((nanos + 500) / 1_000 + 500) / 1_000
}

/// A plain number: what it means follows from its size, as for the importer.
fn number(line: &[u8]) -> Option<(i64, TimeForm, usize)> {
    let (mut whole, mut length) = (0_i64, 0);
    while let Some(digit) = line.get(length).map(|byte| byte.wrapping_sub(b'0')).filter(|digit| *digit < 10) {
        if length == 14 {
            return None;
        }
        whole = whole * 10 + i64::from(digit);
        length += 1;
    }
    if length == 0 {
        return None;
    }
    let mut nanos = 0;
    if line.get(length) == Some(&b'.') {
        let (part, written) = fraction(line.get(length + 1..)?)?;
        nanos = part;
        length += 1 + written;
    }
    let nearest = whole + i64::from(nanos >= 500_000_000);
    let seconds = whole * 1_000 + milliseconds(nanos);
    match nearest {
        0..100_000_000 => Some((seconds, TimeForm::Seconds, length)),
        100_000_000..100_000_000_000 => Some((seconds, TimeForm::EpochSeconds, length)),
        // Of a millisecond, thousandths are kept first.
        _ if nearest < 100_000_000_000_000 => {
            let micros = whole * 1_000 + (nanos + 500_000) / 1_000_000;
            Some(((micros + 500).div_euclid(1_000), TimeForm::EpochMillis, length))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_times_are_read_and_others_are_left() {
        let read = |text: &str| Days::default().read(text.as_bytes());
        for (text, expected) in [
            ("2020-01-01T00:00:00Z,x", Some((1_577_836_800_000, TimeForm::Offset, 20))),
            ("2020-01-01 00:00:00.0004996,", Some((1_577_836_800_001, TimeForm::Naive, 27))),
            ("2020-01-01 00:00:00.000499499", Some((1_577_836_800_000, TimeForm::Naive, 29))),
            ("2024-02-29T23:59:59.9Z", Some((1_709_251_199_900, TimeForm::Offset, 22))),
            ("1577836800,", Some((1_577_836_800_000, TimeForm::EpochSeconds, 10))),
            ("1577836800250", Some((1_577_836_800_250, TimeForm::EpochMillis, 13))),
            ("0.0015,", Some((2, TimeForm::Seconds, 6))),
            ("99999999.5", Some((99_999_999_500, TimeForm::EpochSeconds, 10))),
            ("2023-02-29T00:00:00Z", None),
            ("2020-01-01T24:00:00Z", None),
            ("2020-01-01T00:00:60Z", None),
            ("1969-12-31T00:00:00Z", None),
            ("2020-01-01T00:00Z", None),
            ("2020-01-01T00:00:00.", None),
            ("-1", None),
            (".5", None),
            ("1577836800000000", None),
            ("", None),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
