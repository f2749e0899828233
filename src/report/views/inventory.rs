//! The JSON view of `inventory`.

use serde::Serialize;

/// A file that was read.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Source"))]
pub(in crate::report) struct SourceView<'a> {
    /// The file, as the user named it.
    pub file: &'a str,
    /// What kind of file it is.
    pub kind: &'a str,
}

/// Number of functions.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Functions"))]
pub(in crate::report) struct FunctionCountsView {
    /// All of them.
    pub total: usize,
    /// Those outside any VPC.
    pub outside_vpc: usize,
}

/// Number of ENIs.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Enis"))]
pub(in crate::report) struct EniCountsView {
    /// Existing ENIs; null if no list of ENIs was given.
    pub existing: Option<u64>,
    /// ENIs that the model expects.
    pub expected: u64,
    /// Whether `expected` is a lower bound.
    pub expected_is_lower_bound: bool,
    /// Unused ENIs; null if that is unknown.
    pub orphaned: Option<usize>,
    /// ENIs in Regions whose functions were not given.
    pub other_regions: u64,
}

/// An ENI class and who shares it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Class"))]
pub(in crate::report) struct ClassView<'a> {
    /// Its subnet.
    pub subnet: &'a str,
    /// Its security groups.
    pub security_groups: &'a [String],
    /// The functions that use it.
    pub functions: &'a [String],
    /// Existing ENIs; null if no list of ENIs was given.
    pub existing: Option<u64>,
    /// ENIs that the model expects.
    pub expected: u64,
    /// Whether `expected` is a lower bound.
    pub expected_is_lower_bound: bool,
    /// Whether all functions that use it come from a plan or a template.
    pub planned: bool,
}

/// An unused ENI.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Orphan"))]
pub(in crate::report) struct OrphanView<'a> {
    /// The ENI.
    pub eni: &'a str,
    /// Its subnet.
    pub subnet: &'a str,
    /// Its security groups.
    pub security_groups: &'a [String],
    /// The function it was created for, if known.
    pub made_for: Option<&'a str>,
    /// Why it counts as unused.
    pub reason: &'a str,
    /// The file that lists it.
    pub file: &'a str,
    /// The line in that file.
    pub line: u64,
}

/// The addresses of a subnet.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Subnet"))]
pub(in crate::report) struct SubnetView<'a> {
    /// The subnet.
    pub name: &'a str,
    /// Its zone.
    pub zone: Option<&'a str>,
    /// Usable addresses.
    pub usable: Option<u32>,
    /// Free addresses.
    pub free: Option<u64>,
    /// Expected ENIs that do not exist yet.
    pub pending_enis: u64,
    /// `short`, `near`, `enough` or `unknown`.
    pub status: &'a str,
}

/// A limit of the account.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Limit"))]
pub(in crate::report) struct LimitView<'a> {
    /// The limited quantity.
    pub name: &'a str,
    /// The limit.
    pub limit: u64,
    /// What is needed.
    pub needed: u64,
    /// The source of the limit.
    pub source: &'a str,
}

/// A function whose access a merge changes.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "AccessChange"))]
pub(in crate::report) struct AccessChangeView<'a> {
    /// The function.
    pub function: &'a str,
    /// The security groups it gains.
    pub groups_gained: &'a [String],
    /// The access it gains; null if the groups' rules were not given.
    pub access_gained: Option<&'a [String]>,
}

/// Sets of security groups that could be merged.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Merge"))]
pub(in crate::report) struct MergeView<'a> {
    /// The sets.
    pub sets: &'a [Vec<String>],
    /// The merged set.
    pub union: &'a [String],
    /// ENIs saved, by the model.
    pub enis_saved: u64,
    /// The functions whose access changes.
    pub changes: Vec<AccessChangeView<'a>>,
}

/// Merges that save ENIs.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Merges"))]
pub(in crate::report) struct MergesView<'a> {
    /// The merges that save the most ENIs when combined.
    pub combined: Vec<MergeView<'a>>,
    /// Merges of two sets.
    pub pairs: Vec<MergeView<'a>>,
    /// Whether every combination was tried.
    pub exact: bool,
    /// The maximum number of security groups of an ENI.
    pub max_groups: usize,
    /// Sets that were not considered.
    pub sets_skipped: usize,
}

/// Existing ENIs, expected ENIs and problems.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct InventoryView<'a> {
    /// The model's name.
    pub model: &'a str,
    /// How the model assigns ENIs to classes.
    pub rule: String,
    /// The files that were read.
    pub sources: Vec<SourceView<'a>>,
    /// Functions.
    pub functions: FunctionCountsView,
    /// ENIs.
    pub enis: EniCountsView,
    /// The ENI classes.
    pub classes: Vec<ClassView<'a>>,
    /// Unused ENIs.
    pub orphans: Vec<OrphanView<'a>>,
    /// The subnets.
    pub subnets: Vec<SubnetView<'a>>,
    /// The limits.
    pub limits: Vec<LimitView<'a>>,
    /// What merging security groups would save.
    pub merges: MergesView<'a>,
}
