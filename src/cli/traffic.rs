//! Traffic: the options that say how a traffic file is read, and its reading.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use jiff::tz::{TimeZone, TimeZoneDatabase};

use super::streamed::{Input, NotInBlocks, Streamed, other};
use super::{input, window};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::import::{self, Companions, Gaps, Meaning, Options, Repeats, Resets, Source};
use crate::quantity::{Memory, Millis};
use crate::report::format::counted;
use crate::trace::{Spread, Traffic};

/// Where in its slot an invocation falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum SpreadChoice {
    /// The i-th of n at the slot's start + i/n of the slot
    Even,
    /// All at the slot's start
    Burst,
    /// At random, seeded
    Random,
}

/// How the traffic is read.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "Traffic")]
pub struct TrafficArgs {
    /// The traffic: files of one format, also gzip or zstd; patterns such as 'logs/*.csv'; - for stdin
    /// (see `eniplan formats`)
    #[arg(id = "traffic", value_name = "TRAFFIC", required = true)]
    files: Vec<PathBuf>,
    /// The format of the files, where header and content do not say enough
    #[arg(long, value_name = "NAME")]
    traffic_format: Option<String>,
    /// What a monitoring series' values are, where its name does not say: counts, rate, counter
    /// or concurrency
    #[arg(long, value_name = "MEANING")]
    values: Option<Meaning>,
    /// Where counts per slot fall in their slot
    #[arg(long, value_enum, default_value_t = SpreadChoice::Even)]
    spread: SpreadChoice,
    /// What to do about missing slots: error, zero or hold. CloudWatch leaves out minutes without
    /// invocations: zero is right for its metrics
    #[arg(long, value_name = "CHOICE", default_value_t = Gaps::Error)]
    gaps: Gaps,
    /// What to do about rows with the time and function of another: error, add, first or last
    #[arg(long, value_name = "CHOICE", default_value_t = Repeats::Error)]
    duplicates: Repeats,
    /// What to do where a counter falls: restart (it began again from zero), error or zero
    #[arg(long, value_name = "CHOICE", default_value_t = Resets::Restart)]
    resets: Resets,
    /// The zone of times without an offset, such as Europe/Berlin [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    time_zone: Option<TimeZone>,
    /// A function per route of an access log: its method and first path segment
    #[arg(long)]
    routes: bool,
    /// How large a compressed file may become
    #[arg(long, value_name = "SIZE", default_value_t = Options::UNPACKED)]
    max_unpacked: Memory,
    /// How long an invocation lasts where nothing says so
    #[arg(long, value_name = "DURATION", default_value = "100ms")]
    duration: Millis,
    /// Companion file with durations (azure-2019; `durations.csv` beside the traffic is found)
    #[arg(long, value_name = "FILE")]
    durations: Option<PathBuf>,
    /// Companion file with memory (azure-2019; `memory.csv` beside the traffic is found)
    #[arg(long, value_name = "FILE")]
    memory: Option<PathBuf>,
    /// Only from this time on: an offset (8h) or a wall-clock time (2026-03-02 08:00:00)
    #[arg(long, value_name = "TIME")]
    pub from: Option<String>,
    /// Only up to this time
    #[arg(long, value_name = "TIME")]
    pub to: Option<String>,
    /// Only the window of this length with the most invocations
    #[arg(long, value_name = "DURATION", conflicts_with_all = ["from", "to"])]
    pub busiest: Option<Millis>,
    /// Seed of everything that is drawn
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Computation")]
    pub seed: u64,
}

impl TrafficArgs {
    /// Whether there are any files.
    pub const fn is_named(&self) -> bool {
        !self.files.is_empty()
    }

    /// Whether the invocations are drawn from the seed.
    pub fn is_random(&self) -> bool {
        self.spread == SpreadChoice::Random
    }

    /// How counts are spread under this seed.
    pub const fn spread(&self, seed: u64) -> Spread {
        match self.spread {
            SpreadChoice::Even => Spread::Even,
            SpreadChoice::Burst => Spread::Burst,
            SpreadChoice::Random => Spread::Random { seed },
        }
    }

