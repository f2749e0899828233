//! The planner against brute force, against its own linear program, and against small changes.

use eniplan::demand::Curve;
use eniplan::plan::backend::{Backend, Failure, named};
use eniplan::plan::check::{Checked, Violation, check};
use eniplan::plan::program::{Program, Solution};
use eniplan::plan::{
    Answer, Ceiling, Change, Effort, Entry, Group, Limit, Objectives, Planned, Proof, Schedule, Shortage,
    Start, Status, constant_pool, solve, solve_by_program,
};
use eniplan::quantity::{Interval, Millis, Rate};
use eniplan::random::{Purpose, Stream};
use eniplan::topology::TokenBucket;

use crate::plan_oracle;

fn microlp() -> &'static dyn Backend {
    named("microlp").unwrap()
}

fn group(need: &[(u64, u32)], span: u64, boot: u64, delete: u64) -> Group {
    Group {
        need: Curve::new(need.iter().copied()),
        span: Millis(span),
        boot: Interval::between(Millis(boot / 2), Millis(boot)),
        delete: Interval::between(Millis(delete / 2), Millis(delete)),
        ceilings: Vec::new(),
        api: None,
        start: Start::Warm,
    }
}

fn planned(group: &Group, effort: &Effort) -> Option<Planned> {
    match solve(group, microlp(), effort).unwrap() {
        Answer::Planned(planned) => {
            let Checked { peak, held_ms, creations } = check(group, &planned.schedule).unwrap();
            assert_eq!(planned.objectives, Objectives { peak, held_ms, creations });
            Some(planned)
        }
        Answer::Infeasible(_) => None,
    }
}

/// A number in `0..range`, the `index`-th of the case.
struct Draw {
    stream: Stream,
    index: u64,
}

impl Draw {
    fn new(case: u64) -> Self {
        Self { stream: Stream::new(case, Purpose::Search), index: 0 }
    }

    fn below(&mut self, range: u64) -> u64 {
        self.index += 1;
        self.stream.below(self.index, range)
    }

    fn count(&mut self, range: u64) -> u32 {
        u32::try_from(self.below(range)).unwrap()
    }
}

/// At most 8 instants, need at most 3: small enough to try every schedule.
fn tiny(case: u64) -> Group {
    let mut draw = Draw::new(case);
    let instants = 4 + draw.below(5);
    let idle = draw.below(4);
    let need: Vec<(u64, u32)> =
        (0..instants).map(|at| (at, if draw.below(4) < idle { 0 } else { draw.count(4) })).collect();
    let mut group = group(&need, instants, draw.below(4), draw.below(3));
    if draw.below(2) == 0 {
        let per_second = Rate(150_000 + 50_000 * draw.below(18));
        group.api = Some(TokenBucket { burst: 1 + draw.count(2), per_second });
    }
    if draw.below(3) == 0 {
        group.start = Start::Empty { from_ms: -i64::try_from(draw.below(5)).unwrap() };
    }
    if draw.below(3) == 0 {
        group.ceilings.push(Ceiling { limit: Limit::VpcQuota, enis: 1 + draw.count(3) });
    }
    group
}

#[test]
fn plans_equal_the_best_of_all_schedules() {
    let (mut plans, mut congested, mut impossible) = (0, 0, 0);
    for case in 0..1_500 {
        let group = tiny(case);
        let best = plan_oracle::best(&group);
        let found = planned(&group, &Effort::default());
        assert_eq!(found.as_ref().map(|plan| plan.objectives), best, "case {case}: {group:?}\n{found:?}");
        // Without the program: what is found holds, and the bound is one.
        let Some(quick) = planned(&group, &Effort { largest_program: 0, ..Effort::default() }) else {
            impossible += 1;
            continue;
        };
        plans += 1;
        let best = best.unwrap();
        assert!(
            quick.lower_bound.peak == best.peak && quick.lower_bound.held_ms <= best.held_ms,
            "case {case}"
        );
        if quick.lower_bound.held_ms == best.held_ms {
            assert!(quick.lower_bound.creations <= best.creations, "case {case}");
        }
        match quick.status {
            Status::Optimal => assert_eq!(quick.objectives, best, "case {case}"),
            Status::Feasible => congested += 1,
        }
    }
    println!("{plans} plans, {congested} of them open without the program, {impossible} impossible");
    assert!(plans > 700 && congested > 10 && impossible > 100, "{plans} {congested} {impossible}");
}

