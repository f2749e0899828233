//! The inventory's JSON form.

use crate::inventory::{Audit, ClassAudit, Estate, FunctionChange, Merge, Orphan, QuotaAudit, SubnetAudit};
use crate::platform::Platform;
use crate::report::forms::{
    ChangeForm, ClassForm, Enis, Functions, Inventoried, LimitForm, MergeForm, MergesForm, OrphanForm,
    SourceForm, SubnetForm,
};

/// All of it.
pub(super) fn form<'a>(estate: &'a Estate, audit: &'a Audit, platform: &'a Platform) -> Inventoried<'a> {
    let merges = &audit.merges;
    Inventoried {
        model: &platform.name,
        rule: audit.rule.words(),
        sources: estate.sources.iter().map(|(file, kind)| SourceForm { file, kind }).collect(),
        functions: Functions {
            total: estate.functions.len(),
            outside_vpc: estate.functions.iter().filter(|it| it.subnets.is_empty()).count(),
        },
        enis: Enis {
            exist: audit.exist,
            expected: audit.expected(),
            at_least: audit.at_least(),
            orphaned: audit.orphans.as_ref().map(Vec::len),
            elsewhere: audit.elsewhere,
        },
        classes: audit.classes.iter().map(class).collect(),
        orphans: audit.orphans.iter().flatten().map(orphan).collect(),
        subnets: audit.subnets.iter().map(subnet).collect(),
        limits: audit.quotas.iter().map(limit).collect(),
        merges: MergesForm {
            together: merges.together.iter().map(merge).collect(),
            pairs: merges.pairs.iter().map(merge).collect(),
            exact: merges.exact,
            most_groups: merges.most_groups,
            left_out: merges.left_out,
        },
    }
}

fn class(it: &ClassAudit) -> ClassForm<'_> {
    ClassForm {
        subnet: &it.subnet,
        security_groups: &it.security_groups,
        functions: &it.functions,
        exist: it.exist,
        expected: it.expected,
        at_least: it.at_least,
        planned: it.planned,
    }
}

fn orphan(Orphan { eni, why }: &Orphan) -> OrphanForm<'_> {
    OrphanForm {
        eni: &eni.id,
        subnet: &eni.subnet,
        security_groups: &eni.security_groups,
        made_for: eni.made_for.as_deref(),
        why,
        file: &eni.origin.file,
        line: eni.origin.place.line,
    }
}

fn subnet(it: &SubnetAudit) -> SubnetForm<'_> {
    SubnetForm {
        name: &it.name,
        zone: it.zone.as_deref(),
        usable: it.usable,
        free: it.free,
        missing: it.missing,
        room: it.room.word(),
    }
}

fn limit(it: &QuotaAudit) -> LimitForm<'_> {
    LimitForm { what: &it.what, limit: it.limit, needed: it.needed, source: &it.source }
}

fn merge(it: &Merge) -> MergeForm<'_> {
    let changes = it.changes.iter().map(change).collect();
    MergeForm { sets: &it.sets, union: &it.union, saves: it.saves, changes }
}

fn change(it: &FunctionChange) -> ChangeForm<'_> {
    ChangeForm { function: &it.function, gains: &it.gains, access: it.access.as_deref() }
}
