//! Window: the part of the trace that is looked at.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::quantity::Millis;
use crate::report::ReportClock;
use crate::trace::{Shape, Trace};

/// What part of a trace is asked for; by default all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TracePart<'a> {
    /// From this time on, as the user wrote it.
    pub from: Option<&'a str>,
    /// Up to this time.
    pub to: Option<&'a str>,
    /// The window of this length with the most invocations.
    pub busiest: Option<Millis>,
}

/// The part of `trace` that `part` asks for, with a note where it is not the whole.
pub(super) fn cut(part: &TracePart<'_>, trace: Trace) -> Result<Trace, Diagnostics> {
    let (from, to, why) = match part.busiest {
        Some(length) => {
            let (from, to) = busiest(&trace, length)?;
            (from, to, " (the busiest window)")
        }
        None if *part == TracePart::default() => return Ok(trace),
        None => {
            let (from, to) = asked(part, &trace)?;
            (from, to, "")
        }
    };
    let clock = ReportClock { origin: trace.origin, span: trace.span };
    let mut window = trace.window(from, to);
    window.notes.push(format!(
        "only {} of {} is used{why}: from {} to {}",
        window.span,
        trace.span,
        shown(clock, from),
        shown(clock, to),
    ));
    Ok(window)
}

fn asked(part: &TracePart<'_>, trace: &Trace) -> Result<(Millis, Millis), Diagnostics> {
    let mut problems = Diagnostics::default();
    let mut read = |option: &str, text: Option<&str>, otherwise: Millis| match text {
        None => Some(otherwise),
        Some(text) => problems.keep(instant(option, text, trace)),
    };
    let (from, to) = (read("--from", part.from, Millis::ZERO), read("--to", part.to, trace.span));
    problems.or(())?;
    let (from, to) = (from.unwrap_or_default(), to.unwrap_or_default().min(trace.span));
    if from < to {
        return Ok((from, to));
    }
    let clock = ReportClock { origin: trace.origin, span: trace.span };
    let message = format!(
        "the window from {} to {} is empty; the trace runs from {} to {}",
        shown(clock, from),
        shown(clock, to),
        clock.full(0),
        shown(clock, trace.span)
    );
    Err(Diagnostic::new(Code::Usage, message, "choose --from before --to, within the trace").into())
}

/// An offset, or a wall-clock time, as an offset.
pub(super) fn instant(option: &str, text: &str, trace: &Trace) -> Result<Millis, Diagnostic> {
    if let Ok(offset) = text.parse() {
        return Ok(offset);
    }
    let refuse = |message: String| -> Result<Millis, Diagnostic> {
        let help = "use an offset such as 8h or a time such as 2026-03-02 08:00:00 (UTC)";
        Err(Diagnostic::new(Code::Usage, message, help).with_value(text))
    };
    let civil = || text.parse::<DateTime>().ok().and_then(|time| Offset::UTC.to_timestamp(time).ok());
    let Some(time) = text.parse::<Timestamp>().ok().or_else(civil) else {
        return refuse(format!("{option} is not an offset or a time"));
    };
    let Some(origin) = trace.origin else {
        return refuse(format!("{option} is a wall-clock time, but the trace has only offsets"));
    };
    let offset = time.as_millisecond().saturating_sub(origin);
    u64::try_from(offset).map(Millis).or_else(|_| {
        let start = ReportClock { origin: trace.origin, span: trace.span }.full(0);
        refuse(format!("{option} is before the trace, which begins at {start}"))
    })
}

fn shown(clock: ReportClock, at: Millis) -> String {
    clock.full(i64::try_from(at.0).unwrap_or(i64::MAX))
}

/// The window of this length, a whole number of slots (of a log: minutes), with the most
/// invocations; the first of several, and inside the trace where it fits.
fn busiest(trace: &Trace, length: Millis) -> Result<(Millis, Millis), Diagnostics> {
    let slot = trace.first_slot().0.max(1);
    let width = length.0.div_ceil(slot);
    if width == 0 {
        let help = "use a length such as 1h";
        return Err(Diagnostic::new(Code::Usage, "--busiest must be longer than 0", help).into());
    }
    let slots = by_slot(&trace.shape, slot);
    let (mut first, mut sum) = (0, 0);
    let (mut most, mut last) = (0, 0);
    // The best window can be taken to end with a slot that has invocations.
    for &(number, count) in &slots {
        sum += count;
        while let Some(&(left, gone)) = slots.get(first).filter(|(left, _)| left + width <= number) {
            debug_assert!(left < number);
            sum -= gone;
            first += 1;
        }
        if sum > most {
            (most, last) = (sum, number);
        }
    }
    let start = (last + 1).saturating_sub(width).saturating_mul(slot);
    let end = start.saturating_add(width.saturating_mul(slot)).min(trace.span.0);
    Ok((Millis(start), Millis(end.max(start + 1))))
}

/// Invocations per slot, in order, without the empty ones.
fn by_slot(shape: &Shape, slot: u64) -> Vec<(u64, u64)> {
    let mut slots: Vec<(u64, u64)> = Vec::new();
    let mut add = |number: u64, count: u32| match slots.last_mut() {
        Some((last, sum)) if *last == number => *sum += u64::from(count),
        _ => slots.push((number, count.into())),
    };
    match shape {
        Shape::Counts { cells, .. } => cells.iter().for_each(|cell| add(cell.slot.into(), cell.count)),
        Shape::Log(log) => log.entries().for_each(|entry| add(entry.at / slot, entry.count)),
        Shape::Concurrency { runs, .. } => runs.iter().for_each(|entry| add(entry.at / slot, entry.count)),
    }
    slots
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trace::{Cell, Spread};

    fn counts(cells: &[(u32, u32)]) -> Trace {
        let cells = cells.iter().map(|&(slot, count)| Cell { slot, function: 0, count, duration: 1 });
        Trace {
            functions: Vec::new(),
            origin: Some(0),
            span: Millis(100),
            notes: Vec::new(),
            shape: Shape::Counts { slot: Millis(10), cells: cells.collect(), spread: Spread::Even },
        }
    }

    #[test]
    fn the_busiest_window_is_found_and_lies_inside() {
        let trace = counts(&[(0, 5), (4, 3), (5, 3), (9, 4)]);
        let window = |length| busiest(&trace, Millis(length)).map(|(from, to)| (from.0, to.0)).unwrap();
        assert_eq!(window(10), (0, 10));
        assert_eq!(window(15), (40, 60));
        assert_eq!(window(60), (0, 60));
        let late = counts(&[(1, 2), (9, 4)]);
        let late = busiest(&late, Millis(30)).map(|(from, to)| (from.0, to.0));
        assert_eq!(late, Ok((70, 100)));
        assert_eq!(window(1_000), (0, 100));
        assert!(busiest(&trace, Millis::ZERO).is_err());
    }

    #[test]
    fn instants_are_offsets_or_wall_clock() {
        let trace = counts(&[]);
        let read = |text| instant("--from", text, &trace).map(|value| value.0).map_err(|value| value.message);
        assert_eq!(read("5m"), Ok(300_000));
        assert_eq!(read("1970-01-01 00:00:01"), Ok(1_000));
        assert_eq!(read("1970-01-01T01:00:00+01:00"), Ok(0));
        assert!(read("1969-12-31").unwrap_err().contains("before the trace"));
        assert!(read("noon").unwrap_err().contains("not an offset"));
        let offsets = Trace { origin: None, ..trace };
        assert!(instant("--to", "1970-01-01", &offsets).is_err());
    }
}
