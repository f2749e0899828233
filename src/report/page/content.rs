//! Content: the results that the page is made of.

use super::timeline::{InvocationLoad, Track};
use crate::comparison::Comparison;
use crate::demand::Demand;
use crate::plan::Plan;
use crate::platform::Platform;
use crate::quantity::Millis;
use crate::report::{Subject, answers};
use crate::scenario::Scenario;
use crate::topology::Topology;
use crate::worst_case::WorstCase;

/// What the page is made of. Where a result is missing, its place holds why.
#[derive(Clone, Debug)]
pub struct ReportPage<'a> {
    /// The command line that makes it again.
    pub command: &'a str,
    /// The trace, and the policy and the model that the page is about.
    pub subject: &'a Subject,
    /// The model.
    pub platform: &'a Platform,
    /// The user's functions, subnets and destinations.
    pub scenario: &'a Scenario,
    /// Functions, ENI classes and limits.
    pub topology: &'a Topology,
    /// What the trace needs.
    pub demand: &'a Demand,
    /// The cold-start destination.
    pub target: Millis,
    /// The worst case under the subject's policy.
    pub worst: Result<&'a WorstCase, String>,
    /// What is shown beside the worst case.
    pub shown: &'a answers::WorstCaseContext,
    /// The plan that keeps the destination.
    pub plan: Result<&'a Plan, String>,
    /// The policies side by side.
    pub comparison: &'a Comparison,
    /// Number of runs behind each policy.
    pub runs: u64,
    /// The trace in steps.
    pub load: &'a InvocationLoad,
    /// The first run of each policy that has one.
    pub tracks: &'a [Track],
    /// How well the memory of environments works as a cache.
    pub reuse: Result<&'a answers::ReuseRuns, String>,
    /// The routes as functions, where the scenario lists routes.
    pub composition: Option<Result<&'a answers::Composition, String>>,
}
