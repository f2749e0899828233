//! The yardstick: the clairvoyant's schedule, which knows the traffic and everything uncertain.
//!
//! It follows from a run in which every ENI is at hand: what is in use then is exactly what is
//! needed, and the plan of that need has the smallest peak there can be. Its creations stand for
//! the instants at which the ENIs are to be ready; since it knows each boot, it requests each one
//! no earlier than that takes. Whether an idle ENI is kept over a gap is decided for the longest
//! boot and deletion, so that the peak holds in every world.

use super::backend::Backend;
use super::group::{Group, PlanError};
use super::promise::Followed;
use super::solve::{Answer, Effort, solve};
use super::study::Study;
use crate::demand::Curve;
use crate::policy::{IdleTtl, Provision};
use crate::quantity::{Interval, Millis};
use crate::simulation::{Action, Nature, Recorder, World, simulate};

/// ENIs in use over time, by class.
struct InUse {
    classes: Vec<Change>,
}

/// The curve of one class: within one millisecond the most that are in use count.
#[derive(Default)]
struct Change {
    curve: Curve,
    at: u64,
    most: u32,
    last: u32,
}

impl Change {
    fn set(&mut self, at: u64, value: u32) {
        if at > self.at {
            self.close();
            (self.at, self.most) = (at, self.last);
        }
        self.most = self.most.max(value);
        self.last = value;
    }

    fn close(&mut self) {
        self.curve.set(self.at, self.most);
        self.curve.set(self.at + 1, self.last);
    }
}

impl Recorder for InUse {
    fn enis(&mut self, at: u64, class: usize, held: u32) {
        self.classes[class].set(at, held);
    }
}

/// The clairvoyant's schedule in the world of `nature`; `None` where even it has no plan.
pub fn clairvoyant(
    study: &Study<'_>,
    nature: impl Nature,
    backend: &dyn Backend,
) -> Result<Option<Followed>, PlanError> {
    let mut actions = Vec::new();
    let mut peak_enis = 0_u64;
    for (class, need) in in_use(study, nature).into_iter().enumerate() {
        let lead = study.topology.boot.max;
        let group = Group { api: None, ..study.group(class, need, 1) };
        let Answer::Planned(planned) = solve(&group, backend, &Effort::default())? else { return Ok(None) };
        peak_enis = peak_enis.saturating_add(u64::from(planned.objectives.peak));
        actions.extend(planned.schedule.entries.iter().flat_map(|entry| {
            let ready = entry.at_ms.saturating_add_unsigned(lead.0);
            let act = |at, create, delete| Action { at, class, create, delete };
            [act(ready, entry.create, 0), act(entry.at_ms, 0, entry.delete)]
        }));
    }
    actions.retain(|action| (action.create, action.delete) != (0, 0));
    Ok(Some(Followed { actions, peak_enis }))
}

/// What is in use when ENIs come and go in no time and without limits.
fn in_use(study: &Study<'_>, nature: impl Nature) -> Vec<Curve> {
    let mut topology = study.topology.clone();
    (topology.boot, topology.delete) = (Interval::exactly(Millis::ZERO), Interval::exactly(Millis::ZERO));
    topology.limits.api = None;
    topology.limits.region_quota = None;
    topology.limits.vpc_quota = None;
    topology.limits.subnets.iter_mut().for_each(|subnet| subnet.addresses = u32::MAX);
    let mut policy = study.scheduled(Provision::Scheduled);
    (policy.provision, policy.idle_ttl) = (Provision::OnDemand, IdleTtl::After(Millis::ZERO));
    let world = World::new(&topology, study.cold_path, &policy, study.initial().to_vec());
    let classes = topology.classes.iter().map(|_| Change::default()).collect();
    let (_, _, seen) = simulate(&world, study.traffic, nature, InUse { classes });
    seen.classes
        .into_iter()
        .map(|mut change| {
            change.close();
            change.curve
        })
        .collect()
}
