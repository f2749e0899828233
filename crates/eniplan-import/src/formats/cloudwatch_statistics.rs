//! CloudWatch statistics: the JSON answer of `aws cloudwatch get-metric-statistics`.
//!
//! One metric of one function an answer, whose name it does not have: of
//! several files, each file's name gives its function (`checkout-invocations.json`).

use crate::cloudwatch::{OMITS, whole_count};
use crate::content::{Beginning, Content};
use crate::format::TraceFormat;
use crate::functions::UNNAMED;
use crate::gives::Gives;
use crate::json::JsonNode;
use crate::metric::{self, Metric};
use crate::reading::Reading;
use crate::records::{SlotHints, SlotValues};
use eniplan_core::diagnostic::{Code, Diagnostic};

/// `{"Label":...,"Datapoints":[...]}`.
pub(super) struct CloudWatchStatistics;

impl TraceFormat for CloudWatchStatistics {
    fn name(&self) -> &'static str {
        "cloudwatch-statistics"
    }

    fn summary(&self) -> &'static str {
        "`aws cloudwatch get-metric-statistics`: one metric per file; for several functions, or invocations and durations, use several files named FUNCTION-METRIC.json"
    }

    fn header(&self) -> &'static str {
        r#"{"Label":"Invocations","Datapoints":[{"Timestamp":"2026-03-02T10:00:00Z","Sum":96.0,"Unit":"Count"}]}"#
    }

    fn gives(&self) -> Gives {
        Gives::METRICS.with_durations()
    }

    fn detect(&self, beginning: &Beginning<'_>) -> bool {
        beginning.has_field("Datapoints")
    }

    fn read(&self, content: &mut Content<'_>, reading: &mut Reading<'_>) {
        reading.hint(SlotHints { by_series: true, omits: Some(OMITS), ..SlotHints::default() });
        let file = content.file();
        content.each_value(reading, |document, reading| {
            if let Err(problem) = read(document, file, reading) {
                reading.problem(problem);
            }
        });
    }
}

fn read(document: &JsonNode<'_>, file: &str, reading: &mut Reading<'_>) -> Result<(), Diagnostic> {
    let label = document.require("Label")?.scalar()?;
    let Some(metric) = metric::meant(Metric::of(label.text()), reading) else {
        metric::none_of_use(reading, &[label.text().to_owned()]);
        return Ok(());
    };
    let statistic = match metric {
        Metric::Values(SlotValues::Concurrency) => "Maximum",
        Metric::Duration(_) => "Average",
        _ => "Sum",
    };
    let name = if reading.has_several_files() { of_file(file) } else { UNNAMED.to_owned() };
    let function = reading.function(&name);
    for point in document.require("Datapoints")?.items()? {
        let fields = point.fields()?;
        let time = point.require("Timestamp")?.scalar()?;
        let Some(value) = fields.get(statistic) else {
            let message = format!("no {statistic} in this point, which {} needs", label.text());
            let mut problem = point.bad(message, format!("fetch it with `--statistics {statistic}`"));
            problem.code = Code::MissingColumn;
            reading.problem(problem);
            continue;
        };
        let time = reading.time(&time.field());
        let value = value.scalar()?;
        whole_count(metric, &value.field(), reading);
        // A lost time stops the import anyway; the value may be wrong too.
        metric::value(reading, metric, function, time.unwrap_or_default(), &value.field());
    }
    Ok(())
}

/// The function that a file's name tells: what is left of `path/checkout-invocations.json`.
fn of_file(file: &str) -> String {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = name.split('.').next().unwrap_or(name);
    if Metric::of(stem) == Metric::Other { stem.to_owned() } else { metric::label(stem).function }
}
