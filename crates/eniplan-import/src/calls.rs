//! Calls: the invocations of logs, brought into order of start, and kept or counted.
//!
//! As long as they come in order each goes straight to where it stays: a [`CallLog`], or whoever counts it and keeps
//! nothing. From the first that does not on, they are gathered into runs that fit in memory; each run is sorted and
//! kept elsewhere by the caller. Merged again the runs give all calls in order, ties in order of the files.

use std::io;

use super::file::reason;
use super::records::FilePlace;
use super::sorting::{MergedRuns, RUN, RunKeeper, sort};
use eniplan_core::diagnostic::{Code, Diagnostic};
use eniplan_core::quantity::Millis;
use eniplan_core::trace::CallLog;
use eniplan_core::trace::block::{CallBlock, CallRow};

/// How many calls that come one by one are handed on at a time, and merged ones.
const AT_ONCE: usize = 1 << 16;
const MERGED: usize = 1 << 19;

/// Who counts calls so that none is kept.
pub trait CallCounter {
    /// Begins anew.
    fn begin(&mut self);

    /// The next calls, in order of start; times count from `first`.
    fn take(&mut self, block: &CallBlock, first: i64);
}

/// What becomes of the calls.
pub struct Keeping<'k> {
    /// Keeps sorted runs, where calls are out of order.
    pub runs: &'k mut dyn RunKeeper,
    /// Counts calls; without it all are kept.
    pub counter: Option<&'k mut dyn CallCounter>,
    /// Whether counts of a day are kept by function.
    pub by_function: bool,
}

impl Keeping<'_> {
    /// The same once more.
    pub fn again(&mut self) -> Keeping<'_> {
        let counter = self.counter.as_mut().map(|counter| &mut **counter as &mut dyn CallCounter);
        Keeping { runs: &mut *self.runs, counter, by_function: self.by_function }
    }
}

/// Calls so far.
pub struct Calls<'k> {
    keeping: Keeping<'k>,
    kept: CallLog,
    /// Calls that came one by one.
    single: CallBlock,
    /// The calls of the next run, once there are runs.
    run: Option<Vec<CallRow>>,
    /// The first call's start, and that of the last.
    opening: Option<i64>,
    last: i64,
    /// The earliest start and the latest, with its place; the latest end.
    first: Option<i64>,
    latest: Option<(i64, FilePlace)>,
    end: i64,
    first_place: Option<FilePlace>,
    late: Option<FilePlace>,
    /// The first that was too far from the earliest when it came.
    far: Option<(i64, FilePlace)>,
    is_stopped: bool,
}

/// All calls, in order.
pub struct SortedCalls {
    /// Those that are kept; none where they were counted.
    pub log: CallLog,
    /// The earliest start, ms.
    pub first: i64,
    /// From there to the last end.
    pub span: Millis,
}

impl<'k> Calls<'k> {
    /// None yet. Where they are counted and not in order, reading stops, unless they `are_unsorted`.
    pub fn new(mut keeping: Keeping<'k>, are_unsorted: bool) -> Self {
        keeping.runs.begin();
        if let Some(counter) = &mut keeping.counter {
            counter.begin();
        }
        Self {
            keeping,
            kept: CallLog::default(),
            single: CallBlock::default(),
            run: are_unsorted.then(Vec::new),
            opening: None,
            last: i64::MIN,
            first: None,
            latest: None,
            end: i64::MIN,
            first_place: None,
            late: None,
            far: None,
            is_stopped: false,
        }
    }

    /// Whether counts of a day are kept by function.
    pub const fn by_function(&self) -> bool {
        self.keeping.by_function
    }

