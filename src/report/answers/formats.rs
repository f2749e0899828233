//! The import formats.

use serde_json::json;

use crate::report::{Answer, Table, Value};
use crate::traffic::import;

/// Every traffic format with its header.
pub fn formats() -> Answer {
    let all = import::ALL;
    let columns = [("format", "format"), ("header", "header"), ("summary", "what it holds")];
    let mut table = Table::new("", &columns).prose(&["header", "summary"]);
    for format in all {
        table.push(vec![
            Value::text(format.name()),
            Value::text(format.header()),
            Value::text(format.summary()),
        ]);
    }
    let rows = all.iter().map(|format| {
        json!({
            "format": format.name(), "header": format.header(), "summary": format.summary(),
            "companions": format.companions(),
        })
    });
    let mut answer = Answer {
        headline: vec![
            format!("Traffic is read from {} formats.", all.len()),
            "The header decides which; --traffic-format names one.".into(),
            "Times are RFC 3339, `2026-03-02 10:00:00` (UTC), seconds or milliseconds since 1970, or \
             seconds from 0; the function column may be left out."
                .into(),
        ],
        tables: vec![table],
        ..Answer::default()
    };
    answer.insert("formats", rows.collect::<serde_json::Value>());
    answer
}
