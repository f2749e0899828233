//! What each function of the trace needs on its own.

use rayon::prelude::*;

use super::demand::{LOAD_COLUMNS, LOAD_TITLE, load_cells, mean};
use crate::demand::FunctionDemand;
use crate::demand::even::BusiestSlot;
use crate::report::format::{counted, decimal, name};
use crate::report::views::{ByFunctionView, FunctionLoadView, fields, value};
use crate::report::{Answer, ReportTable, Subject, TableCell};

/// The functions that people are shown.
const SHOWN: usize = 20;

/// What each of `functions` needs; `busiest` are their busiest slots, where the trace has slots.
pub fn by_function(
    subject: &Subject,
    functions: &[FunctionDemand],
    busiest: Option<&[BusiestSlot]>,
) -> Answer {
    let mut all: Vec<(&FunctionDemand, Option<&BusiestSlot>)> = functions
        .iter()
        .enumerate()
        .map(|(index, function)| (function, busiest.and_then(|slots| slots.get(index))))
        .collect();
    all.sort_by_key(|(function, _)| {
        (std::cmp::Reverse((function.busy_ms, function.invocations)), &function.name)
    });
    let functions = all.par_iter().map(|(function, slot)| value(&load(subject, function, *slot))).collect();
    let json = fields(&ByFunctionView { of: subject.trace_view(), functions });
    let busiest_function = all.first().map(|(function, _)| {
        format!(
            "`{}` is the busiest function: at most {} concurrent, {} on average.",
            name(&function.name),
            counted(function.peak_concurrency.into(), "invocation is", "invocations are"),
            decimal(mean(function.busy_ms, subject.span), 2)
        )
    });
    let contents = format!(
        "{} has {} of {} over {}.",
        subject.file(),
        counted(subject.invocations, "invocation", "invocations"),
        counted(subject.functions, "function", "functions"),
        subject.span,
    );
    let mut assumptions = subject.assumptions.clone();
    assumptions.push(
        "closed form: cold starts take no time, so a function needs as many environments as its concurrency"
            .into(),
    );
    Answer {
        headline: busiest_function.into_iter().chain([contents]).collect(),
        tables: vec![table(subject, &all, busiest.is_some())],
        flat: None,
        assumptions,
        json,
        clock: subject.clock,
    }
}

fn load<'a>(
    subject: &Subject,
    function: &'a FunctionDemand,
    slot: Option<&BusiestSlot>,
) -> FunctionLoadView<'a> {
    FunctionLoadView {
        function: &function.name,
        invocations: function.invocations,
        mean_concurrency: mean(function.busy_ms, subject.span),
        peak_concurrency: function.peak_concurrency,
        peak_concurrency_at_ms: function.peak_concurrency_at,
        busiest_slot_invocations: slot.map(|slot| slot.invocations.into()),
        busiest_slot_at_ms: slot.map(|slot| slot.at),
    }
}

fn table(subject: &Subject, all: &[(&FunctionDemand, Option<&BusiestSlot>)], slots: bool) -> ReportTable {
    let mut columns = LOAD_COLUMNS.to_vec();
    if slots {
        columns.extend([("busiest_slot_invocations", "busiest slot"), ("busiest_slot_at_ms", "at")]);
    }
    let mut table = ReportTable::new(LOAD_TITLE, &columns);
    let row = |(function, slot): &(&FunctionDemand, Option<&BusiestSlot>)| {
        let mut row = load_cells(function, subject.span);
        if let Some(slot) = slot {
            row.extend([TableCell::Count(slot.invocations.into()), TableCell::instant(Some(slot.at))]);
        }
        row
    };
    table.rows = all.iter().map(row).collect();
    table.shown = Some((SHOWN, "functions"));
    table
}