    /// Whether they are out of order where only such in order can be counted.
    pub const fn is_stopped(&self) -> bool {
        self.is_stopped
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// The place of the first.
    pub const fn first_place(&self) -> Option<FilePlace> {
        self.first_place
    }

    /// The first that starts before the one above it.
    pub const fn late(&self) -> Option<FilePlace> {
        self.late
    }

    /// Appends one that stands at `place`, of a function of `part`.
    pub fn push(&mut self, row: CallRow, part: u8, place: FilePlace) {
        let at = row.at();
        if at < self.last {
            self.flush();
            self.is_late(place);
        }
        let first = self.first.map_or(at, |first| first.min(at));
        if at.abs_diff(first) > Millis::LONGEST.0 && self.far.is_none_or(|(far, _)| at < far) {
            self.far = Some((at, place));
        }
        let latest = self.latest.filter(|(latest, _)| *latest >= at).unwrap_or((at, place));
        (self.first, self.latest, self.last) = (Some(first), Some(latest), at);
        self.opening.get_or_insert(at);
        self.first_place.get_or_insert(place);
        self.end = self.end.max(at + row.duration().cast_signed());
        if !self.single.push(row, part) || self.single.rows.len() >= AT_ONCE {
            self.flush();
        }
    }

    fn flush(&mut self) {
        let mut block = std::mem::take(&mut self.single);
        self.hand_on(&block);
        block.clear();
        self.single = block;
    }

    fn is_late(&mut self, place: FilePlace) {
        self.late.get_or_insert(place);
        if self.run.is_none() {
            self.is_stopped = self.keeping.counter.is_some();
            self.run = Some(Vec::new());
            self.keep_sorted();
        }
    }

    /// Makes what is kept the first run.
    fn keep_sorted(&mut self) {
        let (Some(first), false) = (self.opening, self.kept.is_empty()) else { return };
        let kept = std::mem::take(&mut self.kept);
        self.keeping.runs.push(&|take| {
            for entry in kept.entries() {
                let row = CallRow::new(first.wrapping_add_unsigned(entry.at), entry.duration, entry.function);
                debug_assert!(row.is_some(), "it was such a row before");
                row.map_or(Ok(()), |row| (0..entry.count).try_for_each(|_| take(row)))?;
            }
            Ok(())
        });
    }

    fn hand_on(&mut self, block: &CallBlock) {
        if let Some(run) = &mut self.run {
            run.extend_from_slice(&block.rows);
            if run.len() >= RUN {
                self.end_run();
            }
            return;
        }
        let Some(opening) = self.opening else { return };
        match &mut self.keeping.counter {
            Some(counter) => counter.take(block, opening),
            None => keep(&mut self.kept, &block.rows, opening),
        }
    }

    fn end_run(&mut self) {
        if let Some(run) = &mut self.run {
            sort(run);
            self.keeping.runs.push(&|take| run.iter().try_for_each(|row| take(*row)));
            run.clear();
        }
    }
}

fn keep(log: &mut CallLog, rows: &[CallRow], first: i64) {
    for row in rows {
        debug_assert!(row.at() >= first);
        log.push_call(row.at().abs_diff(first), row.duration(), row.function());
    }
}

/// What a block is known to hold.
#[derive(Clone, Copy, Debug)]
pub struct BlockTimes {
    /// The earliest start, ms.
    pub earliest: i64,
    /// The latest start, ms, and its place.
    pub latest: (i64, FilePlace),
    /// The latest end, ms.
    pub end: i64,
    /// The place of its first call.
    pub place: FilePlace,
    /// The place of the first that starts before the one above it in the block.
    pub late: Option<FilePlace>,
}

impl Calls<'_> {
    /// Takes a block of calls; false where one of them is so far from another that its place is asked for.
    pub fn take(&mut self, block: &CallBlock, times: &BlockTimes) -> bool {
        let (Some(opening), Some(last)) = (block.rows.first(), block.rows.last()) else { return true };
        let first = self.first.map_or(times.earliest, |first| first.min(times.earliest));
        let latest = self.latest.map_or(times.latest, |latest| latest.max(times.latest));
        if latest.0.abs_diff(first) > Millis::LONGEST.0 {
            return false;
        }
        self.flush();
        let late = (opening.at() < self.last).then_some(times.place).or(times.late);
        if let Some(place) = late {
            self.is_late(place);
        }
        (self.first, self.latest, self.last) = (Some(first), Some(latest), last.at());
        self.opening.get_or_insert(opening.at());
        self.first_place.get_or_insert(times.place);
        self.end = self.end.max(times.end);
        self.hand_on(block);
        true
    }

    /// All of them, and the place of the first that starts more than a hundred years after the earliest; each part
    /// of functions is `part_of` their number.
    pub fn finish(&mut self, part_of: &[u8]) -> Result<(SortedCalls, Option<(i64, FilePlace)>), Diagnostic> {
        self.flush();
        let first = self.first.unwrap_or(0);
        if self.run.is_some() {
            self.end_run();
            self.merge(first, part_of).map_err(|error| {
                let message = format!("cannot read the sorted rows: {}", reason(&error));
                Diagnostic::new(
                    Code::File,
                    message,
                    "keep the folder for temporary files (TMPDIR) while the command runs",
                )
            })?;
        }
        // One that a later row has put too far is known by the latest alone.
        let far = self.far.or(self.latest).filter(|(at, _)| at.abs_diff(first) > Millis::LONGEST.0);
        let span = Millis(self.end.max(first).abs_diff(first));
        Ok((SortedCalls { log: std::mem::take(&mut self.kept), first, span }, far))
    }

    fn merge(&mut self, first: i64, part_of: &[u8]) -> io::Result<()> {
        let Keeping { runs, counter, .. } = &mut self.keeping;
        let mut merged = MergedRuns::new(runs.runs())?;
        let (mut some, mut block) = (Vec::with_capacity(MERGED), CallBlock::default());
        loop {
            merged.next(MERGED, &mut some)?;
            if some.is_empty() {
                return Ok(());
            }
            match counter {
                None => keep(&mut self.kept, &some, first),
                Some(counter) => {
                    block.clear();
                    for row in &some {
                        let part = part_of.get(row.function() as usize);
                        let is_taken = part.is_some_and(|part| block.push(*row, *part));
                        debug_assert!(is_taken, "every function has a part");
                    }
                    counter.take(&block, first);
                }
            }
        }
    }
}
