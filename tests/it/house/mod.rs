//! House rules, read off the source, the manifests and the dependencies.

mod circles;
mod conversions;
mod dependencies;
mod lexer;
mod lints;
mod modules;
mod names;
mod source;
mod tiers;
