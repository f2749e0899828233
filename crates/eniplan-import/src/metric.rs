//! Metric: what a monitoring series measures, and of which function, read off its name.

use super::field::{Field, readable};
use super::functions::UNNAMED;
use super::reading::Reading;
use super::records::{FilePlace, SlotValues};
use eniplan_core::diagnostic::{Code, Diagnostic};

/// What a series measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Metric {
    /// Values of slots.
    Values(SlotValues),
    /// How long invocations last, on average, in units of this many milliseconds over a thousand.
    Duration(u64),
    /// Nothing of use here.
    Other,
}

/// A series' function and what it measures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MetricSeries {
    /// What it measures.
    pub metric: Metric,
    /// The function's name.
    pub function: String,
}

const CONCURRENCY: [&str; 4] =
    ["concurrentexecutions", "concurrent_executions", "concurrent executions", "concurrency"];
const COUNTS: [&str; 4] = ["invocations", "invocation", "requests", "calls"];
const DURATION: [&str; 1] = ["duration"];
/// Words that say how a metric was made up of its values.
const STATISTICS: [&str; 11] = [
    "sum",
    "average",
    "avg",
    "maximum",
    "max",
    "samplecount",
    "aws/lambda",
    "lambda",
    "aws",
    "total",
    "count",
];
/// What several functions' series are told apart by.
const SEPARATORS: &[char] = &[' ', '-', '_', '.', ':', '/', ',', '(', ')', '[', ']', '|'];

impl Metric {
    /// What a metric of this name measures.
    pub(crate) fn of(name: &str) -> Self {
        let name = name.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
        if has(&CONCURRENCY) {
            return Self::Values(SlotValues::Concurrency);
        }
        if has(&DURATION) {
            let seconds = name.contains("second") && !name.contains("millisecond");
            return Self::Duration(if seconds { 1_000_000 } else { 1_000 });
        }
        if has(&COUNTS) {
            let counter = name.ends_with("_total");
            return Self::Values(if counter { SlotValues::Counter } else { SlotValues::Counts });
        }
        Self::Other
    }
}

/// What a label such as `checkout Invocations` says: the metric, and what is left as the function.
pub(crate) fn label(text: &str) -> MetricSeries {
    let metric = Metric::of(text);
    let mut left = text.trim().to_owned();
    if metric != Metric::Other {
        for word in [&CONCURRENCY[..], &COUNTS, &DURATION, &STATISTICS].into_iter().flatten() {
            left = without(&left, word);
        }
        left = joiners_off(left.trim_matches(SEPARATORS).trim()).into();
    }
    let function = if left.is_empty() { UNNAMED.to_owned() } else { left };
    MetricSeries { metric, function }
}

/// `left` without the words that joined a statistic to its metric or a metric to its function: `Sum of`,
/// `of checkout`, `for checkout`. Names such as `for-each` are whole.
fn joiners_off(left: &str) -> &str {
    let mut left = left;
    loop {
        let first = left.split_whitespace().next().unwrap_or_default();
        if !["of", "for", "by"].iter().any(|joiner| first.eq_ignore_ascii_case(joiner)) {
            return left;
        }
        left = left.get(first.len()..).unwrap_or_default().trim_start_matches(SEPARATORS);
    }
}

/// `text` without the first `word` that stands for itself, in any case.
fn without(text: &str, word: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let stands = |at: usize| {
        let before = text.get(..at).and_then(|left| left.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|right| right.chars().next());
        [before, after].iter().all(|side| side.is_none_or(|side| SEPARATORS.contains(&side)))
    };
    let found = lower.match_indices(word).map(|(at, _)| at).find(|at| stands(*at));
    match found.and_then(|at| Some((text.get(..at)?, text.get(at + word.len()..)?))) {
        Some((left, right)) if left.is_empty() || right.is_empty() => format!("{left}{right}"),
        Some((left, right)) => format!("{}{right}", left.trim_end_matches(SEPARATORS)),
        None => text.to_owned(),
    }
}

