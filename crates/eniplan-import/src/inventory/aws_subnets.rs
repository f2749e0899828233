//! `aws ec2 describe-subnets`: blocks, zones and how many addresses are free.

use super::Inventory;
use super::found::{Authority, FoundSubnet, Id};
use super::reader::{InventoryReader, is_listing};
use eniplan_core::document::tree::{TreeNode, TreeValue};
use eniplan_core::scenario::usable;

/// `aws ec2 describe-subnets`.
pub(super) struct AwsSubnets;

impl Inventory for AwsSubnets {
    fn name(&self) -> &'static str {
        "aws ec2 describe-subnets"
    }

    fn summary(&self) -> &'static str {
        "subnets with their CIDR block, zone and free addresses"
    }

    fn recognises(&self, root: &TreeNode) -> bool {
        is_listing(root, "Subnets", "AvailableIpAddressCount")
    }

    fn read(&self, reader: &mut InventoryReader<'_>, root: &TreeNode) {
        for entry in reader.listing(root, "Subnets").iter().filter(|entry| entry.is_map()) {
            let subnet = subnet(reader, entry);
            reader.found.subnets.extend(subnet);
        }
    }
}

fn subnet(reader: &mut InventoryReader<'_>, entry: &TreeNode) -> Option<FoundSubnet> {
    let id = Id::real(reader.due(entry, "SubnetId")?);
    let ipv6_only = entry.get("Ipv6Native").is_some_and(|flag| flag.value == TreeValue::Flag(true));
    let cidr = if ipv6_only { None } else { reader.block(entry, "CidrBlock") };
    let free = reader.whole(entry, "AvailableIpAddressCount", 0, u64::from(u32::MAX));
    let free = free.and_then(|free| u32::try_from(free).ok());
    if let (Some(free), Some(cidr), Some(node)) = (free, cidr, entry.get("AvailableIpAddressCount"))
        && free > usable(cidr.prefix_len())
    {
        let message =
            format!("more free addresses than the {} usable ones in {cidr}", usable(cidr.prefix_len()));
        reader.wrong(node, message, "save the unmodified output of the command");
    }
    Some(FoundSubnet {
        id,
        label: label(entry, "Tags"),
        zone: reader.text(entry, "AvailabilityZone"),
        vpc: reader.text(entry, "VpcId"),
        cidr,
        free: free.filter(|_| !ipv6_only),
        ipv6_only,
        origin: reader.origin(Authority::Live, entry),
    })
}

/// The tag `Name`.
fn label(entry: &TreeNode, key: &str) -> Option<String> {
    let tags = entry.get(key)?.items();
    let tag = tags.iter().find(|tag| tag.get("Key").and_then(TreeNode::text) == Some("Name"))?;
    tag.get("Value").and_then(TreeNode::text).map(str::to_owned)
}
