//! How well the memory of environments works as a cache.

use super::probability::Chance;
use super::reuse_runs::{FunctionReuseRuns, ReuseRuns, share};
use crate::quantity::Millis;
use crate::report::format::{counted, decimal, name, percent, thousands};
use crate::report::views::{
    CacheView, FunctionReuseView, QuantilesView, ReuseAtView, ReuseView, ReusedMemoryView, ServedCountsView,
    fields,
};
use crate::report::{Answer, ReportTable, Subject, TableCell};
use crate::simulation::{Distribution, FunctionReuse};

/// The functions that people are shown.
const SHOWN: usize = 20;
/// Where the classes of invocations per environment end.
const CLASSES: [(u64, &str); 5] =
    [(0, "none"), (1, "1"), (9, "2 to 9"), (99, "10 to 99"), (999, "100 to 999")];

fn shared(part: u64, whole: u64) -> TableCell {
    share(part, whole).map_or(TableCell::Missing, TableCell::Share)
}

/// What reuse came to in `runs`.
pub fn reuse(subject: &Subject, runs: &ReuseRuns) -> Answer {
    let functions = runs.shown();
    let mut tables = vec![memory(subject, runs, &functions), environments(&functions)];
    tables.extend(spread(&runs.total().per_environment));
    tables.extend(luck(runs, &functions));
    let mut assumptions = subject.assumptions.clone();
    assumptions.push(
        "one value per function; loading it takes no time, and happens before an environment's first handler \
         or in the invocation that finds it expired"
            .into(),
    );
    assumptions.push(
        "environments of the initial state have already loaded it, which is not counted; environments alive \
         at the end count with what they served so far"
            .into(),
    );
    Answer {
        headline: headline(subject, runs),
        tables,
        flat: Some(flat(subject, runs, &functions)),
        assumptions,
        json: fields(&view(subject, runs, &functions)),
        clock: subject.clock,
    }
}

fn headline(subject: &Subject, runs: &ReuseRuns) -> Vec<String> {
    let (total, hours) = (runs.total(), runs.hours(subject));
    if total.served == 0 {
        return vec![format!("No invocation of {} is served, so nothing is reused.", subject.file())];
    }
    let over = if runs.runs == 1 { String::new() } else { format!(", {} runs", thousands(runs.runs)) };
    let kept = runs
        .ttl
        .map_or_else(|| "for the life of its environment".to_owned(), |ttl| format!("for {}", Millis(ttl)));
    let mut all = vec![format!(
        "A value kept outside the handler {kept} hits {} of the time ({}{over}), with {} loads per hour and a \
         staleness of at most {}. A shared cache would hit {} of the time, with {} loads per hour.",
        percent(share(total.hits, total.served).unwrap_or(0.0)),
        counted(total.served, "invocation", "invocations"),
        decimal(total.loads as f64 / hours, 1),
        Millis(rounded(total.stalest)),
        percent(share(total.shared.hits, total.served).unwrap_or(0.0)),
        decimal(total.shared.loads as f64 / hours, 1),
    )];
    let each = &total.per_environment;
    all.push(format!(
        "An environment serves {} invocations on average (median {}, maximum {}); the oldest memory used is \
         {} old.",
        decimal(each.mean(), 1),
        thousands(each.quantile(500)),
        thousands(each.max),
        Millis(rounded(total.oldest.max)),
    ));
    all.extend(lucky(subject, runs));
    all
}

/// "If lucky" as a probability.
fn lucky(subject: &Subject, runs: &ReuseRuns) -> Option<String> {
    let functions = runs.shown();
    if let Some(function) = functions.iter().find(|function| function.first.is_some()) {
        let (chance, (at, count)) = (Chance::estimate(&function.watched)?, function.first?);
        let which =
            if count == 1 { "The one".to_owned() } else { format!("Each of the {}", thousands(count)) };
        return Some(format!(
            "{which} {} of {} {} finds warm memory with probability {}.",
            if count == 1 { "invocation" } else { "invocations" },
            name(&function.name),
            subject.clock.phrase(at),
            chance.words(),
        ));
    }
    let function = functions.first().filter(|_| runs.drawn)?;
    let chance = Chance::estimate(&function.warm)?;
    Some(format!(
        "With drawn keep-alives, an invocation of {} finds warm memory with probability {}.",
        name(&function.name),
        chance.words(),
    ))
}

