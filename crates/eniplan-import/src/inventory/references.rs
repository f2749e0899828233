//! References: what a Terraform plan's configuration says of ids that are known only after apply.

use eniplan_core::document::tree::TreeNode;

/// How far a reference is followed through modules.
const FURTHEST: usize = 20;

/// The configuration of a plan, if the file has one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Configuration<'n> {
    root: Option<&'n TreeNode>,
}

impl<'n> Configuration<'n> {
    pub(super) fn new(file: &'n TreeNode) -> Self {
        Self { root: file.at(&["configuration", "root_module"]) }
    }

    /// The addresses that `block.key` of a resource refers to, without the indices of modules.
    ///
    /// `module` is the resource's module (`module.a.module.b`, no indices), `resource` its type and name.
    pub(super) fn addresses(self, module: &str, resource: &str, block: &str, key: &str) -> Vec<String> {
        let mut found = Vec::new();
        let path: Vec<&str> = module.split('.').skip(1).step_by(2).collect();
        let expressions = self.module(&path).and_then(|module| {
            let resources = module.get("resources")?.items();
            let same = |node: &&TreeNode| node.get("address").and_then(TreeNode::text) == Some(resource);
            resources.iter().find(same)?.get("expressions")?.get(block)
        });
        let block = expressions.map(|node| node.items().first().unwrap_or(node));
        if let Some(expression) = block.and_then(|block| block.get(key)) {
            self.follow(&path, expression, FURTHEST, &mut found);
        }
        found.sort();
        found.dedup();
        found
    }

    fn module(self, path: &[&str]) -> Option<&'n TreeNode> {
        path.iter().try_fold(self.root?, |module, name| module.at(&["module_calls", name, "module"]))
    }

    /// Adds what `expression`, in the module at `path`, refers to.
    fn follow(self, path: &[&str], expression: &TreeNode, left: usize, found: &mut Vec<String>) {
        let references: Vec<&str> = expression
            .get("references")
            .map_or(&[][..], TreeNode::items)
            .iter()
            .filter_map(TreeNode::text)
            .collect();
        for reference in most_specific(&references) {
            let words: Vec<&str> = reference.split('.').collect();
            let next = match words.as_slice() {
                ["var", name, ..] if left > 0 => self.argument(path, bare(name)),
                ["module", name, output, ..] if left > 0 => self.output(path, bare(name), bare(output)),
                _ => None,
            };
            match next {
                Some((path, expression)) => self.follow(&path, expression, left - 1, found),
                None => found.push(absolute(path, reference)),
            }
        }
    }

    /// What the caller of the module at `path` gives for its variable.
    fn argument<'p>(self, path: &[&'p str], variable: &str) -> Option<(Vec<&'p str>, &'n TreeNode)> {
        let (name, caller) = path.split_last()?;
        let expression = self.module(caller)?.at(&["module_calls", name, "expressions", variable])?;
        Some((caller.to_vec(), expression))
    }

    fn output<'p>(
        self,
        path: &[&'p str],
        module: &'p str,
        output: &str,
    ) -> Option<(Vec<&'p str>, &'n TreeNode)> {
        let inner: Vec<&str> = path.iter().copied().chain([module]).collect();
        let expression = self.module(&inner)?.at(&["outputs", output, "expression"])?;
        Some((inner, expression))
    }
}

/// Terraform lists `aws_subnet.a.id` and `aws_subnet.a`: only what no other goes further than counts.
fn most_specific<'r>(references: &[&'r str]) -> Vec<&'r str> {
    let further = |reference: &str| {
        references
            .iter()
            .any(|other| other.strip_prefix(reference).is_some_and(|rest| rest.starts_with(['.', '['])))
    };
    references.iter().copied().filter(|reference| !further(reference)).collect()
}

/// A name without its index.
fn bare(name: &str) -> &str {
    name.split('[').next().unwrap_or(name)
}

/// The address of what is referred to: its type, name and index, not its attribute, in its module.
fn absolute(path: &[&str], reference: &str) -> String {
    let words = if reference.starts_with("data.") { 3 } else { 2 };
    let end = split_points(reference).nth(words - 1).unwrap_or(reference.len());
    let mut address: Vec<&str> = path.iter().flat_map(|name| ["module", name]).collect();
    address.push(reference[..end].trim_end_matches("[*]"));
    address.join(".")
}

/// Where the dots of an address are that stand in no index.
fn split_points(address: &str) -> impl Iterator<Item = usize> + '_ {
    let (mut quoted, mut depth) = (false, 0_usize);
    address.char_indices().filter_map(move |(at, c)| {
        match c {
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            '.' if !quoted && depth == 0 => return Some(at),
            _ => {}
        }
        None
    })
}

/// An address without any index: `module.a[0].aws_subnet.b["x.y"]` is `module.a.aws_subnet.b`.
pub(super) fn without_indices(address: &str) -> String {
    let (mut quoted, mut depth, mut out) = (false, 0_usize, String::new());
    for c in address.chars() {
        match c {
            '"' if depth > 0 => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_lose_indices_and_attributes() {
        assert_eq!(without_indices("module.a[\"x].y\"].aws_subnet.b[0]"), "module.a.aws_subnet.b");
        for (path, reference, expected) in [
            (&[][..], "aws_subnet.a[0].id", "aws_subnet.a[0]"),
            (&["m", "n"], "data.aws_subnets.all.ids", "module.m.module.n.data.aws_subnets.all"),
            (&[], "aws_subnet.a[\"x.y\"].id", "aws_subnet.a[\"x.y\"]"),
            (&[], "aws_subnet.a[*].id", "aws_subnet.a"),
            (&[], "local.ids", "local.ids"),
            (&[], "é", "é"),
        ] {
            assert_eq!(absolute(path, reference), expected);
        }
        let all = ["aws_subnet.a.id", "aws_subnet.a", "aws_subnet.ab"];
        assert_eq!(most_specific(&all), ["aws_subnet.a.id", "aws_subnet.ab"]);
    }
}
