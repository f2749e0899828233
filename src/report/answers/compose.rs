//! Groupings of routes into functions, side by side, and the best one.

use crate::composition::{BestCut, CutObjective, CutRow, How};
use crate::quantity::Memory;
use crate::quantity::Millis;
use crate::report::format::{counted, decimal, joined, name, thousands};
use crate::report::views::{BestGroupingView, ComposeView, RejectedGroupingView, fields};
use crate::report::{Answer, ReportTable, Subject, TableCell};

/// What was found.
#[derive(Clone, Debug)]
pub struct Composition {
    /// The results of each grouping.
    pub rows: Vec<CutRow>,
    /// Those that are not possible, and why.
    pub rejected: Vec<(String, String)>,
    /// What is to be small.
    pub objective: CutObjective,
    /// The best cut; its row is among `rows`, by this name.
    pub best: Option<(BestCut, String)>,
    /// How many routes there are.
    pub routes: u64,
}

impl Composition {
    fn row(&self, grouping: &str) -> Option<&CutRow> {
        self.rows.iter().find(|row| row.grouping == grouping)
    }
}

/// The groupings side by side.
pub fn compose(subject: &Subject, found: &Composition) -> Answer {
    let mut assumptions = subject.assumptions.clone();
    assumptions
        .push("closed-form costs assume instant cold starts and ready ENIs; the tables are from runs".into());
    let rejected = found.rejected.iter();
    assumptions.extend(rejected.map(|(grouping, why)| format!("{} is left out: {why}", name(grouping))));
    Answer {
        headline: headline(subject, found),
        tables: vec![side_by_side(found), functions(found), routes(found), enis(found)],
        flat: Some(flat(found)),
        assumptions,
        json: fields(&view(subject, found)),
        clock: subject.clock,
    }
}

/// What a row came to by the objective, in its unit.
fn simulated(row: &CutRow, objective: CutObjective) -> f64 {
    match objective {
        CutObjective::ColdTime => row.cold_time_ms / 1_000.0,
        CutObjective::ColdStarts => row.cold,
        CutObjective::IdleMemory => row.idle_gb_hours,
        CutObjective::Environments => row.peak_environments as f64,
        CutObjective::Enis => row.peak_enis as f64,
        CutObjective::Access => row.excess_access as f64,
    }
}

fn amount(value: f64, objective: CutObjective) -> String {
    if objective == CutObjective::ColdTime {
        // As the tables print lengths of time.
        let ms = value * 1_000.0;
        return Millis(if value < 1.0 { whole(ms) } else { tenths(ms) }).to_string();
    }
    let exact = (value - value.round()).abs() < 1e-9;
    let places = usize::from(!exact);
    let one = exact && (value - 1.0).abs() < 1e-9;
    let unit = objective.unit();
    format!(
        "{} {}",
        decimal(value, places),
        if one {
            unit.strip_suffix('s').filter(|singular| !singular.is_empty()).unwrap_or(unit)
        } else {
            unit
        }
    )
}

fn headline(subject: &Subject, found: &Composition) -> Vec<String> {
    let objective = found.objective;
    let Some((best, row_name)) = &found.best else {
        return vec![format!("No grouping of the routes of {} is possible.", subject.file())];
    };
    let row = found.row(row_name);
    let functions: Vec<String> = row.map_or_else(Vec::new, |row| {
        row.functions.iter().map(|function| format!("`{}`", name(&function.function))).collect()
    });
    let shown = if functions.len() > 6 { String::new() } else { format!(" ({})", joined(&functions)) };
    let of = counted(found.routes, "route", "routes");
    let called = if row_name == "best" { String::new() } else { format!(", grouping `{}`", name(row_name)) };
    let in_runs = row.map(|row| amount(simulated(row, objective), objective));
    let others: Vec<String> = ["monolith", "one-per-route"]
        .iter()
        .filter(|other| *other != row_name)
        .filter_map(|other| Some((*other, found.row(other)?)))
        .map(|(other, row)| {
            format!(
                "{} as {}",
                amount(simulated(row, objective), objective),
                if other == "monolith" { "one monolith" } else { "one function per route" }
            )
        })
        .collect();
    let against = if others.is_empty() { String::new() } else { format!(", against {}", joined(&others)) };
    vec![
        format!(
            "The lowest {} for {of} comes from {}{shown}{called}: {} in the runs{against}.",
            objective.words(),
            match best.cut.functions.len() as u64 {
                1 => "one function".to_owned(),
                n => counted(n, "function", "functions"),
            },
            in_runs.unwrap_or_default(),
        ),
        proof(best, objective),
    ]
}

