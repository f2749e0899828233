//! Components: functions that share ENI classes.

use crate::demand::pools;
use crate::topology::Topology;

/// Functions that share ENI classes, directly or through others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FunctionComponent {
    pub(super) classes: Vec<usize>,
    pub(super) functions: Vec<usize>,
    /// Functions with the very same classes are one pool; most components are one.
    pub(super) pools: usize,
}

impl FunctionComponent {
    /// Whether one of its classes is in one of these subnets.
    pub(super) fn touches(&self, topology: &Topology, subnets: &[usize]) -> bool {
        self.classes.iter().any(|&class| subnets.contains(&topology.classes[class].subnet))
    }
}

/// The components, by first use, with those of their functions that are among the first `invoked`.
pub(super) fn components(topology: &Topology, invoked: usize) -> Vec<FunctionComponent> {
    let mut found: Vec<FunctionComponent> = Vec::new();
    for (classes, functions) in pools(topology) {
        let mut merged = FunctionComponent { classes, functions, pools: 1 };
        let shares =
            |other: &mut FunctionComponent| other.classes.iter().any(|class| merged.classes.contains(class));
        let joined: Vec<FunctionComponent> = found.extract_if(.., shares).collect();
        for other in joined {
            merged.classes.extend(other.classes);
            merged.functions.extend(other.functions);
            merged.pools += other.pools;
        }
        merged.classes.sort_unstable();
        merged.classes.dedup();
        merged.functions.retain(|&f| f < invoked);
        merged.functions.sort_unstable();
        found.push(merged);
    }
    found
}
