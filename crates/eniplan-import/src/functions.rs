//! Functions: the functions of a file in the order they first appear, and how long their invocations last.

use std::collections::BTreeSet;

use super::Options;
use eniplan_core::diagnostic::{Code, Diagnostic, Diagnostics};
use eniplan_core::quantity::{Memory, Millis};
use eniplan_core::trace::TrafficFunction;
use eniplan_core::trace::names::{Names, hash};

/// The name of the function where a file has no function column.
pub const UNNAMED: &str = "traffic";

/// The functions seen so far.
#[derive(Clone, Debug, Default)]
pub struct Functions {
    numbers: Names,
    /// Names, by number.
    pub names: Vec<String>,
}

impl Functions {
    /// The number of the function `name`.
    pub fn number(&mut self, name: &str) -> u32 {
        let (number, new) = self.numbers.number(name.as_bytes(), hash(name.as_bytes()));
        if new {
            self.names.push(name.to_owned());
        }
        number
    }
}

/// What is known of the functions' durations and memory besides the rows.
#[derive(Clone, Debug)]
pub struct Known {
    /// The functions with what is known of them.
    pub functions: Vec<TrafficFunction>,
    default: Millis,
}

impl Known {
    /// `names` with the durations the options give them.
    pub fn new(names: Vec<String>, options: &Options) -> Self {
        let function = |name: String| {
            let duration = options.durations.get(&name).copied();
            TrafficFunction { name, memory: None, duration }
        };
        Self { functions: names.into_iter().map(function).collect(), default: options.default_duration }
    }

    /// What a companion file says of a function; it goes before the options' duration.
    pub fn add(&mut self, function: usize, duration: Option<Millis>, memory: Option<Memory>) {
        if let Some(known) = self.functions.get_mut(function) {
            known.duration = duration.or(known.duration);
            known.memory = known.memory.or(memory);
        }
    }

    /// How long invocations of each function last where their row does not say.
    pub fn durations(&self) -> Vec<Millis> {
        self.functions.iter().map(|function| function.duration.unwrap_or(self.default)).collect()
    }

    /// The same for cells of counts, whose durations end at 49 days.
    pub fn short_durations(&self, problems: &mut Diagnostics) -> Vec<u32> {
        let mut short = |(function, duration): (&TrafficFunction, Millis)| {
            u32::try_from(duration.0).unwrap_or_else(|_| {
                let message =
                    format!("the duration of `{}`, {duration}, is longer than 49 days", function.name);
                problems.push(Diagnostic::new(Code::BadValue, message, "give it a shorter duration"));
                0
            })
        };
        let durations = self.durations();
        self.functions.iter().zip(durations).map(&mut short).collect()
    }

    /// What is assumed where neither a file nor the function says: `missing` are
    /// the functions of which some invocation has no duration of its own.
    pub fn note(&self, missing: &BTreeSet<u32>) -> Option<String> {
        let unknown: Vec<&str> = missing
            .iter()
            .filter_map(|number| self.functions.get(*number as usize))
            .filter(|function| function.duration.is_none())
            .map(|function| function.name.as_str())
            .collect();
        let default = self.default;
        if unknown.is_empty() {
            return None;
        }
        if unknown.len() == self.functions.len() {
            return Some(format!("the file gives no durations: every invocation is taken to last {default}"));
        }
        let shown = unknown.iter().take(3).copied().collect::<Vec<_>>().join(", ");
        let more = unknown.len().saturating_sub(3);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let verb = if unknown.len() == 1 { "is" } else { "are" };
        Some(format!("no duration is given for {shown}{more}: each {verb} taken to last {default}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_count_in_order_and_durations_have_ranks() {
        let mut functions = Functions::default();
        assert_eq!(["b", "a", "b"].map(|name| functions.number(name)), [0, 1, 0]);
        let mut options = Options::default();
        options.durations.insert("b".into(), Millis(7));
        options.default_duration = Millis(50);
        let mut known = Known::new(functions.names, &options);
        assert_eq!(known.durations(), [Millis(7), Millis(50)]);
        let all = BTreeSet::from([0, 1]);
        assert_eq!(known.note(&all).unwrap(), "no duration is given for a: each is taken to last 50ms");
        known.add(0, Some(Millis(9)), None);
        known.add(1, Some(Millis(11)), Some(Memory::mib(1)));
        assert_eq!(known.durations(), [Millis(9), Millis(11)]);
        assert_eq!(known.note(&all), None);
        known.functions[1].duration = Some(Millis(1 << 32));
        let mut problems = Diagnostics::default();
        assert_eq!(known.short_durations(&mut problems), [9, 0]);
        assert_eq!(problems.count(), 1);
    }
}
