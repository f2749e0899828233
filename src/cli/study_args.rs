//! Study arguments: what commands about traffic are told of it, the scenario and the model.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::settings::SettingArgs;
use super::study::CommandStudy;
use super::trace::TraceArgs;
use super::{input, model};
use crate::cold_path::ColdPath;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::Setting;
use crate::platform::Platform;
use crate::policy::registry::Named;
use crate::policy::{self, Policy, StartMode};
use crate::quantity::Millis;
use crate::scenario::{self, Observed, Raw, Scenario};
use crate::topology::Topology;
use crate::trace::{Shape, Trace};

/// What exists at time 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum StartChoice {
    /// A running system: what the first slot needs exists, idle and ready
    Warm,
    /// Nothing
    Empty,
}

/// What every command about traffic is told.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct StudyArgs {
    #[command(flatten)]
    pub trace: TraceArgs,
    /// Functions, subnets and destinations (TOML) [default: every function has 1 GiB and one subnet]
    #[arg(long, value_name = "FILE", help_heading = "Platform")]
    pub(super) scenario: Option<PathBuf>,
    /// The platform model: a built-in name or a file [default: the scenario's, else lambda-2018]
    #[arg(long = "model", value_name = "NAME|FILE", help_heading = "Platform")]
    models: Vec<PathBuf>,
    /// How ENIs are reused, created and deleted: NAME[:key=value,...] [default: the scenario's, else the model's]
    #[arg(long = "policy", value_name = "POLICY", help_heading = "Platform")]
    policies: Vec<String>,
    #[command(flatten)]
    settings: SettingArgs,
    /// Initial state [default: the policy's, which is warm]
    #[arg(long, value_enum, help_heading = "Platform")]
    start: Option<StartChoice>,
    /// Number of threads; the answer does not depend on it [default: one per core]
    #[arg(long, value_name = "N", help_heading = "Computation")]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
}

impl StudyArgs {
    /// What a scenario, or a model without one, says by itself.
    pub(super) fn alone(trace: TraceArgs, scenario: Option<PathBuf>, models: Vec<PathBuf>) -> Self {
        let (settings, policies) = (SettingArgs::default(), Vec::new());
        Self { trace, scenario, models, policies, settings, start: None, threads: None }
    }

    /// Whether the command line names a policy.
    pub(super) const fn names_policy(&self) -> bool {
        !self.policies.is_empty()
    }

    /// Reads everything for a command that looks at one model; all that is wrong is told at once.
    pub(super) fn load(&self) -> Result<CommandStudy, Diagnostics> {
        self.load_with(|durations| self.trace.load(durations))
    }

    /// The same for traffic that `read` gives, which is told the durations of the scenario's functions.
    pub(super) fn load_with(
        &self,
        read: impl FnOnce(BTreeMap<String, Millis>) -> Result<Trace, Diagnostics>,
    ) -> Result<CommandStudy, Diagnostics> {
        let mut studies = self.build(None, read)?;
        match (studies.pop(), studies.is_empty()) {
            (Some(study), true) => Ok(study),
            _ => Err(Diagnostic::new(
                Code::Usage,
                "this command takes a single model",
                "give --model once, or use `eniplan compare`",
            )
            .into()),
        }
    }

    /// The same for each model named; `default` are the policies where none is named.
    pub(super) fn load_all(&self, default: Option<&[Named]>) -> Result<Vec<CommandStudy>, Diagnostics> {
        self.build(default, |durations| self.trace.load(durations))
    }

    /// The policies that the one of `study` is compared with, itself among them: those named, or all
    /// built-in ones where no two are.
    pub(super) fn compared(&self, study: &CommandStudy) -> Vec<Policy> {
        if study.policies.len() > 1 {
            return study.policies.clone();
        }
        let mut all: Vec<Policy> = policy::ALL.iter().map(|named| self.started((named.row)())).collect();
        for own in &study.policies {
            match all.iter_mut().find(|policy| policy.name == own.name) {
                Some(same) => *same = own.clone(),
                None => all.insert(0, own.clone()),
            }
        }
        all
    }

