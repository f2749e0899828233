//! Search timer: the clock and the progress line of a search for the worst case.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget};

use crate::quantity::Millis;
use crate::report::format::{counted, thousands};
use crate::worst_case::{SearchObjective, SearchObserver, SearchProgress};

/// Looks on: shows on a terminal how far the search is, and stops it when its time is over.
#[derive(Debug)]
pub(super) struct SearchTimer {
    began: Instant,
    limit: Option<Duration>,
    stopped: AtomicBool,
    line: ProgressBar,
    /// Witness and bound of each objective, and the steps of all.
    seen: Mutex<SearchState>,
}

#[derive(Debug, Default)]
struct SearchState {
    of: BTreeMap<SearchObjective, (u64, Option<u64>)>,
    steps: u64,
    part: SearchPart,
}

/// The part of the search that is at work, of which the end is known.
#[derive(Debug, Default)]
struct SearchPart {
    /// When its first step was seen, after how much time and how many thousandths.
    begun: Option<(Duration, u64)>,
    done: u64,
}

impl SearchPart {
    /// The time that is left of it, if all of it takes as long as what is done.
    fn left(&mut self, elapsed: Duration, done: Option<u64>) -> Option<Duration> {
        let Some(done) = done else {
            *self = Self::default();
            return None;
        };
        if done < self.done {
            self.begun = None;
        }
        self.done = done;
        let (since, first) = *self.begun.get_or_insert((elapsed, done));
        let took = elapsed.saturating_sub(since);
        let steps = u32::try_from(done.saturating_sub(first)).ok().filter(|steps| *steps > 0)?;
        Some(took * u32::try_from(1_000_u64.saturating_sub(done)).ok()? / steps)
    }
}

impl SearchTimer {
    /// Begins now; with `limit` it ends then. The line is shown where stderr is a terminal.
    pub(super) fn begin(limit: Option<Millis>, quiet: bool) -> Self {
        // indicatif draws nothing where stderr is no terminal.
        let target = if quiet { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        Self {
            began: Instant::now(),
            limit: limit.map(|limit| Duration::from_millis(limit.0)),
            stopped: AtomicBool::new(false),
            line: ProgressBar::with_draw_target(None, target)
                .with_style(indicatif::ProgressStyle::default_spinner()),
            seen: Mutex::default(),
        }
    }

    /// Takes the line away; whether the search was stopped because its time was over.
    pub(super) fn finish(&self) -> bool {
        self.line.finish_and_clear();
        self.stopped.load(Ordering::Relaxed)
    }
}

impl SearchObserver for SearchTimer {
    fn proceed(&self, progress: &SearchProgress) -> bool {
        let elapsed = self.began.elapsed();
        if !self.line.is_hidden()
            && let Ok(mut seen) = self.seen.lock()
        {
            let known = seen.of.get(&progress.objective).and_then(|&(_, bound)| bound);
            seen.of.insert(progress.objective, (progress.witness, progress.bound.or(known)));
            seen.steps = progress.steps.max(seen.steps);
            let part = seen.part.left(elapsed, progress.done);
            let left = self.limit.map(|limit| limit.saturating_sub(elapsed)).or(part);
            self.line.set_message(describe_search(&seen.of, seen.steps, left, self.limit.is_some()));
            self.line.tick();
        }
        let proceed = self.limit.is_none_or(|limit| elapsed < limit);
        if !proceed {
            self.stopped.store(true, Ordering::Relaxed);
        }
        proceed
    }

    fn may_cancel(&self) -> bool {
        self.limit.is_some()
    }
}

/// `cold start 15m (bound 15m0.64s), ENIs 4 (bound 7), 1,000 steps, 12s left`.
fn describe_search(
    of: &BTreeMap<SearchObjective, (u64, Option<u64>)>,
    steps: u64,
    left: Option<Duration>,
    surely: bool,
) -> String {
    let mut parts: Vec<String> = Vec::new();
    for (objective, &(witness, bound)) in of {
        let (what, text): (&str, fn(u64) -> String) = match objective {
            SearchObjective::ColdStart => ("cold start", |ms| Millis(ms).to_string()),
            SearchObjective::PeakEnis => ("ENIs", thousands),
            SearchObjective::Failures => ("failures", thousands),
            SearchObjective::SubnetPeak(_) => continue,
        };
        let bound = bound.map_or_else(String::new, |bound| format!(" (bound {})", text(bound)));
        parts.push(format!("{what} {}{bound}", text(witness)));
    }
    parts.push(counted(steps, "step", "steps"));
    let about = if surely { "" } else { "at most about " };
    parts.extend(left.map(|left| format!("{about}{}s left", left.as_secs())));
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(objective: SearchObjective, witness: u64, bound: Option<u64>) -> SearchProgress {
        SearchProgress { objective, witness, bound, steps: 1_000, done: None }
    }

    #[test]
    fn the_line_says_what_is_shown_and_proved() {
        let of = BTreeMap::from([
            (SearchObjective::ColdStart, (900_000, Some(900_640))),
            (SearchObjective::PeakEnis, (4, None)),
            (SearchObjective::SubnetPeak(1), (3, None)),
        ]);
        assert_eq!(
            describe_search(&of, 1_000, Some(Duration::from_millis(12_900)), true),
            "cold start 15m (bound 15m0.64s), ENIs 4, 1,000 steps, 12s left"
        );
    }

    #[test]
    fn a_part_takes_as_long_as_what_is_done_of_it_says() {
        let (mut part, at) = (SearchPart::default(), Duration::from_secs);
        assert_eq!(part.left(at(10), Some(100)), None);
        assert_eq!(part.left(at(12), Some(200)), Some(at(16)));
        assert_eq!(part.left(at(20), Some(600)), Some(at(8)));
        // The next part begins.
        assert_eq!(part.left(at(30), Some(0)), None);
        assert_eq!(part.left(at(31), Some(500)), Some(at(1)));
        assert_eq!((part.left(at(32), None), part.left(at(40), Some(600))), (None, None));
    }

    #[test]
    fn a_search_ends_when_its_time_is_over_and_only_then() {
        let progress = at(SearchObjective::ColdStart, 1, None);
        let unlimited = SearchTimer::begin(None, true);
        assert!(unlimited.proceed(&progress) && !unlimited.finish());
        let long = SearchTimer::begin(Some(Millis::minutes(60)), true);
        assert!(long.proceed(&progress) && !long.finish());
        let over = SearchTimer::begin(Some(Millis::ZERO), true);
        assert!(!over.proceed(&progress) && over.finish());
    }
}
