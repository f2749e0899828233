//! The cold path of small models, worked by hand.

use super::*;
use crate::platform::{Cited, Grade, load};
use crate::quantity::{Interval, Millis};

fn phase(name: &str, kind: PhaseKind, vpc: bool, after: &[&str], range: (u64, u64)) -> Phase {
    let duration = Interval::between(Millis(range.0), Millis(range.1));
    Phase {
        name: name.into(),
        kind,
        vpc,
        after: after.iter().map(|&name| name.into()).collect(),
        duration: Cited { value: duration, source: "test".into(), grade: Grade::High },
    }
}

fn cold(phases: Vec<Phase>) -> Result<ColdPath, Diagnostics> {
    let text = crate::platform::named("lambda-2018").map_or("", |model| model.text);
    ColdPath::new(&Platform { phases, ..load("m", text)? })
}

/// download 3..5 -> vm 1..2 -> runtime 4..6, and beside it vm -> eni (vpc) -> attach 1..1 (vpc) -> runtime;
/// layers 9..20 stands alone. The file's order is not the order in time.
fn branches() -> Vec<Phase> {
    vec![
        phase("runtime", PhaseKind::Plain, false, &["vm", "attach"], (4, 6)),
        phase("layers", PhaseKind::Plain, false, &[], (9, 20)),
        phase("attach", PhaseKind::Plain, true, &["eni"], (1, 1)),
        phase("eni", PhaseKind::Eni, true, &["vm"], (0, 0)),
        phase("vm", PhaseKind::Microvm, false, &["download"], (1, 2)),
        phase("download", PhaseKind::Plain, false, &[], (3, 5)),
    ]
}

#[test]
fn parallel_branches_take_as_long_as_the_longest() {
    let cold = cold(branches()).unwrap();
    // 5 + 2 + 0 + 1 + 6 = 14 loses against the layers' 20 until the ENI keeps it waiting for 6 or more.
    for (eni, microvm, longest) in [(0, 0, 20), (6, 0, 20), (7, 0, 21), (100, 0, 114), (0, 10, 24)] {
        assert_eq!(cold.vpc.longest(Millis(eni), Millis(microvm)), Millis(longest), "{eni} {microvm}");
    }
    assert_eq!(cold.vpc.shortest(), Millis(9));
    // 5 + 2 + 5 + 1 + 4 = 17 hides behind the layers' 20, and 21 does not.
    for (eni, after) in [(0, 20), (5, 20), (9, 21)] {
        assert_eq!(cold.vpc.shortest_after(Millis(eni)), Millis(after), "{eni}");
    }
    assert_eq!(cold.vpc.latest_acquire(Millis(4)), Millis(5 + 4 + 2));
}

#[test]
fn without_a_vpc_what_followed_a_skipped_phase_follows_its_predecessors() {
    let cold = cold(branches()).unwrap();
    assert!(cold.vpc.needs_eni() && !cold.plain.needs_eni());
    let plain = cold.path_for(false);
    let step = |name: &str| plain.steps.iter().position(|step| step.name == name).unwrap();
    assert_eq!(plain.steps.len(), 4);
    assert_eq!(plain.steps[step("runtime")].after, [step("vm")]);
    assert_eq!(plain.longest(Millis(100), Millis::ZERO), Millis(20));
    assert_eq!(plain.longest(Millis(100), Millis(10)), Millis(5 + 10 + 2 + 6));
    // A skipped phase between two others still orders them.
    let only = self::cold(vec![
        phase("a", PhaseKind::Plain, false, &[], (7, 7)),
        phase("eni", PhaseKind::Eni, true, &["a"], (0, 0)),
        phase("b", PhaseKind::Plain, false, &["eni"], (5, 5)),
    ])
    .unwrap();
    assert_eq!(only.plain.longest(Millis::ZERO, Millis::ZERO), Millis(12));
}

#[test]
fn the_explanation_leads_from_the_arrival_to_the_end_without_a_gap() {
    let cold = cold(branches()).unwrap();
    for (eni, expected) in [(0, vec!["layers"]), (40, vec!["download", "vm", "eni", "attach", "runtime"])] {
        let stretches = cold.vpc.step_timings(|step| step.duration.max, Millis(eni), Millis(3));
        let path = cold.vpc.explain(&stretches, &EniWait::default());
        let names: Vec<_> = path.iter().map(|phase| phase.phase.as_str()).collect();
        assert_eq!(names, expected);
        let mut at = 0;
        for phase in &path {
            assert_eq!(phase.start_ms, at);
            at += phase.wait_ms + phase.duration_ms;
        }
        assert_eq!(Millis(at), cold.vpc.longest(Millis(eni), Millis(3)));
    }
    let stretches = cold.vpc.step_timings(|step| step.duration.max, Millis(40), Millis(3));
    let waits: Vec<_> =
        cold.vpc.explain(&stretches, &EniWait::default()).iter().map(|phase| phase.wait_ms).collect();
    assert_eq!(waits, [0, 3, 40, 0, 0]);
}

#[test]
fn no_phases_make_cold_starts_of_nothing() {
    let cold = cold(Vec::new()).unwrap();
    assert_eq!(cold.vpc.longest(Millis(9), Millis(9)), Millis::ZERO);
    assert!(cold.vpc.explain(&[], &EniWait::default()).is_empty());
    assert!(self::cold(branches()).unwrap().vpc.explain(&[], &EniWait::default()).is_empty());
}

#[test]
fn cycles_unknown_names_and_second_enis_are_told() {
    let plain = |name: &str, after: &[&str]| phase(name, PhaseKind::Plain, false, after, (1, 1));
    let codes = |phases| -> Vec<Code> {
        cold(phases).unwrap_err().sorted().iter().map(|problem| problem.code).collect()
    };
    assert_eq!(codes(vec![plain("a", &["b"]), plain("b", &["a"])]), [Code::BadValue]);
    assert_eq!(codes(vec![plain("a", &["a"])]), [Code::BadValue]);
    assert_eq!(codes(vec![plain("a", &["c"]), plain("b", &["d"])]), [Code::UnknownName; 2]);
    let eni = |name: &str| phase(name, PhaseKind::Eni, true, &[], (0, 0));
    assert_eq!(codes(vec![eni("a"), eni("b"), plain("c", &["c", "d"])]).len(), 3);
}
