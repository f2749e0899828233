//! The simulator: causes of cold starts, reuse, examples worked by hand.

mod explanation;
mod reuse;
mod worked_examples;
