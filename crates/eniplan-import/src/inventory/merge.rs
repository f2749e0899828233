//! Merge: sets of security groups that could be one, how many ENIs that saves, and who gains access.
//!
//! Functions with the sets A and B, given A and B together, share one class in every subnet
//! that both use. What it saves is counted by the model's rule over all subnets. It also
//! gives each function the access of the other's groups, which nobody should do for the
//! saving alone; so every gain is listed.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::access;
use super::estate::Estate;
use super::found::Quota;
use super::rule::{ClassLoad, EniRule};
use eniplan_core::scenario::MOST_GROUPS;

/// Up to so many sets that share subnets, every way to merge them is tried: Bell(9) = 21,147.
const MOST_EXACT: usize = 9;
/// So many sets are looked at, those with the most subnets first.
const MOST_SETS: usize = 400;

/// What a function would gain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FunctionChange {
    /// The function.
    pub function: String,
    /// The security groups it does not have now.
    pub gains: Vec<String>,
    /// What it may do then and not now, by the groups' rules; none where these were not given.
    pub access: Option<Vec<String>>,
}

/// Sets that could be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    /// The sets that become one, sorted.
    pub sets: Vec<Vec<String>>,
    /// All their groups.
    pub union: Vec<String>,
    /// ENIs that the model expects no more.
    pub saves: u64,
    /// Every function whose access changes.
    pub changes: Vec<FunctionChange>,
}

/// Every way to save ENIs by merging sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merges {
    /// Two sets each (and a third that equals their union), the most ENIs saved for each
    /// function whose access changes first.
    pub pairs: Vec<Merge>,
    /// The merges that together save the most ENIs, with the fewest functions changed.
    pub together: Vec<Merge>,
    /// Whether no other way of merging saves more than `together`: every one was tried.
    pub exact: bool,
    /// Security groups that one ENI may have.
    pub most_groups: usize,
    /// Sets that were not looked at, for there are too many.
    pub left_out: usize,
}

/// One set and its functions, or several merged.
#[derive(Clone, Debug)]
struct Block<'e> {
    sets: Vec<&'e [String]>,
    union: BTreeSet<&'e str>,
    loads: BTreeMap<usize, ClassLoad>,
    /// ENIs of the sets apart.
    apart: u64,
    /// Functions and their set.
    functions: Vec<(&'e str, &'e [String])>,
}

impl Block<'_> {
    fn union_with(&self, other: &Self) -> Self {
        let mut loads = self.loads.clone();
        for (subnet, load) in &other.loads {
            let sum = loads.entry(*subnet).or_default();
            *sum = sum.plus(*load);
        }
        Self {
            sets: self.sets.iter().chain(&other.sets).copied().collect(),
            union: self.union.union(&other.union).copied().collect(),
            loads,
            apart: self.apart.saturating_add(other.apart),
            functions: self.functions.iter().chain(&other.functions).copied().collect(),
        }
    }

    fn shares_subnet(&self, other: &Self) -> bool {
        self.loads.keys().any(|subnet| other.loads.contains_key(subnet))
    }

    fn enis(&self, rule: &EniRule) -> u64 {
        self.loads.values().fold(0, |sum, load| sum.saturating_add(rule.enis(*load)))
    }

    fn saves(&self, rule: &EniRule) -> u64 {
        self.apart.saturating_sub(self.enis(rule))
    }

    fn changed(&self) -> u64 {
        self.functions.iter().filter(|(_, set)| set.len() < self.union.len()).count() as u64
    }

    fn merge(&self, rule: &EniRule) -> Merge {
        let gains = |set: &[String]| {
            let new = self.union.iter().filter(|group| !set.iter().any(|had| had == **group));
            new.map(|group| (*group).to_owned()).collect::<Vec<_>>()
        };
        let change = |(function, set): &(&str, &[String])| FunctionChange {
            function: (*function).to_owned(),
            gains: gains(set),
            access: None,
        };
        let mut changes: Vec<FunctionChange> =
            self.functions.iter().map(change).filter(|change| !change.gains.is_empty()).collect();
        changes.sort();
        let mut sets: Vec<Vec<String>> = self.sets.iter().map(|set| set.to_vec()).collect();
        sets.sort();
        let union = self.union.iter().map(|group| (*group).to_owned()).collect();
        Merge { sets, union, saves: self.saves(rule), changes }
    }
}

