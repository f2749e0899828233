//! The worst-case curve: the longest cold start an arrival can meet, slot by slot.

use crate::quantity::Millis;
use crate::report::{ReportClock, ReportTable, TableCell};
use crate::worst_case::CurvePoint;

/// The slots that people are shown.
const SHOWN: usize = 96;
/// The length of a full bar, characters.
const BAR: u64 = 24;

/// One row per slot, with a bar: full blocks for the witness, light ones up to the bound.
pub(super) fn table(points: &[CurvePoint]) -> ReportTable {
    let rest = if points.iter().any(|point| point.invocations == 0) {
        "; slots without arrivals are left out"
    } else {
        ""
    };
    let mut table = ReportTable::new(
        format!("Worst-case cold start by arrival time (█ witness, ░ bound{rest})"),
        &[
            ("at_ms", "from"),
            ("invocations", "invocations"),
            ("witness_ms", "witness"),
            ("bound_ms", "bound"),
            ("bar", ""),
        ],
    );
    let most =
        points.iter().map(|point| point.bound_ms.unwrap_or(0).max(point.witness_ms)).max().unwrap_or(0);
    for point in points.iter().filter(|point| point.invocations > 0) {
        table.push(vec![
            TableCell::instant(Some(point.at_ms)),
            TableCell::Count(point.invocations),
            TableCell::Span(point.witness_ms),
            TableCell::span(point.bound_ms),
            TableCell::text(bar(point, most)),
        ]);
    }
    table.shown = Some((SHOWN, "slots"));
    table
}

/// What is above zero has at least one block.
fn bar(point: &CurvePoint, most: u64) -> String {
    let blocks = |ms: u64| {
        let share = u128::from(ms) * u128::from(BAR) / u128::from(most.max(1));
        usize::try_from(share).unwrap_or(0).max(usize::from(ms > 0))
    };
    let shown = blocks(point.witness_ms);
    let proved = point.bound_ms.map_or(shown, blocks);
    "█".repeat(shown) + &"░".repeat(proved.saturating_sub(shown))
}

/// When the worst case can occur, by the bounds, and the longest cold start before and after.
pub(super) fn when(points: &[CurvePoint], slot: Millis, clock: ReportClock) -> Option<String> {
    let busy: Vec<(u64, u64)> = points
        .iter()
        .filter(|point| point.invocations > 0)
        .map(|point| Some((point.at_ms, point.bound_ms?)))
        .collect::<Option<_>>()?;
    let most = busy.iter().map(|(_, bound)| *bound).max().filter(|most| *most > 0)?;
    let first = busy.iter().position(|(_, bound)| *bound == most)?;
    let last = busy.iter().rposition(|(_, bound)| *bound == most)?;
    let largest = |part: &[(u64, u64)]| part.iter().map(|(_, bound)| *bound).max();
    let (before, after) = (largest(&busy[..first]), largest(&busy[last + 1..]));
    let instant = |at: u64| clock.phrase(at).trim_start_matches("at ").to_owned();
    let until = instant(busy[last].0.saturating_add(slot.0));
    let at_most = |bound: u64| match bound {
        0 => "there are no cold starts".to_owned(),
        bound => format!("cold starts take at most {}", Millis(bound)),
    };
    let worst = format!("The worst case ({}) can occur", Millis(most));
    let first = || instant(busy[first].0);
    Some(match (before, after) {
        (None, None) => format!("{worst} throughout the trace, from its first {slot} to its last."),
        (None, Some(after)) => format!("{worst} only before {until}; after that, {}.", at_most(after)),
        (Some(before), None) => {
            format!("{worst} only from {} on; before that, {}.", first(), at_most(before))
        }
        (Some(before), Some(after)) if before == after => {
            format!("{worst} only between {} and {until}; otherwise {}.", first(), at_most(after))
        }
        (Some(before), Some(after)) => format!(
            "{worst} only between {} and {until}; before that, {}; after it, {}.",
            first(),
            at_most(before),
            at_most(after)
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(bounds: &[Option<u64>]) -> Vec<CurvePoint> {
        let starts = (0_u64..).step_by(1_000);
        let point = |(at_ms, &bound): (u64, &Option<u64>)| CurvePoint {
            at_ms,
            invocations: u64::from(bound != Some(9)),
            witness_ms: 0,
            bound_ms: bound,
        };
        starts.zip(bounds).map(point).collect()
    }

    #[test]
    fn the_sentence_says_from_when_until_when_and_what_is_left() {
        let said = |bounds: &[u64]| {
            let bounds: Vec<_> = bounds.iter().map(|&bound| Some(bound)).collect();
            when(&points(&bounds), Millis(1_000), ReportClock::default())
        };
        let is = |text: &str| Some(format!("The worst case (5ms) can occur {text}."));
        assert_eq!(
            said(&[5, 5, 0]),
            is("only before 2s after the start; after that, there are no cold starts")
        );
        assert_eq!(said(&[5, 2, 5]), is("throughout the trace, from its first 1s to its last"));
        // A slot without arrivals (9) says nothing.
        let from = "only from 2s after the start on; before that, cold starts take at most 3ms";
        assert_eq!(said(&[9, 3, 5, 9]), is(from));
        let both = "only between 1s after the start and 2s after the start";
        assert_eq!(said(&[1, 5, 1]), is(&format!("{both}; otherwise cold starts take at most 1ms")));
        let around = "before that, cold starts take at most 1ms; after it, there are no cold starts";
        assert_eq!(said(&[1, 5, 0]), is(&format!("{both}; {around}")));
        assert_eq!((said(&[0, 0]), said(&[])), (None, None));
        assert_eq!(when(&points(&[Some(5), None]), Millis(1), ReportClock::default()), None);
    }

    #[test]
    fn bars_are_in_proportion_and_what_is_there_is_seen() {
        let bar_of =
            |witness_ms, bound_ms| bar(&CurvePoint { at_ms: 0, invocations: 1, witness_ms, bound_ms }, 2_400);
        assert_eq!(bar_of(1_200, Some(2_400)), "█".repeat(12) + &"░".repeat(12));
        assert_eq!((bar_of(0, Some(0)), bar_of(1, Some(1))), (String::new(), "█".into()));
        assert_eq!(bar_of(2_400, None), "█".repeat(24));
    }
}
