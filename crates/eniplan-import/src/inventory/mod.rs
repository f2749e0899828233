//! Inventory: what the user has (functions, subnets, ENIs), from what their cloud and tools print.
//!
//! Each file is recognised by what is in it ([`ALL`]); [`unite_sources`] unites them into one
//! [`Estate`], which [`Estate::scenario`] writes as a scenario and [`Audit`] holds against a
//! model. To add a source: a file with an [`Inventory`] and its line in [`ALL`].

mod access;
mod audit;
mod aws_account;
mod aws_enis;
mod aws_functions;
mod aws_groups;
mod aws_subnets;
mod cloudformation;
mod estate;
mod found;
mod intrinsic;
mod kind;
mod merge;
mod reader;
mod reconcile;
mod references;
mod rule;
mod scenario_text;
mod terraform;
mod unite;
mod vpc;

pub use access::AccessRule;
pub use audit::{AddressRoom, Audit, ClassAudit, Orphan, QuotaAudit, SubnetAudit};
pub use estate::{Estate, EstateEni, EstateFunction, EstateSubnet};
pub use found::{Authority, FactOrigin, Id, Quota};
pub use kind::Inventory;
pub use merge::{FunctionChange, Merge, Merges};
pub use reader::InventoryReader;
pub use rule::EniRule;

use eniplan_core::diagnostic::{Code, Diagnostic, Diagnostics};
use eniplan_core::document::tree::{self, TreeNode};
use found::InventoryFacts;

/// Every kind; the first that recognises a file reads it.
pub const ALL: &[&dyn Inventory] = &[
    &aws_functions::AwsFunctions,
    &aws_enis::AwsEnis,
    &aws_subnets::AwsSubnets,
    &aws_groups::AwsGroups,
    &aws_account::AwsAccount,
    &terraform::Terraform,
    &cloudformation::CloudFormation,
];

/// A file and its text.
#[derive(Clone, Copy, Debug)]
pub struct InventorySource<'a> {
    /// The file, as the user named it.
    pub name: &'a str,
    /// What is in it.
    pub text: &'a str,
}

/// Reads and unites `sources`, whose order does not matter.
///
/// All that is wrong with all of them is told at once: E003 a file of no kind in
/// [`ALL`], E106 two live files that do not agree, E203 a value that cannot be, and
/// what [`tree::read`] tells.
pub fn unite_sources(sources: &[InventorySource<'_>]) -> Result<Estate, Diagnostics> {
    let mut problems = Diagnostics::default();
    let mut found = InventoryFacts::default();
    let mut kinds = Vec::new();
    for source in sources {
        let root = match tree::read(source.name, source.text) {
            Ok(root) => root,
            Err(more) => {
                problems.extend(more);
                continue;
            }
        };
        let Some(inventory) = ALL.iter().find(|kind| kind.recognises(&root)) else {
            problems.push(unknown(source.name, &root));
            continue;
        };
        kinds.push((source.name.to_owned(), inventory.name()));
        inventory.read(&mut InventoryReader::new(source.name, &mut found, &mut problems), &root);
    }
    kinds.sort();
    let estate = unite::unite(found, kinds, &mut problems);
    problems.or(estate)
}

/// Files that are taken for an inventory, by the keys they have; what they are; what to give in their place.
const OTHERS: [(&[&str], &str, &str); 4] = [
    (
        &["terraform_version", "resources"],
        "this is a raw Terraform state file",
        "use the output of `terraform show -json`, whose format is stable",
    ),
    (
        &["ReservedConcurrentExecutions"],
        "the output of get-function-concurrency does not name its function",
        "use the output of `aws lambda get-function`, which has both",
    ),
    (&["MetricDataResults"], "this is a trace", "pass it to `eniplan demand`"),
    (&["Datapoints"], "this is a trace", "pass it to `eniplan demand`"),
];

fn unknown(file: &str, root: &TreeNode) -> Diagnostic {
    let (message, help) = if let Some((_, message, help)) =
        OTHERS.iter().find(|(keys, ..)| keys.iter().all(|key| root.has(key)))
    {
        ((*message).to_owned(), (*help).to_owned())
    } else {
        let keys: Vec<&str> = root.entries().iter().map(|(key, _)| key.value.as_str()).collect();
        let keys = eniplan_core::document::listed(&keys);
        let begins = if keys.is_empty() { root.shown() } else { format!("a map of {keys}") };
        let kinds: Vec<&str> = ALL.iter().map(|kind| kind.name()).collect();
        (
            format!("unknown kind of inventory: {begins}"),
            format!("use the output of one of: {}", kinds.join(", ")),
        )
    };
    let at = root.place;
    Diagnostic::new(Code::UnknownFormat, message, help).in_file(file).at_line(at.line).at_column(at.column)
}
