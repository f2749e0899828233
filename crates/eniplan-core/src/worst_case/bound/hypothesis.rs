//! Hypotheses: what is supposed of waits and failures until it contains its own consequences (W0).

use super::Progress;
use super::Prover;
use super::component::Environments;
use super::queue::wait_for_host;
use crate::demand::need::{MayFail, Most};
use crate::demand::{Curve, Ranges};
use crate::policy::{EnvironmentBinding, OnExhausted};

/// Invocations to pass over in all, about.
const EFFORT: u64 = 80_000_000;
const FEWEST_ROUNDS: u64 = 1;
const MOST_ROUNDS: u64 = 60;

/// What is supposed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Hypothesis {
    /// No creation request waits longer for its token, ms.
    pub(super) token_wait: u64,
    /// No environment waits longer for a host, ms.
    pub(super) microvm_wait: u64,
    /// Components whose environments never wait for an ENI.
    pub(super) at_hand: Vec<bool>,
    /// No invocation fails outside these, by function.
    pub(super) may_fail: Vec<MayFail>,
}

impl Hypothesis {
    /// The same of waits alone.
    pub(super) fn waits(&self) -> Self {
        let Self { token_wait, microvm_wait, .. } = *self;
        Self { token_wait, microvm_wait, at_hand: self.at_hand.clone(), may_fail: Vec::new() }
    }

    fn widened(&self, by: &Self) -> Self {
        let pairs = self.may_fail.iter().zip(&by.may_fail);
        let both = |(a, b): (&MayFail, &MayFail)| MayFail {
            if_cold: a.if_cold.union(&b.if_cold),
            at_all: a.at_all.union(&b.at_all),
        };
        Self {
            token_wait: self.token_wait.max(by.token_wait),
            microvm_wait: self.microvm_wait.max(by.microvm_wait),
            at_hand: self.at_hand.iter().zip(&by.at_hand).map(|(a, b)| *a && *b).collect(),
            may_fail: pairs.map(both).collect(),
        }
    }
}

/// What follows from a hypothesis.
pub(super) struct Findings {
    pub(super) supposed: Hypothesis,
    pub(super) most: Vec<Most>,
    /// The environments of each component.
    pub(super) environments: Vec<Environments>,
    /// ENIs held at most by each component.
    pub(super) held: Vec<Curve>,
    /// Waits for tokens: `(first, last, ms)` of the arrivals that may wait so long.
    pub(super) token_waits: Vec<(u64, u64, u64)>,
}

/// What became of a proof.
pub(super) enum Proved {
    /// A hypothesis that contains its consequences, and those.
    Found(Box<Findings>),
    /// Environments may wait for room.
    Strands,
    /// The watcher had it stop.
    Stopped,
}

/// What a hypothesis led to.
enum Trial {
    Confirmed(Box<Findings>),
    /// What to suppose next.
    Wider(Hypothesis),
    Strands,
    Stopped,
}

impl Prover<'_> {
    /// The smallest hypothesis that contains its consequences; where that is stopped, a larger one.
    pub(super) fn prove(&self) -> Proved {
        let functions = self.traffic.functions.len();
        let smallest = Hypothesis {
            at_hand: vec![self.planned.is_none() && self.world.policy.warm > 0; self.components.len()],
            may_fail: vec![MayFail::default(); functions],
            ..Hypothesis::default()
        };
        let rounds = EFFORT / self.traffic.invocations().max(1);
        let mut supposed = smallest;
        let mut in_hand = None;
        let rounds = rounds.clamp(FEWEST_ROUNDS, MOST_ROUNDS);
        for round in 0..rounds {
            let done = Some(round * 1_000 / rounds);
            let prover = Prover { progress: Progress { done, ..self.progress }, ..self.clone() };
            match prover.try_out(&supposed) {
                Trial::Confirmed(found) => return Proved::Found(found),
                Trial::Wider(wider) if self.is_beyond(&wider) => return Proved::Stopped,
                Trial::Wider(wider) => supposed = wider,
                Trial::Strands => return Proved::Strands,
                Trial::Stopped => return in_hand.unwrap_or(Proved::Stopped),
            }
            if round == 0 && self.watch.is_limited() {
                in_hand = Some(self.largest(&supposed)).filter(|it| matches!(it, Proved::Found(_)));
            }
        }
        in_hand.unwrap_or_else(|| self.largest(&supposed))
    }

    /// The findings if they confirm what was supposed, or else what to suppose next.
    fn try_out(&self, supposed: &Hypothesis) -> Trial {
        let prover = Prover { spread: self.latest_search(supposed.microvm_wait), ..self.clone() };
        let Some(mut found) = prover.find(supposed) else { return Trial::Stopped };
        found.token_waits = prover.token_waits(&found);
        let (may_fail, by_limits) = prover.may_fail(&found);
        if by_limits && prover.may_strand() {
            return Trial::Strands;
        }
        let follows = Hypothesis {
            token_wait: found.token_waits.iter().map(|&(_, _, wait)| wait).max().unwrap_or(0),
            microvm_wait: prover.host_wait(&found.most),
            at_hand: prover.at_hand(&found),
            may_fail,
        };
        let wider = supposed.widened(&follows);
        if wider == *supposed { Trial::Confirmed(Box::new(found)) } else { Trial::Wider(wider) }
    }

    /// Whether a refusal can leave an invocation waiting for longer than its own cold path: it
    /// waits for room, or its environment has gone to an earlier invocation whose own was refused.
    pub(super) fn may_strand(&self) -> bool {
        let policy = self.world.policy;
        policy.on_exhausted == OnExhausted::Wait
            || (policy.binding == EnvironmentBinding::Queued && self.spread > 0)
    }

    /// Where widening takes too long: the longest waits there can be, and failures from the first on.
    fn largest(&self, supposed: &Hypothesis) -> Proved {
        let first = |of: fn(&MayFail) -> &Ranges| {
            let firsts = supposed.may_fail.iter().filter_map(|it| of(it).parts().first().copied());
            firsts.map(|(from, _)| from).min()
        };
        let [cold, all] = [first(|it| &it.if_cold), first(|it| &it.at_all)];
        let ranges = |from: Option<u64>| from.map(Ranges::from).unwrap_or_default();
        let largest = Hypothesis {
            may_fail: vec![MayFail { if_cold: ranges(cold), at_all: ranges(all) }; supposed.may_fail.len()],
            ..self.longest_waits()
        };
        let everything = Hypothesis {
            may_fail: vec![
                MayFail { if_cold: Ranges::from(0), at_all: Ranges::from(0) };
                supposed.may_fail.len()
            ],
            ..largest.clone()
        };
        for supposed in [largest, everything] {
            match self.try_out(&supposed) {
                Trial::Confirmed(found) => return Proved::Found(found),
                Trial::Strands => return Proved::Strands,
                Trial::Stopped => return Proved::Stopped,
                Trial::Wider(_) => {}
            }
        }
        Proved::Strands
    }

    /// The longest waits there can be, whatever comes (W2).
    pub(super) fn longest_waits(&self) -> Hypothesis {
        let limits = &self.world.topology.limits;
        Hypothesis {
            token_wait: limits.api.map_or(0, |api| self.longest_wait(api)),
            microvm_wait: wait_for_host(limits, self.traffic.invocations()),
            at_hand: vec![false; self.components.len()],
            may_fail: Vec::new(),
        }
    }
}
