//! The best cut: a partition of the routes with the smallest sum of costs.
//!
//! Up to [`MOST_EXACT`] routes every set of them is priced. The set partitioning program (a variable
//! for each set, an equation for each route) goes to the planner's backend, and its answer is held,
//! in integers, against the recursion over sets, which is exact by itself and shares nothing with it.
//! Beyond, functions are merged and routes moved while that helps; the gap is to a proved bound.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use super::build::Service;
use super::cost::{CutObjective, CutPrices};
use super::cut::{Cut, set};
use crate::plan::backend::Backend;
use crate::plan::program::{Program, ProgramColumn, ProgramName, ProgramRow, Sense};
use crate::scenario::OWN_GROUPINGS;

/// The most routes that are cut exactly: every set of them is priced.
pub const MOST_EXACT: usize = 12;
/// The longest a backend may take, seconds.
const SECONDS: f64 = 20.0;

/// The best cut found.
#[derive(Clone, Debug, PartialEq)]
pub struct BestCut {
    /// The cut.
    pub cut: Cut,
    /// Its cost by closed form.
    pub cost: u128,
    /// What no cut is below.
    pub bound: u128,
    /// Functions that were priced.
    pub priced: usize,
    /// How it was found.
    pub how: How,
}

/// How the best cut was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Exactly, by two methods with the same cost.
    #[serde(rename = "exact_verified")]
    Agreed,
    /// Exactly, by one method.
    #[serde(rename = "exact")]
    RecursionAlone,
    /// By local search.
    #[serde(rename = "local_search")]
    Search,
}

impl BestCut {
    /// How far it may be from the best, as a share of its cost; nothing where it is the best.
    pub fn gap(&self) -> f64 {
        if self.cost <= self.bound { 0.0 } else { (self.cost - self.bound) as f64 / self.cost as f64 }
    }
}

/// The best cut by `objective`; `None`: no cut at all can be.
pub fn best(service: &Service<'_>, objective: CutObjective, backend: &dyn Backend) -> Option<BestCut> {
    best_observed(service, objective, backend, &|| ())
}

/// How many functions are priced to find the best cut of so many routes; `None`: that shows in the search.
pub const fn functions_of(routes: usize) -> Option<u64> {
    if routes <= MOST_EXACT { Some((1 << routes) - 1) } else { None }
}

/// The same; `step` is called after each function that is priced, from any thread.
pub fn best_observed(
    service: &Service<'_>,
    objective: CutObjective,
    backend: &dyn Backend,
    step: &(dyn Fn() + Sync),
) -> Option<BestCut> {
    let prices = CutPrices::new(service, objective);
    let routes = prices.routes();
    if routes == 0 || routes > super::MOST_ROUTES {
        return None;
    }
    let name = OWN_GROUPINGS[2];
    if routes <= MOST_EXACT {
        let costs = all_costs(&prices, step);
        let (cost, sets) = recursion(&costs, routes)?;
        let agreed =
            program(&costs, routes, backend).is_some_and(|found| priced(&found, &costs) == Some(cost));
        let how = if agreed { How::Agreed } else { How::RecursionAlone };
        let cut = Cut::of_sets(name, &sets, service.scenario);
        return Some(BestCut { cut, cost, bound: cost, priced: costs.len() - 1, how });
    }
    let mut search = CutSearch { prices: &prices, known: BTreeMap::new(), step };
    let (cost, sets) = search.best()?;
    let cut = Cut::of_sets(name, &sets, service.scenario);
    let bound = prices.bound().min(cost);
    Some(BestCut { cut, cost, bound, priced: search.known.len(), how: How::Search })
}

/// What `cut` costs by closed form; `None`: it cannot be.
pub fn price(service: &Service<'_>, objective: CutObjective, cut: &Cut) -> Option<u128> {
    let prices = CutPrices::new(service, objective);
    cut.functions.iter().map(|(_, routes)| prices.price_of(set(routes))).sum()
}

/// What no cut is below, by closed form.
pub fn bound(service: &Service<'_>, objective: CutObjective) -> u128 {
    CutPrices::new(service, objective).bound()
}

/// The cost of every set of routes; the empty one cannot be a function.
fn all_costs(prices: &CutPrices<'_>, step: &(dyn Fn() + Sync)) -> Vec<Option<u128>> {
    let all = 1_usize << prices.routes();
    let price = |set: usize| {
        let cost = prices.price_of(set as u128);
        step();
        cost
    };
    (0..all).into_par_iter().map(|set| if set == 0 { None } else { price(set) }).collect()
}

