//! Fidelity: the simulator against theory, other simulators and measurements.
//!
//! Each table that these tests work out stands in `docs/fidelity.md` between two comments and is
//! held to it, letter by letter. `ENIPLAN_WRITE_FIDELITY=1 cargo test --test it fidelity` writes
//! the tables anew.

use std::path::Path;
use std::sync::Mutex;

use eniplan::quantity::{Interval, Millis, Probability};
use eniplan::random::{Purpose, Stream};
use eniplan::simulation::{Nature, Outcome, Recorder, ServedInvocation, World, simulate};
use eniplan::trace::{Entry, Shape, Trace, TraceFunction};

use crate::support::{Bench, real};

mod closed_forms;
mod cold_starts;
mod habits;
mod measured;
mod queueing;
mod simfaas;

/// How long invocations last, s.
#[derive(Clone, Copy, Debug)]
enum Service {
    Exponential(f64),
    Constant(f64),
    /// Exponential with one mean or, as often, the other.
    Mixed(f64, f64),
}

impl Service {
    fn mean(self) -> f64 {
        match self {
            Self::Exponential(mean) | Self::Constant(mean) => mean,
            Self::Mixed(one, other) => f64::midpoint(one, other),
        }
    }

    /// The duration of invocation `n`, ms.
    fn draw(self, stream: Stream, n: u64) -> u64 {
        let mean = match self {
            Self::Constant(seconds) => return millis(seconds),
            Self::Exponential(mean) => mean,
            Self::Mixed(one, other) if stream.fork(1).draw(n).is_multiple_of(2) => one.max(other),
            Self::Mixed(one, other) => one.min(other),
        };
        millis(exponential(stream, n, mean))
    }
}

/// The `n`-th draw of an exponential distribution of this mean.
fn exponential(stream: Stream, n: u64, mean: f64) -> f64 {
    -mean * libm::log(stream.fraction(n))
}

/// Seconds to the nearest millisecond.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn millis(seconds: f64) -> u64 {
    libm::round(seconds * 1_000.0) as u64
}

/// One function's traffic with Poisson arrivals, `rate` per second for `span` seconds.
fn poisson(seed: u64, rate: f64, span: f64, service: Service) -> Trace {
    let arrivals = Stream::new(seed, Purpose::Arrivals);
    let durations = Stream::new(seed, Purpose::Durations);
    let (mut at, mut entries) = (0.0, Vec::new());
    for n in 0.. {
        at += exponential(arrivals, n, 1.0 / rate);
        if at >= span {
            break;
        }
        let duration = service.draw(durations, n);
        entries.push(Entry { at: millis(at), duration, function: 0, count: 1 });
    }
    listed(entries, millis(span))
}

/// One function's traffic.
fn listed(entries: Vec<Entry>, span: u64) -> Trace {
    Trace {
        functions: vec![TraceFunction { name: "f".into(), memory: None, duration: None }],
        origin: None,
        span: Millis(span),
        notes: Vec::new(),
        shape: Shape::Log(entries.into_iter().collect()),
    }
}

/// The part of a log before `end`, ms: up to there the same happens.
fn before(trace: &Trace, end: u64) -> Trace {
    listed(trace.arrivals().take_while(|entry| entry.at < end).collect(), end)
}

/// Draws the cold path so that a cold invocation takes, all in all, an exponential time of mean
/// `cold`, while its handler takes one of mean `warm`.
///
/// `Exp(cold) = Exp(warm) + X`, X being 0 with probability warm/cold and `Exp(cold)` otherwise: the
/// quotient of the Laplace transforms is (1 + warm s)/(1 + cold s) = w + (1 - w)/(1 + cold s).
#[derive(Clone, Copy, Debug)]
struct ColdResponse {
    stream: Stream,
    warm: f64,
    cold: f64,
}

impl ColdResponse {
    fn new(seed: u64, warm: f64, cold: f64) -> Self {
        Self { stream: Stream::new(seed, Purpose::Phases), warm, cold }
    }
}

impl Nature for ColdResponse {
    fn boot(&mut self, _request: u64, interval: &Interval) -> u64 {
        interval.min.0
    }

    fn deletion(&mut self, _deletion: u64, interval: &Interval) -> u64 {
        interval.min.0
    }

    fn phase(&mut self, environment: u64, _step: usize, _interval: &Interval) -> u64 {
        let longer = self.stream.fork(0).fraction(environment) > self.warm / self.cold;
        if longer { millis(exponential(self.stream.fork(1), environment, self.cold)) } else { 0 }
    }

    fn misses(&mut self, _acquisition: u64, _miss: Probability) -> bool {
        false
    }
}

/// Counts what arrives from `from` on, ms, and how long it keeps environments busy up to `to`.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    from: u64,
    to: u64,
    served: u64,
    cold: u64,
    busy: u64,
}

impl Recorder for Tally {
    fn served(&mut self, served: &ServedInvocation<'_>) {
        let end = (served.start + served.duration).min(self.to);
        self.busy += end.saturating_sub(served.arrival.max(self.from));
        if served.arrival >= self.from {
            self.served += 1;
            self.cold += u64::from(served.cold);
        }
    }
}

