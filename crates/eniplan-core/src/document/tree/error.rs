//! Why a text is no tree, and how large one may be.

use crate::diagnostic::{Code, Diagnostic};
use crate::document::place::Place;

/// How deep a file may be nested; what clouds and their tools write is below 30.
pub(super) const DEEPEST: usize = 100;
/// How many nodes a file may have: aliases of YAML multiply.
pub(super) const MOST_NODES: usize = 20_000_000;

/// Why the text is no tree.
#[derive(Debug)]
pub(super) struct TreeError {
    code: Code,
    place: Option<Place>,
    message: String,
    help: &'static str,
}

impl TreeError {
    pub(super) fn new(code: Code, message: impl Into<String>, help: &'static str) -> Self {
        Self { code, place: None, message: message.into(), help }
    }

    pub(super) fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    pub(super) fn nothing() -> Self {
        let place = Place { line: 1, column: 1 };
        Self::new(Code::Empty, "the file is empty", "check the command that wrote it").at(place)
    }

    pub(super) fn too_deep(place: Place) -> Self {
        let message = format!("more than {DEEPEST} levels of nesting");
        Self::new(Code::TooLarge, message, "no cloud tool writes such a file; check its origin").at(place)
    }

    pub(super) fn too_many(place: Place) -> Self {
        let message = format!("more than {MOST_NODES} values");
        Self::new(Code::TooLarge, message, "split the file").at(place)
    }

    pub(super) fn into_diagnostic(self) -> Diagnostic {
        let told = Diagnostic::new(self.code, self.message, self.help);
        match self.place {
            Some(at) => told.at_line(at.line).at_column(at.column),
            None => told,
        }
    }
}
