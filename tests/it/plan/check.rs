//! The planner's checker on changed schedules, and the planner on backends and groups that mean harm.

#![allow(clippy::unwrap_used)]

use eniplan::plan::backend::{Backend, BackendFailure};
use eniplan::plan::check::check;
use eniplan::plan::network::EniNetwork;
use eniplan::plan::program::{Program, Solution};
use eniplan::plan::{
    Ceiling, EniLimit, GroupAnswer, Objectives, PlanStart, ProgramEffort, Proof, Schedule, ScheduleEntry,
    Status, Violation, solve,
};
use eniplan::quantity::Rate;
use eniplan::topology::TokenBucket;

use crate::plan::{group, microlp, planned, small};

#[test]
fn the_checker_rejects_changed_schedules() {
    let mut changed = 0;
    for case in 0..60 {
        let group = small(case);
        let plan =
            planned(&group, &ProgramEffort { largest_program: 0, ..ProgramEffort::default() }).unwrap();
        if plan.proof != Proof::ClosedForm || plan.status != Status::Optimal {
            continue;
        }
        for index in 0..plan.schedule.entries.len() {
            let entries = &plan.schedule.entries;
            let mut mutants = Vec::new();
            if entries[index].create > 0 {
                mutants.push(with(entries, index, |entry| entry.create -= 1));
                // Alone at its instant, so that later means all of it; else the deletion moves too.
                if entries[index].delete == 0 {
                    mutants.push(with(entries, index, |entry| entry.at_ms += 1));
                }
            }
            if entries[index].delete > 0 {
                mutants.push(with(entries, index, |entry| entry.delete += 1));
                if entries[index].create == 0 {
                    mutants.push(with(entries, index, |entry| entry.at_ms -= 1));
                }
            }
            for mutant in mutants {
                changed += 1;
                let violations = check(&group, &mutant).unwrap_err();
                let told = |violation: &Violation| {
                    matches!(violation, Violation::NotReady { .. } | Violation::Unordered { .. })
                };
                assert!(violations.iter().all(told), "case {case}, entry {index}: {violations:?}");
            }
        }
    }
    assert!(changed > 1_000, "{changed}");
}

fn with(entries: &[ScheduleEntry], index: usize, change: impl Fn(&mut ScheduleEntry)) -> Schedule {
    let mut entries = entries.to_vec();
    change(&mut entries[index]);
    Schedule { entries }
}

fn not_ready(at_ms: i64, ready: i64, need: u32) -> Violation {
    Violation::NotReady { pool: 0, without_zone: None, at_ms, ready, need }
}

#[test]
fn the_checker_says_what_where_and_by_how_much() {
    let mut held = group(&[(0, 2), (50, 0)], 100, 10, 10);
    held.ceilings.push(Ceiling { limit: EniLimit::VpcQuota, enis: 2 });
    let schedule = |entries: &[(i64, u32, u32)]| {
        let entry = |&(at_ms, create, delete): &(i64, u32, u32)| ScheduleEntry { at_ms, create, delete };
        Schedule { entries: entries.iter().map(entry).collect() }
    };
    let fine = check(&held, &schedule(&[(-10, 2, 0), (50, 0, 2)]));
    assert_eq!(fine, Ok(Objectives { peak: 2, held_ms: 140, creations: 2 }));
    let late = check(&held, &schedule(&[(-9, 2, 0)])).unwrap_err();
    assert_eq!(late, [not_ready(0, 0, 2)]);
    let many = check(&held, &schedule(&[(-10, 3, 0)])).unwrap_err();
    assert_eq!(many, [Violation::OverLimit { limit: EniLimit::VpcQuota, at_ms: -10, held: 3, available: 2 }]);
    let never = check(&held, &schedule(&[(-10, 2, 0), (60, 0, 3)])).unwrap_err();
    assert_eq!(never, [not_ready(60, -1, 0)]);
    let twice = check(&held, &schedule(&[(-10, 1, 0), (-10, 1, 0)])).unwrap_err();
    assert_eq!(twice, [Violation::Unordered { at_ms: -10 }]);
    // One token at once, the next 5 ms later: the second is ready 5 ms late.
    held.api = Some(TokenBucket { burst: 1, per_second: Rate::per_second(200) });
    let queued = check(&held, &schedule(&[(-10, 2, 0)])).unwrap_err();
    assert_eq!(queued, [not_ready(0, 1, 2)]);
    assert!(check(&held, &schedule(&[(-15, 2, 0)])).is_ok());
    held.start = PlanStart::Empty { from_ms: 0 };
    let early = check(&held, &schedule(&[(-15, 2, 0)])).unwrap_err();
    assert_eq!(early, [Violation::TooEarly { at_ms: -15, from_ms: 0 }]);
    let far = check(&held, &schedule(&[(i64::MAX, 2, 0)])).unwrap_err();
    assert_eq!(far, [Violation::OutOfRange { at_ms: i64::MAX }]);
}

