//! The requirement: what must be ready for each pool, and how long an environment may wait for it.
//!
//! What the trace requires to begin with (`waiting` says what a target with room for waiting
//! requires); then what each counterexample has shown to be lacking.

use super::pools::{PoolScope, enis_for, scopes};
use super::study::Study;
use crate::demand::Curve;
use crate::plan::situation::Situation;

/// ENIs that a plan must have ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Requirement {
    pub pools: Vec<PoolRequirement>,
}

/// What one pool requires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PoolRequirement {
    /// The classes the ENIs may stand in, and the functions they are for.
    pub scope: PoolScope,
    /// ENIs that must be ready.
    pub ready: Curve,
    /// The longest an environment then waits for its ENI, ms.
    pub eni_wait: u64,
}

impl Requirement {
    /// So much that no environment ever waits for an ENI.
    pub(crate) fn without_waiting(study: &Study<'_>) -> Self {
        let alive = study.alive();
        let require = |scope: PoolScope| {
            let ready = enis_for(study, &scope, &alive);
            PoolRequirement { scope, ready, eni_wait: 0 }
        };
        Self { pools: scopes(study).into_iter().map(require).collect() }
    }

    /// The longest that any environment may wait for its ENI, ms.
    pub(crate) fn eni_wait(&self) -> u64 {
        self.pools.iter().map(|pool| pool.eni_wait).max().unwrap_or(0)
    }

    /// From now on these environments, alive under a counterexample, must have their places too; false:
    /// they have them already, so that no constraint comes of it.
    pub(crate) fn require_places(&mut self, situation: &Situation<'_>, alive: &[Curve]) -> bool {
        let mut more = false;
        for pool in &mut self.pools {
            let shown = enis_for(situation, &pool.scope, alive);
            let both = Curve::largest(&[pool.ready.clone(), shown]);
            more |= both != pool.ready;
            pool.ready = both;
        }
        more
    }

    /// The end of the account of a plan of this, ms: of the trace, or of the last change of what is required.
    pub(crate) fn end_ms(&self, situation: &Situation<'_>) -> u64 {
        let last = self.pools.iter().filter_map(|pool| pool.ready.steps().last()).map(|&(at, _)| at);
        last.max().unwrap_or(0).max(situation.trace.span.0)
    }
}
