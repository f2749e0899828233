//! The answer in three sentences, and the figures they rest on.

use maud::{Markup, html};

use super::no_data;
use crate::comparison::CompareRow;
use crate::plan::{Plan, PlanVerdict};
use crate::policy::{self, Provision};
use crate::quantity::Millis;
use crate::report::answers::path;
use crate::report::format::{brief, counted, joined, name, percent, thousands};
use crate::report::page::{PageSection, ReportPage};

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
        Err(why) => return format!("The worst-case cold start under {setting} is not known: {why}."),
    };
    let cold = worst.cold_start.bracket();
    let span = |ms: u64| Millis(ms).to_string();
    let length = match (cold.bound, cold.witness) {
        (Some(0), _) => return format!("No invocation waits for a cold start under {setting} (proved)."),
        (Some(bound), _) if cold.exact => format!("{} (proved and shown by replay)", span(bound)),
        (Some(bound), shown) => {
            format!("at most {} (proved; {} shown by replay)", span(bound), span(shown))
        }
        (None, shown) => format!("at least {} (shown by replay; no upper bound is proved)", span(shown)),
    };
    let why = path::bottleneck(&worst.cold_start.path, &page.shown.limits);
    let why = why.map_or_else(String::new, |why| format!(", of which {why}"));
    let kept = match cold.bound {
        Some(bound) if bound <= page.target.0 => "meets",
        _ if cold.witness > page.target.0 => "misses",
        _ => "may miss",
    };
    format!(
        "The worst-case cold start under {setting} is {length}{why}. It {kept} the target of {}.",
        page.target
    )
}

fn plan(page: &ReportPage<'_>) -> String {
    let target = page.target;
    let plan = match &page.plan {
        Ok(plan) => plan,
        Err(why) => return format!("Whether a plan keeps {target} is not known: {why}."),
    };
    if let Some(none) = &plan.infeasible {
        let verdict = if none.proved { "No plan keeps" } else { "No plan is proved to keep" };
        let limits: Vec<String> =
            none.shortages.iter().take(2).map(|shortfall| shortfall.limit.clone()).collect();
        let limits = match limits.as_slice() {
            [] => String::new(),
            limits => format!(", limited by the {}", joined(limits)),
        };
        let fix = none.fixes.iter().find(|fix| fix.works);
        let fix = fix.map_or_else(String::new, |fix| format!(" One fix: {}.", fix.change));
        return format!("{verdict} every cold start within {target}{limits}.{fix}");
    }
    let Some(amount) = plan.amount else { return "There is no plan.".to_owned() };
    if amount.peak_enis == 0 {
        return format!("No ENIs are needed to keep every cold start within {target}.");
    }
    let lower = match lower_bound(plan) {
        None => "no plan can peak lower".to_owned(),
        Some(bound) => format!("no plan can peak below {}", thousands(bound)),
    };
    format!(
        "A plan that peaks at {} keeps every cold start within {target}; {lower}.",
        counted(amount.peak_enis, "ENI", "ENIs"),
    )
}

/// The lower bound on the peak, where that is less than the plan's own.
fn lower_bound(plan: &Plan) -> Option<u64> {
    let peak = plan.amount.map_or(0, |amount| amount.peak_enis);
    (plan.status != PlanVerdict::Optimal && plan.lower_bound.peak_enis < peak)
        .then_some(plan.lower_bound.peak_enis)
}

/// Whether a policy exists on the page's model: the clairvoyant is the offline optimum, and only some
/// models create ENIs at deployment.
fn is_available(page: &ReportPage<'_>, name: &str) -> bool {
    let provision = |name: &str| policy::named(name.split(':').next()?).map(|policy| policy.provision);
    match provision(name) {
        Some(Provision::Clairvoyant) => false,
        Some(Provision::AtDeploy) => provision(&page.platform.policy) == Some(Provision::AtDeploy),
        _ => true,
    }
}

/// The available policies with the shortest worst case and with the fewest ENIs.
fn policies(page: &ReportPage<'_>) -> String {
    let bound = |row: &CompareRow| row.worst_cold_start_ms.and_then(|bracket| bracket.bound);
    let peak = |row: &CompareRow| row.runs.as_ref().map(|runs| runs.peak_enis);
    let fails = |row: &CompareRow| row.runs.as_ref().is_none_or(|runs| runs.failures > 0.0);
    let rows = || page.comparison.rows.iter().filter(|row| is_available(page, &row.policy));
    let whole = rows().any(|row| !fails(row));
    let choice = || rows().filter(move |row| row.runs.is_some() && !(whole && fails(row)));
    let shortest = choice().filter(|row| bound(row).is_some()).min_by_key(|row| (bound(row), peak(row)));
    let fewest = choice().min_by_key(|row| (peak(row), bound(row).unwrap_or(u64::MAX)));
    let (Some(shortest), Some(fewest)) = (shortest, fewest) else {
        return "No policy has a proved worst case.".to_owned();
    };
    let all = rows().count() as u64;
    let among = match rows().filter(|row| fails(row)).count() as u64 {
        0 => format!("Of {}", counted(all, "policy", "policies")),
        n if whole => {
            format!("Of the {} policies (of {}) without failures", thousands(all - n), thousands(all))
        }
        _ => format!("Of {}, all with failures", counted(all, "policy", "policies")),
    };
    let enis = |row: &CompareRow| counted(peak(row).unwrap_or(0), "ENI", "ENIs");
    let length =
        |row: &CompareRow| bound(row).map_or_else(|| "not proved".to_owned(), |ms| Millis(ms).to_string());
    if whole && all > 1 && choice().count() == 1 {
        let own = format!("worst case {}, at most {}", length(shortest), enis(shortest));
        let of = counted(all, "policy", "policies");
        return format!("Only `{}` had no failures ({of} compared): {own}.", name(&shortest.policy));
    }
    if choice().all(|row| (bound(row), peak(row)) == (bound(shortest), peak(shortest))) {
        let alike =
            format!("the same worst case ({}) and the same peak ({})", length(shortest), enis(shortest));
        return format!("{among}, all have {alike}.");
    }
    if shortest.policy == fewest.policy {
        let own = format!("({}) and the fewest ENIs ({})", length(shortest), enis(shortest));
        return format!("{among}, `{}` has the shortest worst case {own}.", name(&shortest.policy));
    }
    format!(
        "{among}, `{}` has the shortest worst case ({}, at most {}) and `{}` the fewest ENIs ({}, worst case {}).",
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
        all.push((bound(enis.bound, enis.witness, thousands), "peak ENIs, worst case".into()));
        let failures = worst.failures;
        all.push((
            bound(failures.bound, failures.witness, thousands),
            "failed invocations, worst case".into(),
        ));
    }
    if let Ok(Plan { amount: Some(amount), .. }) = &page.plan {
        all.push((thousands(amount.peak_enis), format!("planned ENIs for {}", page.target)));
    }
    let own = page.comparison.rows.iter().find(|row| row.policy == page.subject.policy);
    if let Some(runs) = own.and_then(|row| row.runs.as_ref()) {
        all.push((length(runs.p99_ms), "p99 cold start".into()));
        all.push((percent(runs.cold_share), "cold starts".into()));
    }
    html! {
        dl.figures {
            @for (figure, of) in &all { div { dt { (of) } dd { (figure) } } }
        }
    }
}