/// What one run from an empty start shows, all of it and after its warm-up.
#[derive(Clone, Copy, Debug)]
struct Run {
    whole: Seen,
    steady: Seen,
}

/// Means over part of a run.
#[derive(Clone, Copy, Debug)]
struct Seen {
    /// Cold starts per invocation.
    cold: f64,
    /// Environments alive.
    servers: f64,
    /// Environments on their cold path or running.
    running: f64,
    /// Invocations refused per invocation.
    lost: f64,
}

impl Run {
    /// Runs `trace` through `bench`; the first `warm_up` ms count only as part of the whole.
    fn new(bench: &Bench, trace: &Trace, nature: impl Nature + Copy, warm_up: u64) -> Self {
        let to = trace.span.0;
        let all = Tally { to, ..Tally::default() };
        let (outcome, whole) = play(bench, trace, nature, all);
        let (early, first) = play(bench, &before(trace, warm_up), nature, Tally { to: warm_up, ..all });
        let seen = |outcome: &Outcome, early: Option<&Outcome>, tally: Tally, ms: u64| {
            let less = |figure: fn(&Outcome) -> u64| figure(outcome) - early.map_or(0, figure);
            let area = outcome.environments.integral - early.map_or(0, |early| early.environments.integral);
            Seen {
                cold: tally.cold as f64 / tally.served.max(1) as f64,
                servers: area as f64 / ms as f64,
                running: tally.busy as f64 / ms as f64,
                lost: less(Outcome::failures) as f64 / less(|outcome| outcome.invocations).max(1) as f64,
            }
        };
        let late = Tally {
            served: whole.served - first.served,
            cold: whole.cold - first.cold,
            busy: whole.busy - first.busy,
            ..whole
        };
        Self {
            whole: seen(&outcome, None, whole, to),
            steady: seen(&outcome, Some(&early), late, to - warm_up),
        }
    }
}

fn play(bench: &Bench, trace: &Trace, nature: impl Nature, tally: Tally) -> (Outcome, Tally) {
    let world = World::new(&bench.topology, &bench.cold_path, &bench.policy, bench.initial.clone());
    let (outcome, _, tally) = simulate(&world, trace, nature, tally);
    (outcome, tally)
}

/// The mean of several runs and how far they lie apart.
#[derive(Clone, Copy, Debug)]
struct Sample {
    n: f64,
    mean: f64,
    /// Standard deviation of one run.
    deviation: f64,
}

impl Sample {
    fn of<T>(runs: &[T], value: impl Fn(&T) -> f64) -> Self {
        let n = runs.len() as f64;
        let mean = runs.iter().map(&value).sum::<f64>() / n;
        let squares = runs.iter().map(|run| (value(run) - mean) * (value(run) - mean)).sum::<f64>();
        Self { n, mean, deviation: libm::sqrt(squares / (n - 1.0)) }
    }

    /// The standard error of the mean.
    fn error(&self) -> f64 {
        self.deviation / libm::sqrt(self.n)
    }

    /// How many standard errors lie between the mean and one more run of the same length that came
    /// to `value`, known to within `rounding`.
    fn score(&self, value: f64, rounding: f64) -> f64 {
        let apart = value - self.mean;
        let apart = if apart < 0.0 { (apart + rounding).min(0.0) } else { (apart - rounding).max(0.0) };
        apart / (self.deviation * libm::sqrt(1.0 + 1.0 / self.n))
    }

    /// How many standard errors of the mean lie between it and the exact `value`.
    fn exact_score(&self, value: f64) -> f64 {
        (value - self.mean) / self.error()
    }
}

/// A Markdown table, its first column to the left and the others to the right.
fn table(heads: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: &mut dyn Iterator<Item = String>| {
        let cells: Vec<String> = cells.collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let rule = (0..heads.len()).map(|n| if n == 0 { "---" } else { "---:" }.to_owned());
    let head = line(&mut heads.iter().map(|&head| head.to_owned())) + &line(&mut rule.into_iter());
    rows.iter().fold(head, |text, row| text + &line(&mut row.iter().cloned()))
}

static DOCUMENT: Mutex<()> = Mutex::new(());

/// Holds the part of the document called `name` to `text`, or writes it anew if asked to.
fn documented(name: &str, text: &str) {
    let _alone = DOCUMENT.lock();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/fidelity.md");
    let document = std::fs::read_to_string(&path).unwrap();
    let (opening, closing) = (format!("<!-- {name} -->\n"), format!("<!-- end of {name} -->\n"));
    let from = document.find(&opening).unwrap_or_else(|| panic!("no part {name}")) + opening.len();
    let to = from + document[from..].find(&closing).unwrap_or_else(|| panic!("{name} has no end"));
    if std::env::var_os("ENIPLAN_WRITE_FIDELITY").is_some() {
        std::fs::write(&path, format!("{}{text}{}", &document[..from], &document[to..])).unwrap();
    } else {
        assert_eq!(&document[from..to], text, "docs/fidelity.md, {name}; this is worked out now:\n{text}");
    }
}
