//! The inventory's JSON form.

use crate::inventory::{Audit, ClassAudit, Estate, FunctionChange, Merge, Orphan, QuotaAudit, SubnetAudit};
use crate::platform::Platform;
use crate::report::views::{
    AccessChangeView, ClassView, EniCountsView, FunctionCountsView, InventoryView, LimitView, MergeView,
    MergesView, OrphanView, SourceView, SubnetView,
};

/// All of it.
pub(super) fn view<'a>(estate: &'a Estate, audit: &'a Audit, platform: &'a Platform) -> InventoryView<'a> {
    let merges = &audit.merges;
    InventoryView {
        model: &platform.name,
        rule: audit.rule.words(),
        sources: estate.sources.iter().map(|(file, kind)| SourceView { file, kind }).collect(),
        functions: FunctionCountsView {
            total: estate.functions.len(),
            outside_vpc: estate.functions.iter().filter(|function| function.subnets.is_empty()).count(),
        },
        enis: EniCountsView {
            existing: audit.exist,
            expected: audit.expected(),
            expected_is_lower_bound: audit.at_least(),
            orphaned: audit.orphans.as_ref().map(Vec::len),
            other_regions: audit.elsewhere,
        },
        classes: audit.classes.iter().map(class).collect(),
        orphans: audit.orphans.iter().flatten().map(orphan).collect(),
        subnets: audit.subnets.iter().map(subnet).collect(),
        limits: audit.quotas.iter().map(limit).collect(),
        merges: MergesView {
            combined: merges.together.iter().map(merge).collect(),
            pairs: merges.pairs.iter().map(merge).collect(),
            exact: merges.exact,
            max_groups: merges.most_groups,
            sets_skipped: merges.left_out,
        },
    }
}

fn class(class: &ClassAudit) -> ClassView<'_> {
    ClassView {
        subnet: &class.subnet,
        security_groups: &class.security_groups,
        functions: &class.functions,
        existing: class.exist,
        expected: class.expected,
        expected_is_lower_bound: class.at_least,
        planned: class.planned,
    }
}

fn orphan(Orphan { eni, why }: &Orphan) -> OrphanView<'_> {
    OrphanView {
        eni: &eni.id,
        subnet: &eni.subnet,
        security_groups: &eni.security_groups,
        made_for: eni.made_for.as_deref(),
        reason: why,
        file: &eni.origin.file,
        line: eni.origin.place.line,
    }
}

fn subnet(subnet: &SubnetAudit) -> SubnetView<'_> {
    SubnetView {
        name: &subnet.name,
        zone: subnet.zone.as_deref(),
        usable: subnet.usable,
        free: subnet.free,
        pending_enis: subnet.missing,
        status: subnet.room.word(),
    }
}

fn limit(quota: &QuotaAudit) -> LimitView<'_> {
    LimitView { name: &quota.what, limit: quota.limit, needed: quota.needed, source: &quota.source }
}

fn merge(merge: &Merge) -> MergeView<'_> {
    let changes = merge.changes.iter().map(change).collect();
    MergeView { sets: &merge.sets, union: &merge.union, enis_saved: merge.saves, changes }
}

fn change(change: &FunctionChange) -> AccessChangeView<'_> {
    AccessChangeView {
        function: &change.function,
        groups_gained: &change.gains,
        access_gained: change.access.as_deref(),
    }
}
