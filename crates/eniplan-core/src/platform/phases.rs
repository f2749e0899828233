//! The `[[phase]]` tables: the cold path as a model states it.

use std::collections::BTreeMap;

use petgraph::algo::kosaraju_scc;
use petgraph::graph::DiGraph;

use super::{Cited, Grade, Phase, PhaseKind, number};
use crate::diagnostic::Code;
use crate::document::{DocumentReader, Place, Placed, TomlTable, listed};
use crate::quantity::{Interval, Millis};

const KEYS: &[&str] = &["name", "kind", "vpc", "after", "duration"];
/// More phases than any cold path has; bounds what a hostile file can cost.
const MOST: usize = 64;

/// A phase with the places that later checks point to.
struct Read {
    phase: Phase,
    name: Placed<String>,
    after: Vec<Placed<String>>,
}

/// Every phase of the document, in its order; the graph they make is sound.
pub(super) fn phases(reader: &mut DocumentReader<'_>, root: &TomlTable<'_>) -> Option<Vec<Phase>> {
    let tables = reader.tables(root, "phase", KEYS);
    if let Some(table) = tables.get(MOST) {
        let message = format!("too many phases: {}", tables.len());
        reader.report(Code::BadValue, table.place, None, message, format!("use at most {MOST}"));
        return None;
    }
    let read: Vec<Option<Read>> = tables.iter().map(|table| phase(reader, table)).collect();
    // The graph of an incomplete list would only report what follows from the first faults.
    let read: Vec<Read> = read.into_iter().collect::<Option<_>>()?;
    let checks = [unique, known, one_of_a_kind, acyclic];
    let sound = checks.map(|check| check(reader, &read)).iter().all(|sound| *sound);
    sound.then(|| read.into_iter().map(|read| read.phase).collect())
}

fn phase(reader: &mut DocumentReader<'_>, table: &TomlTable<'_>) -> Option<Read> {
    if !table.has("name") {
        reader.missing(table, "name", "name the phase so that `after` can refer to it");
    }
    let name = reader.text(table, "name");
    let kind = kind(reader, table);
    let vpc = if table.has("vpc") { Some(reader.flag(table, "vpc")) } else { None };
    let after = if table.has("after") { reader.texts(table, "after") } else { Some(Vec::new()) };
    let duration = kind.and_then(|kind| duration(reader, table, kind));
    let is_eni = kind == Some(PhaseKind::Eni);
    let vpc = match vpc {
        None => Some(is_eni),
        Some(flag) => {
            let flag = flag?;
            if is_eni && !flag.value {
                reader.bad(&flag, "a function outside a VPC has no ENI", "set vpc = true for an `eni` phase");
                return None;
            }
            Some(flag.value)
        }
    };
    let (name, after) = (name?, after?);
    let phase = Phase {
        name: name.value.clone(),
        kind: kind?,
        vpc: vpc?,
        after: after.iter().map(|name| name.value.clone()).collect(),
        duration: duration?,
    };
    Some(Read { phase, name, after })
}

fn kind(reader: &mut DocumentReader<'_>, table: &TomlTable<'_>) -> Option<PhaseKind> {
    if !table.has("kind") {
        return Some(PhaseKind::Plain);
    }
    let text = reader.text(table, "kind")?;
    match text.value.as_str() {
        "plain" => Some(PhaseKind::Plain),
        "microvm" => Some(PhaseKind::Microvm),
        "eni" => Some(PhaseKind::Eni),
        _ => {
            reader.unknown(&text, "phase kind", ["plain", "microvm", "eni"]);
            None
        }
    }
}

fn duration(
    reader: &mut DocumentReader<'_>,
    table: &TomlTable<'_>,
    kind: PhaseKind,
) -> Option<Cited<Interval>> {
    match (kind, table.has("duration")) {
        (PhaseKind::Eni, false) => Some(Cited {
            value: Interval::exactly(Millis::ZERO),
            source: "the wait for an ENI; it has no duration of its own".to_owned(),
            grade: Grade::High,
        }),
        (PhaseKind::Eni, true) => {
            let place = reader.place_of(table, "duration");
            let help = "remove duration; the boot time of an ENI is eni.boot";
            reader.report(Code::BadValue, place, None, "an `eni` phase has no duration of its own", help);
            None
        }
        (_, false) => {
            reader.missing(table, "duration", "add duration = { min, max, source, grade }");
            None
        }
        (_, true) => number::interval(reader, table, "duration"),
    }
}

fn unique(reader: &mut DocumentReader<'_>, read: &[Read]) -> bool {
    let mut first: BTreeMap<&str, Place> = BTreeMap::new();
    let mut sound = true;
    for Read { name, .. } in read {
        if let Some(place) = first.get(name.value.as_str()) {
            sound = false;
            let message = format!("phase `{}` is already defined on line {}", name.value, place.line);
            reader.bad(name, message, "give each phase a unique name");
        } else if name.value.trim().is_empty() {
            sound = false;
            reader.bad(name, "the phase's name is empty", "give each phase a name");
        } else {
            first.insert(&name.value, name.place);
        }
    }
    sound
}

fn known(reader: &mut DocumentReader<'_>, read: &[Read]) -> bool {
    let names: Vec<&str> = read.iter().map(|read| read.name.value.as_str()).collect();
    let mut sound = true;
    for before in read.iter().flat_map(|read| &read.after) {
        if !names.contains(&before.value.as_str()) {
            sound = false;
            reader.unknown(before, "phase", names.iter().copied());
        }
    }
    sound
}

fn one_of_a_kind(reader: &mut DocumentReader<'_>, read: &[Read]) -> bool {
    let mut sound = true;
    for kind in [PhaseKind::Eni, PhaseKind::Microvm] {
        for second in read.iter().filter(|read| read.phase.kind == kind).skip(1) {
            sound = false;
            let message = format!("phase `{}` is the second phase of its kind", second.name.value);
            reader.bad(&second.name, message, "keep one: an environment has one ENI and one microVM");
        }
    }
    sound
}

fn acyclic(reader: &mut DocumentReader<'_>, read: &[Read]) -> bool {
    let mut graph: DiGraph<usize, ()> = DiGraph::new();
    let nodes: Vec<_> = (0..read.len()).map(|index| graph.add_node(index)).collect();
    for (index, node) in nodes.iter().enumerate() {
        for before in read.get(index).into_iter().flat_map(|read| &read.after) {
            let position = read.iter().position(|other| other.name.value == before.value);
            if let Some(&before) = position.and_then(|position| nodes.get(position)) {
                graph.update_edge(before, *node, ());
            }
        }
    }
    let mut sound = true;
    for group in kosaraju_scc(&graph) {
        let circular = group.len() > 1 || group.iter().any(|&node| graph.contains_edge(node, node));
        if !circular {
            continue;
        }
        sound = false;
        let mut members: Vec<&Read> = group.iter().filter_map(|&node| read.get(graph[node])).collect();
        members.sort_by_key(|member| member.name.place);
        let names: Vec<&str> = members.iter().map(|member| member.name.value.as_str()).collect();
        if let Some(first) = members.first() {
            let message = format!("the phases form a cycle: {}", listed(&names));
            reader.bad(&first.name, message, "remove the cycle in `after`");
        }
    }
    sound
}