/// A backend that gives the same answer whatever it is asked.
struct Liar(fn(&Program) -> Result<Solution, BackendFailure>);

impl Backend for Liar {
    fn name(&self) -> &'static str {
        "liar"
    }

    fn solve(&self, program: &Program, _: Option<f64>) -> Result<Solution, BackendFailure> {
        (self.0)(program)
    }
}

#[test]
fn a_backend_that_lies_or_fails_costs_the_proof_and_nothing_else() {
    let mut scarce = group(&[(0, 3), (500, 0), (541, 3), (600, 0)], 700, 20, 20);
    scarce.api = Some(TokenBucket { burst: 1, per_second: Rate::per_second(10) });
    let zeros = Liar(|program| Ok(Solution::new(program.columns().map(|_| 0.0).collect(), true)));
    let halves = Liar(|program| Ok(Solution::new(program.columns().map(|_| 0.5).collect(), true)));
    let empty = Liar(|_| Ok(Solution::new(Vec::new(), true)));
    let fails = Liar(|_| Err(BackendFailure::Infeasible));
    for liar in [zeros, halves, empty, fails] {
        let GroupAnswer::Planned(plan) = solve(&scarce, &liar, &ProgramEffort::default()).unwrap() else {
            panic!()
        };
        assert!(check(&scarce, &plan.schedule).is_ok());
        if plan.status == Status::Feasible {
            assert!(plan.note.is_some() && plan.lower_bound < plan.objectives);
        }
    }
}

#[test]
fn degenerate_and_hostile_groups_end_in_an_answer() {
    let nothing = group(&[], 0, 15, 10);
    assert_eq!(planned(&nothing, &ProgramEffort::default()).unwrap().objectives, Objectives::default());
    // What never ends is never deleted.
    let constant = planned(&group(&[(0, 3)], 100, 0, 0), &ProgramEffort::default()).unwrap();
    assert_eq!(constant.objectives, Objectives { peak: 3, held_ms: 300, creations: 3 });
    let far = group(&[(u64::MAX, 3)], 100, 15, 10);
    assert!(solve(&far, microlp(), &ProgramEffort::default()).is_err());
    let long = group(&[(0, 3)], 100, u64::MAX, u64::MAX);
    assert!(solve(&long, microlp(), &ProgramEffort::default()).is_err());
    let mut many = group(&[(0, u32::MAX), (100, 0), (5_000, u32::MAX), (6_000, 0)], 100, 15, 10);
    let plan = planned(&many, &ProgramEffort::default()).unwrap();
    assert_eq!((plan.objectives.peak, plan.objectives.creations), (u32::MAX, 2 * u64::from(u32::MAX)));
    many.api = Some(TokenBucket { burst: 100, per_second: Rate::per_second(5) });
    assert!(solve(&many, microlp(), &ProgramEffort::default()).is_err());
    // What is public and takes a group as it comes must not overflow either.
    for mut odd in [far.clone(), long.clone(), many.clone()] {
        for from_ms in [i64::MIN, -1, i64::MAX] {
            odd.start = PlanStart::Empty { from_ms };
            let _ = solve(&odd, microlp(), &ProgramEffort::default());
            let entries = vec![ScheduleEntry { at_ms: -1, create: u32::MAX, delete: u32::MAX }];
            assert!(check(&odd, &Schedule { entries }).is_err());
        }
    }
    for bucket in [(0, 0), (0, 5), (5, 0)] {
        many.api = Some(TokenBucket { burst: bucket.0, per_second: Rate(bucket.1) });
        assert!(planned(&many, &ProgramEffort::default()).is_none(), "{bucket:?}");
    }
    let mut once = group(&[(0, 4), (100, 1), (200, 4), (300, 0)], 400, 15, 10);
    once.api = Some(TokenBucket { burst: 4, per_second: Rate(0) });
    let plan = planned(&once, &ProgramEffort::default()).unwrap();
    // Four tokens for ever: all are kept from the first request to the last need.
    let objectives = Objectives { peak: 4, held_ms: 4 * 325, creations: 4 };
    assert_eq!((plan.objectives, plan.status), (objectives, Status::Optimal));
}

#[test]
fn the_page_names_what_the_program_names() {
    let page = include_str!("../../../docs/plan.md");
    let mut crowded = small(0);
    crowded.api = Some(TokenBucket { burst: 1, per_second: Rate(100) });
    let network = EniNetwork::build(&crowded, 1_000_000).unwrap();
    let mut flow = network.flow();
    assert!(flow.broken(&Schedule { entries: vec![ScheduleEntry { at_ms: 0, create: 1_000, delete: 0 }] }));
    let columns = flow.program().columns().map(|(_, column)| column.name.kind);
    let kinds: std::collections::BTreeSet<_> =
        columns.chain(flow.program().rows().iter().map(|row| row.name.kind)).collect();
    assert_eq!(kinds.len(), 6, "{kinds:?}");
    for kind in kinds {
        assert!(page.contains(&format!("`{kind}[")), "{kind}");
    }
}
