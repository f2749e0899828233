//! Reconcile: each function once, whichever files tell of it, and what is said where they differ.

use std::collections::BTreeMap;

use super::found::{Authority, FactOrigin, FoundFunction, FunctionNetwork};
use eniplan_core::diagnostic::{Code, Diagnostic, Diagnostics};

/// Each function once, and the versions that are elsewhere than their function.
pub(super) fn functions(
    found: Vec<FoundFunction>,
    notes: &mut Vec<String>,
    problems: &mut Diagnostics,
) -> (Vec<FoundFunction>, Vec<FoundFunction>) {
    let (mut versions, mut found) = versions_apart(found);
    found.sort_by(|a, b| key(a).cmp(&key(b)));
    let mut kept = Kept::default();
    let mut twice: BTreeMap<(String, Authority), u64> = BTreeMap::new();
    for function in found {
        let same = kept.same(&function);
        let (Some(first), only) = (same.first().copied(), same.len() == 1) else {
            kept.add(function);
            continue;
        };
        let Some(winner) = kept.functions.get_mut(first) else { continue };
        *twice.entry((function.origin.file.clone(), winner.origin.authority)).or_default() += 1;
        if only {
            reconcile(winner, &function, notes, problems);
        }
    }
    let kept = kept.functions;
    for ((file, authority), count) in twice {
        let authority = authority.words();
        notes.push(format!(
            "{file}: {count} of its functions also appear elsewhere; the {authority} data there is used"
        ));
    }
    versions.sort_by(|a, b| (&a.name, &a.version, key(a)).cmp(&(&b.name, &b.version, key(b))));
    versions.dedup_by(|a, b| (&a.name, &a.arn, &a.network) == (&b.name, &b.arn, &b.network));
    versions.retain(|version| {
        let latest =
            kept.iter().find(|function| function.name == version.name && function.arn == version.arn);
        version.network.is_some() && latest.is_none_or(|latest| latest.network != version.network)
    });
    (kept, versions)
}

/// The published versions, and the functions; of a function of which only versions are listed the newest is it.
fn versions_apart(mut all: Vec<FoundFunction>) -> (Vec<FoundFunction>, Vec<FoundFunction>) {
    let number = |function: &FoundFunction| {
        function.version.as_deref().and_then(|version| version.parse::<u64>().ok())
    };
    let mut newest: BTreeMap<(String, Option<String>), Option<Option<u64>>> = BTreeMap::new();
    for function in &all {
        let known = newest.entry((function.name.clone(), function.arn.clone())).or_insert(Some(None));
        *known = match (&function.version, *known) {
            (None, _) | (_, None) => None,
            (Some(_), Some(highest)) => Some(highest.max(number(function))),
        };
    }
    for function in &mut all {
        let highest = newest.get(&(function.name.clone(), function.arn.clone())).copied().flatten();
        if highest.is_some_and(|highest| highest == number(function)) {
            function.version = None;
        }
    }
    all.into_iter().partition(|function| function.version.is_some())
}

/// The functions known so far, and where those of one name are.
#[derive(Default)]
struct Kept {
    functions: Vec<FoundFunction>,
    by_name: BTreeMap<(String, Option<String>), Vec<usize>>,
    /// Live ones by the logical id that a name made by CloudFormation holds.
    by_logical_id: BTreeMap<String, Vec<usize>>,
}

impl Kept {
    fn add(&mut self, function: FoundFunction) {
        let at = self.functions.len();
        self.by_name.entry((function.name.clone(), function.scope.clone())).or_default().push(at);
        if let Some(id) = logical_id(&function.name).filter(|_| function.origin.authority == Authority::Live)
        {
            self.by_logical_id.entry(id.to_owned()).or_default().push(at);
        }
        self.functions.push(function);
    }

    /// Those that may be the same: of the same ARN; without one of the same name, from another file.
    fn same(&self, function: &FoundFunction) -> Vec<usize> {
        let named = self.by_name.get(&(function.name.clone(), function.scope.clone()));
        let generated = function.scope.as_ref().and_then(|_| self.by_logical_id.get(&function.name));
        let candidates = || {
            let all = named.or(generated).into_iter().flatten().copied();
            all.filter_map(|at| Some((at, self.functions.get(at)?)))
        };
        let of_arn: Vec<usize> = candidates()
            .filter(|(_, known)| known.arn.is_some() && known.arn == function.arn)
            .map(|(at, _)| at)
            .collect();
        if !of_arn.is_empty() {
            return of_arn;
        }
        let loose = |known: &FoundFunction| known.arn.is_none() || function.arn.is_none();
        let other_file = |known: &FoundFunction| known.origin.file != function.origin.file;
        candidates().filter(|(_, known)| loose(known) && other_file(known)).map(|(at, _)| at).collect()
    }
}

/// The logical id in a name that CloudFormation made: `stack-LogicalId-1A2B3C4D5E6F`.
fn logical_id(name: &str) -> Option<&str> {
    let (rest, random) = name.rsplit_once('-')?;
    let made =
        (12..=13).contains(&random.len()) && random.bytes().all(|letter| letter.is_ascii_alphanumeric());
    rest.rsplit_once('-').map(|(_, id)| id).filter(|id| made && !id.is_empty())
}

fn key(function: &FoundFunction) -> (Authority, bool, &str, Option<&String>, &FactOrigin) {
    let arn = function.arn.as_ref();
    (function.origin.authority, arn.is_none(), &function.name, arn, &function.origin)
}

/// Fills in what `winner` does not know, and tells where the two differ.
fn reconcile(
    winner: &mut FoundFunction,
    other: &FoundFunction,
    notes: &mut Vec<String>,
    problems: &mut Diagnostics,
) {
    let symbolic = |network: &FunctionNetwork| {
        network.subnets.iter().chain(&network.groups).any(|id| id.scope.is_some())
    };
    let mut differ = Vec::new();
    if let (Some(one), Some(two)) = (winner.memory_mib, other.memory_mib)
        && one != two
    {
        differ.push(format!("memory {one} MiB vs {two} MiB"));
    }
    let networks = [&winner.network, &other.network];
    let ids = |network: &Option<FunctionNetwork>| {
        network.as_ref().map(|network| (network.subnets.clone(), network.groups.clone()))
    };
    if ids(networks[0]) != ids(networks[1]) && !networks.into_iter().flatten().any(symbolic) {
        differ.push("subnets or security groups".to_owned());
    }
    let (here, there) = (winner.origin.words(), other.origin.words());
    if !differ.is_empty()
        && winner.origin.authority == Authority::Live
        && other.origin.authority == Authority::Live
    {
        let message = format!("conflicts with {here}: {}", differ.join(", "));
        let at = other.origin.place;
        let problem = Diagnostic::new(Code::Mismatch, message, "use files captured at the same time");
        let problem = problem.with_value(&other.name).in_file(&other.origin.file);
        problems.push(problem.at_line(at.line).at_column(at.column));
    } else if !differ.is_empty() {
        let authority = winner.origin.authority.words();
        let name = &winner.name;
        notes.push(format!(
            "{name}: {here} ({authority}) and {there} disagree ({}); the first is used",
            differ.join(", ")
        ));
    }
    winner.memory_mib = winner.memory_mib.or(other.memory_mib);
    winner.timeout_s = winner.timeout_s.or(other.timeout_s);
    winner.concurrency = winner.concurrency.or(other.concurrency);
}
