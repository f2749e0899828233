//! Queue: how long requests wait for tokens, against any arrivals the trace allows (W3).

use crate::demand::near;
use crate::quantity::Rate;
use crate::quantity::convert::lower_bound;
use crate::quantity::convert::up_to;
use crate::topology::{SystemLimits, TokenBucket};

const TOKEN: u64 = 1_000_000;

/// A wait that never ends, small enough to be added to: what takes as long has no bound ([`finite_wait`]).
const NEVER: u64 = u64::MAX / 4;

/// What is proved of something that takes so long, ms; `None`: it may never end.
pub(super) fn finite_wait(ms: u64) -> Option<u64> {
    (ms < NEVER).then_some(ms)
}

/// What a request costs, and what comes back in a millisecond.
///
/// A bucket that one millisecond's refill can fill loses what comes beyond; then every
/// token takes its own whole milliseconds.
fn cost(bucket: TokenBucket) -> (u64, u64) {
    let per_ms = bucket.per_second.micro_tokens_per_ms();
    let loses = per_ms > u64::from(bucket.burst.max(1) - 1) * TOKEN;
    if loses && per_ms > 0 { (TOKEN.div_ceil(per_ms), 1) } else { (TOKEN, per_ms) }
}

/// The longest wait of the last of `pending` requests in an empty bucket, ms.
pub(super) fn wait_in_queue(pending: u64, bucket: TokenBucket) -> u64 {
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
    // What takes longer than that counts as never: up.
    up_to(owed.div_ceil(u128::from(per_ms)), NEVER)
}

/// The hosts' rate as a bucket that holds one second's worth, or less where that does not fit.
pub(super) fn hosts(rate: Rate) -> TokenBucket {
    TokenBucket { burst: lower_bound(rate.0 / 1_000).max(1), per_second: rate }
}

/// The longest wait for a host, ms, if everything in flight waits at once.
pub(crate) fn wait_for_host(limits: &SystemLimits, invocations: u64) -> u64 {
    let bucket = |rate| TokenBucket { burst: 1, per_second: rate };
    limits.microvm.map_or(0, |rate| wait_in_queue(invocations, bucket(rate)))
}

