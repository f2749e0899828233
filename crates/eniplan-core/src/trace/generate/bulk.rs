//! Bulk: files of the size that measurements need, written row by row in bounded memory.
//!
//! `azure-day` has the layout and the skew of a day of the Azure Functions trace; `log` is one row per
//! invocation of a thousand functions. The same seed gives the same bytes on every machine.

use std::fmt::{self, Write};

use super::draw::{Drawer, whole};
use crate::quantity::convert::{index_up_to, up_to};
use crate::random::{Purpose, Stream};

/// A file made in bulk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bulk {
    /// A row per function, a column per minute of a day.
    AzureDay,
    /// A row per invocation.
    Log,
}

impl Bulk {
    /// Every one with its name, what it is, and the rows it has unless told otherwise.
    pub const ALL: [(&'static str, &'static str, Self, u64); 2] = [
        (
            "azure-day",
            "a day of the Azure Functions trace: 46,000 functions x 1,440 minutes, about 142 MB",
            Self::AzureDay,
            46_000,
        ),
        (
            "big-log",
            "a day's log of 1,000 functions, one row per invocation, about 400 MB",
            Self::Log,
            10_000_000,
        ),
    ];

    /// The one with this name, and its usual number of rows.
    pub fn named(name: &str) -> Option<(Self, u64)> {
        Self::ALL.iter().find(|(own, ..)| *own == name).map(|(_, _, bulk, rows)| (*bulk, *rows))
    }

    /// Writes `rows` rows to `out`.
    pub fn write(self, rows: u64, seed: u64, out: &mut dyn Write) -> fmt::Result {
        match self {
            Self::AzureDay => azure_day(rows, seed, out),
            Self::Log => log(rows, seed, out),
        }
    }
}

const MINUTES: u64 = 1_440;

fn azure_day(rows: u64, seed: u64, out: &mut dyn Write) -> fmt::Result {
    write!(out, "HashOwner,HashApp,HashFunction,Trigger")?;
    (1..=MINUTES).try_for_each(|minute| write!(out, ",{minute}"))?;
    writeln!(out)?;
    let stream = Stream::new(seed, Purpose::Arrivals);
    let mut counts = Vec::new();
    let mut text = String::new();
    for row in 0..rows {
        let own = stream.fork(row);
        // An application has four functions, an owner two applications.
        for index in [row / 8 * 4, row / 4 * 4 + 1, row * 4 + 2] {
            let hash = Stream::new(seed, Purpose::Search).fork(index);
            (0..4).try_for_each(|part| write!(out, "{:016x}", hash.draw(part)))?;
            out.write_char(',')?;
        }
        let timer = own.fraction(0) < 0.3;
        let trigger = match own.fraction(1) {
            _ if timer => "timer",
            drawn if drawn < 0.55 => "http",
            drawn if drawn < 0.8 => "queue",
            drawn if drawn < 0.9 => "event",
            _ => "storage",
        };
        out.write_str(trigger)?;
        invocations(timer, own, &mut counts);
        text.clear();
        for count in &counts {
            write!(text, ",{count}")?;
        }
        text.push('\n');
        out.write_str(&text)?;
    }
    Ok(())
}

/// A day of one function. The daily rates follow Shahrad et al. ("Serverless in the Wild", USENIX ATC
/// 2020, section 3): 45 % of functions run at most hourly, 81 % at most once a minute, and the rest
/// reach over some four powers of ten.
fn invocations(timer: bool, own: Stream, counts: &mut Vec<u64>) {
    let quantile = own.fraction(2);
    let between = |low: f64, high: f64, share: f64| libm::exp(libm::log(low) + libm::log(high / low) * share);
    let daily = match quantile {
        q if q < 0.45 => between(1.0, 24.0, q / 0.45),
        q if q < 0.81 => between(24.0, 1_440.0, (q - 0.45) / 0.36),
        q => {
            let share = (q - 0.81) / 0.19;
            between(1_440.0, 20_000_000.0, share * share)
        }
    };
    counts.clear();
    if timer {
        let every = whole(MINUTES as f64 / daily).clamp(1, MINUTES);
        let first = own.below(3, every);
        counts.extend((0..MINUTES).map(|minute| u64::from(minute % every == first)));
    } else if daily < 72.0 {
        counts.resize(index_up_to(MINUTES, usize::MAX), 0);
        let mut drawer = Drawer::new(own.fork(4));
        for _ in 0..drawer.poisson(daily) {
            let minute = index_up_to(whole(drawer.uniform() * MINUTES as f64), usize::MAX);
            if let Some(count) = counts.get_mut(minute) {
                *count += 1;
            }
        }
    } else {
        let mut drawer = Drawer::new(own.fork(4));
        let day =
            |minute: u64| 1.0 + 0.4 * libm::cos(std::f64::consts::TAU * (minute as f64 / 1_440.0 - 0.6));
        counts.extend((0..MINUTES).map(|minute| drawer.poisson(daily / 1_440.0 * day(minute))));
    }
}