/// For each set the cheapest way to make functions of it, few rather than many: the function with its
/// first route, and the cheapest way for the rest.
fn recursion(costs: &[Option<u128>], routes: usize) -> Option<(u128, Vec<u128>)> {
    let all = (1_usize << routes) - 1;
    let mut best: Vec<Option<(u128, u32, usize)>> = vec![None; all + 1];
    best[0] = Some((0, 0, 0));
    for set in 1..=all {
        let first = set & set.wrapping_neg();
        let others = set ^ first;
        let mut part = others;
        loop {
            let function = part | first;
            if let (Some(cost), Some((rest, count, _))) = (costs[function], best[set ^ function]) {
                let found = (rest + cost, count + 1, function);
                if best[set].is_none_or(|before| found < before) {
                    best[set] = Some(found);
                }
            }
            if part == 0 {
                break;
            }
            part = (part - 1) & others;
        }
    }
    let (cost, ..) = best[all]?;
    let (mut sets, mut left) = (Vec::new(), all);
    while left > 0 {
        let (.., function) = best[left]?;
        sets.push(function as u128);
        left ^= function;
    }
    Some((cost, sets))
}

/// The same by the backend: `function[S] = 1` where the set S is a function, and for each route r
/// `covered[r]`: the function[S] of all S with r add up to 1.
fn program(costs: &[Option<u128>], routes: usize, backend: &dyn Backend) -> Option<Vec<usize>> {
    let largest = costs.iter().flatten().max().copied().unwrap_or(1).max(1);
    let mut program = Program::default();
    let mut columns = Vec::new();
    for (set, cost) in costs.iter().enumerate() {
        let Some(cost) = cost else { continue };
        let name = ProgramName { kind: "function", from_ms: i64::try_from(set).ok()?, to_ms: None };
        let cost = *cost as f64 / largest as f64;
        let column = ProgramColumn { name, lower: 0.0, upper: Some(1.0), integer: true, cost };
        columns.push((set, program.add(column)));
    }
    for route in 0..routes {
        let with = columns.iter().filter(|(set, _)| set >> route & 1 == 1);
        let name = ProgramName { kind: "covered", from_ms: i64::try_from(route).ok()?, to_ms: None };
        let terms = with.map(|(_, variable)| (*variable, 1.0)).collect();
        program.require(ProgramRow { name, terms, sense: Sense::Equal, right: 1.0 });
    }
    let solution = backend.solve(&program, Some(SECONDS)).ok()?;
    let mut chosen = Vec::new();
    for (set, variable) in columns {
        match solution.count(variable)? {
            0 => {}
            1 => chosen.push(set),
            _ => return None,
        }
    }
    Some(chosen)
}

/// What a backend's sets cost in integers; `None` where they are no partition.
fn priced(sets: &[usize], costs: &[Option<u128>]) -> Option<u128> {
    let (mut covered, mut sum) = (0, 0);
    for &set in sets {
        if covered & set != 0 {
            return None;
        }
        covered |= set;
        sum += (*costs.get(set)?)?;
    }
    (covered == costs.len() - 1).then_some(sum)
}

/// Merges functions and moves routes while that helps.
struct CutSearch<'a> {
    prices: &'a CutPrices<'a>,
    known: BTreeMap<u128, Option<u128>>,
    step: &'a (dyn Fn() + Sync),
}

