//! SVG: a picture for browsers, pages and documents, in light and dark.
//!
//! Colours are classes whose rules use custom properties; every shape also carries the colours of the
//! light picture as attributes, for readers of SVG that know no custom properties.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::colour::{self, Colours};
use super::layout::{Gaps, GraphLayout, LayoutItem, LayoutPoint, lay_out};
use super::measure::width;
use super::{Direction, Drawing, DrawingEdge, DrawingFormat, DrawingNode, NodeKind};
use crate::diagnostic::escaped;
use crate::report::format::wrapped;

/// For browsers and documents.
pub(super) struct SvgFormat;

impl DrawingFormat for SvgFormat {
    fn name(&self) -> &'static str {
        "svg"
    }

    fn draw(&self, drawing: &Drawing, _width: u16) -> String {
        drawn(drawing)
    }
}

/// Letters of names, and of everything else.
const NAME: i64 = 14;
const SMALL: i64 = 12;
/// Distance of letters from the line around them.
const PAD: i64 = 10;
/// Height of the line of a name, and of a further line.
const NAME_LINE: i64 = 20;
const LINE: i64 = 16;
/// Around the picture, and around the boxes of a frame.
const MARGIN: i64 = 16;
const FRAME: i64 = 16;
/// The most characters of a name, and of a line before it is broken.
const LONGEST_NAME: usize = 40;
const LONGEST_LINE: usize = 60;
/// The height of the bar that shows a share.
const BAR: i64 = 4;

/// What one box says: its name, the word beside it, its lines.
struct Label {
    title: String,
    aside: String,
    lines: Vec<String>,
}

/// The picture.
pub(super) fn drawn(drawing: &Drawing) -> String {
    let labels: Vec<Label> = drawing.nodes.iter().map(label).collect();
    let mut items: Vec<LayoutItem> = drawing
        .nodes
        .iter()
        .zip(&labels)
        .map(|(node, label)| {
            let (wide, high) = size(node, label);
            match drawing.direction {
                Direction::Right => LayoutItem { rank: node.rank, deep: wide, broad: high },
                Direction::Down => LayoutItem { rank: node.rank, deep: high, broad: wide },
            }
        })
        .collect();
    if drawing.direction == Direction::Right {
        stretch(drawing, &mut items);
    }
    let edges: Vec<(usize, usize)> = drawing.edges.iter().map(|edge| (edge.from, edge.to)).collect();
    let gaps = match drawing.direction {
        Direction::Right => Gaps { ranks: 64, boxes: 10 },
        Direction::Down => Gaps { ranks: 26, boxes: 24 },
    };
    let layout = lay_out(&items, &edges, gaps);
    SvgCanvas::new(drawing, &layout).filled(drawing, &labels, &items, &layout)
}

/// Makes the boxes of a column equally wide.
fn stretch(drawing: &Drawing, items: &mut [LayoutItem]) {
    let mut widest: BTreeMap<usize, i64> = BTreeMap::new();
    for item in items.iter() {
        let wide = widest.entry(item.rank).or_default();
        *wide = item.deep.max(*wide);
    }
    for (item, node) in
        items.iter_mut().zip(&drawing.nodes).filter(|(_, node)| node.kind != NodeKind::Junction)
    {
        item.deep = widest.get(&node.rank).copied().unwrap_or(item.deep);
    }
}

/// Where the parts of the picture stand.
struct SvgCanvas {
    direction: Direction,
    title: Vec<String>,
    head: Vec<String>,
    left: i64,
    top: i64,
    wide: i64,
    high: i64,
    body: String,
}

