//! Questions around a plan: verifying a saved one, sweeping the target, growing the trace.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use eniplan::plan::backend::named as backend;
use eniplan::plan::{
    Claims, Headroom, Keeper, Plan, PlanProgress, PlanVerdict, Study, Verified, headroom, plan, sweep, verify,
};
use eniplan::policy::StartMode;
use eniplan::quantity::{Interval, Millis, Rate};
use eniplan::random::{Purpose, Stream};
use eniplan::simulation::EniAction;
use eniplan::topology::{EniClass, SubnetRoom, TokenBucket};
use eniplan::trace::{Factor, Trace};
use serde_json::Value;

use crate::cli::run;
use crate::support::{Bench, log};

/// A small system: ENIs boot for 40 to 90 ms, deletions take 20 to 50, environments live for 60.
fn bench(case: u64) -> (Bench, Trace) {
    let mut index = 0;
    let stream = Stream::new(case, Purpose::Search);
    let mut draw = |range: u64| {
        index += 1;
        stream.below(index, range)
    };
    let mut bench = Bench::new(2, 60);
    bench.topology.boot = Interval::between(Millis(40), Millis(90));
    bench.topology.delete = Interval::between(Millis(20), Millis(50));
    bench.policy.start = if draw(3) == 0 { StartMode::Empty } else { StartMode::Warm };
    if draw(2) == 0 {
        let per_second = Rate(20_000 + 10_000 * draw(5));
        bench.topology.limits.api =
            Some(TokenBucket { burst: 1 + u32::try_from(draw(3)).unwrap(), per_second });
    }
    let apart = draw(2) == 0;
    if apart {
        // The pools would share the bucket, which is planned in parts.
        bench.topology.limits.api = None;
        // The second function has a subnet of its own.
        let subnet = SubnetRoom { name: "b".into(), zone: "y".into(), vpc: 0, addresses: 20 };
        bench.topology.limits.subnets.push(subnet);
        bench.topology.classes.push(EniClass { subnet: 1, security_groups: vec!["db".into(), "web".into()] });
        bench.topology.functions[1].classes = vec![1];
    }
    let late = 200 * draw(2);
    let mut entries: Vec<(u64, u32, u32, u64)> = (0..4 + draw(8))
        .map(|_| {
            (late + draw(1_500), u32::from(draw(2) == 0), 1 + u32::try_from(draw(4)).unwrap(), 5 + draw(80))
        })
        .collect();
    entries.sort_unstable();
    (bench, log(2, &entries))
}

fn actions(bench: &Bench, plan: &Plan) -> Vec<EniAction> {
    let topology = &bench.topology;
    let class = |subnet: &str, groups: &[String]| {
        let is = |class: &EniClass| {
            topology.limits.subnets[class.subnet].name == subnet && class.security_groups == groups
        };
        topology.classes.iter().position(is).unwrap()
    };
    let action = |row: &eniplan::plan::ScheduleRow| EniAction {
        at: row.at_ms,
        class: class(&row.subnet, &row.security_groups),
        create: row.create,
        delete: row.delete,
    };
    plan.schedule.iter().map(action).collect()
}

fn claims(plan: &Plan) -> Claims {
    let amount = plan.amount.unwrap();
    Claims {
        peak_enis: Some(amount.peak_enis),
        eni_hours: Some(amount.eni_hours),
        creations: Some(amount.creations),
    }
}

const TARGET: Millis = Millis(10);

fn study<'a>(bench: &'a Bench, trace: &'a Trace) -> Study<'a> {
    Study::new(&bench.topology, &bench.cold_path, &bench.policy, trace)
}

#[test]
fn every_plan_is_accepted_and_every_small_change_of_it_refused() {
    change_every_plan(0..4);
}

mod long {
    #[test]
    #[ignore = "long proof: see CONTRIBUTING.md"]
    fn every_plan_is_accepted_and_every_small_change_of_it_refused() {
        super::change_every_plan(0..60);
    }

    #[test]
    #[ignore = "long proof: see CONTRIBUTING.md"]
    fn the_answer_is_the_largest_below_the_first_that_breaks() {
        super::probe_around_the_answer(0..12);
    }

    #[test]
    #[ignore = "long proof: see CONTRIBUTING.md"]
    fn a_sweep_gives_each_target_once_and_costs_never_rise() {
        super::sweep_targets(0..20);
    }
}

