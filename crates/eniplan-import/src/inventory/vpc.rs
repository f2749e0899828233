//! VPC of subnets of which no file says it: the one of those that share a function with them.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::unionfind::UnionFind;

use super::estate::{EstateFunction, EstateSubnet};
use eniplan_core::diagnostic::{Code, Diagnostic, Diagnostics, escaped};

/// Fills in the VPCs; a function in two of them is told (E203).
pub(super) fn fill(subnets: &mut [EstateSubnet], users: &[&EstateFunction], problems: &mut Diagnostics) {
    let mut together = UnionFind::<usize>::new(subnets.len());
    for function in users {
        for pair in function.subnets.windows(2) {
            if let [a, b] = pair {
                together.union(*a, *b);
            }
        }
        let vpcs: BTreeSet<&str> =
            function.subnets.iter().filter_map(|&at| subnets.get(at)?.vpc.as_deref()).collect();
        if vpcs.len() > 1 {
            problems.push(torn(function, &vpcs));
        }
    }
    let mut known: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
    for (at, subnet) in subnets.iter().enumerate() {
        known.entry(together.find(at)).or_default().extend(subnet.vpc.clone());
    }
    for (at, subnet) in subnets.iter_mut().enumerate() {
        let mut around = known.get(&together.find(at)).into_iter().flatten();
        if let (None, Some(vpc), None) = (&subnet.vpc, around.next(), around.next()) {
            subnet.vpc = Some(vpc.clone());
        }
    }
}

fn torn(function: &EstateFunction, vpcs: &BTreeSet<&str>) -> Diagnostic {
    let vpcs = vpcs.iter().map(|vpc| escaped(vpc)).collect::<Vec<_>>().join(", ");
    let message = format!("the subnets of the function are in several VPCs: {vpcs}");
    let (origin, help) = (&function.origin, "use files captured at the same time: a function is in one VPC");
    Diagnostic::new(Code::BadValue, message, help)
        .with_value(&function.name)
        .in_file(&origin.file)
        .at_line(origin.place.line)
        .at_column(origin.place.column)
}
