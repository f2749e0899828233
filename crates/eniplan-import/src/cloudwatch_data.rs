//! CloudWatch data: the JSON answer of `aws cloudwatch get-metric-data`.
//!
//! Timestamps and values are parallel lists, newest first unless asked
//! otherwise. The answer has neither period nor statistic: the slot is the most
//! common distance, and only the label says what is measured.

use super::content::Content;
use super::intake::Intake;
use super::json::Node;
use super::metric::{self, Metric};
use super::{Format, Gives};
use eniplan_core::diagnostic::{Code, Diagnostic};

/// `{"MetricDataResults":[...]}`.
pub struct CloudWatchData;

/// What CloudWatch does with minutes without invocations.
pub const OMITS: &str = "CloudWatch leaves out minutes without invocations, so `--gaps zero` is right for \
                         its metrics";

impl Format for CloudWatchData {
    fn name(&self) -> &'static str {
        "cloudwatch-data"
    }

    fn summary(&self) -> &'static str {
        "`aws cloudwatch get-metric-data`: Invocations (Sum), ConcurrentExecutions (Maximum), Duration \
         (Average); the label names metric and function"
    }

    fn header(&self) -> &'static str {
        r#"{"MetricDataResults":[{"Id":"m1","Label":"checkout Invocations","Timestamps":["2026-03-02T10:00:00+00:00"],"Values":[96.0],"StatusCode":"Complete"}]}"#
    }

    fn gives(&self) -> Gives {
        Gives::METRICS.with_durations()
    }

    fn detect(&self, content: &Content<'_>) -> bool {
        content.has_field("MetricDataResults")
    }

    fn read(&self, content: &Content<'_>, intake: &mut Intake<'_>) {
        intake.by_series = true;
        intake.omits = Some(OMITS);
        let (mut used, mut unread) = (0, Vec::new());
        for document in content.documents(&mut intake.problems) {
            let results = document.require("MetricDataResults").and_then(|results| results.items());
            match results {
                Ok(results) => {
                    for result in &results {
                        used += usize::from(read(result, intake, &mut unread));
                    }
                }
                Err(problem) => intake.problems.push(problem),
            }
            if document.get("NextToken").is_some_and(|token| !token.is_null()) {
                intake.note(format!("{} has a NextToken: it is one page of several", content.file));
            }
        }
        if used == 0 && intake.problems.is_empty() {
            metric::none_of_use(intake, &unread);
        } else {
            intake.left_out("series not read", &unread);
        }
    }
}

/// Reads a series; whether it is of use.
fn read(result: &Node<'_>, intake: &mut Intake<'_>, unread: &mut Vec<String>) -> bool {
    match series(result, intake, unread) {
        Ok(used) => used,
        Err(problem) => {
            intake.problems.push(problem);
            true
        }
    }
}

fn series(result: &Node<'_>, intake: &mut Intake<'_>, unread: &mut Vec<String>) -> Result<bool, Diagnostic> {
    let label = result.require("Label")?.scalar()?;
    let series = metric::label(label.text());
    let (times, values) = (result.require("Timestamps")?, result.require("Values")?);
    let (at, of) = (times.items()?, values.items()?);
    if at.len() != of.len() {
        let message = format!("there are {} timestamps and {} values", at.len(), of.len());
        let mut problem = values.bad(message, "fetch the answer again, whole");
        problem.code = Code::RowLength;
        return Err(problem);
    }
    if let Some(status) = result.get("StatusCode").map(|status| status.scalar()).transpose()?
        && status.text() != "Complete"
    {
        intake.note(format!("the series {} is {}: it is not whole", label.text(), status.text()));
    }
    let Some(metric) = metric::meant(series.metric, intake) else {
        unread.push(label.text().to_owned());
        return Ok(false);
    };
    let cell = label.cell();
    let name = if series.metric == Metric::Other { cell.name()? } else { &series.function };
    let function = intake.function(name);
    // The places of a list are found fastest one after the other.
    let times: Vec<_> = at
        .iter()
        .map(|node| node.scalar().map(|scalar| intake.time(&scalar.cell())))
        .collect::<Result<_, _>>()?;
    for (time, node) in times.into_iter().zip(&of) {
        let scalar = node.scalar()?;
        let Some(time) = time else { continue };
        whole_count(metric, &scalar.cell(), intake);
        metric::value(intake, metric, function, time, &scalar.cell());
    }
    Ok(true)
}

/// Refuses counts of CloudWatch that are no whole numbers: they are another statistic than the sum.
pub fn whole_count(metric: Metric, cell: &super::table::Cell<'_>, intake: &mut Intake<'_>) {
    use super::intake::Values;
    use super::number::{Decimal, Whole};

    let fraction = Decimal::parse(cell.text).is_ok_and(|number| number.whole() == Whole::Fraction);
    if metric == Metric::Values(Values::Counts) && fraction {
        let help = "fetch the statistic Sum of Invocations; for a rate say `--values rate`";
        intake.problems.push(cell.bad("invocations are whole numbers: this is another statistic", help));
    }
}
