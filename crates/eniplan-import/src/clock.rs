//! Clock: the instants of a file, in the one form all of them are written in.
//!
//! Microseconds, so that `end - duration` is rounded once, at the end.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{DateTime, Weekday};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};

use super::field::Field;
use super::number::Decimal;
use eniplan_core::diagnostic::Diagnostic;
use eniplan_core::quantity::Millis;

/// How an instant is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeForm {
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

impl TimeForm {
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

const FORMS: &str = "use RFC 3339 (2026-03-02T10:00:00Z), 2026-03-02 10:00:00, seconds or milliseconds since 1970, or \
                     seconds from 0";

/// Reads the instants of the files; the first one of a file settles the form of all in it.
#[derive(Clone, Debug, Default)]
pub struct FileClock {
    zone: Option<TimeZone>,
    form: Option<(TimeForm, u64)>,
    /// The first file with times: whether they are wall-clock times, and its name.
    kind: Option<(bool, String)>,
    file: String,
    /// The last instant of a zone with summer time, microseconds.
    last: Option<i64>,
    /// Milliseconds from the first to the second pass of times that a zone has twice, by the first.
    folds: BTreeMap<i64, i64>,
    /// How many times were twice possible, and the line of the first.
    folded: (u64, u64),
}

impl FileClock {
    /// A clock that takes times without an offset to be in `zone`, or UTC.
    pub fn new(zone: Option<TimeZone>) -> Self {
        Self { zone, ..Self::default() }
    }

    /// What follows is from the file `name`.
    pub fn next_file(&mut self, name: &str) {
        (self.form, self.last, self.folded) = (None, None, (0, 0));
        name.clone_into(&mut self.file);
    }

    /// The instant in `cell`, in microseconds since 1970 or from the start.
    pub fn read(&mut self, cell: &Field<'_>) -> Result<i64, Diagnostic> {
        let (instant, form) = self.instant(cell)?;
        match self.form {
            Some((first, line)) if first != form => {
                let message =
                    format!("mixed time formats: {} here, {} on line {line}", form.text(), first.text());
                return Err(cell.bad(message, "use one time format throughout the file"));
            }
            Some(_) => {}
            None => self.form = Some((form, cell.line)),
        }
        let wall = form != TimeForm::Seconds;
        match &self.kind {
            None => self.kind = Some((wall, self.file.clone())),
            Some((first, file)) if *first != wall => {
                let message = format!("mixed time formats: {} here, but not in {file}", form.text());
                let help = "use only files with wall-clock times, or only files with seconds from the start";
                return Err(cell.bad(message, help));
            }
            Some(_) => {}
        }
        self.last = Some(instant);
        Ok(instant)
    }

    /// Whether times of the file that are read elsewhere, all in this `form` and the first of them on `line`, mean
    /// there what they mean here; then they are of the file.
    pub fn accept(&mut self, form: TimeForm, line: u64) -> bool {
        let wall = form != TimeForm::Seconds;
        let is_same = self.form.is_none_or(|(first, _)| first == form)
            && self.kind.as_ref().is_none_or(|(first, _)| *first == wall)
            && (form != TimeForm::Naive || self.zone.is_none());
        if is_same {
            self.form.get_or_insert((form, line));
            self.kind.get_or_insert_with(|| (wall, self.file.clone()));
        }
        is_same
    }

    /// Whether the instants are wall-clock times.
    pub fn is_wall(&self) -> bool {
        self.kind.as_ref().is_some_and(|(wall, _)| *wall)
    }