fn change_every_plan(cases: Range<u64>) {
    let all = cases.end - cases.start;
    let microlp = backend("microlp").unwrap();
    let (mut plans, mut changes) = (0, 0);
    for case in cases {
        let (bench, trace) = bench(case);
        let study = study(&bench, &trace);
        let plan = plan(&study, TARGET, microlp, PlanProgress::unobserved()).unwrap();
        if plan.amount.is_none() {
            continue;
        }
        plans += 1;
        let (actions, claims) = (actions(&bench, &plan), claims(&plan));
        let told = verify(&study, TARGET, &actions, claims);
        assert!(told.holds, "case {case}: {told:?}");
        let refused = |what: &str, changed: &[EniAction], claims: Claims| {
            let told: Verified = verify(&study, TARGET, changed, claims);
            assert!(!told.holds, "case {case}: {what} was accepted: {changed:?}");
        };
        for index in 0..actions.len() {
            let change = |change: &dyn Fn(&mut EniAction)| {
                let mut other = actions.clone();
                change(&mut other[index]);
                other.sort_by_key(|action| action.at);
                other
            };
            if actions[index].create > 0 {
                // Whatever the file claims: the target itself breaks.
                refused("one creation less", &change(&|entry| entry.create -= 1), Claims::default());
                refused("one creation more", &change(&|entry| entry.create += 1), claims);
                changes += 2;
            }
            if actions[index].delete > 0 {
                if bench.topology.classes.len() == 1 {
                    refused("one deletion less", &change(&|entry| entry.delete -= 1), claims);
                }
                refused("one deletion more", &change(&|entry| entry.delete += 1), Claims::default());
                changes += 2;
            }
            if plan.status == PlanVerdict::Optimal && actions[index].create > 0 {
                refused("creating 1 ms later", &change(&|entry| entry.at += 1), claims);
                if bench.topology.classes.len() == 1 {
                    refused("creating 1 ms sooner", &change(&|entry| entry.at -= 1), claims);
                }
                changes += 2;
            }
        }
    }
    assert!(plans > all / 2 && changes > 5 * all, "{plans} {changes}");
}

#[test]
fn a_broken_plan_is_told_by_what_where_when_and_how_much() {
    let mut bench = Bench::new(1, 60);
    bench.topology.boot = Interval::exactly(Millis(100));
    bench.topology.limits.subnets[0].addresses = 3;
    bench.policy.start = StartMode::Empty;
    let trace = log(1, &[(500, 0, 2, 50)]);
    let study = study(&bench, &trace);
    let action = |at, create| EniAction { at, class: 0, create, delete: 0 };
    let told = |actions: &[EniAction]| {
        let breaches = verify(&study, TARGET, actions, Claims::default()).breaches;
        let line = |breach: &eniplan::plan::Breach| {
            format!(
                "{} | {} | {:?} {} {}",
                breach.what, breach.place, breach.at_ms, breach.needed, breach.available
            )
        };
        breaches.iter().map(line).collect::<Vec<_>>()
    };
    assert_eq!(told(&[action(400, 2)]), Vec::<String>::new());
    let replayed = "cold start in a replay | f0 | Some(500)";
    let late = ["ENIs certain to be ready | a (default) | Some(500) 2 0", &format!("{replayed} 11 10")];
    // It is ready 11 ms too late, and shown to be.
    assert_eq!(told(&[action(411, 2)]), late);
    // As late as the target lets them wait.
    assert_eq!(told(&[action(410, 2)]), Vec::<String>::new());
    assert_eq!(told(&[action(300, 4)]), ["free addresses of the subnet | a | Some(300) 4 3"]);
    let early = told(&[action(-5, 2)]);
    assert_eq!(early, ["entries after the start | a (default) | Some(-5) 2 0"]);
    bench.topology.limits.api = Some(TokenBucket { burst: 1, per_second: Rate(1_000) });
    let study = Study::new(&bench.topology, &bench.cold_path, &bench.policy, &trace);
    let slow = verify(&study, TARGET, &[action(0, 2)], Claims::default());
    // The second token comes after a second.
    assert_eq!(slow.breaches[0].what, "ENIs certain to be ready");
    assert_eq!((slow.breaches[0].at_ms, slow.breaches[0].available), (Some(500), 1));
}

