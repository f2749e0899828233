//! CloudWatch data: the JSON answer of `aws cloudwatch get-metric-data`.
//!
//! Timestamps and values are parallel lists, newest first unless asked
//! otherwise. The answer has neither period nor statistic: the slot is the most
//! common distance, and only the label says what is measured.

use crate::cloudwatch::{OMITS, whole_count};
use crate::content::{Beginning, Content};
use crate::format::TraceFormat;
use crate::gives::Gives;
use crate::json::JsonNode;
use crate::metric::{self, Metric};
use crate::reading::Reading;
use crate::records::SlotHints;
use eniplan_core::diagnostic::{Code, Diagnostic};

/// `{"MetricDataResults":[...]}`.
pub(super) struct CloudWatchData;

impl TraceFormat for CloudWatchData {
    fn name(&self) -> &'static str {
        "cloudwatch-data"
    }

    fn summary(&self) -> &'static str {
        "`aws cloudwatch get-metric-data`: Invocations (Sum), ConcurrentExecutions (Maximum), Duration \
         (Average); the label gives metric and function"
    }

    fn header(&self) -> &'static str {
        r#"{"MetricDataResults":[{"Id":"m1","Label":"checkout Invocations","Timestamps":["2026-03-02T10:00:00+00:00"],"Values":[96.0],"StatusCode":"Complete"}]}"#
    }

    fn gives(&self) -> Gives {
        Gives::METRICS.with_durations()
    }

    fn detect(&self, beginning: &Beginning<'_>) -> bool {
        beginning.has_field("MetricDataResults")
    }

    fn read(&self, content: &mut Content<'_>, reading: &mut Reading<'_>) {
        reading.hint(SlotHints { by_series: true, omits: Some(OMITS), ..SlotHints::default() });
        let (mut used, mut unread) = (0, Vec::new());
        let file = content.file();
        content.each_value(reading, |document, reading| {
            let results = document.require("MetricDataResults").and_then(|results| results.items());
            for result in reading.keep(results).unwrap_or_default() {
                used += usize::from(read(&result, reading, &mut unread));
            }
            if document.get("NextToken").is_some_and(|token| !token.is_null()) {
                reading.note(format!("{file} has a NextToken: more pages follow"));
            }
        });
        if used == 0 && reading.is_sound() {
            metric::none_of_use(reading, &unread);
        } else {
            metric::left_out(reading, "ignored series", &unread);
        }
    }
}

/// Reads a series; whether it is of use.
fn read(result: &JsonNode<'_>, reading: &mut Reading<'_>, unread: &mut Vec<String>) -> bool {
    match series(result, reading, unread) {
        Ok(used) => used,
        Err(problem) => {
            reading.problem(problem);
            true
        }
    }
}

fn series(
    result: &JsonNode<'_>,
    reading: &mut Reading<'_>,
    unread: &mut Vec<String>,
) -> Result<bool, Diagnostic> {
    let label = result.require("Label")?.scalar()?;
    let series = metric::label(label.text());
    let (times, values) = (result.require("Timestamps")?, result.require("Values")?);
    let (at, of) = (times.items()?, values.items()?);
    if at.len() != of.len() {
        let message = format!("{} timestamps but {} values", at.len(), of.len());
        let mut problem = values.bad(message, "fetch the complete answer again");
        problem.code = Code::RowLength;
        return Err(problem);
    }
    if let Some(status) = result.get("StatusCode").map(|status| status.scalar()).transpose()?
        && status.text() != "Complete"
    {
        reading.note(format!("the series {} is incomplete: {}", label.text(), status.text()));
    }
    let Some(metric) = metric::meant(series.metric, reading) else {
        unread.push(label.text().to_owned());
        return Ok(false);
    };
    let cell = label.field();
    let name = if series.metric == Metric::Other { cell.name()? } else { &series.function };
    let function = reading.function(name);
    // The places of a list are found fastest one after the other.
    let times: Vec<_> = at
        .iter()
        .map(|node| node.scalar().map(|scalar| reading.time(&scalar.field())))
        .collect::<Result<_, _>>()?;
    for (time, node) in times.into_iter().zip(&of) {
        let scalar = node.scalar()?;
        let Some(time) = time else { continue };
        whole_count(metric, &scalar.field(), reading);
        metric::value(reading, metric, function, time, &scalar.field());
    }
    Ok(true)
}
