//! What each function of the traffic needs on its own, and nothing of all together.

use rayon::prelude::*;

use super::demand::mean;
use crate::demand::FunctionDemand;
use crate::demand::even::BusiestSlot;
use crate::report::forms::{ByFunction, FunctionLoad, fields, value};
use crate::report::words::counted;
use crate::report::{Answer, Subject, Table, Value};

/// The functions that people are shown.
const SHOWN: usize = 20;

/// What each of `functions` needs; `busiest` are their busiest slots, where the traffic has slots.
pub fn by_function(
    subject: &Subject,
    functions: &[FunctionDemand],
    busiest: Option<&[BusiestSlot]>,
) -> Answer {
    let mut all: Vec<(&FunctionDemand, Option<&BusiestSlot>)> = functions
        .iter()
        .enumerate()
        .map(|(index, it)| (it, busiest.and_then(|slots| slots.get(index))))
        .collect();
    all.sort_by_key(|(it, _)| (std::cmp::Reverse((it.busy_ms, it.invocations)), &it.name));
    let functions = all.par_iter().map(|(it, slot)| value(&load(subject, it, *slot))).collect();
    let json = fields(&ByFunction { of: subject.of_traffic(), functions });
    let headline = format!(
        "{} holds {} of {} over {}.",
        subject.file(),
        counted(subject.invocations, "invocation", "invocations"),
        counted(subject.functions, "function", "functions"),
        subject.span,
    );
    let mut assumptions = subject.assumptions.clone();
    assumptions.push(
        "by closed form: cold starts take no time, so a function needs as many environments as run at once"
            .into(),
    );
    Answer {
        headline: vec![headline],
        tables: vec![table(subject, &all, busiest.is_some())],
        flat: None,
        assumptions,
        json,
        clock: subject.clock,
    }
}

fn load<'a>(subject: &Subject, it: &'a FunctionDemand, slot: Option<&BusiestSlot>) -> FunctionLoad<'a> {
    FunctionLoad {
        function: &it.name,
        invocations: it.invocations,
        mean_concurrency: mean(it.busy_ms, subject.span),
        peak_concurrency: it.peak_concurrency,
        peak_concurrency_at_ms: it.peak_concurrency_at,
        busiest_slot_invocations: slot.map(|slot| slot.invocations.into()),
        busiest_slot_at_ms: slot.map(|slot| slot.at),
    }
}

fn table(subject: &Subject, all: &[(&FunctionDemand, Option<&BusiestSlot>)], slots: bool) -> Table {
    let mut columns = vec![
        ("function", "function"),
        ("invocations", "invocations"),
        ("mean_concurrency", "mean"),
        ("peak_concurrency", "most"),
        ("peak_concurrency_at_ms", "first at"),
    ];
    if slots {
        columns.extend([("busiest_slot_invocations", "busiest slot"), ("busiest_slot_at_ms", "at")]);
    }
    let mut table =
        Table::new("By function, busiest first (mean and most: invocations that run at once)", &columns);
    let row = |(it, slot): &(&FunctionDemand, Option<&BusiestSlot>)| {
        let mut row = vec![
            Value::text(it.name.as_str()),
            Value::Count(it.invocations),
            Value::Decimal(mean(it.busy_ms, subject.span), 2),
            Value::Count(it.peak_concurrency.into()),
            Value::instant(Some(it.peak_concurrency_at)),
        ];
        if let Some(slot) = slot {
            row.extend([Value::Count(slot.invocations.into()), Value::instant(Some(slot.at))]);
        }
        row
    };
    table.rows = all.iter().map(row).collect();
    table.shown = Some((SHOWN, "functions"));
    table
}
