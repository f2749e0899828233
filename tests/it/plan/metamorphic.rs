//! Metamorphic: how a plan must change, or not, when what it is made for changes.

#![allow(clippy::unwrap_used)]

use std::ops::Range;

use eniplan::comparison::Case;
use eniplan::import::{Companions, InputFile, Options, import};
use eniplan::plan::Plan;
use eniplan::policy::StartMode;
use eniplan::quantity::{Interval, Millis, Rate};
use eniplan::random::{Purpose, Stream};
use eniplan::topology::{EniClass, SubnetRoom, TokenBucket};
use eniplan::trace::{Entry, Shape, Trace};

use crate::plan::microlp;
use crate::support::{Bench, Dice, log};

/// Two functions in one, two or three subnets in as many zones, whose limits bind now and then.
fn world(seed: u64) -> (Bench, Trace) {
    let mut dice = Dice::new(seed);
    let mut below = |range: u64| dice.below(range);
    let mut small = |range: u64| u32::try_from(below(range)).unwrap();
    let mut bench = Bench::new(2, 20 + u64::from(small(60)));
    bench.topology.boot = Interval::between(Millis(20), Millis(20 + u64::from(small(60))));
    bench.topology.delete = Interval::between(Millis(10), Millis(10 + u64::from(small(40))));
    bench.policy.start = if small(3) == 0 { StartMode::Empty } else { StartMode::Warm };
    let limits = &mut bench.topology.limits;
    limits.subnets[0].addresses = 3 + small(9);
    for name in ["y", "x"].into_iter().take(small(3) as usize) {
        limits.subnets.push(SubnetRoom {
            name: name.into(),
            zone: name.into(),
            vpc: 0,
            addresses: 3 + small(9),
        });
        let subnet = limits.subnets.len() - 1;
        bench.topology.classes.push(EniClass { subnet, security_groups: vec!["default".into()] });
    }
    let all: Vec<usize> = (0..limits.subnets.len()).collect();
    limits.survive_zone = all.len() > 1 && small(2) == 0;
    (limits.vpc_quota, limits.region_quota) = (Some(8 + small(12)), Some(8 + small(12)));
    if small(2) == 0 {
        limits.api = Some(TokenBucket {
            burst: 1 + small(4),
            per_second: Rate(20_000 + 10_000 * u64::from(small(8))),
        });
    }
    bench.topology.functions[0].classes.clone_from(&all);
    bench.topology.functions[1].classes = all;
    let mut at = 70_000;
    let entries: Vec<(u64, u32, u32, u64)> = (0..4 + small(6))
        .map(|_| {
            at += u64::from(small(150));
            (at, small(2), 1 + small(3), 5 + u64::from(small(80)))
        })
        .collect();
    (bench, log(2, &entries))
}

fn plan(bench: &Bench, trace: &Trace, target: u64) -> Plan {
    let case = Case::new(&bench.topology, &bench.cold_path, &bench.policy, trace, microlp());
    case.plan_for(Millis(target)).unwrap()
}

/// Peak, held time in ms and creations, in the order in which plans make them small; none: no plan.
type Cost = Option<(u64, u64, u64)>;

fn whole_ms(hours: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let ms = (hours * 3_600_000.0).round() as u64;
    ms
}

fn cost(plan: &Plan) -> Cost {
    plan.amount.map(|amount| (amount.peak_enis, whole_ms(amount.eni_hours), amount.creations))
}

/// Whether the first is at most the second, no plan being dearer than any.
fn at_most(first: Cost, second: Cost) -> bool {
    second.is_none() || first.is_some_and(|first| Some(first) <= second)
}

#[test]
fn more_room_or_a_looser_target_never_costs_more() {
    loosen(0..5);
}

mod long {
    #[test]
    #[ignore = "long proof: see CONTRIBUTING.md"]
    fn more_room_or_a_looser_target_never_costs_more() {
        super::loosen(0..14);
    }

    #[test]
    #[ignore = "long proof: see CONTRIBUTING.md"]
    fn more_trace_never_costs_less() {
        super::add_trace(0..24);
    }
}

fn loosen(seeds: Range<u64>) {
    let all = seeds.end - seeds.start;
    let (mut planned, mut cheaper) = (0, 0);
    for seed in seeds {
        let (bench, trace) = world(seed);
        let tight = cost(&plan(&bench, &trace, 0));
        planned += u64::from(tight.is_some());
        let mut tell = |what: &str, looser: Cost| {
            assert!(at_most(looser, tight), "seed {seed}, {what}: {looser:?} instead of {tight:?}");
            cheaper += u64::from(looser != tight);
        };
        let with = |change: &dyn Fn(&mut Bench)| {
            let mut other = Bench {
                topology: bench.topology.clone(),
                cold_path: bench.cold_path.clone(),
                policy: bench.policy.clone(),
                initial: Vec::new(),
            };
            change(&mut other);
            cost(&plan(&other, &trace, 0))
        };
        for subnet in 0..bench.topology.limits.subnets.len() {
            tell("an address", with(&|bench| bench.topology.limits.subnets[subnet].addresses += 1));
        }
        tell(
            "VPC quota",
            with(&|bench| bench.topology.limits.vpc_quota = bench.topology.limits.vpc_quota.map(|n| n + 1)),
        );
        tell(
            "Region quota",
            with(&|bench| {
                bench.topology.limits.region_quota = bench.topology.limits.region_quota.map(|n| n + 1);
            }),
        );
        if bench.topology.limits.api.is_some() {
            tell("burst", with(&|bench| bench.topology.limits.api.iter_mut().for_each(|api| api.burst += 1)));
            tell(
                "refill",
                with(&|bench| bench.topology.limits.api.iter_mut().for_each(|api| api.per_second.0 += 5_000)),
            );
        }
        for target in [1, 40, 120] {
            tell("promise", cost(&plan(&bench, &trace, target)));
        }
    }
    assert!(planned > all / 3 && cheaper > all / 10, "{planned} plans, {cheaper} cheaper");
}

