//! Bounds and searches of the worst case.

mod lemmas;
mod properties;
