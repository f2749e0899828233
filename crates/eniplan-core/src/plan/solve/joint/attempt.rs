//! An attempt: the runs put into classes, the requests put into the bucket, and the schedule checked.
//!
//! Where addresses are so scarce that a request that goes early, or an ENI that stays in use while it is to
//! be deleted, would find none, the runs are placed again with some addresses spared.

use super::place::{Full, place};
use super::requests::{calmed, schedule_ready};
use crate::demand::Curve;
use crate::plan::check::{check_draining, check_joint};
use crate::plan::terms::error::PlanError;
use crate::plan::terms::exact::{count, instant_ms};
use crate::plan::terms::joint::{Joint, JointEntry};
use crate::plan::terms::limit::EniLimit;
use crate::plan::terms::schedule::Objectives;
use crate::plan::terms::solution::{JointPlan, Shortage, Status};
use crate::plan::terms::violation::Violation;

/// A checked plan, or what is short.
pub(crate) type Attempt = Result<JointPlan, Vec<Shortage>>;

/// Places the runs; where the schedule does not hold, ENIs stay in the crowded subnets as long as they
/// may be in use, and more and more addresses are spared there.
pub(crate) fn attempt(
    joint: &Joint,
    late: &[Curve],
    lower_bound: Objectives,
    creation_ms: u64,
) -> Result<Attempt, PlanError> {
    let mut spare = vec![0_u64; joint.subnets.len()];
    let mut calm = vec![false; joint.subnets.len()];
    let mut fallback: Option<JointPlan> = None;
    let mut broken = Vec::new();
    for round in 0..ROUNDS {
        let ready = match place(joint, late, &spare) {
            Ok(ready) => ready,
            Err(full) if round == 0 => return Ok(Err(vec![no_room(joint, full)])),
            Err(_) => break,
        };
        let ready = calmed(joint, ready, &calm);
        let plain = schedule_ready(joint, &ready, Some(creation_ms));
        let kept = if joint.api.is_some() { schedule_ready(joint, &ready, None) } else { None };
        let mut over = Vec::new();
        for entries in [plain, kept].into_iter().flatten() {
            match checked_plan(joint, entries, lower_bound)? {
                Ok(planned) if planned.drains_within(joint) => return Ok(Ok(planned)),
                Ok(planned) => {
                    over.extend(check_draining(joint, &planned.entries).err().unwrap_or_default());
                    fallback = fallback.or(Some(planned));
                }
                Err(violations) => over.extend(violations),
            }
        }
        let any = widen(joint, &over, &mut calm, &mut spare);
        broken = over;
        if !any {
            break;
        }
    }
    Ok(fallback.ok_or_else(|| broken.iter().filter_map(Shortage::of_violation).take(1).collect()))
}

/// How often addresses are spared anew.
const ROUNDS: usize = 6;

/// Calm, then more spare addresses, where some were lacking; false where none were.
fn widen(joint: &Joint, over: &[Violation], calm: &mut [bool], spare: &mut [u64]) -> bool {
    let mut any = false;
    let quota = |violation: &Violation| {
        matches!(violation, Violation::OverLimit { limit: EniLimit::RegionQuota | EniLimit::VpcQuota, .. })
    };
    if joint.drains && over.iter().any(quota) && calm.contains(&false) {
        calm.fill(true);
        return true;
    }
    for (index, subnet) in joint.subnets.iter().enumerate() {
        let excess =
            over.iter().filter_map(|violation| match violation {
                Violation::OverLimit {
                    limit: EniLimit::Addresses { subnet: name }, held, available, ..
                } if *name == subnet.name => u64::try_from(held - i64::from(*available)).ok(),
                _ => None,
            });
        let Some(excess) = excess.max() else { continue };
        if joint.drains && !calm[index] {
            calm[index] = true;
        } else {
            spare[index] += excess;
        }
        any = true;
    }
    any
}

fn no_room(joint: &Joint, full: Full) -> Shortage {
    let names = joint.pools.get(full.pool).into_iter().flat_map(|pool| &pool.classes);
    let names: Vec<String> = names.map(|&class| joint.subnets[joint.classes[class]].name.clone()).collect();
    let limit = EniLimit::Together { subnets: names, survive_zone: joint.survive_zone };
    Shortage::new(limit, full.at_ms, 0, u64::from(full.needed), u64::from(full.placed))
}

/// Checks a schedule, and says what it is worth.
pub(crate) fn checked_plan(
    joint: &Joint,
    entries: Vec<JointEntry>,
    lower_bound: Objectives,
) -> Result<Result<JointPlan, Vec<Violation>>, PlanError> {
    let objectives = match check_joint(joint, &entries) {
        Ok(objectives) => objectives,
        Err(violations) => {
            let tight = |violation: &Violation| {
                matches!(violation, Violation::OverLimit { .. } | Violation::TooEarly { .. })
            };
            return if violations.iter().all(tight) {
                Ok(Err(violations))
            } else {
                Err(PlanError::Unsound(violations))
            };
        }
    };
    debug_assert!(
        (objectives.peak, objectives.held_ms) >= (lower_bound.peak, lower_bound.held_ms),
        "{objectives:?}"
    );
    Ok(Ok(JointPlan {
        draining_peak: check_draining(joint, &entries).ok().map(|checked| checked.peak),
        subnet_peaks: subnet_peaks(joint, &entries),
        entries,
        objectives,
        lower_bound,
        status: if objectives == lower_bound { Status::Optimal } else { Status::Feasible },
    }))
}

fn subnet_peaks(joint: &Joint, entries: &[JointEntry]) -> Vec<u32> {
    let delete_ms = instant_ms(joint.delete.max.0);
    let mut changes: Vec<(i64, i64, usize)> = Vec::new();
    for entry in entries {
        let subnet = joint.classes[entry.class];
        changes.push((entry.at_ms, i64::from(entry.create), subnet));
        changes.push((entry.at_ms.saturating_add(delete_ms), -i64::from(entry.delete), subnet));
    }
    changes.sort_unstable();
    let (mut held, mut peaks) = (vec![0_i64; joint.subnets.len()], vec![0_i64; joint.subnets.len()]);
    for (_, change, subnet) in changes {
        held[subnet] += change;
        peaks[subnet] = peaks[subnet].max(held[subnet]);
    }
    peaks.into_iter().map(count).collect()
}