fn proof(best: &BestCut, objective: CutObjective) -> String {
    let cost = amount(objective.human(best.cost), objective);
    match best.how {
        How::Agreed | How::RecursionAlone => format!(
            "In closed form that is {cost}, the minimum over all groupings: {} evaluated, and {} found the \
             optimal partition.",
            if best.priced == 1 {
                "the only set of routes was".to_owned()
            } else {
                format!("all {} sets of routes were", thousands(best.priced as u64))
            },
            if best.how == How::Agreed { "two exact methods" } else { "an exact method" },
        ),
        How::Search => format!(
            "In closed form that is {cost}, found by local search; the lower bound is {} (a gap of {}).",
            amount(objective.human(best.bound), objective),
            crate::report::format::percent(best.gap()),
        ),
    }
}

fn worst(row: &CutRow) -> (TableCell, TableCell) {
    let bracket = row.worst_cold_start_ms;
    (TableCell::Span(bracket.witness), TableCell::span(bracket.bound))
}

fn side_by_side(found: &Composition) -> ReportTable {
    let columns = [
        ("grouping", "grouping"),
        ("cold", "cold"),
        ("cold_time_ms", "cold time"),
        ("p99_ms", "p99"),
        ("worst_ms", "worst case"),
        ("peak_environments", "environments"),
        ("idle_gb_hours", "idle GB-h"),
        ("peak_enis", "ENIs"),
        ("excess_access", "excess access"),
    ];
    let mut table = ReportTable::new(
        "By grouping, per run (worst case: proved bound; excess access: destinations that a route can reach without need)",
        &columns,
    );
    for row in &found.rows {
        table.push(vec![
            TableCell::text(row.grouping.as_str()),
            TableCell::Decimal(row.cold, 1),
            TableCell::Span(tenths(row.cold_time_ms)),
            TableCell::Span(row.p99_ms),
            worst(row).1,
            TableCell::Count(row.peak_environments),
            TableCell::Decimal(row.idle_gb_hours, 2),
            TableCell::Count(row.peak_enis),
            TableCell::Count(row.excess_access),
        ]);
    }
    table
}

/// A mean of milliseconds as a length of time.
// Held at 0 and far below the largest: the cast is as good as the mean.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(ms: f64) -> u64 {
    ms.round().max(0.0) as u64
}

/// The same to a tenth of a second.
fn tenths(ms: f64) -> u64 {
    whole(ms / 100.0) * 100
}

fn functions(found: &Composition) -> ReportTable {
    let columns = [
        ("grouping", "grouping"),
        ("function", "function"),
        ("routes", "routes"),
        ("memory", "memory"),
        ("cold_path_ms", "cold path"),
        ("security_groups", "security groups"),
        ("excess_access", "excess access"),
    ];
    let title = "Functions (cold path: longest, with a ready ENI)";
    let mut table = ReportTable::new(title, &columns).prose(&["routes", "security_groups"]);
    for row in &found.rows {
        for function in &row.functions {
            let groups = if function.security_groups.is_empty() {
                "-".to_owned()
            } else {
                function.security_groups.join(", ")
            };
            table.push(vec![
                TableCell::text(row.grouping.as_str()),
                TableCell::text(function.function.as_str()),
                TableCell::text(function.routes.join(", ")),
                TableCell::text(Memory(function.memory_bytes).to_string()),
                TableCell::Span(function.cold_path_ms),
                TableCell::text(groups),
                TableCell::Count(function.excess_access),
            ]);
        }
    }
    table.shown = Some((40, "functions"));
    table
}

