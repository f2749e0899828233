//! Functions: the functions of a file in the order they first appear, and how long their invocations last.

use std::collections::BTreeSet;

use super::Options;
use eniplan_core::diagnostic::{Code, Diagnostic, Diagnostics};
use eniplan_core::quantity::{Memory, Millis};
use eniplan_core::trace::TraceFunction;
use eniplan_core::trace::block::part_of;
use eniplan_core::trace::names::{NameTable, hash};

/// The name of the function where a file has no function column.
pub(crate) const UNNAMED: &str = "traffic";

/// The functions seen so far.
#[derive(Clone, Debug)]
pub struct FunctionNames<'o> {
    options: &'o Options,
    numbers: NameTable,
    names: Vec<String>,
    /// The part that each falls into.
    parts: Vec<u8>,
    /// How long a call of each lasts where nothing else says so, ms.
    usual_ms: Vec<u64>,
}

impl<'o> FunctionNames<'o> {
    /// None yet.
    pub fn new(options: &'o Options) -> Self {
        let (names, parts, usual_ms) = (Vec::new(), Vec::new(), Vec::new());
        Self { options, numbers: NameTable::default(), names, parts, usual_ms }
    }

    /// The number of the function `name`; nothing where there are too many.
    pub fn number(&mut self, name: &str) -> Option<u32> {
        self.number_hashed(name, hash(name.as_bytes()))
    }

    /// The same, with the name's hash.
    pub fn number_hashed(&mut self, name: &str, hash: u64) -> Option<u32> {
        let (number, new) = self.numbers.number(name.as_bytes(), hash)?;
        if new {
            self.names.push(name.to_owned());
            self.parts.push(part_of(hash));
            let own = self.options.durations.get(name).copied();
            self.usual_ms.push(own.unwrap_or(self.options.default_duration).0);
        }
        Some(number)
    }

    /// Names, by number.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The name of a function.
    pub fn name(&self, number: u32) -> &str {
        self.names.get(number as usize).map_or("", String::as_str)
    }

    /// The part of each function, by number.
    pub fn parts(&self) -> &[u8] {
        &self.parts
    }

    /// The part of a function.
    pub fn part(&self, number: u32) -> u8 {
        self.parts.get(number as usize).copied().unwrap_or_default()
    }

    /// How long a call of a function lasts where nothing else says so, ms.
    pub fn usual_ms(&self, number: u32) -> u64 {
        self.usual_ms.get(number as usize).copied().unwrap_or(self.options.default_duration.0)
    }
}

/// What is known of the functions' durations and memory besides the rows.
#[derive(Clone, Debug)]
pub struct KnownFunctions {
    /// The functions with what is known of them.
    pub functions: Vec<TraceFunction>,
    default: Millis,
}

impl KnownFunctions {
    /// `names` with the durations the options give them.
    pub fn new(names: Vec<String>, options: &Options) -> Self {
        let function = |name: String| {
            let duration = options.durations.get(&name).copied();
            TraceFunction { name, memory: None, duration }
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

    /// How long invocations of each function last where their row does not say; in cells of counts, whose durations
    /// end at 49 days.
    pub fn short_durations(&self, problems: &mut Diagnostics) -> Vec<u32> {
        let mut short = |function: &TraceFunction| {
            let duration = function.duration.unwrap_or(self.default);
            u32::try_from(duration.0).unwrap_or_else(|_| {
                let message = format!("the duration of `{}`, {duration}, exceeds 49 days", function.name);
                problems.push(Diagnostic::new(Code::BadValue, message, "use a shorter duration"));
                // Nothing is made of what has problems.
                0
            })
        };
        self.functions.iter().map(&mut short).collect()
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
            return Some(format!("no durations given: every invocation is assumed to last {default}"));
        }
        let shown = unknown.iter().take(3).copied().collect::<Vec<_>>().join(", ");
        let more = unknown.len().saturating_sub(3);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        Some(format!("no durations given for {shown}{more}: {default} assumed"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_count_in_order_and_durations_have_ranks() {
        let mut options = Options::default();
        options.durations.insert("b".into(), Millis(7));
        options.default_duration = Millis(50);
        let mut functions = FunctionNames::new(&options);
        assert_eq!(["b", "a", "b"].map(|name| functions.number(name)), [Some(0), Some(1), Some(0)]);
        assert_eq!([0, 1].map(|number| functions.usual_ms(number)), [7, 50]);
        let mut known = KnownFunctions::new(functions.names().to_vec(), &options);
        let mut problems = Diagnostics::default();
        assert_eq!(known.short_durations(&mut problems), [7, 50]);
        let all = BTreeSet::from([0, 1]);
        assert_eq!(known.note(&all).unwrap(), "no durations given for a: 50ms assumed");
        known.add(0, Some(Millis(9)), None);
        known.add(1, Some(Millis(11)), Some(Memory::mib(1)));
        assert_eq!(known.short_durations(&mut problems), [9, 11]);
        assert_eq!(known.note(&all), None);
        known.functions[1].duration = Some(Millis(1 << 32));
        assert_eq!(known.short_durations(&mut problems), [9, 0]);
        assert_eq!(problems.count(), 1);
    }
}
