//! `NAME:key=value,...`: a named row with some of its parameters replaced.

use super::{
    Capacity, EnvironmentBinding, IdleTtl, OnExhausted, Pick, PickEnvironment, Policy, StartMode, named,
    registry,
};
use crate::quantity::{Malformed, Millis};

/// One parameter that can be overridden.
#[derive(Clone, Copy, Debug)]
pub struct ParameterKey {
    /// Its name.
    pub name: &'static str,
    /// What may stand after `=`.
    pub values: &'static str,
    set: fn(&mut Policy, &str) -> Result<(), Malformed>,
}

/// Every parameter, in the order they are listed.
pub const KEYS: &[ParameterKey] = &[
    ParameterKey {
        name: "reuse",
        values: "true or false",
        set: |p, v| word(v, BOOLEAN).map(|x| p.reuse = x),
    },
    ParameterKey {
        name: "join_booting",
        values: "true or false",
        set: |p, v| word(v, BOOLEAN).map(|x| p.join_booting = x),
    },
    ParameterKey {
        name: "miss",
        values: "a probability: 0.1 or 10%",
        set: |p, v| v.parse().map(|x| p.miss = x),
    },
    ParameterKey {
        name: "miss_budget",
        values: "a whole number",
        set: |p, v| number(v).map(|x| p.miss_budget = x),
    },
    ParameterKey {
        name: "pick",
        values: "fullest, emptiest, newest or oldest",
        set: |p, v| word(v, PICK).map(|x| p.pick = x),
    },
    ParameterKey {
        name: "pick_environment",
        values: "newest-idle, oldest-idle, newest-created or oldest-created",
        set: |p, v| word(v, PICK_ENVIRONMENT).map(|x| p.pick_environment = x),
    },
    ParameterKey {
        name: "binding",
        values: "bound or queued",
        set: |p, v| word(v, BINDING).map(|x| p.binding = x),
    },
    ParameterKey {
        name: "on_exhausted",
        values: "fail or wait",
        set: |p, v| word(v, EXHAUSTED).map(|x| p.on_exhausted = x),
    },
    ParameterKey {
        name: "capacity",
        values: "a count (2), memory (3GiB), connections (65000c) or model",
        set: |p, v| capacity(v).map(|x| p.capacity = x),
    },
    ParameterKey {
        name: "idle_ttl",
        values: "a duration (10m) or forever",
        set: |p, v| ttl(v).map(|x| p.idle_ttl = x),
    },
    ParameterKey { name: "warm", values: "a whole number", set: |p, v| number(v).map(|x| p.warm = x) },
    ParameterKey {
        name: "keep_alive",
        values: "a duration (10m) or model",
        set: |p, v| keep_alive(v).map(|x| p.keep_alive = x),
    },
    ParameterKey {
        name: "fallback",
        values: "true or false: whether an environment creates an ENI when the plan of scheduled provides none",
        set: |p, v| word(v, BOOLEAN).map(|x| p.fallback = x),
    },
    ParameterKey { name: "start", values: "warm or empty", set: |p, v| word(v, START).map(|x| p.start = x) },
];

const BOOLEAN: &[(&str, bool)] = &[("true", true), ("false", false)];
const PICK: &[(&str, Pick)] = &[
    ("fullest", Pick::Fullest),
    ("emptiest", Pick::Emptiest),
    ("newest", Pick::Newest),
    ("oldest", Pick::Oldest),
];
const PICK_ENVIRONMENT: &[(&str, PickEnvironment)] = &[
    ("newest-idle", PickEnvironment::NewestIdle),
    ("oldest-idle", PickEnvironment::OldestIdle),
    ("newest-created", PickEnvironment::NewestCreated),
    ("oldest-created", PickEnvironment::OldestCreated),
];
const BINDING: &[(&str, EnvironmentBinding)] =
    &[("bound", EnvironmentBinding::Bound), ("queued", EnvironmentBinding::Queued)];
const EXHAUSTED: &[(&str, OnExhausted)] = &[("fail", OnExhausted::Fail), ("wait", OnExhausted::Wait)];
const START: &[(&str, StartMode)] = &[("warm", StartMode::Warm), ("empty", StartMode::Empty)];

