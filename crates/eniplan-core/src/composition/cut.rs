//! Cut: which routes are one function.

use crate::scenario::{Grouping, OWN_GROUPINGS, Scenario};

/// A way to cut the service into functions: each route is in one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Its name.
    pub name: String,
    /// Its functions: a name, and the indices of its routes.
    pub functions: Vec<(String, Vec<usize>)>,
}

impl Cut {
    /// Everything in one function.
    pub fn monolith(routes: usize) -> Self {
        Self { name: OWN_GROUPINGS[0].into(), functions: vec![("monolith".into(), (0..routes).collect())] }
    }

    /// A function for each route.
    pub fn singles(scenario: &Scenario) -> Self {
        let functions = scenario.functions.iter().enumerate();
        Self {
            name: OWN_GROUPINGS[1].into(),
            functions: functions.map(|(index, route)| (route.name.clone(), vec![index])).collect(),
        }
    }

    /// What the user has listed; names of no route are left out.
    fn listed(grouping: &Grouping, scenario: &Scenario) -> Self {
        let index = |name: &String| scenario.functions.iter().position(|route| route.name == *name);
        let functions = grouping.functions.iter();
        Self {
            name: grouping.name.clone(),
            functions: functions
                .map(|(name, routes)| (name.clone(), routes.iter().filter_map(index).collect()))
                .collect(),
        }
    }

    /// The functions of these sets of routes, named after their first route.
    pub(super) fn of_sets(name: &str, sets: &[u128], scenario: &Scenario) -> Self {
        let mut functions: Vec<(String, Vec<usize>)> = sets
            .iter()
            .map(|&set| {
                let members = members(set);
                let first = members.first().and_then(|&route| scenario.functions.get(route));
                let first = first.map_or_else(String::new, |route| route.name.clone());
                let more = if members.len() > 1 { format!("+{}", members.len() - 1) } else { String::new() };
                (format!("{first}{more}"), members)
            })
            .collect();
        functions.sort_by(|a, b| a.1.cmp(&b.1));
        Self { name: name.to_owned(), functions }
    }

    /// Whether both put the same routes together, whatever the names.
    pub fn same(&self, other: &Self) -> bool {
        let sorted = |cut: &Self| {
            let mut sets: Vec<u128> = cut.functions.iter().map(|(_, routes)| set(routes)).collect();
            sets.sort_unstable();
            sets
        };
        sorted(self) == sorted(other)
    }
}

/// The monolith, one function per route, and the user's own.
pub fn cuts(scenario: &Scenario) -> Vec<Cut> {
    let mut all = vec![Cut::monolith(scenario.functions.len()), Cut::singles(scenario)];
    all.extend(scenario.groupings.iter().map(|grouping| Cut::listed(grouping, scenario)));
    all
}

/// A set of routes as a number.
pub(super) fn set(routes: &[usize]) -> u128 {
    routes.iter().filter(|route| **route < super::MOST_ROUTES).fold(0, |set, &route| set | 1 << route)
}

/// The routes of a set, in order.
pub(super) fn members(set: u128) -> Vec<usize> {
    (0..super::MOST_ROUTES).filter(|&route| set >> route & 1 == 1).collect()
}
