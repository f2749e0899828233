//! House rules, read off the source and the dependencies.

mod dependencies;
mod source;
