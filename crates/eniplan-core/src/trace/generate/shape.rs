//! Shape: how the rate of traffic moves over time, as a factor on each function's rate.

use std::f64::consts::TAU;

use crate::diagnostic::{Code, Diagnostic};

const MINUTE: f64 = 60_000.0;
const DAY: f64 = 86_400_000.0;

/// What a shape may depend on.
#[derive(Clone, Copy, Debug)]
pub struct ShapeMoment {
    /// Milliseconds from the start of the trace.
    pub at: f64,
    /// Milliseconds since the last midnight in UTC; from the start where the trace has no date.
    pub time_of_day: f64,
    /// The length of the trace, ms.
    pub span: f64,
    /// The factor of the largest burst.
    pub peak: f64,
}

/// A named course of the rate.
pub struct RateShape {
    /// Its name, as `eniplan generate` takes it.
    pub name: &'static str,
    /// What it looks like, in one line.
    pub summary: &'static str,
    /// The factor at a moment, at least 0.
    pub factor: fn(ShapeMoment) -> f64,
    /// The largest factor there is with this peak.
    pub largest: fn(f64) -> f64,
}

/// The shapes; their factors multiply where several are named.
pub const SHAPES: &[RateShape] = &[
    RateShape {
        name: "diurnal",
        summary: "a daily wave: 0.4 of the rate at 04:00, 1.6 at 16:00",
        factor: diurnal,
        largest: |_| 1.6,
    },
    RateShape {
        name: "flash-crowd",
        summary: "the rate, with a sudden crowd of `peak` times the rate at 13/16 of the span that fades slowly",
        factor: flash_crowd,
        largest: |peak| peak.max(1.0),
    },
    RateShape {
        name: "cron-spikes",
        summary: "a tenth of the rate, with `peak` times the rate in the first minute of each hour, and a half and a quarter of that every 15 and 5 minutes",
        factor: cron_spikes,
        largest: |peak| peak.max(0.1),
    },
    RateShape { name: "poisson", summary: "a constant rate", factor: |_| 1.0, largest: |_| 1.0 },
];

/// The shapes that `text` names, such as `diurnal` or `diurnal+flash-crowd`.
pub fn shapes(text: &str) -> Result<Vec<&'static RateShape>, Diagnostic> {
    text.split('+')
        .map(|name| {
            let found = SHAPES.iter().find(|shape| shape.name == name.trim());
            found.ok_or_else(|| {
                let known: Vec<_> = SHAPES.iter().map(|shape| shape.name).collect();
                let help = format!("use one of {}, or several joined with +", known.join(", "));
                Diagnostic::new(Code::UnknownName, format!("unknown shape `{name}`"), help)
            })
        })
        .collect()
}

fn diurnal(moment: ShapeMoment) -> f64 {
    let afternoon = 16.0 / 24.0;
    1.0 + 0.6 * libm::cos(TAU * (moment.time_of_day / DAY - afternoon))
}

/// On a day: from 19:30, full after 5 minutes, then falling to 1/e every 30.
fn flash_crowd(moment: ShapeMoment) -> f64 {
    let (rise, decay) = (moment.span / 288.0, moment.span / 48.0);
    let since = moment.at - moment.span * 13.0 / 16.0;
    let crowd = if since < 0.0 {
        0.0
    } else if since < rise {
        since / rise
    } else {
        libm::exp(-(since - rise) / decay)
    };
    1.0 + (moment.peak.max(1.0) - 1.0) * crowd
}

fn cron_spikes(moment: ShapeMoment) -> f64 {
    let minute = libm::floor(moment.time_of_day / MINUTE);
    let every = |minutes: f64| libm::fmod(minute, minutes) < 0.5;
    match () {
        () if every(60.0) => moment.peak,
        () if every(15.0) => moment.peak / 2.0,
        () if every(5.0) => moment.peak / 4.0,
        () => 0.1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(name: &str, hours: f64) -> f64 {
        let at = hours * 3_600_000.0;
        let factor = shapes(name).unwrap()[0].factor;
        factor(ShapeMoment { at, time_of_day: at, span: DAY, peak: 9.0 })
    }

    fn near(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9, "{found} {expected}");
    }

    #[test]
    fn factors_are_what_their_summaries_say() {
        near(at("diurnal", 4.0), 0.4);
        near(at("diurnal", 16.0), 1.6);
        near(at("diurnal", 10.0), 1.0);
        near(at("flash-crowd", 19.4), 1.0);
        near(at("flash-crowd", 19.5 + 2.5 / 60.0), 5.0);
        near(at("flash-crowd", 19.5 + 35.0 / 60.0), 1.0 + 8.0 / std::f64::consts::E);
        for (minutes, factor) in [(0.5, 9.0), (60.9, 9.0), (15.0, 4.5), (5.2, 2.25), (7.0, 0.1)] {
            near(at("cron-spikes", minutes / 60.0), factor);
        }
    }

    #[test]
    fn no_factor_is_above_its_largest() {
        for shape in SHAPES {
            for minute in 0..1_440 {
                let factor = at(shape.name, f64::from(minute) / 60.0);
                assert!((0.0..=(shape.largest)(9.0) + 1e-9).contains(&factor), "{} {minute}", shape.name);
            }
        }
        assert!(shapes("diurnal+tide").is_err());
        assert_eq!(shapes("diurnal + poisson").unwrap().len(), 2);
    }
}
