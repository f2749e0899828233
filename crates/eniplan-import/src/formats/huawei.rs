//! Huawei: the requests per minute of the Huawei serverless traces of 2023, one column a function.
//!
//! Joosen et al., "How Does It Function?", ACM `SoCC` 2023; the layout is that of
//! `requests_minute/day_*.csv` as its notebooks print it. `time` is seconds from
//! the trace's start over all days; an empty cell or `NaN` is a function that
//! was not there.

use crate::content::{Beginning, Content};
use crate::format::TraceFormat;
use crate::gives::Gives;
use crate::reading::Reading;
use crate::records::{Sample, SlotValues};
use crate::table::CsvColumn;

/// The layout `day,time,0,1,2,...`.
pub(super) struct Huawei;

impl TraceFormat for Huawei {
    fn name(&self) -> &'static str {
        "huawei"
    }

    fn summary(&self) -> &'static str {
        "the Huawei traces of 2023, requests_minute/day_*.csv: a column per function; several days can be given"
    }

    fn header(&self) -> &'static str {
        "day,time,0,1,2"
    }

    fn gives(&self) -> Gives {
        Gives::COUNTS
    }

    fn detect(&self, beginning: &Beginning<'_>) -> bool {
        let Some(table) = beginning.table else { return false };
        let mut names = table.columns().map(|column| column.name);
        names.next() == Some("day")
            && names.next() == Some("time")
            && names.next().is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
    }

    fn read(&self, content: &mut Content<'_>, reading: &mut Reading<'_>) {
        let Some((header, rows)) = content.table(reading) else { return };
        let day = reading.keep(header.require(&["day"]));
        let Some(time) = reading.keep(header.require(&["time"])) else { return };
        let functions: Vec<CsvColumn<'_>> = header
            .columns()
            .filter(|column| column.index != time.index && day.is_none_or(|day| day.index != column.index))
            .collect();
        // A function gets its number, and so its place among ties, with its first request.
        rows.each(reading, |row, reading| {
            let Some((at, place)) = reading.time(&row.cell(time)) else { return };
            reading.mark(at, place);
            for column in &functions {
                let cell = row.cell(*column);
                if cell.text.is_empty() || cell.text.eq_ignore_ascii_case("nan") {
                    continue;
                }
                if let Some(count @ 1..) = reading.keep(cell.count()) {
                    let function = reading.function(&format!("function-{}", column.whole));
                    reading.sample(SlotValues::Counts, Sample::count(at, count, place, function));
                }
            }
        });
    }
}
