//! Habits: what the logs of the experiments show of how Lambda chooses and ends environments.

use std::collections::BTreeMap;
use std::path::Path;

use super::measured::{columns, number};

/// An environment idle for less than this, s, has surely not been ended for being idle.
const SURELY_THERE: f64 = 580.0;

/// What one log shows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Habits {
    /// Warm invocations that came while several environments were idle.
    choices: u32,
    /// Those served by the most recently used one, and by the last created one.
    newest_idle: u32,
    newest_created: u32,
    /// Cold starts, and those that came while an environment was idle for less than [`SURELY_THERE`].
    cold: u32,
    passed_over: u32,
    /// Of the latter those where no idle one ever served again.
    ended: u32,
    /// The longest idleness an environment came back from, s.
    longest_idle: f64,
    /// The longest time from an environment's first start to its last end, s.
    longest_life: f64,
}

/// An environment as the log knows it, s.
#[derive(Clone, Copy, Debug)]
struct Environment {
    created: f64,
    free: f64,
    /// When its last invocation of the whole log starts.
    last: f64,
}

impl Habits {
    pub(super) const HEADS: [&str; 8] = [
        "rate, 1/s",
        "several idle",
        "newest-idle serves",
        "newest-created serves",
        "cold though one was idle",
        "none of them served again",
        "longest idleness",
        "longest life",
    ];

    pub(super) fn of(path: &Path) -> Self {
        let mut log: Vec<(f64, f64, String, bool)> =
            columns(path, ["start_time", "end_time", "inst_id", "is_cold"])
                .into_iter()
                .map(|[start, end, name, cold]| {
                    (number(&start) / 1_000.0, number(&end) / 1_000.0, name, cold == "True")
                })
                .collect();
        log.sort_by(|a, b| a.0.total_cmp(&b.0));
        let last: BTreeMap<String, f64> =
            log.iter().map(|(start, _, name, _)| (name.clone(), *start)).collect();
        let mut seen = Self::default();
        let mut environments: BTreeMap<String, Environment> = BTreeMap::new();
        for (start, end, name, cold) in log {
            let idle: Vec<&Environment> = environments
                .values()
                .filter(|environment| environment.free <= start && start - environment.free < SURELY_THERE)
                .collect();
            let serves = environments.get(&name);
            match serves {
                _ if cold => seen.note_cold(&idle, start),
                Some(serves) => seen.note_warm(&idle, serves, start),
                None => {}
            }
            let created = serves.map_or(start, |environment| environment.created);
            seen.longest_life = seen.longest_life.max(end - created);
            let last = last[&name];
            environments.insert(name, Environment { created, free: end, last });
        }
        seen
    }

    fn note_cold(&mut self, idle: &[&Environment], start: f64) {
        self.cold += 1;
        if !idle.is_empty() {
            self.passed_over += 1;
            self.ended += u32::from(idle.iter().all(|environment| environment.last < start));
        }
    }

    fn note_warm(&mut self, idle: &[&Environment], serves: &Environment, start: f64) {
        self.longest_idle = self.longest_idle.max(start - serves.free);
        if idle.len() > 1 && start - serves.free < SURELY_THERE {
            self.choices += 1;
            self.newest_idle += u32::from(idle.iter().all(|environment| environment.free <= serves.free));
            self.newest_created +=
                u32::from(idle.iter().all(|environment| environment.created <= serves.created));
        }
    }

    pub(super) fn row(&self, rate: f64) -> Vec<String> {
        let share = |n: u32| match self.choices {
            0 => "-".to_owned(),
            choices => format!("{:.1}%", 100.0 * f64::from(n) / f64::from(choices)),
        };
        vec![
            format!("{rate:.5}"),
            self.choices.to_string(),
            share(self.newest_idle),
            share(self.newest_created),
            format!("{} of {}", self.passed_over, self.cold),
            self.ended.to_string(),
            format!("{:.0} s", self.longest_idle),
            format!("{:.2} h", self.longest_life / 3_600.0),
        ]
    }
}