impl SvgCanvas {
    fn new(drawing: &Drawing, layout: &GraphLayout) -> Self {
        /// So much for the title and the legend, however small the graph is.
        const LEAST: i64 = 760;
        let (deep, broad) = match drawing.direction {
            Direction::Right => (layout.deep, layout.broad),
            Direction::Down => (layout.broad, layout.deep),
        };
        let frame = if drawing.frames.is_empty() { 0 } else { FRAME };
        let wide = (deep + 2 * (MARGIN + frame)).max(LEAST);
        let letters = |wide_of_one: i64| usize::try_from((wide - 2 * MARGIN) * 10 / wide_of_one).unwrap_or(0);
        let lines = |text: &str, letters: usize| -> Vec<String> {
            wrapped(&escaped(text), letters, "").lines().map(|line| cut(line, letters)).collect()
        };
        let title = lines(&drawing.title, letters(NAME * 7));
        let head: Vec<String> =
            drawing.captions.iter().flat_map(|caption| lines(caption, letters(SMALL * 6))).collect();
        let count = |lines: &[String]| i64::try_from(lines.len()).unwrap_or(0);
        let words = count(&title) * NAME_LINE + count(&head) * LINE;
        let above = if drawing.frames.is_empty() { MARGIN } else { FRAME + NAME_LINE };
        let top = MARGIN + words + above;
        Self {
            direction: drawing.direction,
            left: (wide - deep) / 2,
            high: top + broad + frame + MARGIN + LINE + MARGIN,
            title,
            head,
            top,
            wide,
            body: String::new(),
        }
    }

