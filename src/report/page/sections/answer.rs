//! The answer in three sentences, and the figures they rest on.

use maud::{Markup, html};

use super::no_data;
use crate::comparison::CompareRow;
use crate::plan::{Plan, PlanVerdict};
use crate::policy::{self, Provision};
use crate::quantity::Millis;
use crate::report::answers::path::binding;
use crate::report::format::{brief, counted, joined, name, percent, thousands};
use crate::report::page::{PageSection, ReportPage};
use crate::worst_case::WorstCase;

pub(in crate::report::page) const SECTION: PageSection =
    PageSection { id: "answer", title: "Answer", body, data: no_data };

fn body(page: &ReportPage<'_>) -> Markup {
    html! {
        @for (index, sentence) in sentences(page).iter().enumerate() {
            p.answer .first[index == 0] { (sentence) }
        }
        (figures(page))
    }
}

/// The worst case, the plan, the policies.
fn sentences(page: &ReportPage<'_>) -> [String; 3] {
    [worst_case(page), plan(page), policies(page)]
}

fn worst_case(page: &ReportPage<'_>) -> String {
    let setting = page.subject.setting();
    let worst = match &page.worst {
        Ok(worst) => worst,
        Err(why) => return format!("What a cold start takes at worst under {setting} is not known: {why}."),
    };
    let cold = worst.cold_start.bracket();
    let span = |ms: u64| Millis(ms).to_string();
    let length = match (cold.bound, cold.witness) {
        (Some(0), _) => return format!("No invocation waits for a cold start under {setting} (proved)."),
        (Some(bound), _) if cold.exact => format!("takes {} (proved, and shown by a replay)", span(bound)),
        (Some(bound), shown) => {
            format!("takes up to {} (proved; a replay shows {})", span(bound), span(shown))
        }
        (None, shown) => format!("takes {} in a replay, and how much longer is not proved", span(shown)),
    };
    let why = binds(page, worst).map_or_else(String::new, |why| format!(", of which {why}"));
    let kept = match cold.bound {
        Some(bound) if bound <= page.promise.0 => "keeps",
        _ if cold.witness > page.promise.0 => "breaks",
        _ => "may break",
    };
    format!(
        "At worst a cold start under {setting} {length}{why}; that {kept} the promise of {}.",
        page.promise
    )
}

/// The part that binds, alone: `15m are the boot of a new ENI`.
fn binds(page: &ReportPage<'_>, worst: &WorstCase) -> Option<String> {
    let cold = &worst.cold_start;
    let whole = binding("it", cold.witness_ms, &cold.path, &page.shown.limits)?;
    let part = whole.strip_prefix(&format!("Of it ({}), ", Millis(cold.witness_ms)))?;
    Some(part.split(';').next()?.trim_end_matches('.').to_owned())
}

fn plan(page: &ReportPage<'_>) -> String {
    let promise = page.promise;
    let plan = match &page.plan {
        Ok(plan) => plan,
        Err(why) => return format!("Whether ENIs made ahead keep {promise} is not known: {why}."),
    };
    if let Some(none) = &plan.infeasible {
        let verdict = if none.proved { "No plan keeps" } else { "No plan was found that provably keeps" };
        let short: Vec<String> =
            none.shortages.iter().take(2).map(|shortfall| shortfall.limit.clone()).collect();
        let short = match short.as_slice() {
            [] => String::new(),
            short => format!(": short is the {}", joined(short)),
        };
        let fix = none.fixes.iter().find(|fix| fix.works);
        let fix = fix.map_or_else(String::new, |fix| format!("; what would help: {}", fix.change));
        return format!("{verdict} every cold start within {promise}{short}{fix}.");
    }
    let Some(amount) = plan.amount else { return "There is no plan.".to_owned() };
    let fewer = match least(plan) {
        None => "no plan does with fewer".to_owned(),
        Some(least) => format!("no plan does with fewer than {}", thousands(least)),
    };
    if amount.peak_enis == 0 {
        return format!("No ENI is needed to keep every cold start within {promise}.");
    }
    let keep = if amount.peak_enis == 1 { "ENI held at once keeps" } else { "ENIs held at once keep" };
    format!(
        "{} {keep} every cold start within {promise}, if they are made ahead as the plan below says; {fewer}.",
        thousands(amount.peak_enis),
    )
}

/// What no plan can do with less than, where that is less than the plan's own peak.
fn least(plan: &Plan) -> Option<u64> {
    let peak = plan.amount.map_or(0, |amount| amount.peak_enis);
    (plan.status != PlanVerdict::Optimal && plan.lower_bound.peak_enis < peak)
        .then_some(plan.lower_bound.peak_enis)
}