#[test]
fn more_trace_never_costs_less() {
    add_trace(0..8);
}

fn add_trace(seeds: Range<u64>) {
    let all = seeds.end - seeds.start;
    let mut dearer = 0;
    for seed in seeds {
        let (bench, trace) = world(seed);
        let before = plan(&bench, &trace, 0);
        let draw = Stream::new(seed, Purpose::Boots);
        let extra = Entry {
            at: 70_000 + draw.below(0, 900),
            duration: 5 + draw.below(1, 80),
            function: u32::try_from(draw.below(2, 2)).unwrap(),
            count: 1,
        };
        let mut more: Vec<Entry> = trace.arrivals().collect();
        more.push(extra);
        more.sort_by_key(|entry| entry.at);
        // As long as before: the account ends with the trace.
        let span =
            Millis(more.iter().map(|entry| entry.at + entry.duration).max().unwrap().max(trace.span.0));
        let fewer = Trace { span, ..trace.clone() };
        let more = Trace { span, shape: Shape::Log(more.into_iter().collect()), ..trace.clone() };
        let (fewer, more) = (plan(&bench, &fewer, 0), plan(&bench, &more, 0));
        assert_eq!(before.amount.is_some(), fewer.amount.is_some(), "seed {seed}");
        assert!(
            at_most(cost(&fewer), cost(&more)),
            "seed {seed}: {:?} and {:?} with {extra:?}",
            cost(&fewer),
            cost(&more)
        );
        assert!(fewer.lower_bound.peak_enis <= more.lower_bound.peak_enis, "seed {seed}");
        dearer += u64::from(cost(&fewer) != cost(&more));
    }
    assert!(dearer > all / 4, "{dearer}");
}

#[test]
fn shifting_time_changes_nothing() {
    for seed in 0..16 {
        let (mut bench, trace) = world(seed);
        // An empty start has that much longer to prepare.
        bench.policy.start = StartMode::Warm;
        let by = 12_345;
        let later = trace.arrivals().map(|entry| Entry { at: entry.at + by, ..entry }).collect();
        let later = Trace { span: Millis(trace.span.0 + by), shape: Shape::Log(later), ..trace.clone() };
        let (now, then) = (plan(&bench, &trace, 30), plan(&bench, &later, 30));
        assert_eq!(cost(&now), cost(&then), "seed {seed}");
        assert_eq!(whole_ms(now.lower_bound.eni_hours), whole_ms(then.lower_bound.eni_hours), "seed {seed}");
        let shifted = i64::try_from(by).unwrap();
        let moved: Vec<_> =
            now.schedule.iter().map(|row| (row.at_ms + shifted, row.create, row.delete)).collect();
        let found: Vec<_> = then.schedule.iter().map(|row| (row.at_ms, row.create, row.delete)).collect();
        assert_eq!(moved, found, "seed {seed}");
        assert_eq!(now.constant_pool.enough, then.constant_pool.enough, "seed {seed}");
    }
}

/// Concurrency of one function, or invocations of it, per slot of so many seconds.
fn slots(column: &str, seconds: u64, values: &[u64]) -> Trace {
    let row = |(slot, value): (usize, &u64)| {
        let at = slot as u64 * seconds;
        format!("2026-03-02T{:02}:{:02}:{:02}Z,f,{value}\n", at / 3_600, at / 60 % 60, at % 60)
    };
    let rows: Vec<String> = values.iter().enumerate().map(row).collect();
    let csv = format!("time,function,{column}\n{}", rows.concat());
    let source = InputFile { name: "slots.csv", bytes: &csv.as_bytes() };
    import(source, &Companions::default(), &Options::default()).unwrap()
}

#[test]
fn splitting_a_slot_changes_nothing() {
    for seed in 0..12 {
        let draw = Stream::new(seed, Purpose::Search);
        let values: Vec<u64> = (0..12).map(|slot| draw.below(slot, 6)).collect();
        let halves: Vec<u64> = values.iter().flat_map(|&value| [value, value]).collect();
        let mut bench = Bench::new(1, 45_000);
        bench.topology.boot = Interval::between(Millis(20_000), Millis(70_000));
        bench.topology.delete = Interval::exactly(Millis(30_000));
        bench.policy.start = StartMode::Warm;
        let (whole, split) = (slots("concurrency", 60, &values), slots("concurrency", 30, &halves));
        let (whole, split) = (plan(&bench, &whole, 0), plan(&bench, &split, 0));
        assert_eq!(whole.schedule, split.schedule, "seed {seed}");
        assert_eq!((whole.amount, whole.lower_bound), (split.amount, split.lower_bound), "seed {seed}");
        assert_eq!(whole.constant_pool, split.constant_pool, "seed {seed}");
    }
}