    fn filled(
        mut self,
        drawing: &Drawing,
        labels: &[Label],
        items: &[LayoutItem],
        layout: &GraphLayout,
    ) -> String {
        self.frames(drawing, layout);
        for (edge, route) in drawing.edges.iter().zip(&layout.routes) {
            self.arrow(drawing, edge, route);
        }
        for (index, (node, label)) in drawing.nodes.iter().zip(labels).enumerate() {
            let (Some(&corner), Some(item)) = (layout.corners.get(index), items.get(index)) else { continue };
            let (wide, high) = match self.direction {
                Direction::Right => (item.deep, item.broad),
                Direction::Down => (item.broad, item.deep),
            };
            let (x, y) = self.at(corner);
            self.node(node, label, (x, y, wide, high));
        }
        self.title();
        self.legend(drawing);
        let name = xml_escaped(&drawing.title);
        let (wide, high) = (self.wide, self.high);
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"eg\" viewBox=\"0 0 {wide} {high}\" width=\"{wide}\" \
             height=\"{high}\" role=\"img\" aria-label=\"{name}\" font-family=\"system-ui, -apple-system, \
             &quot;Segoe UI&quot;, &quot;DejaVu Sans&quot;, sans-serif\">\n<title>{name}</title>\n<style>{}</style>\n\
             <rect class=\"eg-paper\" width=\"{wide}\" height=\"{high}\" fill=\"{}\"/>\n{}</svg>\n",
            colour::style(),
            colour::PAPER.light,
            self.body
        )
    }

    /// From the layout's axes to the page.
    const fn at(&self, point: LayoutPoint) -> (i64, i64) {
        match self.direction {
            Direction::Right => (self.left + point.deep, self.top + point.broad),
            Direction::Down => (self.left + point.broad, self.top + point.deep),
        }
    }

    fn line(&mut self, text: &str) {
        self.body.push_str(text);
        self.body.push('\n');
    }

    fn words(&mut self, class: &str, (x, y): (i64, i64), size: i64, colours: Colours, text: &str) {
        let weight = if class == "eg-name" { " font-weight=\"600\"" } else { "" };
        let text = xml_escaped(text);
        let fill = colours.light;
        self.line(&format!(
            "<text class=\"{class}\" x=\"{x}\" y=\"{y}\" font-size=\"{size}\"{weight} fill=\"{fill}\">{text}</text>"
        ));
    }

    fn title(&mut self) {
        let mut y = MARGIN;
        for line in std::mem::take(&mut self.title) {
            self.words("eg-name", (MARGIN, y + NAME), NAME, colour::INK, &line);
            y += NAME_LINE;
        }
        for line in std::mem::take(&mut self.head) {
            self.words("eg-small", (MARGIN, y + SMALL), SMALL, colour::MUTED, &line);
            y += LINE;
        }
    }

    fn legend(&mut self, drawing: &Drawing) {
        let y = self.high - MARGIN - SMALL;
        let mut x = MARGIN;
        for kind in drawing.legend() {
            let (fill, line) = colour::fill_and_line(kind);
            let (name, fill, line) = (kind.name(), fill.light, line.light);
            self.line(&format!(
                "<rect class=\"eg-{name}\" x=\"{x}\" y=\"{y}\" width=\"14\" height=\"14\" rx=\"3\" fill=\"{fill}\" \
                 stroke=\"{line}\"/>"
            ));
            self.words("eg-small", (x + 20, y + SMALL), SMALL, colour::MUTED, kind.words());
            x += 20 + width(kind.words(), SMALL, false) + 18;
        }
    }

    fn frames(&mut self, drawing: &Drawing, layout: &GraphLayout) {
        for frame in &drawing.frames {
            let ends = (layout.ranks.get(frame.first), layout.ranks.get(frame.last));
            let (Some(&(begin, _)), Some(&(_, end))) = ends else { continue };
            let (x, y) = (self.left + begin - FRAME, self.top - FRAME - LINE);
            let (wide, high) = (end - begin + 2 * FRAME, layout.broad + 2 * FRAME + LINE);
            let line = colour::LINE.light;
            self.line(&format!(
                "<rect class=\"eg-frame\" x=\"{x}\" y=\"{y}\" width=\"{wide}\" height=\"{high}\" rx=\"10\" fill=\"none\" \
                 stroke=\"{line}\" stroke-dasharray=\"5 4\"/>"
            ));
            let letters = usize::try_from((wide - 2 * PAD) * 10 / (SMALL * 7)).unwrap_or(0);
            self.words("eg-small", (x + PAD, y + 18), SMALL, colour::MUTED, &cut(&frame.label, letters));
        }
    }

    fn arrow(&mut self, drawing: &Drawing, edge: &DrawingEdge, route: &[LayoutPoint]) {
        /// The length of an arrow's head.
        const HEAD: i64 = 7;
        let (Some(&first), Some(&last)) = (route.first(), route.last()) else { return };
        let pointed = drawing.nodes.get(edge.to).is_some_and(|node| node.kind != NodeKind::Junction);
        let neck = LayoutPoint { deep: last.deep - if pointed { HEAD - 1 } else { 0 }, ..last };
        let (x, y) = self.at(first);
        let mut path = format!("M{x} {y}");
        let mut from = first;
        for (step, &to) in route.iter().enumerate().skip(1) {
            let to = if step + 1 == route.len() { neck } else { to };
            let (x, y) = self.at(to);
            if step.is_multiple_of(2) {
                let _ = write!(path, "L{x} {y}");
            } else {
                let half = i64::midpoint(from.deep, to.deep);
                let (ax, ay) = self.at(LayoutPoint { deep: half, ..from });
                let (bx, by) = self.at(LayoutPoint { deep: half, ..to });
                let _ = write!(path, "C{ax} {ay} {bx} {by} {x} {y}");
            }
            from = to;
        }
        let (class, colours) =
            if edge.strong { ("eg-arrow eg-strong", colour::STRONG) } else { ("eg-arrow", colour::LINE) };
        let thick = if edge.strong { "2.5" } else { "1.3" };
        let head = if pointed { self.head(last, HEAD, colours) } else { String::new() };
        let name = |index: usize| drawing.nodes.get(index).map_or("", |node| node.title.as_str());
        let hint = xml_escaped(&format!("{} {} {}", name(edge.from), edge.meaning, name(edge.to)));
        let hint = if name(edge.from).is_empty() || name(edge.to).is_empty() {
            String::new()
        } else {
            format!("<title>{}</title>", hint.trim())
        };
        let line = colours.light;
        self.line(&format!(
            "<g class=\"{class}\">{hint}<path d=\"{path}\" fill=\"none\" stroke=\"{line}\" stroke-width=\"{thick}\"/>{head}</g>"
        ));
    }

    /// The head of an arrow with its tip at `tip`.
    fn head(&self, tip: LayoutPoint, length: i64, colours: Colours) -> String {
        let (x, y) = self.at(tip);
        let sides =
            [-4, 4].map(|side| self.at(LayoutPoint { deep: tip.deep - length, broad: tip.broad + side }));
        let [(ax, ay), (bx, by)] = sides;
        let fill = colours.light;
        format!("<path class=\"eg-head\" d=\"M{x} {y}L{ax} {ay}L{bx} {by}Z\" fill=\"{fill}\"/>")
    }

    fn node(&mut self, node: &DrawingNode, label: &Label, (x, y, wide, high): (i64, i64, i64, i64)) {
        let (fill, line) = colour::fill_and_line(node.kind);
        let (name, fill, stroke) = (node.kind.name(), fill.light, line.light);
        if node.kind == NodeKind::Junction {
            let half = wide / 2;
            let (x, y) = (x + half, y + half);
            self.line(&format!(
                "<circle class=\"eg-{name}\" cx=\"{x}\" cy=\"{y}\" r=\"{half}\" fill=\"{stroke}\"/>"
            ));
            return;
        }
        let hint = if node.hint.is_empty() { escaped(&node.title) } else { escaped(&node.hint) };
        self.line(&format!("<g class=\"eg-node\"><title>{}</title>", xml_escaped(&hint)));
        let round = if node.kind == NodeKind::End { high / 2 } else { 6 };
        self.line(&format!(
            "<rect class=\"eg-box eg-{name}\" x=\"{x}\" y=\"{y}\" width=\"{wide}\" height=\"{high}\" rx=\"{round}\" \
             fill=\"{fill}\" stroke=\"{stroke}\" stroke-width=\"1.3\"/>"
        ));
        let base = y + 5 + NAME;
        self.words("eg-name", (x + PAD, base), NAME, colour::INK, &label.title);
        if !label.aside.is_empty() {
            let beside = x + PAD + width(&label.title, NAME, true) + 8;
            self.words("eg-small", (beside, base), SMALL, colour::MUTED, &label.aside);
        }
        for (line, step) in label.lines.iter().zip(1_i64..) {
            self.words("eg-small", (x + PAD, base + step * LINE), SMALL, colour::MUTED, line);
        }
        if let Some(share) = node.share {
            let (left, top) = (x + PAD, y + high - BAR - 5);
            let filled = filled(share, wide - 2 * PAD);
            self.line(&format!(
                "<rect class=\"eg-bar\" x=\"{left}\" y=\"{top}\" width=\"{filled}\" height=\"{BAR}\" rx=\"2\" fill=\"{stroke}\"/>"
            ));
        }
        self.line("</g>");
    }
}

