//! Realization: a witness file, as `worst-case --witness` writes it and `simulate --replay` reads it.
//!
//! Beside the realization it says what it is a witness of, and on which traffic; files that
//! say nothing of that are read too.

use std::path::Path;

use super::input;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::Place;
use crate::document::tree::{self, TreeNode};
use crate::quantity::{Interval, Millis};
use crate::report::format::{counted, name, thousands};
use crate::report::pretty;
use crate::report::views::{self, WitnessFileView, WitnessObjectiveView, WitnessTraceView};
use crate::simulation::{End, Outcome, Realization};
use crate::topology::Topology;
use crate::trace::Trace;

const FIELDS: [&str; 5] = ["boots_ms", "deletions_ms", "phases_ms", "misses", "unlisted"];
/// What a file says beside the realization.
/// Names until 0.1.0 of the fields `unlisted` and `trace`.
const OLD: [&str; 2] = ["otherwise", "traffic"];
const ABOUT: [&str; 4] = ["witness_of", "trace", "policy", "model"];
const HELP: &str = "use a file written by `eniplan worst-case --witness FILE`";

/// What a realization witnesses, and the value it reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WitnessedValue {
    /// The longest cold start, ms.
    ColdStart(u64),
    /// The most ENIs held.
    PeakEnis(u64),
    /// The most failed invocations.
    Failures(u64),
    /// The most ENIs held in the subnet of this index and name.
    SubnetPeak(usize, String, u64),
}

impl WitnessedValue {
    const fn parts(&self) -> (&'static str, u64) {
        match *self {
            Self::ColdStart(ms) => ("cold_start_ms", ms),
            Self::PeakEnis(n) => ("peak_enis", n),
            Self::Failures(n) => ("failures", n),
            Self::SubnetPeak(_, _, n) => ("subnet_peak_enis", n),
        }
    }

    fn named(name: &str, subnet: Option<&str>, value: u64, topology: &Topology) -> Option<Self> {
        if let Some(subnet) = subnet {
            let index = topology.limits.subnets.iter().position(|known| known.name == subnet)?;
            let of = Self::SubnetPeak(index, subnet.to_owned(), value);
            return (of.parts().0 == name).then_some(of);
        }
        let all = [Self::ColdStart(value), Self::PeakEnis(value), Self::Failures(value)];
        all.into_iter().find(|of| of.parts().0 == name)
    }

    /// What it comes to in `outcome`.
    fn in_outcome(&self, outcome: &Outcome) -> Self {
        match self {
            Self::ColdStart(_) => Self::ColdStart(outcome.cold_starts.max()),
            Self::PeakEnis(_) => Self::PeakEnis(outcome.enis.peak),
            Self::Failures(_) => Self::Failures(outcome.failures()),
            Self::SubnetPeak(subnet, name, _) => {
                let peak = outcome.subnets.get(*subnet).map_or(0, |level| level.peak);
                Self::SubnetPeak(*subnet, name.clone(), peak)
            }
        }
    }

    fn words(&self) -> String {
        match self {
            Self::ColdStart(ms) => format!("a worst cold start of {}", Millis(*ms)),
            Self::PeakEnis(n) => format!("a peak of {}", counted(*n, "ENI", "ENIs")),
            Self::Failures(n) => counted(*n, "failed invocation", "failed invocations"),
            Self::SubnetPeak(_, subnet, n) => {
                format!("a peak of {} in {}", counted(*n, "ENI", "ENIs"), name(subnet))
            }
        }
    }
}

/// a realization, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The realization.
    pub realization: Realization,
    /// What it witnesses.
    pub of: Option<WitnessedValue>,
    /// The policy and the model it was found under.
    pub setting: Option<(String, String)>,
}

impl Witness {
    /// What a replay that ended in `outcome` says of it, under this policy on this model.
    pub fn judge(&self, outcome: &Outcome, policy: &str, model: &str) -> String {
        let found = self.setting.as_ref().filter(|(p, m)| (p.as_str(), m.as_str()) != (policy, model));
        let elsewhere = found.map_or_else(String::new, |(policy, model)| {
            format!(", found under {} on {}", name(policy), name(model))
        });
        let Some(of) = &self.of else { return String::new() };
        let now = of.in_outcome(outcome);
        let verdict = if now == *of {
            "reproduced by this replay".to_owned()
        } else {
            format!("but this replay gives {}", now.words())
        };
        format!("; the file records {}{elsewhere}, {verdict}", of.words())
    }
}

