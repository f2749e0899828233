//! The phases of a cold start as a drawing: those of a model, or one cold start as it went.

use super::{Direction, Drawing, DrawingNode, NodeKind};
use crate::cold_path::{Path, PathPhase, PathStep};
use crate::platform::{PhaseKind, Platform};
use crate::quantity::Millis;
use crate::report::Subject;
use crate::report::answers::{ColdStartLimits, binding, in_words};
use crate::report::format::name;
use crate::worst_case::WorstCase;

/// The cold path of `platform` for functions in a VPC; `path` is laid out from it.
///
/// The longest path is that of an environment whose ENI must boot, each phase at its longest.
pub fn cold_path(platform: &Platform, path: &Path) -> Drawing {
    let boot = &platform.eni.boot.value;
    let longest = path.longest_path(boot.max, Millis::ZERO);
    let quick = path.shortest();
    let (ready, booted) = (path.longest(Millis::ZERO, Millis::ZERO), path.longest(boot.max, Millis::ZERO));
    let mut captions = vec![format!(
        "In a VPC, an environment starts in {quick} to {ready} with a ready ENI, and in up to {booted} if its ENI \
         must boot ({boot})."
    )];
    let scarce = platform.environment.microvm.is_some() || platform.eni.api.is_some();
    if scarce {
        captions.push("Waits for hosts and API tokens are added where these limits bind.".to_owned());
    }
    let mut drawing = empty(format!("The cold path of {}", platform.name), captions);
    let cited = |step: &PathStep| platform.phases.iter().find(|phase| phase.name == step.name);
    let node = |step: &PathStep| {
        let mut node = DrawingNode::new(NodeKind::Phase, 0, step.name.as_str());
        node.aside =
            said_of(step, &format!("waits for an ENI: 0ms if one is ready, otherwise its boot, {boot}"));
        if let Some(phase) = cited(step) {
            if phase.vpc {
                node.lines.push("only for functions in a VPC".to_owned());
            }
            let duration = &phase.duration;
            node.hint = format!("{} (grade {})", duration.source, duration.grade.letter());
        }
        node
    };
    fill(&mut drawing, path, &longest, node);
    drawing
}

/// The cold start of the worst case that a replay shows, on `path`, the one of its function.
pub fn worst_case(subject: &Subject, worst: &WorstCase, limits: &ColdStartLimits, path: &Path) -> Drawing {
    let shown = &worst.cold_start;
    let length = Millis(shown.witness_ms);
    let function =
        shown.function.as_deref().map_or_else(String::new, |function| format!(" of {}", name(function)));
    let at = shown.at_ms.map_or_else(String::new, |at| format!(", {}", subject.clock.phrase(at)));
    let proved = match shown.bound_ms {
        Some(bound) if shown.exact => format!("No cold start takes longer than {} (proved).", Millis(bound)),
        Some(bound) => {
            format!(
                "No cold start takes longer than {} (proved); this one is shown by replay.",
                Millis(bound)
            )
        }
        None => "No upper bound on cold starts is proved.".to_owned(),
    };
    let said = binding("that cold start", shown.witness_ms, &shown.path, limits);
    let mut drawing = empty(
        format!("Worst-case cold start{function} under {}: {length}{at}", subject.setting()),
        [Some(proved), said].into_iter().flatten().collect(),
    );
    let node = |step: &PathStep| {
        let mut node = DrawingNode::new(NodeKind::Phase, 0, step.name.as_str());
        match shown.path.iter().find(|phase| phase.phase == step.name) {
            Some(phase) => {
                node.aside =
                    format!("starts at {}, takes {}", Millis(phase.start_ms), Millis(phase.duration_ms));
                if let Some(parts) = in_words(&phase.waits) {
                    node.lines.push(format!("waits {} for {parts}", Millis(phase.wait_ms)));
                }
                let own = phase.wait_ms.saturating_add(phase.duration_ms);
                node.share = Some(own as f64 / shown.witness_ms.max(1) as f64);
            }
            None => node.aside = format!("{}, in parallel", said_of(step, "waits for an ENI")),
        }
        node
    };
    fill(&mut drawing, path, &shown.path, node);
    drawing
}

fn empty(title: String, captions: Vec<String>) -> Drawing {
    Drawing {
        title,
        captions,
        direction: Direction::Down,
        nodes: Vec::new(),
        edges: Vec::new(),
        frames: Vec::new(),
    }
}

/// What a step takes, for people; `eni` is said of one that waits for an ENI.
fn said_of(step: &PathStep, eni: &str) -> String {
    match step.kind {
        PhaseKind::Eni => eni.to_owned(),
        PhaseKind::Microvm => format!("{}, after a wait for a host if they are scarce", step.duration),
        PhaseKind::Plain => step.duration.to_string(),
    }
}

/// Boxes for the arrival, the steps and the handler's start, and the arrows between them.
fn fill(drawing: &mut Drawing, path: &Path, longest: &[PathPhase], node: impl Fn(&PathStep) -> DrawingNode) {
    let on = |step: &PathStep| longest.iter().any(|phase| phase.phase == step.name);
    let mut ranks: Vec<usize> = Vec::with_capacity(path.steps.len());
    drawing.push(DrawingNode::new(NodeKind::End, 0, "arrival"));
    for step in &path.steps {
        let rank = step.after.iter().filter_map(|&before| ranks.get(before)).max().map_or(1, |rank| rank + 1);
        ranks.push(rank);
        let mut node = node(step);
        node.rank = rank;
        node.kind = if on(step) { NodeKind::Longest } else { NodeKind::Phase };
        drawing.push(node);
    }
    let last = ranks.iter().max().map_or(1, |rank| rank + 1);
    let end = drawing.push(DrawingNode::new(NodeKind::End, last, "the handler starts"));
    let mut led: Vec<bool> = vec![false; path.steps.len()];
    // The longest path: each of its steps and the one before it.
    let follows = |before: Option<&str>, step: Option<&str>| {
        let names: Vec<&str> = longest.iter().map(|phase| phase.phase.as_str()).collect();
        match (before, step) {
            (None, Some(step)) => names.first() == Some(&step),
            (Some(before), None) => names.last() == Some(&before),
            (Some(before), Some(step)) => names.windows(2).any(|pair| *pair == [before, step]),
            (None, None) => false,
        }
    };
    let name = |index: usize| path.steps.get(index).map(|step| step.name.as_str());
    let mut arrows = Vec::new();
    for (index, step) in path.steps.iter().enumerate() {
        if step.after.is_empty() {
            arrows.push((0, index + 1, follows(None, name(index))));
        }
        for &before in &step.after {
            led[before] = true;
            arrows.push((before + 1, index + 1, follows(name(before), name(index))));
        }
    }
    let last_ones = led.iter().enumerate().filter(|(_, led)| !**led);
    arrows.extend(last_ones.map(|(index, _)| (index + 1, end, follows(name(index), None))));
    if path.steps.is_empty() {
        arrows.push((0, end, true));
    }
    for (from, to, strong) in arrows {
        drawing.link(from, to, "then");
        if let Some(edge) = drawing.edges.last_mut() {
            edge.strong = strong;
        }
    }
}
