//! Prometheus: the JSON answer of `/api/v1/query_range`, a matrix.
//!
//! Times are seconds, values strings, among them `NaN` and `+Inf`. A series'
//! function is the first of its labels that names one, else all its labels.

use std::collections::BTreeMap;

use super::content::Content;
use super::functions::UNNAMED;
use super::intake::{Intake, Values};
use super::json::Node;
use super::metric::{self, Metric};
use super::{Format, Gives};
use eniplan_core::diagnostic::Diagnostic;

/// `{"status":"success","data":{"resultType":"matrix",...}}`.
pub struct Prometheus;

/// The labels that name a function, best first.
pub const NAMES: [&str; 12] = [
    "function_name",
    "functionname",
    "FunctionName",
    "dimension_FunctionName",
    "function",
    "faas_name",
    "serverless_function",
    "lambda",
    "resource",
    "service",
    "handler",
    "name",
];

impl Format for Prometheus {
    fn name(&self) -> &'static str {
        "prometheus"
    }

    fn summary(&self) -> &'static str {
        "Prometheus `query_range`: increase() or a sum per step, rate() with `--values rate`, a raw counter \
         (its name ends in _total, or `--values counter`), concurrency by its name"
    }

    fn header(&self) -> &'static str {
        r#"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"function_name":"checkout"},"values":[[1772445600,"96"]]}]}}"#
    }

    fn gives(&self) -> Gives {
        Gives::METRICS.with_durations()
    }

    fn detect(&self, content: &Content<'_>) -> bool {
        content.has_field("status") && (content.has_field("data") || content.has_field("errorType"))
    }

    fn read(&self, content: &Content<'_>, intake: &mut Intake<'_>) {
        intake.by_series = true;
        intake.ask_counter = true;
        for document in content.documents(&mut intake.problems) {
            if let Err(problem) = read(&document, intake) {
                intake.problems.push(problem);
            }
        }
    }
}

fn read(document: &Node<'_>, intake: &mut Intake<'_>) -> Result<(), Diagnostic> {
    let status = document.require("status")?;
    if status.scalar()?.text() != "success" {
        let why = document.get("error").and_then(|error| Some(error.scalar().ok()?.text().to_owned()));
        let message = format!("the query failed: {}", why.unwrap_or_default());
        return Err(status.bad(message, "correct the query and fetch its answer again"));
    }
    let data = document.require("data")?;
    let kind = data.require("resultType")?;
    if kind.scalar()?.text() != "matrix" {
        return Err(kind.bad("this is no matrix", "ask `/api/v1/query_range`, not `/api/v1/query`"));
    }
    let (mut unread, mut used) = (Vec::new(), 0);
    for series in data.require("result")?.items()? {
        used += usize::from(read_series(&series, intake, &mut unread)?);
    }
    if used == 0 {
        metric::none_of_use(intake, &unread);
    }
    intake.left_out("series not read", &unread);
    Ok(())
}

/// Reads a series; whether it is of use.
fn read_series(
    series: &Node<'_>,
    intake: &mut Intake<'_>,
    unread: &mut Vec<String>,
) -> Result<bool, Diagnostic> {
    let mut labels = BTreeMap::new();
    for (key, value) in series.require("metric")?.fields()? {
        labels.insert(key, value.scalar()?.text().to_owned());
    }
    let metric_name = labels.remove("__name__");
    // What an expression gives has no name: it is taken for a count, as `increase` and `sum` give.
    let metric = metric_name.as_deref().map_or(Metric::Values(Values::Counts), Metric::of);
    let Some(metric) = metric::meant(metric, intake) else {
        unread.push(metric_name.unwrap_or_default());
        return Ok(false);
    };
    let function = intake.function(&function_of(&labels));
    for pair in series.require("values")?.items()? {
        let [at, value] = pair_of(&pair)?;
        let (at, value) = (at.scalar()?, value.scalar()?);
        if let Some(at) = intake.time(&at.cell()) {
            metric::value(intake, metric, function, at, &value.cell());
        }
    }
    Ok(true)
}

/// The two parts of a point: time and value.
pub fn pair_of<'t>(pair: &Node<'t>) -> Result<[Node<'t>; 2], Diagnostic> {
    let items = pair.items()?;
    items.try_into().map_err(|_| pair.bad("a point is a time and a value", "fetch the answer again, whole"))
}

/// The function that `labels` name.
pub fn function_of(labels: &BTreeMap<String, String>) -> String {
    let named = NAMES.iter().find_map(|name| labels.get(*name)).filter(|name| !name.trim().is_empty());
    match named {
        Some(name) => name.trim().to_owned(),
        None if labels.is_empty() => UNNAMED.to_owned(),
        None => labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join(","),
    }
}
