//! CloudWatch: what its metrics have in common, in whatever layout they come.

use super::field::Field;
use super::metric::Metric;
use super::number::{Decimal, WholeNumber};
use super::reading::Reading;
use super::records::SlotValues;

/// What CloudWatch does with minutes without invocations.
pub(crate) const OMITS: &str =
    "CloudWatch omits minutes without invocations, so use `--gaps zero` for its metrics";

/// Refuses counts of CloudWatch that are no whole numbers: they are another statistic than the sum.
pub(crate) fn whole_count(metric: Metric, field: &Field<'_>, reading: &mut Reading<'_>) {
    let fraction = Decimal::parse(field.text).is_ok_and(|number| number.whole() == WholeNumber::Fraction);
    if metric == Metric::Values(SlotValues::Counts) && fraction {
        let help = "fetch the statistic Sum of Invocations; for a rate, use `--values rate`";
        reading.problem(field.bad("not a whole number of invocations; this is another statistic", help));
    }
}
