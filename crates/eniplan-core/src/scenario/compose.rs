//! Functions made of several routes: all that each of them needs.

use std::collections::BTreeSet;

use super::{Function, MOST_GROUPS, MOST_SUBNETS, Scenario};

/// Why routes cannot be one function.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Torn {
    /// They need subnets of different VPCs.
    Vpcs(String, String),
    /// They need more subnets than one function can have.
    Subnets(usize),
    /// They need more security groups than one function can have.
    Groups(usize),
}

impl std::fmt::Display for Torn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Vpcs(one, other) => write!(f, "one function would be in both vpc {one} and vpc {other}"),
            Self::Subnets(n) => write!(f, "one function would have {n} subnets (limit {MOST_SUBNETS})"),
            Self::Groups(n) => {
                write!(f, "one function would have {n} security groups (limit {MOST_GROUPS})")
            }
        }
    }
}

impl Scenario {
    /// The function `name` made of the routes of these indices: the union of their subnets (in the
    /// order of the first), security groups and destinations, the largest memory and number of
    /// connections, and the shortest keep-alive. A route outside any VPC asks for no ENI.
    pub fn function_of(&self, name: &str, routes: &[usize]) -> Result<Function, Torn> {
        let members: Vec<&Function> = routes.iter().filter_map(|&route| self.functions.get(route)).collect();
        let mut subnets: Vec<usize> = Vec::new();
        let mut groups: BTreeSet<&String> = BTreeSet::new();
        let mut reaches: Vec<String> = Vec::new();
        for member in &members {
            subnets.extend(
                member.subnets.iter().filter(|subnet| !subnets.contains(subnet)).copied().collect::<Vec<_>>(),
            );
            if !member.subnets.is_empty() {
                groups.extend(&member.security_groups);
            }
            reaches.extend(
                member
                    .reaches
                    .iter()
                    .filter(|destination| !reaches.contains(destination))
                    .cloned()
                    .collect::<Vec<_>>(),
            );
        }
        let vpc = |subnet: &usize| self.subnets.get(*subnet).map(|subnet| &subnet.vpc);
        let mut vpcs = subnets.iter().filter_map(vpc);
        if let Some(first) = vpcs.next()
            && let Some(other) = vpcs.find(|vpc| *vpc != first)
        {
            return Err(Torn::Vpcs(first.clone(), other.clone()));
        }
        if subnets.len() > MOST_SUBNETS {
            return Err(Torn::Subnets(subnets.len()));
        }
        if groups.len() > MOST_GROUPS {
            return Err(Torn::Groups(groups.len()));
        }
        Ok(Function {
            name: name.to_owned(),
            memory: members.iter().map(|member| member.memory).max().unwrap_or_default(),
            connections: members.iter().map(|member| member.connections).max().unwrap_or(1),
            subnets,
            security_groups: groups.into_iter().cloned().collect(),
            keep_alive: members.iter().map(|member| member.keep_alive).min().unwrap_or_default(),
            reaches,
        })
    }
}
