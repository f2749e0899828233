//! Plans: `cargo bench --bench plan`.

#[path = "../tests/it/oracle/joint_instance.rs"]
mod plan_joint_instance;

use eniplan::demand::Curve;
use eniplan::plan::joint::{JointAnswer, solve_joint};
use eniplan::plan::{Group, GroupAnswer, PlanStart, ProgramEffort, backend, solve};
use eniplan::quantity::{Interval, Millis, Rate};
use eniplan::random::{Purpose, Stream};
use eniplan::topology::TokenBucket;
use plan_joint_instance::twelve_classes;

fn main() {
    divan::main();
}

/// One group of so many slots, nothing in the way but the boots: optimal in closed form.
#[divan::bench(args = [1_440, 8_640], sample_count = 20)]
fn one_group(bencher: divan::Bencher<'_, '_>, slots: u64) {
    let group = day_of_slots(slots, None);
    bencher.bench(|| solved(&group));
}

/// The same through a bucket of 100 and 5 a second, in which nearly every rise waits.
#[divan::bench(args = [1_440, 8_640], sample_count = 20)]
fn one_group_through_a_bucket(bencher: divan::Bencher<'_, '_>, slots: u64) {
    let group = day_of_slots(slots, Some(TokenBucket { burst: 100, per_second: Rate::per_second(5) }));
    bencher.bench(|| solved(&group));
}

/// One-minute slots with a need drawn from 0 to 300, boots of up to 15 s, deletions of up to 35 s.
fn day_of_slots(slots: u64, api: Option<TokenBucket>) -> Group {
    let draw = Stream::new(slots, Purpose::Search);
    let need = (0..slots).map(|slot| (slot * 60_000, u32::try_from(draw.below(slot, 301)).unwrap_or(0)));
    Group {
        need: Curve::new(need),
        span: Millis(slots * 60_000),
        boot: Interval::between(Millis(7_500), Millis(15_000)),
        delete: Interval::between(Millis(17_500), Millis(35_000)),
        ceilings: Vec::new(),
        api,
        start: PlanStart::Warm,
    }
}

fn solved(group: &Group) -> bool {
    let backend = backend::strongest();
    matches!(solve(group, backend, &ProgramEffort::of(backend)), Ok(GroupAnswer::Planned(_)))
}

/// Twelve classes in three zones, any of which may be lost; docs/performance.md has the instance.
#[divan::bench(args = [1_440, 10_080], sample_count = 10)]
fn joint(bencher: divan::Bencher<'_, '_>, slots: u64) {
    let joint = twelve_classes(slots, 15, 35);
    bencher.bench(|| matches!(solve_joint(&joint), Ok(JointAnswer::Planned(_))));
}
