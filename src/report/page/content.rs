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
    /// The traffic, and the policy and the model that the page is about.
    pub subject: &'a Subject,
    /// The model.
    pub platform: &'a Platform,
    /// The user's functions, subnets and targets.
    pub scenario: &'a Scenario,
    /// Functions, ENI classes and limits.
    pub topology: &'a Topology,
    /// What the traffic needs.
    pub demand: &'a Demand,
    /// The longest cold start that is promised.
    pub promise: Millis,
    /// The worst case under the subject's policy.
    pub worst: Result<&'a WorstCase, String>,
    /// What is shown beside the worst case.
    pub shown: &'a answers::WorstCaseContext,
    /// The plan that keeps the promise.
    pub plan: Result<&'a Plan, String>,
    /// The policies side by side.
    pub comparison: &'a Comparison,
    /// How many runs stand behind each policy.
    pub runs: u64,
    /// The traffic in steps.
    pub load: &'a InvocationLoad,
    /// What stood in the first run of each policy that has one.
    pub tracks: &'a [Track],
    /// What the memory of environments is worth.
    pub reuse: Result<&'a answers::ReuseRuns, String>,
    /// The routes as functions, where the scenario lists routes.
    pub composition: Option<Result<&'a answers::Composition, String>>,
}
