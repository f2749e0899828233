//! Memory outside the handler: how many invocations an environment serves, and how old its memory gets.

use maud::{Markup, html};
use serde_json::{Value as Json, json};

use super::chart::chart;
use super::notes;
use crate::quantity::Millis;
use crate::report::answers;
use crate::report::format::{percent, thousands};
use crate::report::page::{PageSection, ReportPage, table};
use crate::simulation::Distribution;

pub(in crate::report::page) const SECTION: PageSection =
    PageSection { id: "reuse", title: "Memory outside the handler", body, data };

fn body(page: &ReportPage<'_>) -> Markup {
    let runs = match &page.reuse {
        Ok(runs) => *runs,
        Err(why) => return html! { p { "Memory reuse is not known: " (why) "." } },
    };
    let answer = answers::reuse(page.subject, runs);
    let total = runs.total();
    let (each, age) = (&total.per_environment, &total.age);
    html! {
        @for line in &answer.headline { p { (line) } }
        @if total.served > 0 {
            div.pair {
                (chart("chart-served", "Environments that serve more invocations", &format!(
                    "50% of environments serve at most {} invocations, 90% at most {}, the busiest {}.",
                    thousands(each.quantile(500)), thousands(each.quantile(900)), thousands(each.max)
                )))
                (chart("chart-age", "Invocations that find older memory", &format!(
                    "{} of invocations find warm memory; for 50% of all it is at most {} old, for 90% at most {}.",
                    percent(total.warm as f64 / total.served as f64), Millis(age.quantile(500)), Millis(age.quantile(900))
                )))
            }
        }
        @for shown in &answer.tables { (table::table(shown, page.subject.clock)) }
        (notes(page, &answer))
    }
}

/// Sizes, and the share of all that are larger than each: 12 to each power of ten.
fn tail(of: &Distribution) -> (Vec<u64>, Vec<f64>) {
    const PER_POWER: f64 = 12.0;
    let mut sizes: Vec<u64> = Vec::new();
    let mut at = 1.0_f64;
    while at < of.max as f64 {
        // Positive and below a size that is itself a u64.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "see above")]
        sizes.push(at as u64);
        at *= 10_f64.powf(1.0 / PER_POWER);
    }
    sizes.extend([of.max.saturating_sub(1)].into_iter().filter(|&size| size > 0));
    sizes.sort_unstable();
    sizes.dedup();
    let larger = |size: u64| (of.count - of.up_to(size).min(of.count)) as f64 / of.count.max(1) as f64;
    // Sizes are kept in classes from 128 on: what has no larger one has no place on a scale of powers.
    sizes.retain(|&size| larger(size) > 0.0);
    let shares = sizes.iter().map(|&size| larger(size)).collect();
    (sizes, shares)
}

fn data(page: &ReportPage<'_>) -> Json {
    let Ok(runs) = &page.reuse else { return Json::Null };
    let total = runs.total();
    let one = |of: &Distribution| {
        let (sizes, shares) = tail(of);
        json!({ "sizes": sizes, "shares": shares })
    };
    json!({ "served": one(&total.per_environment), "age": one(&total.age) })
}
