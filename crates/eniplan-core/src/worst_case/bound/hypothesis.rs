//! Hypothesis: what is supposed of waits and failures until it contains its own consequences (W0).

use std::sync::Arc;

use super::problem::BoundProblem;
use crate::demand::Ranges;
use crate::demand::need::MayFail;
use crate::quantity::Millis;

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
    /// No wait and no failure, and an ENI at hand wherever there is a pool.
    pub(super) fn smallest(problem: &BoundProblem<'_>) -> Self {
        let pools = problem.planned.is_none() && problem.world.policy.warm > 0;
        Self {
            at_hand: vec![pools; problem.components.len()],
            may_fail: vec![MayFail::default(); problem.functions().len()],
            ..Self::default()
        }
    }

    /// The longest waits there can be, whatever comes (W2); of failures nothing.
    pub(super) fn longest_waits(problem: &BoundProblem<'_>) -> Self {
        Self {
            token_wait: problem.limits().api.map_or(0, |api| problem.longest_token_wait(api)),
            microvm_wait: problem.longest_host_wait(),
            at_hand: vec![false; problem.components.len()],
            may_fail: Vec::new(),
        }
    }

    /// The same of waits alone, with this one for a token.
    pub(super) fn waiting(&self, token_wait: u64) -> Self {
        Self {
            token_wait,
            microvm_wait: self.microvm_wait,
            at_hand: self.at_hand.clone(),
            may_fail: Vec::new(),
        }
    }

    /// The smallest that contains both.
    pub(super) fn widened(&self, by: &Self) -> Self {
        let pairs = self.may_fail.iter().zip(&by.may_fail);
        let (mut if_cold, mut at_all) = (SharedUnions::default(), SharedUnions::default());
        let both = |(a, b): (&MayFail, &MayFail)| MayFail {
            if_cold: if_cold.unite(&a.if_cold, &b.if_cold),
            at_all: at_all.unite(&a.at_all, &b.at_all),
        };
        debug_assert_eq!(self.may_fail.len(), by.may_fail.len());
        debug_assert_eq!(self.at_hand.len(), by.at_hand.len());
        Self {
            token_wait: self.token_wait.max(by.token_wait),
            microvm_wait: self.microvm_wait.max(by.microvm_wait),
            at_hand: self.at_hand.iter().zip(&by.at_hand).map(|(a, b)| *a && *b).collect(),
            may_fail: pairs.map(both).collect(),
        }
    }

    /// From an environment's start to its search for an ENI at most, ms.
    pub(super) fn spread(&self, problem: &BoundProblem<'_>) -> u64 {
        problem.latest_search(self.microvm_wait)
    }

    /// W1: the longest path of a function, with these waits.
    pub(super) fn longest_cold_start(&self, problem: &BoundProblem<'_>, function: usize) -> Millis {
        let topology = problem.world.topology;
        let in_vpc = topology.functions.get(function).is_some_and(|place| !place.classes.is_empty());
        let own = problem.components.iter().position(|component| component.functions.contains(&function));
        let eni_wait = match problem.planned {
            Some(planned) => planned.eni_wait,
            None if own.is_some_and(|own| self.at_hand[own]) => Millis::ZERO,
            None => Millis(self.token_wait).plus(topology.boot.max),
        };
        problem.cold_path.path_for(in_vpc).longest(eni_wait, Millis(self.microvm_wait))
    }
}

/// Unions of ranges that functions share: the last one serves the next function too.
#[derive(Default)]
pub(super) struct SharedUnions {
    last: Option<[Arc<Ranges>; 3]>,
}

impl SharedUnions {
    pub(super) fn unite(&mut self, a: &Arc<Ranges>, b: &Arc<Ranges>) -> Arc<Ranges> {
        if Arc::ptr_eq(a, b) || b.is_empty() {
            return a.clone();
        }
        if a.is_empty() {
            return b.clone();
        }
        if let Some([one, other, union]) = &self.last
            && Arc::ptr_eq(one, a)
            && Arc::ptr_eq(other, b)
        {
            return union.clone();
        }
        let union = Arc::new(a.union(b));
        self.last = Some([a.clone(), b.clone(), union.clone()]);
        union
    }
}
