//! Prometheus: the JSON answer of `/api/v1/query_range`, a matrix.
//!
//! Times are seconds, values strings, among them `NaN` and `+Inf`. A series'
//! function is the first of its labels that names one, else all its labels.

use std::collections::BTreeMap;

use crate::content::{Beginning, Content};
use crate::format::TraceFormat;
use crate::gives::Gives;
use crate::json::JsonNode;
use crate::labels::{function_of, pair_of};
use crate::metric::{self, Metric};
use crate::reading::Reading;
use crate::records::{SlotHints, SlotValues};
use eniplan_core::diagnostic::Diagnostic;

/// `{"status":"success","data":{"resultType":"matrix",...}}`.
pub(super) struct Prometheus;

impl TraceFormat for Prometheus {
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

    fn detect(&self, beginning: &Beginning<'_>) -> bool {
        beginning.has_field("status") && (beginning.has_field("data") || beginning.has_field("errorType"))
    }

    fn read(&self, content: &mut Content<'_>, reading: &mut Reading<'_>) {
        reading.hint(SlotHints { by_series: true, ask_counter: true, ..SlotHints::default() });
        content.each_value(reading, |document, reading| {
            if let Err(problem) = read(document, reading) {
                reading.problem(problem);
            }
        });
    }
}

fn read(document: &JsonNode<'_>, reading: &mut Reading<'_>) -> Result<(), Diagnostic> {
    let status = document.require("status")?;
    if status.scalar()?.text() != "success" {
        let why = document.get("error").and_then(|error| Some(error.scalar().ok()?.text().to_owned()));
        let message = format!("the query failed: {}", why.unwrap_or_default());
        return Err(status.bad(message, "correct the query and fetch the answer again"));
    }
    let data = document.require("data")?;
    let kind = data.require("resultType")?;
    if kind.scalar()?.text() != "matrix" {
        return Err(kind.bad("the result is not a matrix", "use `/api/v1/query_range`, not `/api/v1/query`"));
    }
    let (mut unread, mut used) = (Vec::new(), 0);
    for series in data.require("result")?.items()? {
        used += usize::from(read_series(&series, reading, &mut unread)?);
    }
    if used == 0 {
        metric::none_of_use(reading, &unread);
    }
    metric::left_out(reading, "ignored series", &unread);
    Ok(())
}

/// Reads a series; whether it is of use.
fn read_series(
    series: &JsonNode<'_>,
    reading: &mut Reading<'_>,
    unread: &mut Vec<String>,
) -> Result<bool, Diagnostic> {
    let mut labels = BTreeMap::new();
    for (key, value) in series.require("metric")?.fields()? {
        labels.insert(key, value.scalar()?.text().to_owned());
    }
    let metric_name = labels.remove("__name__");
    // What an expression gives has no name: it is taken for a count, as `increase` and `sum` give.
    let metric = metric_name.as_deref().map_or(Metric::Values(SlotValues::Counts), Metric::of);
    let Some(metric) = metric::meant(metric, reading) else {
        unread.push(metric_name.unwrap_or_default());
        return Ok(false);
    };
    let function = reading.function(&function_of(&labels));
    for pair in series.require("values")?.items()? {
        let [at, value] = pair_of(&pair)?;
        let (at, value) = (at.scalar()?, value.scalar()?);
        if let Some(at) = reading.time(&at.field()) {
            metric::value(reading, metric, function, at, &value.field());
        }
    }
    Ok(true)
}