    /// `policy` with the start that was asked for.
    fn started(&self, policy: Policy) -> Policy {
        let start = match self.start {
            Some(StartChoice::Warm) => StartMode::Warm,
            Some(StartChoice::Empty) => StartMode::Empty,
            None => policy.start,
        };
        Policy { start, ..policy }
    }

    /// The seeds of so many runs: --seed and those after it.
    pub(super) fn seeds(&self, runs: u64) -> Vec<u64> {
        (0..runs).map(|n| self.trace.seed.wrapping_add(n)).collect()
    }

    /// The trace of the run with this seed, where arrivals are drawn: each seed has its own.
    pub(super) fn redrawn(&self, trace: &Trace, seed: u64) -> Option<Trace> {
        let mut drawn = self.trace.is_random().then(|| trace.clone())?;
        if let Shape::Counts { spread, .. } = &mut drawn.shape {
            *spread = self.trace.spread(seed);
        }
        Some(drawn)
    }

    /// Computes with the number of threads that was asked for.
    pub(super) fn use_threads(&self) {
        if let Some(threads) = self.threads {
            // A second pool in one process is refused; the first one serves.
            let _ = rayon::ThreadPoolBuilder::new().num_threads(threads.into()).build_global();
        }
    }

    fn build(
        &self,
        default: Option<&[Named]>,
        read: impl FnOnce(BTreeMap<String, Millis>) -> Result<Trace, Diagnostics>,
    ) -> Result<Vec<CommandStudy>, Diagnostics> {
        self.use_threads();
        let mut problems = Diagnostics::default();
        let raw = take(self.raw(), &mut problems);
        let said = raw.clone().unwrap_or_default();
        let trace = take(read(said.durations()), &mut problems);
        let platforms: Vec<_> = self
            .platforms(&said)
            .into_iter()
            .filter_map(|loaded| take(loaded, &mut problems))
            .map(|platform| said.limit(platform))
            .collect();
        let policies = take(self.policies(&said, &platforms, default), &mut problems);
        let paths: Vec<_> =
            platforms.iter().filter_map(|platform| take(ColdPath::new(platform), &mut problems)).collect();
        let (Some(trace), Some(policies), true) = (trace, policies, problems.is_empty()) else {
            return Err(problems);
        };
        let (mut studies, mut left) = (Vec::with_capacity(platforms.len()), platforms.len());
        let mut trace = Some(trace);
        for (platform, cold_path) in platforms.into_iter().zip(paths) {
            left -= 1;
            // Traffic may be large: the last study takes it.
            let own = if left == 0 { trace.take() } else { trace.clone() };
            let Some(trace) = own else { break };
            let scenario = scenario::resolve(&said, &platform, &observed(&trace))?;
            let topology =
                Topology::build(&scenario, &platform).map_err(|problems| said.locate(&problems))?;
            let assumptions = self.assumptions(&said, &platform, &policies, &trace, &scenario);
            let (policies, source) = (policies.clone(), self.source());
            studies.push(CommandStudy {
                platform,
                scenario,
                topology,
                cold_path,
                trace,
                policies,
                assumptions,
                source,
            });
        }
        Ok(studies)
    }

    /// What --set says.
    pub(super) fn settings_in_words(&self) -> Vec<String> {
        self.settings.in_words()
    }

    /// The trace as the user named it, for people.
    pub(super) fn source(&self) -> String {
        self.trace.source()
    }

    pub(super) fn raw(&self) -> Result<Raw, Diagnostics> {
        let settings = self.settings.of_scenario()?;
        match &self.scenario {
            None if settings.is_empty() => Ok(Raw::default()),
            None => scenario::read_with("", "", &settings),
            Some(path) => scenario::read_with(&input::shown(path), &input::text(path)?, &settings),
        }
    }

    /// The models: those named, else the scenario's, else the first of the built-in ones.
    fn platforms(&self, raw: &Raw) -> Vec<Result<Platform, Diagnostics>> {
        let Ok(settings) = self.settings.of_model() else { return Vec::new() };
        let load = |name: &Path| model::load_with(name, Path::new(""), &settings);
        match (self.models.as_slice(), raw.model()) {
            ([], None) => vec![load(Path::new("lambda-2018"))],
            ([], Some(name)) => vec![self.platform_of_scenario(raw, name, &settings)],
            (names, _) => names.iter().map(|name| load(name)).collect(),
        }
    }