fn routes(found: &Composition) -> ReportTable {
    let columns = [
        ("route", "route"),
        ("grouping", "grouping"),
        ("function", "function"),
        ("served", "invocations"),
        ("cold", "cold"),
        ("p99_ms", "p99"),
        ("max_ms", "longest"),
    ];
    let mut table = ReportTable::new("Cold starts by route, all runs", &columns);
    let names = found.rows.first().map_or(&[][..], |row| row.routes.as_slice());
    for (index, route) in names.iter().enumerate().filter(|(_, route)| route.served > 0) {
        for row in &found.rows {
            let Some(own) = row.routes.get(index) else { continue };
            table.push(vec![
                TableCell::text(route.route.as_str()),
                TableCell::text(row.grouping.as_str()),
                TableCell::text(own.function.as_str()),
                TableCell::Count(own.served),
                TableCell::Count(own.cold),
                TableCell::Span(own.p99_ms),
                TableCell::Span(own.max_ms),
            ]);
        }
    }
    table.shown = Some((40, "rows"));
    table
}

fn enis(found: &Composition) -> ReportTable {
    let columns = [("grouping", "grouping"), ("class", "subnet (security groups)"), ("peak_enis", "ENIs")];
    let mut table = ReportTable::new("Peak ENIs by class", &columns).prose(&["class"]);
    for row in &found.rows {
        for most in &row.enis_by_class {
            table.push(vec![
                TableCell::text(row.grouping.as_str()),
                TableCell::text(most.class.as_str()),
                TableCell::Count(most.peak),
            ]);
        }
    }
    table.shown = Some((40, "rows"));
    table
}

/// Every number by grouping, for programs.
fn flat(found: &Composition) -> ReportTable {
    let keys = [
        "grouping",
        "functions",
        "best",
        "cold",
        "cold_share",
        "cold_time_ms",
        "p99_ms",
        "worst_cold_start_ms",
        "worst_cold_start_bound_ms",
        "failed",
        "peak_environments",
        "mean_environments",
        "idle_gb_hours",
        "peak_enis",
        "excess_access",
    ];
    let mut table = ReportTable::new("", &keys.map(|key| (key, key)));
    for row in &found.rows {
        let best = found.best.as_ref().is_some_and(|(_, name)| *name == row.grouping);
        let (shown, bound) = worst(row);
        table.push(vec![
            TableCell::text(row.grouping.as_str()),
            TableCell::Count(row.functions.len() as u64),
            TableCell::Flag(best),
            TableCell::Decimal(row.cold, 3),
            TableCell::Share(row.cold_share),
            TableCell::Decimal(row.cold_time_ms, 1),
            TableCell::Span(row.p99_ms),
            shown,
            bound,
            TableCell::Decimal(row.failed, 3),
            TableCell::Count(row.peak_environments),
            TableCell::Decimal(row.mean_environments, 3),
            TableCell::Decimal(row.idle_gb_hours, 4),
            TableCell::Count(row.peak_enis),
            TableCell::Count(row.excess_access),
        ]);
    }
    table
}

fn view<'a>(subject: &'a Subject, found: &'a Composition) -> ComposeView<'a> {
    let objective = found.objective;
    let best = found.best.as_ref().map(|(best, row)| BestGroupingView {
        grouping: row,
        objective: objective.words(),
        unit: objective.unit(),
        method: best.how,
        cost: objective.human(best.cost),
        lower_bound: objective.human(best.bound),
        gap: best.gap(),
        sets_evaluated: best.priced,
    });
    ComposeView {
        about: subject.about(),
        routes: found.routes,
        groupings: &found.rows,
        rejected: found
            .rejected
            .iter()
            .map(|(grouping, reason)| RejectedGroupingView { grouping, reason })
            .collect(),
        best,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_their_unit() {
        assert_eq!(amount(12.0, CutObjective::ColdStarts), "12 cold starts");
        assert_eq!(amount(1.26, CutObjective::ColdTime), "1.3s");
        assert_eq!(amount(1.0, CutObjective::Enis), "1 ENI");
        assert_eq!(amount(0.042, CutObjective::ColdTime), "42ms");
        assert_eq!(amount(74.6, CutObjective::ColdTime), "1m14.6s");
        assert_eq!(amount(1_234.56, CutObjective::IdleMemory), "1,234.6 GB-hours");
        assert_eq!(whole(5.4), 5);
    }
}
