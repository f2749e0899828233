//! `aws ec2 describe-account-attributes`, `service-quotas`, `lambda get-account-settings`: the account's limits.

use super::Inventory;
use super::found::{Authority, Quota};
use super::reader::{InventoryReader, is_listing, whole};
use eniplan_core::document::tree::TreeNode;

/// The codes and names of quotas that matter here. Source: Service Quotas of `vpc` and `lambda`; the
/// names are what the console shows, and are looked at too, since codes are left out by `--query`.
const QUOTAS: [(&str, &str, Quota); 4] = [
    ("L-DF5E4CA3", "Network interfaces per Region", Quota::RegionEnis),
    ("L-9FEE3D26", "Elastic network interfaces per VPC", Quota::VpcEnis),
    ("L-B99A9384", "Concurrent executions", Quota::Concurrency),
    ("L-2AFB9258", "Security groups per network interface", Quota::GroupsPerEni),
];

/// Limits of the account.
pub(super) struct AwsAccount;

impl Inventory for AwsAccount {
    fn name(&self) -> &'static str {
        "aws service-quotas list-service-quotas"
    }

    fn summary(&self) -> &'static str {
        "account limits; also from aws ec2 describe-account-attributes and aws lambda get-account-settings"
    }

    fn recognises(&self, root: &TreeNode) -> bool {
        root.has("AccountLimit")
            || root.has("Quota")
            || is_listing(root, "AccountAttributes", "AttributeName")
            || is_listing(root, "Quotas", "QuotaCode")
    }

    fn read(&self, reader: &mut InventoryReader<'_>, root: &TreeNode) {
        if let Some(limit) = root.get("AccountLimit") {
            note(reader, Quota::Concurrency, limit, "ConcurrentExecutions");
        }
        if let Some(quota) = root.get("Quota") {
            service_quota(reader, quota);
        }
        let attributes = root.has("AccountAttributes")
            || root.items().first().is_some_and(|first| first.has("AttributeName"));
        if attributes {
            reader.listing(root, "AccountAttributes").iter().for_each(|item| attribute(reader, item));
        } else if root.has("Quotas") || root.is_list() {
            reader.listing(root, "Quotas").iter().for_each(|item| service_quota(reader, item));
        }
    }
}

fn note(reader: &mut InventoryReader<'_>, quota: Quota, node: &TreeNode, key: &str) {
    if let Some(value) = reader.whole(node, key, 0, u64::from(u32::MAX)) {
        let origin = reader.origin(Authority::Live, node);
        reader.found.quotas.push((quota, value, origin));
    }
}

fn service_quota(reader: &mut InventoryReader<'_>, entry: &TreeNode) {
    let text = |key| entry.get(key).and_then(TreeNode::text).unwrap_or_default();
    let (code, name) = (text("QuotaCode"), text("QuotaName"));
    if let Some((.., quota)) =
        QUOTAS.iter().find(|known| known.0 == code || known.1.eq_ignore_ascii_case(name))
    {
        note(reader, *quota, entry, "Value");
    }
}

/// `vpc-max-security-groups-per-interface` is the only attribute that matters here.
fn attribute(reader: &mut InventoryReader<'_>, entry: &TreeNode) {
    if entry.get("AttributeName").and_then(TreeNode::text) != Some("vpc-max-security-groups-per-interface") {
        return;
    }
    for value in reader.list(entry, "AttributeValues") {
        if value.get("AttributeValue").and_then(whole).is_some() {
            note(reader, Quota::GroupsPerEni, value, "AttributeValue");
        }
    }
}