/// Forty to eighty slots of a minute, some idle, with or without a bucket that is often short.
fn small(case: u64) -> Group {
    let mut draw = Draw::new(case);
    let slots = 40 + draw.below(40);
    let most = 2 + draw.below(30);
    let need: Vec<(u64, u32)> = (0..slots)
        .map(|slot| (slot * 60_000, if draw.below(3) == 0 { 0 } else { draw.count(most) }))
        .collect();
    let (boot, delete) = (1 + draw.below(900_000) / (1 + draw.below(20)), draw.below(300_000));
    let mut group = group(&need, slots * 60_000, boot, delete);
    if case.is_multiple_of(2) {
        group.api = Some(TokenBucket { burst: 1 + draw.count(20), per_second: Rate(50 + draw.below(500)) });
    }
    group
}

#[test]
fn the_linear_program_equals_the_closed_form() {
    let (mut settled, mut closed) = (0, 0);
    for case in 0..120 {
        let group = small(case);
        let quick = planned(&group, &Effort { largest_program: 0, ..Effort::default() }).unwrap();
        let effort = Effort { largest_program: 3_000, rounds: 40, seconds: None };
        let Ok(slow) = solve_by_program(&group, microlp(), &effort) else {
            assert!(group.api.is_some(), "case {case}");
            continue;
        };
        settled += 1;
        assert!(slow.objectives >= quick.lower_bound, "case {case}: {slow:?} {quick:?}");
        assert!(slow.objectives <= quick.objectives, "case {case}");
        if quick.status == Status::Optimal {
            closed += 1;
            assert_eq!(slow.objectives, quick.objectives, "case {case}");
        }
    }
    println!("{settled} settled by the program, {closed} of them by the closed form too");
    assert!(settled >= 60 && closed >= 60, "{settled} {closed}");
}

#[test]
fn a_day_by_hand() {
    // Boot 15, deletion 10. Two ENIs on [100, 200), five on [150, 160), two again on [240, 300).
    let mut by_hand = group(&[(100, 2), (150, 5), (160, 2), (200, 0), (240, 2), (300, 0)], 400, 15, 10);
    let plan = planned(&by_hand, &Effort::default()).unwrap();
    let entry = |at_ms, create, delete| Entry { at_ms, create, delete };
    let entries = [
        entry(85, 2, 0),
        entry(135, 3, 0),
        entry(160, 0, 3),
        entry(200, 0, 2),
        entry(225, 2, 0),
        entry(300, 0, 2),
    ];
    assert_eq!(plan.schedule.entries, entries);
    // Two for 125 ms and again for 85, three for 35.
    assert_eq!(plan.objectives, Objectives { peak: 5, held_ms: 2 * 125 + 2 * 85 + 3 * 35, creations: 7 });
    assert_eq!((plan.status, plan.proof, plan.peak_ms), (Status::Optimal, Proof::ClosedForm, Some(150)));
    // A token each 10 ms and a burst of 2: of the three due at 135 one goes 10 ms earlier, all else in time.
    by_hand.api = Some(TokenBucket { burst: 2, per_second: Rate::per_second(100) });
    let plan = planned(&by_hand, &Effort::default()).unwrap();
    assert_eq!(plan.schedule.entries[1..3], [entry(125, 1, 0), entry(135, 2, 0)]);
    assert_eq!((plan.objectives.held_ms, plan.status), (525 + 10, Status::Optimal));
}

#[test]
fn where_tokens_are_scarce_an_idle_eni_is_kept() {
    // Three ENIs again 41 ms after three went; boot and deletion 20 each: the gap is 1 ms wide.
    // With a token each 100 ms, creating three again would take the third 200 ms earlier.
    let mut scarce = group(&[(0, 3), (500, 0), (541, 3), (600, 0)], 700, 20, 20);
    scarce.api = Some(TokenBucket { burst: 1, per_second: Rate::per_second(10) });
    let plan = planned(&scarce, &Effort::default()).unwrap();
    // Requests at -220, -120, -20; two are kept over the gap for 1 ms each beyond the curve, and so
    // may the third be created again at its time: the curve is 3 x (520 + 20) and 3 x (60 + 39).
    let curve = 3 * 540 + 3 * (20 + 59 + 20);
    assert_eq!(plan.objectives, Objectives { peak: 3, held_ms: curve + 300 + 2, creations: 4 });
    assert_eq!(plan.status, Status::Optimal);
}

