//! `eniplan compare`.

use super::Verdict;
use super::gates::{Gates, Measured};
use super::output::Output;
use super::progress::Work;
use super::study::{Study, StudyArgs};
use crate::comparison::{Comparison, Contender, Row, compare_heard};
use crate::diagnostic::Diagnostics;
use crate::policy;
use crate::report::answers;
use crate::worst_case::{Bracket, Effort};

/// Options of `compare`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "All policies are compared unless some are named; --model may be given several times.\n\
                        A gate is missed where no option keeps it.\n\n\
                        Example:\n  eniplan compare shop-day.csv --policy idle-reuse --policy warm-pool:warm=20"
)]
pub struct Args {
    #[command(flatten)]
    study: StudyArgs,
    /// How many runs of each; their seeds are --seed and those after it
    #[arg(long, value_name = "N", default_value_t = 5, help_heading = "Runs")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1_000))]
    runs: u64,
    /// How many invocations to replay for each, about, in search of its worst case
    #[arg(long, value_name = "N", default_value_t = Effort::SMALL, help_heading = "Runs")]
    effort: u64,
    #[command(flatten)]
    gates: Gates,
    #[command(flatten)]
    pub output: Output,
}

/// Prints the comparison.
pub fn run(args: &Args) -> Result<Verdict, Diagnostics> {
    let studies = args.study.load_all(Some(policy::ALL))?;
    let contenders: Vec<Contender<'_>> = studies.iter().flat_map(contenders).collect();
    let seed = args.study.traffic.seed;
    let seeds: Vec<u64> = (0..args.runs).map(|n| seed.wrapping_add(n)).collect();
    let work = Work::of("comparing", contenders.len() as u64 * (1 + args.runs), args.output.quiet);
    let effort = Effort { invocations: args.effort, seed };
    let compared = compare_heard(&contenders, &seeds, effort, &|| work.step());
    drop(work);
    let Some((study, policy)) = studies.first().and_then(|it| Some((it, it.policies.first()?))) else {
        return Ok(Verdict::Done);
    };
    let mut subject = study.subject(policy);
    for other in studies.iter().skip(1) {
        let new = other.assumptions.iter().filter(|it| !study.assumptions.contains(it));
        subject.assumptions.extend(new.cloned());
    }
    let mut answer = answers::compare(&subject, &compared, args.runs);
    let measured = best(&compared);
    args.gates.note(&measured, &mut answer);
    args.output.give(&answer)?;
    Ok(args.gates.verdict(&measured))
}

fn contenders(study: &Study) -> impl Iterator<Item = Contender<'_>> {
    let contender =
        |policy| Contender { model: study.platform.name.clone(), case: study.case(policy, &study.traffic) };
    study.policies.iter().map(contender)
}

/// The smallest proved bound of each kind: a gate is missed where no option keeps it.
fn best(compared: &Comparison) -> Measured {
    let least = |of: fn(&Row) -> Option<Bracket>| {
        compared.rows.iter().filter_map(|row| of(row).and_then(|bracket| bracket.bound)).min()
    };
    Measured {
        cold_start_ms: least(|row| row.worst_cold_start_ms),
        enis: least(|row| row.worst_peak_enis),
        failures: least(|row| row.worst_failures),
        what: "under the best option, by the proved bound",
    }
}
