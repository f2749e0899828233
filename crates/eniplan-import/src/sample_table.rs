//! Sample table: a long table of values, one row for each time and function.

use super::content::Content;
use super::functions::UNNAMED;
use super::reading::Reading;
use super::records::{Sample, SlotValues, micro};
use super::rows::CsvRows;
use super::table::{CsvColumn, CsvHeader};

/// The columns of a long table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SampleColumns<'t> {
    /// The slot's start.
    pub time: CsvColumn<'t>,
    /// The function; without it the file has one.
    pub function: Option<CsvColumn<'t>>,
    /// The value.
    pub value: CsvColumn<'t>,
    /// How long each invocation lasts, ms.
    pub duration: Option<CsvColumn<'t>>,
}

/// Reads a file that has a time, a value of these kinds under one of these names, and may have a function and
/// durations.
pub(crate) fn read_named(
    content: &mut Content<'_>,
    [times, names]: [&[&str]; 2],
    values: SlotValues,
    has_durations: bool,
    reading: &mut Reading<'_>,
) {
    let Some((header, rows)) = content.table(reading) else { return };
    let [time, value] = [times, names].map(|names| reading.keep(header.require(names)));
    let (Some(time), Some(value)) = (time, value) else { return };
    let duration = header.column(&["duration_ms"]).filter(|_| has_durations);
    let columns = SampleColumns { time, function: header.column(&["function"]), value, duration };
    read(header, rows, &columns, values, reading);
}

/// Reads a long table with these columns.
pub(crate) fn read(
    header: &CsvHeader,
    rows: CsvRows<'_, '_>,
    columns: &SampleColumns<'_>,
    values: SlotValues,
    reading: &mut Reading<'_>,
) {
    let used = [Some(columns.time), columns.function, Some(columns.value), columns.duration];
    reading.use_columns(header, &used);
    rows.each(reading, |row, reading| {
        let time = reading.time(&row.cell(columns.time));
        let cell = columns.function.map(|column| row.cell(column));
        let name = cell.as_ref().map_or(Some(UNNAMED), |cell| reading.keep(cell.name()));
        let exact = matches!(values, SlotValues::Counts | SlotValues::Concurrency);
        let cell = row.cell(columns.value);
        let value = reading.keep(if exact { cell.count().map(micro) } else { cell.micro() });
        let duration = columns.duration.map(|column| row.cell(column)).filter(|cell| !cell.text.is_empty());
        let duration = duration.and_then(|cell| reading.keep(cell.short_duration()));
        if name.is_none() {
            reading.lose();
        }
        let (Some((at, place)), Some(name)) = (time, name) else { return };
        let function = reading.function(name);
        // A bad value alone still leaves the time known.
        let (micro, duration) = (value.unwrap_or_default(), duration.unwrap_or(Sample::UNTOLD));
        reading.sample(values, Sample { at, micro, place, function, duration });
    });
}
