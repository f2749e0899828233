//! Queue: how long requests wait for tokens, against any arrivals the traffic allows (W3).

use crate::quantity::Rate;
use crate::topology::{Limits, TokenBucket};

const TOKEN: u64 = 1_000_000;

/// A wait that never ends, small enough to be added to.
const NEVER: u64 = u64::MAX / 4;

/// What a request costs, and what comes back in a millisecond.
///
/// A bucket that one millisecond's refill can fill loses what comes beyond; then every
/// token takes its own whole milliseconds.
fn cost(bucket: TokenBucket) -> (u64, u64) {
    let per_ms = bucket.per_second.micro_tokens_per_ms();
    let loses = per_ms > u64::from(bucket.burst.max(1) - 1).saturating_mul(TOKEN);
    if loses && per_ms > 0 { (TOKEN.div_ceil(per_ms), 1) } else { (TOKEN, per_ms) }
}

/// The longest wait of the last of `pending` requests in an empty bucket, ms.
pub(crate) fn wait_in_queue(pending: u64, bucket: TokenBucket) -> u64 {
    let (cost, per_ms) = cost(bucket);
    wait(u128::from(pending) * u128::from(cost), per_ms)
}

fn wait(owed: u128, per_ms: u64) -> u64 {
    if owed == 0 {
        return 0;
    }
    if per_ms == 0 {
        return NEVER;
    }
    u64::try_from(owed.div_ceil(u128::from(per_ms))).unwrap_or(NEVER).min(NEVER)
}

/// The hosts' rate as a bucket that holds one second's worth.
pub(super) fn hosts(rate: Rate) -> TokenBucket {
    TokenBucket { burst: u32::try_from(rate.0 / 1_000).unwrap_or(u32::MAX).max(1), per_second: rate }
}

/// The longest wait for a host, ms, if everything in flight waits at once.
pub(crate) fn wait_for_host(limits: &Limits, invocations: u64) -> u64 {
    let bucket = |rate| TokenBucket { burst: 1, per_second: rate };
    limits.microvm.map_or(0, |rate| wait_in_queue(invocations, bucket(rate)))
}

/// Waits in a FIFO queue behind a bucket: `(instant of the arrival, ms)`, only those above zero.
///
/// `arrivals` in time order, each followed by its request within `spread` ms; `more`
/// requests may come at any time besides. What is owed at `t` is the largest over `s` of
/// the requests in `[s, t]`, less what comes back, and no more requests fall in `[s, t]`
/// than arrivals in `[s - spread, t]`.
pub(super) fn waits(arrivals: &[(u64, u32)], bucket: TokenBucket, spread: u64, more: u64) -> Vec<(u64, u64)> {
    let (cost, per_ms) = cost(bucket);
    let [cost, drain] = [u128::from(cost), u128::from(per_ms)];
    let ahead = drain * u128::from(spread) + cost * u128::from(more);
    let free = cost * u128::from(bucket.burst.max(1));
    let (mut owed, mut at) = (0_u128, 0);
    let mut found = Vec::new();
    for &(arrival, count) in arrivals {
        owed = owed.saturating_sub(drain * u128::from(arrival - at)) + cost * u128::from(count);
        at = arrival;
        let wait = wait((owed + ahead).saturating_sub(free), per_ms);
        if wait > 0 {
            found.push((arrival, wait));
        }
    }
    found
}

/// The instants at which a bucket that refuses may be empty: `(first, last)` of each cell of
/// arrivals; `arrivals` are `(first, last, count)`.
///
/// The level is kept at most what it can be: a refused arrival empties it, since the
/// arrival may be one that did not come.
pub(super) fn refusals(arrivals: &[(u64, u64, u32)], bucket: TokenBucket) -> Vec<(u64, u64)> {
    let per_ms = bucket.per_second.micro_tokens_per_ms();
    let full = u64::from(bucket.burst.max(1)).saturating_mul(TOKEN);
    let (mut level, mut at) = (full, 0_u64);
    let mut found = Vec::new();
    for &(first, last, count) in arrivals {
        level = level.saturating_add(per_ms.saturating_mul(first.saturating_sub(at))).min(full);
        at = last.max(at);
        let taken = u64::from(count).saturating_mul(TOKEN);
        if level < taken {
            found.push((first, last));
        }
        level = level.saturating_sub(taken);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(burst: u32, per_second: u64) -> TokenBucket {
        TokenBucket { burst, per_second: Rate::per_second(per_second) }
    }

    #[test]
    fn a_burst_waits_for_what_the_bucket_lacks() {
        assert_eq!(waits(&[(0, 100)], bucket(100, 5), 0, 0), []);
        assert_eq!(waits(&[(0, 100), (200, 1), (300, 1)], bucket(100, 5), 0, 0), [(300, 100)]);
        assert_eq!(waits(&[(0, 100)], bucket(100, 5), 400, 1), [(0, 600)]);
        assert_eq!(waits(&[(7, 3)], bucket(1, 125), 0, 0), [(7, 16)]);
        assert_eq!(wait_in_queue(250, bucket(100, 5)), 50_000);
        assert_eq!(waits(&[(0, 2)], bucket(1, 0), 0, 0), [(0, NEVER)]);
    }

    #[test]
    fn a_bucket_refuses_where_it_may_be_empty() {
        let arrivals = [(0, 0, 2), (8, 8, 1), (16, 16, 2), (40, 40, 1)];
        assert_eq!(refusals(&arrivals, bucket(2, 125)), [(16, 16)]);
    }
}
