//! What a cold start waited for, on worlds one can follow by hand.

use eniplan::cold_path::{Cause, EniFound, NoReady, PhaseWait, SystemLimit};
use eniplan::policy::{Capacity, OnExhausted};
use eniplan::quantity::{Interval, Millis, Rate};
use eniplan::simulation::{End, Realization};
use eniplan::topology::TokenBucket;

use crate::support::{Bench, log};

/// One function, one environment on an ENI, boots of at most 100 ms.
fn bench(keep_alive: u64) -> Bench {
    let mut bench = Bench::new(1, keep_alive);
    bench.topology.boot = Interval::between(Millis(1), Millis(100));
    bench
}

/// When the longest cold start arrived, what its `eni` step waited for and what stood when it asked.
fn explained(
    bench: &Bench,
    entries: &[(u64, u32, u32, u64)],
    boots: &[u64],
) -> (u64, Vec<PhaseWait>, Option<EniFound>) {
    missing(bench, entries, boots, &[])
}

fn missing(
    bench: &Bench,
    entries: &[(u64, u32, u32, u64)],
    boots: &[u64],
    misses: &[u64],
) -> (u64, Vec<PhaseWait>, Option<EniFound>) {
    let realization = Realization {
        boots_ms: boots.to_vec(),
        misses: misses.iter().copied().collect(),
        ..Realization::all(End::Longest)
    };
    let longest = bench.run(&log(1, entries), realization).longest.unwrap();
    let phase = longest.path.into_iter().next().unwrap();
    assert_eq!(phase.waits.iter().map(|wait| wait.ms).sum::<u64>(), phase.wait_ms);
    assert_eq!(phase.wait_ms, longest.length);
    (longest.arrival, phase.waits, phase.found)
}

fn wait(cause: Cause, ms: u64, limit: Option<SystemLimit>) -> PhaseWait {
    PhaseWait { cause, ms, limit }
}

const fn found(because: NoReady, ready: u32, booting: u32, deleting: u32) -> EniFound {
    EniFound { because, ready, booting, deleting }
}

#[test]
fn alone_it_waits_for_its_own_boot() {
    let told = explained(&bench(1_000), &[(7, 0, 1, 5)], &[]);
    assert_eq!(told, (7, vec![wait(Cause::Boot, 100, None)], Some(found(NoReady::NoneExists, 0, 0, 0))));
}

#[test]
fn the_third_request_waits_for_two_tokens() {
    let mut bench = bench(1_000);
    bench.topology.limits.api = Some(TokenBucket { burst: 1, per_second: Rate::per_second(125) });
    let (_, waits, stood) = explained(&bench, &[(0, 0, 3, 5)], &[]);
    let token = wait(Cause::Token, 16, Some(SystemLimit::ApiTokens));
    assert_eq!(waits, [token, wait(Cause::Boot, 100, None)]);
    assert_eq!(stood, Some(found(NoReady::Booting, 0, 2, 0)));
}

#[test]
fn what_is_left_of_a_boot_is_told_apart_from_its_token() {
    let mut bench = bench(1_000);
    (bench.policy.join_booting, bench.policy.warm) = (true, 2);
    let join = wait(Cause::Join, 70, None);
    // The pool's ENIs were requested at 0, and the first of them is joined.
    assert_eq!(
        explained(&bench, &[(30, 0, 1, 5)], &[]),
        (30, vec![join], Some(found(NoReady::Booting, 0, 2, 0)))
    );
    // The second one gets its token at 40, and boots longer than the first.
    bench.topology.limits.api = Some(TokenBucket { burst: 1, per_second: Rate::per_second(25) });
    let (_, waits, _) = explained(&bench, &[(30, 0, 2, 5)], &[50, 60]);
    assert_eq!(waits, [wait(Cause::Token, 10, Some(SystemLimit::ApiTokens)), wait(Cause::Join, 60, None)]);
}

#[test]
fn room_is_waited_for_until_a_place_is_free() {
    let mut bench = bench(50);
    bench.topology.limits.region_quota = Some(1);
    bench.policy.on_exhausted = OnExhausted::Wait;
    // The first is ready at 100, runs to 120 and lives idle to 170; its ENI serves the second.
    let (_, waits, stood) = explained(&bench, &[(0, 0, 2, 20)], &[]);
    assert_eq!(waits, [wait(Cause::Room, 170, Some(SystemLimit::RegionQuota))]);
    assert_eq!(stood, Some(found(NoReady::Booting, 0, 1, 0)));
    // Without reuse it has a boot of its own after that.
    bench.policy.reuse = false;
    bench.policy.idle_ttl = eniplan::policy::IdleTtl::After(Millis(0));
    let (_, waits, stood) = explained(&bench, &[(0, 0, 2, 20)], &[]);
    assert_eq!(waits, [wait(Cause::Room, 170, Some(SystemLimit::RegionQuota)), wait(Cause::Boot, 100, None)]);
    assert_eq!(stood, Some(found(NoReady::NeverReused, 0, 1, 0)));
}

#[test]
fn full_ones_and_missed_ones_are_told_apart() {
    let mut bench = bench(10);
    let late = [(0, 0, 1, 300), (200, 0, 1, 5)];
    assert_eq!(explained(&bench, &late, &[50, 60]).2, Some(found(NoReady::Full, 1, 0, 0)));
    bench.policy.capacity = Some(Capacity::Count(2));
    bench.policy.miss_budget = 1;
    assert_eq!(missing(&bench, &late, &[50, 60], &[0]).2, Some(found(NoReady::Missed, 1, 0, 0)));
    // With room and no miss there is nothing to wait for, and the first one is the longest.
    assert_eq!(missing(&bench, &late, &[50, 60], &[]).0, 0);
}
