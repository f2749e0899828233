//! Intake: what the formats read out of any number of files, until all of them are read.
//!
//! A format hands over one invocation, or one value of one slot, at a time, with
//! its place; nothing here knows a layout. The files share functions and
//! time, so that what overlaps is seen as the duplicate it is.

use std::collections::BTreeMap;

use super::Options;
use super::cell::keep;
use super::clock::{Clock, milliseconds};
use super::functions::Functions;
use super::table::Cell;
use eniplan_core::diagnostic::{Code, Diagnostic, Diagnostics};
use eniplan_core::quantity::Memory;

/// Where something stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Index of the file.
    pub file: u32,
    /// Line, from 1.
    pub line: u32,
    /// Field or character, from 1.
    pub column: u32,
}

const HELP: &str = "write a decimal of 0 or more, without a unit or thousands separators (in Grafana, switch \
                    `Formatted data` off)";

/// What the values of slots are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Values {
    /// Invocations in the slot.
    Counts,
    /// Invocations per second.
    Rate,
    /// Invocations so far.
    Counter,
    /// The largest number of concurrent executions in the slot.
    Concurrency,
}

/// The value of one function in one slot.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// The slot's start, ms.
    pub at: i64,
    /// Millionths of the value.
    pub micro: u64,
    /// Where it stands.
    pub place: Place,
    /// The function's number.
    pub function: u32,
    /// How long each invocation lasts, ms; [`Sample::UNTOLD`] where that is not told.
    pub duration: u32,
}

impl Sample {
    /// No duration is told.
    pub const UNTOLD: u32 = u32::MAX;
}

/// An invocation.
#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// Its arrival, ms.
    pub at: i64,
    /// Where it stands.
    pub place: Place,
    /// The function's number.
    pub function: u32,
    /// How long it lasts, ms.
    pub duration: Option<u64>,
}

/// A file that is read.
#[derive(Clone, Debug)]
pub struct FileRead {
    /// Its name.
    pub name: String,
    /// The name of its column of times, or the path of its JSON value.
    pub time: String,
    /// The names of its columns, of a table.
    pub columns: Vec<String>,
}

/// All that the files say.
#[derive(Debug)]
pub struct Intake<'o> {
    /// How they are read.
    pub options: &'o Options,
    /// What is wrong with them.
    pub problems: Diagnostics,
    /// What is worth knowing.
    pub notes: Vec<String>,
    /// Their functions.
    pub functions: Functions,
    /// Their times.
    pub clock: Clock,
    /// The files, in order.
    pub files: Vec<FileRead>,
    /// How many there will be.
    pub count: usize,
    /// The values of slots, by what they are.
    pub samples: BTreeMap<Values, Vec<Sample>>,
    /// Times the files speak of besides those of the samples.
    pub marks: Vec<(i64, Place)>,
    /// The length of a slot, where a format knows it, ms.
    pub slot: Option<u64>,
    /// Invocations.
    pub calls: Vec<Call>,
    /// Whether some row lost its time, so that gaps mean nothing.
    pub lost: bool,
    /// Durations by function and time, ms.
    pub durations: BTreeMap<(u32, i64), u32>,
    /// Memory by function.
    pub memory: BTreeMap<u32, Memory>,
    /// What to say about gaps of these files.
    pub omits: Option<&'static str>,
    /// Whether a series that only grows may be a counter that nobody named so.
    pub ask_counter: bool,
    /// Whether the rows are by series rather than by time, so that their order says nothing.
    pub by_series: bool,
    absent: (u64, Option<Place>),
}

impl<'o> Intake<'o> {
    /// Nothing yet, from `count` files.
    pub fn new(options: &'o Options, count: usize) -> Self {
        Self {
            options,
            problems: Diagnostics::default(),
            notes: Vec::new(),
            functions: Functions::default(),
            clock: Clock::new(options.zone.clone()),
            files: Vec::new(),
            count,
            samples: BTreeMap::new(),
            marks: Vec::new(),
            slot: None,
            calls: Vec::new(),
            lost: false,
            durations: BTreeMap::new(),
            memory: BTreeMap::new(),
            omits: None,
            ask_counter: false,
            by_series: false,
            absent: (0, None),
        }
    }

    /// What follows is from the file `name`.
    pub fn begin(&mut self, name: &str) {
        self.settle_clock();
        self.clock.next_file(name);
        self.files.push(FileRead { name: name.to_owned(), time: String::new(), columns: Vec::new() });
    }

