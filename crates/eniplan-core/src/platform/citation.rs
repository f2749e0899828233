//! Citations: every number of a model with where it comes from, for the `models` command.

use serde::Serialize;

use super::{BucketModel, Cited, Grade, Growth, PhaseKind, Platform};
use crate::quantity::{Capacity, Interval, Millis};

/// One number and its source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Citation {
    /// Where it stands in the model: `eni.boot`, `phase.attach-eni.duration`.
    pub path: String,
    /// The number with its unit.
    pub value: String,
    /// Where it was read.
    pub source: String,
    /// How far it can be trusted.
    pub grade: Grade,
}

impl Platform {
    /// Every cited number, in the order of a model file: phases, ENIs, environments.
    pub fn citations(&self) -> Vec<Citation> {
        let mut all = Vec::new();
        for phase in self.phases.iter().filter(|phase| phase.kind != PhaseKind::Eni) {
            all.push(citation(&format!("phase.{}.duration", phase.name), &phase.duration, interval));
        }
        let eni = &self.eni;
        all.push(citation("eni.boot", &eni.boot, interval));
        all.push(citation("eni.delete", &eni.delete, interval));
        all.push(citation("eni.capacity", &eni.capacity, capacity));
        for (path, quota) in [("eni.vpc_quota", &eni.vpc_quota), ("eni.region_quota", &eni.region_quota)] {
            all.extend(quota.iter().map(|quota| citation(path, quota, u32::to_string)));
        }
        all.extend(eni.api.iter().flat_map(|api| bucket("eni.api", api)));
        let environment = &self.environment;
        all.push(citation("environment.keep_alive", &environment.keep_alive, ToString::to_string));
        let drawn = environment.keep_alive_drawn.iter();
        all.extend(drawn.map(|drawn| citation("environment.keep_alive_drawn", drawn, interval)));
        let concurrency = environment.account_concurrency.iter();
        all.extend(concurrency.map(|n| citation("environment.account_concurrency", n, u32::to_string)));
        all.extend(
            environment.scaling.iter().flat_map(|(_, scaling)| bucket("environment.scaling", scaling)),
        );
        if let Some((per_host, hosts)) = &environment.microvm {
            all.push(citation("environment.microvm.per_host", per_host, ToString::to_string));
            all.push(citation("environment.microvm.hosts", hosts, u32::to_string));
        }
        let grouping = &self.grouping;
        for (path, growth) in [("grouping.download", &grouping.download), ("grouping.init", &grouping.init)] {
            all.extend(growth.iter().map(|growth| citation(path, growth, grows)));
        }
        all
    }
}

fn grows(growth: &Growth) -> String {
    let each = if growth.per_mib == Millis::ZERO {
        "init time".to_owned()
    } else {
        format!("{} per MiB of code", growth.per_mib)
    };
    format!("{}: {each}, {} over its routes", growth.phase, growth.rule.word())
}

fn citation<T>(path: &str, cited: &Cited<T>, text: impl Fn(&T) -> String) -> Citation {
    Citation {
        path: path.to_owned(),
        value: text(&cited.value),
        source: cited.source.clone(),
        grade: cited.grade,
    }
}

fn bucket(path: &str, bucket: &BucketModel) -> [Citation; 2] {
    [
        citation(&format!("{path}.burst"), &bucket.burst, u32::to_string),
        citation(&format!("{path}.per_second"), &bucket.per_second, ToString::to_string),
    ]
}

fn interval(interval: &Interval) -> String {
    if interval.quantiles.is_empty() {
        return interval.to_string();
    }
    let points: Vec<String> = interval
        .quantiles
        .iter()
        .map(|(probability, duration)| format!("p{} {duration}", f64::from(probability.0) / 10_000.0))
        .collect();
    format!("{interval} ({})", points.join(", "))
}

fn capacity(capacity: &Capacity) -> String {
    match capacity {
        Capacity::Count(1) => "1 environment".to_owned(),
        Capacity::Count(n) => format!("{n} environments"),
        Capacity::Memory(memory) => memory.to_string(),
        Capacity::Connections(n) => format!("{n} connections"),
    }
}
