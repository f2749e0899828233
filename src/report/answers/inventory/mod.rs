//! The inventory: who shares an ENI class, existing and expected ENIs, and problems.

mod fields;

use crate::inventory::{AddressRoom, Audit, ClassAudit, Estate, FunctionChange, Merge, Orphan};
use crate::platform::Platform;
use crate::report::format::{counted, joined, name};
use crate::report::{Answer, ReportTable, TableCell};

/// Rows of each table that people are shown.
const SHOWN: usize = 20;

/// The inventory of `estate` on `platform`.
pub fn inventory(estate: &Estate, audit: &Audit, platform: &Platform) -> Answer {
    let mut answer = Answer {
        headline: headline(estate, audit),
        tables: vec![
            classes(estate, audit),
            orphans(estate, audit),
            subnets(audit),
            quotas(audit),
            merges(estate, "All merges combined", &audit.merges.together),
            merges(
                estate,
                "Pairwise merges, most ENIs saved per changed function first",
                &audit.merges.pairs,
            ),
        ],
        flat: Some(flat(audit)),
        assumptions: assumptions(estate, audit, platform),
        ..Answer::default()
    };
    answer.extend(&fields::view(estate, audit, platform));
    answer
}

fn headline(estate: &Estate, audit: &Audit) -> Vec<String> {
    let inside = estate.functions.iter().filter(|function| !function.subnets.is_empty()).count() as u64;
    let outside = estate.functions.len() as u64 - inside;
    let classes = counted(audit.classes.len() as u64, "ENI class", "ENI classes");
    let inside_words = counted(inside, "function", "functions");
    let outside_words = counted(outside, "function is", "functions are");
    let users = match (inside, outside) {
        (0, 0) => "These files contain no functions".to_owned(),
        (0, outside) => format!("None of {} is in a VPC", counted(outside, "function", "functions")),
        (1, 0) => format!("1 function uses {classes}"),
        (1, _) => format!("1 function uses {classes} ({outside_words} outside any VPC)"),
        (_, 0) => format!("{inside_words} share {classes}"),
        (_, _) => format!("{inside_words} share {classes} ({outside_words} outside any VPC)"),
    };
    let least = if audit.at_least() && !audit.rule.at_deploy() { "at least " } else { "" };
    let expected = format!("the model expects {least}{}", counted(audit.expected(), "ENI", "ENIs"));
    let exist = match audit.exist {
        Some(n) => format!("Lambda has {}", counted(n, "ENI", "ENIs")),
        None => "No list of ENIs was given".to_owned(),
    };
    let problems = problems(audit);
    let problems = if problems.is_empty() {
        "No problems were found".to_owned()
    } else {
        format!("Problems: {}", joined(&problems))
    };
    let mut all = vec![format!("{users}."), format!("{exist}; {expected}."), format!("{problems}.")];
    let merges = &audit.merges;
    let saves = merges.together.iter().fold(0_u64, |sum, merge| sum.saturating_add(merge.saves));
    if saves > 0 {
        let least = if merges.exact { "" } else { "at least " };
        let sets: usize = merges.together.iter().map(|merge| merge.sets.len()).sum();
        all.push(format!(
            "Merging {sets} sets of security groups would save {least}{}, but grants functions access that they \
             do not have now; review who gains what first.",
            counted(saves, "ENI", "ENIs")
        ));
    }
    all
}

/// The problems, each with its count.
fn problems(audit: &Audit) -> Vec<String> {
    let rooms = |room: AddressRoom| audit.subnets.iter().filter(|subnet| subnet.room == room).count() as u64;
    let without = |class: &&ClassAudit| class.exist == Some(0) && class.expected > 0 && !class.planned;
    let crowded =
        |class: &&ClassAudit| !class.at_least && class.exist.is_some_and(|exist| exist > class.expected);
    let over = audit.quotas.iter().filter(|quota| quota.needed > quota.limit).count() as u64;
    let orphans = audit.orphans.as_ref().map_or(0, Vec::len) as u64;
    let deployed = |count: usize| if audit.rule.at_deploy() { count as u64 } else { 0 };
    let found = [
        (orphans, "orphaned ENI", "orphaned ENIs"),
        (
            deployed(audit.classes.iter().filter(without).count()),
            "class without its ENI",
            "classes without their ENI",
        ),
        (
            audit.classes.iter().filter(crowded).count() as u64,
            "class with more ENIs than expected",
            "classes with more ENIs than expected",
        ),
        (rooms(AddressRoom::Short), "subnet too full", "subnets too full"),
        (rooms(AddressRoom::Near), "subnet near exhaustion", "subnets near exhaustion"),
        (over, "limit exceeded", "limits exceeded"),
    ];
    found.iter().filter(|count| count.0 > 0).map(|(n, one, many)| counted(*n, one, many)).collect()
}

