//! Traffic: the options that say how a trace file is read, and its reading.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::input;
use super::input::InputBytes;
use super::spill::Spill;
use super::window::{self, TracePart};
use crate::diagnostic::Diagnostics;
use crate::import::{
    self, CallCounter, Companions, Gaps, InputFile, Keeping, Meaning, Options, Records, Repeats, Resets,
};
use crate::quantity::{Memory, Millis};
use crate::report::format::counted;
use crate::trace::{Spread, Trace};

/// Where in its slot an invocation falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum SpreadChoice {
    /// Evenly across the slot
    Even,
    /// All at the start of the slot
    Burst,
    /// At random, from the seed
    Random,
}

/// How the trace is read.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Trace")]
pub(super) struct TraceArgs {
    /// The trace: files of one format (see `eniplan formats`), plain, gzip or zstd; patterns such as
    /// 'logs/*.csv'; - for stdin
    #[arg(id = "traffic", value_name = "TRACE", required = true)]
    files: Vec<PathBuf>,
    /// Format of the trace [default: detected]
    #[arg(long, alias = "traffic-format", value_name = "NAME")]
    trace_format: Option<String>,
    /// Meaning of a monitoring series, if its name does not say: counts, rate, counter or concurrency
    #[arg(long, value_name = "MEANING")]
    values: Option<Meaning>,
    /// How the arrivals of a slot are placed within it
    #[arg(long, value_enum, default_value_t = SpreadChoice::Even)]
    spread: SpreadChoice,
    /// How to treat missing slots: error, zero or hold. CloudWatch omits minutes without invocations, so
    /// use zero for its metrics
    #[arg(long, value_name = "CHOICE", default_value_t = Gaps::Error)]
    gaps: Gaps,
    /// How to treat rows that repeat a time and function: error, add, first or last
    #[arg(long, value_name = "CHOICE", default_value_t = Repeats::Error)]
    duplicates: Repeats,
    /// How to treat a falling counter: restart (it began again from zero), error or zero
    #[arg(long, value_name = "CHOICE", default_value_t = Resets::Restart)]
    resets: Resets,
    /// Time zone of times without an offset, such as Europe/Berlin [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    time_zone: Option<TimeZone>,
    /// Treat each route of an access log (method and first path segment) as a function
    #[arg(long)]
    routes: bool,
    /// Size limit of a decompressed file
    #[arg(long, value_name = "SIZE", default_value_t = Options::UNPACKED)]
    max_unpacked: Memory,
    /// Duration of an invocation if the trace does not say
    #[arg(long, value_name = "DURATION", default_value = "100ms")]
    pub duration: Millis,
    /// Companion file with durations (azure-2019) [default: `durations.csv` beside the trace]
    #[arg(long, value_name = "FILE")]
    durations: Option<PathBuf>,
    /// Companion file with memory (azure-2019) [default: `memory.csv` beside the trace]
    #[arg(long, value_name = "FILE")]
    memory: Option<PathBuf>,
    /// Start of the window: an offset (8h) or a wall-clock time (2026-03-02 08:00:00)
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// End of the window
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// Use only the busiest window of this length
    #[arg(long, value_name = "DURATION", conflicts_with_all = ["from", "to"])]
    pub busiest: Option<Millis>,
    /// Seed of all random draws
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Computation")]
    pub seed: u64,
}

impl TraceArgs {
    /// Whether there are any files.
    pub(super) const fn is_named(&self) -> bool {
        !self.files.is_empty()
    }

    /// Whether the invocations are drawn from the seed.
    pub(super) fn is_random(&self) -> bool {
        self.spread == SpreadChoice::Random
    }

    /// How counts are spread under this seed.
    pub(super) const fn spread(&self, seed: u64) -> Spread {
        match self.spread {
            SpreadChoice::Even => Spread::Even,
            SpreadChoice::Burst => Spread::Burst,
            SpreadChoice::Random => Spread::Random { seed },
        }
    }