#[test]
fn a_plan_that_is_to_survive_a_zone_is_verified_without_each_of_them() {
    let mut bench = Bench::new(1, 60);
    bench.topology.boot = Interval::between(Millis(40), Millis(90));
    bench.topology.delete = Interval::between(Millis(20), Millis(50));
    bench.topology.limits.survive_zone = true;
    bench.policy.start = StartMode::Warm;
    for zone in ["y", "x"] {
        let room = SubnetRoom { name: zone.into(), zone: zone.into(), vpc: 0, addresses: 20 };
        bench.topology.limits.subnets.push(room);
        let subnet = bench.topology.limits.subnets.len() - 1;
        bench.topology.classes.push(EniClass { subnet, security_groups: vec!["default".into()] });
    }
    bench.topology.functions[0].classes = vec![0, 1, 2];
    let trace = log(1, &[(0, 0, 1, 5), (500, 0, 4, 50), (900, 0, 2, 50)]);
    let mut study = study(&bench, &trace);
    let plan = plan(&study, TARGET, backend("microlp").unwrap(), PlanProgress::unobserved()).unwrap();
    let actions = actions(&bench, &plan);
    // Six hold four without any third of them.
    assert_eq!(plan.amount.unwrap().peak_enis, 6);
    let told = verify(&study, TARGET, &actions, claims(&plan));
    assert!(told.holds, "{told:?}");
    for index in (0..actions.len()).filter(|&index| actions[index].create > 0) {
        let mut fewer = actions.clone();
        fewer[index].create -= 1;
        let told = verify(&study, TARGET, &fewer, Claims::default());
        let lost = told
            .breaches
            .iter()
            .filter(|breach| breach.what.contains("ENIs certain to be ready without zone "));
        let shown = told
            .breaches
            .iter()
            .filter(|breach| breach.what.contains("cold start in a replay without zone "));
        assert!(lost.count() > 0 && shown.count() > 0, "{index}: {:?}", told.breaches);
    }
    // Where no zone is to be survived four are enough, and six in three zones hold as well.
    let mut careless = bench.topology.clone();
    careless.limits.survive_zone = false;
    study = Study::new(&careless, &bench.cold_path, &bench.policy, &trace);
    assert!(verify(&study, TARGET, &actions, Claims::default()).holds);
}

#[test]
fn wrong_claims_about_a_good_schedule_are_told() {
    let (bench, trace) = bench(3);
    let study = study(&bench, &trace);
    let plan = plan(&study, TARGET, backend("microlp").unwrap(), PlanProgress::unobserved()).unwrap();
    let right = claims(&plan);
    let wrong = [
        ("peak_enis", Claims { peak_enis: right.peak_enis.map(|n| n - 1), ..right }),
        ("eni_hours", Claims { eni_hours: right.eni_hours.map(|n| n * 1.01), ..right }),
        ("creations", Claims { creations: right.creations.map(|n| n + 1), ..right }),
    ];
    for (field, claims) in wrong {
        let told = verify(&study, TARGET, &actions(&bench, &plan), claims);
        assert!(told.breaches.is_empty() && !told.holds, "{field}");
        assert_eq!(told.misclaims.iter().map(|claim| claim.field).collect::<Vec<_>>(), [field]);
    }
}

#[test]
fn a_sweep_gives_each_target_once_and_costs_never_rise() {
    sweep_targets(0..6);
}

fn sweep_targets(cases: Range<u64>) {
    let microlp = backend("microlp").unwrap();
    for case in cases {
        let (bench, trace) = bench(case);
        let study = study(&bench, &trace);
        let targets = [70, 0, 70, 200, 10].map(Millis);
        let steps = sweep(&study, &targets, microlp, PlanProgress::unobserved(), &|| ()).unwrap();
        let told: Vec<u64> = steps.iter().map(|step| step.plan.max_cold_start_ms).collect();
        assert_eq!(told, [0, 10, 70, 200], "case {case}");
        for pair in steps.windows(2) {
            let order = |plan: &Plan| {
                plan.amount.map(|amount| (amount.peak_enis, amount.eni_hours, amount.creations))
            };
            let (tight, loose) = (order(&pair[0].plan), order(&pair[1].plan));
            assert!(tight.is_none() || loose.is_some_and(|loose| loose <= tight.unwrap()), "case {case}");
            assert!(pair[1].policy_alone || !pair[0].policy_alone, "case {case}");
        }
        let alone = plan(&study, TARGET, microlp, PlanProgress::unobserved()).unwrap();
        if steps[1].plan_of_ms.is_none() {
            assert_eq!(steps[1].plan, alone, "case {case}");
        }
    }
}

