//! Explain: what binds a plan, and what would make one possible where there is none.
//!
//! Every number here comes of planning again with something changed, and checking that plan: a
//! [`Lever`] is one number that says no, [`conflict`] the limits that rule every plan out together,
//! [`smallest_fix`] the smallest change of one kind that brings one, a [`ShadowPrice`] what a little
//! more or less is worth (docs/plan.md, "The explanation" and "No plan").

mod binds;
mod fixes;
mod iis;
mod lever;
mod prices;
mod rework;
mod trial;

pub use binds::Stretch;
pub use fixes::{Remedy, smallest_fix};
pub use iis::{Rule, conflict, lifted, rules};
pub use lever::Lever;
pub use prices::{Difference, ShadowPrice};

use serde::Serialize;

use crate::plan::answer::{NoPlan, Plan};
use crate::plan::refine::cold_path;
use crate::plan::requirement::pools::{self, Pooled};
use crate::plan::requirement::waiting;
use crate::plan::solve::backend::Backend;
use crate::plan::solve::joint::{Joint, JointPlanned};
use crate::plan::solve::objective::Minimise;
use crate::plan::study::Study;
use crate::plan::terms::group::PlanError;
use crate::quantity::Millis;
use rework::Rework;

/// What binds a plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Explanation {
    /// The first instant at which the plan holds the most, ms.
    pub peak_ms: i64,
    /// What it holds then for each set of functions.
    pub held: Vec<Held>,
    /// What each limit is worth.
    pub prices: Vec<ShadowPrice>,
}

/// ENIs held for functions that share their subnets and security groups.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Held {
    /// The functions.
    pub functions: Vec<String>,
    /// The most they need from then until a boot later.
    pub needed: u32,
    /// ENIs held for them: those needed, those on their way out, and those in reserve for a zone.
    pub enis: u64,
}

/// A joint problem and what is made small in it.
pub(crate) struct Setting<'a> {
    pub joint: &'a Joint,
    pub minimise: Minimise,
    /// Called after each limit.
    pub passed: &'a dyn Fn(),
}

/// What the plan of this study for `promise` is bound by; none: it has no plan to explain, or not one
/// that planning again agrees with.
pub fn explain(study: &Study<'_>, plan: &Plan) -> Result<Option<Explanation>, PlanError> {
    let Some(amount) = plan.amount else { return Ok(None) };
    let Some(asked) = &plan.made.asked else { return Ok(None) };
    let pooled = pools::asked(study, asked);
    let base = match &plan.made.joint {
        Some(joint) => Some(joint.clone()),
        None => trial::planned(&pooled.joint, study.minimise)?,
    };
    let Some(base) = base else { return Ok(None) };
    if u64::from(base.objectives.peak) != amount.peak_enis {
        return Ok(None);
    }
    let passed = || study.passed();
    let setting = Setting { joint: &pooled.joint, minimise: study.minimise, passed: &passed };
    let limits = Lever::all(&pooled.joint).len() as u64;
    study.expects(limits);
    study.begins(limits);
    let peak_ms = peak_ms(&pooled.joint, &base);
    Ok(Some(Explanation {
        peak_ms,
        held: held(study, &pooled, &base, peak_ms),
        prices: setting.prices(&base)?,
    }))
}

/// What each limit of a joint problem is worth to its plan; none: it has no plan.
pub fn shadow_prices(joint: &Joint, minimise: Minimise) -> Result<Option<Vec<ShadowPrice>>, PlanError> {
    let base = trial::planned(joint, minimise)?;
    base.map(|base| Setting { joint, minimise, passed: &|| () }.prices(&base)).transpose()
}

/// The first instant of the most that is held.
fn peak_ms(joint: &Joint, plan: &JointPlanned) -> i64 {
    let mut changes: Vec<(i64, i64)> = Vec::new();
    for entry in &plan.entries {
        changes.push((entry.at_ms, i64::from(entry.create)));
        changes.push((entry.at_ms.saturating_add_unsigned(joint.delete.max.0), -i64::from(entry.delete)));
    }
    changes.sort_unstable();
    let (mut held, mut most, mut at) = (0, 0, 0);
    for &(at_ms, change) in &changes {
        held += change;
        if held > most {
            (most, at) = (held, at_ms);
        }
    }
    at
}

/// What is held for each pool at that instant.
fn held(study: &Study<'_>, pooled: &Pooled, plan: &JointPlanned, at_ms: i64) -> Vec<Held> {
    let joint = &pooled.joint;
    let of = |pool: &crate::plan::solve::joint::PoolNeed| {
        let own = |class: usize| pool.classes.contains(&class);
        let mut enis = 0_i64;
        for entry in plan.entries.iter().filter(|entry| own(entry.class) && entry.at_ms <= at_ms) {
            enis += i64::from(entry.create);
            if entry.at_ms.saturating_add_unsigned(joint.delete.max.0) <= at_ms {
                enis -= i64::from(entry.delete);
            }
        }
        let until = u64::try_from(at_ms.saturating_add_unsigned(joint.boot.max.0)).unwrap_or(0);
        let from = u64::try_from(at_ms).unwrap_or(0);
        let inside = pool.need.steps().iter().filter(|&&(at, _)| at > from && at <= until);
        let needed = inside.map(|&(_, value)| value).chain([pool.need.at(from)]).max().unwrap_or(0);
        let classes: Vec<usize> = pool.classes.iter().map(|&class| pooled.classes[class]).collect();
        let uses = |classes_of: &[usize]| classes_of.iter().any(|class| classes.contains(class));
        let functions = study.topology.functions.iter().filter(|place| uses(&place.classes));
        let functions = functions.map(|place| place.name.clone()).collect();
        Held { functions, needed, enis: u64::try_from(enis).unwrap_or(0) }
    };
    joint.pools.iter().map(of).filter(|held| held.enis > 0).collect()
}

/// What is looked at in turn: what conflicts, then each kind of change.
const KINDS: u64 = 6;

/// Why there is no plan, in full: the limits that rule it out together, and what would help.
pub fn ways_out(
    study: &Study<'_>,
    promise: Millis,
    backend: &dyn Backend,
    mut none: NoPlan,
) -> Result<NoPlan, PlanError> {
    let rework = Rework { study, promise, backend };
    let path = cold_path(study);
    if path > promise {
        none.conflict = vec!["cold path with an ENI at hand".to_owned(), "promise".to_owned()];
        none.fixes = vec![rework.promise()?];
        let why = "no number of ENIs shortens the rest of the cold path";
        none.fixes.push(Remedy::vain("together", "any other limit", why));
        return Ok(none);
    }
    // What leaves room to wait can be asked for in several ways, of which any will do.
    let ways = waiting::ways(study, promise);
    let joints: Vec<Joint> = ways.iter().map(|way| pools::asked(study, way).joint).collect();
    study.expects(KINDS);
    study.begins(KINDS);
    none.conflict = iis::conflict_of(&joints)?.iter().map(ToString::to_string).collect();
    study.passed();
    let mut fixes = fixes::numbers(&joints)?;
    study.passed();
    fixes.extend(fixes::zones(&joints)?);
    study.passed();
    fixes.push(rework.promise()?);
    study.passed();
    fixes.push(rework.moving()?);
    study.passed();
    fixes.push(rework.keep_alive()?);
    study.passed();
    if fixes.iter().all(|fix| !fix.works) {
        fixes.extend(fixes::together(&joints)?);
    }
    // What works comes first, each in the order of its kind.
    fixes.sort_by_key(|fix| !fix.works);
    none.fixes = fixes;
    Ok(none)
}
