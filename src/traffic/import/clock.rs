//! Clock: the instants of a file, in the one form all of them are written in.
//!
//! Microseconds, so that `end - duration` is rounded once, at the end.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::number::Decimal;
use super::table::Cell;
use crate::diagnostic::Diagnostic;
use crate::quantity::Millis;

/// How an instant is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// RFC 3339, with its offset.
    Offset,
    /// Date and time without an offset: UTC.
    Naive,
    /// Seconds since 1970.
    EpochSeconds,
    /// Milliseconds since 1970.
    EpochMillis,
    /// Seconds from the start.
    Seconds,
}

impl Form {
    const fn text(self) -> &'static str {
        match self {
            Self::Offset => "a date and time with an offset",
            Self::Naive => "a date and time without an offset",
            Self::EpochSeconds => "seconds since 1970",
            Self::EpochMillis => "milliseconds since 1970",
            Self::Seconds => "seconds from the start",
        }
    }
}

const FORMS: &str = "write RFC 3339 (2026-03-02T10:00:00Z), 2026-03-02 10:00:00, \
                     seconds or milliseconds since 1970, or seconds from 0";

/// Reads the instants of one file; the first one settles the form of all.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    form: Option<(Form, u64)>,
}

impl Clock {
    /// The instant in `cell`, in microseconds since 1970 or from the start.
    pub fn read(&mut self, cell: &Cell<'_>) -> Result<i64, Diagnostic> {
        let (instant, form) = instant(cell)?;
        match self.form {
            Some((first, line)) if first != form => {
                let message = format!("the time is {}, on line {line} it is {}", form.text(), first.text());
                Err(cell.bad(message, "write all times of the file in one form"))
            }
            Some(_) => Ok(instant),
            None => {
                self.form = Some((form, cell.line));
                Ok(instant)
            }
        }
    }

    /// Whether the instants are wall-clock times.
    pub fn is_wall(&self) -> bool {
        self.form.is_some_and(|(form, _)| form != Form::Seconds)
    }

    /// How the times were understood, where that is an assumption.
    pub fn note(&self) -> Option<String> {
        match self.form?.0 {
            Form::Naive => Some("times without an offset are read as UTC".into()),
            Form::Offset => None,
            form => Some(format!("times are read as {}", form.text())),
        }
    }

    /// The instant `at`, in milliseconds, as people write it.
    pub fn show(&self, at: i64) -> String {
        match Timestamp::from_millisecond(at) {
            Ok(wall) if self.is_wall() => {
                let time = Offset::UTC.to_datetime(wall);
                let (date, clock) = (time.date(), time.time());
                format!("{date} {clock}")
            }
            _ => Millis(u64::try_from(at).unwrap_or(0)).to_string(),
        }
    }
}

/// Microseconds as the nearest millisecond, half rounded up.
pub fn milliseconds(micros: i64) -> i64 {
    micros.saturating_add(500).div_euclid(1_000)
}

/// Whether `text` could be a time or another number, so not the name of a column.
pub fn is_time(text: &str) -> bool {
    Decimal::parse(text).is_ok() || text.parse::<DateTime>().is_ok()
}

fn instant(cell: &Cell<'_>) -> Result<(i64, Form), Diagnostic> {
    let text = cell.text.trim();
    if let Ok(number) = Decimal::parse(text) {
        return numeric(cell, number);
    }
    let malformed = || cell.bad("this is not a time", FORMS);
    let has_offset = text.get(10..).is_some_and(|time| time.contains(['Z', 'z', '+', '-']));
    if has_offset {
        let at: Timestamp = text.parse().map_err(|_| malformed())?;
        return Ok((micros(at), Form::Offset));
    }
    // A zone in brackets without an offset would be ignored.
    let civil: DateTime = text.parse().ok().filter(|_| !text.contains('[')).ok_or_else(malformed)?;
    let at = Offset::UTC.to_timestamp(civil).map_err(|_| malformed())?;
    Ok((micros(at), Form::Naive))
}

/// Nanoseconds as the nearest microsecond, half rounded up.
fn micros(at: Timestamp) -> i64 {
    let rounded = (at.as_nanosecond() + 500).div_euclid(1_000);
    i64::try_from(rounded).unwrap_or(i64::MAX)
}

fn numeric(cell: &Cell<'_>, number: Decimal) -> Result<(i64, Form), Diagnostic> {
    const EPOCH: u64 = 100_000_000;
    const MILLIS: u64 = 100_000_000_000;
    const END: u64 = 100_000_000_000_000;
    if number.is_negative() {
        return Err(cell.bad("the time is negative", FORMS));
    }
    let too_large = || {
        let help = "write seconds or milliseconds since 1970; divide microseconds by 1000";
        cell.bad("the time is beyond the year 5138", help)
    };
    let size = number.rounded(0).filter(|size| *size < END).ok_or_else(too_large)?;
    let (power, form) = match size {
        0..EPOCH => (6, Form::Seconds),
        EPOCH..MILLIS => (6, Form::EpochSeconds),
        _ => (3, Form::EpochMillis),
    };
    let at = number.rounded(power).and_then(|micros| i64::try_from(micros).ok()).ok_or_else(too_large)?;
    Ok((at, form))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(clock: &mut Clock, text: &str) -> Result<i64, Diagnostic> {
        clock.read(&Cell { text, file: "t.csv", line: 2, number: 1, name: "time" })
    }

    #[test]
    fn every_form_of_a_time_is_read() {
        // 2020-01-01T00:00:00Z is 1577836800 s after 1970.
        for (text, micros, note) in [
            ("2020-01-01T00:00:00Z", 1_577_836_800_000_000, None),
            ("2020-01-01 01:30:00+01:30", 1_577_836_800_000_000, None),
            ("2020-01-01 00:00:00.0004996", 1_577_836_800_000_500, Some("without an offset")),
            ("2020-01-01", 1_577_836_800_000_000, Some("without an offset")),
            ("1577836800", 1_577_836_800_000_000, Some("as seconds since 1970")),
            ("1577836800250", 1_577_836_800_250_000, Some("milliseconds since 1970")),
            ("0.0015", 1_500, Some("seconds from the start")),
        ] {
            let mut clock = Clock::default();
            assert_eq!(read(&mut clock, text), Ok(micros), "{text}");
            let told = clock.note();
            assert_eq!(told.is_some(), note.is_some(), "{text}");
            assert!(note.is_none_or(|words| told.unwrap().contains(words)), "{text}");
        }
    }

    #[test]
    fn other_text_and_mixed_forms_are_refused() {
        for text in [
            "",
            "NaN",
            "-1",
            "1e30",
            "noon",
            "2020-13-01",
            "25:00",
            "2020-01-01T00:00:00[Europe/Paris]",
            "1577836800000000",
        ] {
            assert!(read(&mut Clock::default(), text).is_err(), "{text}");
        }
        let mut clock = Clock::default();
        read(&mut clock, "60").unwrap();
        assert!(read(&mut clock, "2020-01-01 00:00:00").unwrap_err().message.contains("on line 2 it is"));
    }

    #[test]
    fn instants_print_as_they_are_written() {
        let mut clock = Clock::default();
        let at = read(&mut clock, "2014-04-10 00:04:00").unwrap();
        assert_eq!(clock.show(milliseconds(at)), "2014-04-10 00:04:00");
        assert_eq!(Clock::default().show(90_000), "1m30s");
        assert_eq!((milliseconds(1_499), milliseconds(1_500), milliseconds(-1_500)), (1, 2, -1));
    }
}