/// Everything that merging could save.
pub(super) fn merges(estate: &Estate, rule: &EniRule) -> Merges {
    let quota = estate.quotas.get(&Quota::GroupsPerEni).and_then(|(limit, _)| usize::try_from(*limit).ok());
    let most_groups = quota.map_or(MOST_GROUPS, |limit| limit.min(MOST_GROUPS));
    let mut blocks = blocks(estate, rule);
    blocks.sort_by_key(|block| (Reverse(block.loads.len()), block.sets.clone()));
    let left_out = blocks.len().saturating_sub(MOST_SETS);
    blocks.truncate(MOST_SETS);
    let mut pairs = pairs(&blocks, rule, most_groups);
    pairs.sort_by(|a, b| better(a, b).then_with(|| a.sets.cmp(&b.sets)));
    let mut together = Vec::new();
    let mut exact = left_out == 0;
    for component in components(&blocks) {
        let chosen = if component.len() <= MOST_EXACT {
            exactly(&component, rule, most_groups)
        } else {
            exact = false;
            greedily(component, rule, most_groups)
        };
        let useful = chosen.into_iter().filter(|block| block.sets.len() > 1 && block.saves(rule) > 0);
        together.extend(useful.map(|block| block.merge(rule)));
    }
    together.sort_by(|a, b| better(a, b).then_with(|| a.sets.cmp(&b.sets)));
    for merge in pairs.iter_mut().chain(&mut together) {
        for change in &mut merge.changes {
            let had = merge.union.iter().filter(|group| !change.gains.contains(group));
            let had: Vec<&str> = had.map(String::as_str).collect();
            change.access = access::gained(&estate.rules, &had, &change.gains);
        }
    }
    Merges { pairs, together, exact, most_groups, left_out }
}

/// The more ENIs for each function whose access changes the better, then the more ENIs.
fn better(a: &Merge, b: &Merge) -> std::cmp::Ordering {
    let each = |saves: u64, others: usize| u128::from(saves) * others.max(1) as u128;
    let (mine, theirs) = (each(a.saves, b.changes.len()), each(b.saves, a.changes.len()));
    theirs.cmp(&mine).then_with(|| b.saves.cmp(&a.saves))
}

fn blocks<'e>(estate: &'e Estate, rule: &EniRule) -> Vec<Block<'e>> {
    let mut by_set: BTreeMap<&[String], Block<'e>> = BTreeMap::new();
    for function in estate.users().filter(|function| !function.subnets.is_empty()) {
        let set = function.security_groups.as_slice();
        let block = by_set.entry(set).or_insert_with(|| Block {
            sets: vec![set],
            union: set.iter().map(String::as_str).collect(),
            loads: BTreeMap::new(),
            apart: 0,
            functions: Vec::new(),
        });
        block.functions.push((&function.name, set));
        for subnet in &function.subnets {
            let sum = block.loads.entry(*subnet).or_default();
            *sum = sum.plus(rule.load(function));
        }
    }
    let with_enis = |mut block: Block<'e>| {
        block.apart = block.enis(rule);
        block
    };
    by_set.into_values().map(with_enis).collect()
}

fn pairs(blocks: &[Block<'_>], rule: &EniRule, most_groups: usize) -> Vec<Merge> {
    let mut found = Vec::new();
    for (at, one) in blocks.iter().enumerate() {
        for other in blocks.iter().skip(at + 1).filter(|other| one.shares_subnet(other)) {
            let both = one.union_with(other);
            if both.union.len() > most_groups {
                continue;
            }
            let whole: Vec<&str> = both.union.iter().copied().collect();
            let third = blocks.iter().find(|block| {
                !both.sets.contains(&block.sets[0])
                    && block.sets[0].iter().map(String::as_str).eq(whole.iter().copied())
            });
            let merged = third.map_or_else(|| both.clone(), |third| both.union_with(third));
            if merged.saves(rule) > 0 {
                found.push(merged.merge(rule));
            }
        }
    }
    found.sort_by(|a, b| a.sets.cmp(&b.sets));
    found.dedup();
    found
}

/// The sets that are linked by shared subnets.
fn components<'e>(blocks: &[Block<'e>]) -> Vec<Vec<Block<'e>>> {
    let mut found: Vec<(BTreeSet<usize>, Vec<Block<'e>>)> = Vec::new();
    for block in blocks {
        let subnets: BTreeSet<usize> = block.loads.keys().copied().collect();
        let (linked, apart): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|component| !component.0.is_disjoint(&subnets));
        found = apart;
        let mut whole = (subnets, vec![block.clone()]);
        for (subnets, blocks) in linked {
            whole.0.extend(subnets);
            whole.1.extend(blocks);
        }
        found.push(whole);
    }
    found.into_iter().map(|(_, blocks)| blocks).collect()
}

