//! Streamed day: the demand by function of a wide day that is read in blocks and not kept.

use std::collections::BTreeSet;

use super::blocks::{Beginning, Made};
use super::streamed::{Input, NotInBlocks, Streamed, other};
use crate::demand::FunctionDemand;
use crate::demand::even::{Busiest, even};
use crate::import::blocks::{Unusual, wide_day};
use crate::import::{AzureDay, Companions};
use crate::quantity::Millis;
use crate::trace::{Shape, Spread, Traffic};

/// What the rows of a block need.
#[derive(Debug, Default)]
struct Needs {
    /// The key of each row and a line end.
    keys: String,
    /// Of each row, without its name.
    rows: Vec<(FunctionDemand, Busiest)>,
    lines: u64,
}

impl Needs {
    fn of(layout: wide_day::Layout, day: &AzureDay<'_>, block: &[u8]) -> Result<Self, Unusual> {
        let (mut keys, mut rows) = (String::new(), Vec::new());
        let lines = wide_day::read(layout, block, |key, counts| {
            keys.push_str(key);
            keys.push('\n');
            rows.push(even("", counts, day.lasts(key).0));
        })?;
        Ok(Self { keys, rows, lines })
    }
}

impl Input<'_> {
    /// The demand of a wide day, without the curves of its environments.
    pub fn wide_day(&self, companions: &Companions<'_>) -> Result<Streamed, NotInBlocks> {
        let beginning = other(Beginning::of(self.path))?;
        let layout = other(wide_day::Layout::of(beginning.header()))?;
        other((self.options.spread == Spread::Even).then_some(()))?;
        let sample = other(self.empty_day(&beginning))?;
        let mut day = other(AzureDay::open(companions, &self.options))?;
        if !self.options.durations.is_empty() {
            self.learn(&mut day)?;
        }
        let needs =
            all(beginning.blocks(self.quiet).map(|block| Needs::of(layout, &day, block)), |it| it.lines)?;
        let keys: Vec<&str> = needs.iter().flat_map(|needs| needs.keys.lines()).collect();
        let invoked =
            (0..).zip(needs.iter().flat_map(|it| &it.rows)).filter(|(_, row)| row.0.invocations > 0);
        let invoked: BTreeSet<u32> = invoked.map(|(number, _)| number).collect();
        let (functions, notes) = other(day.functions(&keys, &invoked))?;
        let named = needs.into_iter().flat_map(|it| it.rows).zip(&functions);
        let (needed, busiest) = named
            .map(|((row, busiest), function)| {
                (FunctionDemand { name: function.name.clone(), ..row }, busiest)
            })
            .unzip();
        let span = Millis::minutes(layout.minutes.into());
        let shape = Shape::Counts { slot: Millis::minutes(1), cells: Vec::new(), spread: Spread::Even };
        let notes = sample.notes.into_iter().chain(notes).collect();
        let traffic = Traffic { functions, span, shape, notes, origin: None };
        Ok(Streamed { traffic, functions: needed, peak: (0, 0), busiest: Some(busiest) })
    }

    /// What the importer makes of the header and the first row, with no invocations, so that it says all that
    /// it says of the file and nothing of its functions.
    fn empty_day(&self, beginning: &Beginning) -> Option<Traffic> {
        let sample = std::str::from_utf8(beginning.sample()?).ok()?;
        let row = sample.lines().rfind(|line| !line.trim().is_empty())?;
        let cells = beginning.header().split(',').count();
        let empty = row.split(',').take(4).chain(std::iter::repeat_n("0", cells.checked_sub(4)?));
        let text = format!("{}\n{}\n", beginning.header(), empty.collect::<Vec<_>>().join(","));
        self.taken_for("azure-2019", text.as_bytes())
    }

    /// Reads the keys alone, since a scenario gives durations by names, and the names depend on all keys.
    fn learn(&self, day: &mut AzureDay<'_>) -> Result<(), NotInBlocks> {
        let read = |block: &[u8]| {
            let mut keys = String::new();
            wide_day::keys(block, |key| {
                keys.push_str(key);
                keys.push('\n');
            })?;
            Ok(keys)
        };
        // The whole reading tells what is unusual, with the line.
        let found = all(other(Beginning::of(self.path))?.blocks(true).map(read), |_| 0);
        let found = found.map_err(|_| NotInBlocks::Other)?;
        day.learn(&found.iter().flat_map(|keys| keys.lines()).collect::<Vec<_>>());
        Ok(())
    }
}

/// What was made of all blocks, or why that was not possible; `lines` says how many lines a block had.
fn all<T>(made: Made<T, Unusual>, lines: impl Fn(&T) -> u64) -> Result<Vec<T>, NotInBlocks> {
    match other(made.ok())? {
        Ok(made) => Ok(made),
        Err((before, unusual)) => Err(NotInBlocks::of(unusual, before.iter().map(lines).sum())),
    }
}
