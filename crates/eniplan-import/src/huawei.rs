//! Huawei: the requests per minute of the Huawei serverless traces of 2023, one column a function.
//!
//! Joosen et al., "How Does It Function?", ACM `SoCC` 2023; the layout is that of
//! `requests_minute/day_*.csv` as its notebooks print it. `time` is seconds from
//! the trace's start over all days; an empty cell or `NaN` is a function that
//! was not there.

use super::cell::keep;
use super::content::Content;
use super::intake::{Intake, Sample, Values};
use super::table::Column;
use super::whole::micro;
use super::{Format, Gives};

/// The layout `day,time,0,1,2,...`.
pub struct Huawei;

impl Format for Huawei {
    fn name(&self) -> &'static str {
        "huawei"
    }

    fn summary(&self) -> &'static str {
        "the Huawei traces of 2023, requests_minute/day_*.csv: a column per function; give several days"
    }

    fn header(&self) -> &'static str {
        "day,time,0,1,2"
    }

    fn gives(&self) -> Gives {
        Gives::COUNTS
    }

    fn detect(&self, content: &Content<'_>) -> bool {
        let Some(table) = &content.table else { return false };
        let mut names = table.columns().map(|column| column.name);
        names.next() == Some("day")
            && names.next() == Some("time")
            && names.next().is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
    }

    fn read(&self, content: &Content<'_>, intake: &mut Intake<'_>) {
        let Some(table) = content.rows(&mut intake.problems) else { return };
        let day = table.require(&["day"], &mut intake.problems);
        let Some(time) = table.require(&["time"], &mut intake.problems) else { return };
        let functions: Vec<Column<'_>> = table
            .columns()
            .filter(|column| column.index != time.index && day.is_none_or(|day| day.index != column.index))
            .collect();
        let used: Vec<_> = table.columns().map(Some).collect();
        let _ = table.settle(&used, &mut intake.problems);
        // A function gets its number, and so its place among ties, with its first request.
        table.each(intake, |row, intake| {
            let Some((at, place)) = intake.time(&row.cell(time)) else { return };
            intake.marks.push((at, place));
            for column in &functions {
                let cell = row.cell(*column);
                if cell.text.is_empty() || cell.text.eq_ignore_ascii_case("nan") {
                    continue;
                }
                let count = keep(cell.count(), &mut intake.problems).unwrap_or(0);
                if count > 0 {
                    let function = intake.function(&format!("function-{}", column.whole));
                    let (micro, duration) = (micro(count), Sample::UNTOLD);
                    intake.sample(Values::Counts, Sample { at, micro, place, function, duration });
                }
            }
        });
    }
}
