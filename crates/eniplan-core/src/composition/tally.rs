//! Tally: what one run of a cut comes to, route by route.

use std::collections::BTreeMap;

use crate::simulation::{ColdStartCounts, Failure, Recorder, ServedInvocation};
use crate::trace::Trace;

/// Which route the invocation of each number is of.
#[derive(Clone, Debug)]
pub(super) struct Numbers {
    /// The number of the first invocation of each entry, and its route.
    entries: Vec<(u64, u32)>,
}

impl Numbers {
    pub(super) fn count_in(trace: &Trace) -> Self {
        let mut next = 0;
        let entries = trace.arrivals().map(|entry| {
            let first = next;
            next += u64::from(entry.count);
            (first, entry.function)
        });
        Self { entries: entries.collect() }
    }

    fn route(&self, number: u64) -> usize {
        let after = self.entries.partition_point(|(first, _)| *first <= number);
        after.checked_sub(1).map_or(0, |index| self.entries[index].1 as usize)
    }
}

/// Listens to one run.
#[derive(Clone, Debug)]
pub(super) struct RouteTally<'a> {
    numbers: &'a Numbers,
    span: u64,
    /// The cold starts of each route.
    pub(super) routes: Vec<ColdStartCounts>,
    /// The cold starts of each route added up, ms.
    pub(super) waited: Vec<u128>,
    /// How long environments of each function were idle within the trace, added up, ms.
    pub(super) idle: Vec<u128>,
    /// Failed invocations of each function.
    pub(super) failed: Vec<u64>,
    /// The most ENIs held of each class.
    pub(super) classes: Vec<u32>,
    /// The function of each environment alive, and since when it is idle or from when on it will be.
    alive: BTreeMap<u64, (usize, u64)>,
}

impl<'a> RouteTally<'a> {
    pub(super) fn new(
        numbers: &'a Numbers,
        span: u64,
        routes: usize,
        functions: usize,
        classes: usize,
    ) -> Self {
        Self {
            numbers,
            span,
            routes: vec![ColdStartCounts::default(); routes],
            waited: vec![0; routes],
            idle: vec![0; functions],
            failed: vec![0; functions],
            classes: vec![0; classes],
            alive: BTreeMap::new(),
        }
    }

    fn idle(&mut self, function: usize, from: u64, to: u64) {
        let length = to.min(self.span).saturating_sub(from.min(self.span));
        if let Some(idle) = self.idle.get_mut(function) {
            *idle += u128::from(length);
        }
    }

    /// The run is over: those still alive are idle to the end of the trace.
    pub(super) fn finish(mut self) -> Self {
        for (function, since) in std::mem::take(&mut self.alive).into_values() {
            self.idle(function, since, self.span);
        }
        self
    }
}

impl Recorder for RouteTally<'_> {
    fn initially_idle(&mut self, function: usize, environment: u64) {
        self.alive.insert(environment, (function, 0));
    }

    fn ready(&mut self, at: u64, function: usize, environment: u64) {
        self.alive.insert(environment, (function, at));
    }

    fn served(&mut self, served: &ServedInvocation<'_>) {
        let route = self.numbers.route(served.number);
        let length = served.start - served.arrival;
        if let (Some(starts), Some(waited)) = (self.routes.get_mut(route), self.waited.get_mut(route)) {
            starts.add(length, served.cold);
            *waited += u128::from(length);
        }
        let end = served.start.saturating_add(served.duration);
        if let Some((function, since)) = self.alive.insert(served.environment, (served.function, end)) {
            self.idle(function, since, served.start);
        }
    }

    fn ended(&mut self, at: u64, environment: u64) {
        if let Some((function, since)) = self.alive.remove(&environment) {
            self.idle(function, since, at);
        }
    }

    fn failed(&mut self, _arrival: u64, function: usize, _failure: Failure) {
        if let Some(failed) = self.failed.get_mut(function) {
            *failed += 1;
        }
    }

    fn enis_changed(&mut self, _at: u64, class: usize, held: u32) {
        if let Some(most) = self.classes.get_mut(class) {
            *most = held.max(*most);
        }
    }
}