    /// How the times of this file were understood, where that is an assumption.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        match (self.form.map(|(form, _)| form), self.zone()) {
            (Some(TimeForm::Naive), None) => notes.push("times without an offset are read as UTC".into()),
            (Some(TimeForm::Naive), Some(zone)) => {
                notes.push(format!("times without an offset are read in the zone {zone}"));
            }
            (Some(TimeForm::Offset) | None, _) => {}
            (Some(form), _) => notes.push(format!("times are read as {}", form.text())),
        }
        if let ((count @ 1.., line), Some(zone)) = (self.folded, self.zone()) {
            notes.push(format!(
                "{count} times in {} fall in an hour that occurs twice in {zone} (the first on line {line}); rows after a \
                 step back are read as the second occurrence",
                self.file
            ));
        }
        notes
    }

    /// The second pass, ms, of a time at `at` that its zone has twice.
    pub fn second_pass(&self, at: i64) -> Option<i64> {
        self.folds.get(&at).map(|later| at + later)
    }

    fn zone(&self) -> Option<&str> {
        self.zone.as_ref().map(|zone| zone.iana_name().unwrap_or("the given zone"))
    }

    /// Whether `at`, ms, is where summer time begins or ends in much of the world, and the times of the
    /// file may be local without saying so: a Sunday from 0 to 4 in the morning.
    pub fn may_be_local(&self, at: i64) -> bool {
        let naive = self.form.is_some_and(|(form, _)| form == TimeForm::Naive) && self.zone.is_none();
        naive
            && Timestamp::from_millisecond(at).is_ok_and(|at| {
                let time = Offset::UTC.to_datetime(at);
                time.weekday() == Weekday::Sunday && time.hour() < 4
            })
    }

    fn instant(&mut self, cell: &Field<'_>) -> Result<(i64, TimeForm), Diagnostic> {
        let text = cell.text.trim();
        if let Ok(number) = Decimal::parse(text) {
            return numeric(cell, number);
        }
        let malformed = || cell.bad("not a time", FORMS);
        let has_offset = text.get(10..).is_some_and(|time| time.contains(['Z', 'z', '+', '-']));
        if has_offset {
            let at: Timestamp = text.parse().map_err(|_| malformed())?;
            return Ok((micros(at), TimeForm::Offset));
        }
        let civil = naive(text).ok_or_else(malformed)?;
        let at = self.of_zone(civil, cell)?;
        Ok((micros(at.ok_or_else(malformed)?), TimeForm::Naive))
    }

    /// `civil` in the zone; of two instants the first, unless the rows have passed it.
    fn of_zone(&mut self, civil: DateTime, cell: &Field<'_>) -> Result<Option<Timestamp>, Diagnostic> {
        let Some(zone) = &self.zone else { return Ok(Offset::UTC.to_timestamp(civil).ok()) };
        match zone.to_ambiguous_timestamp(civil).offset() {
            AmbiguousOffset::Unambiguous { offset } => Ok(offset.to_timestamp(civil).ok()),
            AmbiguousOffset::Gap { .. } => {
                let name = self.zone().unwrap_or_default();
                let message = format!("this time does not exist in {name}: clocks went forward over it");
                let help = "set the zone of the times with `--time-zone`, or export them in UTC";
                Err(cell.bad(message, help))
            }
            AmbiguousOffset::Fold { before, after } => {
                let (first, second) = (before.to_timestamp(civil).ok(), after.to_timestamp(civil).ok());
                self.folded = (self.folded.0 + 1, if self.folded.0 == 0 { cell.line } else { self.folded.1 });
                if let (Some(first), Some(second)) = (first, second) {
                    let (first, second) = (first.as_millisecond(), second.as_millisecond());
                    self.folds.insert(first, second - first);
                }
                let passed = first.zip(self.last).is_some_and(|(first, last)| last > micros(first));
                Ok(if passed { second } else { first })
            }
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
            _ => Millis(at.max(0).unsigned_abs()).to_string(),
        }
    }
}

/// Microseconds as the nearest millisecond, half rounded up.
pub(crate) fn milliseconds(micros: i64) -> i64 {
    micros.saturating_add(500).div_euclid(1_000)
}

/// Whether `text` could be a time or another number, so not the name of a column.
pub(crate) fn is_time(text: &str) -> bool {
    Decimal::parse(text).is_ok() || is_date(text)
}

/// Whether `text` is a date and time, with or without an offset.
pub(crate) fn is_date(text: &str) -> bool {
    naive(text.trim()).is_some() || text.trim().parse::<Timestamp>().is_ok()
}

/// A date and time without an offset: `2026-03-02 10:00:00`, also with `/` in the date.
fn naive(text: &str) -> Option<DateTime> {
    // A zone in brackets without an offset would be ignored.
    let plain = Some(text).filter(|text| !text.contains('['))?;
    let date = plain.get(..10).filter(|date| date.bytes().filter(|byte| *byte == b'/').count() == 2);
    match date {
        Some(date) => format!("{}{}", date.replace('/', "-"), plain.get(10..)?).parse().ok(),
        None => plain.parse().ok(),
    }
}

/// Nanoseconds as the nearest microsecond, half rounded up.
fn micros(at: Timestamp) -> i64 {
    at.as_second() * 1_000_000 + i64::from((at.subsec_nanosecond() + 500).div_euclid(1_000))
}