fn memory(subject: &Subject, runs: &ReuseRuns, functions: &[&FunctionReuseRuns]) -> ReportTable {
    let title = runs.ttl.map_or_else(
        || "Value kept for the life of its environment, and in a shared cache".to_owned(),
        |ttl| format!("Value kept for {}, in each environment and in a shared cache", Millis(ttl)),
    );
    let columns = [
        ("function", "function"),
        ("served", "invocations"),
        ("hit_share", "hits"),
        ("loads", "loads/h"),
        ("stalest_ms", "stalest"),
        ("shared_hit_share", "shared hits"),
        ("shared_loads", "loads/h"),
        ("shared_stalest_ms", "stalest"),
    ];
    let mut table = ReportTable::new(title, &columns);
    let hours = runs.hours(subject);
    for FunctionReuseRuns { name, sum, .. } in functions {
        table.push(vec![
            TableCell::text(name.as_str()),
            TableCell::Count(sum.served),
            shared(sum.hits, sum.served),
            TableCell::Decimal(sum.loads as f64 / hours, 2),
            TableCell::Span(rounded(sum.stalest)),
            shared(sum.shared.hits, sum.served),
            TableCell::Decimal(sum.shared.loads as f64 / hours, 2),
            TableCell::Span(rounded(sum.shared.stalest)),
        ]);
    }
    table.shown = Some((SHOWN, "functions"));
    table
}

fn environments(functions: &[&FunctionReuseRuns]) -> ReportTable {
    let columns = [
        ("function", "function"),
        ("environments", "environments"),
        ("mean", "mean served"),
        ("p50", "p50"),
        ("p90", "p90"),
        ("max", "max"),
        ("age_p50_ms", "age p50"),
        ("age_p90_ms", "p90"),
        ("age_max_ms", "max"),
    ];
    let mut table =
        ReportTable::new("Environments: invocations served by each, and age of memory at last use", &columns);
    for FunctionReuseRuns { name, sum, .. } in functions {
        let (each, oldest) = (&sum.per_environment, &sum.oldest);
        table.push(vec![
            TableCell::text(name.as_str()),
            TableCell::Count(each.count),
            TableCell::Decimal(each.mean(), 1),
            TableCell::Count(each.quantile(500)),
            TableCell::Count(each.quantile(900)),
            TableCell::Count(each.max),
            TableCell::Span(rounded(oldest.quantile(500))),
            TableCell::Span(rounded(oldest.quantile(900))),
            TableCell::Span(rounded(oldest.max)),
        ]);
    }
    table.shown = Some((SHOWN, "functions"));
    table
}

/// Ages of a minute or more to the second: people need no better.
fn rounded(ms: u64) -> u64 {
    if ms < 60_000 { ms } else { ms.div_ceil(1_000) * 1_000 }
}

/// How many environments serve how many invocations, all functions together.
fn spread(each: &Distribution) -> Option<ReportTable> {
    let mut table = ReportTable::new(
        "Environments by invocations served",
        &[("invocations", "invocations"), ("environments", "environments"), ("share", "share")],
    );
    let mut before = 0;
    let mut push = |words: &str, upto: u64| {
        let here = upto - before;
        before = upto;
        if here > 0 {
            table.push(vec![TableCell::text(words), TableCell::Count(here), shared(here, each.count)]);
        }
    };
    for (most, words) in &CLASSES {
        push(words, each.up_to(*most));
    }
    push("1,000 or more", each.count);
    (table.rows.len() > 1).then_some(table)
}

/// The probability of finding warm memory, where several runs say something about it.
fn luck(runs: &ReuseRuns, functions: &[&FunctionReuseRuns]) -> Option<ReportTable> {
    let looks = functions.iter().any(|function| function.first.is_some());
    let title = if looks {
        "Probability of warm memory, for invocations that arrive at one instant"
    } else {
        "Probability of warm memory"
    };
    let columns = [
        ("function", "function"),
        ("at_ms", "at"),
        ("invocations", "invocations"),
        ("probability", "probability"),
        ("low", "95% from"),
        ("high", "to"),
    ];
    let mut table = ReportTable::new(title, &columns);
    for function in functions {
        let of = if looks { &function.watched } else { &function.warm };
        let Some(chance) = Chance::estimate(of) else { continue };
        let all = function.sum.served / runs.runs.max(1);
        table.push(vec![
            TableCell::text(function.name.as_str()),
            TableCell::instant(function.first.map(|(at, _)| at)),
            TableCell::Count(function.first.map_or(all, |(_, count)| count)),
            TableCell::Share(chance.mean),
            TableCell::Share(chance.low),
            TableCell::Share(chance.high),
        ]);
    }
    if !looks {
        table.columns.remove(1);
        table.rows.iter_mut().for_each(|row| {
            row.remove(1);
        });
    }
    table.shown = Some((SHOWN, "functions"));
    (!table.rows.is_empty()).then_some(table)
}

