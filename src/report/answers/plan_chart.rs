//! What a plan holds over time, as a chart.

use crate::plan::Plan;
use crate::report::{Chart, ReportTable, Subject};

/// `table`, with the planned ENIs over time above it: requested, deletion not yet started.
pub(super) fn chart_above(mut table: ReportTable, subject: &Subject, plan: &Plan) -> ReportTable {
    let mut steps: Vec<(u64, u32)> = Vec::new();
    let mut held = 0_u32;
    for row in &plan.schedule {
        held = held.saturating_add(row.create).saturating_sub(row.delete);
        let at = u64::try_from(row.at_ms).unwrap_or(0);
        match steps.last_mut() {
            Some(last) if last.0 == at => last.1 = held,
            _ => steps.push((at, held)),
        }
    }
    let title = "Planned ENIs over time: requested, deletion not yet started (maximum per column)";
    table.charts.extend(Chart::new(title, &steps, subject.span.0));
    table
}
