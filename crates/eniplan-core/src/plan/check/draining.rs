//! Draining: what is held while environments stay on the very ENIs that are to be deleted.

use super::duties::{Duties, SureEvent};
use super::sweep::Sweep;
use crate::plan::terms::joint::{Joint, JointEntry};
use crate::plan::terms::schedule::Objectives;
use crate::plan::terms::violation::Violation;

/// What is held at most where environments stay on the very ENIs that are to be deleted.
///
/// In a pool of several classes a deletion may find every ENI of its class in use; it then waits
/// for one to become idle, and that ENI is held meanwhile. At any time no more of a class are in
/// use than its pool needs, so that the deletions which have surely begun by `t` are at least the
/// largest `min(D(s), ready without deletions(s) - need(s))` over `s <= t`.
pub fn check_draining(joint: &Joint, entries: &[JointEntry]) -> Result<Objectives, Vec<Violation>> {
    let duties = Duties::of_joint(joint);
    let events = duties.surely_happening(entries)?;
    let classes = joint.classes.len();
    let mut owner = vec![None; classes];
    for (index, pool) in joint.pools.iter().enumerate() {
        pool.classes.iter().for_each(|&class| owner[class] = Some(index));
    }
    let (mut made, mut due, mut begun) = (vec![0_i64; classes], vec![0_i64; classes], vec![0_i64; classes]);
    let mut need = vec![0_u32; joint.pools.len()];
    let mut late: Vec<(i64, SureEvent)> = Vec::new();
    for instant in events.chunk_by(|before, after| before.0 == after.0) {
        let mut touched: Vec<usize> = Vec::new();
        for &(at_ms, event) in instant {
            match event {
                SureEvent::Need { pool, enis } => {
                    need[pool] = enis;
                    touched.extend(&joint.pools[pool].classes);
                }
                SureEvent::Booted { class, by } => {
                    made[class] += by;
                    touched.push(class);
                }
                SureEvent::Deleting { class, by } => {
                    due[class] += by;
                    touched.push(class);
                }
                SureEvent::Requested { .. } => late.push((at_ms, event)),
                SureEvent::Gone { .. } => {}
            }
        }
        for class in touched {
            let in_use = owner[class].map_or(0, |pool| i64::from(need[pool]));
            let sure = due[class].min(made[class] - in_use);
            if sure > begun[class] {
                let (at_ms, by) = (instant[0].0 + duties.delete_ms()?, sure - begun[class]);
                late.push((at_ms, SureEvent::Gone { class, by }));
                begun[class] = sure;
            }
        }
    }
    late.sort_by_key(|&(at_ms, _)| at_ms);
    Sweep::new(&duties).run(&late, entries)
}