/// Waits in a FIFO queue behind a bucket: `(instant of the arrival, ms)`, only those above zero.
///
/// `arrivals` in time order, each followed by its request within `spread` ms; `more`
/// requests may come at any time besides. What is owed at `t` is the largest over `s` of
/// the requests in `[s, t]`, less what comes back, and no more requests fall in `[s, t]`
/// than arrivals in `[s - spread, t]`, nor than `most` allows at `t` in one busy period:
/// that many may come first, but then the tokens of all the time since have come back.
pub(super) fn waits(
    arrivals: &[(u64, u32)],
    bucket: TokenBucket,
    spread: u64,
    more: u64,
    mut most: impl FnMut(u64) -> u64,
) -> Vec<(u64, u64)> {
    let (cost, per_ms) = cost(bucket);
    let [cost, drain] = [i128::from(cost), i128::from(per_ms)];
    let ahead = drain * i128::from(spread);
    let free = cost * i128::from(bucket.burst.max(1));
    // Before each arrival: how many came; and what a period from it on has gained on later ones,
    // of which only those beyond all after them matter: the largest from any one on is the first left.
    let mut before: Vec<u64> = Vec::with_capacity(arrivals.len());
    let mut gains: Vec<(usize, i128)> = Vec::new();
    let (mut count, mut full, mut first) = (0_u64, 0_usize, 0_usize);
    let mut found = Vec::new();
    for (index, &(arrival, n)) in arrivals.iter().enumerate() {
        before.push(count);
        let gain = drain * i128::from(arrival) - cost * i128::from(count);
        while gains.last().is_some_and(|&(_, other)| other <= gain) {
            gains.pop();
        }
        gains.push((index, gain));
        count += u64::from(n);
        let most = most(arrival);
        // Periods that begin before this arrival have more requests than may be.
        let beyond = |&earlier: &u64| (count - earlier).saturating_add(more) > most;
        full = near(&before, full, beyond);
        first = near(&gains, first, |&(from, _)| from < full);
        let largest = gains.get(first).map(|&(_, gain)| {
            gain + cost * (i128::from(count) + i128::from(more)) - drain * i128::from(arrival)
        });
        let filled = full
            .checked_sub(1)
            .map(|last| cost * i128::from(most) - drain * i128::from(arrival - arrivals[last].0));
        let at_most = cost * i128::from(most);
        let owed = [largest, filled].into_iter().flatten().max();
        debug_assert!(owed.is_some(), "a period from this arrival on is left, or one before it is full");
        let owed = owed.map_or(at_most, |owed| at_most.min(owed + ahead)) - free;
        let wait = wait(owed.max(0).unsigned_abs(), per_ms);
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
    let full = u64::from(bucket.burst.max(1)) * TOKEN;
    let (mut level, mut at) = (full, 0_u64);
    let mut found = Vec::new();
    for &(first, last, count) in arrivals {
        // What comes back beyond a full bucket is lost, however much it is.
        level = level.saturating_add(per_ms.saturating_mul(first.saturating_sub(at))).min(full);
        at = last.max(at);
        let taken = u64::from(count) * TOKEN;
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
        assert_eq!(waits(&[(0, 100)], bucket(100, 5), 0, 0, |_| u64::MAX), []);
        assert_eq!(waits(&[(0, 100), (200, 1), (300, 1)], bucket(100, 5), 0, 0, |_| u64::MAX), [(300, 100)]);
        assert_eq!(waits(&[(0, 100)], bucket(100, 5), 400, 1, |_| u64::MAX), [(0, 600)]);
        assert_eq!(waits(&[(7, 3)], bucket(1, 125), 0, 0, |_| u64::MAX), [(7, 16)]);
        assert_eq!(wait_in_queue(250, bucket(100, 5)), 50_000);
        assert_eq!(waits(&[(0, 2)], bucket(1, 0), 0, 0, |_| u64::MAX), [(0, NEVER)]);
    }

    #[test]
    fn a_token_that_never_comes_proves_nothing() {
        let waited = wait_in_queue(2, bucket(1, 0));
        assert_eq!([waited, waited + 900_000].map(finite_wait), [None, None]);
        assert_eq!(finite_wait(wait_in_queue(250, bucket(100, 5))), Some(50_000));
    }

    #[test]
    fn of_many_arrivals_only_so_many_can_stand_in_a_queue() {
        let arrivals: Vec<(u64, u32)> = (0..1_000).map(|n| (100 * n, 1)).collect();
        let longest = |most: u64| {
            let found = waits(&arrivals, bucket(10, 5), 0, 0, |_| most);
            found.into_iter().map(|(_, wait)| wait).max().unwrap_or(0)
        };
        // The 30th comes 2.9 s after the first, and 20 of them find no token in the bucket.
        assert_eq!(longest(30), 20 * 200 - 2_900);
        assert_eq!(longest(u64::MAX), 990 * 200 - 99_900);
        assert_eq!(longest(10), 0);
    }

    /// A queue walked through request by request, of some of the arrivals.
    #[test]
    fn no_queue_of_some_of_the_arrivals_waits_longer() {
        let stream = crate::random::Stream::new(3, crate::random::Purpose::Search);
        let mut draw = 0;
        let mut below = |range: u64| {
            draw += 1;
            stream.below(draw, range)
        };
        let mut waited = 0;
        for world in 0..400 {
            let bucket = bucket(u32::try_from(2 + below(6)).unwrap(), 1 + below(60));
            let (most, spread) = (3 + below(20), below(40));
            let mut at = 0;
            let arrivals: Vec<(u64, u32)> = (0..60)
                .map(|_| {
                    at += below(40);
                    (at, 1 + u32::try_from(below(3)).unwrap())
                })
                .collect();
            let bounds = waits(&arrivals, bucket, spread, 0, |_| most);
            let mut requests: Vec<(u64, u64)> = Vec::new();
            for &(arrival, count) in &arrivals {
                requests.extend((0..count).filter(|_| below(4) > 0).map(|_| (arrival, 0)));
            }
            for (arrival, request) in &mut requests {
                *request = *arrival + below(spread + 1);
            }
            requests.sort_by_key(|&(_, request)| request);
            let full = i128::from(bucket.burst) * 1_000_000;
            let per_ms = i128::from(bucket.per_second.micro_tokens_per_ms());
            let (mut level, mut last, mut together) = (full, 0, 0);
            for (arrival, request) in requests {
                level = full.min(level + per_ms * i128::from(request - last));
                last = request;
                together = if level == full { 0 } else { together };
                if together == most {
                    continue;
                }
                together += 1;
                level -= 1_000_000;
                let wait = u64::try_from(-level.min(0)).unwrap().div_ceil(u64::try_from(per_ms).unwrap());
                waited += u64::from(wait > 0);
                // What waits is an arrival within the spread before one of these.
                let near = bounds.iter().filter(|&&(at, _)| at <= request && arrival + spread >= at);
                let bound = near.map(|&(_, bound)| bound).max().unwrap_or(0);
                assert!(wait <= bound, "world {world}: {wait} at {request} beyond {bound}");
            }
        }
        assert!(waited > 1_000);
    }

    #[test]
    fn a_bucket_refuses_where_it_may_be_empty() {
        let arrivals = [(0, 0, 2), (8, 8, 1), (16, 16, 2), (40, 40, 1)];
        assert_eq!(refusals(&arrivals, bucket(2, 125)), [(16, 16)]);
    }
}
