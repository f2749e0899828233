//! `eniplan demand`.

use std::collections::BTreeSet;

use super::Verdict;
use super::output::Output;
use super::study::{Study, StudyArgs};
use crate::diagnostic::Diagnostics;
use crate::report::answers::{self, Pool};

/// Options of `demand`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  eniplan demand shop-day.csv --busiest 2h")]
pub struct Args {
    #[command(flatten)]
    study: StudyArgs,
    /// Only what each function needs on its own: quicker for large files, and in bounded memory
    #[arg(long, help_heading = "Output")]
    by_function: bool,
    #[command(flatten)]
    pub output: Output,
}

/// Prints what is in the traffic and what it needs.
pub fn run(args: &Args) -> Result<Verdict, Diagnostics> {
    if args.by_function {
        return by_function(args);
    }
    let (study, demand, invocations) = args.study.demand(args.output.quiet)?;
    let policy = study.policy()?;
    let pools: Vec<Pool> = demand.pools.iter().map(|pool| named(&study, &pool.classes)).collect();
    let mut subject = study.subject(policy);
    subject.invocations = invocations;
    args.output.give(&answers::demand(&subject, &demand, &pools))?;
    Ok(Verdict::Done)
}

fn by_function(args: &Args) -> Result<Verdict, Diagnostics> {
    let found = args.study.demand_by_function(args.output.quiet)?;
    let mut subject = args.study.subject_of(&found.traffic);
    subject.invocations = found.functions.iter().map(|it| it.invocations).sum();
    args.output.give(&answers::by_function(&subject, &found.functions, found.busiest.as_deref()))?;
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
