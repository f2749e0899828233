//! Chart: a number over time in block characters, for terminals; its peaks are kept.

use super::{ReportClock, format};
use crate::diagnostic::escaped;

/// Pieces of the time that are kept; a chart is never wider.
const PIECES: u64 = 1_440;
/// Lines of a chart, each worth eight steps.
const HIGH: u64 = 5;
/// The widest chart, columns.
const WIDEST: usize = 100;
const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// A number over time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chart {
    /// What the number is.
    pub title: String,
    /// The length of the time, ms from the trace's first instant.
    span: u64,
    /// The largest value in each of at most [`PIECES`] equal pieces of that time.
    largest: Vec<u32>,
}

impl Chart {
    /// Of `steps`: from each instant (ms, increasing) on the number is so much; before the first it is 0.
    /// Nothing where the time has no length or the number is always 0.
    pub fn new(title: impl Into<String>, steps: &[(u64, u32)], span: u64) -> Option<Self> {
        let pieces = span.min(PIECES);
        let start = |piece: u64| {
            u64::try_from(u128::from(span) * u128::from(piece) / u128::from(pieces.max(1))).unwrap_or(0)
        };
        let largest = largest_in_pieces(steps, pieces, start);
        largest.iter().any(|value| *value > 0).then(|| Self { title: title.into(), span, largest })
    }

    /// The chart in at most `width` columns, its first and last instant below it; no newline at its end.
    pub fn drawn(&self, clock: ReportClock, width: usize) -> String {
        let peak = u64::from(self.largest.iter().copied().max().unwrap_or(0));
        let label = format::thousands(peak);
        let margin = label.len() + 2;
        let columns = self.largest.len().min(width.saturating_sub(margin)).clamp(1, WIDEST);
        let bars: Vec<u64> =
            (0..columns).map(|column| steps(self.largest_in(column, columns), peak)).collect();
        let mut lines = vec![format::wrapped(&format!("{}:", escaped(&self.title)), width, "")];
        for line in (0..HIGH).rev() {
            let left = match line {
                _ if line == HIGH - 1 => format!("{label} ┤"),
                0 => format!("{:>1$} ┤", 0, label.len()),
                _ => format!("{:>1$} │", "", label.len()),
            };
            let block = |bar: &u64| BLOCKS[usize::try_from(bar.saturating_sub(line * 8).min(8)).unwrap_or(0)];
            lines.push(format!("{left}{}", bars.iter().map(block).collect::<String>()));
        }
        let (first, last) = (clock.cell(0), clock.cell(i64::try_from(self.span).unwrap_or(i64::MAX)));
        let room = columns.saturating_sub(first.chars().count() + last.chars().count());
        let ends = if room > 0 { format!("{first}{}{last}", " ".repeat(room)) } else { first };
        lines.push(format!("{}{ends}", " ".repeat(margin)));
        lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")
    }

    /// The largest value in one of `columns` equal parts of the pieces.
    fn largest_in(&self, column: usize, columns: usize) -> u64 {
        let from = column * self.largest.len() / columns;
        let to = ((column + 1) * self.largest.len() / columns).max(from + 1);
        self.largest.get(from..to).and_then(|part| part.iter().max()).map_or(0, |value| u64::from(*value))
    }
}

/// The largest value of `steps` in each of so many pieces of time, which begin where `start` says; from
/// each step on the number is so much, before the first it is 0.
pub(super) fn largest_in_pieces(steps: &[(u64, u32)], pieces: u64, start: impl Fn(u64) -> u64) -> Vec<u32> {
    let mut steps = steps.iter().copied().peekable();
    let mut now = 0;
    let largest = |piece: u64| {
        while let Some((_, value)) = steps.next_if(|&(at, _)| at <= start(piece)) {
            now = value;
        }
        let mut most = now;
        while let Some((_, value)) = steps.next_if(|&(at, _)| at < start(piece + 1)) {
            now = value;
            most = most.max(now);
        }
        most
    };
    (0..pieces).map(largest).collect()
}

/// The eighths of a line that `value` fills; what is above zero is seen, and only the peak fills all.
fn steps(value: u64, peak: u64) -> u64 {
    (value * HIGH * 8 / peak.max(1)).max(u64::from(value > 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_are_kept_however_narrow_the_chart_is() {
        // One millisecond of 9 in a day of 1.
        let day = 86_400_000;
        let chart = Chart::new("n", &[(0, 1), (43_200_000, 9), (43_200_001, 1)], day).unwrap();
        for width in [12, 40, 80, 300] {
            let text = chart.drawn(ReportClock::default(), width);
            assert_eq!(text.matches('█').count(), 5, "{width}:\n{text}");
            assert!(text.lines().all(|line| line.chars().count() <= width), "{width}:\n{text}");
        }
    }

    #[test]
    fn bars_by_hand() {
        let chart = Chart::new("ENIs", &[(0, 8), (1_000, 40), (2_000, 1), (3_000, 0)], 4_000).unwrap();
        let narrow = Chart { largest: vec![8, 40, 1, 0], ..chart };
        let expected = "ENIs:\n40 ┤ █\n   │ █\n   │ █\n   │ █\n 0 ┤██▁\n    0ms";
        assert_eq!(narrow.drawn(ReportClock::default(), 80), expected);
    }

    #[test]
    fn nothing_is_no_chart() {
        assert_eq!(Chart::new("n", &[], 1_000), None);
        assert_eq!(Chart::new("n", &[(0, 5)], 0), None);
        assert_eq!(Chart::new("n", &[(0, 5)], 1).map(|chart| chart.largest), Some(vec![5]));
        let last = Chart::new("n", &[(u64::MAX - 1, u32::MAX)], u64::MAX).unwrap();
        assert!(last.drawn(ReportClock::default(), 80).contains('█'));
    }
}
