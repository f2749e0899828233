//! Datadog: the JSON answer of the metrics query API, `series[].pointlist`.
//!
//! A point is milliseconds and a value, or null where there is none. The
//! function is the tag `functionname`, from `tag_set` or `scope`.

use std::collections::BTreeMap;

use crate::content::{Beginning, Content};
use crate::format::TraceFormat;
use crate::gives::Gives;
use crate::json::JsonNode;
use crate::labels::{function_of, pair_of};
use crate::metric::{self, Metric};
use crate::reading::Reading;
use crate::records::SlotHints;
use eniplan_core::diagnostic::Diagnostic;

/// `{"series":[{"metric":...,"pointlist":[[ms,value],...]}]}`.
pub(super) struct Datadog;

impl TraceFormat for Datadog {
    fn name(&self) -> &'static str {
        "datadog"
    }

    fn summary(&self) -> &'static str {
        "Datadog metrics query: series with a pointlist; aws.lambda.invocations (as a count), \
         concurrent_executions, duration"
    }

    fn header(&self) -> &'static str {
        r#"{"series":[{"metric":"aws.lambda.invocations","scope":"functionname:checkout","interval":60,"pointlist":[[1772445600000.0,96.0]]}]}"#
    }

    fn gives(&self) -> Gives {
        Gives::METRICS.with_durations().unverified()
    }

    fn detect(&self, beginning: &Beginning<'_>) -> bool {
        beginning.has_field("series")
    }

    fn read(&self, content: &mut Content<'_>, reading: &mut Reading<'_>) {
        reading.hint(SlotHints { by_series: true, ask_counter: true, ..SlotHints::default() });
        let (mut unread, mut used) = (Vec::new(), 0);
        content.each_value(reading, |document, reading| {
            let all = document.require("series").and_then(|series| series.items());
            for series in reading.keep(all).unwrap_or_default() {
                let read = read(&series, reading, &mut unread);
                used += usize::from(reading.keep(read).unwrap_or_default());
            }
        });
        if used == 0 && reading.is_sound() {
            metric::none_of_use(reading, &unread);
        }
        metric::left_out(reading, "ignored series", &unread);
    }
}

/// Reads a series; whether it is of use.
fn read(
    series: &JsonNode<'_>,
    reading: &mut Reading<'_>,
    unread: &mut Vec<String>,
) -> Result<bool, Diagnostic> {
    let name = series.require("metric")?.scalar()?;
    let mut metric = Metric::of(name.text());
    // The enhanced metrics of Datadog's own layer are in seconds, those of CloudWatch in ms.
    if let (Metric::Duration(_), true) = (metric, name.text().contains("enhanced")) {
        metric = Metric::Duration(1_000_000);
    }
    let Some(metric) = metric::meant(metric, reading) else {
        unread.push(name.text().to_owned());
        return Ok(false);
    };
    let function = reading.function(&function_of(&tags(series)?));
    for pair in series.require("pointlist")?.items()? {
        let [at, value] = pair_of(&pair)?;
        let (at, value) = (at.scalar()?, value.scalar()?);
        if let Some(at) = reading.time(&at.field()) {
            metric::value(reading, metric, function, at, &value.field());
        }
    }
    Ok(true)
}

/// The tags of a series, from its tag set or its scope.
fn tags(series: &JsonNode<'_>) -> Result<BTreeMap<String, String>, Diagnostic> {
    let mut all = Vec::new();
    if let Some(set) = series.get("tag_set") {
        for tag in set.items()? {
            all.push(tag.scalar()?.text().to_owned());
        }
    }
    if let Some(scope) = series.get("scope").filter(|_| all.is_empty()) {
        all.extend(scope.scalar()?.text().split(',').map(str::to_owned));
    }
    let pairs = all.iter().filter_map(|tag| tag.split_once(':'));
    Ok(pairs.map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned())).collect())
}
