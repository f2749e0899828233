//! `eniplan plan`.

use super::gates::{Gates, Measured};
use super::output::Output;
use super::progress::StepProgress;
use super::status::CommandStatus;
use super::study::CommandStudy;
use super::study_args::StudyArgs;
use crate::comparison::Case;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::{listed, nearest};
use crate::plan::{self, EniPrices, Plan, PlanError, PlanObjective, PlanProgress};
use crate::quantity::{Millis, Price};
use crate::report::{Answer, answers};

/// Options of `plan`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  eniplan plan shop-day.csv --max-cold-start 1s\n  \
                        eniplan plan shop-day.csv --max-cold-start 1s,30s,5m,16m\n  \
                        eniplan plan shop-day.csv --max-cold-start 1s --explain\n  \
                        eniplan plan shop-day.csv --max-cold-start 1s --minimise cost --price-eni-hour 0.005 \
                        --price-creation 0.002")]
pub(super) struct PlanArgs {
    #[command(flatten)]
    study: StudyArgs,
    /// The cold-start target; several (1s,30s,5m) show the trade-off between waiting and ENIs
    /// [default: the scenario's]
    #[arg(long, value_name = "DURATION", value_delimiter = ',', help_heading = "Target")]
    max_cold_start: Vec<Millis>,
    /// What to minimise: `enis` (peak, then ENI-hours, then creations), `cost`, `addresses` (in the
    /// fullest subnet) or `addresses:SUBNET`
    #[arg(long, value_name = "WHAT", default_value = "enis", help_heading = "Objective")]
    minimise: String,
    /// Price of one ENI per hour, in any currency [default: the scenario's, else 0]
    #[arg(long, value_name = "PRICE", help_heading = "Objective", allow_negative_numbers = true)]
    price_eni_hour: Option<Price>,
    /// Price of creating one ENI [default: the scenario's, else 0]
    #[arg(long, value_name = "PRICE", help_heading = "Objective", allow_negative_numbers = true)]
    price_creation: Option<Price>,
    /// Show which limits bind and when, and what changing each one would gain
    #[arg(long, help_heading = "Objective")]
    explain: bool,
    /// The most ENIs the plan (with several targets, the largest) may hold at once
    #[arg(long, value_name = "N", help_heading = "Gates (exit code 1 if one is missed)")]
    max_enis: Option<u64>,
    #[command(flatten)]
    pub output: Output,
}

/// Prints the plan; without one, says why and ends with exit code 1.
pub(super) fn run(args: &PlanArgs) -> Result<CommandStatus, Diagnostics> {
    let study = args.study.load()?;
    let policy = study.policy()?;
    let case = study.case(policy, &study.trace).minimising(minimise(args, &study)?);
    let subject = study.subject(policy);
    if let [_, _, ..] = args.max_cold_start.as_slice() {
        if args.explain {
            let help = "give a single --max-cold-start, or drop --explain";
            return Err(Diagnostic::new(Code::Usage, "--explain works with a single target", help).into());
        }
        let work = StepProgress::begin("planning", args.max_cold_start.len() as u64, args.output.quiet);
        let steps = case.sweep(&args.max_cold_start, &|| work.step()).map_err(|error| failed(&error))?;
        drop(work);
        let largest =
            steps.iter().map(|step| step.plan.amount.map(|amount| amount.peak_enis)).max().flatten();
        let mut answer = answers::sweep(&subject, &steps);
        let gate = args.gate(largest, &mut answer);
        args.output.give(&answer)?;
        let kept = steps.iter().all(|step| step.plan.amount.is_some());
        return Ok(if kept { gate() } else { CommandStatus::Missed });
    }
    let target = target_of(args.max_cold_start.first().copied(), &study)?;
    let planned = planned(case, target, args.explain, args.output.quiet).map_err(|error| failed(&error))?;
    let mut answer = answers::plan(&subject, &planned);
    let gate = args.gate(planned.amount.map(|amount| amount.peak_enis), &mut answer);
    args.output.give(&answer)?;
    Ok(if planned.status == plan::PlanVerdict::Infeasible { CommandStatus::Missed } else { gate() })
}

