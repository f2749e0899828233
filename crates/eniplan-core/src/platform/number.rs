//! Cited numbers: `{ value | min and max [, quantiles], source, grade }` -> [`Cited`].

use super::{Cited, Grade, Growth, MergeRule};
use crate::diagnostic::Code;
use crate::document::{DocumentReader, Placed, TomlTable};
use crate::quantity::{Capacity, Interval, Memory, Millis, Probability, Rate};

const SHAPE: &str = "write { value = ..., source = \"where it was read\", grade = \"H\", \"M\" or \"L\" }";

/// The cited number at `key`, its own part read by `part`, which may use `keys`; `None` where there is none.
fn cited<T>(
    reader: &mut DocumentReader<'_>,
    table: &TomlTable<'_>,
    key: &str,
    keys: &[&str],
    part: impl FnOnce(&mut DocumentReader<'_>, &TomlTable<'_>) -> Option<T>,
) -> Option<Cited<T>> {
    if !table.has(key) {
        return None;
    }
    if !DocumentReader::is_table(table, key) {
        let written = reader.written(table, key);
        let message = format!("`{}` has no source", table.name_of(key));
        reader.report(Code::Uncited, reader.place_of(table, key), Some(&written), message, SHAPE);
        return None;
    }
    let all: Vec<&str> = keys.iter().copied().chain(["source", "grade"]).collect();
    let number = reader.table(table, key, &all)?;
    let value = part(reader, &number);
    let source = source(reader, &number);
    let grade = grade(reader, &number);
    Some(Cited { value: value?, source: source?, grade: grade? })
}

fn source(reader: &mut DocumentReader<'_>, number: &TomlTable<'_>) -> Option<String> {
    if number.has("source") {
        let text = reader.text(number, "source")?;
        if !text.value.trim().is_empty() {
            return Some(text.value);
        }
    }
    let message = format!("`{}` has no source", number.path);
    reader.report(Code::Uncited, number.place, None, message, "add source = \"where it was read\"");
    None
}

fn grade(reader: &mut DocumentReader<'_>, number: &TomlTable<'_>) -> Option<Grade> {
    const HELP: &str =
        "add grade = \"H\" (read in the primary text or data), \"M\" (secondary source) or \"L\" (inferred)";
    if !number.has("grade") {
        let message = format!("`{}` has no grade", number.path);
        reader.report(Code::Uncited, number.place, None, message, HELP);
        return None;
    }
    let text = reader.text(number, "grade")?;
    let grade = Grade::ALL.into_iter().find(|grade| grade.letter() == text.value);
    if grade.is_none() {
        reader.bad(&text, format!("unknown grade `{}`", text.value), HELP);
    }
    grade
}

/// An uncertain duration.
pub(super) fn interval(
    reader: &mut DocumentReader<'_>,
    table: &TomlTable<'_>,
    key: &str,
) -> Option<Cited<Interval>> {
    cited(reader, table, key, &["value", "min", "max", "quantiles"], |reader, number| {
        if number.has("value") {
            let value: Placed<Millis> = reader.quantity(number, "value")?;
            if let Some(other) = ["min", "max", "quantiles"].into_iter().find(|other| number.has(other)) {
                let message = format!("`{}` has both `value` and `{other}`", number.path);
                reader.bad(&value, message, "write either value, or min and max");
                return None;
            }
            return Some(Interval::exactly(value.value));
        }
        for bound in ["min", "max"] {
            if !number.has(bound) {
                reader.missing(number, bound, "write either value, or min and max");
            }
        }
        let (min, max): (Option<Placed<Millis>>, Option<Placed<Millis>>) =
            (reader.quantity(number, "min"), reader.quantity(number, "max"));
        let (min, max) = (min?, max?);
        if min.value > max.value {
            let message = format!("`{}`: min {} is greater than max {}", number.path, min.value, max.value);
            reader.bad(&min, message, "swap them");
            return None;
        }
        let quantiles = quantiles(reader, number, min.value, max.value)?;
        Some(Interval { min: min.value, max: max.value, quantiles })
    })
}

/// `quantiles = { p50 = "9s", "p99.9" = "20s" }`, which lie inside the interval and do not decrease.
fn quantiles(
    reader: &mut DocumentReader<'_>,
    number: &TomlTable<'_>,
    min: Millis,
    max: Millis,
) -> Option<Vec<(Probability, Millis)>> {
    if !number.has("quantiles") {
        return Some(Vec::new());
    }
    let keys = names_of_quantiles(reader, number)?;
    let names: Vec<&str> = keys.iter().map(|key| key.value.as_str()).collect();
    let table = reader.table(number, "quantiles", &names)?;
    let mut points: Vec<(Probability, Placed<Millis>)> = Vec::new();
    let mut sound = true;
    for key in &keys {
        let percent = key.value.strip_prefix('p').and_then(|text| format!("{text}%").parse().ok());
        let inside = percent.filter(|p: &Probability| p.0 > 0 && p.0 < Probability::ONE);
        let duration = reader.quantity(&table, &key.value);
        match (inside, duration) {
            (Some(probability), Some(duration)) => points.push((probability, duration)),
            (None, _) => {
                sound = false;
                let message = format!("`{}` is not a quantile between p0 and p100", key.value);
                reader.bad(key, message, "write quantiles as p50, p99 or \"p99.9\"");
            }
            (Some(_), None) => sound = false,
        }
    }
    points.sort_by_key(|(probability, _)| *probability);
    let mut last = (Probability(0), min);
    for (probability, duration) in &points {
        let message = if duration.value < min || duration.value > max {
            format!("the quantile is outside the range {min}..{max}")
        } else if *probability == last.0 {
            "duplicate quantile".to_owned()
        } else if duration.value < last.1 {
            format!("the quantile is below the previous one, {}", last.1)
        } else {
            last = (*probability, duration.value);
            continue;
        };
        sound = false;
        reader.bad(duration, message, "quantiles must lie between min and max and must not decrease");
    }
    sound.then(|| points.into_iter().map(|(probability, duration)| (probability, duration.value)).collect())
}

