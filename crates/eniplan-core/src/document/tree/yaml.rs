//! YAML -> [`TreeNode`]: the events of `saphyr-parser`, on a stack of our own.

use std::borrow::Cow;
use std::collections::BTreeMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Tag};

use super::error::{DEEPEST, MOST_NODES, TreeError};
use super::node::{TreeNode, TreeValue, report_duplicates};
use crate::diagnostic::{Code, Diagnostics};
use crate::document::place::{Place, Placed};

/// How many nodes aliases may copy.
const MOST_COPIED: usize = 200_000;

/// The first and only document of a YAML text as nodes.
pub(super) fn read(text: &str, problems: &mut Diagnostics) -> Result<TreeNode, TreeError> {
    let mut builder =
        YamlBuilder { open: Vec::new(), anchors: BTreeMap::new(), nodes: 0, copied: 0, root: None, problems };
    for event in Parser::new_from_str(text) {
        let (event, span) = event.map_err(|error| {
            let help = "save the template as YAML or JSON";
            TreeError::new(Code::Toml, format!("invalid YAML: {}", error.info()), help)
                .at(place(*error.marker()))
        })?;
        builder.take(event, place(span.start))?;
    }
    builder.root.ok_or_else(TreeError::nothing)
}

fn place(mark: Marker) -> Place {
    Place { line: mark.line().max(1) as u64, column: mark.col() as u64 + 1 }
}

/// A list or map whose end has not come.
struct OpenCollection {
    node: TreeNode,
    anchor: usize,
    key: Option<Placed<String>>,
}

struct YamlBuilder<'p> {
    open: Vec<OpenCollection>,
    anchors: BTreeMap<usize, (TreeNode, usize)>,
    nodes: usize,
    copied: usize,
    root: Option<TreeNode>,
    problems: &'p mut Diagnostics,
}

impl YamlBuilder<'_> {
    fn take(&mut self, event: Event<'_>, place: Place) -> Result<(), TreeError> {
        match event {
            Event::DocumentStart(_) if self.root.is_some() => Err(TreeError::new(
                Code::Toml,
                "the file contains a second document",
                "put each document in its own file",
            )
            .at(place)),
            Event::Scalar(text, style, anchor, tag) => {
                let value = if style == ScalarStyle::Plain {
                    plain(text)
                } else {
                    TreeValue::Text(text.into_owned())
                };
                self.put(TreeNode { place, tag: named(tag), value }, anchor)
            }
            Event::SequenceStart(anchor, tag) => self.begin(TreeValue::List(Vec::new()), anchor, tag, place),
            Event::MappingStart(anchor, tag) => self.begin(TreeValue::Map(Vec::new()), anchor, tag, place),
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => self.alias(anchor, place),
            _ => Ok(()),
        }
    }

    fn begin(
        &mut self,
        value: TreeValue,
        anchor: usize,
        tag: Option<Cow<'_, Tag>>,
        place: Place,
    ) -> Result<(), TreeError> {
        if self.open.len() > DEEPEST {
            return Err(TreeError::too_deep(place));
        }
        self.open.push(OpenCollection {
            node: TreeNode { place, tag: named(tag), value },
            anchor,
            key: None,
        });
        Ok(())
    }

    fn end(&mut self) -> Result<(), TreeError> {
        let Some(closed) = self.open.pop() else { return Ok(()) };
        report_duplicates(closed.node.entries(), self.problems);
        self.put(closed.node, closed.anchor)
    }

    fn alias(&mut self, anchor: usize, place: Place) -> Result<(), TreeError> {
        let Some((node, size)) = self.anchors.get(&anchor) else {
            return Err(TreeError::new(
                Code::Toml,
                "an alias refers to a value that contains it",
                "write the value out in full",
            )
            .at(place));
        };
        if self.copied.saturating_add(*size) > MOST_COPIED || self.open.len() + depth(node) > DEEPEST {
            return Err(TreeError::new(
                Code::TooLarge,
                "too many expanded aliases",
                "write the values out in full",
            )
            .at(place));
        }
        let node = node.clone();
        self.copied += size;
        self.put(node, 0)
    }

    /// A finished node goes into the innermost open one, in a map as a name or as its value.
    fn put(&mut self, node: TreeNode, anchor: usize) -> Result<(), TreeError> {
        self.nodes += 1;
        if self.nodes > MOST_NODES {
            return Err(TreeError::too_many(node.place));
        }
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), size(&node)));
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match (&mut open.node.value, open.key.take()) {
            (TreeValue::Map(entries), Some(key)) => entries.push((key, node)),
            (TreeValue::Map(_), None) if node.is_list() || node.is_map() => {
                let message = "expected a name, found a list or map";
                return Err(TreeError::new(Code::Toml, message, "use a string as the name").at(node.place));
            }
            (TreeValue::Map(_), None) => {
                let name = if node.value == TreeValue::Null { String::new() } else { node.shown() };
                open.key = Some(Placed { value: name, place: node.place });
            }
            (TreeValue::List(items), _) => items.push(node),
            _ => {}
        }
        Ok(())
    }
}

/// A scalar without quotes, by the core schema.
fn plain(text: Cow<'_, str>) -> TreeValue {
    match text.as_ref() {
        "" | "~" | "null" | "Null" | "NULL" => TreeValue::Null,
        "true" | "True" | "TRUE" => TreeValue::Flag(true),
        "false" | "False" | "FALSE" => TreeValue::Flag(false),
        number
            if number.starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
                && number.parse::<f64>().is_ok() =>
        {
            TreeValue::Number(text.into_owned())
        }
        _ => TreeValue::Text(text.into_owned()),
    }
}

fn named(tag: Option<Cow<'_, Tag>>) -> Option<String> {
    tag.filter(|tag| !tag.is_yaml_core_schema()).map(|tag| tag.suffix.clone())
}

fn size(node: &TreeNode) -> usize {
    let parts = node.items().iter().chain(node.entries().iter().map(|(_, node)| node));
    parts.map(size).sum::<usize>() + 1
}

fn depth(node: &TreeNode) -> usize {
    let parts = node.items().iter().chain(node.entries().iter().map(|(_, node)| node));
    parts.map(depth).max().map_or(0, |deepest| deepest + 1)
}
