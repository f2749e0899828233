//! `eniplan demand`.

use std::collections::BTreeSet;

use super::output::Output;
use super::status::CommandStatus;
use super::study::CommandStudy;
use super::study_args::StudyArgs;
use crate::diagnostic::Diagnostics;
use crate::report::answers::{self, PoolNames};

/// Options of `demand`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  eniplan demand shop-day.csv --busiest 2h")]
pub(super) struct DemandArgs {
    #[command(flatten)]
    study: StudyArgs,
    /// Show each function on its own only; faster and in bounded memory for large files
    #[arg(long, help_heading = "Output")]
    by_function: bool,
    #[command(flatten)]
    pub output: Output,
}

/// Prints what is in the trace and what it needs.
pub(super) fn run(args: &DemandArgs) -> Result<CommandStatus, Diagnostics> {
    if args.by_function {
        return by_function(args);
    }
    let (study, demand, invocations) = args.study.demand(args.output.quiet)?;
    let policy = study.policy()?;
    let pools: Vec<PoolNames> = demand.pools.iter().map(|pool| named(&study, &pool.classes)).collect();
    let mut subject = study.subject(policy);
    subject.invocations = invocations;
    args.output.give(&answers::demand(&subject, &demand, &pools))?;
    Ok(CommandStatus::Done)
}

fn by_function(args: &DemandArgs) -> Result<CommandStatus, Diagnostics> {
    let found = args.study.demand_by_function(args.output.quiet)?;
    let mut subject = args.study.subject_of(&found.trace);
    subject.invocations = found.functions.iter().map(|function| function.invocations).sum();
    args.output.give(&answers::by_function(&subject, &found.functions, found.busiest.as_deref()))?;
    Ok(CommandStatus::Done)
}

fn named(study: &CommandStudy, classes: &[usize]) -> PoolNames {
    let topology = &study.topology;
    let classes = || classes.iter().filter_map(|&class| topology.classes.get(class));
    let subnet = |index: usize| topology.limits.subnets.get(index).map(|subnet| subnet.name.clone());
    let groups: BTreeSet<String> = classes().flat_map(|class| class.security_groups.clone()).collect();
    PoolNames {
        subnets: classes().filter_map(|class| subnet(class.subnet)).collect(),
        security_groups: groups.into_iter().collect(),
    }
}