    /// How counts are spread, in words.
    pub const fn spread_in_words(&self) -> &'static str {
        match self.spread {
            SpreadChoice::Even => "counts are spread evenly over their slot (--spread even)",
            SpreadChoice::Burst => "all counts arrive at the start of their slot (--spread burst)",
            SpreadChoice::Random => "counts fall at random in their slot, seeded (--spread random)",
        }
    }

    /// The files, as the user named them.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// The same for one file.
    #[must_use]
    pub fn of(&self, file: &Path) -> Self {
        Self { files: vec![file.to_owned()], ..self.clone() }
    }

    /// The files as the user named them, for people.
    pub fn source(&self) -> String {
        match self.files.as_slice() {
            [] => String::new(),
            [file] => input::source(file),
            // One thing, whatever the sentence goes on to say of it.
            [first, rest @ ..] => {
                let rest = counted(rest.len() as u64, "more file", "more files");
                format!("{} with {rest}", input::source(first))
            }
        }
    }

    /// Reads the traffic; `durations` are those a scenario gives its functions.
    pub fn load(&self, durations: BTreeMap<String, Millis>) -> Result<Traffic, Diagnostics> {
        let options = self.options(durations);
        let mut problems = Diagnostics::default();
        let paths = input::expanded(&self.files, &mut problems);
        let files: Vec<(String, Vec<u8>)> = paths
            .iter()
            .filter_map(|path| Some((input::source(path), keep(input::bytes(path), &mut problems)?)))
            .collect();
        let sources: Vec<Source<'_>> = files.iter().map(|(name, bytes)| Source { name, bytes }).collect();
        let found = problems.is_empty() && sources.first().is_some_and(|it| has_companions(*it, &options));
        let first = paths.first().map(PathBuf::as_path);
        let beside = |name: &str| first.filter(|_| found).map(|first| first.with_file_name(name));
        let durations = companion(self.durations.as_deref(), beside("durations.csv"), &paths, &mut problems);
        let memory = companion(self.memory.as_deref(), beside("memory.csv"), &paths, &mut problems);
        problems.or(())?;
        let companions = Companions {
            durations: durations.as_ref().map(|(name, bytes)| Source { name, bytes }),
            memory: memory.as_ref().map(|(name, bytes)| Source { name, bytes }),
        };
        window::cut(self, import::import_all(&sources, &companions, &options)?)
    }

    fn options(&self, durations: BTreeMap<String, Millis>) -> Options {
        Options {
            format: self.traffic_format.clone(),
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

    /// The one file that can be read in blocks; nothing where a part of it or more than it is
    /// looked at, or where an option changes what its cells mean.
    fn alone(&self, durations: BTreeMap<String, Millis>, quiet: bool) -> Option<Input<'_>> {
        let [file] = self.files.as_slice() else { return None };
        let part = self.from.is_some() || self.to.is_some() || self.busiest.is_some();
        let options = self.options(durations);
        let usual = Options { zone: None, ..Options::default() };
        let plain = options.repeats == usual.repeats
            && options.resets == usual.resets
            && options.meaning == usual.meaning
            && options.routes == usual.routes
            && self.time_zone.is_none();
        let name = input::shown(file);
        (plain && !part && file.is_file()).then_some(Input { path: file, name, options, quiet })
    }

    /// The size of the only file, bytes.
    pub fn size(&self) -> Option<u64> {
        let [file] = self.files.as_slice() else { return None };
        std::fs::metadata(file).ok().map(|it| it.len())
    }

    /// The log as a file to be read in blocks; nothing where companions are named, which a log has not.
    pub fn in_blocks(&self, durations: BTreeMap<String, Millis>, quiet: bool) -> Option<Input<'_>> {
        let companions = self.durations.is_some() || self.memory.is_some();
        self.alone(durations, quiet).filter(|_| !companions)
    }

    /// The demand by function of a wide day read in blocks, with its companions.
    pub fn wide_in_blocks(
        &self,
        durations: BTreeMap<String, Millis>,
        quiet: bool,
    ) -> Result<Streamed, NotInBlocks> {
        let input = other(self.alone(durations, quiet))?;
        let mut problems = Diagnostics::default();
        let beside = |name: &str| Some(input.path.with_file_name(name));
        let durations =
            companion(self.durations.as_deref(), beside("durations.csv"), &self.files, &mut problems);
        let memory = companion(self.memory.as_deref(), beside("memory.csv"), &self.files, &mut problems);
        other(problems.is_empty().then_some(()))?;
        input.wide_day(&Companions {
            durations: durations.as_ref().map(|(name, bytes)| Source { name, bytes }),
            memory: memory.as_ref().map(|(name, bytes)| Source { name, bytes }),
        })
    }
}

/// A companion file that is named, or that lies beside the traffic where such files are looked for.
fn companion(
    named: Option<&Path>,
    beside: Option<PathBuf>,
    traffic: &[PathBuf],
    problems: &mut Diagnostics,
) -> Option<(String, Vec<u8>)> {
    let there = beside.filter(|path| !traffic.contains(path) && path.is_file());
    let path = named.map(Path::to_owned).or(there)?;
    keep(input::bytes(&path), problems).map(|bytes| (input::shown(&path), bytes))
}

/// A time zone by its IANA name; the database is built in, so that every machine has the same.
fn zone(text: &str) -> Result<TimeZone, String> {
    let database = TimeZoneDatabase::bundled();
    database.get(text).map_err(|_| format!("there is no time zone `{text}`; write one such as Europe/Berlin"))
}

fn has_companions(source: Source<'_>, options: &Options) -> bool {
    import::detect(source, options).is_ok_and(import::Format::companions)
}

/// What `result` holds; a problem goes to `problems`.
pub fn keep<T>(result: Result<T, Diagnostic>, problems: &mut Diagnostics) -> Option<T> {
    result.map_err(|problem| problems.push(problem)).ok()
}