/// Everything by function, for programs.
fn flat(subject: &Subject, runs: &ReuseRuns, functions: &[&FunctionReuseRuns]) -> ReportTable {
    let keys = [
        "function",
        "served",
        "warm_share",
        "hit_share",
        "loads_per_hour",
        "stalest_ms",
        "shared_hit_share",
        "shared_loads_per_hour",
        "shared_stalest_ms",
        "environments",
        "alive_at_end",
        "mean_invocations",
        "p50_invocations",
        "p90_invocations",
        "p99_invocations",
        "max_invocations",
        "p50_age_ms",
        "p90_age_ms",
        "p99_age_ms",
        "max_age_ms",
        "warm_probability",
        "warm_low",
        "warm_high",
    ];
    let mut table = ReportTable::new("", &keys.map(|key| (key, key)));
    let hours = runs.hours(subject);
    for function in functions {
        let FunctionReuseRuns { name, sum, warm, .. } = function;
        let chance = Chance::estimate(if function.first.is_some() { &function.watched } else { warm });
        let ends = |of: fn(&Chance) -> f64| {
            chance.as_ref().map_or(TableCell::Missing, |chance| TableCell::Share(of(chance)))
        };
        let mut row = vec![TableCell::text(name.as_str()), TableCell::Count(sum.served)];
        row.extend([shared(sum.warm, sum.served), shared(sum.hits, sum.served)]);
        row.extend([TableCell::Decimal(sum.loads as f64 / hours, 3), TableCell::Span(sum.stalest)]);
        row.push(shared(sum.shared.hits, sum.served));
        row.extend([
            TableCell::Decimal(sum.shared.loads as f64 / hours, 3),
            TableCell::Span(sum.shared.stalest),
        ]);
        row.extend([sum.per_environment.count, sum.alive_at_end].map(TableCell::Count));
        row.push(TableCell::Decimal(sum.per_environment.mean(), 3));
        row.extend(quantiles(&sum.per_environment).map(TableCell::Count));
        row.extend(quantiles(&sum.oldest).map(TableCell::Span));
        row.extend([ends(|chance| chance.mean), ends(|chance| chance.low), ends(|chance| chance.high)]);
        table.push(row);
    }
    table
}

/// p50, p90, p99 and the largest.
fn quantiles(of: &Distribution) -> [u64; 4] {
    [of.quantile(500), of.quantile(900), of.quantile(990), of.max]
}

fn spread_of(of: &Distribution) -> QuantilesView {
    let [p50, p90, p99, max] = quantiles(of);
    QuantilesView { mean: of.mean(), p50, p90, p99, max }
}

fn view<'a>(subject: &'a Subject, runs: &ReuseRuns, functions: &[&'a FunctionReuseRuns]) -> ReuseView<'a> {
    let hours = runs.hours(subject);
    ReuseView {
        about: subject.about(),
        cache_ttl_ms: runs.ttl,
        runs: runs.runs,
        keep_alive_drawn: runs.drawn,
        all_functions: reused(&runs.total(), hours),
        functions: functions.iter().map(|function| one(function, hours)).collect(),
    }
}

fn one(function: &FunctionReuseRuns, hours: f64) -> FunctionReuseView<'_> {
    let at = function.first.map(|(at_ms, invocations)| ReuseAtView {
        at_ms,
        invocations,
        warm_share: function.watched.iter().sum::<f64>() / function.watched.len().max(1) as f64,
        warm_probability: Chance::estimate(&function.watched).map(Chance::view),
    });
    FunctionReuseView {
        function: &function.name,
        reused: reused(&function.sum, hours),
        warm_probability: Chance::estimate(&function.warm).map(Chance::view),
        at,
    }
}

fn reused(sum: &FunctionReuse, hours: f64) -> ReusedMemoryView {
    let cache = |hits: u64, loads: u64, stalest_ms: u64| CacheView {
        hit_share: share(hits, sum.served),
        loads_per_hour: loads as f64 / hours,
        stalest_ms,
    };
    ReusedMemoryView {
        served: sum.served,
        warm_share: share(sum.warm, sum.served),
        environment_cache: cache(sum.hits, sum.loads, sum.stalest),
        shared_cache: cache(sum.shared.hits, sum.shared.loads, sum.shared.stalest),
        environments: sum.per_environment.count,
        alive_at_end: sum.alive_at_end,
        invocations_per_environment: spread_of(&sum.per_environment),
        environments_by_invocations: serving(&sum.per_environment),
        memory_age_ms: spread_of(&sum.age),
        memory_age_at_last_use_ms: spread_of(&sum.oldest),
    }
}

/// Environments by how many invocations they served.
fn serving(each: &Distribution) -> ServedCountsView {
    let [none, one, few, tens, hundreds] = CLASSES.map(|(most, _)| each.up_to(most));
    ServedCountsView {
        none,
        one: one - none,
        from_2_to_9: few - one,
        from_10_to_99: tens - few,
        from_100_to_999: hundreds - tens,
        from_1000: each.count - hundreds,
    }
}
