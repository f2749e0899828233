//! What several runs say of reuse, added up.

use crate::report::Subject;
use crate::simulation::FunctionReuse;

/// What several runs say of one function.
#[derive(Clone, Debug, Default)]
pub(super) struct FunctionReuseRuns {
    pub(super) name: String,
    pub(super) sum: FunctionReuse,
    /// Of each run: the share of its invocations that found warm memory.
    pub(super) warm: Vec<f64>,
    /// The same of the invocations that are looked at, and when and how many they are in the first run.
    pub(super) watched: Vec<f64>,
    pub(super) first: Option<(u64, u64)>,
}

/// What several runs say of reuse.
#[derive(Clone, Debug, Default)]
pub struct ReuseRuns {
    /// How long a value is good, ms; `None`: as long as its environment lives.
    pub ttl: Option<u64>,
    /// Whether keep-alives were drawn.
    pub drawn: bool,
    pub(super) runs: u64,
    functions: Vec<FunctionReuseRuns>,
}

impl ReuseRuns {
    /// No run yet of functions of these names.
    pub fn new(names: &[String], ttl: Option<u64>, drawn: bool) -> Self {
        let function =
            |name: &String| FunctionReuseRuns { name: name.clone(), ..FunctionReuseRuns::default() };
        Self { ttl, drawn, runs: 0, functions: names.iter().map(function).collect() }
    }

    /// Adds one run.
    pub fn add(&mut self, run: &[FunctionReuse]) {
        self.runs += 1;
        for (function, found) in self.functions.iter_mut().zip(run) {
            function.sum.merge(found);
            function.warm.extend(share(found.warm, found.served));
            if let Some(watched) = found.watched {
                function.first.get_or_insert((watched.at, watched.all));
                function.watched.extend(share(watched.warm, watched.all));
            }
        }
    }

    /// All functions together.
    pub(in crate::report) fn total(&self) -> FunctionReuse {
        let mut total = FunctionReuse::default();
        for function in &self.functions {
            total.merge(&function.sum);
        }
        total
    }

    /// Those that are invoked, the most first.
    pub(super) fn shown(&self) -> Vec<&FunctionReuseRuns> {
        let mut all: Vec<&FunctionReuseRuns> =
            self.functions.iter().filter(|function| function.sum.served > 0).collect();
        all.sort_by_key(|function| (std::cmp::Reverse(function.sum.served), &function.name));
        all
    }

    pub(super) fn hours(&self, subject: &Subject) -> f64 {
        (subject.span.hours() * self.runs as f64).max(f64::MIN_POSITIVE)
    }
}

pub(super) fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
