//! Text: the graph as lists, for terminals and for readers without pictures.

use super::{Drawing, DrawingFormat, DrawingNode, NodeKind};
use crate::diagnostic::escaped;
use crate::report::format::{name, percent, wrapped};

/// For people without a picture.
pub(super) struct TextFormat;

impl DrawingFormat for TextFormat {
    fn name(&self) -> &'static str {
        "text"
    }

    fn draw(&self, drawing: &Drawing, width: u16) -> String {
        let mut parts = vec![wrapped(&escaped(&drawing.title), width.into(), "")];
        parts.extend(drawing.captions.iter().map(|caption| wrapped(&escaped(caption), width.into(), "")));
        let mut out = parts.join("\n");
        let mut heading = "";
        for (index, node) in drawing.nodes.iter().enumerate() {
            if node.kind == NodeKind::Junction {
                continue;
            }
            let own = section(node.kind);
            if heading != own {
                out.push_str(if own.is_empty() { "\n" } else { "\n\n" });
                out.push_str(own);
                heading = own;
            }
            out.push('\n');
            out.push_str(&entry(drawing, index, node, width.into()));
        }
        out.push('\n');
        out
    }
}

/// The heading above the boxes of a kind.
const fn section(kind: NodeKind) -> &'static str {
    match kind {
        NodeKind::Function => "Functions:",
        NodeKind::Enis => "ENIs, by security groups:",
        NodeKind::Subnet => "Subnets:",
        NodeKind::Zone => "Zones:",
        NodeKind::Group => "Security groups:",
        NodeKind::Vpc => "VPCs:",
        NodeKind::Destination => "Destinations:",
        NodeKind::Junction => "",
        NodeKind::End | NodeKind::Phase | NodeKind::Longest => "Phases (* on the longest path):",
    }
}

/// One box: its words, and where its arrows lead, by their meaning.
fn entry(drawing: &Drawing, index: usize, node: &DrawingNode, width: usize) -> String {
    let mark = if node.kind == NodeKind::Longest { "* " } else { "- " };
    let share = node.share.map(|share| format!("{} of the total", percent(share)));
    let said = std::iter::once(name(&node.title))
        .chain((!node.aside.is_empty()).then(|| escaped(&node.aside)))
        .chain(node.lines.iter().map(|line| escaped(line)))
        .chain(share);
    let mut lines = vec![wrapped(&format!("{mark}{}", said.collect::<Vec<_>>().join(", ")), width, "    ")];
    let mut leads: Vec<(&str, Vec<String>)> = Vec::new();
    for (to, meaning) in drawing.successors(index) {
        let Some(other) = drawing.nodes.get(to) else { continue };
        match leads.iter_mut().find(|(known, _)| *known == meaning) {
            Some((_, names)) => names.push(name(&other.title)),
            None => leads.push((meaning, vec![name(&other.title)])),
        }
    }
    for (meaning, names) in leads {
        let words = wrapped(&format!("{meaning} {}", names.join(", ")), width.saturating_sub(2), "    ");
        lines.push(format!("  {words}"));
    }
    lines.join("\n")
}
