//! TOML -> [`super::Platform`].

use super::{
    BucketModel, EniTimes, EnvironmentLimits, GroupingGrowth, Phase, PhaseKind, Platform, ScalingScope,
    number, phases,
};
use crate::diagnostic::Diagnostics;
use crate::document::{self, Adds, DocumentReader, DocumentShape, NamedList, Setting, TomlTable};

/// Reads a model file's text; `file` names it in diagnostics.
///
/// All that is wrong with it is told at once: E201 malformed TOML, E202 a number
/// without source or grade, E203 a value that cannot be, E204 an unknown key or name.
pub fn load(file: &str, text: &str) -> Result<Platform, Diagnostics> {
    load_with(file, text, &[])
}

/// The same with `settings` in the place of what the file says; the source of a number that is set says so.
pub fn load_with(file: &str, text: &str, settings: &[Setting]) -> Result<Platform, Diagnostics> {
    const KEYS: &[&str] = &["name", "summary", "policy", "phase", "eni", "environment", "grouping"];
    const LISTS: &[NamedList] = &[NamedList { key: "phase", adds: Adds::Nothing }];
    const NUMBERS: &[&[&str]] = &[
        &["value"],
        &["min", "max", "quantiles"],
        &["count"],
        &["memory"],
        &["connections"],
        &["per_mib", "rule"],
    ];
    let form = DocumentShape { keys: KEYS, lists: LISTS, numbers: NUMBERS, renamed: &[] };
    document::read(file, text, &form, settings, |reader, root| {
        let name = word(reader, root, "name", "add a name for the model");
        let summary = if root.has("summary") {
            reader.text(root, "summary").map(|text| text.value)
        } else {
            Some(String::new())
        };
        let policy = word(reader, root, "policy", "add its default policy; see `eniplan policies`");
        let phases = phases::phases(reader, root);
        let eni = eni(reader, root);
        let environment = environment(reader, root);
        let grouping = grouping(reader, root, phases.as_deref());
        Some(Platform {
            name: name?,
            summary: summary?,
            policy: policy?,
            phases: phases?,
            eni: eni?,
            environment: environment?,
            grouping,
        })
    })
}

fn word(reader: &mut DocumentReader<'_>, root: &TomlTable<'_>, key: &str, help: &str) -> Option<String> {
    if !root.has(key) {
        reader.missing(root, key, help);
        return None;
    }
    let text = reader.text(root, key)?;
    if text.value.trim().is_empty() {
        reader.bad(&text, format!("`{key}` is empty"), help);
        return None;
    }
    Some(text.value)
}

// In what follows a part that is there and wrong reads as absent: its fault is reported, so that
// the whole fails all the same.

fn eni(reader: &mut DocumentReader<'_>, root: &TomlTable<'_>) -> Option<EniTimes> {
    const KEYS: &[&str] = &["boot", "delete", "capacity", "vpc_quota", "region_quota", "api"];
    if !root.has("eni") {
        reader.missing(root, "eni", "add [eni] with boot, delete and capacity");
        return None;
    }
    let table = reader.table(root, "eni", KEYS)?;
    for key in ["boot", "delete", "capacity"] {
        if !table.has(key) {
            reader.missing(&table, key, "add it, with its source");
        }
    }
    let boot = number::interval(reader, &table, "boot");
    let delete = number::interval(reader, &table, "delete");
    let capacity = number::capacity(reader, &table, "capacity");
    let vpc_quota = number::count(reader, &table, "vpc_quota");
    let region_quota = number::count(reader, &table, "region_quota");
    let api = reader.table(&table, "api", &["burst", "per_second"]).and_then(|api| bucket(reader, &api));
    Some(EniTimes { boot: boot?, delete: delete?, capacity: capacity?, vpc_quota, region_quota, api })
}

fn environment(reader: &mut DocumentReader<'_>, root: &TomlTable<'_>) -> Option<EnvironmentLimits> {
    const KEYS: &[&str] = &["keep_alive", "keep_alive_drawn", "account_concurrency", "scaling", "microvm"];
    if !root.has("environment") {
        reader.missing(root, "environment", "add [environment] with keep_alive");
        return None;
    }
    let table = reader.table(root, "environment", KEYS)?;
    if !table.has("keep_alive") {
        reader.missing(&table, "keep_alive", "add it, with its source");
    }
    let keep_alive = number::duration(reader, &table, "keep_alive");
    let keep_alive_drawn = number::interval(reader, &table, "keep_alive_drawn");
    let account_concurrency = number::count(reader, &table, "account_concurrency");
    let scaling = reader.table(&table, "scaling", &["scope", "burst", "per_second"]).and_then(|scaling| {
        let scope = scope(reader, &scaling);
        let bucket = bucket(reader, &scaling);
        Some((scope?, bucket?))
    });
    let microvm = reader.table(&table, "microvm", &["per_host", "hosts"]).and_then(|microvm| {
        require(reader, &microvm, &["per_host", "hosts"]);
        let per_host = number::rate(reader, &microvm, "per_host");
        let hosts = number::count(reader, &microvm, "hosts");
        Some((per_host?, hosts?))
    });
    let keep_alive = keep_alive?;
    Some(EnvironmentLimits { keep_alive, keep_alive_drawn, account_concurrency, scaling, microvm })
}

/// How phases grow with what is in a function; each names a phase in which time passes.
fn grouping(
    reader: &mut DocumentReader<'_>,
    root: &TomlTable<'_>,
    phases: Option<&[Phase]>,
) -> GroupingGrowth {
    let Some(table) = reader.table(root, "grouping", &["download", "init"]) else {
        return GroupingGrowth::default();
    };
    let mut grows = |key: &str, by_size: bool| {
        let names: Option<Vec<&str>> = phases.map(|phases| {
            phases
                .iter()
                .filter(|phase| phase.kind != PhaseKind::Eni)
                .map(|phase| phase.name.as_str())
                .collect()
        });
        number::growth(reader, &table, key, by_size, names.as_deref())
    };
    GroupingGrowth { download: grows("download", true), init: grows("init", false) }
}

fn scope(reader: &mut DocumentReader<'_>, scaling: &TomlTable<'_>) -> Option<ScalingScope> {
    if !scaling.has("scope") {
        reader.missing(scaling, "scope", "write scope = \"function\" or \"account\"");
        return None;
    }
    let text = reader.text(scaling, "scope")?;
    match text.value.as_str() {
        "function" => Some(ScalingScope::Function),
        "account" => Some(ScalingScope::Account),
        _ => {
            reader.unknown(&text, "scope", ["function", "account"]);
            None
        }
    }
}

fn bucket(reader: &mut DocumentReader<'_>, table: &TomlTable<'_>) -> Option<BucketModel> {
    require(reader, table, &["burst", "per_second"]);
    let burst = number::count(reader, table, "burst");
    let per_second = number::rate(reader, table, "per_second");
    Some(BucketModel { burst: burst?, per_second: per_second? })
}

fn require(reader: &mut DocumentReader<'_>, table: &TomlTable<'_>, keys: &[&str]) {
    for key in keys {
        if !table.has(key) {
            reader.missing(table, key, "add it, with its source");
        }
    }
}
