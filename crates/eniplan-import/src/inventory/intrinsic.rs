//! Intrinsic: what functions of CloudFormation (`!Ref`, `Fn::Sub`, ...) stand for, as far as a template tells.

use eniplan_core::document::tree::{TreeNode, TreeValue};

/// What stands where a name is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ResolvedName {
    /// The name itself.
    Real(String),
    /// What will only be known after deployment, under a name that says what it is.
    Symbol(String),
}

impl ResolvedName {
    pub(super) fn text(&self) -> &str {
        let (Self::Real(text) | Self::Symbol(text)) = self;
        text
    }
}

/// A template whose parameters and mappings are looked up.
#[derive(Debug)]
pub(super) struct Template<'n> {
    root: &'n TreeNode,
    /// Conditions that were taken to hold.
    pub(super) held: Vec<String>,
}

impl<'n> Template<'n> {
    pub(super) const fn new(root: &'n TreeNode) -> Self {
        Self { root, held: Vec::new() }
    }

    /// `node`, or where it is an `Fn::If` what stands for the condition that holds.
    pub(super) fn chosen<'a>(&mut self, node: &'a TreeNode) -> &'a TreeNode {
        let Some(("If", argument)) = call(node) else { return node };
        let [condition, then, ..] = argument.items() else { return node };
        let condition = condition.shown();
        if !self.held.contains(&condition) {
            self.held.push(condition);
        }
        self.chosen(then)
    }

    /// The names that `node` stands for; none for `AWS::NoValue` and nulls.
    pub(super) fn names(&mut self, node: &TreeNode) -> Vec<ResolvedName> {
        let node = self.chosen(node);
        match (call(node), &node.value) {
            // The short form is its own argument, without its tag.
            (Some((function, argument)), _) if node.tag.is_some() => {
                self.called(function, &TreeNode { tag: None, ..argument.clone() })
            }
            (Some((function, argument)), _) => self.called(function, argument),
            (None, TreeValue::Null) => Vec::new(),
            (None, TreeValue::List(items)) => items.iter().flat_map(|item| self.names(item)).collect(),
            (None, TreeValue::Map(_)) => vec![ResolvedName::Symbol("a map".to_owned())],
            (None, _) => vec![ResolvedName::Real(node.shown())],
        }
    }

    /// The one name that `node` stands for.
    pub(super) fn name(&mut self, node: &TreeNode) -> Option<ResolvedName> {
        self.names(node).into_iter().next()
    }

    fn called(&mut self, function: &str, argument: &TreeNode) -> Vec<ResolvedName> {
        match function {
            "Ref" => self.reference(&argument.shown()),
            "GetAtt" => vec![ResolvedName::Symbol(attribute(argument))],
            "Sub" => self.substituted(argument).into_iter().collect(),
            "ImportValue" => {
                let name = self.name(argument);
                vec![ResolvedName::Symbol(format!("import {}", name.as_ref().map_or("", ResolvedName::text)))]
            }
            "Split" => self.split(argument),
            "Join" => self.join(argument),
            "Select" => self.select(argument),
            "FindInMap" => self.found_in_map(argument),
            _ => vec![ResolvedName::Symbol(format!("{function} {}", argument.shown()))],
        }
    }

    fn reference(&self, name: &str) -> Vec<ResolvedName> {
        if name == "AWS::NoValue" {
            return Vec::new();
        }
        let parameter = self.root.at(&["Parameters", name]);
        let kind = parameter
            .and_then(|parameter| parameter.get("Type"))
            .and_then(TreeNode::text)
            .unwrap_or_default();
        let default =
            parameter.and_then(|parameter| parameter.get("Default")).map(TreeNode::shown).unwrap_or_default();
        if default.trim().is_empty() || kind.starts_with("AWS::SSM::") {
            return vec![ResolvedName::Symbol(name.to_owned())];
        }
        if kind.starts_with("List<") || kind == "CommaDelimitedList" {
            return parts(&default, ",");
        }
        vec![ResolvedName::Real(default)]
    }

    /// `Fn::Sub`: a text, or a text and a map; what is not known stays as it is written.
    fn substituted(&mut self, argument: &TreeNode) -> Option<ResolvedName> {
        let (text, own) = match argument.items() {
            [text, own, ..] => (text.text()?, Some(own)),
            _ => (argument.text()?, None),
        };
        let (mut out, mut known, mut rest) = (String::new(), true, text);
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let Some((name, tail)) = after.split_once('}') else {
                rest = after;
                break;
            };
            let value = match own.and_then(|own| own.get(name.trim())) {
                Some(node) => self.name(node),
                None if name.starts_with('!') => Some(ResolvedName::Real(format!("${{{}}}", &name[1..]))),
                None => self.reference(name.trim()).into_iter().next(),
            };
            if let Some(ResolvedName::Real(value)) = value {
                out.push_str(&value);
            } else {
                known = false;
                out.push_str("${");
                out.push_str(name);
                out.push('}');
            }
            rest = tail;
        }
        out.push_str(rest);
        Some(if known { ResolvedName::Real(out) } else { ResolvedName::Symbol(out) })
    }

    fn split(&mut self, argument: &TreeNode) -> Vec<ResolvedName> {
        let [delimiter, whole, ..] = argument.items() else { return Vec::new() };
        let delimiter = delimiter.shown();
        match self.name(whole) {
            Some(ResolvedName::Real(text)) if !delimiter.is_empty() => parts(&text, &delimiter),
            other => other.map(|name| ResolvedName::Symbol(name.text().to_owned())).into_iter().collect(),
        }
    }

    fn join(&mut self, argument: &TreeNode) -> Vec<ResolvedName> {
        let [delimiter, list, ..] = argument.items() else { return Vec::new() };
        let names = self.names(list);
        let text = names.iter().map(ResolvedName::text).collect::<Vec<_>>().join(&delimiter.shown());
        let known = names.iter().all(|name| matches!(name, ResolvedName::Real(_)));
        vec![if known { ResolvedName::Real(text) } else { ResolvedName::Symbol(text) }]
    }

    fn select(&mut self, argument: &TreeNode) -> Vec<ResolvedName> {
        let [index, list, ..] = argument.items() else { return Vec::new() };
        let (index, names) = (index.shown(), self.names(list));
        let found = index.parse().ok().and_then(|at: usize| names.get(at));
        match (found, names.as_slice()) {
            (Some(_), [ResolvedName::Symbol(list)]) | (None, [ResolvedName::Symbol(list), ..]) => {
                vec![ResolvedName::Symbol(format!("{list}[{index}]"))]
            }
            (found, _) => found.cloned().into_iter().collect(),
        }
    }

    fn found_in_map(&mut self, argument: &TreeNode) -> Vec<ResolvedName> {
        let keys: Vec<ResolvedName> = argument.items().iter().filter_map(|key| self.name(key)).collect();
        let texts: Vec<&str> = keys.iter().map(ResolvedName::text).collect();
        let found = self.root.get("Mappings").and_then(|maps| maps.at(&texts));
        match found {
            Some(found) if !found.is_map() => self.names(found),
            _ => vec![ResolvedName::Symbol(format!("FindInMap {}", texts.join(".")))],
        }
    }
}

/// The function that a node calls, in its short or long form, and with what.
fn call(node: &TreeNode) -> Option<(&str, &TreeNode)> {
    if let Some(tag) = &node.tag {
        return Some((tag.as_str(), node));
    }
    let [(key, argument)] = node.entries() else { return None };
    let function = if key.value == "Ref" { "Ref" } else { key.value.strip_prefix("Fn::")? };
    Some((function, argument))
}

/// The ids of groups and subnets are what they are called; other attributes are named.
fn attribute(argument: &TreeNode) -> String {
    let text = if argument.is_list() {
        argument.items().iter().map(TreeNode::shown).collect::<Vec<_>>().join(".")
    } else {
        argument.shown()
    };
    let id = [".GroupId", ".SubnetId"].iter().find_map(|id| text.strip_suffix(id));
    id.map_or_else(|| text.clone(), str::to_owned)
}

fn parts(text: &str, delimiter: &str) -> Vec<ResolvedName> {
    let parts = text.split(delimiter).map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| ResolvedName::Real(part.to_owned())).collect()
}
