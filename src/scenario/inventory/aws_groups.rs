//! `aws ec2 describe-security-groups`: what the groups are called.

use super::Inventory;
use super::reader::{Reader, is_listing};
use crate::document::tree::Node;

/// `aws ec2 describe-security-groups`.
pub struct Groups;

impl Inventory for Groups {
    fn name(&self) -> &'static str {
        "aws ec2 describe-security-groups"
    }

    fn summary(&self) -> &'static str {
        "the names of security groups"
    }

    fn recognises(&self, root: &Node) -> bool {
        is_listing(root, "SecurityGroups", "IpPermissions")
    }

    fn read(&self, reader: &mut Reader<'_>, root: &Node) {
        for entry in reader.listing(root, "SecurityGroups").iter().filter(|entry| entry.is_map()) {
            let (id, name) = (reader.due(entry, "GroupId"), reader.text(entry, "GroupName"));
            if let Some((id, name)) = id.zip(name) {
                reader.label(id, name);
            }
        }
    }
}
