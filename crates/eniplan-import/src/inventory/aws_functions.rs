//! `aws lambda list-functions`: names, memory, networks; of `get-function` the same for one.

use super::Inventory;
use super::found::{Authority, FoundFunction, FunctionNetwork, Id};
use super::reader::{InventoryReader, is_listing};
use eniplan_core::document::tree::TreeNode;

/// The largest memory that is taken for one: 1 TiB.
pub(super) const MOST_MIB: u64 = 1 << 20;
/// The longest timeout that is taken for one: a day.
pub(super) const MOST_SECONDS: u64 = 86_400;
/// The most environments that are taken for a number of them.
pub(super) const MOST_CONCURRENCY: u64 = 10_000_000;

/// `aws lambda list-functions`, `get-function`, `get-function-configuration`.
pub(super) struct AwsFunctions;

impl Inventory for AwsFunctions {
    fn name(&self) -> &'static str {
        "aws lambda list-functions"
    }

    fn summary(&self) -> &'static str {
        "functions with their memory, subnets and security groups"
    }

    fn recognises(&self, root: &TreeNode) -> bool {
        let one = |node: &TreeNode| node.has("FunctionName") && node.has("FunctionArn");
        is_listing(root, "Functions", "FunctionName")
            || one(root)
            || root.get("Configuration").is_some_and(one)
    }

    fn read(&self, reader: &mut InventoryReader<'_>, root: &TreeNode) {
        let one = root.get("Configuration").unwrap_or(root);
        if one.has("FunctionName") {
            if let Some(mut function) = function(reader, one) {
                let reserved = root.get("Concurrency");
                function.concurrency = reserved.and_then(|concurrency| {
                    reader.whole(concurrency, "ReservedConcurrentExecutions", 0, MOST_CONCURRENCY)
                });
                reader.found.functions.push(function);
            }
            return;
        }
        for entry in reader.listing(root, "Functions").iter().filter(|entry| entry.is_map()) {
            let function = function(reader, entry);
            reader.found.functions.extend(function);
        }
    }
}

fn function(reader: &mut InventoryReader<'_>, entry: &TreeNode) -> Option<FoundFunction> {
    let name = reader.due(entry, "FunctionName")?;
    let version = reader.text(entry, "Version").filter(|version| version != "$LATEST");
    let arn = reader.text(entry, "FunctionArn").map(|arn| match &version {
        Some(version) => arn.strip_suffix(&format!(":{version}")).unwrap_or(&arn).to_owned(),
        None => arn.strip_suffix(":$LATEST").unwrap_or(&arn).to_owned(),
    });
    let network = entry.get("VpcConfig").and_then(|vpc| {
        let ids = |texts: Vec<String>| texts.into_iter().map(Id::real).collect();
        let subnets = ids(reader.texts(vpc, "SubnetIds"));
        let groups = ids(reader.texts(vpc, "SecurityGroupIds"));
        let network = FunctionNetwork::new(subnets, groups, reader.text(vpc, "VpcId"));
        reader.network(vpc, &name, network)
    });
    Some(FoundFunction {
        memory_mib: reader.whole(entry, "MemorySize", 1, MOST_MIB),
        timeout_s: reader.whole(entry, "Timeout", 0, MOST_SECONDS),
        origin: reader.origin(Authority::Live, entry),
        scope: None,
        concurrency: None,
        name,
        arn,
        version,
        network,
    })
}
