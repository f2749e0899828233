//! Reading: what the formats read out of any number of files, until all of them are read.
//!
//! A format hands over one invocation, or one value of one slot, at a time, with
//! its place; nothing here knows a layout. The files share functions and
//! time, so that what overlaps is seen as the duplicate it is.

use std::collections::{BTreeMap, BTreeSet};

use super::Options;
use super::calls::{BlockTimes, Calls, SortedCalls};
use super::clock::{FileClock, TimeForm, milliseconds};
use super::field::Field;
use super::files_read::FilesRead;
use super::functions::FunctionNames;
use super::records::{CountSeries, FilePlace, Sample, Samples, SlotHints, SlotValues};
use super::table::{CsvColumn, CsvHeader};
use eniplan_core::diagnostic::{Code, Diagnostic, Diagnostics};
use eniplan_core::quantity::Memory;
use eniplan_core::trace::block::{CallBlock, CallRow};

const HELP: &str = "write a decimal of 0 or more, without a unit or thousands separators (in Grafana, switch \
                    `Formatted data` off)";

/// All that the files say so far.
pub struct Reading<'o> {
    options: &'o Options,
    /// How many files there will be.
    count: usize,
    problems: Diagnostics,
    notes: Vec<String>,
    functions: FunctionNames<'o>,
    clock: FileClock,
    files: FilesRead,
    samples: Samples,
    calls: Calls<'o>,
    /// The functions of which a call has no duration of its own.
    silent: BTreeSet<u32>,
    memory: BTreeMap<u32, Memory>,
    /// Whether some row lost its time, so that gaps mean nothing.
    is_lost: bool,
    absent: (u64, Option<FilePlace>),
}

impl<'o> Reading<'o> {
    /// Nothing yet, from `count` files.
    pub fn new(options: &'o Options, count: usize, calls: Calls<'o>) -> Self {
        Self {
            options,
            count,
            problems: Diagnostics::default(),
            notes: Vec::new(),
            functions: FunctionNames::new(options),
            clock: FileClock::new(options.zone.clone()),
            files: FilesRead::default(),
            samples: Samples::default(),
            calls,
            silent: BTreeSet::new(),
            memory: BTreeMap::new(),
            is_lost: false,
            absent: (0, None),
        }
    }

    /// What follows is from the file `name`.
    pub fn begin(&mut self, name: &str) {
        self.tell_clock();
        self.clock.next_file(name);
        self.files.begin(name);
    }

    /// Tells how the times of the file so far were understood.
    pub fn tell_clock(&mut self) {
        let notes = self.clock.notes();
        self.tell(notes);
    }

