//! `eniplan compose`.

use std::path::Path;

use clap::ValueEnum;

use super::input::shown;
use super::output::Output;
use super::progress::StepProgress;
use super::status::CommandStatus;
use super::study::CommandStudy;
use super::study_args::StudyArgs;
use crate::composition::{
    BestCut, Cut, CutObjective, CutRow, MOST_ROUTES, Service, best_observed, cuts, functions_of, measure,
};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::listed;
use crate::plan::backend;
use crate::policy::{Policy, Provision};
use crate::quantity::{Memory, Millis};
use crate::report::answers::{self, Composition};
use crate::scenario::Scenario;
use crate::worst_case::SearchEffort;

/// What is to be small.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum GroupingObjective {
    /// Total cold-start time, each start as long as its function's cold path with an ENI ready
    ColdTime,
    /// Number of cold starts
    ColdStarts,
    /// GB-hours of idle environments
    GbHours,
    /// Peak environments of each function, summed
    Environments,
    /// ENIs needed for those environments, summed
    Enis,
    /// Route-destination pairs that are reachable but not needed
    Access,
}

impl From<GroupingObjective> for CutObjective {
    fn from(minimise: GroupingObjective) -> Self {
        match minimise {
            GroupingObjective::ColdTime => Self::ColdTime,
            GroupingObjective::ColdStarts => Self::ColdStarts,
            GroupingObjective::GbHours => Self::IdleMemory,
            GroupingObjective::Environments => Self::Environments,
            GroupingObjective::Enis => Self::Enis,
            GroupingObjective::Access => Self::Access,
        }
    }
}

/// Options of `compose`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  eniplan compose shop-day.csv --minimise gb-hours")]
pub(super) struct ComposeArgs {
    #[command(flatten)]
    study: StudyArgs,
    /// What the best grouping minimises
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = GroupingObjective::ColdTime)]
    #[arg(help_heading = "Search")]
    minimise: GroupingObjective,
    /// Number of runs, with seeds from --seed upwards
    #[arg(long, value_name = "N", default_value_t = 3, help_heading = "Runs")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1_000))]
    runs: u64,
    /// Approximate number of invocations to replay per grouping in the worst-case search
    #[arg(long, value_name = "N", default_value_t = 1_000_000, help_heading = "Search")]
    effort: u64,
    #[command(flatten)]
    pub output: Output,
}

/// Prints what each grouping comes to, and the best one.
pub(super) fn run(args: &ComposeArgs) -> Result<CommandStatus, Diagnostics> {
    let study = args.study.load()?;
    let policy = study.policy()?;
    let seed = args.study.trace.seed;
    let search = CompositionSearch {
        file: args.study.scenario.as_deref(),
        objective: args.minimise.into(),
        seeds: args.study.seeds(args.runs),
        effort: SearchEffort { invocations: args.effort, seed },
        quiet: args.output.quiet,
    };
    let (found, said) = search.compose(&study, policy)?;
    let mut subject = study.subject(policy);
    subject.assumptions.extend(said);
    args.output.give(&answers::compose(&subject, &found))?;
    Ok(CommandStatus::Done)
}

/// How groupings are looked at.
pub(super) struct CompositionSearch<'a> {
    /// The scenario's file, for complaints.
    pub file: Option<&'a Path>,
    /// What the best one makes small.
    pub objective: CutObjective,
    /// Of the runs of each.
    pub seeds: Vec<u64>,
    /// Of the search for the worst case of each.
    pub effort: SearchEffort,
    /// Without a bar that says how far it is.
    pub quiet: bool,
}

impl CompositionSearch<'_> {
    /// What each grouping comes to and the best one, and what that rests on beside what every answer does.
    pub(super) fn compose(
        &self,
        study: &CommandStudy,
        policy: &Policy,
    ) -> Result<(Composition, Vec<String>), Diagnostics> {
        if matches!(policy.provision, Provision::Scheduled | Provision::Clairvoyant) {
            let message =
                format!("the policy {} follows a plan, and each grouping would need its own", policy.name);
            let help = "use a policy that creates ENIs on demand";
            return Err(Diagnostic::new(Code::Usage, message, help).into());
        }
        let scenario = routes(self.file, study)?;
        let service = Service {
            scenario: &scenario,
            platform: &study.platform,
            cold_path: &study.cold_path,
            policy,
            trace: &study.trace,
        };
        let found = self.found(&service);
        Ok((found, describe_costs(study, &scenario, &self.seeds)))
    }

    /// What each grouping comes to, and the best one.
    fn found(&self, service: &Service<'_>) -> Composition {
        let mut all: Vec<Cut> = cuts(service.scenario);
        let routes = service.scenario.functions.len();
        // The groupings named, and the best one.
        let named = all.len() as u64 + 1;
        let work = match functions_of(routes) {
            Some(functions) => StepProgress::begin("grouping routes", functions + named, self.quiet),
            None => StepProgress::unknown("grouping routes", self.quiet),
        };
        let found = best_observed(service, self.objective, backend::strongest(), &|| work.step());
        let known = |best: &BestCut| all.iter().find(|cut| cut.same(&best.cut)).map(|cut| cut.name.clone());
        let best = found.map(|best| {
            let name = known(&best).unwrap_or_else(|| best.cut.name.clone());
            (best, name)
        });
        if let Some((best, name)) = &best
            && *name == best.cut.name
        {
            all.push(best.cut.clone());
        }
        let mut rows: Vec<CutRow> = Vec::new();
        let mut rejected = Vec::new();
        for cut in &all {
            let measured = measure(service, cut, &self.seeds, self.effort);
            work.step();
            match measured {
                Ok(row) => rows.push(row),
                Err(why) => rejected.push((cut.name.clone(), why)),
            }
        }
        Composition { rows, rejected, objective: self.objective, best, routes: routes as u64 }
    }
}