/// One function, `n` environments at once, and `addresses` for them.
fn crowd(n: u32, addresses: u32) -> (Bench, Trace) {
    let mut bench = Bench::new(1, 60);
    bench.topology.boot = Interval::exactly(Millis(100));
    bench.topology.limits.subnets[0].addresses = addresses;
    bench.policy.start = StartMode::Warm;
    (bench, log(1, &[(0, 0, n, 50), (500, 0, n, 50)]))
}

fn grow(bench: &Bench, trace: &Trace, grown: &[u32]) -> Headroom {
    let keeper = Keeper::Plan(backend("microlp").unwrap());
    headroom(&study(bench, trace), TARGET, keeper, grown, &|_, _| ()).unwrap()
}

#[test]
fn headroom_by_hand() {
    // 200 at once, twice, where 500 addresses are: the second time they are floor(400 k) - floor(200 k),
    // which is 500 below 2.5025 and 501 from there on.
    let (bench, trace) = crowd(200, 500);
    let told = grow(&bench, &trace, &[]);
    let (holds, breaks) = (told.holds.clone().unwrap(), told.breaks.clone().unwrap());
    let edge = Factor(2_502_500);
    assert!(holds.factor < edge && edge <= breaks.factor, "{} {}", holds.factor, breaks.factor);
    assert!(breaks.factor.0 - holds.factor.0 <= holds.factor.0 / 1_000 && told.monotone);
    assert_eq!((holds.peak_enis, breaks.peak_enis), (Some(500), None));
    let short = &breaks.shortages[0];
    assert_eq!(short.limit, "free addresses of subnet a");
    assert_eq!((short.needed.unwrap() > 500, short.available), (true, 500));
    assert!(told.probes.len() > 10 && told.probes.is_sorted_by_key(|probe| probe.factor));
}

#[test]
fn trace_that_is_too_much_must_shrink() {
    let (bench, trace) = crowd(200, 50);
    let told = grow(&bench, &trace, &[]);
    let holds = told.holds.unwrap();
    // floor(400 k) - floor(200 k) is 50 below 0.2525 and 51 from there on.
    let breaks = told.breaks.unwrap();
    assert!(holds.factor.0 < 252_500 && 252_500 <= breaks.factor.0, "{} {}", holds.factor, breaks.factor);
    // A target that the cold path itself breaks holds at no factor.
    let (mut bench, trace) = crowd(200, 500);
    bench.cold_path.vpc.steps[0].kind = eniplan::platform::PhaseKind::Plain;
    bench.cold_path.vpc.steps[0].duration = Interval::exactly(Millis(11));
    bench.policy.start = StartMode::Empty;
    let told = grow(&bench, &trace, &[]);
    assert_eq!(told.breaks.unwrap().shortages[0].unit, "ms");
}

#[test]
fn nothing_breaks_where_nothing_is_short() {
    let (mut bench, trace) = crowd(1, 1_000_000);
    bench.topology.functions[0].classes.clear();
    let told = grow(&bench, &trace, &[]);
    assert!(told.breaks.is_none() && told.monotone);
    assert!(told.stopped.unwrap().contains("x1024"));
}

#[test]
fn one_function_can_grow_alone() {
    let (mut bench, _) = crowd(1, 100);
    bench = Bench { topology: Bench::new(2, 60).topology, initial: vec![0; 2], ..bench };
    bench.topology.boot = Interval::exactly(Millis(100));
    bench.topology.limits.subnets[0].addresses = 100;
    let trace = log(2, &[(0, 0, 20, 50), (0, 1, 40, 50)]);
    // 20 k + 40 <= 100; 20 + 40 k <= 100.
    for (grown, most, below) in [(vec![0], 3_049_999, 3_040_000), (vec![1], 2_024_999, 2_020_000)] {
        let told = grow(&bench, &trace, &grown);
        let factor = told.holds.unwrap().factor.0;
        assert!((below..=most).contains(&factor), "{factor}");
        assert_eq!(told.grown, [format!("f{}", grown[0])]);
    }
}

