//! Why there is no plan, and what would help: each by planning again.

use super::fixes;
use super::iis::irreducible_infeasible_set;
use super::rework::Rework;
use crate::plan::answer::{NoPlan, Remedy};
use crate::plan::progress::PlanProgress;
use crate::plan::requirement::joint::pool_requirement;
use crate::plan::requirement::study::Study;
use crate::plan::requirement::waiting::candidates;
use crate::plan::solve::backend::Backend;
use crate::plan::terms::error::PlanError;
use crate::plan::terms::joint::Joint;
use crate::quantity::Millis;

/// What is looked at in turn: what conflicts, then each kind of change.
const KINDS: u64 = 6;

/// Why there is no plan, in full: the limits that rule it out together, and what would help.
pub fn ways_out(
    study: &Study<'_>,
    target: Millis,
    backend: &dyn Backend,
    progress: &PlanProgress<'_>,
    mut none: NoPlan,
) -> Result<NoPlan, PlanError> {
    let rework = Rework { study, target, backend };
    if study.longest_possible() > target {
        none.conflict = vec!["cold path with an ENI ready".to_owned(), "cold-start target".to_owned()];
        none.fixes = vec![rework.looser_target()?];
        let why = "ENIs cannot shorten the rest of the cold path";
        none.fixes.push(Remedy::vain("combined", "any other limit", why));
        return Ok(none);
    }
    // What leaves room to wait can be asked for in several ways, of which any will do.
    let candidates = candidates(study, target);
    let joints: Vec<Joint> =
        candidates.iter().map(|candidate| pool_requirement(study, candidate).joint).collect();
    progress.announce(KINDS);
    progress.begin(KINDS);
    none.conflict = irreducible_infeasible_set(&joints)?.iter().map(ToString::to_string).collect();
    progress.step();
    let mut fixes = fixes::numbers(&joints)?;
    progress.step();
    fixes.extend(fixes::zones(&joints)?);
    progress.step();
    fixes.push(rework.looser_target()?);
    progress.step();
    fixes.push(rework.moving()?);
    progress.step();
    fixes.push(rework.keep_alive()?);
    progress.step();
    if fixes.iter().all(|fix| !fix.works) {
        fixes.extend(fixes::together(&joints)?);
    }
    // What works comes first, each in the order of its kind.
    fixes.sort_by_key(|fix| !fix.works);
    none.fixes = fixes;
    Ok(none)
}