/// Whether a policy can be had on the page's model: the clairvoyant is a yardstick, and ENIs are made by
/// deployments only where the model's own policy says so.
fn to_be_had(page: &ReportPage<'_>, name: &str) -> bool {
    let provision = |name: &str| policy::named(name.split(':').next()?).map(|policy| policy.provision);
    match provision(name) {
        Some(Provision::Clairvoyant) => false,
        Some(Provision::AtDeploy) => provision(&page.platform.policy) == Some(Provision::AtDeploy),
        _ => true,
    }
}

/// The policy with the shortest worst case, and the one that holds the fewest ENIs, of those to be had.
fn policies(page: &ReportPage<'_>) -> String {
    let bound = |row: &CompareRow| row.worst_cold_start_ms.and_then(|bracket| bracket.bound);
    let peak = |row: &CompareRow| row.runs.as_ref().map(|runs| runs.peak_enis);
    let fails = |row: &CompareRow| row.runs.as_ref().is_none_or(|runs| runs.failures > 0.0);
    let rows = || page.comparison.rows.iter().filter(|row| to_be_had(page, &row.policy));
    let whole = rows().any(|row| !fails(row));
    let choice = || rows().filter(move |row| row.runs.is_some() && !(whole && fails(row)));
    let shortest = choice().filter(|row| bound(row).is_some()).min_by_key(|row| (bound(row), peak(row)));
    let fewest = choice().min_by_key(|row| (peak(row), bound(row).unwrap_or(u64::MAX)));
    let (Some(shortest), Some(fewest)) = (shortest, fewest) else {
        return "No worst case is proved under any of the policies.".to_owned();
    };
    let all = rows().count() as u64;
    let among = match rows().filter(|row| fails(row)).count() as u64 {
        0 => format!("Of {}", counted(all, "policy", "policies")),
        n if whole => {
            format!("Of the {} (of {}) that fail nothing in the runs", thousands(all - n), thousands(all))
        }
        _ => format!("Of {}, all of which fail invocations", counted(all, "policy", "policies")),
    };
    let enis = |row: &CompareRow| counted(peak(row).unwrap_or(0), "ENI", "ENIs");
    let length =
        |row: &CompareRow| bound(row).map_or_else(|| "not proved".to_owned(), |ms| Millis(ms).to_string());
    if whole && all > 1 && choice().count() == 1 {
        let own = format!("worst case {}, at most {}", length(shortest), enis(shortest));
        let of = counted(all, "policy", "policies");
        return format!("Of {of} {} alone fails nothing in the runs ({own}).", name(&shortest.policy));
    }
    if choice().all(|row| (bound(row), peak(row)) == (bound(shortest), peak(shortest))) {
        let alike =
            format!("the same worst case ({}) and the same ENIs ({})", length(shortest), enis(shortest));
        return format!("{among}, each has {alike}.");
    }
    let best = format!("{among}, none has a shorter worst case");
    if shortest.policy == fewest.policy {
        let own = format!("({}, at most {} in the runs)", length(shortest), enis(shortest));
        return format!("{best} or holds fewer ENIs than {} {own}.", name(&shortest.policy));
    }
    format!(
        "{best} than {} ({}, at most {} in the runs), and none holds fewer ENIs than {} ({}, worst case {}).",
        name(&shortest.policy),
        length(shortest),
        enis(shortest),
        name(&fewest.policy),
        enis(fewest),
        length(fewest),
    )
}

/// The figures, largest first.
fn figures(page: &ReportPage<'_>) -> Markup {
    let length = |ms: u64| Millis(brief(ms)).to_string();
    let bound = |bound: Option<u64>, shown: u64, text: fn(u64) -> String| {
        bound.map_or_else(|| format!("{} or more", text(shown)), text)
    };
    let mut all: Vec<(String, String)> = Vec::new();
    if let Ok(worst) = &page.worst {
        let cold = worst.cold_start.bracket();
        all.push((bound(cold.bound, cold.witness, length), "longest cold start".into()));
        let enis = worst.peak_enis.peak;
        all.push((bound(enis.bound, enis.witness, thousands), "ENIs held at worst".into()));
        let failures = worst.failures;
        all.push((bound(failures.bound, failures.witness, thousands), "failed invocations at worst".into()));
    }
    if let Ok(Plan { amount: Some(amount), .. }) = &page.plan {
        all.push((thousands(amount.peak_enis), format!("ENIs keep {}", page.promise)));
    }
    let own = page.comparison.rows.iter().find(|row| row.policy == page.subject.policy);
    if let Some(runs) = own.and_then(|row| row.runs.as_ref()) {
        all.push((length(runs.p99_ms), "99% wait no longer".into()));
        all.push((percent(runs.cold_share), "start cold".into()));
    }
    html! {
        dl.figures {
            @for (figure, of) in &all { div { dt { (of) } dd { (figure) } } }
        }
    }
}
