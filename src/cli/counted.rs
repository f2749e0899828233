//! Counted: the demand of traffic of which nothing is kept where nothing has to be.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::study::{CommandStudy, shape_of};
use super::study_args::StudyArgs;
use crate::demand::even::{BusiestSlot, even};
use crate::demand::from_log::{FromLog, LogDemand};
use crate::demand::{self, Demand, FunctionDemand};
use crate::diagnostic::Diagnostics;
use crate::import::{CallCounter, CountSeries, Records};
use crate::quantity::Millis;
use crate::report::{ReportClock, Subject};
use crate::trace::block::CallBlock;
use crate::trace::{CallLog, Shape, Spread, Trace};

/// What traffic needs by function.
#[derive(Debug)]
pub(super) struct ByFunction {
    /// The trace; its invocations may be left out.
    pub trace: Trace,
    /// By function, in the trace's order.
    pub functions: Vec<FunctionDemand>,
    /// The busiest slot of each function, where there are slots.
    pub busiest: Option<Vec<BusiestSlot>>,
}

/// Counts the calls of a log.
struct LogCounter {
    keep_alive: Option<u64>,
    counted: FromLog,
}

impl LogCounter {
    /// Idle environments live for `keep_alive`; without that they are not counted.
    fn new(keep_alive: Option<Millis>) -> Self {
        let keep_alive = keep_alive.map(|life| life.0);
        Self { keep_alive, counted: FromLog::new(keep_alive) }
    }

    /// What the functions of `trace` need.
    fn finish(self, trace: &Trace) -> LogDemand {
        let mut found = self.counted.finish();
        debug_assert_eq!(found.functions.len(), trace.functions.len(), "every function has a call");
        for (need, function) in found.functions.iter_mut().zip(&trace.functions) {
            need.name.clone_from(&function.name);
        }
        found
    }
}

impl CallCounter for LogCounter {
    fn begin(&mut self) {
        self.counted = FromLog::new(self.keep_alive);
    }

    fn take(&mut self, block: &CallBlock, first: i64) {
        self.counted.take(block, first);
    }
}

impl StudyArgs {
    /// The demand, and how many invocations it is of. A log is counted as it is read, if all functions keep idle
    /// environments equally long.
    pub(super) fn demand(&self, quiet: bool) -> Result<(CommandStudy, Demand, u64), Diagnostics> {
        self.use_threads();
        let Some((durations, keep_alive)) = self.usual_keep_alive() else {
            return Self::demand_of_kept(self.load()?);
        };
        let mut counter = LogCounter::new(Some(keep_alive));
        let records = match self.trace.read(durations, &mut counter, false, quiet) {
            Ok(records) => records,
            Err(problems) => return Self::demand_of_kept(self.load_with(|_| Err(problems))?),
        };
        let Records::Counted(trace) = records else {
            let trace = records.into_trace();
            return Self::demand_of_kept(self.load_with(|_| Ok(trace))?);
        };
        let found = counter.finish(&trace);
        let study = self.load_with(|_| Ok(trace))?;
        let policy = study.policy()?;
        // A scenario may give functions a keep-alive of their own.
        let lives = |own: Millis| policy.keep_alive.unwrap_or(own);
        if study.topology.functions.iter().any(|place| lives(place.keep_alive) != keep_alive) {
            return Self::demand_of_kept(self.load()?);
        }
        let invocations = found.functions.iter().map(|function| function.invocations).sum();
        let peak = (found.peak_concurrency, found.peak_concurrency_at);
        let demand = demand::of_functions(found.functions, peak, &study.topology, policy);
        Ok((study, demand, invocations))
    }

    fn demand_of_kept(study: CommandStudy) -> Result<(CommandStudy, Demand, u64), Diagnostics> {
        let demand = demand::demand(&study.trace, &study.topology, study.policy()?);
        let invocations = study.trace.invocations();
        Ok((study, demand, invocations))
    }

