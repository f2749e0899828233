//! Clock: instants counted from the trace's first one, as people write them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use crate::quantity::Millis;

/// Prints instants: as wall-clock time in UTC, to the second, where the trace has it, else as an
/// offset. Tables, which have little room, give the minute of another day, and the second of an
/// offset from an hour on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportClock {
    /// The first instant, ms since 1970 in UTC.
    pub origin: Option<i64>,
    /// The length of the trace; of a single day, tables give the time of day alone.
    pub span: Millis,
}

impl ReportClock {
    /// The instant `at` ms after the first one, for a table: `19:33:00`, `2026-03-02 19:33`, or `1h30m`.
    pub fn cell(self, at: i64) -> String {
        let last = i64::try_from(self.span.0.saturating_sub(1)).unwrap_or(i64::MAX);
        let days = (self.wall(0), self.wall(last));
        match (self.wall(at), days) {
            (Some(wall), (Some(first), Some(last))) if [first.date(), last.date()] == [wall.date(); 2] => {
                seconds(wall).time().to_string()
            }
            (Some(wall), _) => wall.strftime("%Y-%m-%d %H:%M").to_string(),
            (None, _) => offset(at, if at.unsigned_abs() < HOUR { 1 } else { 1_000 }),
        }
    }

    /// The same with its date.
    pub fn full(self, at: i64) -> String {
        self.wall(at).map_or_else(
            || offset(at, 1),
            |wall| {
                let wall = seconds(wall);
                format!("{} {}", wall.date(), wall.time())
            },
        )
    }

    /// The same for a sentence: `at 2026-03-02 19:33:00 UTC`, or `1h30m after the start`.
    pub fn phrase(self, at: u64) -> String {
        let instant = i64::try_from(at).unwrap_or(i64::MAX);
        match self.wall(instant) {
            Some(_) => format!("at {} UTC", self.full(instant)),
            None if at == 0 => "at the start".to_owned(),
            None => format!("{} after the start", Millis(at)),
        }
    }

    /// The instant for a program, RFC 3339 in UTC to the millisecond: `2026-03-02T19:33:00Z`.
    pub fn stamp(self, at: i64) -> Option<String> {
        let instant = Timestamp::from_millisecond(self.origin?.checked_add(at)?).ok()?;
        Some(instant.to_string())
    }

    fn wall(self, at: i64) -> Option<DateTime> {
        let instant = self.origin?.checked_add(at)?;
        Some(Offset::UTC.to_datetime(Timestamp::from_millisecond(instant).ok()?))
    }
}

const HOUR: u64 = 3_600_000;

/// `at` as a length of time, in whole units of `unit` ms.
fn offset(at: i64, unit: u64) -> String {
    let whole = at.unsigned_abs() / unit * unit;
    format!("{}{}", if at < 0 { "-" } else { "" }, Millis(whole))
}

/// `wall` without its part of a second.
fn seconds(wall: DateTime) -> DateTime {
    wall.with().subsec_nanosecond(0).build().unwrap_or(wall)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_wall_clock_where_it_is_known() {
        let two_days = ReportClock { origin: Some(1_577_836_800_000), span: Millis::minutes(2_880) };
        assert_eq!(two_days.cell(90_061_001), "2020-01-02 01:01");
        assert_eq!(two_days.phrase(0), "at 2020-01-01 00:00:00 UTC");
        let one_day = ReportClock { span: Millis::minutes(1_440), ..two_days };
        assert_eq!(
            (one_day.cell(3_661_999), one_day.full(0)),
            ("01:01:01".into(), "2020-01-01 00:00:00".into())
        );
        // The evening before is not of that day.
        assert_eq!(one_day.cell(-1_000), "2019-12-31 23:59");
        let offset = ReportClock::default();
        assert_eq!((offset.cell(-900_000), offset.cell(5_400_750)), ("-15m".into(), "1h30m".into()));
        assert_eq!(offset.phrase(5_400_750), "1h30m0.75s after the start");
        assert_eq!((offset.cell(90_001), offset.phrase(0)), ("1m30.001s".into(), "at the start".into()));
        assert_eq!(one_day.stamp(-1_001), Some("2019-12-31T23:59:58.999Z".into()));
        assert_eq!((offset.stamp(5), one_day.stamp(i64::MAX)), (None, None));
        // Beyond the calendar, the offset is still true.
        assert_eq!(ReportClock { origin: Some(i64::MAX), ..offset }.cell(1), "1ms");
    }
}
