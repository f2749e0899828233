//! Kind: a kind of file that tells what the user has.

use eniplan_core::document::tree::TreeNode;

use super::reader::InventoryReader;

/// One kind of file that tells what the user has.
pub trait Inventory: Sync {
    /// What prints it: `aws lambda list-functions`.
    fn name(&self) -> &'static str;

    /// What is taken from it, in one line.
    fn summary(&self) -> &'static str;

    /// Whether `root` is of this kind, by what is in it.
    fn recognises(&self, root: &TreeNode) -> bool;

    /// Adds what `root` tells to what was found; tells all that is wrong with it (E203).
    fn read(&self, reader: &mut InventoryReader<'_>, root: &TreeNode);
}