    /// How counts are spread, in words.
    pub(super) const fn spread_in_words(&self) -> &'static str {
        match self.spread {
            SpreadChoice::Even => "arrivals are spread evenly over each slot (--spread even)",
            SpreadChoice::Burst => "all arrivals fall at the start of their slot (--spread burst)",
            SpreadChoice::Random => {
                "arrivals are placed at random within each slot, from the seed (--spread random)"
            }
        }
    }

    /// The files, as the user named them.
    pub(super) fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// The same for one file.
    #[must_use]
    pub(super) fn of(&self, file: &Path) -> Self {
        Self { files: vec![file.to_owned()], ..self.clone() }
    }

    /// The files as the user named them, for people.
    pub(super) fn source(&self) -> String {
        match self.files.as_slice() {
            [] => String::new(),
            [file] => input::source(file),
            // One thing, whatever the sentence goes on to say of it.
            [first, rest @ ..] => {
                let rest = counted(rest.len() as u64, "more file", "more files");
                format!("{} (and {rest})", input::source(first))
            }
        }
    }

    /// Reads the trace, or the part of it that is asked for; `durations` are those a scenario gives its functions.
    pub(super) fn load(&self, durations: BTreeMap<String, Millis>) -> Result<Trace, Diagnostics> {
        window::cut(&self.part(), self.read_with(durations, (None, false), None)?.into_trace())
    }

    /// Reads all of the trace; `counter` counts calls, so that none is kept, and counts of a day may be kept
    /// `by_function`. How far it is is shown, unless that is to be `quiet`.
    pub(super) fn read(
        &self,
        durations: BTreeMap<String, Millis>,
        counter: &mut dyn CallCounter,
        by_function: bool,
        quiet: bool,
    ) -> Result<Records, Diagnostics> {
        self.read_with(durations, (Some(counter), by_function), Some(quiet))
    }

    fn read_with(
        &self,
        durations: BTreeMap<String, Millis>,
        (counter, by_function): (Option<&mut dyn CallCounter>, bool),
        quiet: Option<bool>,
    ) -> Result<Records, Diagnostics> {
        let mut problems = Diagnostics::default();
        let paths = input::expanded(&self.files, &mut problems);
        let found = |path: &Path, problems: &mut Diagnostics| problems.keep(InputBytes::find(path, quiet));
        let files: Vec<(String, InputBytes)> = paths
            .iter()
            .filter_map(|path| Some((input::source(path), found(path, &mut problems)?)))
            .collect();
        let companion = |path: &PathBuf, problems: &mut Diagnostics| {
            Some((input::shown(path), problems.keep(InputBytes::find(path, None))?))
        };
        let [of_durations, of_memory] =
            [&self.durations, &self.memory].map(|named| companion(named.as_ref()?, &mut problems));
        problems.or(())?;
        // Where such files are looked for that nobody named.
        let beside = |name: &str| {
            let path = paths.first()?.with_file_name(name);
            let there = !paths.contains(&path) && path.is_file();
            Some(path).filter(|_| there).and_then(|path| companion(&path, &mut Diagnostics::default()))
        };
        let beside = ["durations.csv", "memory.csv"].map(beside);
        let companions = Companions {
            durations: of_durations.as_ref().map(input_file),
            memory: of_memory.as_ref().map(input_file),
            beside: beside.each_ref().map(|found| found.as_ref().map(input_file)),
        };
        let files: Vec<InputFile<'_>> = files.iter().map(input_file).collect();
        let mut runs = Spill::new(quiet.unwrap_or_default());
        let counter = counter.map(|counter| counter as &mut dyn CallCounter);
        let keeping = Keeping { runs: &mut runs, counter, by_function };
        import::read(&files, &companions, &self.options(durations), keeping)
    }

    fn options(&self, durations: BTreeMap<String, Millis>) -> Options {
        Options {
            format: self.trace_format.clone(),
            spread: self.spread(self.seed),
            gaps: self.gaps,
            repeats: self.duplicates,
            resets: self.resets,
            meaning: self.values,
            zone: self.time_zone.clone(),
            routes: self.routes,
            durations,
            default_duration: self.duration,
            unpacked: self.max_unpacked,
        }
    }

    fn part(&self) -> TracePart<'_> {
        TracePart { from: self.from.as_deref(), to: self.to.as_deref(), busiest: self.busiest }
    }

    /// Whether only a part of the trace is asked for.
    pub(super) fn is_part(&self) -> bool {
        self.part() != TracePart::default()
    }
}

fn input_file((name, bytes): &(String, InputBytes)) -> InputFile<'_> {
    InputFile { name, bytes }
}

/// A time zone by its IANA name; the database is built in, so that every machine has the same.
fn zone(text: &str) -> Result<TimeZone, String> {
    let database = TimeZoneDatabase::bundled();
    database.get(text).map_err(|_| format!("unknown time zone `{text}`; use a name such as Europe/Berlin"))
}
