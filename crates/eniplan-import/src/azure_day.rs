//! Azure day: the functions of a day of the Azure trace of which the rows are read elsewhere, in blocks.

use std::collections::BTreeSet;

use super::azure_2019::{functions_of, parts};
use super::azure_companions::{Found, Told};
use super::{Companions, Options};
use eniplan_core::diagnostic::Diagnostics;
use eniplan_core::quantity::Millis;
use eniplan_core::trace::TrafficFunction;
use eniplan_core::trace::names::{Names, hash};

/// What is known of the functions of a day besides its rows. A key is the row's first four cells with their commas.
#[derive(Debug)]
pub struct AzureDay<'o> {
    options: &'o Options,
    durations: Option<Found<Millis>>,
    memory: Option<Found<u64>>,
    /// The keys of the functions of which the options know a duration, and the durations.
    own: (Names, Vec<Millis>),
    notes: Vec<String>,
}

impl<'o> AzureDay<'o> {
    /// With what the companions say; nothing where something is wrong with them, which the importer tells.
    pub fn open(companions: &Companions<'_>, options: &'o Options) -> Option<Self> {
        let (mut problems, mut notes) = (Diagnostics::default(), Vec::new());
        let mut told = Told { options, problems: &mut problems, notes: &mut notes };
        let durations = companions.durations.as_ref().map(|source| told.durations(source));
        let memory = companions.memory.as_ref().map(|source| told.memory(source));
        let (durations, memory) = (durations.flatten(), memory.flatten());
        problems.is_empty().then(|| Self { options, durations, memory, own: <_>::default(), notes })
    }

    /// Learns, of all the keys, which belong to functions of which the options know a duration by name.
    pub fn learn(&mut self, keys: &[&str]) {
        let (mut problems, mut notes) = (Diagnostics::default(), Vec::new());
        let mut told = Told { options: self.options, problems: &mut problems, notes: &mut notes };
        let cells: Vec<[&str; 4]> = keys.iter().map(|key| parts(key, ',')).collect();
        let known = functions_of(&cells, (None, None), &mut told);
        for (key, function) in keys.iter().zip(known.functions) {
            let Some(duration) = function.duration else { continue };
            if self.own.0.number(key.as_bytes(), hash(key.as_bytes())).1 {
                self.own.1.push(duration);
            }
        }
    }

    /// How long the invocations of the function with this key last.
    pub fn lasts(&self, key: &str) -> Millis {
        let [owner, app, function, _] = parts(key, ',');
        let told = self.durations.as_ref().and_then(|found| found.get(&[owner, app, function]));
        let own = || self.own.1.get(self.own.0.find(key.as_bytes())? as usize).copied();
        told.or_else(own).unwrap_or(self.options.default_duration)
    }

    /// The functions of the keys, and what is worth knowing of them; `invoked` are the indices of those with any
    /// invocation. Nothing where something is wrong with them, which the importer tells.
    pub fn functions(
        mut self,
        keys: &[&str],
        invoked: &BTreeSet<u32>,
    ) -> Option<(Vec<TrafficFunction>, Vec<String>)> {
        let mut distinct = Names::default();
        if !keys.iter().all(|key| distinct.number(key.as_bytes(), hash(key.as_bytes())).1) {
            return None;
        }
        let mut problems = Diagnostics::default();
        let mut told = Told { options: self.options, problems: &mut problems, notes: &mut self.notes };
        let cells: Vec<[&str; 4]> = keys.iter().map(|key| parts(key, ',')).collect();
        let known = functions_of(&cells, (self.durations.as_ref(), self.memory.as_ref()), &mut told);
        known.short_durations(&mut problems);
        self.notes.extend(known.note(invoked));
        problems.is_empty().then_some((known.functions, self.notes))
    }
}