#[test]
fn one_short_limit_is_named_with_the_smallest_fix() {
    let subnet = Limit::Addresses { subnet: "private-a".into() };
    let mut short = group(&[(0, 4), (100, 9), (200, 3)], 300, 15, 10);
    short.ceilings = vec![
        Ceiling { limit: subnet.clone(), enis: 7 },
        Ceiling { limit: Limit::VpcQuota, enis: 250 },
        Ceiling { limit: Limit::RegionQuota, enis: 9 },
    ];
    let infeasible = impossible(&short);
    let shortage = Shortage { limit: subnet.clone(), from_ms: 100, to_ms: 200, needed: 9, available: 7 };
    assert_eq!(infeasible.0, [shortage]);
    assert_eq!(infeasible.1, [vec![Change::Raise { limit: subnet, by: 2 }]]);
    short.ceilings[0].enis = 8;
    assert!(planned(&short, &Effort::default()).is_none());
    short.ceilings[0].enis = 9;
    assert!(planned(&short, &Effort::default()).is_some());
}

type Named = (Vec<Shortage>, Vec<Vec<Change>>);

fn impossible(group: &Group) -> Named {
    match solve(group, microlp(), &Effort::default()).unwrap() {
        Answer::Infeasible(infeasible) => {
            let fixes = infeasible.fixes;
            for fix in &fixes {
                assert!(planned(&fix.apply(group), &Effort::default()).is_some(), "{fix:?}");
            }
            (infeasible.shortages, fixes.into_iter().map(|fix| fix.changes).collect())
        }
        Answer::Planned(planned) => panic!("{planned:?}"),
    }
}

#[test]
fn an_empty_start_names_the_boot_or_the_bucket() {
    let mut empty = group(&[(40, 2), (60, 7), (80, 0)], 100, 50, 10);
    empty.start = Start::Empty { from_ms: 0 };
    let (shortages, fixes) = impossible(&empty);
    assert_eq!(shortages, [Shortage { limit: Limit::Boot, from_ms: 40, to_ms: 50, needed: 2, available: 0 }]);
    assert_eq!(fixes, [vec![Change::StartEarlier { by: Millis(10) }]]);
    // Ready by 60 means granted by 40: a burst of 3 and two more by then.
    let mut bucket = group(&[(50, 2), (90, 7), (120, 0)], 130, 50, 10);
    bucket.start = Start::Empty { from_ms: 0 };
    bucket.api = Some(TokenBucket { burst: 3, per_second: Rate::per_second(50) });
    let (shortages, fixes) = impossible(&bucket);
    // Seven by 40 ms; tokens 3 + 2; the seventh comes at 80.
    let shortage = Shortage { limit: Limit::ApiBucket, from_ms: 90, to_ms: 130, needed: 7, available: 5 };
    assert_eq!(shortages, [shortage]);
    let ways = [
        vec![Change::Burst { by: 2 }],
        vec![Change::Refill { by: 50_000 }],
        vec![Change::StartEarlier { by: Millis(40) }],
    ];
    assert_eq!(fixes, ways);
}

#[test]
fn every_fix_is_the_smallest() {
    let mut tried = 0;
    for case in 0..1_500 {
        let group = tiny(case);
        let answer = solve(&group, microlp(), &Effort::default());
        let Answer::Infeasible(infeasible) =
            answer.unwrap_or_else(|error| panic!("case {case}: {error} {group:?}"))
        else {
            continue;
        };
        for fix in infeasible.fixes {
            for index in 0..fix.changes.len() {
                let mut less = fix.clone();
                less.changes[index] = one_less(&less.changes[index]);
                assert_eq!(plan_oracle::best(&less.apply(&group)), None, "case {case}: {less:?} {group:?}");
                tried += 1;
            }
        }
    }
    assert!(tried > 100, "{tried}");
}

fn one_less(change: &Change) -> Change {
    match change.clone() {
        Change::Raise { limit, by } => Change::Raise { limit, by: by - 1 },
        Change::Burst { by } => Change::Burst { by: by - 1 },
        Change::Refill { by } => Change::Refill { by: by - 1 },
        Change::StartEarlier { by } => Change::StartEarlier { by: by.minus(Millis(1)) },
    }
}

