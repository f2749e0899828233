//! `aws ec2 describe-security-groups`: what the groups are called, and what they let through.

use super::Inventory;
use super::access::{AccessRule, Way};
use super::reader::{InventoryReader, is_listing, whole};
use eniplan_core::document::tree::TreeNode;

/// `aws ec2 describe-security-groups`.
pub(super) struct AwsGroups;

impl Inventory for AwsGroups {
    fn name(&self) -> &'static str {
        "aws ec2 describe-security-groups"
    }

    fn summary(&self) -> &'static str {
        "names and rules of security groups"
    }

    fn recognises(&self, root: &TreeNode) -> bool {
        is_listing(root, "SecurityGroups", "IpPermissions")
    }

    fn read(&self, reader: &mut InventoryReader<'_>, root: &TreeNode) {
        for entry in reader.listing(root, "SecurityGroups").iter().filter(|entry| entry.is_map()) {
            let (id, name) = (reader.due(entry, "GroupId"), reader.text(entry, "GroupName"));
            let Some(id) = id else { continue };
            let ways = [("IpPermissions", Way::In), ("IpPermissionsEgress", Way::Out)];
            for (key, way) in ways.iter().filter(|(key, _)| entry.has(key)) {
                reader.found.rules.entry(id.clone()).or_default();
                for permission in reader.list(entry, key) {
                    rules(reader, &id, *way, permission);
                }
            }
            if let Some(name) = name {
                reader.label(id, name);
            }
        }
    }
}

/// The rules that `permission` of `group` is: one for each peer.
fn rules(reader: &mut InventoryReader<'_>, group: &str, way: Way, permission: &TreeNode) {
    const PEERS: [(&str, &str); 4] = [
        ("IpRanges", "CidrIp"),
        ("Ipv6Ranges", "CidrIpv6"),
        ("PrefixListIds", "PrefixListId"),
        ("UserIdGroupPairs", "GroupId"),
    ];
    let ports = ports(permission);
    for (list, key) in PEERS {
        for entry in reader.list(permission, list) {
            let Some(peer) = reader.due(entry, key) else { continue };
            let rule = AccessRule { way, ports: ports.clone(), peer };
            reader.found.rules.entry(group.to_owned()).or_default().insert(rule);
        }
    }
}

/// `tcp 443`, `udp 1024-2048`, `icmp`, `all trace`. Source: `IpPermission` of the EC2 API, where protocol -1 is
/// all, and no port or -1 is every port.
fn ports(permission: &TreeNode) -> String {
    let protocol = permission.get("IpProtocol").and_then(TreeNode::text).unwrap_or("-1");
    if protocol == "-1" {
        return "all traffic".to_owned();
    }
    let port = |key: &str| permission.get(key).and_then(whole);
    match (port("FromPort"), port("ToPort")) {
        (Some(0), Some(65_535)) | (None, _) | (_, None) => protocol.to_owned(),
        (Some(from), Some(to)) if from == to => format!("{protocol} {from}"),
        (Some(from), Some(to)) => format!("{protocol} {from}-{to}"),
    }
}
