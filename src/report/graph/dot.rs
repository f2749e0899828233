//! DOT: the graph for Graphviz and whatever else reads its language.

use std::fmt::Write;

use super::{Direction, Drawing, DrawingFormat, DrawingNode, NodeKind, colour};
use crate::diagnostic::escaped;

/// For Graphviz.
pub(super) struct DotFormat;

impl DrawingFormat for DotFormat {
    fn name(&self) -> &'static str {
        "dot"
    }

    fn draw(&self, drawing: &Drawing, _width: u16) -> String {
        let direction = if drawing.direction == Direction::Right { "LR" } else { "TB" };
        let title = std::iter::once(&drawing.title).chain(&drawing.captions).map(|line| quoted(line));
        let mut out = format!(
            "digraph eniplan {{\n  rankdir={direction};\n  label=\"{}\";\n  labelloc=t;\n  \
             node [shape=box, style=\"rounded,filled\", fontname=\"sans-serif\"];\n",
            title.collect::<Vec<_>>().join("\\n"),
        );
        for (index, node) in drawing.nodes.iter().enumerate() {
            let _ = writeln!(out, "  n{index} [{}];", attributes(node));
        }
        for edge in &drawing.edges {
            let strong = if edge.strong { ", penwidth=2.5" } else { "" };
            let junction = drawing.nodes.get(edge.to).is_some_and(|node| node.kind == NodeKind::Junction);
            let head = if junction { ", arrowhead=none" } else { "" };
            let meaning = quoted(edge.meaning);
            let _ = writeln!(out, "  n{} -> n{} [tooltip=\"{meaning}\"{strong}{head}];", edge.from, edge.to);
        }
        for (index, frame) in drawing.frames.iter().enumerate() {
            let inside = |node: &DrawingNode| (frame.first..=frame.last).contains(&node.rank);
            let members = drawing.nodes.iter().enumerate().filter(|(_, node)| inside(node));
            let members: Vec<String> = members.map(|(at, _)| format!("n{at};")).collect();
            let members = members.join(" ");
            let label = quoted(&frame.label);
            let _ =
                writeln!(out, "  subgraph cluster_{index} {{ label=\"{label}\"; style=dashed; {members} }}");
        }
        out.push_str("}\n");
        out
    }
}

fn attributes(node: &DrawingNode) -> String {
    let (fill, line) = colour::fill_and_line(node.kind);
    if node.kind == NodeKind::Junction {
        return format!("shape=point, width=0.06, color=\"{}\"", line.light);
    }
    let lines = std::iter::once(&node.title)
        .chain((!node.aside.is_empty()).then_some(&node.aside))
        .chain(&node.lines);
    let label = lines.map(|line| quoted(line)).collect::<Vec<_>>().join("\\n");
    let hint =
        if node.hint.is_empty() { String::new() } else { format!(", tooltip=\"{}\"", quoted(&node.hint)) };
    format!("label=\"{label}\", fillcolor=\"{}\", color=\"{}\"{hint}", fill.light, line.light)
}

/// The longest piece of a quotation, bytes: Graphviz refuses one of 16 KiB, but joins pieces.
const PIECE: usize = 2_000;
/// Between two pieces.
const JOINT: &str = "\" + \"";

/// `text` inside quotation marks: what would end them, or is an escape or an entity, stands for itself.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut piece = 0;
    let long = text.len() > PIECE;
    out.push_str(if long { JOINT } else { "" });
    for c in escaped(text).chars() {
        if long && out.len() - piece > PIECE {
            out.push_str(JOINT);
            piece = out.len();
        }
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
    out.push_str(if long { JOINT } else { "" });
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_the_quotation() {
        assert_eq!(quoted("a\"]; b\\n \\N &lt; \n"), "a\\\"]; b\\\\n \\\\N &amp;lt; \\\\n");
    }

    #[test]
    fn a_long_text_is_in_pieces_that_graphviz_takes() {
        let text = "\\".repeat(30_000);
        let quoted = format!("\"{}\"", quoted(&text));
        let pieces: Vec<&str> = quoted.split(" + ").collect();
        assert!(
            pieces
                .iter()
                .all(|piece| piece.len() < 2 * PIECE && piece.starts_with('"') && piece.ends_with('"'))
        );
        let joined: String = pieces.iter().map(|piece| &piece[1..piece.len() - 1]).collect();
        assert_eq!(joined, "\\\\".repeat(30_000));
    }
}