fn classes(estate: &Estate, audit: &Audit) -> ReportTable {
    let columns = [
        ("subnet", "subnet"),
        ("security_groups", "security groups"),
        ("functions", "shared by"),
        ("existing", "existing"),
        ("expected", "expected"),
    ];
    let mut table = ReportTable::new("ENI classes", &columns).prose(&["security_groups", "functions"]);
    table.shown = Some((SHOWN, "classes"));
    for class in &audit.classes {
        table.push(vec![
            TableCell::text(&class.subnet),
            TableCell::text(groups(estate, &class.security_groups)),
            TableCell::text(names(&class.functions)),
            TableCell::count(class.exist),
            TableCell::Count(class.expected),
        ]);
    }
    table
}

fn orphans(estate: &Estate, audit: &Audit) -> ReportTable {
    let columns = [
        ("eni", "ENI"),
        ("subnet", "subnet"),
        ("security_groups", "security groups"),
        ("made_for", "made for"),
        ("reason", "reason"),
    ];
    let mut table = ReportTable::new("Orphaned ENIs", &columns).prose(&["security_groups", "reason"]);
    table.shown = Some((SHOWN, "orphans"));
    for Orphan { eni, why } in audit.orphans.iter().flatten() {
        table.push(vec![
            TableCell::text(&eni.id),
            TableCell::text(&eni.subnet),
            TableCell::text(groups(estate, &eni.security_groups)),
            eni.made_for.as_ref().map_or(TableCell::Missing, TableCell::text),
            TableCell::text(*why),
        ]);
    }
    table
}

fn subnets(audit: &Audit) -> ReportTable {
    let columns = [
        ("subnet", "subnet"),
        ("zone", "zone"),
        ("usable", "usable"),
        ("free", "free"),
        ("pending_enis", "pending ENIs"),
        ("status", "status"),
    ];
    let mut table = ReportTable::new("Addresses", &columns);
    table.shown = Some((SHOWN, "subnets"));
    for subnet in &audit.subnets {
        table.push(vec![
            TableCell::text(&subnet.name),
            subnet.zone.as_ref().map_or(TableCell::Missing, TableCell::text),
            TableCell::count(subnet.usable.map(u64::from)),
            TableCell::count(subnet.free),
            TableCell::Count(subnet.missing),
            TableCell::text(subnet.room.word()),
        ]);
    }
    table
}

fn quotas(audit: &Audit) -> ReportTable {
    let columns = [("limit", "limit"), ("needed", "needed"), ("allowed", "allowed"), ("source", "source")];
    let mut table = ReportTable::new("Limits", &columns).prose(&["limit", "source"]);
    table.shown = Some((SHOWN, "limits"));
    for quota in &audit.quotas {
        let (needed, limit) = (TableCell::Count(quota.needed), TableCell::Count(quota.limit));
        table.push(vec![TableCell::text(&quota.what), needed, limit, TableCell::text(&quota.source)]);
    }
    table
}

fn merges(estate: &Estate, title: &str, merges: &[Merge]) -> ReportTable {
    let columns = [
        ("enis_saved", "ENIs saved"),
        ("changes", "functions changed"),
        ("sets", "security group sets to merge"),
        ("gains", "who gains what"),
    ];
    let mut table = ReportTable::new(title, &columns).prose(&["sets", "gains"]);
    table.shown = Some((SHOWN / 2, "merges"));
    for merge in merges {
        table.push(vec![
            TableCell::Count(merge.saves),
            TableCell::Count(merge.changes.len() as u64),
            TableCell::text(sets(merge, |set| groups(estate, set))),
            TableCell::text(gains(merge, |set| groups(estate, set))),
        ]);
    }
    table
}

fn sets(merge: &Merge, words: impl Fn(&[String]) -> String) -> String {
    merge.sets.iter().map(|set| format!("[{}]", words(set))).collect::<Vec<_>>().join(" + ")
}

fn gains(merge: &Merge, words: impl Fn(&[String]) -> String) -> String {
    let access = |change: &FunctionChange| match change.access.as_deref() {
        None => String::new(),
        Some([]) => " (no new access)".to_owned(),
        Some(all) => {
            format!(" (can then {})", all.iter().map(|action| name(action)).collect::<Vec<_>>().join(", "))
        }
    };
    let gain = |change: &FunctionChange| {
        format!("{}: {}{}", name(&change.function), words(&change.gains), access(change))
    };
    merge.changes.iter().map(gain).collect::<Vec<_>>().join("; ")
}

fn groups(estate: &Estate, set: &[String]) -> String {
    set.iter().map(|group| name(&estate.group_words(group))).collect::<Vec<_>>().join(", ")
}

fn names(all: &[String]) -> String {
    all.iter().map(|part| name(part)).collect::<Vec<_>>().join(", ")
}