    fn platform_of_scenario(
        &self,
        raw: &Raw,
        name: &str,
        settings: &[Setting],
    ) -> Result<Platform, Diagnostics> {
        let scenario = self.scenario.as_deref().unwrap_or(Path::new(""));
        let folder = scenario.parent().unwrap_or(Path::new(""));
        model::load_with(Path::new(name), folder, settings).map_err(|problems| {
            // Only a name that leads nowhere is the scenario's fault.
            let place = raw.model_place();
            problems.relocated(|problem| {
                let unknown = problem.code == Code::UnknownName && problem.file.is_empty();
                place.filter(|_| unknown).map(|at| (input::shown(scenario), at.line, at.column))
            })
        })
    }

    /// The policies: those named, else the scenario's, else `default`, else the one the model names.
    fn policies(
        &self,
        raw: &Raw,
        platforms: &[Platform],
        default: Option<&[Named]>,
    ) -> Result<Vec<Policy>, Diagnostics> {
        let named = self.policies.iter().map(String::as_str);
        let (texts, place): (Vec<&str>, _) = match (raw.policy(), default) {
            _ if !self.policies.is_empty() => (named.collect(), None),
            (_, Some(default)) => (default.iter().map(|named| named.name).collect(), None),
            (Some(text), None) => (vec![text], raw.policy_place()),
            (None, None) => {
                (platforms.iter().take(1).map(|platform| platform.policy.as_str()).collect(), None)
            }
        };
        let mut problems = Diagnostics::default();
        let mut policies: Vec<Policy> = Vec::new();
        for text in texts {
            match policy::parse(text) {
                Ok(policy) => policies.push(policy),
                Err(malformed) => malformed.into_iter().for_each(|problem| {
                    let problem =
                        Diagnostic::new(Code::UnknownName, problem.message, problem.help).with_value(text);
                    problems.push(match (place, &self.scenario) {
                        (Some(at), Some(file)) => {
                            problem.in_file(input::shown(file)).at_line(at.line).at_column(at.column)
                        }
                        _ => problem,
                    });
                }),
            }
        }
        problems.or(policies.into_iter().map(|policy| self.started(policy)).collect())
    }

    fn assumptions(
        &self,
        raw: &Raw,
        platform: &Platform,
        policies: &[Policy],
        trace: &Trace,
        scenario: &Scenario,
    ) -> Vec<String> {
        let summary = platform.summary.trim_end_matches('.');
        let mut all = vec![format!("model {}: {summary}", platform.name)];
        all.extend(self.settings.in_words());
        if let ([], None, [policy]) = (self.policies.as_slice(), raw.policy(), policies) {
            all.push(format!("policy {}: the default for model {}", policy.name, platform.name));
        }
        for (policy, keep_alive) in
            policies.iter().filter_map(|policy| Some((&policy.name, policy.keep_alive?)))
        {
            all.push(format!(
                "{policy} keeps idle environments for {keep_alive}, overriding the scenario and the model"
            ));
        }
        if policies.iter().any(|policy| policy.start == StartMode::Warm) {
            let within = trace.first_slot();
            all.push(format!(
                "warm start: the environments and ENIs needed in the first {within} exist at the start, idle and \
                 ready (--start empty for none)"
            ));
        }
        if policies.iter().any(|policy| policy.start == StartMode::Empty) {
            all.push("empty start: no environments or ENIs exist at the start (--start empty)".to_owned());
        }
        if matches!(trace.shape, Shape::Counts { .. }) {
            all.push(self.trace.spread_in_words().to_owned());
        }
        all.extend(trace.notes.iter().chain(&scenario.assumptions).cloned());
        all
    }
}

fn observed(trace: &Trace) -> Vec<Observed> {
    trace
        .functions
        .iter()
        .map(|function| Observed { name: function.name.clone(), memory: function.memory })
        .collect()
}

/// What `result` holds; its problems go to `problems`.
fn take<T>(result: Result<T, Diagnostics>, problems: &mut Diagnostics) -> Option<T> {
    result.map_err(|more| problems.extend(more)).ok()
}