    /// How the files are read.
    pub const fn options(&self) -> &'o Options {
        self.options
    }

    /// Whether there are several files.
    pub const fn has_several_files(&self) -> bool {
        self.count > 1
    }

    /// Whether the first file is being read.
    pub const fn is_first_file(&self) -> bool {
        self.files.len() == 1
    }

    /// Keeps a problem.
    pub fn problem(&mut self, problem: Diagnostic) {
        self.problems.push(problem);
    }

    /// Keeps problems.
    pub fn add_problems(&mut self, problems: Diagnostics) {
        self.problems.extend(problems);
    }

    /// What `result` holds; a problem is kept.
    pub fn keep<T>(&mut self, result: Result<T, Diagnostic>) -> Option<T> {
        result.map_err(|problem| self.problem(problem)).ok()
    }

    /// Whether nothing is wrong so far.
    pub const fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }

    /// All problems so far.
    pub const fn problems(&self) -> &Diagnostics {
        &self.problems
    }

    /// All problems so far, which are taken away.
    pub fn take_problems(&mut self) -> Diagnostics {
        std::mem::take(&mut self.problems)
    }

    /// All notes, which are taken away.
    pub fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// Something of the files is lost: nothing may be concluded from what is there.
    pub const fn lose(&mut self) {
        self.is_lost = true;
    }

    /// Whether something is lost.
    pub const fn is_lost(&self) -> bool {
        self.is_lost
    }

    /// Keeps notes, each once.
    pub fn tell(&mut self, notes: impl IntoIterator<Item = String>) {
        for note in notes {
            self.note(note);
        }
    }

    /// Keeps a note, once.
    pub fn note(&mut self, note: impl Into<String>) {
        let note = note.into();
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// These are the columns of the file's table.
    pub fn name_columns(&mut self, names: &[String]) {
        self.files.name_columns(names);
    }

    /// Tells which columns nobody reads, and refuses those with the name of one that is `used`.
    pub fn use_columns(&mut self, header: &CsvHeader, used: &[Option<CsvColumn<'_>>]) {
        let (problems, unread) = header.unread(used);
        self.problems.extend(problems);
        self.tell(unread);
    }

    /// The place of `field` in the file that is being read.
    pub fn place(&self, field: &Field<'_>) -> FilePlace {
        self.place_at(field.line, field.number)
    }

    /// A place in the file that is being read.
    pub fn place_at(&self, line: u64, column: u64) -> FilePlace {
        self.files.place(line, column)
    }

    /// The instant in `field`, ms, with its place; a bad one is a problem, after which gaps mean nothing.
    pub fn time(&mut self, field: &Field<'_>) -> Option<(i64, FilePlace)> {
        let found = self.instant(field);
        self.is_lost |= found.is_none();
        found.map(|(micros, place)| (milliseconds(micros), place))
    }

    fn instant(&mut self, field: &Field<'_>) -> Option<(i64, FilePlace)> {
        let micros = self.clock.read(field);
        let micros = self.keep(micros);
        self.files.name_time(field.name);
        Some((micros?, self.place(field)))
    }

    /// The number of the function `name`.
    pub fn function(&mut self, name: &str) -> u32 {
        self.functions.number(name).unwrap_or_else(|| {
            let problem = Diagnostic::new(Code::TooLarge, "too many functions", "split the file");
            self.problems.push(problem.in_file(self.files.last()));
            // Nothing is made of what has problems.
            0
        })
    }

    /// Their functions.
    pub const fn functions(&self) -> &FunctionNames<'o> {
        &self.functions
    }

    /// Their times.
    pub const fn clock(&self) -> &FileClock {
        &self.clock
    }

    /// Takes the value of a slot.
    pub fn sample(&mut self, values: SlotValues, sample: Sample) {
        self.samples.by_values.entry(values).or_default().push(sample);
    }

    /// Takes the value in `field` of a monitoring series: a decimal; `NaN`, null and nothing are no value.
    pub fn point(
        &mut self,
        values: SlotValues,
        function: u32,
        (at, place): (i64, FilePlace),
        field: &Field<'_>,
    ) {
        if field.is_absent() {
            self.absent.0 += 1;
            self.absent.1.get_or_insert(place);
            return;
        }
        let micro = field
            .decimal(HELP)
            .and_then(|number| number.rounded(6).ok_or_else(|| field.bad("number too large", HELP)));
        if let Some(micro) = self.keep(micro) {
            self.sample(values, Sample { at, micro, place, function, duration: Sample::UNTOLD });
        }
    }

    /// The file speaks of this time.
    pub fn mark(&mut self, at: i64, place: FilePlace) {
        self.samples.marks.push((at, place));
    }

    /// Takes the counts of a day of the next functions.
    pub fn series(&mut self, series: &CountSeries) {
        self.samples.series.append(series);
    }

    /// Whether such counts are kept by function, and not as samples.
    pub const fn by_function(&self) -> bool {
        self.calls.by_function() && self.count == 1
    }

    /// Takes what the format knows of its slots.
    pub fn hint(&mut self, hints: SlotHints) {
        self.samples.hints = self.samples.hints.and(hints);
    }

    /// Takes a duration of `function` in the slot at `at`.
    pub fn slot_duration(&mut self, function: u32, at: i64, duration: u32) {
        self.samples.durations.insert((function, at), duration);
    }

    /// Takes the memory of `function`; where it changes, the largest counts.
    pub fn remember(&mut self, function: u32, memory: Memory) {
        let known = self.memory.entry(function).or_insert(memory);
        if *known != memory {
            *known = (*known).max(memory);
            let name = self.functions.name(function).to_owned();
            self.note(format!("the memory of {name} changes; the largest value is used"));
        }
    }

    /// The memory of functions, by number.
    pub const fn memory(&self) -> &BTreeMap<u32, Memory> {
        &self.memory
    }

    /// The instant in `time` less `before` microseconds, rounded once, ms, and its place; a bad one is a problem.
    pub fn start(&mut self, time: &Field<'_>, before: u64) -> Option<(i64, FilePlace)> {
        let (micros, place) = self.instant(time)?;
        Some((milliseconds(micros.saturating_sub_unsigned(before)), place))
    }

    /// Takes a call of `function` that starts there and lasts `duration` ms.
    pub fn call(&mut self, (at, place): (i64, FilePlace), function: u32, duration: Option<u64>) {
        if duration.is_none() {
            self.silent.insert(function);
        }
        let lasts = duration.unwrap_or_else(|| self.functions.usual_ms(function));
        if let Some(row) = CallRow::new(at, lasts, function) {
            self.calls.push(row, self.functions.part(function), place);
        } else {
            let problem = Diagnostic::new(
                Code::BadCell,
                "the time of the invocation is out of range",
                "correct the time",
            );
            self.problem(self.at(problem, place, true));
        }
    }

    /// Whether a block of calls whose times are all written in this `form`, the first of them at `place`, can be
    /// taken as it is; `name` is the name of the column of times.
    pub fn accept_times(&mut self, form: TimeForm, place: FilePlace, name: &str) -> bool {
        let accepted = self.clock.accept(form, place.line);
        if accepted {
            self.files.name_time(name);
        }
        accepted
    }

    /// Takes a block of calls; false where it has to be read row by row.
    pub fn calls(&mut self, block: &CallBlock, times: &BlockTimes) -> bool {
        self.calls.take(block, times)
    }

    /// The numbers of the functions of these names, each with its hash; nothing where there are too many.
    pub fn number_all<'n>(&mut self, names: impl Iterator<Item = (&'n str, u64)>) -> Option<Vec<u32>> {
        names.map(|(name, hash)| self.functions.number_hashed(name, hash)).collect()
    }

    /// The values of slots, which are taken away.
    pub fn take_samples(&mut self) -> Samples {
        std::mem::take(&mut self.samples)
    }

    /// The counts that are kept by function, where there are any.
    pub fn take_series(&mut self) -> Option<CountSeries> {
        let series = std::mem::take(&mut self.samples.series);
        Some(series).filter(|series| !series.is_empty())
    }

    /// The values of slots.
    pub const fn samples(&self) -> &Samples {
        &self.samples
    }

    /// The place of the first call, where there is one.
    pub const fn first_call(&self) -> Option<FilePlace> {
        self.calls.first_place()
    }

    /// All calls in order of start, with what is to be said of them.
    pub fn sort_calls(&mut self) -> Result<SortedCalls, Diagnostic> {
        if let Some(place) = self.calls.late() {
            let line = self.told(place, FilePlace::default());
            self.note(format!(
                "rows were not in order of start time and have been sorted (first out of order: {line})"
            ));
        }
        let (sorted, far) = self.calls.finish(self.functions.parts())?;
        if let Some((at, place)) = far {
            let message = "more than 100 years after the first row";
            let problem = Diagnostic::new(Code::TooLarge, message, "correct the time, or split the file");
            self.problem(self.at(problem, place, true).with_value(&self.clock.show(at)));
        }
        Ok(sorted)
    }

    /// The functions of which a call has no duration of its own.
    pub const fn silent(&self) -> &BTreeSet<u32> {
        &self.silent
    }

    /// Whether reading on is of no use.
    pub const fn is_stopped(&self) -> bool {
        self.calls.is_stopped()
    }

    /// The files that are read so far.
    pub const fn files(&self) -> &FilesRead {
        &self.files
    }

    /// `problem` at `place`; of a time's column where `timed`.
    pub fn at(&self, problem: Diagnostic, place: FilePlace, timed: bool) -> Diagnostic {
        self.files.at(problem, place, timed)
    }

    /// `place` in words, seen from `other`: the line, and the file where it is another.
    pub fn told(&self, place: FilePlace, other: FilePlace) -> String {
        self.files.told(place, other)
    }

    /// Says how many values were not there.
    pub fn tell_absent(&mut self) {
        if let (count, Some(place)) = self.absent {
            let noun = if count == 1 { "1 value is".to_owned() } else { format!("{count} values are") };
            // Of one file its name is known.
            let elsewhere =
                FilePlace { file: if self.files.len() > 1 { usize::MAX } else { 0 }, line: 0, column: 0 };
            let line = self.told(place, elsewhere);
            self.note(format!("{noun} empty or NaN and treated as missing (the first on {line})"));
        }
    }

    /// That nothing was read from the file at hand.
    pub fn nothing(&mut self, message: impl Into<String>, help: impl Into<String>) {
        let problem = Diagnostic::new(Code::Empty, message, help).in_file(self.files.last()).at_line(1);
        self.problem(problem);
    }
}
