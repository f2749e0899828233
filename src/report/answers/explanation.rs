//! What binds a plan, the marginal value of each limit, and what would make a plan possible.

use crate::plan::explain::{BindingStretch, Explanation, PriceDifference, Remedy, ShadowPrice};
use crate::plan::{Minimised, NoPlan, Plan};
use crate::quantity::{Millis, Rate};
use crate::report::format::{counted, decimal, joined, name, thousands};
use crate::report::{ReportClock, ReportTable, Subject, TableCell};

/// Functions that are named in a sentence.
const NAMED: usize = 3;

/// The value of the plan's own objective: a sentence.
pub(super) fn objective(minimised: &Minimised) -> Option<String> {
    let value = minimised.value?;
    let least = match minimised.gap {
        0.0 => ", the minimum".to_owned(),
        gap => format!(
            "; the lower bound is {} ({:.1}% less)",
            amount_of(minimised, minimised.lower_bound),
            100.0 * gap
        ),
    };
    let what = match (minimised.what, &minimised.subnet) {
        ("cost", _) => {
            let price = |price: Option<f64>| price.unwrap_or(0.0);
            format!(
                "It costs {} at {} per ENI-hour and {} per creation",
                amount_of(minimised, value),
                price(minimised.price_eni_hour),
                price(minimised.price_creation)
            )
        }
        (_, Some(subnet)) => format!("It uses {} of subnet {}", amount_of(minimised, value), name(subnet)),
        (_, None) => format!("It uses {} of any one subnet", amount_of(minimised, value)),
    };
    Some(format!("{what}{least}."))
}

fn amount_of(minimised: &Minimised, value: f64) -> String {
    if minimised.what == "cost" {
        return decimal(value, 4);
    }
    let all = decimal(value, 0);
    let noun = if all == "1" { "address" } else { "addresses" };
    format!("{all} {noun} at once")
}

/// The irreducible infeasible set of limits, and what would help: sentences.
pub(super) fn refusal(none: &NoPlan) -> Vec<String> {
    let mut lines = Vec::new();
    match none.conflict.as_slice() {
        [] => {}
        [one] => {
            lines.push(format!("The {one} alone makes the target infeasible: without it there is a plan."));
        }
        several => lines.push(format!(
            "Irreducible infeasible set: the {}. Without any one of them there is a plan.",
            joined(several)
        )),
    }
    let limits = ["addresses", "vpc_quota", "region_quota", "api_burst", "api_refill"];
    let useless = none.fixes.iter().filter(|fix| !fix.works && limits.contains(&fix.kind));
    let useless: Vec<String> = useless.map(|fix| fix.what.clone()).collect();
    if !useless.is_empty() {
        lines.push(format!("Raising the {} does not help.", one_of(&useless)));
    }
    let works: Vec<String> =
        none.fixes.iter().filter(|fix| fix.works).map(|fix| fix.change.clone()).take(4).collect();
    if !works.is_empty() {
        lines.push(format!(
            "Each of these changes alone is enough, and a smaller one is not: {}.",
            works.join("; or ")
        ));
    } else if !none.fixes.is_empty() {
        lines.push("No single change that was tried makes a plan possible.".to_owned());
    }
    lines
}

/// `a`, `a or b`, `a, b or c`.
fn one_of(parts: &[String]) -> String {
    match parts {
        [most @ .., last] if !most.is_empty() => format!("{} or {last}", most.join(", ")),
        parts => parts.concat(),
    }
}

/// Each kind of change and the smallest that helps.
pub(super) fn fixes(plan: &Plan) -> Option<ReportTable> {
    let none = plan.infeasible.as_ref().filter(|none| !none.fixes.is_empty())?;
    let columns =
        [("kind", "kind"), ("feasible", "helps"), ("change", "smallest change"), ("peak_enis", "peak ENIs")];
    let mut table = ReportTable::new("Single changes, each planned again", &columns).prose(&["change"]);
    for Remedy { kind, works, change, peak_enis, .. } in &none.fixes {
        table.push(vec![
            TableCell::text(kind.replace('_', " ")),
            TableCell::Flag(*works),
            TableCell::text(change.as_str()),
            TableCell::count(*peak_enis),
        ]);
    }
    Some(table)
}

/// What binds the plan: sentences.
pub(super) fn binds(subject: &Subject, explanation: &Explanation) -> Vec<String> {
    let mut lines = vec![at_the_peak(subject, explanation)];
    let tight: Vec<&ShadowPrice> = explanation.prices.iter().filter(|price| price.more.is_some()).collect();
    lines.extend(tight.iter().map(|price| saves(subject.clock, price)));
    if tight.is_empty() {
        lines.push(
            "No limit binds: raising any one of them would not improve the plan, which holds what the traffic \
             needs."
                .to_owned(),
        );
    }
    let next = explanation
        .prices
        .iter()
        .filter(|price| price.used > 0)
        .min_by_key(|price| (price.spare, price.available));
    lines.extend(next.map(spare));
    lines
}

fn at_the_peak(subject: &Subject, explanation: &Explanation) -> String {
    let all: u64 = explanation.held.iter().map(|held| held.enis).sum();
    let mut held: Vec<_> = explanation.held.iter().collect();
    held.sort_by_key(|held| std::cmp::Reverse(held.enis));
    let of = |held: &&crate::plan::explain::HeldForPool| {
        let mut names: Vec<String> =
            held.functions.iter().take(NAMED).map(|function| name(function)).collect();
        if held.functions.len() > NAMED {
            names.push(counted((held.functions.len() - NAMED) as u64, "other", "others"));
        }
        format!("{} for {} ({} needed)", thousands(held.enis), joined(&names), thousands(held.needed.into()))
    };
    let shown: Vec<String> = held.iter().take(NAMED).map(of).collect();
    let rest: u64 = held.iter().skip(NAMED).map(|held| held.enis).sum();
    let rest = if rest > 0 { format!("; {} for the rest", thousands(rest)) } else { String::new() };
    let when = subject.clock.full(explanation.peak_ms);
    format!("The peak of {} begins at {when}: {}{rest}.", counted(all, "ENI", "ENIs"), shown.join("; "))
}

