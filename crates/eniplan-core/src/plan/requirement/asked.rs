//! Asked: what must be ready for each pool, and how long an environment may wait for it.
//!
//! What the traffic needs to begin with (`waiting` says what a promise with room for waiting
//! needs); then what each counterexample has shown to be lacking.

use crate::demand::Curve;
use crate::plan::requirement::pools::{self, Wanted};
use crate::plan::study::Study;

/// ENIs that a plan must have ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub needs: Vec<Need>,
}

/// What one pool asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Need {
    /// The classes it may stand in, and the functions it is for.
    pub wanted: Wanted,
    /// ENIs that must be ready.
    pub ready: Curve,
    /// The longest an environment then waits for its ENI, ms.
    pub eni_wait: u64,
}

impl Asked {
    /// So much that no environment ever waits for an ENI.
    pub(crate) fn at_once(study: &Study<'_>) -> Self {
        let alive = study.alive();
        let need = |wanted: Wanted| {
            let ready = pools::need_of(study, &wanted, &alive);
            Need { wanted, ready, eni_wait: 0 }
        };
        Self { needs: pools::wanted(study).into_iter().map(need).collect() }
    }

    /// The longest that any environment may wait for its ENI, ms.
    pub(crate) fn eni_wait(&self) -> u64 {
        self.needs.iter().map(|need| need.eni_wait).max().unwrap_or(0)
    }

    /// From now on the environments of a counterexample must have their places too; false: they
    /// have them already, so that there is nothing to be learnt from it.
    pub(crate) fn learn(&mut self, study: &Study<'_>, alive: &[Curve]) -> bool {
        let mut learnt = false;
        for need in &mut self.needs {
            let shown = pools::need_of(study, &need.wanted, alive);
            let both = [need.ready.clone(), shown];
            let more = Curve::largest(&both);
            learnt |= more != need.ready;
            need.ready = more;
        }
        learnt
    }
}
