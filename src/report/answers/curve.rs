//! The worst-case curve: the longest cold start an arrival can meet, slot by slot.

use crate::quantity::Millis;
use crate::report::format::sentence;
use crate::report::{ReportClock, ReportTable, TableCell};
use crate::worst_case::CurvePoint;

/// The slots that people are shown.
const SHOWN: usize = 96;
/// The length of a full bar, characters.
const BAR: u64 = 24;

/// One row per slot, with a bar: full blocks for what a replay shows, light ones up to what is proved.
pub(super) fn table(points: &[CurvePoint]) -> ReportTable {
    let rest = if points.iter().any(|point| point.invocations == 0) {
        "; slots without arrivals are left out"
    } else {
        ""
    };
    let mut table = ReportTable::new(
        format!(
            "The longest cold start an arrival can meet, by slot (█ a replay shows it, ░ proved at most{rest})"
        ),
        &[
            ("at_ms", "from"),
            ("invocations", "invocations"),
            ("witness_ms", "a replay shows"),
            ("bound_ms", "proved at most"),
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

/// When an arrival can meet the largest value that is proved, and what it can meet before and after.
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
        0 => "none at all".to_owned(),
        bound => format!("at most {}", Millis(bound)),
    };
    let span = Millis(most);
    let when = match (before, after) {
        (None, None) => {
            return Some(format!(
                "By what is proved, an arrival can meet {span} in the last {slot} of the traffic as in the first."
            ));
        }
        (None, Some(_)) => format!("an arrival can meet {span} until {until}"),
        (Some(_), None) => format!("an arrival can meet {span} from {} on", instant(busy[first].0)),
        (Some(_), Some(_)) => {
            format!("an arrival can meet {span} from {} until {until}", instant(busy[first].0))
        }
    };
    let around = match (before, after) {
        (None, Some(after)) => format!("; after that, {}", at_most(after)),
        (Some(before), None) => format!("; before that, {}", at_most(before)),
        (Some(before), Some(after)) if before == after => format!("; else {}", at_most(after)),
        (Some(before), Some(after)) => {
            format!("; before that, {}, and after it, {}", at_most(before), at_most(after))
        }
        (None, None) => String::new(),
    };
    Some(sentence(&format!("by what is proved, {when}{around}.")))
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
        let is = |text: &str| Some(format!("By what is proved, an arrival can meet {text}."));
        assert_eq!(said(&[5, 5, 0]), is("5ms until 2s after the start; after that, none at all"));
        assert_eq!(said(&[5, 2, 5]), is("5ms in the last 1s of the traffic as in the first"));
        // A slot without arrivals (9) says nothing.
        assert_eq!(said(&[9, 3, 5, 9]), is("5ms from 2s after the start on; before that, at most 3ms"));
        let both = "5ms from 1s after the start until 2s after the start";
        assert_eq!(said(&[1, 5, 1]), is(&format!("{both}; else at most 1ms")));
        assert_eq!(
            said(&[1, 5, 0]),
            is(&format!("{both}; before that, at most 1ms, and after it, none at all"))
        );
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
