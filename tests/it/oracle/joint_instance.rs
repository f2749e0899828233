//! The benchmark instance of the joint planner; docs/performance.md states its parameters.

use eniplan::demand::Curve;
use eniplan::plan::PlanStart;
use eniplan::plan::joint::{Joint, JointPool};
use eniplan::quantity::{Interval, Millis, Rate};
use eniplan::random::{Purpose, Stream};
use eniplan::topology::{SubnetRoom, TokenBucket};

/// Twelve classes: three subnets in three zones, four pools with their own security groups in all of them.
///
/// `slots` minutes. Pool `p` needs `40 + (60 + 20 p) * 4 x (1440 - x) / 1440^2`, `x` the minute of
/// the day less `20 p`, and a draw of -3..=3 each minute (seed `p`). Subnet `a` has so few free
/// addresses that they bind for some hours around noon.
pub(crate) fn twelve_classes(slots: u64, boot_s: u64, delete_s: u64) -> Joint {
    let subnet = |(name, addresses): (&str, u32)| SubnetRoom {
        name: name.into(),
        zone: name.into(),
        vpc: 0,
        addresses,
    };
    let pools = (0..4_u64).map(|p| {
        let noise = Stream::new(p, Purpose::Search);
        let need = (0..slots).map(|slot| {
            let x = (slot + 1_440 - 20 * p) % 1_440;
            let level = 40 + (60 + 20 * p) * 4 * x * (1_440 - x) / (1_440 * 1_440) + noise.below(slot, 7);
            (slot * 60_000, u32::try_from(level.saturating_sub(3)).unwrap_or(0))
        });
        let first = usize::try_from(p).unwrap_or(0) * 3;
        JointPool { classes: (first..first + 3).collect(), need: Curve::new(need) }
    });
    Joint {
        subnets: [("a", 240), ("b", 4_091), ("c", 4_091)].map(subnet).into(),
        classes: [0, 1, 2].repeat(4),
        pools: pools.collect(),
        vpc_quota: Some(2_000),
        region_quota: Some(2_000),
        survive_zone: true,
        drains: false,
        span: Millis(slots * 60_000),
        boot: Interval::between(Millis::seconds(boot_s / 2), Millis::seconds(boot_s)),
        delete: Interval::between(Millis::seconds(delete_s / 2), Millis::seconds(delete_s)),
        api: Some(TokenBucket { burst: 100, per_second: Rate::per_second(5) }),
        start: PlanStart::Warm,
    }
}