/// What the user says the values are, else what the metric says, else nothing.
pub(crate) fn meant(metric: Metric, reading: &Reading<'_>) -> Option<Metric> {
    match (metric, reading.options().meaning.map(SlotValues::of)) {
        // A count, a rate and a counter can have one name; concurrency has its own.
        (Metric::Values(values), Some(asked))
            if values != SlotValues::Concurrency && asked != SlotValues::Concurrency =>
        {
            Some(Metric::Values(asked))
        }
        (Metric::Other, Some(asked)) => Some(Metric::Values(asked)),
        (Metric::Other, None) => None,
        (metric, _) => Some(metric),
    }
}

/// Takes a value of `metric` for `function`.
pub(crate) fn value(
    reading: &mut Reading<'_>,
    metric: Metric,
    function: u32,
    (at, place): (i64, FilePlace),
    field: &Field<'_>,
) {
    match metric {
        Metric::Values(values) => reading.point(values, function, (at, place), field),
        Metric::Duration(scale) => {
            if field.is_absent() {
                return;
            }
            match field.micro() {
                // Millionths of units to thousandths of milliseconds, to milliseconds.
                Ok(micro) => {
                    let ms = (u128::from(micro) * u128::from(scale) / 1_000_000 + 500) / 1_000;
                    match u32::try_from(ms) {
                        Ok(ms) => reading.slot_duration(function, at, ms),
                        Err(_) => reading
                            .problem(field.bad("the duration exceeds 49 days", "use the average duration")),
                    }
                }
                Err(problem) => reading.problem(problem),
            }
        }
        Metric::Other => {}
    }
}

/// Refuses files of which no series can be used: `labels` are their names.
pub(crate) fn none_of_use(reading: &mut Reading<'_>, labels: &[String]) {
    let shown: Vec<String> = labels.iter().take(5).map(|label| format!("`{}`", readable(label))).collect();
    let found = match shown.as_slice() {
        [] => "the file has no series".to_owned(),
        _ => {
            format!("no series measures invocations or concurrent executions; found: {}", shown.join(", "))
        }
    };
    let help = "export Invocations (Sum) or ConcurrentExecutions (Maximum), or give the meaning of the values: \
                `--values counts|rate|counter|concurrency`";
    let problem = Diagnostic::new(Code::MissingColumn, found, help).in_file(reading.files().last());
    reading.problem(problem.at_line(1));
    reading.lose();
}

/// Says that series were left out: `unread` are their names.
pub(crate) fn left_out(reading: &mut Reading<'_>, what: &str, unread: &[String]) {
    let shown = unread.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", ");
    match unread.len() {
        0 => {}
        1..=5 => reading.note(format!("{what}: {shown}")),
        n => reading.note(format!("{what}: {shown} and {} more", n - 5)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_say_metric_and_function() {
        let counts = Metric::Values(SlotValues::Counts);
        for (text, metric, function) in [
            ("Invocations", counts, "traffic"),
            ("checkout Invocations", counts, "checkout"),
            ("Sum of Invocations", counts, "traffic"),
            ("Sum of Invocations for checkout", counts, "checkout"),
            ("Sum of checkout-for-all Invocations", counts, "checkout-for-all"),
            ("Invocations (Sum) of of checkout", counts, "checkout"),
            ("for-each Invocations", counts, "for-each"),
            ("order-requests-v2 Invocations", counts, "order-v2"),
            ("Lambda checkout ConcurrentExecutions", Metric::Values(SlotValues::Concurrency), "checkout"),
            ("checkout-duration", Metric::Duration(1_000), "checkout"),
            ("Errors", Metric::Other, "Errors"),
            ("İ Invocations", counts, "İ"),
        ] {
            assert_eq!(label(text), MetricSeries { metric, function: function.to_owned() }, "{text}");
        }
        assert_eq!(Metric::of("faas_requests_total"), Metric::Values(SlotValues::Counter));
        assert_eq!(Metric::of("http_request_duration_seconds"), Metric::Duration(1_000_000));
    }
}
