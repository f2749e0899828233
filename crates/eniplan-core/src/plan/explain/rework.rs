//! Rework: changes that alter what is needed, so that all of it is planned again from the trace on.

use std::collections::BTreeSet;

use super::trial::smallest;
use crate::plan::answer::Remedy;
use crate::plan::planner::outlook;
use crate::plan::requirement::study::Study;
use crate::plan::situation::Situation;
use crate::plan::solve::backend::Backend;
use crate::plan::terms::error::PlanError;
use crate::policy::Policy;
use crate::quantity::Millis;
use crate::topology::{EniClass, Topology};

/// Beyond the longest boot no target this much longer is asked about.
const LONGER: Millis = Millis::minutes(60);
/// So many moves of functions are tried at most.
const MOST_MOVES: usize = 96;

/// Plans a study again with something changed.
pub(crate) struct Rework<'a> {
    pub study: &'a Study<'a>,
    pub target: Millis,
    pub backend: &'a dyn Backend,
}

impl Rework<'_> {
    /// The most ENIs the plan of this study holds; none: it has none.
    fn peak(&self, study: &Study<'_>, target: Millis) -> Result<Option<u64>, PlanError> {
        let found = outlook(&study.clone().minimising(self.study.minimise), target, self.backend)?;
        Ok(found.ok().map(|outlook| outlook.amount.peak_enis))
    }

    /// A looser target.
    pub(crate) fn looser_target(&self) -> Result<Remedy, PlanError> {
        let (what, now) = ("cold-start target", self.target);
        let path = self.study.longest_possible();
        let longest = path.plus(self.study.topology.boot.max).plus(LONGER);
        let fails = now.0.max(path.0.saturating_sub(1));
        let give = |ms: u64| self.peak(self.study, Millis(ms));
        let Some((to, peak)) = smallest(fails, longest.0.max(now.0), give)? else {
            return Ok(Remedy::vain("target", what, &format!("no target up to {longest} helps")));
        };
        Ok(Remedy {
            works: true,
            from: Some(now.0),
            to: Some(to),
            unit: "ms",
            change: format!("relax the {what} to {} (from {now})", Millis(to)),
            peak_enis: Some(peak),
            ..Remedy::vain("target", what, "")
        })
    }

    /// A shorter keep-alive of every function, in whole seconds.
    pub(crate) fn keep_alive(&self) -> Result<Remedy, PlanError> {
        let what = "keep-alive of idle environments";
        let in_vpc = (0..self.study.topology.functions.len())
            .filter(|&f| !self.study.topology.functions[f].classes.is_empty());
        let now = in_vpc.map(|f| self.study.keep_alive(f)).max().unwrap_or_default();
        let seconds = now.0.div_ceil(1_000);
        // Half, a quarter, ... until one works: too short a one makes more starts cold, and need not.
        let mut fails = 0;
        let mut found = None;
        for part in 1..=64 - seconds.leading_zeros() {
            let less = seconds - (seconds >> part);
            if self.peak_with(Millis((seconds - less) * 1_000))?.is_some() {
                let give = |less: u64| self.peak_with(Millis((seconds - less) * 1_000));
                found = smallest(fails, less, give)?;
                break;
            }
            fails = less;
        }
        let Some((less, peak)) = found else {
            return Ok(Remedy::vain("keep_alive", what, "no shorter value that was tried helps"));
        };
        let to = Millis((seconds - less) * 1_000);
        Ok(Remedy {
            works: true,
            from: Some(now.0),
            to: Some(to.0),
            unit: "ms",
            change: format!("shorten the {what} to {to} (from {now})"),
            peak_enis: Some(peak),
            ..Remedy::vain("keep_alive", what, "")
        })
    }

    fn peak_with(&self, longest: Millis) -> Result<Option<u64>, PlanError> {
        let mut topology = self.study.topology.clone();
        for place in &mut topology.functions {
            place.keep_alive = place.keep_alive.min(longest);
        }
        let keep_alive = self.study.policy.keep_alive.map(|own| own.min(longest));
        let policy = Policy { keep_alive, ..self.study.policy.clone() };
        let Situation { cold_path, trace, .. } = **self.study;
        self.peak(&Study::new(&topology, cold_path, &policy, trace), self.target)
    }

    /// One function in other subnets: the one with the fewest environments for which that works.
    pub(crate) fn moving(&self) -> Result<Remedy, PlanError> {
        let (kind, what) = ("move", "moving one function to other subnets of its VPC");
        let limits = &self.study.topology.limits;
        let mut tried = 0;
        for (_, function) in self.by_size() {
            for subnets in self.homes(function) {
                if tried == MOST_MOVES {
                    return Ok(Remedy::vain(kind, what, &format!("none of the {tried} moves tried helps")));
                }
                tried += 1;
                let topology = moved(self.study.topology, function, &subnets);
                let Some(peak) = self.peak(&self.study.elsewhere(&topology), self.target)? else { continue };
                let names: Vec<&str> = subnets.iter().map(|&at| limits.subnets[at].name.as_str()).collect();
                let name = &self.study.topology.functions[function].name;
                return Ok(Remedy {
                    works: true,
                    change: format!("move {name} to {}", names.join(", ")),
                    peak_enis: Some(peak),
                    ..Remedy::vain(kind, what, "")
                });
            }
        }
        let why = if tried == 0 { "no other subnets exist" } else { "no move helps" };
        Ok(Remedy::vain(kind, what, why))
    }

    /// The functions in a VPC, those with the fewest environments first.
    fn by_size(&self) -> BTreeSet<(u32, usize)> {
        let most = self.study.most().iter().map(|most| most.alive.peak().0).enumerate();
        let functions = &self.study.topology.functions;
        let own = most.filter(|&(f, alive)| alive > 0 && !functions[f].classes.is_empty());
        own.map(|(f, alive)| (alive, f)).collect()
    }

    /// Other sets of subnets: each other one alone, and all of the VPC.
    fn homes(&self, function: usize) -> Vec<Vec<usize>> {
        let topology = self.study.topology;
        let subnets = &topology.limits.subnets;
        let classes = &topology.functions[function].classes;
        let mut now: Vec<usize> = classes.iter().map(|&class| topology.classes[class].subnet).collect();
        now.sort_unstable();
        let vpc = now.first().map(|&subnet| subnets[subnet].vpc);
        let all: Vec<usize> = (0..subnets.len()).filter(|&at| Some(subnets[at].vpc) == vpc).collect();
        let others = all.iter().filter(|at| !now.contains(at)).map(|&at| vec![at]);
        let mut homes: Vec<Vec<usize>> = others.collect();
        homes.push(all);
        homes.retain(|home| *home != now);
        homes.dedup();
        homes
    }
}

/// The topology with a function in these subnets, with its security groups.
fn moved(topology: &Topology, function: usize, subnets: &[usize]) -> Topology {
    let mut topology = topology.clone();
    let first = topology.functions[function].classes.first();
    let groups = first.map(|&class| topology.classes[class].security_groups.clone()).unwrap_or_default();
    let mut classes = Vec::new();
    for &subnet in subnets {
        let class = EniClass { subnet, security_groups: groups.clone() };
        let known = topology.classes.iter().position(|known| *known == class);
        classes.push(known.unwrap_or(topology.classes.len()));
        if known.is_none() {
            topology.classes.push(class);
        }
    }
    topology.functions[function].classes = classes;
    topology
}
