//! Call table: a table with one row per invocation, its start or end, and how long it lasted.

use super::calls::BlockTimes;
use super::field::{DurationUnit, round};
use super::plain_log::{LogColumn, PlainCalls};
use super::reading::Reading;
use super::rows::RowReader;
use super::table::{CsvColumn, CsvHeader, CsvRow};
use eniplan_core::diagnostic::Diagnostic;

/// The columns of a log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CallColumns<'t> {
    /// When an invocation started or ended.
    pub time: CsvColumn<'t>,
    /// Whether `time` is the end.
    pub at_end: bool,
    /// How long it lasted.
    pub duration: Option<CsvColumn<'t>>,
    /// The unit of the duration.
    pub unit: DurationUnit,
}

/// Takes the rows of such a table; `name` gives the key of a row's function.
pub(crate) struct CallRows<'t, F> {
    columns: CallColumns<'t>,
    name: F,
    /// What each column holds, where there is a short way.
    plain: Option<Vec<LogColumn>>,
}

impl<'t, F> CallRows<'t, F>
where
    F: FnMut(&CsvRow<'_>) -> Result<String, Diagnostic> + Sync,
{
    /// Of rows with these columns.
    pub(crate) const fn new(columns: CallColumns<'t>, name: F) -> Self {
        Self { columns, name, plain: None }
    }

    /// With a short way for rows of a start, a function as it is written, and a duration in milliseconds.
    #[must_use]
    pub(crate) fn plainly(self, header: &CsvHeader, function: Option<CsvColumn<'_>>) -> Self {
        let CallColumns { time, at_end, duration, unit } = self.columns;
        let Some(duration) = duration.filter(|_| !at_end && unit == DurationUnit::Milliseconds) else {
            return self;
        };
        let holds = |column: CsvColumn<'_>| match column.index {
            index if index == time.index => LogColumn::Start,
            index if index == duration.index => LogColumn::Duration,
            index if function.is_some_and(|function| function.index == index) => LogColumn::Function,
            _ => LogColumn::Unread,
        };
        Self { plain: Some(header.columns().map(holds).collect()), ..self }
    }
}

impl<F> RowReader for CallRows<'_, F>
where
    F: FnMut(&CsvRow<'_>) -> Result<String, Diagnostic> + Sync,
{
    type Plain = PlainCalls;

    fn has_plain(&self) -> bool {
        self.plain.is_some()
    }

    fn read_plain(&self, lines: &[u8], plain: &mut PlainCalls) -> bool {
        self.plain.as_ref().is_some_and(|columns| plain.read(columns, lines).is_some())
    }

    fn take_plain(&mut self, plain: &mut PlainCalls, before: u64, reading: &mut Reading<'_>) -> bool {
        let Some((form, first)) = plain.first else { return true };
        let column = self.columns.time.index as u64 + 1;
        let place = |line: u64| reading.place_at(before + line + 1, column);
        let (latest, at) = plain.latest;
        let times = BlockTimes {
            earliest: plain.earliest,
            latest: (latest, place(at)),
            end: plain.end,
            place: place(first),
            late: plain.late.map(place),
        };
        if !reading.accept_times(form, times.place, self.columns.time.name) {
            return false;
        }
        let Some(numbers) = reading.number_all(plain.names()) else { return false };
        for row in &mut plain.block.rows {
            let Some(number) = numbers.get(row.function() as usize) else { return false };
            *row = row.of_function(*number);
        }
        reading.calls(&plain.block, &times)
    }

    fn take_row(&mut self, row: &CsvRow<'_>, reading: &mut Reading<'_>) {
        let columns = &self.columns;
        let time = row.cell(columns.time);
        let name = reading.keep((self.name)(row));
        let cell = columns.duration.map(|column| row.cell(column));
        let cell = cell.filter(|cell| columns.at_end || !cell.text.is_empty());
        let micros = cell.map(|cell| reading.keep(cell.duration(columns.unit)));
        // Where it is bad, the time may be bad too.
        let before = micros.flatten().filter(|_| columns.at_end).unwrap_or_default();
        let Some(start) = reading.start(&time, before) else { return };
        let (Some(name), None | Some(Some(_))) = (name, micros) else { return };
        let function = reading.function(&name);
        reading.call(start, function, micros.flatten().map(round));
    }
}
