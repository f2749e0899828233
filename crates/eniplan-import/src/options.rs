//! Options: how a trace file is read, and the choices about what is wrong with most of them.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;

use eniplan_core::quantity::{Malformed, Memory, Millis};
use eniplan_core::trace::Spread;

/// A choice between words: the enum, every choice with its word, and what to write.
macro_rules! choice {
    ($(#[$doc:meta])* $name:ident, $what:literal, $help:literal,
     $($(#[$about:meta])* $variant:ident = $word:literal),+ $(,)?) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$about])* $variant),+ }

        impl $name {
            /// Every choice with its text.
            pub const ALL: &[(&'static str, Self)] = &[$(($word, Self::$variant)),+];
        }

        impl FromStr for $name {
            type Err = Malformed;

            fn from_str(text: &str) -> Result<Self, Malformed> {
                let choice = Self::ALL.iter().find(|(name, _)| *name == text.trim());
                choice.map(|(_, value)| *value).ok_or_else(|| Malformed {
                    message: format!(concat!("unknown choice `{}` for ", $what), text),
                    help: $help,
                })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$variant => $word),+ })
            }
        }
    };
}

choice! {
    /// What to do about slots that are missing.
    Gaps, "missing slots", "use error, zero or hold",
    /// Refuse the file and name them.
    Error = "error",
    /// Nothing was invoked in them.
    Zero = "zero",
    /// They repeat the slot before.
    Hold = "hold",
}

choice! {
    /// What to do about rows with the time and function of another one.
    Repeats, "repeated rows", "use error, add, first or last",
    /// Refuse the file and name them.
    Error = "error",
    /// Add their values.
    Add = "add",
    /// Keep the first.
    First = "first",
    /// Keep the last.
    Last = "last",
}

choice! {
    /// What to do where a counter falls.
    Resets, "counter resets", "use restart, error or zero",
    /// It began again from zero: what it shows was counted since.
    Restart = "restart",
    /// Refuse the file and name them.
    Error = "error",
    /// Nothing was counted in that slot.
    Zero = "zero",
}

choice! {
    /// What the values of a series are.
    Meaning, "values", "use counts, rate, counter or concurrency",
    /// Invocations in the slot.
    Counts = "counts",
    /// Invocations per second, on average over the slot.
    Rate = "rate",
    /// Invocations so far: a counter that only grows, until it starts again.
    Counter = "counter",
    /// The largest number of concurrent executions in the slot.
    Concurrency = "concurrency",
}

/// How to read traffic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The name of the format; without it, header and content decide.
    pub format: Option<String>,
    /// Where in its slot an invocation falls.
    pub spread: Spread,
    /// What to do about missing slots.
    pub gaps: Gaps,
    /// What to do about repeated rows.
    pub repeats: Repeats,
    /// What to do where a counter falls.
    pub resets: Resets,
    /// What the values of a series are, where the user says.
    pub meaning: Option<Meaning>,
    /// The zone of times without an offset; UTC where it is not given.
    pub zone: Option<TimeZone>,
    /// Whether an access log has a function per route (its method and first path segment).
    pub routes: bool,
    /// How long invocations of a function last where neither the trace nor its companions
    /// say, by the function's name.
    pub durations: BTreeMap<String, Millis>,
    /// How long an invocation lasts where nothing says so.
    pub default_duration: Millis,
    /// How large a compressed file may become.
    pub unpacked: Memory,
}

impl Options {
    /// How large a compressed file may become, unless the user says otherwise.
    pub const UNPACKED: Memory = Memory::mib(2_048);
}

impl Default for Options {
    /// By header and content, evenly spread, nothing amiss, 100 ms, 2 GiB unpacked.
    fn default() -> Self {
        Self {
            format: None,
            spread: Spread::Even,
            gaps: Gaps::Error,
            repeats: Repeats::Error,
            resets: Resets::Restart,
            meaning: None,
            zone: None,
            routes: false,
            durations: BTreeMap::new(),
            default_duration: Millis(100),
            unpacked: Self::UNPACKED,
        }
    }
}
