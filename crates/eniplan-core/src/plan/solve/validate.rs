//! Validation: refuses what arithmetic in 64 bits could not carry, and classes or subnets that are not there.

use super::tokens::ExactBucket;
use crate::plan::terms::error::PlanError;
use crate::plan::terms::group::{Group, LONGEST_MS, PlanStart};
use crate::plan::terms::joint::Joint;
use crate::quantity::Interval;
use crate::topology::TokenBucket;

/// Zones are kept as the bits of a word.
const MOST_ZONES: usize = 64;

/// Whether a group can be planned in whole milliseconds and tokens.
pub(crate) fn validate_group(group: &Group) -> Result<(), PlanError> {
    validate_reach(group.end_ms(), &group.boot, &group.delete, group.start)?;
    validate_bucket(group.api)
}

/// The same of a joint problem, whose pools, classes and subnets must exist.
pub(crate) fn validate_joint(joint: &Joint) -> Result<(), PlanError> {
    validate_reach(joint.end_ms(), &joint.boot, &joint.delete, joint.start)?;
    validate_bucket(joint.api)?;
    let mut used: Vec<usize> = joint.pools.iter().flat_map(|pool| pool.classes.iter().copied()).collect();
    used.sort_unstable();
    let twice = used.windows(2).any(|pair| pair.first() == pair.last());
    let missing = used.last().is_some_and(|&class| class >= joint.classes.len());
    let nowhere = joint.classes.iter().any(|&subnet| subnet >= joint.subnets.len());
    let too_many_zones = joint.zones().into_iter().max().unwrap_or(0) >= MOST_ZONES;
    if twice || missing || nowhere || too_many_zones { Err(PlanError::Malformed) } else { Ok(()) }
}

fn validate_reach(
    end_ms: u64,
    boot: &Interval,
    delete: &Interval,
    start: PlanStart,
) -> Result<(), PlanError> {
    let from = match start {
        PlanStart::Warm => 0,
        PlanStart::Empty { from_ms } => from_ms.unsigned_abs(),
    };
    let times = [("traffic", end_ms), ("boot", boot.max.0), ("deletion", delete.max.0), ("start", from)];
    match times.into_iter().find(|&(_, ms)| ms > LONGEST_MS) {
        Some((what, ms)) => Err(PlanError::OutOfRange { what, ms }),
        None => Ok(()),
    }
}

fn validate_bucket(api: Option<TokenBucket>) -> Result<(), PlanError> {
    let exact = api.is_none_or(|bucket| ExactBucket::from(bucket).is_exact());
    if exact { Ok(()) } else { Err(PlanError::TooFast) }
}