/// What a number of this kind is called.
fn amount(kind: &str, by: u64) -> String {
    match kind {
        "addresses" => counted(by, "address", "addresses"),
        "vpc_quota" | "region_quota" => counted(by, "ENI", "ENIs"),
        "api_burst" => counted(by, "token", "tokens"),
        "api_refill" => Rate(by).to_string(),
        _ => Millis(by).to_string(),
    }
}

/// `1 ENI at the peak, 2.0 ENI-hours`: what is saved, or, negative, costs.
fn parts(difference: &PriceDifference, sign: f64) -> String {
    let mut parts = Vec::new();
    if let Some(value) = difference.objective.filter(|value| *value != 0.0) {
        parts.push(format!("{} of the objective", decimal(sign * value, 4)));
    }
    if difference.peak_enis != 0 {
        let one = difference.peak_enis.abs() == 1;
        parts.push(format!(
            "{} {} at the peak",
            decimal(sign * difference.peak_enis as f64, 0),
            if one { "ENI" } else { "ENIs" }
        ));
    }
    if difference.eni_hours != 0.0 {
        parts.push(format!("{} ENI-hours", decimal(sign * difference.eni_hours, 2)));
    }
    if difference.creations != 0 {
        parts.push(format!("{} creations", decimal(sign * difference.creations as f64, 0)));
    }
    if parts.is_empty() { "nothing".to_owned() } else { joined(&parts) }
}

fn saves(clock: ReportClock, price: &ShadowPrice) -> String {
    let Some(more) = &price.more else { return String::new() };
    let each = if more.by > 1 && more.peak_enis > 0 && price.kind != "head_start" {
        format!(" ({:.2} each at the peak)", more.peak_enis as f64 / more.by as f64)
    } else {
        String::new()
    };
    let plenty = price
        .plenty
        .as_ref()
        .filter(|plenty| plenty.peak_enis != more.peak_enis || price.kind == "addresses");
    let plenty =
        plenty.map_or_else(String::new, |plenty| format!("; without the limit, {}", parts(plenty, 1.0)));
    format!(
        "Raising the {} by {}{} saves {}{each}{plenty}.",
        price.limit,
        amount(price.kind, more.by),
        until(clock, &price.full),
        parts(more, 1.0)
    )
}

/// ` (exhausted from 08:10 to 09:15)`.
fn until(clock: ReportClock, full: &[BindingStretch]) -> String {
    let (Some(first), Some(last)) = (full.first(), full.last()) else { return String::new() };
    let longest = full.iter().max_by_key(|stretch| stretch.to_ms - stretch.from_ms).unwrap_or(first);
    match full.len() {
        1 => format!(" (exhausted from {} to {})", clock.full(first.from_ms), clock.full(first.to_ms)),
        n => format!(
            " (exhausted {} times before {}, longest from {} to {})",
            thousands(n as u64),
            clock.full(last.to_ms),
            clock.full(longest.from_ms),
            clock.full(longest.to_ms)
        ),
    }
}

fn spare(price: &ShadowPrice) -> String {
    let then = match &price.less {
        None => "there is no plan".to_owned(),
        Some(less) => format!("the plan costs {} more", parts(less, -1.0)),
    };
    match price.spare {
        0 => format!("The {} has no slack: with {} less, {then}.", price.limit, amount(price.kind, 1)),
        spare if spare >= price.available => format!("The {} does not matter.", price.limit),
        spare => format!(
            "The {} has a slack of {}: with {} less, {then}.",
            price.limit,
            amount(price.kind, spare),
            amount(price.kind, spare + 1)
        ),
    }
}

/// Each limit, its use, its slack and its marginal value.
pub(super) fn prices(clock: ReportClock, explanation: &Explanation) -> ReportTable {
    let columns = [
        ("limit", "limit"),
        ("available", "available"),
        ("used", "used"),
        ("exhausted", "exhausted"),
        ("slack", "slack"),
        ("beyond_slack", "one less"),
        ("smallest_increase", "smallest useful increase"),
        ("saves", "saves"),
    ];
    let mut table = ReportTable::new("Marginal value of each limit", &columns).prose(&[
        "limit",
        "exhausted",
        "beyond_slack",
        "saves",
    ]);
    for price in &explanation.prices {
        let less = match &price.less {
            Some(less) => format!("costs {}", parts(less, -1.0)),
            None if price.spare >= price.available => "no difference".to_owned(),
            None => "no plan".to_owned(),
        };
        let full = match price.full.as_slice() {
            [] => "never".to_owned(),
            [one] => format!("{} to {}", clock.cell(one.from_ms), clock.cell(one.to_ms)),
            [first, .., last] => format!(
                "{} times, {} to {}",
                price.full.len(),
                clock.cell(first.from_ms),
                clock.cell(last.to_ms)
            ),
        };
        table.push(vec![
            TableCell::text(price.limit.as_str()),
            TableCell::text(amount(price.kind, price.available)),
            TableCell::Count(price.used),
            TableCell::text(full),
            TableCell::text(amount(price.kind, price.spare)),
            TableCell::text(less),
            price
                .more
                .as_ref()
                .map_or(TableCell::Missing, |more| TableCell::text(amount(price.kind, more.by))),
            price.more.as_ref().map_or(TableCell::Missing, |more| TableCell::text(parts(more, 1.0))),
        ]);
    }
    table
}
