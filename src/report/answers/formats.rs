//! The trace formats.

use crate::import;
use crate::report::views::{FormatView, FormatsView};
use crate::report::{Answer, ReportTable, TableCell};

/// Every trace format with its header.
pub fn formats() -> Answer {
    let all = import::ALL;
    let columns = [("format", "format"), ("shapes", "shape"), ("header", "header"), ("summary", "contents")];
    let mut table = ReportTable::new("", &columns).prose(&["shapes", "header", "summary"]);
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
            shapes: gives.shape,
            durations: gives.durations,
            memory: gives.memory,
            verified: gives.verified,
        }
    });
    let mut answer = Answer {
        headline: vec![
            format!("eniplan reads {} trace formats.", all.len()),
            "The format is detected from header and content; --trace-format names one.".into(),
            "Files may be compressed with gzip or zstd; several files of one format are read as one trace."
                .into(),
            "Times are RFC 3339, `2026-03-02 10:00:00` (UTC, or --time-zone), seconds or milliseconds since \
             1970, or seconds from 0; in eniplan's own formats the function column is optional."
                .into(),
        ],
        tables: vec![table],
        ..Answer::default()
    };
    answer.extend(&FormatsView { formats: rows.collect() });
    answer
}