#[test]
fn the_checker_rejects_changed_schedules() {
    let mut changed = 0;
    for case in 0..60 {
        let group = small(case);
        let plan = planned(&group, &Effort { largest_program: 0, ..Effort::default() }).unwrap();
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

fn with(entries: &[Entry], index: usize, change: impl Fn(&mut Entry)) -> Schedule {
    let mut entries = entries.to_vec();
    change(&mut entries[index]);
    Schedule { entries }
}

#[test]
fn the_checker_says_what_where_and_by_how_much() {
    let mut held = group(&[(0, 2), (50, 0)], 100, 10, 10);
    held.ceilings.push(Ceiling { limit: Limit::VpcQuota, enis: 2 });
    let schedule = |entries: &[(i64, u32, u32)]| {
        let entry = |&(at_ms, create, delete): &(i64, u32, u32)| Entry { at_ms, create, delete };
        Schedule { entries: entries.iter().map(entry).collect() }
    };
    let fine = check(&held, &schedule(&[(-10, 2, 0), (50, 0, 2)]));
    assert_eq!(fine, Ok(Checked { peak: 2, held_ms: 140, creations: 2 }));
    let late = check(&held, &schedule(&[(-9, 2, 0)])).unwrap_err();
    assert_eq!(late, [Violation::NotReady { at_ms: 0, ready: 0, need: 2 }]);
    let many = check(&held, &schedule(&[(-10, 3, 0)])).unwrap_err();
    assert_eq!(many, [Violation::OverLimit { limit: Limit::VpcQuota, at_ms: -10, held: 3, available: 2 }]);
    let never = check(&held, &schedule(&[(-10, 2, 0), (60, 0, 3)])).unwrap_err();
    assert_eq!(never, [Violation::NotReady { at_ms: 60, ready: -1, need: 0 }]);
    let twice = check(&held, &schedule(&[(-10, 1, 0), (-10, 1, 0)])).unwrap_err();
    assert_eq!(twice, [Violation::Unordered { at_ms: -10 }]);
    // One token at once, the next 5 ms later: the second is ready 5 ms late.
    held.api = Some(TokenBucket { burst: 1, per_second: Rate::per_second(200) });
    let queued = check(&held, &schedule(&[(-10, 2, 0)])).unwrap_err();
    assert_eq!(queued, [Violation::NotReady { at_ms: 0, ready: 1, need: 2 }]);
    assert!(check(&held, &schedule(&[(-15, 2, 0)])).is_ok());
    held.start = Start::Empty { from_ms: 0 };
    let early = check(&held, &schedule(&[(-15, 2, 0)])).unwrap_err();
    assert_eq!(early, [Violation::TooEarly { at_ms: -15, from_ms: 0 }]);
    let far = check(&held, &schedule(&[(i64::MAX, 2, 0)])).unwrap_err();
    assert_eq!(far, [Violation::OutOfRange { at_ms: i64::MAX }]);
}

#[test]
fn more_room_or_time_is_never_worse() {
    for case in 0..400 {
        let group = tiny(case);
        let before = planned(&group, &Effort::default()).map(|plan| plan.objectives);
        let Some(before) = before else { continue };
        let mut easier = vec![group.clone(); 4];
        easier[0].ceilings.iter_mut().for_each(|ceiling| ceiling.enis += 1);
        easier[1].api = easier[1].api.map(|api| TokenBucket { burst: api.burst + 1, ..api });
        easier[2].start = Start::Warm;
        easier[3].boot = Interval::exactly(group.boot.max.minus(Millis(1)));
        for (index, group) in easier.iter().enumerate() {
            let after = planned(group, &Effort::default()).unwrap().objectives;
            assert!(after <= before, "case {case}, {index}: {after:?} > {before:?}");
        }
    }
}

#[test]
fn the_constant_pool_is_the_peak_and_one_fewer_fails() {
    let mut steady = group(&[(0, 4), (100, 9), (200, 3)], 300, 15, 10);
    let pool = constant_pool(&steady).unwrap();
    assert_eq!((pool.enis, pool.peak_ms), (9, Some(100)));
    assert_eq!(pool.checked, Ok(Checked { peak: 9, held_ms: 9 * 315, creations: 9 }));
    let fewer = Schedule { entries: vec![Entry { at_ms: -15, create: 8, delete: 0 }] };
    assert_eq!(check(&steady, &fewer), Err(vec![Violation::NotReady { at_ms: 100, ready: 8, need: 9 }]));
    steady.ceilings.push(Ceiling { limit: Limit::VpcQuota, enis: 8 });
    assert!(constant_pool(&steady).unwrap().checked.is_err());
    for case in 0..400 {
        let group = tiny(case);
        let holds = constant_pool(&group).unwrap().checked.is_ok();
        assert_eq!(holds, planned(&group, &Effort::default()).is_some(), "case {case}");
    }
}

/// A backend that gives the same answer whatever it is asked.
struct Liar(fn(&Program) -> Result<Solution, Failure>);

impl Backend for Liar {
    fn name(&self) -> &'static str {
        "liar"
    }

    fn solve(&self, program: &Program, _: Option<f64>) -> Result<Solution, Failure> {
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
    let fails = Liar(|_| Err(Failure::Infeasible));
    for liar in [zeros, halves, empty, fails] {
        let Answer::Planned(plan) = solve(&scarce, &liar, &Effort::default()).unwrap() else { panic!() };
        assert!(check(&scarce, &plan.schedule).is_ok());
        if plan.status == Status::Feasible {
            assert!(plan.note.is_some() && plan.lower_bound < plan.objectives && plan.gap() > 0.0);
        }
    }
}

#[test]
fn degenerate_and_hostile_groups_end_in_an_answer() {
    let nothing = group(&[], 0, 15, 10);
    assert_eq!(planned(&nothing, &Effort::default()).unwrap().objectives, Objectives::default());
    // What never ends is never deleted.
    let constant = planned(&group(&[(0, 3)], 100, 0, 0), &Effort::default()).unwrap();
    assert_eq!(constant.objectives, Objectives { peak: 3, held_ms: 300, creations: 3 });
    let far = group(&[(u64::MAX, 3)], 100, 15, 10);
    assert!(solve(&far, microlp(), &Effort::default()).is_err());
    let long = group(&[(0, 3)], 100, u64::MAX, u64::MAX);
    assert!(solve(&long, microlp(), &Effort::default()).is_err());
    let mut many = group(&[(0, u32::MAX), (100, 0), (5_000, u32::MAX), (6_000, 0)], 100, 15, 10);
    let plan = planned(&many, &Effort::default()).unwrap();
    assert_eq!((plan.objectives.peak, plan.objectives.creations), (u32::MAX, 2 * u64::from(u32::MAX)));
    many.api = Some(TokenBucket { burst: 100, per_second: Rate::per_second(5) });
    assert!(solve(&many, microlp(), &Effort::default()).is_err());
    for bucket in [(0, 0), (0, 5), (5, 0)] {
        many.api = Some(TokenBucket { burst: bucket.0, per_second: Rate(bucket.1) });
        assert!(planned(&many, &Effort::default()).is_none(), "{bucket:?}");
    }
    let mut once = group(&[(0, 4), (100, 1), (200, 4), (300, 0)], 400, 15, 10);
    once.api = Some(TokenBucket { burst: 4, per_second: Rate(0) });
    let plan = planned(&once, &Effort::default()).unwrap();
    // Four tokens for ever: all are kept from the first request to the last need.
    let objectives = Objectives { peak: 4, held_ms: 4 * 325, creations: 4 };
    assert_eq!((plan.objectives, plan.status), (objectives, Status::Optimal));
}

/// Run with `cargo test --release --test it plan::measured -- --ignored --nocapture`.
#[test]
#[ignore = "a measurement"]
fn measured() {
    for (slots, most, burst) in [
        (1_440, 301, None),
        (8_640, 301, None),
        (1_440, 301, Some(100)),
        (8_640, 301, Some(100)),
        (100_000, 3_001, Some(100)),
    ] {
        let mut draw = Draw::new(slots);
        let need: Vec<(u64, u32)> = (0..slots).map(|slot| (slot * 60_000, draw.count(most))).collect();
        let mut group = group(&need, slots * 60_000, 15_000, 35_000);
        group.api = burst.map(|burst| TokenBucket { burst, per_second: Rate::per_second(5) });
        let start = std::time::Instant::now();
        let quick = planned(&group, &Effort { largest_program: 0, ..Effort::default() }).unwrap();
        let closed = start.elapsed();
        let start = std::time::Instant::now();
        let effort = Effort { largest_program: if slots > 10_000 { 0 } else { 40_000 }, ..Effort::default() };
        let slow = solve_by_program(&group, microlp(), &effort);
        let equal = slow.as_ref().map(|slow| slow.objectives == quick.objectives);
        println!(
            "{slots} slots, burst {burst:?}: closed form and check {closed:?} ({:?}, gap {}), program {:?} equal {equal:?}",
            quick.status,
            quick.gap(),
            start.elapsed()
        );
    }
}