/// Every finding as one row.
fn flat(audit: &Audit) -> ReportTable {
    let columns = [
        ("finding", ""),
        ("subject", ""),
        ("security_groups", ""),
        ("functions", ""),
        ("existing", ""),
        ("expected", ""),
        ("enis_saved", ""),
        ("detail", ""),
    ];
    let mut table = ReportTable::new("", &columns);
    let none = || TableCell::Missing;
    let all = |texts: &[String]| TableCell::text(texts.join(" "));
    for class in &audit.classes {
        let (exist, expected) = (TableCell::count(class.exist), TableCell::Count(class.expected));
        let (groups, functions) = (all(&class.security_groups), all(&class.functions));
        table.push(vec![
            TableCell::text("class"),
            TableCell::text(&class.subnet),
            groups,
            functions,
            exist,
            expected,
            none(),
            none(),
        ]);
    }
    for Orphan { eni, why } in audit.orphans.iter().flatten() {
        let made_for = eni.made_for.as_ref().map_or(TableCell::Missing, TableCell::text);
        let detail = TableCell::text(format!("{}: {why}", eni.subnet));
        let groups = all(&eni.security_groups);
        table.push(vec![
            TableCell::text("orphan"),
            TableCell::text(&eni.id),
            groups,
            made_for,
            none(),
            none(),
            none(),
            detail,
        ]);
    }
    for subnet in &audit.subnets {
        let free = subnet.free.map_or_else(|| "unknown".to_owned(), |free| free.to_string());
        let detail = TableCell::text(format!("{}: {free} free", subnet.room.word()));
        let (subject, missing) = (TableCell::text(&subnet.name), TableCell::Count(subnet.missing));
        table.push(vec![TableCell::text("subnet"), subject, none(), none(), none(), missing, none(), detail]);
    }
    for quota in &audit.quotas {
        let (subject, limit) = (TableCell::text(&quota.what), TableCell::Count(quota.limit));
        let (needed, source) = (TableCell::Count(quota.needed), TableCell::text(&quota.source));
        table.push(vec![TableCell::text("limit"), subject, none(), none(), limit, needed, none(), source]);
    }
    flat_merges(audit, &mut table);
    table
}

fn flat_merges(audit: &Audit, table: &mut ReportTable) {
    let none = || TableCell::Missing;
    let all = |texts: &[String]| TableCell::text(texts.join(" "));
    for (finding, merges) in [("merge-combined", &audit.merges.together), ("merge", &audit.merges.pairs)] {
        for merge in merges {
            let functions: Vec<String> = merge.changes.iter().map(|change| change.function.clone()).collect();
            let words = |set: &[String]| set.join(" ");
            let (subject, gains) =
                (TableCell::text(sets(merge, words)), TableCell::text(gains(merge, words)));
            let (union, functions, saves) =
                (all(&merge.union), all(&functions), TableCell::Count(merge.saves));
            table.push(vec![
                TableCell::text(finding),
                subject,
                union,
                functions,
                none(),
                none(),
                saves,
                gains,
            ]);
        }
    }
}

fn assumptions(estate: &Estate, audit: &Audit, platform: &Platform) -> Vec<String> {
    let mut all = vec![format!("model {}: {}", platform.name, audit.rule.words())];
    let unknown = estate
        .functions
        .iter()
        .filter(|function| !function.subnets.is_empty() && function.concurrency.is_none());
    let unknown = unknown.count() as u64;
    if unknown > 0 {
        let functions = counted(unknown, "function", "functions");
        all.push(format!("reserved concurrency is unknown for {functions}: their peak is not included"));
    }
    all.push("reserved concurrency is spread evenly over a function's subnets".to_owned());
    all.push("near exhaustion: less than 10% of a subnet's addresses would remain".to_owned());
    all.push(
        "these files have no traffic and no durations: run `eniplan plan` with the scenario and a trace"
            .to_owned(),
    );
    match (&audit.orphans, estate.enis_listed) {
        (None, true) => {
            all.push("no live list of functions was given, so no ENI is reported as orphaned".to_owned());
        }
        (Some(orphans), _) if !orphans.is_empty() => {
            all.push(
                "orphaned according to these files; the provider deletes unused ENIs in its own time"
                    .to_owned(),
            );
        }
        _ => {}
    }
    if audit.elsewhere > 0 {
        let enis = counted(audit.elsewhere, "ENI of Lambda is", "ENIs of Lambda are");
        all.push(format!("{enis} in Regions whose functions were not given"));
    }
    let merges = &audit.merges;
    if !merges.pairs.is_empty() {
        all.push(format!("a merged set has at most {} security groups", merges.most_groups));
        if !merges.exact {
            all.push("too many sets share subnets to try every merge: sets were merged greedily".to_owned());
        }
        if merges.left_out > 0 {
            let sets = counted(merges.left_out as u64, "set", "sets");
            all.push(format!(
                "{sets} of security groups with the fewest subnets were not considered for merging"
            ));
        }
    }
    all.extend(estate.notes.iter().cloned());
    all
}
