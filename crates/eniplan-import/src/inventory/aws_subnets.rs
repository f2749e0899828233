//! `aws ec2 describe-subnets`: blocks, zones and how many addresses are free.

use super::Inventory;
use super::found::{FoundSubnet, Id, Standing};
use super::reader::{Reader, is_listing};
use eniplan_core::document::tree::{Node, Value};
use eniplan_core::scenario::usable;

/// `aws ec2 describe-subnets`.
pub struct Subnets;

impl Inventory for Subnets {
    fn name(&self) -> &'static str {
        "aws ec2 describe-subnets"
    }

    fn summary(&self) -> &'static str {
        "subnets with their block, zone and free addresses"
    }

    fn recognises(&self, root: &Node) -> bool {
        is_listing(root, "Subnets", "AvailableIpAddressCount")
    }

    fn read(&self, reader: &mut Reader<'_>, root: &Node) {
        for entry in reader.listing(root, "Subnets").iter().filter(|entry| entry.is_map()) {
            let subnet = subnet(reader, entry);
            reader.found.subnets.extend(subnet);
        }
    }
}

fn subnet(reader: &mut Reader<'_>, entry: &Node) -> Option<FoundSubnet> {
    let id = Id::real(reader.due(entry, "SubnetId")?);
    let ipv6_only = entry.get("Ipv6Native").is_some_and(|it| it.value == Value::Flag(true));
    let cidr = if ipv6_only { None } else { reader.block(entry, "CidrBlock") };
    let free = reader.whole(entry, "AvailableIpAddressCount", 0, u64::from(u32::MAX));
    let free = free.and_then(|free| u32::try_from(free).ok());
    if let (Some(free), Some(cidr), Some(node)) = (free, cidr, entry.get("AvailableIpAddressCount"))
        && free > usable(cidr.prefix_len())
    {
        let message = format!("more free addresses than the {} that {cidr} has", usable(cidr.prefix_len()));
        reader.wrong(node, message, "save the command's output as it is");
    }
    Some(FoundSubnet {
        id,
        label: label(entry, "Tags"),
        zone: reader.text(entry, "AvailabilityZone"),
        vpc: reader.text(entry, "VpcId"),
        cidr,
        free: free.filter(|_| !ipv6_only),
        ipv6_only,
        origin: reader.origin(Standing::Live, entry),
    })
}

/// The tag `Name`.
fn label(entry: &Node, key: &str) -> Option<String> {
    let tags = entry.get(key)?.items();
    let tag = tags.iter().find(|tag| tag.get("Key").and_then(Node::text) == Some("Name"))?;
    tag.get("Value").and_then(Node::text).map(str::to_owned)
}