/// Reads `NAME` or `NAME:key=value,...`. All that is wrong with it at once.
pub fn parse(text: &str) -> Result<Policy, Vec<Malformed>> {
    let (name, overrides) = text.split_once(':').unwrap_or((text, ""));
    let mut problems = Vec::new();
    let mut policy = named(name.trim());
    if policy.is_none() {
        let known: Vec<_> = registry::ALL.iter().map(|policy| policy.name).collect();
        problems.push(Malformed {
            message: format!("unknown policy `{name}`; one of: {}", known.join(", ")),
            help: "run `eniplan policies` for a list",
        });
    }
    // The overrides of an unknown policy are still worth checking.
    let mut scratch = (registry::ALL[0].row)();
    let target = policy.as_mut().unwrap_or(&mut scratch);
    for part in overrides.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        if let Err(problem) = apply(target, part) {
            problems.push(problem);
        }
    }
    match policy {
        Some(mut policy) if problems.is_empty() => {
            text.trim().clone_into(&mut policy.name);
            Ok(policy)
        }
        _ => Err(problems),
    }
}

fn apply(policy: &mut Policy, part: &str) -> Result<(), Malformed> {
    let Some((name, value)) = part.split_once('=') else {
        return Err(Malformed {
            message: format!("`{part}` is not key=value"),
            help: "write overrides as NAME:key=value,key=value",
        });
    };
    let Some(key) = KEYS.iter().find(|key| key.name == name.trim()) else {
        let known: Vec<_> = KEYS.iter().map(|key| key.name).collect();
        return Err(Malformed {
            message: format!("unknown policy parameter `{name}`; one of: {}", known.join(", ")),
            help: "run `eniplan policies` for a list",
        });
    };
    (key.set)(policy, value.trim()).map_err(|problem| Malformed {
        message: format!("{name}: {}; expected {}", problem.message, key.values),
        ..problem
    })
}

fn word<T: Copy>(value: &str, words: &[(&str, T)]) -> Result<T, Malformed> {
    words.iter().find(|(name, _)| *name == value).map(|(_, meaning)| *meaning).ok_or_else(|| Malformed {
        message: format!("unknown value `{value}`"),
        help: "run `eniplan policies` for a list",
    })
}

fn number(value: &str) -> Result<u32, Malformed> {
    value.parse().map_err(|_| Malformed {
        message: format!("`{value}` is not a whole number below 4294967296"),
        help: "run `eniplan policies` for a list",
    })
}

fn positive(value: &str) -> Result<u32, Malformed> {
    number(value).and_then(|n| match n {
        0 => Err(Malformed {
            message: "the capacity of an ENI must be greater than 0".into(),
            help: "use a capacity of at least 1",
        }),
        n => Ok(n),
    })
}

fn capacity(value: &str) -> Result<Option<Capacity>, Malformed> {
    if value == "model" {
        return Ok(None);
    }
    if let Some(connections) = value.strip_suffix('c') {
        return positive(connections).map(|n| Some(Capacity::Connections(n)));
    }
    if value.ends_with('B') {
        let memory: crate::quantity::Memory = value.parse()?;
        return positive(if memory.0 == 0 { "0" } else { "1" }).map(|_| Some(Capacity::Memory(memory)));
    }
    positive(value).map(|n| Some(Capacity::Count(n)))
}

fn ttl(value: &str) -> Result<IdleTtl, Malformed> {
    if value == "forever" { Ok(IdleTtl::Forever) } else { value.parse().map(IdleTtl::After) }
}

fn keep_alive(value: &str) -> Result<Option<Millis>, Malformed> {
    if value == "model" { Ok(None) } else { value.parse().map(Some) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::Memory;

    #[test]
    fn overrides_replace_and_the_name_keeps_them() {
        let policy = parse("shared-slots:idle_ttl=10m,pick=newest,capacity=1.5GiB").unwrap();
        assert_eq!(policy.idle_ttl, IdleTtl::After(Millis::minutes(10)));
        assert_eq!(policy.pick, Pick::Newest);
        assert_eq!(policy.capacity, Some(Capacity::Memory(Memory::mib(1_536))));
        assert_eq!(policy.name, "shared-slots:idle_ttl=10m,pick=newest,capacity=1.5GiB");
    }

    #[test]
    fn every_problem_is_named_at_once() {
        let problems = parse("no-such:pick=best,colour=red,warm").unwrap_err();
        let text: Vec<_> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(text.len(), 4, "{text:?}");
        assert!(parse("idle-reuse:capacity=0").is_err());
    }

    #[test]
    fn every_row_has_its_own_name_and_reads_back() {
        for policy in registry::ALL {
            assert_eq!(parse(policy.name).unwrap(), (policy.row)());
        }
    }
}
