//! Colour: what each kind of box and line looks like, in light and in dark.

use std::fmt::Write;

use super::NodeKind;

/// One colour in the light and the dark picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Colours {
    pub light: &'static str,
    pub dark: &'static str,
}

const fn both(light: &'static str, dark: &'static str) -> Colours {
    Colours { light, dark }
}

/// The page.
pub(super) const PAPER: Colours = both("#ffffff", "#0d1117");
/// Names.
pub(super) const INK: Colours = both("#1f2328", "#e6edf3");
/// Everything else that is written.
pub(super) const MUTED: Colours = both("#57606a", "#9da7b3");
/// Arrows and frames.
pub(super) const LINE: Colours = both("#8c959f", "#6e7681");
/// Arrows of the longest path.
pub(super) const STRONG: Colours = both("#c0392b", "#ef7b6e");

/// The inside of a box of this kind and the line around it.
pub(super) const fn fill_and_line(kind: NodeKind) -> (Colours, Colours) {
    match kind {
        NodeKind::Function => (both("#e8f1fd", "#12263f"), both("#3b82c4", "#5aa0e6")),
        NodeKind::Enis => (both("#e9f7ec", "#10291a"), both("#2f8f4e", "#4fb672")),
        NodeKind::Subnet => (both("#fff6e0", "#2e2410"), both("#b7791f", "#d6a24a")),
        NodeKind::Zone => (both("#f3eefc", "#221a38"), both("#7c5cc4", "#a78be8")),
        NodeKind::Group => (both("#fdeaf0", "#331827"), both("#c2477b", "#e07aa5")),
        NodeKind::Vpc => (both("#eef1f4", "#1f242b"), both("#57606a", "#8b949e")),
        NodeKind::Destination => (both("#e6f6f6", "#0f2a2b"), both("#1d8a8a", "#4bb8b8")),
        NodeKind::Junction => (LINE, LINE),
        NodeKind::End => (PAPER, both("#57606a", "#8b949e")),
        NodeKind::Phase => (both("#f3f4f6", "#20252c"), both("#6b7280", "#8b949e")),
        NodeKind::Longest => (both("#fdecea", "#3a1714"), STRONG),
    }
}

/// The rules of the picture: the reader's choice of light or dark, or the page's own colours.
pub(super) fn style() -> String {
    let named = [("ink", INK), ("muted", MUTED), ("paper", PAPER), ("line", LINE), ("strong", STRONG)];
    let mut light = String::new();
    let mut dark = String::new();
    for (name, colours) in named {
        let _ = write!(light, "--eg-{name}:var(--eniplan-{name},{});", colours.light);
        let _ = write!(dark, "--eg-{name}:var(--eniplan-{name},{});", colours.dark);
    }
    for kind in NodeKind::ALL {
        let ((fill, line), name) = (fill_and_line(kind), kind.name());
        let _ = write!(light, "--eg-{name}-fill:{};--eg-{name}-line:{};", fill.light, line.light);
        let _ = write!(dark, "--eg-{name}-fill:{};--eg-{name}-line:{};", fill.dark, line.dark);
    }
    let mut rules = format!(".eg{{{light}}}@media (prefers-color-scheme:dark){{.eg{{{dark}}}}}");
    // A page that has a switch of its own says so at its root, and is followed.
    let _ = write!(rules, "[data-theme=light] .eg{{{light}}}[data-theme=dark] .eg{{{dark}}}");
    for (class, rule) in [
        ("eg-paper", "fill:var(--eg-paper)"),
        ("eg-name", "fill:var(--eg-ink)"),
        ("eg-small", "fill:var(--eg-muted)"),
        ("eg-frame", "stroke:var(--eg-line)"),
        ("eg-arrow path", "stroke:var(--eg-line)"),
        ("eg-arrow .eg-head", "fill:var(--eg-line);stroke:none"),
        ("eg-strong path", "stroke:var(--eg-strong)"),
        ("eg-strong .eg-head", "fill:var(--eg-strong)"),
        ("eg-arrow:hover path", "stroke-width:3"),
    ] {
        let _ = write!(rules, ".{class}{{{rule}}}");
    }
    for kind in NodeKind::ALL {
        let name = kind.name();
        let _ = write!(rules, ".eg-{name}{{fill:var(--eg-{name}-fill);stroke:var(--eg-{name}-line)}}");
    }
    let _ = write!(rules, ".eg-bar{{fill:var(--eg-strong)}}");
    rules
}
