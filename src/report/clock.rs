//! Clock: instants counted from the traffic's first one, as people write them.

use jiff::Timestamp;
use jiff::tz::Offset;

use crate::quantity::Millis;

/// Prints instants: as wall-clock time in UTC where the traffic has it, else as an offset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clock {
    /// The first instant, ms since 1970 in UTC.
    pub origin: Option<i64>,
}

impl Clock {
    /// The instant `at` ms after the first one, for a table: `2026-03-02 19:33:00`, or `1h30m`.
    pub fn cell(self, at: u64) -> String {
        self.wall(at).unwrap_or_else(|| Millis(at).to_string())
    }

    /// The same for a sentence: `at 2026-03-02 19:33:00 UTC`, or `1h30m after the start`.
    pub fn phrase(self, at: u64) -> String {
        match self.wall(at) {
            Some(wall) => format!("at {wall} UTC"),
            None if at == 0 => "at the start".to_owned(),
            None => format!("{} after the start", Millis(at)),
        }
    }

    fn wall(self, at: u64) -> Option<String> {
        let instant = self.origin?.checked_add(i64::try_from(at).ok()?)?;
        let time = Offset::UTC.to_datetime(Timestamp::from_millisecond(instant).ok()?);
        Some(format!("{} {}", time.date(), time.time()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_wall_clock_where_it_is_known() {
        let wall = Clock { origin: Some(1_577_836_800_000) };
        assert_eq!(wall.cell(90_061_001), "2020-01-02 01:01:01.001");
        assert_eq!(wall.phrase(0), "at 2020-01-01 00:00:00 UTC");
        let offset = Clock { origin: None };
        assert_eq!((offset.cell(90_000), offset.phrase(0)), ("1m30s".into(), "at the start".into()));
        // Beyond the calendar, the offset is still true.
        assert_eq!(Clock { origin: Some(i64::MAX) }.cell(1), "1ms");
    }
}
