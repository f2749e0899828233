//! ENI class: ENIs that can stand in for each other.

/// ENIs that are interchangeable: one subnet, one set of security groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EniClass {
    /// Index of the subnet.
    pub subnet: usize,
    /// The security groups, sorted, each once.
    pub security_groups: Vec<String>,
}
