//! Study of a stream: what a command needs to know about traffic that is read in blocks.

use std::collections::BTreeMap;

use super::output::note;
use super::streamed::{NotInBlocks, Streamed, other};
use super::study::{CommandStudy, shape_of};
use super::study_args::StudyArgs;
use crate::demand::{self, Demand};
use crate::quantity::Millis;
use crate::report::{ReportClock, Subject};
use crate::trace::{Shape, Traffic};

/// From this size on it is said that a file is read whole: 16 MiB.
const LARGE: u64 = 16 << 20;

impl StudyArgs {
    /// The demand of a log read in blocks, or why it has to be read whole.
    pub fn streamed_log(&self, quiet: bool) -> Result<(CommandStudy, Demand, u64), NotInBlocks> {
        self.use_threads();
        let durations = other(self.raw().ok())?.durations();
        let input = other(self.traffic.in_blocks(durations, quiet))?;
        // Only the model and the policy are asked for: any traffic will do.
        let nothing = Traffic {
            functions: Vec::new(),
            origin: None,
            span: Millis::ZERO,
            notes: Vec::new(),
            shape: Shape::Log(Vec::new()),
        };
        let before = other(self.load_with(|_| Ok(nothing)).ok())?;
        let own = before.platform.environment.keep_alive.value;
        let keep_alive = other(before.policy().ok())?.keep_alive.unwrap_or(own);
        let Streamed { traffic, functions, peak, .. } = input.log(Some(keep_alive))?;
        let study = other(self.load_with(|_| Ok(traffic)).ok())?;
        let policy = other(study.policy().ok())?;
        // A scenario may give functions a keep-alive of their own.
        let lives = |own: Millis| policy.keep_alive.unwrap_or(own);
        if study.topology.functions.iter().any(|place| lives(place.keep_alive) != keep_alive) {
            return Err(NotInBlocks::Other);
        }
        let invocations = functions.iter().map(|it| it.invocations).sum();
        let demand = demand::of_functions(functions, peak, &study.topology, policy);
        Ok((study, demand, invocations))
    }

    /// The demand by function of a log or a wide day read in blocks, or why it has to be read whole.
    pub fn streamed_by_function(&self, quiet: bool) -> Result<Streamed, NotInBlocks> {
        self.use_threads();
        let durations: BTreeMap<String, Millis> = other(self.raw().ok())?.durations();
        let log = other(self.traffic.in_blocks(durations.clone(), quiet)).and_then(|it| it.log(None));
        match log {
            Err(NotInBlocks::Other) => self.traffic.wide_in_blocks(durations, quiet),
            found => found,
        }
    }

    /// Says why a large file is read whole, since that takes memory and time.
    pub fn tell_whole(&self, why: NotInBlocks, quiet: bool) {
        let (line, what) = match why {
            NotInBlocks::Other => return,
            NotInBlocks::Unsorted(line) => (line, "the row starts before the one above it"),
            NotInBlocks::Because { line, what } => (line, what),
        };
        if self.traffic.size().is_some_and(|size| size >= LARGE) {
            let source = self.source();
            note(&format!("{source} is read whole, in memory, because on line {line} {what}"), quiet);
        }
    }

    /// What an answer is about that depends on no model and no policy.
    pub fn subject_of(&self, traffic: &Traffic) -> Subject {
        let (shape, slot) = shape_of(&traffic.shape);
        let mut assumptions = self.settings_in_words();
        assumptions.extend(traffic.notes.iter().cloned());
        if matches!(traffic.shape, Shape::Counts { .. }) {
            assumptions.insert(0, self.traffic.spread_in_words().to_owned());
        }
        Subject {
            source: self.source(),
            shape,
            slot,
            functions: traffic.functions.len() as u64,
            invocations: traffic.invocations(),
            span: traffic.span,
            clock: ReportClock { origin: traffic.origin, span: traffic.span },
            model: String::new(),
            policy: String::new(),
            assumptions,
        }
    }
}