    /// How long invocations last as the scenario says, and how long idle environments live as the model and the
    /// policy say; nothing where something is wrong with them, or a part of the trace is asked for.
    fn usual_keep_alive(&self) -> Option<(BTreeMap<String, Millis>, Millis)> {
        if self.trace.is_part() {
            return None;
        }
        let nothing = Trace {
            functions: Vec::new(),
            origin: None,
            span: Millis::ZERO,
            notes: Vec::new(),
            shape: Shape::Log(CallLog::default()),
        };
        let durations = self.raw().ok()?.durations();
        let before = self.load_with(|_| Ok(nothing)).ok()?;
        let own = before.platform.environment.keep_alive.value;
        Some((durations, before.policy().ok()?.keep_alive.unwrap_or(own)))
    }

    /// The demand by function. A log, and a day of a column per minute, are counted as they are read.
    pub(super) fn demand_by_function(&self, quiet: bool) -> Result<ByFunction, Diagnostics> {
        self.use_threads();
        let raw = self.raw();
        let (Ok(raw), false) = (raw, self.trace.is_part()) else {
            return Self::by_function_of_kept(self.load()?);
        };
        let mut counter = LogCounter::new(None);
        let is_even = self.trace.spread(0) == Spread::Even;
        let records = match self.trace.read(raw.durations(), &mut counter, is_even, quiet) {
            Ok(records) => records,
            Err(problems) => return Self::by_function_of_kept(self.load_with(|_| Err(problems))?),
        };
        match records {
            Records::Kept(trace) => Self::by_function_of_kept(self.load_with(|_| Ok(trace))?),
            Records::Counted(trace) => {
                let functions = counter.finish(&trace).functions;
                Ok(ByFunction { trace, functions, busiest: None })
            }
            Records::Series(trace, series) => Ok(self.by_function_of_series(trace, &series)),
        }
    }

    fn by_function_of_kept(study: CommandStudy) -> Result<ByFunction, Diagnostics> {
        let functions = demand::demand(&study.trace, &study.topology, study.policy()?).functions;
        let busiest = busiest(&study.trace);
        Ok(ByFunction { trace: study.trace, functions, busiest })
    }

    fn by_function_of_series(&self, trace: Trace, series: &CountSeries) -> ByFunction {
        let functions = trace.functions.par_iter().enumerate();
        let (functions, busiest) = functions
            .map_init(Vec::new, |counts, (number, function)| {
                series.read(number, counts);
                let lasts = function.duration.unwrap_or(self.trace.duration);
                let (need, busiest) = even(counts, lasts.0);
                (FunctionDemand { name: function.name.clone(), ..need }, busiest)
            })
            .unzip();
        ByFunction { trace, functions, busiest: Some(busiest) }
    }

    /// What an answer is about that depends on no model and no policy.
    pub(super) fn subject_of(&self, trace: &Trace) -> Subject {
        let (shape, slot) = shape_of(&trace.shape);
        let mut assumptions = self.settings_in_words();
        assumptions.extend(trace.notes.iter().cloned());
        if matches!(trace.shape, Shape::Counts { .. }) {
            assumptions.insert(0, self.trace.spread_in_words().to_owned());
        }
        Subject {
            source: self.source(),
            shape,
            slot,
            functions: trace.functions.len() as u64,
            invocations: trace.invocations(),
            span: trace.span,
            clock: ReportClock { origin: trace.origin, span: trace.span },
            model: String::new(),
            policy: String::new(),
            assumptions,
        }
    }
}

/// The busiest slot of each function of traffic that is in memory, where there are slots.
fn busiest(trace: &Trace) -> Option<Vec<BusiestSlot>> {
    let Shape::Counts { slot, cells, .. } = &trace.shape else { return None };
    let mut sums = BTreeMap::<(u32, u32), u32>::new();
    for cell in cells {
        let sum = sums.entry((cell.function, cell.slot)).or_default();
        *sum = sum.saturating_add(cell.count);
    }
    let mut found = vec![BusiestSlot::default(); trace.functions.len()];
    for ((function, number), invocations) in sums {
        let Some(best) = found.get_mut(function as usize) else { continue };
        if invocations > best.invocations {
            *best = BusiestSlot { at: u64::from(number) * slot.0, invocations };
        }
    }
    Some(found)
}
