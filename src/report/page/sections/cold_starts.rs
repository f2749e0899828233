//! The distribution of cold starts: the share of invocations that wait longer than a given time.

use maud::{Markup, html};
use serde_json::{Value as Json, json};

use super::chart::chart;
use crate::quantity::Millis;
use crate::report::format::{brief, name, percent};
use crate::report::page::{PageSection, ReportPage, Track, table};
use crate::report::{ReportTable, TableCell};
use crate::simulation::ColdStartCounts;

pub(in crate::report::page) const SECTION: PageSection =
    PageSection { id: "cold-starts", title: "Cold starts, length and frequency", body, data };

fn body(page: &ReportPage<'_>) -> Markup {
    let own = page.tracks.iter().find(|track| track.policy == page.subject.policy);
    let runs = if page.runs == 1 { "one run".to_owned() } else { format!("{} runs", page.runs) };
    html! {
        @if let Some(track) = own {
            p {
                (percent(longer(&track.starts, 0))) " of invocations start cold under " (name(&track.policy)) "; "
                (percent(longer(&track.starts, page.target.0))) " wait longer than " (page.target.to_string())
                ", and the longest cold start is " (Millis(track.starts.max()).to_string()) " (" (runs)
                ", durations drawn)."
            }
        }
        p.note { "At 1s, the height of a line is the share of invocations that wait longer than 1s. The policies are \
                  those selected above." }
        (chart("chart-tail", "Share of invocations that wait longer", &says(page)))
        (table::table(&quantiles(page), page.subject.clock))
    }
}

/// The share of served invocations that wait longer than `limit`, ms; of 0: that start cold.
fn longer(starts: &ColdStartCounts, limit: u64) -> f64 {
    if starts.served == 0 { 0.0 } else { starts.above(limit) as f64 / starts.served as f64 }
}

fn says(page: &ReportPage<'_>) -> String {
    let one =
        |track: &Track| format!("{} {}", name(&track.policy), percent(longer(&track.starts, page.target.0)));
    let each: Vec<String> = page.tracks.iter().map(one).collect();
    format!("Share of invocations that wait longer than {}: {}.", page.target, each.join(", "))
}

fn quantiles(page: &ReportPage<'_>) -> ReportTable {
    let columns = [
        ("policy", "policy"),
        ("served", "served"),
        ("cold", "cold"),
        ("p50", "p50"),
        ("p90", "p90"),
        ("p99", "p99"),
        ("max", "longest"),
        ("above", "above target"),
    ];
    let mut table = ReportTable::new("Cold starts only", &columns);
    for track in page.tracks {
        let starts = &track.starts;
        let [p50, p90, p99] = [500, 900, 990].map(|share| starts.cold_quantile(share));
        let mut row = vec![TableCell::text(track.policy.as_str()), TableCell::Count(starts.served)];
        row.push(TableCell::Count(starts.cold));
        row.extend([p50, p90, p99, starts.max()].map(|ms| TableCell::Span(brief(ms))));
        row.push(TableCell::Count(starts.above(page.target.0)));
        table.push(row);
    }
    table
}

/// Lengths at which the share is given, ms: 24 to each power of ten, and every longest one.
fn lengths(tracks: &[Track]) -> Vec<u64> {
    const PER_POWER: f64 = 24.0;
    let longest = tracks.iter().map(|track| track.starts.max()).max().unwrap_or(0);
    let shortest = tracks.iter().filter_map(|track| track.starts.lengths().next()).map(|(length, _)| length);
    let first = shortest.min().unwrap_or(1).max(1);
    let mut lengths: Vec<u64> = Vec::new();
    let mut at = first as f64 * 0.9;
    while at < longest as f64 {
        // Positive and below a length that is itself a u64.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "see above")]
        lengths.push((at as u64).max(1));
        at *= 10_f64.powf(1.0 / PER_POWER);
    }
    // Just before its longest one, a line is still above zero.
    lengths.extend(tracks.iter().map(|track| track.starts.max()).filter(|&max| max > 1).map(|max| max - 1));
    lengths.sort_unstable();
    lengths.dedup();
    lengths
}

fn data(page: &ReportPage<'_>) -> Json {
    let lengths = lengths(page.tracks);
    let line = |track: &Track| {
        let share = |&length: &u64| {
            let share = longer(&track.starts, length);
            // A share of nothing has no place on a scale of powers.
            (share > 0.0).then_some(share)
        };
        json!({ "policy": name(&track.policy), "shares": lengths.iter().map(share).collect::<Vec<_>>() })
    };
    json!({
        "lengths": lengths, "target": page.target.0,
        "tracks": page.tracks.iter().map(line).collect::<Vec<_>>(),
    })
}