#[test]
fn the_answer_is_the_largest_below_the_first_that_breaks() {
    probe_around_the_answer(0..3);
}

/// Several functions that come and go: rounding moves who meets whom.
fn probe_around_the_answer(cases: Range<u64>) {
    for case in cases {
        let (mut bench, trace) = bench(case);
        bench.topology.limits.api = None;
        bench.topology.limits.subnets.iter_mut().for_each(|subnet| subnet.addresses = 40);
        let told = grow(&bench, &trace, &[]);
        let (Some(holds), Some(breaks)) = (&told.holds, &told.breaks) else { continue };
        let below = told.probes.iter().filter(|probe| probe.factor <= holds.factor);
        assert!(below.into_iter().all(|probe| probe.holds), "case {case}");
        assert!(breaks.factor.0 - holds.factor.0 <= holds.factor.0 / 1_000, "case {case}");
        let above = told.probes.iter().filter(|probe| probe.factor > breaks.factor);
        assert_eq!(told.monotone, above.into_iter().all(|probe| !probe.holds), "case {case}");
        // Each verdict is the planner's own.
        for probe in told.probes.iter().step_by(5) {
            let scaled = trace.scaled(probe.factor, &[]);
            let study = study(&bench, &scaled);
            // Where the planner gives up, nothing is said to hold.
            let plan = plan(&study, TARGET, backend("microlp").unwrap(), PlanProgress::unobserved()).ok();
            let peak = plan.and_then(|plan| plan.amount).map(|amount| amount.peak_enis);
            assert_eq!(peak, probe.peak_enis, "case {case}");
        }
    }
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("growth-{name}"));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

const SYSTEM: [&str; 4] = ["--scenario", "scenario.toml", "--max-cold-start", "20s"];

fn saved(folder: &Path, format: &str, trace: &str) -> PathBuf {
    let file = folder.join(format!("plan.{format}"));
    let words = ["plan", trace, "--format", format, "--quiet", "-o", file.to_str().unwrap()];
    let said = run(&[&words[..], &SYSTEM[..]].concat());
    assert_eq!(said.code, 0, "{}", said.err);
    file
}

fn verified(plan: &Path, trace: &str, more: &[&str]) -> crate::cli::Said {
    let words = ["verify", plan.to_str().unwrap(), trace];
    run(&[&words[..], &SYSTEM[..2], more].concat())
}

#[test]
fn what_plan_writes_verify_reads() {
    let folder = folder("round");
    let trace = "counts.csv";
    let json = saved(&folder, "json", trace);
    let said = verified(&json, trace, &["--format", "json"]);
    let told: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, &told["holds"]), (0, &true.into()), "{}", said.out);
    assert_eq!(told["max_cold_start_ms"], 20_000);
    let csv = saved(&folder, "csv", trace);
    let text = fs::read_to_string(&csv).unwrap();
    assert!(text.starts_with("at,subnet,security_groups,create,delete\n20"), "{text}");
    let said = verified(&csv, trace, &["--max-cold-start", "20s"]);
    assert_eq!(said.code, 0, "{} {}", said.out, said.err);
    // A tighter target than the cold path allows.
    assert_eq!(verified(&csv, trace, &["--max-cold-start", "0s"]).code, 1);
    // One ENI fewer.
    let short: String = text
        .lines()
        .map(|line| match line.strip_suffix(",0") {
            Some(rest) => {
                let (rest, create) = rest.rsplit_once(',').unwrap();
                format!("{rest},{},0\n", create.parse::<u32>().unwrap() - 1)
            }
            None => format!("{line}\n"),
        })
        .collect();
    fs::write(&csv, short).unwrap();
    let said = verified(&csv, trace, &["--max-cold-start", "20s"]);
    assert_eq!(said.code, 1, "{} {}", said.out, said.err);
    assert!(said.out.contains("does not keep"), "{}", said.out);
}