/// The file of `witness`, found on `trace`.
pub fn written(witness: &Witness, trace: &Trace) -> String {
    let witness_of = witness.of.as_ref().map(|of| {
        let (objective, value) = of.parts();
        let subnet =
            if let WitnessedValue::SubnetPeak(_, subnet, _) = of { Some(subnet.as_str()) } else { None };
        WitnessObjectiveView { objective, value, subnet }
    });
    let (policy, model) = witness.setting.as_ref().map(|(p, m)| (p.as_str(), m.as_str())).unzip();
    let file = WitnessFileView {
        trace: WitnessTraceView {
            invocations: trace.invocations(),
            span_ms: trace.span,
            checksum: checksum(trace),
        },
        witness_of,
        policy,
        model,
        realization: &witness.realization,
    };
    pretty(&views::value(&file))
}

/// CRC-32 of the functions' names and of every arrival with its function, duration and count.
fn checksum(trace: &Trace) -> String {
    let mut hasher = crc32fast::Hasher::new();
    for function in &trace.functions {
        hasher.update(function.name.as_bytes());
        hasher.update(&[0]);
    }
    for entry in trace.arrivals() {
        hasher.update(&entry.at.to_le_bytes());
        hasher.update(&entry.duration.to_le_bytes());
        hasher.update(&entry.function.to_le_bytes());
        hasher.update(&entry.count.to_le_bytes());
    }
    format!("{:08x}", hasher.finalize())
}

/// Reads the realization in `path`, or in the field `witness` of a worst-case answer; see [`parse`].
pub fn read(path: &Path, topology: &Topology, trace: &Trace) -> Result<Witness, Diagnostics> {
    parse(&input::shown(path), &input::text(path)?, topology, trace)
}

/// Reads the realization in `text`, the file `file`.
///
/// All that is wrong is told at once and in its place; boots and deletions must lie inside the model's
/// intervals, and the file must not say that it is of other traces.
pub fn parse(file: &str, text: &str, topology: &Topology, trace: &Trace) -> Result<Witness, Diagnostics> {
    let whole = tree::read(file, text)?;
    let mut reader = WitnessReader { file, problems: Diagnostics::default() };
    if let Some(said) = whole.get("trace").or_else(|| whole.get(OLD[1])) {
        reader.trace(said, trace);
    }
    let named = |field: &str| whole.get(field).and_then(TreeNode::text).map(str::to_owned);
    let setting = named("policy").zip(named("model"));
    let of = whole.get("witness_of").map(|of| reader.witnessed(of, topology));
    let fields = whole.get("witness").unwrap_or(&whole);
    if !fields.is_map() {
        reader.bad(Code::BadValue, "expected a JSON object", fields);
        return Err(reader.problems);
    }
    let realization = reader.realization(fields, topology);
    reader.problems.or(Witness { realization, of: of.flatten(), setting })
}

struct WitnessReader<'f> {
    file: &'f str,
    problems: Diagnostics,
}

/// The whole number of 0 or more that `node` is.
fn whole_number(node: &TreeNode) -> Option<u64> {
    if let tree::TreeValue::Number(text) = &node.value { text.parse().ok() } else { None }
}