/// Functions of a log.
const FUNCTIONS: u32 = 1_000;
const DAY: u64 = 86_400_000;

/// The i-th of n rows starts in the i-th of n equal parts of the day, anywhere in it; the functions
/// follow Zipf's law; durations are log-normal around a mean of the function's own, 5 ms to 5 s.
fn log(rows: u64, seed: u64, out: &mut dyn Write) -> fmt::Result {
    writeln!(out, "start,function,duration_ms")?;
    let (arrivals, durations) = (Stream::new(seed, Purpose::Arrivals), Stream::new(seed, Purpose::Durations));
    let mut shares: Vec<f64> = Vec::new();
    for rank in 1..=FUNCTIONS {
        shares.push(shares.last().copied().unwrap_or(0.0) + 1.0 / f64::from(rank));
    }
    let all = shares.last().copied().unwrap_or(1.0);
    let mean = |rank: usize| 5.0 * libm::exp(libm::log(1_000.0) * durations.fraction(rank as u64));
    let means: Vec<f64> = (0..shares.len()).map(mean).collect();
    let mut clock = ClockText::default();
    let part = |index: u64| u128::from(index) * u128::from(DAY) * 1_000 / u128::from(rows.max(1));
    for row in 0..rows {
        let mut drawer = Drawer::new(arrivals.fork(row));
        let (from, to) = (part(row), part(row + 1));
        let micros = up_to(from, u64::MAX) + whole(drawer.uniform() * (to - from) as f64);
        let drawn = drawer.uniform() * all;
        let rank = shares.partition_point(|share| *share < drawn).min(shares.len() - 1);
        let mean = means.get(rank).copied().unwrap_or(100.0);
        let duration = whole(mean * libm::exp(0.7 * drawer.normal() - 0.245)).max(1);
        clock.write(micros / 1_000, out)?;
        writeln!(out, ",svc-{rank:04},{duration}")?;
    }
    Ok(())
}

/// Times of 2 March 2026, and the next day for what rounds up to it.
#[derive(Clone, Debug, Default)]
struct ClockText {
    second: Option<u64>,
    text: String,
}

impl ClockText {
    fn write(&mut self, at: u64, out: &mut dyn Write) -> fmt::Result {
        let at = at.min(DAY - 1);
        let second = at / 1_000;
        if self.second != Some(second) {
            self.second = Some(second);
            self.text.clear();
            let (hour, minute) = (second / 3_600, second / 60 % 60);
            write!(self.text, "2026-03-02T{hour:02}:{minute:02}:{:02}", second % 60)?;
        }
        write!(out, "{}.{:03}Z", self.text, at % 1_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(bulk: Bulk, rows: u64, seed: u64) -> String {
        let mut text = String::new();
        bulk.write(rows, seed, &mut text).unwrap();
        text
    }

    #[test]
    fn functions_of_the_day_have_the_rates_of_the_paper() {
        let text = made(Bulk::AzureDay, 3_000, 1);
        let daily: Vec<u64> = text
            .lines()
            .skip(1)
            .map(|line| line.split(',').skip(4).map(|count| count.parse::<u64>().unwrap()).sum())
            .collect();
        let share = |most: u64| daily.iter().filter(|sum| **sum <= most).count() as f64 / 3_000.0;
        // Three standard errors of a share are below 0.03.
        assert!((share(24) - 0.45).abs() < 0.05, "{}", share(24));
        assert!((share(1_440) - 0.81).abs() < 0.08, "{}", share(1_440));
    }
}
