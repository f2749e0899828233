//! The constant pool: the fewest ENIs that, created once and never deleted, keep the promise.
//!
//! As many as the need's peak: fewer fail at that instant. Knows nothing of the optimiser.

use crate::plan::check::{Checked, Violation, check};
use crate::plan::solve::decompose::Turn;
use crate::plan::solve::tokens::{Bucket, MOST_ENTRIES, latest};
use crate::plan::terms::group::{Group, PlanError, Start};
use crate::plan::terms::schedule::Schedule;

/// The smallest constant pool, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConstantPool {
    /// How many ENIs.
    pub enis: u32,
    /// The first instant at which one fewer fails, ms; none where nothing is needed.
    pub peak_ms: Option<u64>,
    /// Its requests: ready by 0 in a running system, as soon as the start allows in an empty one.
    pub schedule: Schedule,
    /// What the checker makes of it; where it does not hold, neither does any plan
    /// (see [`shortages`](crate::plan::shortages)).
    pub checked: Result<Checked, Vec<Violation>>,
}

/// The smallest constant pool.
pub fn constant_pool(group: &Group) -> Result<ConstantPool, PlanError> {
    group.validate()?;
    let (enis, peak_ms) = group.need.peak();
    let requests = match group.start {
        Start::Empty { from_ms } => vec![(from_ms, enis)],
        Start::Warm => warm_requests(group, enis)?,
    };
    let schedule = Schedule::from_parts(requests, []);
    let checked = check(group, &schedule);
    Ok(ConstantPool { enis, peak_ms: (enis > 0).then_some(peak_ms), schedule, checked })
}

/// Requests for `enis` ready at 0, each with its token; all at once where tokens never suffice.
fn warm_requests(group: &Group, enis: u32) -> Result<Vec<(i64, u32)>, PlanError> {
    let deadline = Turn { at_ms: -group.lead_ms(), count: enis };
    let Some(bucket) = group.api.map(Bucket::from) else { return Ok(vec![(deadline.at_ms, enis)]) };
    match latest(&[deadline], bucket) {
        Some(services) => {
            let grants = services.into_iter().flat_map(|service| service.grants);
            Ok(grants.map(|grant| (grant.at_ms, grant.count)).collect())
        }
        None if bucket.pause_ms().is_some() => Err(PlanError::TooMany { most: MOST_ENTRIES }),
        None => Ok(vec![(deadline.at_ms, enis)]),
    }
}