fn numeric(cell: &Field<'_>, number: Decimal) -> Result<(i64, TimeForm), Diagnostic> {
    const EPOCH: u64 = 100_000_000;
    const MILLIS: u64 = 100_000_000_000;
    const END: u64 = 100_000_000_000_000;
    if number.is_negative() {
        return Err(cell.bad("negative time", FORMS));
    }
    let too_large = || {
        let help = "use seconds or milliseconds since 1970; divide microseconds by 1000";
        cell.bad("the time is after the year 5138", help)
    };
    let size = number.rounded(0).filter(|size| *size < END).ok_or_else(too_large)?;
    let (power, form) = match size {
        0..EPOCH => (6, TimeForm::Seconds),
        EPOCH..MILLIS => (6, TimeForm::EpochSeconds),
        _ => (3, TimeForm::EpochMillis),
    };
    let at = number.rounded(power).and_then(|micros| i64::try_from(micros).ok()).ok_or_else(too_large)?;
    Ok((at, form))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(clock: &mut FileClock, text: &str) -> Result<i64, Diagnostic> {
        clock.read(&Field { text, file: "t.csv", line: 2, number: 1, name: "time" })
    }

    #[test]
    fn every_form_of_a_time_is_read() {
        // 2020-01-01T00:00:00Z is 1577836800 s after 1970.
        for (text, micros, note) in [
            ("2020-01-01T00:00:00Z", 1_577_836_800_000_000, None),
            ("2020-01-01 01:30:00+01:30", 1_577_836_800_000_000, None),
            ("2020-01-01 00:00:00.0004996", 1_577_836_800_000_500, Some("without an offset")),
            ("2020-01-01", 1_577_836_800_000_000, Some("without an offset")),
            ("2020/01/01 00:00:00", 1_577_836_800_000_000, Some("without an offset")),
            ("1577836800", 1_577_836_800_000_000, Some("as seconds since 1970")),
            ("1577836800250", 1_577_836_800_250_000, Some("milliseconds since 1970")),
            ("0.0015", 1_500, Some("seconds from the start")),
        ] {
            let mut clock = FileClock::default();
            assert_eq!(read(&mut clock, text), Ok(micros), "{text}");
            let told = clock.notes();
            assert_eq!(told.len(), usize::from(note.is_some()), "{text}");
            assert!(note.is_none_or(|words| told[0].contains(words)), "{text}");
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
            assert!(read(&mut FileClock::default(), text).is_err(), "{text}");
        }
        let mut clock = FileClock::default();
        read(&mut clock, "60").unwrap();
        assert!(read(&mut clock, "2020-01-01 00:00:00").unwrap_err().message.contains(" on line 2"));
    }

    #[test]
    fn a_zone_has_hours_twice_and_hours_never() {
        // Berlin 2025: forward on 30 March at 2, back on 26 October at 3.
        let berlin = jiff::tz::TimeZoneDatabase::bundled().get("Europe/Berlin").unwrap();
        let mut clock = FileClock::new(Some(berlin));
        let gap = read(&mut clock, "2025-03-30 02:30:00").unwrap_err();
        assert!(gap.message.starts_with("this time does not exist in Europe/Berlin"), "{}", gap.message);
        let hours: Vec<i64> = ["01:30", "02:30", "02:30", "02:45", "02:15", "02:30", "03:30"]
            .iter()
            .map(|time| read(&mut clock, &format!("2025-10-26 {time}:00")).unwrap() / 60_000_000)
            .collect();
        let from = hours[0];
        let minutes: Vec<i64> = hours.iter().map(|at| at - from).collect();
        assert_eq!(minutes, [0, 60, 60, 75, 105, 120, 180]);
        assert!(clock.notes()[1].starts_with("5 times in "), "{:?}", clock.notes());
        let mut utc = FileClock::default();
        let at = milliseconds(read(&mut utc, "2025-03-30 03:00:00").unwrap());
        assert!(utc.may_be_local(at) && !clock.may_be_local(at) && !utc.may_be_local(at + 3_600_000));
    }

    #[test]
    fn instants_print_as_they_are_written() {
        let mut clock = FileClock::default();
        let at = read(&mut clock, "2014-04-10 00:04:00").unwrap();
        assert_eq!(clock.show(milliseconds(at)), "2014-04-10 00:04:00");
        assert_eq!(FileClock::default().show(90_000), "1m30s");
        assert_eq!((milliseconds(1_499), milliseconds(1_500), milliseconds(-1_500)), (1, 2, -1));
    }
}