impl CutSearch<'_> {
    fn best(&mut self) -> Option<(u128, Vec<u128>)> {
        let routes = self.prices.routes();
        let singles: Vec<u128> = (0..routes).map(|route| 1 << route).collect();
        let everything: Vec<usize> = (0..routes).collect();
        let starts = [singles, vec![set(&everything)]];
        let found: Vec<(u128, Vec<u128>)> =
            starts.into_iter().filter_map(|sets| self.improve(sets)).collect();
        found.into_iter().min_by(|a, b| (a.0, a.1.len()).cmp(&(b.0, b.1.len())))
    }

    fn price(&mut self, set: u128) -> Option<u128> {
        *self.known.entry(set).or_insert_with(|| self.prices.price_of(set))
    }

    /// From `sets`, the step that helps most, again and again. Each lowers the cost, so it ends.
    fn improve(&mut self, mut sets: Vec<u128>) -> Option<(u128, Vec<u128>)> {
        loop {
            self.price_at_once(&sets);
            let mut best: Option<(u128, [u128; 2], [u128; 2])> = None;
            for (old, new) in steps(&sets) {
                let (Some(before), Some(after)) = (self.sum(&old), self.sum(&new)) else { continue };
                let gain = before.saturating_sub(after);
                if gain > 0 && best.is_none_or(|(most, ..)| gain > most) {
                    best = Some((gain, old, new));
                }
            }
            let Some((_, old, new)) = best else { break };
            sets.retain(|set| !old.contains(set));
            sets.extend(new.into_iter().filter(|set| *set != 0));
            sets.sort_unstable();
        }
        let cost: Option<u128> = sets.iter().map(|&set| self.price(set)).sum();
        Some((cost?, sets))
    }

    /// Prices what the steps from `sets` need on every thread.
    fn price_at_once(&mut self, sets: &[u128]) {
        let mut unknown: Vec<u128> = steps(sets).into_iter().flat_map(|(_, new)| new).collect();
        unknown.extend(sets);
        unknown.sort_unstable();
        unknown.dedup();
        unknown.retain(|set| *set != 0 && !self.known.contains_key(set));
        let prices = self.prices;
        let step = self.step;
        let price = |set: u128| {
            let cost = prices.price_of(set);
            step();
            (set, cost)
        };
        let found: Vec<_> = unknown.into_par_iter().map(price).collect();
        self.known.extend(found);
    }

    fn sum(&mut self, sets: &[u128; 2]) -> Option<u128> {
        sets.iter().filter(|set| **set != 0).map(|&set| self.price(set)).sum()
    }
}

/// Every merge of two functions, and every move of a route to another function or one of its own:
/// the functions before and after.
fn steps(sets: &[u128]) -> Vec<([u128; 2], [u128; 2])> {
    let mut all = Vec::new();
    for (index, &one) in sets.iter().enumerate() {
        all.extend(sets[index + 1..].iter().map(|&other| ([one, other], [one | other, 0])));
        if one.count_ones() < 2 {
            continue;
        }
        for route in super::cut::members(one).into_iter().map(|route| 1_u128 << route) {
            all.push(([one, 0], [one ^ route, route]));
            let others = sets.iter().filter(|other| **other != one);
            all.extend(others.map(|&other| ([one, other], [one ^ route, other | route])));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::backend;
    use crate::random::{Purpose, Stream};

    /// The cheapest of all partitions, each listed once: a route joins one of the functions so far, or begins one.
    fn brute(costs: &[Option<u128>], routes: usize, route: usize, sets: &mut Vec<usize>) -> Option<u128> {
        if route == routes {
            return sets.iter().map(|&set| costs[set]).sum();
        }
        let mut best: Option<u128> = None;
        for index in 0..sets.len() {
            sets[index] |= 1 << route;
            best = [best, brute(costs, routes, route + 1, sets)].into_iter().flatten().min();
            sets[index] ^= 1 << route;
        }
        sets.push(1 << route);
        best = [best, brute(costs, routes, route + 1, sets)].into_iter().flatten().min();
        sets.pop();
        best
    }

    #[test]
    fn recursion_and_backend_agree_with_every_partition() {
        for seed in 0..120 {
            let draws = Stream::new(seed, Purpose::Search);
            let routes = 1 + usize::try_from(draws.below(0, 7)).unwrap();
            let costs: Vec<Option<u128>> = (0..1_u64 << routes)
                .map(|set| {
                    let torn = set == 0 || draws.below(2 * set + 9, 9) == 0;
                    (!torn)
                        .then(|| u128::from(draws.below(2 * set + 10, 5 + 20 * u64::from(set.count_ones()))))
                })
                .collect();
            let expected = brute(&costs, routes, 0, &mut Vec::new());
            let found = recursion(&costs, routes);
            assert_eq!(found.as_ref().map(|best| best.0), expected, "seed {seed}");
            let solved = program(&costs, routes, backend::ALL[0]);
            assert_eq!(solved.and_then(|sets| priced(&sets, &costs)), expected, "seed {seed}");
        }
    }

    #[test]
    fn what_is_no_partition_has_no_price() {
        let costs = vec![None, Some(1), Some(2), Some(2)];
        assert_eq!(priced(&[1, 2], &costs), Some(3));
        assert_eq!(priced(&[1], &costs), None);
        assert_eq!(priced(&[1, 3], &costs), None);
        assert_eq!(priced(&[3], &costs), Some(2));
    }
}