/// The partition that saves the most and, of those, changes the fewest functions: all are tried.
fn exactly<'e>(sets: &[Block<'e>], rule: &EniRule, most_groups: usize) -> Vec<Block<'e>> {
    let mut best: Option<((u64, u64), Vec<Block<'e>>)> = None;
    try_all(sets, &mut Vec::new(), &mut |partition: &[Block<'e>]| {
        if partition.iter().any(|block| block.sets.len() > 1 && block.union.len() > most_groups) {
            return;
        }
        let enis = partition.iter().fold(0, |sum: u64, block| sum.saturating_add(block.enis(rule)));
        let changed = partition.iter().fold(0, |sum: u64, block| sum.saturating_add(block.changed()));
        if best.as_ref().is_none_or(|(minimum, _)| (enis, changed) < *minimum) {
            best = Some(((enis, changed), partition.to_vec()));
        }
    });
    best.map(|(_, partition)| partition).unwrap_or_default()
}

/// Gives every partition of `left` and the blocks in `partition` to `look`.
fn try_all<'e>(left: &[Block<'e>], partition: &mut Vec<Block<'e>>, look: &mut impl FnMut(&[Block<'e>])) {
    let Some((first, left)) = left.split_first() else { return look(partition) };
    for at in 0..partition.len() {
        let Some(block) = partition.get_mut(at) else { continue };
        let merged = block.union_with(first);
        let before = std::mem::replace(block, merged);
        try_all(left, partition, look);
        if let Some(block) = partition.get_mut(at) {
            *block = before;
        }
    }
    partition.push(first.clone());
    try_all(left, partition, look);
    partition.pop();
}

/// Merges the pair that saves the most for each function changed, again and again.
fn greedily<'e>(sets: Vec<Block<'e>>, rule: &EniRule, most_groups: usize) -> Vec<Block<'e>> {
    let mut blocks: BTreeMap<usize, Block<'e>> = sets.into_iter().enumerate().collect();
    let mut gains: BTreeMap<(usize, usize), (u64, u64)> = BTreeMap::new();
    let mut fresh: Vec<usize> = blocks.keys().copied().collect();
    loop {
        for &at in &fresh {
            let Some(one) = blocks.get(&at) else { continue };
            for (&other_at, other) in blocks.iter().filter(|(index, _)| **index < at) {
                gains.extend(gain_of_pair(one, other, rule, most_groups).map(|gain| ((other_at, at), gain)));
            }
        }
        let per_change =
            |(saves, _): &(u64, u64), others: u64| u128::from(*saves) * u128::from(others.max(1));
        let best = gains.iter().max_by(|a, b| {
            per_change(a.1, b.1.1).cmp(&per_change(b.1, a.1.1)).then_with(|| (a.1.0, b.0).cmp(&(b.1.0, a.0)))
        });
        let Some((&(one, two), _)) = best else { break };
        gains.retain(|pair, _| ![pair.0, pair.1].iter().any(|index| [one, two].contains(index)));
        let (Some(first), Some(second)) = (blocks.remove(&one), blocks.remove(&two)) else { break };
        let next = blocks.last_key_value().map_or(two, |(last, _)| *last).max(two) + 1;
        blocks.insert(next, first.union_with(&second));
        fresh = vec![next];
    }
    blocks.into_values().collect()
}

/// What merging two blocks saves, and how many functions it changes, where it saves anything and may be.
fn gain_of_pair(
    one: &Block<'_>,
    other: &Block<'_>,
    rule: &EniRule,
    most_groups: usize,
) -> Option<(u64, u64)> {
    if !one.shares_subnet(other) || one.union.union(&other.union).count() > most_groups {
        return None;
    }
    let both = one.union_with(other);
    let saves = both.saves(rule).saturating_sub(one.saves(rule)).saturating_sub(other.saves(rule));
    (saves > 0).then(|| (saves, both.changed()))
}
