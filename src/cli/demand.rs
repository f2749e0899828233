//! `eniplan demand`.

use std::collections::BTreeSet;

use super::Verdict;
use super::output::Output;
use super::study::{Study, StudyArgs};
use crate::demand;
use crate::diagnostic::Diagnostics;
use crate::report::answers::{self, Pool};

/// Options of `demand`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  eniplan demand shop-day.csv --busiest 2h")]
pub struct Args {
    #[command(flatten)]
    study: StudyArgs,
    #[command(flatten)]
    pub output: Output,
}

/// Prints what is in the traffic and what it needs.
pub fn run(args: &Args) -> Result<Verdict, Diagnostics> {
    let study = args.study.load()?;
    let policy = study.policy()?;
    let demand = demand::demand(&study.traffic, &study.topology, policy);
    let pools: Vec<Pool> = demand.pools.iter().map(|pool| named(&study, &pool.classes)).collect();
    args.output.give(&answers::demand(&study.subject(policy), &demand, &pools))?;
    Ok(Verdict::Done)
}

fn named(study: &Study, classes: &[usize]) -> Pool {
    let topology = &study.topology;
    let classes = || classes.iter().filter_map(|&class| topology.classes.get(class));
    let subnet = |index: usize| topology.limits.subnets.get(index).map(|subnet| subnet.name.clone());
    let groups: BTreeSet<String> = classes().flat_map(|class| class.security_groups.clone()).collect();
    Pool {
        subnets: classes().filter_map(|class| subnet(class.subnet)).collect(),
        security_groups: groups.into_iter().collect(),
    }
}
