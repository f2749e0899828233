//! Gates: limits that turn an answer into an exit code, for CI.

use super::output::to_stderr;
use super::status::CommandStatus;
use crate::quantity::Millis;
use crate::report::Answer;
use crate::report::format::thousands;
use crate::report::views::{GateView, GatesView};

/// What an answer may not exceed.
#[derive(Clone, Debug, Default, clap::Args)]
#[allow(clippy::struct_field_names, reason = "each is named as its option is")]
#[command(next_help_heading = "Gates (exit code 1 if one is missed)")]
pub(super) struct Gates {
    /// The longest cold start allowed, such as 1s
    #[arg(long, value_name = "DURATION")]
    pub max_cold_start: Option<Millis>,
    /// The most ENIs that may exist at once
    #[arg(long, value_name = "N")]
    pub max_enis: Option<u64>,
    /// The most invocations that may fail
    #[arg(long, value_name = "N")]
    pub max_failures: Option<u64>,
}

/// What the answer says of each gate; `None`: nothing is proved.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    /// The longest cold start, ms.
    pub cold_start_ms: Option<u64>,
    /// The most ENIs held.
    pub enis: Option<u64>,
    /// The most failed invocations.
    pub failures: Option<u64>,
    /// Where these numbers come from: `(proved bound)`, `in this run`.
    pub what: String,
}

struct Gate {
    option: &'static str,
    of: &'static str,
    limit: Option<u64>,
    value: Option<u64>,
    text: fn(u64) -> String,
}

impl Gate {
    /// How it is missed, in one line.
    fn missed(&self, what: &str) -> Option<String> {
        let (limit, text) = (self.limit?, self.text);
        let asked = format!("gate missed: {} {}", self.option, text(limit));
        match self.value {
            Some(value) if value <= limit => None,
            Some(value) => {
                let over = text(value - limit);
                Some(format!("{asked}: {} reach {} {what}, {over} over the limit", self.of, text(value)))
            }
            None => Some(format!("{asked}: no proved bound on {}", self.of)),
        }
    }
}

impl Gates {
    fn all(&self, measured: &Measured) -> [Gate; 3] {
        let span = |ms: u64| Millis(ms).to_string();
        [
            Gate {
                option: "--max-cold-start",
                of: "cold starts",
                limit: self.max_cold_start.map(|limit| limit.0),
                value: measured.cold_start_ms,
                text: span,
            },
            Gate {
                option: "--max-enis",
                of: "ENIs held",
                limit: self.max_enis,
                value: measured.enis,
                text: thousands,
            },
            Gate {
                option: "--max-failures",
                of: "failed invocations",
                limit: self.max_failures,
                value: measured.failures,
                text: thousands,
            },
        ]
    }

    /// Notes the gates in the JSON form of `answer`.
    pub(super) fn note(&self, measured: &Measured, answer: &mut Answer) {
        let gate = |gate: Gate| {
            let passed = gate.missed("").is_none();
            Some(GateView { gate: gate.option, limit: gate.limit?, value: gate.value, passed })
        };
        answer.extend(&GatesView { gates: self.all(measured).into_iter().filter_map(gate).collect() });
    }

    /// How far `measured` is from keeping all gates, to find what comes closest: the gates missed, and
    /// the values that count for them.
    pub(super) fn distance(&self, measured: &Measured) -> (usize, [u64; 3]) {
        let all = self.all(measured);
        let missed = all.iter().filter(|gate| gate.missed("").is_some()).count();
        (missed, all.map(|gate| gate.limit.map_or(0, |_| gate.value.unwrap_or(u64::MAX))))
    }

    /// Says on stderr which gates are missed, and by how much.
    pub(super) fn verdict(&self, measured: &Measured) -> CommandStatus {
        let all = self.all(measured);
        let missed: Vec<String> = all.iter().filter_map(|gate| gate.missed(&measured.what)).collect();
        for line in &missed {
            to_stderr(&format!("{line}\n"));
        }
        if missed.is_empty() { CommandStatus::Done } else { CommandStatus::Missed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gate_is_missed_above_its_limit_and_where_nothing_is_proved() {
        let gates =
            Gates { max_cold_start: Some(Millis::seconds(1)), max_enis: Some(5), max_failures: Some(0) };
        let measured = Measured {
            cold_start_ms: Some(901_200),
            enis: Some(5),
            failures: None,
            what: "(proved bound)".to_owned(),
        };
        let lines = gates.all(&measured).map(|gate| gate.missed(&measured.what));
        let cold = "gate missed: --max-cold-start 1s: cold starts reach 15m1.2s (proved bound), 15m0.2s over the limit";
        let none = "gate missed: --max-failures 0: no proved bound on failed invocations";
        assert_eq!(lines, [Some(cold.to_owned()), None, Some(none.to_owned())]);
        assert!(Gates::default().all(&measured).iter().all(|gate| gate.missed("").is_none()));
        assert_eq!(gates.distance(&measured), (2, [901_200, 5, u64::MAX]));
        assert_eq!(Gates::default().distance(&measured), (0, [0; 3]));
    }
}
