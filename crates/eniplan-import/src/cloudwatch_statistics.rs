//! CloudWatch statistics: the JSON answer of `aws cloudwatch get-metric-statistics`.
//!
//! One metric of one function an answer, whose name it does not have: of
//! several files, each file's name gives its function (`checkout-invocations.json`).

use super::cloudwatch_data::{OMITS, whole_count};
use super::content::Content;
use super::functions::UNNAMED;
use super::intake::{Intake, Values};
use super::json::Node;
use super::metric::{self, Metric};
use super::{Format, Gives};
use eniplan_core::diagnostic::{Code, Diagnostic};

/// `{"Label":...,"Datapoints":[...]}`.
pub struct CloudWatchStatistics;

impl Format for CloudWatchStatistics {
    fn name(&self) -> &'static str {
        "cloudwatch-statistics"
    }

    fn summary(&self) -> &'static str {
        "`aws cloudwatch get-metric-statistics`: one metric a file; give several files, named \
         FUNCTION-METRIC.json, for several functions or for invocations and durations"
    }

    fn header(&self) -> &'static str {
        r#"{"Label":"Invocations","Datapoints":[{"Timestamp":"2026-03-02T10:00:00Z","Sum":96.0,"Unit":"Count"}]}"#
    }

    fn gives(&self) -> Gives {
        Gives::METRICS.with_durations()
    }

    fn detect(&self, content: &Content<'_>) -> bool {
        content.has_field("Datapoints")
    }

    fn read(&self, content: &Content<'_>, intake: &mut Intake<'_>) {
        intake.by_series = true;
        intake.omits = Some(OMITS);
        for document in content.documents(&mut intake.problems) {
            if let Err(problem) = read(&document, content.file, intake) {
                intake.problems.push(problem);
            }
        }
    }
}

fn read(document: &Node<'_>, file: &str, intake: &mut Intake<'_>) -> Result<(), Diagnostic> {
    let label = document.require("Label")?.scalar()?;
    let Some(metric) = metric::meant(Metric::of(label.text()), intake) else {
        metric::none_of_use(intake, &[label.text().to_owned()]);
        return Ok(());
    };
    let statistic = match metric {
        Metric::Values(Values::Concurrency) => "Maximum",
        Metric::Duration(_) => "Average",
        _ => "Sum",
    };
    let name = if intake.count > 1 { of_file(file) } else { UNNAMED.to_owned() };
    let function = intake.function(&name);
    for point in document.require("Datapoints")?.items()? {
        let fields = point.fields()?;
        let time = point.require("Timestamp")?.scalar()?;
        let Some(value) = fields.get(statistic) else {
            let message = format!("the point has no {statistic}, which {} needs", label.text());
            let mut problem = point.bad(message, format!("fetch it with `--statistics {statistic}`"));
            problem.code = Code::MissingColumn;
            intake.problems.push(problem);
            continue;
        };
        let time = intake.time(&time.cell());
        let value = value.scalar()?;
        whole_count(metric, &value.cell(), intake);
        // A lost time stops the import anyway; the value may be wrong too.
        metric::value(intake, metric, function, time.unwrap_or_default(), &value.cell());
    }
    Ok(())
}

/// The function that a file's name tells: what is left of `path/checkout-invocations.json`.
fn of_file(file: &str) -> String {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = name.split('.').next().unwrap_or(name);
    if Metric::of(stem) == Metric::Other { stem.to_owned() } else { metric::label(stem).function }
}
