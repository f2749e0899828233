//! The import formats.

use crate::import;
use crate::report::views::{FormatView, FormatsView};
use crate::report::{Answer, ReportTable, TableCell};

/// Every traffic format with its header.
pub fn formats() -> Answer {
    let all = import::ALL;
    let columns =
        [("format", "format"), ("gives", "gives"), ("header", "header"), ("summary", "what it holds")];
    let mut table = ReportTable::new("", &columns).prose(&["gives", "header", "summary"]);
    for format in all {
        table.push(vec![
            TableCell::text(format.name()),
            TableCell::text(format.gives().words()),
            TableCell::text(format.header()),
            TableCell::text(format.summary()),
        ]);
    }
    let rows = all.iter().map(|format| {
        let gives = format.gives();
        FormatView {
            format: format.name(),
            header: format.header(),
            summary: format.summary(),
            companions: format.companions(),
            gives: gives.shape,
            durations: gives.durations,
            memory: gives.memory,
            verified: gives.verified,
        }
    });
    let mut answer = Answer {
        headline: vec![
            format!("Traffic is read from {} formats.", all.len()),
            "Header and content decide which; --traffic-format names one.".into(),
            "Files may be packed with gzip or zstd, and several of one format are read as one traffic."
                .into(),
            "Times are RFC 3339, `2026-03-02 10:00:00` (UTC, or --time-zone), seconds or milliseconds since \
             1970, or seconds from 0; in eniplan's own formats the function column may be left out."
                .into(),
        ],
        tables: vec![table],
        ..Answer::default()
    };
    answer.extend(&FormatsView { formats: rows.collect() });
    answer
}
