//! The policies: the named rows, and the parameters that can be overridden.

use crate::policy::registry::Named;
use crate::policy::{self, IdleTtl, Policy, Provision};
use crate::quantity::Capacity;
use crate::report::views::{ParameterView, PoliciesView, PolicyView};
use crate::report::{Answer, ReportTable, TableCell};

/// Every named policy and every parameter.
pub fn policies() -> Answer {
    let mut parameters = ReportTable::new(
        "Parameters that can be overridden (NAME:key=value,key=value)",
        &[("key", "key"), ("values", "values")],
    )
    .prose(&["values"]);
    for key in policy::KEYS {
        parameters.push(vec![TableCell::text(key.name), TableCell::text(key.values)]);
    }
    let mut answer = Answer {
        headline: vec![
            format!("{} policies, all parameter sets of one mechanism.", policy::ALL.len()),
            "Any parameter can be overridden: --policy shared-slots:idle_ttl=10m,pick=newest.".into(),
        ],
        tables: vec![in_words(), rows(false), parameters],
        flat: Some(rows(true)),
        ..Answer::default()
    };
    let key = |key: &'static policy::ParameterKey| ParameterView { key: key.name, values: key.values };
    answer.extend(&PoliciesView {
        policies: policy::ALL.iter().map(view).collect(),
        parameters: policy::KEYS.iter().map(key).collect(),
    });
    answer
}

fn in_words() -> ReportTable {
    let columns = [("policy", "policy"), ("summary", "description")];
    let mut table = ReportTable::new("", &columns).prose(&["summary"]);
    for named in policy::ALL {
        table.push(vec![TableCell::text(named.name), TableCell::text(named.summary)]);
    }
    table
}

/// The parameters that tell the policies apart; for programs with the words.
fn rows(with_words: bool) -> ReportTable {
    let columns = [
        ("policy", "policy"),
        ("reuse", "reuse"),
        ("join_booting", "join_booting"),
        ("capacity", "capacity"),
        ("idle_ttl", "idle_ttl"),
        ("warm", "warm"),
        ("created_by", "ENIs created by"),
        ("summary", "description"),
    ];
    let shown = if with_words { columns.len() } else { columns.len() - 1 };
    let mut table = ReportTable::new("Parameters by policy", &columns[..shown]).prose(&["created_by"]);
    for named in policy::ALL {
        let row = (named.row)();
        let mut cells = vec![
            TableCell::text(named.name),
            TableCell::Flag(row.reuse),
            TableCell::Flag(row.join_booting),
            TableCell::text(capacity(row.capacity)),
            TableCell::text(idle_ttl(row.idle_ttl)),
            TableCell::Count(row.warm.into()),
            TableCell::text(created_by(&row)),
            TableCell::text(named.summary),
        ];
        cells.truncate(shown);
        table.push(cells);
    }
    table
}

fn capacity(capacity: Option<Capacity>) -> String {
    match capacity {
        None => "set by the model".to_owned(),
        Some(Capacity::Count(1)) => "1 environment".to_owned(),
        Some(Capacity::Count(n)) => format!("{n} environments"),
        Some(Capacity::Memory(memory)) => memory.to_string(),
        Some(Capacity::Connections(n)) => format!("{n} connections"),
    }
}

fn idle_ttl(ttl: IdleTtl) -> String {
    match ttl {
        IdleTtl::Forever => "forever".to_owned(),
        IdleTtl::After(ttl) => ttl.to_string(),
    }
}

const fn created_by(policy: &Policy) -> &'static str {
    match policy.provision {
        Provision::OnDemand => "demand",
        Provision::AtDeploy => "the deployment, then demand",
        Provision::Scheduled => "a plan",
        Provision::Clairvoyant => "a plan that knows every boot time",
    }
}

fn view(named: &Named) -> PolicyView<'_> {
    let row = (named.row)();
    PolicyView {
        policy: named.name,
        summary: named.summary,
        reuse: row.reuse,
        join_booting: row.join_booting,
        miss: row.miss.to_string(),
        miss_budget: row.miss_budget,
        capacity: capacity(row.capacity),
        idle_ttl: idle_ttl(row.idle_ttl),
        warm: row.warm,
        created_by: created_by(&row),
    }
}
