//! Proof: the smallest hypothesis that contains its own consequences (W0).

use std::sync::Arc;

use super::super::progress::{SearchObserver, SearchProgress};
use super::arrivals::arrival_cells;
use super::failures::may_fail;
use super::findings::Findings;
use super::hypothesis::Hypothesis;
use super::problem::BoundProblem;
use super::tokens::{TokenWait, host_wait, pools_at_hand, token_waits};
use crate::demand::Ranges;
use crate::demand::need::MayFail;
use crate::quantity::Millis;

/// Invocations to pass over in all, about.
const EFFORT: u64 = 80_000_000;
const FEWEST_ROUNDS: u64 = 1;
const MOST_ROUNDS: u64 = 60;

/// Something proved: what follows from a hypothesis that contains it.
pub(super) struct Confirmed {
    pub(super) findings: Findings,
    pub(super) token_waits: Vec<TokenWait>,
}

/// Why nothing is proved.
pub(super) enum NoProof {
    /// This is to be supposed instead.
    Wider(Hypothesis),
    /// Environments may wait for room.
    Strands,
    /// The observer cancelled it, or it is of no use.
    Stopped,
}

/// A proof in progress.
pub(super) struct BoundProof<'a> {
    pub(super) problem: &'a BoundProblem<'a>,
    pub(super) observer: &'a dyn SearchObserver,
    /// What the observer is told.
    pub(super) progress: SearchProgress,
    /// A proof of a longer cold start is of no use.
    pub(super) target: Option<Millis>,
}

impl BoundProof<'_> {
    /// Supposes the smallest, and widens it by its consequences until it contains them; where that takes
    /// too long, supposes the largest.
    pub(super) fn run(&self) -> Result<Box<Confirmed>, NoProof> {
        let rounds = EFFORT / self.problem.trace.invocations().max(1);
        let rounds = rounds.clamp(FEWEST_ROUNDS, MOST_ROUNDS);
        let mut supposed = Hypothesis::smallest(self.problem);
        let (mut in_hand, mut counts_busy) = (None, false);
        for round in 0..rounds {
            let progress = SearchProgress { done: Some(round * 1_000 / rounds), ..self.progress };
            match self.try_out(&supposed, &mut counts_busy, &progress) {
                Ok(confirmed) => return Ok(confirmed),
                Err(NoProof::Wider(wider)) if self.is_beyond_target(&wider) => {
                    return Err(NoProof::Stopped);
                }
                Err(NoProof::Wider(wider)) => supposed = wider,
                Err(NoProof::Strands) => return Err(NoProof::Strands),
                Err(NoProof::Stopped) => return in_hand.ok_or(NoProof::Stopped),
            }
            if round == 0 && self.observer.may_cancel() {
                in_hand = self.suppose_largest(&supposed).ok();
            }
        }
        in_hand.map_or_else(|| self.suppose_largest(&supposed), Ok)
    }

    /// Whether some cold start may exceed the target even if no request waits for a token.
    fn is_beyond_target(&self, supposed: &Hypothesis) -> bool {
        let waits = supposed.waiting(0);
        let mut functions = self.problem.functions();
        self.target
            .is_some_and(|target| functions.any(|f| waits.longest_cold_start(self.problem, f) > target))
    }

    /// The findings if they confirm what was supposed.
    fn try_out(
        &self,
        supposed: &Hypothesis,
        counts_busy: &mut bool,
        progress: &SearchProgress,
    ) -> Result<Box<Confirmed>, NoProof> {
        let problem = self.problem;
        let go_on = || self.observer.proceed(progress);
        let findings = Findings::new(problem, supposed, counts_busy, &go_on).ok_or(NoProof::Stopped)?;
        let arrivals = arrival_cells(&findings.most.iter().collect::<Vec<_>>());
        let token_waits = token_waits(problem, &findings, &arrivals);
        let (may_fail, by_limits) = may_fail(problem, &findings, &arrivals);
        if by_limits && problem.may_strand(findings.spread) {
            return Err(NoProof::Strands);
        }
        // Only waits above zero are told.
        let follows = Hypothesis {
            token_wait: token_waits.iter().map(|wait| wait.ms).max().unwrap_or(0),
            microvm_wait: host_wait(problem, &arrivals),
            at_hand: pools_at_hand(problem, &findings),
            may_fail,
        };
        let wider = supposed.widened(&follows);
        if wider != *supposed {
            return Err(NoProof::Wider(wider));
        }
        Ok(Box::new(Confirmed { findings, token_waits }))
    }

    /// Where widening takes too long: the longest waits there can be, and failures from the first on.
    fn suppose_largest(&self, supposed: &Hypothesis) -> Result<Box<Confirmed>, NoProof> {
        let first = |ranges_of: fn(&MayFail) -> &Arc<Ranges>| {
            let firsts = supposed.may_fail.iter().filter_map(|may_fail| ranges_of(may_fail).parts().first());
            firsts.map(|&(from, _)| from).min()
        };
        let from = |first: Option<u64>| Arc::new(first.map(Ranges::from).unwrap_or_default());
        let since_first = MayFail {
            if_cold: from(first(|may_fail| &may_fail.if_cold)),
            at_all: from(first(|may_fail| &may_fail.at_all)),
        };
        let ever = MayFail { if_cold: from(Some(0)), at_all: from(Some(0)) };
        for may_fail in [since_first, ever] {
            let may_fail = vec![may_fail; supposed.may_fail.len()];
            let supposed = Hypothesis { may_fail, ..Hypothesis::longest_waits(self.problem) };
            match self.try_out(&supposed, &mut true, &self.progress) {
                Err(NoProof::Wider(_)) => {}
                outcome => return outcome,
            }
        }
        Err(NoProof::Strands)
    }
}