impl WitnessReader<'_> {
    fn bad(&mut self, code: Code, message: impl Into<String>, node: &TreeNode) {
        let problem = Diagnostic::new(code, message, HELP).with_value(&node.shown());
        self.place(problem, node);
    }

    fn place(&mut self, problem: Diagnostic, node: &TreeNode) {
        let Place { line, column } = node.place;
        self.problems.push(problem.in_file(self.file).at_line(line).at_column(column));
    }

    /// What the file says it is a witness of.
    fn witnessed(&mut self, node: &TreeNode, topology: &Topology) -> Option<WitnessedValue> {
        let objective = node.get("objective").and_then(TreeNode::text);
        let reached = node.get("value").and_then(whole_number);
        let subnet = node.get("subnet").and_then(TreeNode::text);
        let of = objective.zip(reached);
        let of =
            of.and_then(|(objective, reached)| WitnessedValue::named(objective, subnet, reached, topology));
        if of.is_none() {
            let message = "`witness_of` must give a `value` and an `objective`: cold_start_ms, peak_enis, failures, or \
                 subnet_peak_enis with a known `subnet`";
            self.bad(Code::BadValue, message, node);
        }
        of
    }

    /// Refuses traffic that is not what the file was found on, as far as it says.
    fn trace(&mut self, said: &TreeNode, here: &Trace) {
        const SAME: &str = "use the trace the witness was found on, with the same --from, --to, --spread, --gaps and \
             --seed";
        let number = |field: &str| said.get(field).and_then(whole_number);
        let (invocations, span) = (here.invocations(), here.span.0);
        let counts = (number("invocations").unwrap_or(invocations), number("span_ms").unwrap_or(span));
        let of = |(n, span): (u64, u64)| format!("{} invocations over {}", thousands(n), Millis(span));
        let message = if counts != (invocations, span) {
            let here = of((invocations, span));
            format!("the witness belongs to a different trace: {}; this trace has {here}", of(counts))
        } else if said.get("checksum").is_some_and(|sum| sum.text() != Some(&checksum(here))) {
            "the witness belongs to a different trace: same number of invocations, but different times, \
             functions or durations"
                .to_owned()
        } else {
            return;
        };
        self.place(Diagnostic::new(Code::BadValue, message, SAME), said);
    }

    fn realization(&mut self, fields: &TreeNode, topology: &Topology) -> Realization {
        for (field, node) in fields.entries() {
            if ![&FIELDS[..], &ABOUT, &OLD].iter().any(|known| known.contains(&field.value.as_str())) {
                let known = FIELDS.join(", ");
                let message = format!("unknown field `{}`; known fields: {known}", field.value);
                self.bad(Code::UnknownName, message, node);
            }
        }
        let mut realization = Realization::all(self.unlisted(fields));
        realization.boots_ms = self.numbers("boots_ms", fields, Some(&topology.boot));
        realization.deletions_ms = self.numbers("deletions_ms", fields, Some(&topology.delete));
        realization.misses = self.numbers("misses", fields, None).into_iter().collect();
        let phases = fields.get("phases_ms").unwrap_or(fields);
        if !phases.is_map() || !fields.has("phases_ms") {
            self.bad(Code::BadValue, "`phases_ms` must be an object", phases);
            return realization;
        }
        for (environment, steps) in phases.entries() {
            let name = format!("phases_ms.{}", environment.value);
            match environment.value.parse() {
                Ok(number) => {
                    realization.phases_ms.insert(number, self.listed(&name, steps, None));
                }
                Err(_) => self.bad(Code::BadValue, format!("`{name}` is not an environment number"), steps),
            }
        }
        realization
    }

    fn unlisted(&mut self, fields: &TreeNode) -> End {
        let unlisted = fields.get("unlisted").or_else(|| fields.get(OLD[0]));
        match unlisted.and_then(TreeNode::text) {
            Some("longest") => End::Longest,
            Some("shortest") => End::Shortest,
            _ => {
                let message = "`unlisted` must be \"longest\" or \"shortest\"";
                self.bad(Code::BadValue, message, unlisted.unwrap_or(fields));
                End::Longest
            }
        }
    }

    fn numbers(&mut self, name: &str, fields: &TreeNode, within: Option<&Interval>) -> Vec<u64> {
        self.listed(name, fields.get(name).unwrap_or(fields), within)
    }

    fn listed(&mut self, name: &str, node: &TreeNode, within: Option<&Interval>) -> Vec<u64> {
        if !node.is_list() {
            self.bad(Code::BadValue, format!("`{name}` must be a list"), node);
        }
        let mut numbers = Vec::with_capacity(node.items().len());
        for (index, item) in node.items().iter().enumerate() {
            let Some(number) = whole_number(item) else {
                self.bad(
                    Code::BadValue,
                    format!("`{name}[{index}]` must be a whole number of 0 or more"),
                    item,
                );
                continue;
            };
            if let Some(interval) =
                within.filter(|interval| !(interval.min.0..=interval.max.0).contains(&number))
            {
                self.bad(
                    Code::BadValue,
                    format!("`{name}[{index}]` is outside the model's range {interval}"),
                    item,
                );
            }
            numbers.push(number);
        }
        numbers
    }
}
