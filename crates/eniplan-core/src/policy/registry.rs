//! The named rows.

use super::{
    Capacity, EnvironmentBinding, IdleTtl, OnExhausted, Pick, PickEnvironment, Policy, Provision, StartMode,
};
use crate::quantity::{Memory, Millis, Probability};

/// A built-in policy.
#[derive(Clone, Copy, Debug)]
pub struct Named {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it does, in one sentence.
    pub summary: &'static str,
    /// The row.
    pub row: fn() -> Policy,
}

/// Every built-in policy, in the order they are listed and compared.
pub const ALL: &[Named] = &[
    Named {
        name: "no-reuse",
        summary: "one environment per ENI; the ENI is created and deleted with it",
        row: || Policy { reuse: false, idle_ttl: IdleTtl::After(Millis::ZERO), ..base("no-reuse") },
    },
    Named {
        name: "idle-reuse",
        summary: "one environment per ENI; an idle ENI is reused before a new one is created",
        row: || base("idle-reuse"),
    },
    Named {
        name: "leaky-reuse",
        summary: "idle-reuse, but an environment misses an idle ENI with probability 0.1 (in the worst case, up to 3 times)",
        row: || Policy { miss: Probability(100_000), miss_budget: 3, ..base("leaky-reuse") },
    },
    Named {
        name: "shared-slots",
        summary: "environments share ENIs by memory (3 GiB each) and may join an ENI that is still booting",
        row: || Policy {
            join_booting: true,
            capacity: Some(Capacity::Memory(Memory::mib(3_072))),
            ..base("shared-slots")
        },
    },
    Named {
        name: "warm-pool",
        summary: "idle-reuse with spare ENIs kept ahead of demand, ready or booting (warm=5 per class)",
        row: || Policy { warm: 5, ..base("warm-pool") },
    },
    Named {
        name: "shared-at-deploy",
        summary: "one ENI per class from deployment, 65,000 connections each, more when full (Hyperplane)",
        row: || Policy {
            join_booting: true,
            capacity: Some(Capacity::Connections(65_000)),
            idle_ttl: IdleTtl::Forever,
            provision: Provision::AtDeploy,
            ..base("shared-at-deploy")
        },
    },
    Named {
        name: "scheduled",
        summary: "a plan creates and deletes ENIs ahead of demand, for the longest boot; environments create none",
        row: || Policy {
            provision: Provision::Scheduled,
            on_exhausted: OnExhausted::Wait,
            idle_ttl: IdleTtl::Forever,
            ..base("scheduled")
        },
    },
    Named {
        name: "clairvoyant",
        summary: "the offline optimum: a plan that knows the traffic and every boot time; the reference for regret",
        row: || Policy {
            provision: Provision::Clairvoyant,
            on_exhausted: OnExhausted::Wait,
            idle_ttl: IdleTtl::Forever,
            ..base("clairvoyant")
        },
    },
];

/// The built-in policy of this name.
pub fn named(name: &str) -> Option<Policy> {
    ALL.iter().find(|policy| policy.name == name).map(|policy| (policy.row)())
}

fn base(name: &str) -> Policy {
    Policy {
        name: name.to_owned(),
        reuse: true,
        join_booting: false,
        miss: Probability(0),
        miss_budget: 0,
        pick: Pick::Fullest,
        pick_environment: PickEnvironment::NewestIdle,
        binding: EnvironmentBinding::Bound,
        on_exhausted: OnExhausted::Fail,
        capacity: Some(Capacity::Count(1)),
        idle_ttl: IdleTtl::After(Millis::minutes(10)),
        warm: 0,
        provision: Provision::OnDemand,
        fallback: false,
        keep_alive: None,
        start: StartMode::Warm,
    }
}
