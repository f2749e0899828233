//! `aws ec2 describe-network-interfaces`: Lambda's ENIs, and the addresses of all others.

use super::Inventory;
use super::found::{Authority, FactOrigin, FoundEni};
use super::reader::{InventoryReader, is_listing};
use eniplan_core::document::tree::TreeNode;

/// How the description of Lambda's ENIs begins; older ones go on with the function and a UUID.
const DESCRIPTION: &str = "AWS Lambda VPC ENI";
const UUID: usize = 36;

/// `aws ec2 describe-network-interfaces`.
pub(super) struct AwsEnis;

impl Inventory for AwsEnis {
    fn name(&self) -> &'static str {
        "aws ec2 describe-network-interfaces"
    }

    fn summary(&self) -> &'static str {
        "existing ENIs: those of Lambda, and others that take addresses"
    }

    fn recognises(&self, root: &TreeNode) -> bool {
        is_listing(root, "NetworkInterfaces", "NetworkInterfaceId")
    }

    fn read(&self, reader: &mut InventoryReader<'_>, root: &TreeNode) {
        for entry in reader.listing(root, "NetworkInterfaces").iter().filter(|entry| entry.is_map()) {
            let eni = eni(reader, entry);
            reader.found.enis.extend(eni);
        }
    }
}

fn eni(reader: &mut InventoryReader<'_>, entry: &TreeNode) -> Option<FoundEni> {
    let (id, subnet) = (reader.due(entry, "NetworkInterfaceId"), reader.due(entry, "SubnetId"));
    let description = reader.text(entry, "Description").unwrap_or_default();
    let kind = reader.text(entry, "InterfaceType");
    let mut groups = Vec::new();
    for group in reader.list(entry, "Groups") {
        if let Some(id) = reader.due(group, "GroupId") {
            if let Some(name) = reader.text(group, "GroupName") {
                reader.label(&id, name);
            }
            groups.push(id);
        }
    }
    groups.sort();
    groups.dedup();
    let attachment =
        entry.get("Attachment").and_then(|attachment| attachment.get("Status")).and_then(TreeNode::text);
    let status = reader.text(entry, "Status");
    let origin: FactOrigin = reader.origin(Authority::Live, entry);
    Some(FoundEni {
        lambda: kind.as_deref() == Some("lambda") || description.starts_with(DESCRIPTION),
        vpc: reader.text(entry, "VpcId"),
        zone: reader.text(entry, "AvailabilityZone"),
        attached: status.as_deref() != Some("available") && attachment != Some("detached"),
        addresses: addresses(entry),
        made_for: made_for(&description),
        id: id?,
        subnet: subnet?,
        groups,
        origin,
    })
}

/// IPv4 addresses: those listed, and 16 for each prefix (/28).
fn addresses(entry: &TreeNode) -> u32 {
    let count = |key| entry.get(key).map_or(0, |list| u32::try_from(list.items().len()).unwrap_or(u32::MAX));
    let listed = count("PrivateIpAddresses").max(u32::from(entry.get("PrivateIpAddress").is_some()));
    listed.saturating_add(count("Ipv4Prefixes").saturating_mul(16))
}

/// The function in `AWS Lambda VPC ENI-<function>-<uuid>`.
fn made_for(description: &str) -> Option<String> {
    let rest = description.strip_prefix(DESCRIPTION)?.trim_start_matches([':', ' ']).strip_prefix('-')?;
    let cut = rest.len().checked_sub(UUID + 1)?;
    let (name, uuid) = (rest.get(..cut)?, rest.get(cut..)?);
    (uuid.starts_with('-') && !name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_function_stands_in_the_description() {
        let uuid = "0f9d2c1a-1111-2222-3333-444455556666";
        assert_eq!(made_for(&format!("AWS Lambda VPC ENI-my-fn-{uuid}")).as_deref(), Some("my-fn"));
        assert_eq!(made_for(&format!("AWS Lambda VPC ENI-é-{uuid}")).as_deref(), Some("é"));
        for none in ["", "AWS Lambda VPC ENI", "AWS Lambda VPC ENI-x", "ELB app/x", "AWS Lambda VPC ENI-éé"]
        {
            assert_eq!(made_for(none), None, "{none}");
        }
    }
}