#[test]
fn every_problem_of_a_plan_file_is_told_at_its_place() {
    let folder = folder("bad");
    let file = folder.join("bad.json");
    let entry = |at: &str, subnet: &str, groups: &str, create: &str| {
        format!(
            "    {{\"at_ms\": {at}, \"subnet\": {subnet}, \"security_groups\": {groups}, \"create\": {create}, \
             \"delete\": 0}}"
        )
    };
    let rows = [
        entry("5", "\"private-a\"", "[\"app\"]", "1"),
        entry("4", "\"private-c\"", "[\"app\"]", "-1"),
        entry("6.5", "\"private-b\"", "[\"ap\"]", "1"),
        entry("999999999999", "\"private-b\"", "[\"app\"]", "1"),
    ];
    let text = format!(
        "{{\"max_cold_start_ms\": \"soon\",\n  \"traffic\": {{\"invocations\": 3}},\n  \"schedule\": [\n{}]}}\n",
        rows.join(",\n")
    );
    fs::write(&file, text).unwrap();
    let said = verified(&file, "counts.csv", &[]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    for part in [
        "bad.json:1:23: \"\"soon\"\": wrong type of value",
        "bad.json:5:15: \"4\": the time is earlier than in the row above",
        "bad.json:5:28: \"private-c\": no function uses this subnet",
        "bad.json:5:79: \"-1\": wrong type of value",
        "bad.json:6:15: \"6.5\": wrong type of value",
        "bad.json:6:62: \"ap\": no function uses these security groups",
        "bad.json:7:15: \"999999999999\": ENIs are created after the last need for them",
    ] {
        assert!(said.err.contains(part), "{part}\n{}", said.err);
    }
    for (text, part) in [
        ("{\"schedule\": [}", "invalid JSON"),
        ("{}", "no `schedule` in this file"),
        ("{\"schedule\": 3}", "`schedule` must be a list"),
        ("{\"schedule\": [3]}", "not an entry of a schedule"),
        (
            "{\"status\": \"infeasible\", \"schedule\": []}",
            "bad.json:1:12: \"infeasible\": the file contains no plan",
        ),
        ("at,subnet\n1,a\n", "missing column `create`"),
        (
            "at,subnet,security_groups,create,delete\nsoon,private-a,app,1,x\n1,private-a,app\n",
            "bad.json:2:5: \"x\"",
        ),
        (
            "at,subnet,security_groups,create,delete\n1,private-a,app\n",
            "bad.json:2:1: the row has 3 cells, but the header has 5",
        ),
        ("", "missing column `at`"),
    ] {
        fs::write(&file, text).unwrap();
        let said = verified(&file, "counts.csv", &["--max-cold-start", "20s"]);
        assert_eq!(said.code, 2, "{text}: {}", said.out);
        assert!(said.err.contains(part), "{part}\n{}", said.err);
    }
}

#[test]
fn hostile_plans_are_refused_and_nothing_panics() {
    let folder = folder("hostile");
    let file = folder.join("plan.csv");
    let most = u32::MAX;
    let row = |at: i64, create: u32, delete: u32| format!("{at},private-a,app,{create},{delete}\n");
    for rows in [
        row(0, most, 0).repeat(5),
        row(-1_000_000_000_000, most, most),
        row(0, 0, most),
        row(i64::MAX, 1, 0),
        row(i64::MIN, 1, 0),
        String::new(),
    ] {
        fs::write(&file, format!("at,subnet,security_groups,create,delete\n{rows}")).unwrap();
        let said = verified(&file, "counts.csv", &["--max-cold-start", "20s"]);
        assert!(matches!(said.code, 1 | 2), "{rows}: {}", said.out);
    }
}

#[test]
fn a_plan_of_other_trace_is_doubted() {
    let folder = folder("other");
    let json = saved(&folder, "json", "counts.csv");
    let said = verified(&json, "counts.csv", &["--to", "1m"]);
    assert!(
        said.err.contains("note: the plan was made for a different trace: its invocations is 155"),
        "{}",
        said.err
    );
}

#[test]
fn headroom_names_what_it_does_not_know() {
    let words = ["headroom", "counts.csv", "--grow", "chekout", "--grow", "zzz", "--max-cold-start", "1s"];
    let said = run(&words);
    assert_eq!(said.code, 2);
    assert!(
        said.err.contains("did you mean checkout?") && said.err.contains("the trace has checkout, search")
    );
    let said = run(&["headroom", "counts.csv"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("no cold-start target given"), "{}", said.err);
}
