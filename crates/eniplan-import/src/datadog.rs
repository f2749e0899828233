//! Datadog: the JSON answer of the metrics query API, `series[].pointlist`.
//!
//! A point is milliseconds and a value, or null where there is none. The
//! function is the tag `functionname`, from `tag_set` or `scope`.

use std::collections::BTreeMap;

use super::content::Content;
use super::intake::Intake;
use super::json::Node;
use super::metric::{self, Metric};
use super::prometheus::{function_of, pair_of};
use super::{Format, Gives};
use eniplan_core::diagnostic::Diagnostic;

/// `{"series":[{"metric":...,"pointlist":[[ms,value],...]}]}`.
pub struct Datadog;

impl Format for Datadog {
    fn name(&self) -> &'static str {
        "datadog"
    }

    fn summary(&self) -> &'static str {
        "Datadog's metrics query: series with a pointlist; aws.lambda.invocations (as a count), \
         concurrent_executions, duration"
    }

    fn header(&self) -> &'static str {
        r#"{"series":[{"metric":"aws.lambda.invocations","scope":"functionname:checkout","interval":60,"pointlist":[[1772445600000.0,96.0]]}]}"#
    }

    fn gives(&self) -> Gives {
        Gives::METRICS.with_durations().unverified()
    }

    fn detect(&self, content: &Content<'_>) -> bool {
        content.has_field("series")
    }

    fn read(&self, content: &Content<'_>, intake: &mut Intake<'_>) {
        intake.by_series = true;
        intake.ask_counter = true;
        let (mut unread, mut used) = (Vec::new(), 0);
        for document in content.documents(&mut intake.problems) {
            let all = document.require("series").and_then(|series| series.items());
            match all {
                Ok(all) => {
                    for series in all {
                        match read(&series, intake, &mut unread) {
                            Ok(of_use) => used += usize::from(of_use),
                            Err(problem) => intake.problems.push(problem),
                        }
                    }
                }
                Err(problem) => intake.problems.push(problem),
            }
        }
        if used == 0 && intake.problems.is_empty() {
            metric::none_of_use(intake, &unread);
        }
        intake.left_out("series not read", &unread);
    }
}

/// Reads a series; whether it is of use.
fn read(series: &Node<'_>, intake: &mut Intake<'_>, unread: &mut Vec<String>) -> Result<bool, Diagnostic> {
    let name = series.require("metric")?.scalar()?;
    let mut metric = Metric::of(name.text());
    // The enhanced metrics of Datadog's own layer are in seconds, those of CloudWatch in ms.
    if let (Metric::Duration(_), true) = (metric, name.text().contains("enhanced")) {
        metric = Metric::Duration(1_000_000);
    }
    let Some(metric) = metric::meant(metric, intake) else {
        unread.push(name.text().to_owned());
        return Ok(false);
    };
    let function = intake.function(&function_of(&tags(series)?));
    for pair in series.require("pointlist")?.items()? {
        let [at, value] = pair_of(&pair)?;
        let (at, value) = (at.scalar()?, value.scalar()?);
        if let Some(at) = intake.time(&at.cell()) {
            metric::value(intake, metric, function, at, &value.cell());
        }
    }
    Ok(true)
}

/// The tags of a series, from its tag set or its scope.
fn tags(series: &Node<'_>) -> Result<BTreeMap<String, String>, Diagnostic> {
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