    /// Tells how the times of the file so far were understood.
    pub fn settle_clock(&mut self) {
        for note in self.clock.notes() {
            self.note(note);
        }
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

    /// The place of `cell` in the file that is being read.
    pub fn place(&self, cell: &Cell<'_>) -> Place {
        let short = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let file = u32::try_from(self.files.len().saturating_sub(1)).unwrap_or(u32::MAX);
        Place { file, line: short(cell.line), column: short(cell.number) }
    }

    /// The instant in `cell`, ms, with its place; a bad one is a problem.
    pub fn time(&mut self, cell: &Cell<'_>) -> Option<(i64, Place)> {
        let at = keep(self.clock.read(cell), &mut self.problems);
        let place = self.place(cell);
        if let Some(file) = self.files.last_mut().filter(|file| file.time.is_empty()) {
            cell.name.clone_into(&mut file.time);
        }
        self.lost |= at.is_none();
        at.map(|at| (milliseconds(at), place))
    }

    /// The number of the function `name`.
    pub fn function(&mut self, name: &str) -> u32 {
        self.functions.number(name)
    }

    /// Takes the value of a slot.
    pub fn sample(&mut self, values: Values, sample: Sample) {
        self.samples.entry(values).or_default().push(sample);
    }

    /// Takes the value in `cell` of a monitoring series: a decimal; `NaN`, null and nothing are no value.
    pub fn point(&mut self, values: Values, function: u32, (at, place): (i64, Place), cell: &Cell<'_>) {
        let blank = ["", "nan", "null"].iter().any(|word| cell.text.eq_ignore_ascii_case(word));
        if blank {
            self.absent.0 += 1;
            self.absent.1.get_or_insert(place);
            return;
        }
        let micro = cell
            .decimal(HELP)
            .and_then(|number| number.rounded(6).ok_or_else(|| cell.bad("the number is too large", HELP)));
        let Some(micro) = keep(micro, &mut self.problems) else { return };
        self.sample(values, Sample { at, micro, place, function, duration: Sample::UNTOLD });
    }

    /// Takes a duration of `function` in the slot at `at`.
    pub fn slot_duration(&mut self, function: u32, at: i64, duration: u32) {
        self.durations.insert((function, at), duration);
    }

    /// Takes the memory of `function`; where it changes, the largest counts.
    pub fn remember(&mut self, function: u32, memory: Memory) {
        let known = self.memory.entry(function).or_insert(memory);
        if *known != memory {
            *known = (*known).max(memory);
            let name = self.functions.names.get(function as usize).cloned().unwrap_or_default();
            self.note(format!("the memory of {name} changes: the largest is taken"));
        }
    }

    /// `problem` at `place`; of a time's column where `timed`.
    pub fn at(&self, problem: Diagnostic, place: Place, timed: bool) -> Diagnostic {
        let file = self.files.get(place.file as usize);
        let mut problem = problem.in_file(file.map_or("", |file| file.name.as_str()));
        problem = problem.at_line(place.line.into());
        if place.column > 0 {
            problem = problem.at_column(place.column.into());
            let column = |file: &FileRead| file.columns.get(place.column as usize - 1).cloned();
            let time = |file: &FileRead| Some(file.time.clone()).filter(|time| timed && !time.is_empty());
            if let Some(name) = file.and_then(|file| column(file).or_else(|| time(file))) {
                problem = problem.named(name);
            }
        }
        problem
    }

    /// `place` in words, seen from `other`: the line, and the file where it is another.
    pub fn told(&self, place: Place, other: Place) -> String {
        let line = format!("line {}", place.line);
        let same_line = place.file == other.file && place.line == other.line;
        let line = if same_line { format!("{line}, column {}", place.column) } else { line };
        match self.files.get(place.file as usize) {
            Some(file) if place.file != other.file => format!("{line} of {}", file.name),
            _ => line,
        }
    }

    /// The name of the only file, or of the first.
    pub fn first_file(&self) -> &str {
        self.files.first().map_or("", |file| file.name.as_str())
    }

    /// Says that series were left out: `unread` are their names.
    pub fn left_out(&mut self, what: &str, unread: &[String]) {
        let shown = unread.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
        match unread.len() {
            0 => {}
            1..=5 => self.note(format!("{what}: {shown}")),
            n => self.note(format!("{what}: {shown} and {} more", n - 5)),
        }
    }

    /// Says how many values were not there.
    pub fn settle_absent(&mut self) {
        if let (count, Some(place)) = self.absent {
            let noun = if count == 1 { "1 value is".to_owned() } else { format!("{count} values are") };
            let line =
                self.told(place, Place { file: if self.files.len() > 1 { u32::MAX } else { 0 }, ..place });
            let line = line.split(", column").next().unwrap_or_default();
            self.note(format!("{noun} empty or NaN (no data), the first on {line}: taken as missing"));
        }
    }

    /// That nothing was read from the file at hand.
    pub fn nothing(&mut self, message: impl Into<String>, help: impl Into<String>) {
        let file = self.files.last().map_or("", |file| file.name.as_str());
        self.problems.push(Diagnostic::new(Code::Empty, message, help).in_file(file).at_line(1));
    }
}
