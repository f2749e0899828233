//! Streamed: the demand of a large file that is read in blocks and not kept.
//!
//! Gives nothing where a file is not one of the usual two, or has something unusual in it:
//! then the whole file is read, which understands more and tells what is wrong.

use std::collections::BTreeMap;
use std::path::Path;

use super::blocks::Beginning;
use crate::demand::FunctionDemand;
use crate::demand::even::Busiest;
use crate::import::blocks::Unusual;
use crate::import::{self, Companions, Options, Source};
use crate::trace::{Shape, Traffic};

/// Why a file is not read in blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotInBlocks {
    /// It is no file that could be, or an option looks at all of it.
    Other,
    /// Its rows are not in order of start, the first of which on this line.
    Unsorted(u64),
    /// Something in it only the importer can judge.
    Because {
        /// The line, from 1.
        line: u64,
        /// What it is.
        what: &'static str,
    },
}

impl NotInBlocks {
    /// What `unusual` is in a file with a header, of which `before` lines stand in earlier blocks.
    pub const fn of(unusual: Unusual, before: u64) -> Self {
        Self::Because { line: unusual.line + before + 2, what: unusual.what }
    }
}

/// Nothing that is said of it.
pub fn other<T>(found: Option<T>) -> Result<T, NotInBlocks> {
    found.ok_or(NotInBlocks::Other)
}

/// What a file needs by function.
#[derive(Debug)]
pub struct Streamed {
    /// The traffic without its invocations.
    pub traffic: Traffic,
    /// By function, in the traffic's order.
    pub functions: Vec<FunctionDemand>,
    /// The most at once of all functions, and its first instant, where it is known.
    pub peak: (u32, u64),
    /// The busiest slot of each function, where there are slots.
    pub busiest: Option<Vec<Busiest>>,
}

/// A file that may be read in blocks, and how.
#[derive(Debug)]
pub struct Input<'a> {
    /// The file.
    pub path: &'a Path,
    /// Its name for people.
    pub name: String,
    /// How it is read.
    pub options: Options,
    /// Whether no bar is shown.
    pub quiet: bool,
}

impl Input<'_> {
    /// What the importer makes of the header and the first row, if it takes the file for this format.
    pub fn sample(&self, beginning: &Beginning, format: &str) -> Option<Traffic> {
        self.taken_for(format, beginning.sample()?)
    }

    /// What the importer makes of `bytes`, if it takes them for this format.
    pub fn taken_for(&self, format: &str, bytes: &[u8]) -> Option<Traffic> {
        let source = Source { name: &self.name, bytes };
        if import::detect(source, &self.options).ok()?.name() != format {
            return None;
        }
        import::import(source, &Companions::default(), &self.options).ok()
    }
}

/// The busiest slot of each function of traffic that is in memory, where there are slots.
pub fn busiest(traffic: &Traffic) -> Option<Vec<Busiest>> {
    let Shape::Counts { slot, cells, .. } = &traffic.shape else { return None };
    let mut sums = BTreeMap::<(u32, u32), u32>::new();
    for cell in cells {
        let sum = sums.entry((cell.function, cell.slot)).or_default();
        *sum = sum.saturating_add(cell.count);
    }
    let mut found = vec![Busiest::default(); traffic.functions.len()];
    for ((function, number), invocations) in sums {
        let Some(best) = found.get_mut(function as usize) else { continue };
        if invocations > best.invocations {
            *best = Busiest { at: u64::from(number) * slot.0, invocations };
        }
    }
    Some(found)
}
