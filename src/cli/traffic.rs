//! Traffic: the options that say how a traffic file is read, and its reading.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::streamed::{Input, Streamed};
use super::{input, window};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::quantity::Millis;
use crate::traffic::import::{self, Companions, Gaps, Options, Source};
use crate::traffic::{Spread, Traffic};

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
    /// The traffic: a CSV file, or - for stdin (see `eniplan formats`)
    #[arg(id = "traffic", value_name = "TRAFFIC")]
    pub file: PathBuf,
    /// The format of the file, where its header does not say enough
    #[arg(long, value_name = "NAME")]
    traffic_format: Option<String>,
    /// Where counts per slot fall in their slot
    #[arg(long, value_enum, default_value_t = SpreadChoice::Even)]
    spread: SpreadChoice,
    /// What to do about missing slots: error, zero or hold
    #[arg(long, value_name = "CHOICE", default_value_t = Gaps::Error)]
    gaps: Gaps,
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

    /// Reads the traffic; `durations` are those a scenario gives its functions.
    pub fn load(&self, durations: BTreeMap<String, Millis>) -> Result<Traffic, Diagnostics> {
        let options = self.options(durations);
        let mut problems = Diagnostics::default();
        let bytes = keep(input::bytes(&self.file), &mut problems).unwrap_or_default();
        let name = input::shown(&self.file);
        let source = Source { name: &name, bytes: &bytes };
        let found = problems.is_empty() && has_companions(source, &options);
        let durations = self.companion(self.durations.as_deref(), "durations.csv", found, &mut problems);
        let memory = self.companion(self.memory.as_deref(), "memory.csv", found, &mut problems);
        problems.or(())?;
        let companions = Companions {
            durations: durations.as_ref().map(|(name, bytes)| Source { name, bytes }),
            memory: memory.as_ref().map(|(name, bytes)| Source { name, bytes }),
        };
        window::cut(self, import::import(source, &companions, &options)?)
    }

    fn options(&self, durations: BTreeMap<String, Millis>) -> Options {
        Options {
            format: self.traffic_format.clone(),
            spread: self.spread(self.seed),
            gaps: self.gaps,
            durations,
            default_duration: self.duration,
        }
    }

    /// The log as a file to be read in blocks; nothing where only a part of it is looked at, or
    /// where companions are named, which a log has not.
    pub fn in_blocks(&self, durations: BTreeMap<String, Millis>, quiet: bool) -> Option<Input<'_>> {
        let part = self.from.is_some() || self.to.is_some() || self.busiest.is_some();
        let usual = !part && self.durations.is_none() && self.memory.is_none();
        let (name, options) = (input::shown(&self.file), self.options(durations));
        usual.then_some(Input { path: &self.file, name, options, quiet })
    }

    /// The demand by function of a wide day read in blocks, with its companions.
    pub fn wide_in_blocks(&self, durations: BTreeMap<String, Millis>, quiet: bool) -> Option<Streamed> {
        let part = self.from.is_some() || self.to.is_some() || self.busiest.is_some();
        let (name, options) = (input::shown(&self.file), self.options(durations));
        let input = (!part).then_some(Input { path: &self.file, name, options, quiet })?;
        let mut problems = Diagnostics::default();
        let durations = self.companion(self.durations.as_deref(), "durations.csv", true, &mut problems);
        let memory = self.companion(self.memory.as_deref(), "memory.csv", true, &mut problems);
        problems.or(()).ok()?;
        input.wide_day(&Companions {
            durations: durations.as_ref().map(|(name, bytes)| Source { name, bytes }),
            memory: memory.as_ref().map(|(name, bytes)| Source { name, bytes }),
        })
    }

    /// A companion file that is named, or that lies beside the traffic where such files are looked for.
    fn companion(
        &self,
        named: Option<&Path>,
        beside: &str,
        look: bool,
        problems: &mut Diagnostics,
    ) -> Option<(String, Vec<u8>)> {
        let beside = self.file.with_file_name(beside);
        let path = match named {
            Some(path) => path,
            None if look && beside != self.file && beside.is_file() => &beside,
            None => return None,
        };
        keep(input::bytes(path), problems).map(|bytes| (input::shown(path), bytes))
    }
}

fn has_companions(source: Source<'_>, options: &Options) -> bool {
    import::detect(source, options).is_ok_and(import::Format::companions)
}

/// What `result` holds; a problem goes to `problems`.
pub fn keep<T>(result: Result<T, Diagnostic>, problems: &mut Diagnostics) -> Option<T> {
    result.map_err(|problem| problems.push(problem)).ok()
}
