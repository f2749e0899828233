//! Reader: one file's values by type, everything wrong with them, and what was found so far.

use std::str::FromStr;

use ipnet::Ipv4Net;

use super::found::{Authority, FactOrigin, FunctionNetwork, InventoryFacts, ListingPage};
use eniplan_core::diagnostic::{Code, Diagnostic, Diagnostics, escaped};
use eniplan_core::document::Place;
use eniplan_core::document::tree::{TreeNode, TreeValue};
use eniplan_core::scenario::{MOST_GROUPS, MOST_SUBNETS};

/// One file while it is read.
#[derive(Debug)]
pub struct InventoryReader<'a> {
    pub(super) file: &'a str,
    pub(super) found: &'a mut InventoryFacts,
    problems: &'a mut Diagnostics,
}

impl<'a> InventoryReader<'a> {
    pub(super) const fn new(
        file: &'a str,
        found: &'a mut InventoryFacts,
        problems: &'a mut Diagnostics,
    ) -> Self {
        Self { file, found, problems }
    }

    /// Something worth knowing.
    pub(super) fn note(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !self.found.notes.contains(&text) {
            self.found.notes.push(text);
        }
    }

    /// What a group is called; of several names the first in the alphabet, whatever the order of the files.
    pub(super) fn label(&mut self, group: impl Into<String>, label: String) {
        let labels = &mut self.found.group_labels;
        labels
            .entry(group.into())
            .and_modify(|known| *known = label.clone().min(known.clone()))
            .or_insert(label);
    }

    /// Where `node` stands.
    pub(super) fn origin(&self, authority: Authority, node: &TreeNode) -> FactOrigin {
        FactOrigin { authority, file: self.file.to_owned(), place: node.place }
    }

    /// Notes a value that cannot be (E203).
    pub(super) fn wrong(&mut self, node: &TreeNode, message: impl Into<String>, help: impl Into<String>) {
        self.report(node.place, &node.shown(), message, help);
    }

    fn report(&mut self, at: Place, value: &str, message: impl Into<String>, help: impl Into<String>) {
        let problem = Diagnostic::new(Code::BadValue, message, help).with_value(value);
        self.problems.push(problem.in_file(self.file).at_line(at.line).at_column(at.column));
    }

    /// The text under `key`, unless it is empty.
    pub(super) fn text(&mut self, node: &TreeNode, key: &str) -> Option<String> {
        let found = node.get(key)?;
        if let Some(text) = found.text() {
            return (!text.trim().is_empty()).then(|| text.to_owned());
        }
        self.wrong(found, format!("`{key}` must be a string"), "save the unmodified output of the command");
        None
    }

    /// The text under `key`, which must be there.
    pub(super) fn due(&mut self, node: &TreeNode, key: &str) -> Option<String> {
        if node.get(key).is_none_or(|value| value.text().is_some_and(|text| text.trim().is_empty())) {
            self.wrong(node, format!("an entry has no `{key}`"), "save the unmodified output of the command");
            return None;
        }
        self.text(node, key)
    }

    /// The whole number under `key`, from `minimum` to `most`.
    pub(super) fn whole(&mut self, node: &TreeNode, key: &str, minimum: u64, most: u64) -> Option<u64> {
        let found = node.get(key)?;
        let number = whole(found).filter(|number| (minimum..=most).contains(number));
        if number.is_none() {
            let message = format!("`{key}` must be a whole number from {minimum} to {most}");
            self.wrong(found, message, "save the unmodified output of the command");
        }
        number
    }

    /// The list under `key`; none where there is no such key.
    pub(super) fn list<'n>(&mut self, node: &'n TreeNode, key: &str) -> &'n [TreeNode] {
        let Some(found) = node.get(key) else { return &[] };
        if !found.is_list() {
            self.wrong(found, format!("`{key}` must be a list"), "save the unmodified output of the command");
        }
        found.items()
    }

    /// The texts listed under `key`.
    pub(super) fn texts(&mut self, node: &TreeNode, key: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for item in self.list(node, key) {
            match item.text() {
                Some(text) if !text.trim().is_empty() => texts.push(text.to_owned()),
                _ => self.wrong(item, format!("`{key}` must list ids"), "write ids as strings"),
            }
        }
        texts
    }

    /// The IPv4 block under `key`, of a size that a subnet can have.
    pub(super) fn block(&mut self, node: &TreeNode, key: &str) -> Option<Ipv4Net> {
        let text = self.text(node, key)?;
        self.block_of(node.get(key)?, &text)
    }

    /// The IPv4 block that `text` is, which `found` says.
    pub(super) fn block_of(&mut self, found: &TreeNode, text: &str) -> Option<Ipv4Net> {
        match Ipv4Net::from_str(text.trim()) {
            Err(_) => self.wrong(found, "not an IPv4 CIDR block", "write a block such as 10.0.1.0/26"),
            Ok(block) if !(16..=28).contains(&block.prefix_len()) => {
                let message = format!("a /{} block is not a valid subnet size", block.prefix_len());
                self.wrong(found, message, "use /16 (largest) to /28 (smallest)");
            }
            Ok(block) if block.addr() != block.network() => {
                self.wrong(
                    found,
                    "the block is not aligned to its prefix length",
                    format!("write {}", block.trunc()),
                );
            }
            Ok(block) => return Some(block),
        }
        None
    }

    /// A network that a function can have; `name` is the function's.
    pub(super) fn network(
        &mut self,
        node: &TreeNode,
        name: &str,
        network: FunctionNetwork,
    ) -> Option<FunctionNetwork> {
        let (subnets, groups) = (network.subnets.len(), network.groups.len());
        let name = escaped(name);
        if subnets > MOST_SUBNETS {
            let message = format!("function `{name}` has too many subnets: {subnets}");
            self.wrong(node, message, format!("a function can have at most {MOST_SUBNETS}"));
        }
        if groups > MOST_GROUPS {
            let message = format!("function `{name}` has too many security groups: {groups}");
            self.wrong(node, message, format!("a function can have at most {MOST_GROUPS}"));
        }
        (subnets > 0).then_some(network)
    }

    /// The entries of a listing: those under `key`, or the file itself where it lists them (`--query`).
    pub(super) fn listing<'n>(&mut self, root: &'n TreeNode, key: &'static str) -> &'n [TreeNode] {
        let more = ["NextToken", "NextMarker"].iter().any(|token| root.get(token).is_some());
        self.found.pages.entry(key).or_default().push(ListingPage { file: self.file.to_owned(), more });
        let entries = if root.is_list() { root.items() } else { self.list(root, key) };
        for entry in entries.iter().filter(|entry| !entry.is_map()) {
            self.wrong(
                entry,
                format!("`{key}` must list entries"),
                "save the unmodified output of the command",
            );
        }
        entries
    }
}

/// The whole number that a node is: also one in quotes, or with zeroes after a point.
pub(super) fn whole(node: &TreeNode) -> Option<u64> {
    match &node.value {
        TreeValue::Number(text) | TreeValue::Text(text) => {
            let text = text.trim();
            let digits = text.split_once('.').filter(|(_, part)| part.bytes().all(|byte| byte == b'0'));
            digits.map_or(text, |(whole, _)| whole).parse().ok()
        }
        _ => None,
    }
}

/// Whether `root` is what a command lists: it has `key`, or is itself a list of entries with `id`.
pub(super) fn is_listing(root: &TreeNode, key: &str, id: &str) -> bool {
    root.has(key) || root.items().first().is_some_and(|entry| entry.has(id))
}