/// The scenario whose functions are the routes; says what does not fit together.
fn routes(file: Option<&Path>, study: &CommandStudy) -> Result<Scenario, Diagnostics> {
    let mut problems = Diagnostics::default();
    let mut scenario = study.scenario.clone();
    let known: Vec<&str> = study.scenario.routes.iter().map(|route| route.name.as_str()).collect();
    if !known.is_empty() {
        for function in
            study.trace.functions.iter().filter(|function| !known.contains(&function.name.as_str()))
        {
            let message = format!("`{}` is in the trace but not a route of the scenario", function.name);
            let help = "add a [[route]] with that name, or remove all [[route]] entries to treat every function as a route";
            problems.push(Diagnostic::new(Code::UnknownName, message, help).with_value(&function.name));
        }
        scenario.functions.retain(|function| known.contains(&function.name.as_str()));
    }
    for grouping in &scenario.groupings {
        let inside = |name: &String| grouping.functions.iter().any(|(_, routes)| routes.contains(name));
        let names = scenario.functions.iter().map(|function| &function.name);
        let missing: Vec<&str> = names.filter(|name| !inside(name)).map(String::as_str).collect();
        if !missing.is_empty() {
            let message = format!("grouping `{}` leaves out {}", grouping.name, listed(&missing));
            let help = "assign every function of the trace to one of its functions";
            problems.push(
                Diagnostic::new(Code::BadValue, message, help)
                    .with_value(&grouping.name)
                    .in_file(file.map(shown).unwrap_or_default())
                    .at_line(grouping.place.line)
                    .at_column(grouping.place.column),
            );
        }
    }
    if scenario.functions.len() > MOST_ROUTES {
        let message = format!("too many routes: {}", scenario.functions.len());
        problems.push(Diagnostic::new(Code::TooLarge, message, format!("use at most {MOST_ROUTES} routes")));
    }
    let grouping = &study.platform.grouping;
    let grows = |what: &str, used: bool, said: bool| {
        let message = format!(
            "routes have a cost in `{what}`, but the model {} does not define `{what}`",
            study.platform.name
        );
        let help =
            format!("add `{what}` to [grouping] in the model; see `eniplan models` for the built-in values");
        (used && !said).then(|| Diagnostic::new(Code::Usage, message, help))
    };
    let code = scenario.routes.iter().any(|route| route.code > Memory(0));
    let init = scenario.routes.iter().any(|route| route.init > Millis::ZERO);
    let missing =
        [grows("download", code, grouping.download.is_some()), grows("init", init, grouping.init.is_some())];
    missing.into_iter().flatten().for_each(|problem| problems.push(problem));
    problems.or(scenario)
}

/// What the answer rests on beside what every answer does.
fn describe_costs(study: &CommandStudy, scenario: &Scenario, seeds: &[u64]) -> Vec<String> {
    let mut all = Vec::new();
    if scenario.routes.is_empty() {
        all.push(
            "every function is a route; without [[route]], their code size and init time add nothing"
                .to_owned(),
        );
    }
    let grouping = &study.platform.grouping;
    for growth in [&grouping.download, &grouping.init].into_iter().flatten() {
        let of = if growth.value.per_mib == Millis::ZERO {
            "init time of its routes".to_owned()
        } else {
            format!("code size of its routes, at {} per MiB", growth.value.per_mib)
        };
        all.push(format!(
            "{} of a function grows by the {} of the {of} (model {}, grade {})",
            growth.value.phase,
            growth.value.rule.word(),
            study.platform.name,
            growth.grade
        ));
    }
    all.push(
        "a function gets the largest memory and the shortest keep-alive of its routes, and all their subnets, \
         security groups and destinations"
            .to_owned(),
    );
    let first = seeds.first().copied().unwrap_or_default();
    all.push(format!(
        "{} per grouping, with seeds from {first}",
        crate::report::format::counted(seeds.len() as u64, "run", "runs")
    ));
    all
}
