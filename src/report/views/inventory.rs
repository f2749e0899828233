//! The JSON view of `inventory`.

use serde::Serialize;

/// A file that was read.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "SourceForm"))]
pub(in crate::report) struct SourceView<'a> {
    /// As the user named it.
    pub file: &'a str,
    /// What it is.
    pub kind: &'a str,
}

/// How many functions there are.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Functions"))]
pub(in crate::report) struct FunctionCountsView {
    /// All of them.
    pub total: usize,
    /// Those in no VPC.
    pub outside_vpc: usize,
}

/// How many ENIs there are.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Enis"))]
pub(in crate::report) struct EniCountsView {
    /// That are there; null where no list of ENIs was given.
    pub exist: Option<u64>,
    /// That the model expects.
    pub expected: u64,
    /// Whether more may come.
    pub at_least: bool,
    /// That serve nobody; null where that cannot be told.
    pub orphaned: Option<usize>,
    /// In Regions whose functions were not given.
    pub elsewhere: u64,
}

/// An ENI class and who shares it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ClassForm"))]
pub(in crate::report) struct ClassView<'a> {
    /// Its subnet.
    pub subnet: &'a str,
    /// Its security groups.
    pub security_groups: &'a [String],
    /// Who uses it.
    pub functions: &'a [String],
    /// ENIs that are there; null where no list was given.
    pub exist: Option<u64>,
    /// ENIs that the model expects.
    pub expected: u64,
    /// Whether more may come.
    pub at_least: bool,
    /// Whether only functions use it that a plan or a template announces.
    pub planned: bool,
}

/// An ENI that serves nobody.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "OrphanForm"))]
pub(in crate::report) struct OrphanView<'a> {
    /// The ENI.
    pub eni: &'a str,
    /// Its subnet.
    pub subnet: &'a str,
    /// Its security groups.
    pub security_groups: &'a [String],
    /// The function it was made for, where it says so.
    pub made_for: Option<&'a str>,
    /// Why it serves nobody.
    pub why: &'a str,
    /// The file that tells of it.
    pub file: &'a str,
    /// The line there.
    pub line: u64,
}

/// The addresses of a subnet.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "SubnetForm"))]
pub(in crate::report) struct SubnetView<'a> {
    /// The subnet.
    pub name: &'a str,
    /// Its zone.
    pub zone: Option<&'a str>,
    /// Addresses for use.
    pub usable: Option<u32>,
    /// Addresses that are free.
    pub free: Option<u64>,
    /// ENIs still to come.
    pub missing: u64,
    /// `short`, `near exhaustion`, `enough` or `unknown`.
    pub room: &'a str,
}

/// A limit of the account.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "LimitForm"))]
pub(in crate::report) struct LimitView<'a> {
    /// What is limited.
    pub what: &'a str,
    /// To how much.
    pub limit: u64,
    /// What is needed.
    pub needed: u64,
    /// Who says so.
    pub source: &'a str,
}

/// A function whose access a merge changes.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ChangeForm"))]
pub(in crate::report) struct AccessChangeView<'a> {
    /// The function.
    pub function: &'a str,
    /// The security groups it gains.
    pub gains: &'a [String],
    /// What it may do then and not now; null where the groups' rules were not given.
    pub access: Option<&'a [String]>,
}

/// Sets of security groups that could be one.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "MergeForm"))]
pub(in crate::report) struct MergeView<'a> {
    /// The sets.
    pub sets: &'a [Vec<String>],
    /// All their groups.
    pub union: &'a [String],
    /// ENIs that the model expects no more.
    pub saves: u64,
    /// Every function whose access changes.
    pub changes: Vec<AccessChangeView<'a>>,
}

/// Every way to save ENIs by merging sets.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "MergesForm"))]
pub(in crate::report) struct MergesView<'a> {
    /// Those that together save the most ENIs.
    pub together: Vec<MergeView<'a>>,
    /// Two sets each.
    pub pairs: Vec<MergeView<'a>>,
    /// Whether every way of merging was tried.
    pub exact: bool,
    /// Security groups that one ENI may have.
    pub most_groups: usize,
    /// Sets that were not looked at.
    pub left_out: usize,
}

/// What is there, what is expected, and what is wrong.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub(in crate::report) struct InventoryView<'a> {
    /// The model's name.
    pub model: &'a str,
    /// How the model gives ENIs to classes, in words.
    pub rule: String,
    /// The files that were read.
    pub sources: Vec<SourceView<'a>>,
    /// Functions.
    pub functions: FunctionCountsView,
    /// ENIs.
    pub enis: EniCountsView,
    /// The ENI classes.
    pub classes: Vec<ClassView<'a>>,
    /// ENIs that serve nobody.
    pub orphans: Vec<OrphanView<'a>>,
    /// The subnets.
    pub subnets: Vec<SubnetView<'a>>,
    /// The limits.
    pub limits: Vec<LimitView<'a>>,
    /// What merging security groups would save.
    pub merges: MergesView<'a>,
}