/// The plan, explained where that is asked for or there is none; a bar says how far it is.
pub(super) fn planned(case: Case<'_>, target: Millis, explain: bool, quiet: bool) -> Result<Plan, PlanError> {
    let work = StepProgress::begin("planning", 1, quiet);
    let tell = |done, of| work.at(done, of);
    let progress = PlanProgress::new(&tell);
    let case = case.observed_by(&progress);
    let planned = case.plan_for(target)?;
    if !explain && planned.infeasible.is_none() {
        return Ok(planned);
    }
    work.finish();
    let next = StepProgress::begin("explaining", 1, quiet);
    let tell = |done, of| next.at(done, of);
    let progress = PlanProgress::new(&tell);
    case.observed_by(&progress).explained(target, planned)
}

impl PlanArgs {
    /// Notes in `answer` whether the ENIs of the plan keep to --max-enis; what it gives says so.
    fn gate(&self, enis: Option<u64>, answer: &mut Answer) -> impl FnOnce() -> CommandStatus + use<> {
        let gates = Gates { max_enis: self.max_enis, ..Gates::default() };
        let what = "in the plan".to_owned();
        let measured = Measured { cold_start_ms: None, enis, failures: None, what };
        if enis.is_some() {
            gates.note(&measured, answer);
        }
        move || gates.verdict(&measured)
    }
}

/// What the plan is to make small.
fn minimise(args: &PlanArgs, study: &CommandStudy) -> Result<PlanObjective, Diagnostic> {
    let refuse = |message: String, help: String| {
        Err(Diagnostic::new(Code::Usage, message, help).with_value(&args.minimise))
    };
    let prices = EniPrices {
        eni_hour: args.price_eni_hour.or(study.scenario.eni_hour).unwrap_or_default(),
        creation: args.price_creation.or(study.scenario.creation).unwrap_or_default(),
    };
    if args.minimise == "cost" {
        if prices == EniPrices::default() {
            let help = "set --price-eni-hour or --price-creation above 0, or [prices] in the scenario";
            return refuse("--minimise cost needs a price".to_owned(), help.to_owned());
        }
        return Ok(PlanObjective::Cost(prices));
    }
    if args.price_eni_hour.or(args.price_creation).is_some() {
        let help = "add --minimise cost".to_owned();
        return refuse("prices only apply with --minimise cost".to_owned(), help);
    }
    let names: Vec<&str> = study.scenario.subnets.iter().map(|subnet| subnet.name.as_str()).collect();
    match args.minimise.split_once(':') {
        None if args.minimise == "enis" => Ok(PlanObjective::Enis),
        None if args.minimise == "addresses" => Ok(PlanObjective::Addresses { subnet: None }),
        Some(("addresses", name)) => {
            if let Some(subnet) = names.iter().position(|known| *known == name) {
                return Ok(PlanObjective::Addresses { subnet: Some(subnet) });
            }
            let help = match nearest(name, names.iter().copied()) {
                Some(meant) => format!("did you mean addresses:{meant}?"),
                None => format!("the scenario has {}", listed(&names)),
            };
            refuse(format!("unknown subnet `{name}` in --minimise"), help)
        }
        _ => {
            let message = format!(
                "unknown objective \"{}\"; one of: enis, cost, addresses, addresses:SUBNET",
                args.minimise
            );
            Err(Diagnostic::new(Code::Usage, message, "see `eniplan plan --help`"))
        }
    }
}

/// The target that is asked for, else the scenario's.
pub(super) fn target_of(asked: Option<Millis>, study: &CommandStudy) -> Result<Millis, Diagnostic> {
    asked.or(study.scenario.max_cold_start).ok_or_else(|| {
        let help = "use --max-cold-start, or set max_cold_start in [slo] in the scenario";
        Diagnostic::new(Code::Usage, "no cold-start target given", help)
    })
}

/// The planner gave up.
pub(super) fn failed(error: &PlanError) -> Diagnostic {
    let help = "use a shorter window (--from, --to), or change the limits in the model";
    Diagnostic::new(Code::Solver, error.to_string(), help)
}
