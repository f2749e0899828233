//! Classes, ENIs and merges against a count that is nothing but sets.

use std::collections::{BTreeMap, BTreeSet};

use eniplan::inventory::Audit;
use proptest::prelude::*;
use serde_json::json;

use super::{estate, model};

/// One function: its subnets and its groups.
type Place = (BTreeSet<u8>, BTreeSet<u8>);

/// Distinct (subnet, set of groups) where each set has been renamed by `merged`.
fn enis(places: &[Place], merged: &BTreeMap<BTreeSet<u8>, BTreeSet<u8>>) -> usize {
    let all: BTreeSet<(u8, &BTreeSet<u8>)> = places
        .iter()
        .flat_map(|(subnets, groups)| {
            let groups = merged.get(groups).unwrap_or(groups);
            subnets.iter().map(move |subnet| (*subnet, groups))
        })
        .collect();
    all.len()
}

/// What renaming every set of `block` to their union does: ENIs left.
fn together(places: &[Place], blocks: &[Vec<BTreeSet<u8>>]) -> Option<usize> {
    let mut merged = BTreeMap::new();
    for block in blocks {
        let union: BTreeSet<u8> = block.iter().flatten().copied().collect();
        if block.len() > 1 && union.len() > 5 {
            return None;
        }
        merged.extend(block.iter().map(|set| (set.clone(), union.clone())));
    }
    Some(enis(places, &merged))
}

/// Every way to part `sets` into blocks.
fn partitions(sets: &[BTreeSet<u8>]) -> Vec<Vec<Vec<BTreeSet<u8>>>> {
    let Some((first, rest)) = sets.split_first() else { return vec![Vec::new()] };
    let mut all = Vec::new();
    for partition in partitions(rest) {
        for at in 0..partition.len() {
            let mut more = partition.clone();
            more[at].push(first.clone());
            all.push(more);
        }
        let mut alone = partition;
        alone.push(vec![first.clone()]);
        all.push(alone);
    }
    all
}

fn name(kind: &str, ids: &BTreeSet<u8>) -> Vec<String> {
    ids.iter().map(|id| format!("{kind}-{id}")).collect()
}

fn audit(places: &[Place]) -> Audit {
    let functions: Vec<_> = places
        .iter()
        .enumerate()
        .map(|(n, (subnets, groups))| {
            json!({"FunctionName": format!("f{n}"), "VpcConfig": {
                "SubnetIds": name("subnet", subnets), "SecurityGroupIds": name("sg", groups)}})
        })
        .collect();
    let text = json!({ "Functions": functions }).to_string();
    Audit::compare(&estate(&[("f.json", &text)]), &model("lambda-hyperplane"))
}

proptest! {
    #[test]
    fn merges_save_what_a_count_of_sets_says(
        places in prop::collection::vec(
            (prop::collection::btree_set(0..4_u8, 1..4), prop::collection::btree_set(0..8_u8, 1..4)),
            1..7,
        )
    ) {
        let found = audit(&places);
        let apart = enis(&places, &BTreeMap::new());
        prop_assert_eq!(found.classes.len(), apart);
        prop_assert_eq!(found.expected(), apart as u64);

        let sets: Vec<BTreeSet<u8>> =
            places.iter().map(|(_, groups)| groups.clone()).collect::<BTreeSet<_>>().into_iter().collect();
        let mut wanted = BTreeMap::new();
        for (at, one) in sets.iter().enumerate() {
            for two in &sets[at + 1..] {
                let union: BTreeSet<u8> = one.union(two).copied().collect();
                let (merged, shared) = (BTreeMap::from([(one.clone(), union.clone()), (two.clone(), union.clone())]), |set: &BTreeSet<u8>| {
                    places.iter().filter(|place| place.1 == *set).flat_map(|place| place.0.clone()).collect::<BTreeSet<_>>()
                });
                let saves = apart - enis(&places, &merged);
                // The two alone share a subnet, and Lambda takes five groups.
                if saves > 0 && union.len() <= 5 && !shared(one).is_disjoint(&shared(two)) {
                    let mut block: Vec<Vec<String>> =
                        sets.iter().filter(|set| [one, two].contains(set) || **set == union).map(|set| name("sg", set)).collect();
                    block.sort();
                    let mut changes: Vec<(String, Vec<String>)> = places.iter().enumerate()
                        .filter(|(_, place)| (place.1 == *one || place.1 == *two) && place.1 != union)
                        .map(|(n, place)| (format!("f{n}"), name("sg", &union.difference(&place.1).copied().collect())))
                        .collect();
                    changes.sort();
                    let entry = wanted.entry(block).or_insert((saves as u64, changes.clone()));
                    if changes.len() > entry.1.len() {
                        *entry = (saves as u64, changes);
                    }
                }
            }
        }
        for merge in &found.merges.pairs {
            let changes: Vec<(String, Vec<String>)> =
                merge.changes.iter().map(|change| (change.function.clone(), change.gains.clone())).collect();
            let Some((saves, wanted)) = wanted.get(&merge.sets) else {
                prop_assert!(false, "unwanted {:?}", merge.sets);
                continue;
            };
            prop_assert_eq!(merge.saves, *saves, "{:?}", &merge.sets);
            prop_assert!(changes.len() >= wanted.len(), "{:?} {:?}", &merge.sets, changes);
        }
        prop_assert_eq!(found.merges.pairs.len(), wanted.len());
        for pair in found.merges.pairs.windows(2) {
            let value = |at: usize, other: usize| pair[at].saves * pair[other].changes.len() as u64;
            prop_assert!(value(0, 1) >= value(1, 0));
        }

        let least = partitions(&sets).iter().filter_map(|blocks| together(&places, blocks)).min().unwrap();
        let saved: u64 = found.merges.together.iter().map(|merge| merge.saves).sum();
        prop_assert!(found.merges.exact);
        prop_assert_eq!(saved, (apart - least) as u64);
    }
}
