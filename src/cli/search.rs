//! Search: the clock and the progress line of a search for the worst case.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget};

use crate::quantity::Millis;
use crate::report::words::thousands;
use crate::worst_case::{Objective, Progress, Watch};

/// Looks on: shows on a terminal how far the search is, and stops it when its time is over.
#[derive(Debug)]
pub struct Search {
    began: Instant,
    limit: Option<Duration>,
    stopped: AtomicBool,
    line: ProgressBar,
    /// Witness and bound of each objective, and the steps of all.
    seen: Mutex<Seen>,
}

type Seen = (BTreeMap<Objective, (u64, Option<u64>)>, u64);

impl Search {
    /// Begins now; with `limit` it ends then. The line is shown where stderr is a terminal.
    pub fn begin(limit: Option<Millis>, quiet: bool) -> Self {
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
    pub fn finish(&self) -> bool {
        self.line.finish_and_clear();
        self.stopped.load(Ordering::Relaxed)
    }
}

impl Watch for Search {
    fn proceed(&self, progress: &Progress) -> bool {
        let elapsed = self.began.elapsed();
        if !self.line.is_hidden()
            && let Ok(mut seen) = self.seen.lock()
        {
            let (of, steps) = &mut *seen;
            of.insert(progress.objective, (progress.witness, progress.bound));
            *steps = progress.steps.max(*steps);
            self.line.set_message(said(of, *steps, self.limit.map(|limit| limit.saturating_sub(elapsed))));
            self.line.tick();
        }
        let proceed = self.limit.is_none_or(|limit| elapsed < limit);
        if !proceed {
            self.stopped.store(true, Ordering::Relaxed);
        }
        proceed
    }

    fn is_limited(&self) -> bool {
        self.limit.is_some()
    }
}

/// `cold start 15m of at most 15m0.64s, ENIs 4 of at most 7, 1,000 steps, 12s left`.
fn said(of: &BTreeMap<Objective, (u64, Option<u64>)>, steps: u64, left: Option<Duration>) -> String {
    let mut parts: Vec<String> = Vec::new();
    for (objective, &(witness, bound)) in of {
        let (what, text): (&str, fn(u64) -> String) = match objective {
            Objective::ColdStart => ("cold start", |ms| Millis(ms).to_string()),
            Objective::PeakEnis => ("ENIs", thousands),
            Objective::Failures => ("failures", thousands),
            Objective::SubnetPeak(_) => continue,
        };
        let bound = bound.map_or_else(String::new, |bound| format!(" of at most {}", text(bound)));
        parts.push(format!("{what} {}{bound}", text(witness)));
    }
    parts.push(format!("{} steps", thousands(steps)));
    parts.extend(left.map(|left| format!("{}s left", left.as_secs())));
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(objective: Objective, witness: u64, bound: Option<u64>) -> Progress {
        Progress { objective, witness, bound, steps: 1_000 }
    }

    #[test]
    fn the_line_says_what_is_shown_and_proved() {
        let of = BTreeMap::from([
            (Objective::ColdStart, (900_000, Some(900_640))),
            (Objective::PeakEnis, (4, None)),
            (Objective::SubnetPeak(1), (3, None)),
        ]);
        assert_eq!(
            said(&of, 1_000, Some(Duration::from_millis(12_900))),
            "cold start 15m of at most 15m0.64s, ENIs 4, 1,000 steps, 12s left"
        );
    }

    #[test]
    fn a_search_ends_when_its_time_is_over_and_only_then() {
        let progress = at(Objective::ColdStart, 1, None);
        let unlimited = Search::begin(None, true);
        assert!(unlimited.proceed(&progress) && !unlimited.finish());
        let long = Search::begin(Some(Millis::minutes(60)), true);
        assert!(long.proceed(&progress) && !long.finish());
        let over = Search::begin(Some(Millis::ZERO), true);
        assert!(!over.proceed(&progress) && over.finish());
    }
}
