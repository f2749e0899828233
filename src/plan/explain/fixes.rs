//! Fixes: for each number that says no, the smallest one at which there is a plan, planned again.

use serde::Serialize;

use super::Lever;
use super::trial::{planned, smallest};
use crate::plan::group::PlanError;
use crate::plan::joint::{Joint, JointPlanned};
use crate::plan::objective::Minimise;

/// One kind of change, and the smallest of its kind after which there is a plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Remedy {
    /// `addresses`, `vpc_quota`, `region_quota`, `api_burst`, `api_refill`, `head_start`,
    /// `zone_survival`, `promise`, `keep_alive`, `move` or `together`.
    pub kind: &'static str,
    /// What changes, in the user's words.
    pub what: String,
    /// Whether any change of this kind alone brings a plan.
    pub works: bool,
    /// What it is now, in `unit`; `None`: no number.
    pub from: Option<u64>,
    /// The first at which there is a plan; `None`: none was found.
    pub to: Option<u64>,
    /// What the two count.
    pub unit: &'static str,
    /// The change in words; where none works, that.
    pub change: String,
    /// ENIs the plan then holds.
    pub peak_enis: Option<u64>,
}

impl Remedy {
    /// A kind of change that never works.
    pub(super) fn vain(kind: &'static str, what: &str, why: &str) -> Self {
        Self {
            kind,
            what: what.to_owned(),
            works: false,
            from: None,
            to: None,
            unit: "",
            change: format!("{what}: {why}"),
            peak_enis: None,
        }
    }
}

/// The smallest change of one number after which there is a plan; none: no number brings one.
pub fn smallest_fix(joint: &Joint, lever: Lever) -> Result<Option<(u64, JointPlanned)>, PlanError> {
    let give = |value: u64| match planned(&lever.with(joint, value), Minimise::Enis) {
        // A bucket too fast to be counted exactly is no answer.
        Err(PlanError::TooFast) => Ok(None),
        other => other,
    };
    smallest(lever.value(joint), lever.loosest(joint), give)
}

/// For each number alone the smallest that works, or that none does.
pub(super) fn numbers(joint: &Joint) -> Result<Vec<Remedy>, PlanError> {
    Lever::all(joint).into_iter().map(|lever| number(joint, lever)).collect()
}

fn number(joint: &Joint, lever: Lever) -> Result<Remedy, PlanError> {
    let (what, now) = (lever.name(joint), lever.value(joint));
    let Some((to, plan)) = smallest_fix(joint, lever)? else {
        let most = lever.amount(lever.loosest(joint));
        let vain = Remedy::vain(lever.kind(), &what, &format!("none works, up to {most}"));
        return Ok(Remedy { from: Some(now), unit: lever.unit(), ..vain });
    };
    Ok(Remedy {
        kind: lever.kind(),
        works: true,
        from: Some(now),
        to: Some(to),
        unit: lever.unit(),
        change: format!("raise the {}", raised(joint, lever, now, to)),
        what,
        peak_enis: Some(plan.objectives.peak.into()),
    })
}

fn raised(joint: &Joint, lever: Lever, now: u64, to: u64) -> String {
    let (by, to, now) = (lever.amount(to - now), lever.amount(to), lever.amount(now));
    format!("{} by {by} (from {now} to {to})", lever.name(joint))
}

/// Giving up the survival of a zone; none where it is not asked for.
pub(super) fn zones(joint: &Joint) -> Result<Option<Remedy>, PlanError> {
    if !joint.survive_zone {
        return Ok(None);
    }
    let mut looser = joint.clone();
    looser.survive_zone = false;
    let what = "survival of the loss of a zone";
    Ok(Some(match planned(&looser, Minimise::Enis)? {
        None => Remedy::vain("zone_survival", what, "giving it up alone brings no plan"),
        Some(plan) => Remedy {
            works: true,
            change: "give up surviving the loss of a zone".to_owned(),
            peak_enis: Some(plan.objectives.peak.into()),
            ..Remedy::vain("zone_survival", what, "")
        },
    }))
}

/// Where no number alone works: several together, none of which can be smaller; none: not even all do.
pub(super) fn together(joint: &Joint) -> Result<Option<Remedy>, PlanError> {
    let levers = Lever::all(joint);
    let mut all = joint.clone();
    for lever in &levers {
        all = lever.with(&all, lever.loosest(&all));
    }
    let mut best = match planned(&all, Minimise::Enis) {
        Ok(Some(plan)) => plan,
        Ok(None) | Err(PlanError::TooFast) => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut changes = Vec::new();
    for lever in levers {
        let now = lever.value(joint);
        let tried = lever.with(&all, now);
        if let Some(plan) = planned(&tried, Minimise::Enis)? {
            (all, best) = (tried, plan);
            continue;
        }
        let most = lever.value(&all);
        let give = |value: u64| planned(&lever.with(&all, value), Minimise::Enis);
        if let Some((to, plan)) = smallest(now, most, give)? {
            (all, best) = (lever.with(&all, to), plan);
            changes.push(raised(joint, lever, now, to));
        }
    }
    Ok(Some(Remedy {
        works: true,
        change: format!("raise the {}", changes.join(" and the ")),
        peak_enis: Some(best.objectives.peak.into()),
        ..Remedy::vain("together", "several limits at once", "")
    }))
}
