//! The fields of the inventory's JSON form.

use serde_json::{Value as Json, json};

use crate::platform::Platform;
use crate::report::Answer;
use crate::scenario::inventory::{Audit, Change, ClassAudit, Estate, Merge, Orphan, QuotaAudit, SubnetAudit};

/// Adds every field.
pub(super) fn fields(answer: &mut Answer, estate: &Estate, audit: &Audit, platform: &Platform) {
    let outside = estate.functions.iter().filter(|it| it.subnets.is_empty()).count();
    answer.insert("model", platform.name.as_str());
    answer.insert("rule", audit.rule.words());
    let source = |(file, kind): &(String, &str)| json!({"file": file, "kind": kind});
    answer.insert("sources", estate.sources.iter().map(source).collect::<Json>());
    answer.insert("functions", json!({"total": estate.functions.len(), "outside_vpc": outside}));
    let orphaned = audit.orphans.as_ref().map(Vec::len);
    answer.insert(
        "enis",
        json!({
            "exist": audit.exist, "expected": audit.expected(), "at_least": audit.at_least(),
            "orphaned": orphaned, "elsewhere": audit.elsewhere,
        }),
    );
    let class = |it: &ClassAudit| {
        json!({
            "subnet": it.subnet, "security_groups": it.security_groups, "functions": it.functions,
            "exist": it.exist, "expected": it.expected, "at_least": it.at_least, "planned": it.planned,
        })
    };
    answer.insert("classes", audit.classes.iter().map(class).collect::<Json>());
    let orphan = |it: &Orphan| {
        json!({
            "eni": it.eni.id, "subnet": it.eni.subnet, "security_groups": it.eni.security_groups,
            "made_for": it.eni.made_for, "why": it.why, "file": it.eni.origin.file,
            "line": it.eni.origin.place.line,
        })
    };
    answer.insert("orphans", audit.orphans.iter().flatten().map(orphan).collect::<Json>());
    let subnet = |it: &SubnetAudit| {
        json!({
            "name": it.name, "zone": it.zone, "usable": it.usable, "free": it.free, "missing": it.missing,
            "room": it.room.word(),
        })
    };
    answer.insert("subnets", audit.subnets.iter().map(subnet).collect::<Json>());
    let quota = |it: &QuotaAudit| json!({"what": it.what, "limit": it.limit, "needed": it.needed, "source": it.source});
    answer.insert("limits", audit.quotas.iter().map(quota).collect::<Json>());
    let all = |merges: &[Merge]| merges.iter().map(merge).collect::<Json>();
    let merges = &audit.merges;
    answer.insert(
        "merges",
        json!({
            "together": all(&merges.together), "pairs": all(&merges.pairs), "exact": merges.exact,
            "most_groups": merges.most_groups, "left_out": merges.left_out,
        }),
    );
}

fn merge(it: &Merge) -> Json {
    let change = |it: &Change| json!({"function": it.function, "gains": it.gains, "access": it.access});
    let changes: Json = it.changes.iter().map(change).collect();
    json!({"sets": it.sets, "union": it.union, "saves": it.saves, "changes": changes})
}
