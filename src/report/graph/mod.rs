//! Graph: boxes and arrows as values, and the texts they can be drawn as.
//!
//! A [`Drawing`] holds the user's names as they are; every format escapes them
//! itself. What is drawn is in a file of its own ([`topology`], [`phases`]).
//! To add a format: a file here and a line in [`ALL`]. Pure: no file, no terminal.

mod colour;
mod dot;
mod drawing;
mod layout;
mod measure;
pub mod phases;
mod svg;
mod text;
pub mod topology;

pub use drawing::{Direction, Drawing, DrawingEdge, DrawingFormat, DrawingNode, Frame, NodeKind};

/// Every format; the first is the default.
pub const ALL: &[&dyn DrawingFormat] = &[&text::TextFormat, &svg::SvgFormat, &dot::DotFormat];

/// The format of this name.
pub fn named(name: &str) -> Option<&'static dyn DrawingFormat> {
    ALL.iter().find(|format| format.name() == name).copied()
}

/// `drawing` as SVG, for a file of its own or inside a page.
///
/// Every class name begins with `eg-`, there are no ids, and no rule reaches outside. A page sets
/// its colours with the custom properties `--eniplan-ink`, `--eniplan-muted`, `--eniplan-paper`,
/// `--eniplan-line` and `--eniplan-strong`; without them the picture follows the reader's choice of
/// light or dark.
pub fn svg(drawing: &Drawing) -> String {
    svg::drawn(drawing)
}