/// So much of `whole`; what is there at all is seen.
#[allow(clippy::cast_possible_truncation, reason = "at most the width of a box")]
fn filled(share: f64, whole: i64) -> i64 {
    let part = (share.clamp(0.0, 1.0) * whole as f64).round() as i64;
    part.max(if share > 0.0 { 2 } else { 0 })
}

fn label(node: &DrawingNode) -> Label {
    let broken = |line: &String| {
        let words = wrapped(&escaped(line), LONGEST_LINE, "");
        words.lines().map(|line| cut(line, LONGEST_LINE)).collect::<Vec<_>>()
    };
    Label {
        title: cut(&node.title, LONGEST_NAME),
        aside: cut(&node.aside, LONGEST_NAME),
        lines: node.lines.iter().flat_map(broken).collect(),
    }
}

/// How wide and high a box must be for what it says.
fn size(node: &DrawingNode, label: &Label) -> (i64, i64) {
    const JUNCTION: i64 = 6;
    if node.kind == NodeKind::Junction {
        return (JUNCTION, JUNCTION);
    }
    let aside = if label.aside.is_empty() { 0 } else { 8 + width(&label.aside, SMALL, false) };
    let first = width(&label.title, NAME, true) + aside;
    let widest = label.lines.iter().map(|line| width(line, SMALL, false)).fold(first, i64::max);
    let lines = i64::try_from(label.lines.len()).unwrap_or(0);
    let bar = if node.share.is_some() { BAR + 6 } else { 0 };
    (widest + 2 * PAD, NAME_LINE + lines * LINE + 8 + bar)
}

/// `text` without anything that drives a terminal, and not longer than a box can hold.
fn cut(text: &str, most: usize) -> String {
    let safe = escaped(text);
    if safe.chars().nth(most).is_none() {
        return safe;
    }
    let mut cut: String = safe.chars().take(most.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

/// `text` as XML text or attribute value.
fn xml_escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in escaped(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // No characters of XML 1.0.
            '\u{fffe}' | '\u{ffff}' => out.extend(c.escape_default()),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_text_and_nothing_else() {
        assert_eq!(
            xml_escaped("<img onerror=\"x\">&'\u{1b}\u{ffff}"),
            "&lt;img onerror=&quot;x&quot;&gt;&amp;&#39;\\u{1b}\\u{ffff}"
        );
        assert_eq!(cut("abcdef", 4), "abc…");
        assert_eq!((filled(0.0, 100), filled(0.000_1, 100), filled(0.5, 100)), (0, 2, 50));
    }
}