fn names_of_quantiles(
    reader: &mut DocumentReader<'_>,
    number: &TomlTable<'_>,
) -> Option<Vec<Placed<String>>> {
    const MOST: usize = 100;
    if !DocumentReader::is_table(number, "quantiles") {
        // Reports the wrong type.
        return reader.table(number, "quantiles", &[]).map(|_| Vec::new());
    }
    let keys = reader.keys_at(number, "quantiles");
    if keys.len() > MOST {
        reader.report(
            Code::BadValue,
            reader.place_of(number, "quantiles"),
            None,
            format!("`{}` has too many quantiles: {}", number.path, keys.len()),
            format!("use at most {MOST}"),
        );
        return None;
    }
    Some(keys)
}

/// A certain duration.
pub(super) fn duration(
    reader: &mut DocumentReader<'_>,
    table: &TomlTable<'_>,
    key: &str,
) -> Option<Cited<Millis>> {
    cited(reader, table, key, &["value"], |reader, number| {
        value_of(number, reader)?;
        reader.quantity(number, "value").map(|value| value.value)
    })
}

/// A number of at least 1.
pub(super) fn count(reader: &mut DocumentReader<'_>, table: &TomlTable<'_>, key: &str) -> Option<Cited<u32>> {
    cited(reader, table, key, &["value"], |reader, number| {
        value_of(number, reader)?;
        positive(reader, number, "value")
    })
}

/// A rate above 0.
pub(super) fn rate(reader: &mut DocumentReader<'_>, table: &TomlTable<'_>, key: &str) -> Option<Cited<Rate>> {
    cited(reader, table, key, &["value"], |reader, number| {
        value_of(number, reader)?;
        let rate: Placed<Rate> = reader.quantity(number, "value")?;
        if rate.value.0 == 0 {
            reader.bad(
                &rate,
                format!("`{}`: rate must be greater than 0", number.path),
                "write a rate such as 5/s",
            );
            return None;
        }
        Some(rate.value)
    })
}

/// What an ENI carries: one of `count`, `memory` and `connections`.
pub(super) fn capacity(
    reader: &mut DocumentReader<'_>,
    table: &TomlTable<'_>,
    key: &str,
) -> Option<Cited<Capacity>> {
    const KINDS: [&str; 3] = ["count", "memory", "connections"];
    cited(reader, table, key, &KINDS, |reader, number| {
        let given: Vec<&str> = KINDS.into_iter().filter(|kind| number.has(kind)).collect();
        let [kind] = given.as_slice() else {
            let message =
                format!("`{}` needs exactly one of `count`, `memory` and `connections`", number.path);
            let help = "write count = 2, memory = \"3 GiB\" or connections = 65000";
            reader.report(Code::BadValue, number.place, None, message, help);
            return None;
        };
        match *kind {
            "count" => positive(reader, number, kind).map(Capacity::Count),
            "connections" => positive(reader, number, kind).map(Capacity::Connections),
            _ => {
                let memory: Placed<Memory> = reader.quantity(number, kind)?;
                if memory.value.0 == 0 {
                    reader.bad(
                        &memory,
                        "the capacity of an ENI must be greater than 0",
                        "use at least 1 MiB",
                    );
                    return None;
                }
                Some(Capacity::Memory(memory.value))
            }
        }
    })
}

/// How a phase grows: `{ phase, rule, per_mib }`; `phases` are those that can, where they are known.
pub(super) fn growth(
    reader: &mut DocumentReader<'_>,
    table: &TomlTable<'_>,
    key: &str,
    by_size: bool,
    phases: Option<&[&str]>,
) -> Option<Cited<Growth>> {
    let keys: &[&str] = if by_size { &["phase", "rule", "per_mib"] } else { &["phase", "rule"] };
    cited(reader, table, key, keys, |reader, number| {
        for key in keys {
            if !number.has(key) {
                reader.missing(
                    number,
                    key,
                    "write phase, rule = \"sum\" or \"max\", and for download also per_mib",
                );
            }
        }
        let phase = reader.text(number, "phase");
        if let (Some(phase), Some(phases)) = (&phase, phases)
            && !phases.contains(&phase.value.as_str())
        {
            reader.unknown(phase, "phase", phases.iter().copied());
        }
        let text = reader.text(number, "rule");
        let rule = text.and_then(|text| {
            let found = [MergeRule::Sum, MergeRule::Max].into_iter().find(|rule| rule.word() == text.value);
            if found.is_none() {
                reader.unknown(&text, "rule", ["sum", "max"]);
            }
            found
        });
        let per_mib: Option<Millis> = if by_size {
            reader.quantity(number, "per_mib").map(|duration: Placed<Millis>| duration.value)
        } else {
            Some(Millis::ZERO)
        };
        Some(Growth { phase: phase?.value, rule: rule?, per_mib: per_mib? })
    })
}

fn value_of(number: &TomlTable<'_>, reader: &mut DocumentReader<'_>) -> Option<()> {
    if !number.has("value") {
        reader.missing(number, "value", SHAPE);
        return None;
    }
    Some(())
}

fn positive(reader: &mut DocumentReader<'_>, number: &TomlTable<'_>, key: &str) -> Option<u32> {
    let value = reader.whole(number, key)?;
    if value.value == 0 {
        let help = "use at least 1, or remove the key if there is no limit";
        reader.bad(&value, format!("`{}` must be greater than 0", number.path), help);
        return None;
    }
    Some(value.value)
}
