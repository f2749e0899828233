//! Tokens: the latest instants at which requests still find a token each, by a backward pass.
//!
//! The bucket never holds more than `burst` tokens, so requests at `a..=b` all find theirs at once
//! iff every such window has at most `burst + floor(rate * (b - a))` of them ([`ExactBucket::window`]). That condition reads
//! the same backwards in time: serving the deadlines last to first through a bucket that is full
//! at the end gives the latest conformant instants (docs/plan.md, lemma 3). Milliseconds.
//! Knows nothing of needs or schedules.

use std::collections::BTreeSet;

use crate::plan::terms::exact::smaller;
use crate::plan::terms::schedule::DeadlineBatch;
use crate::quantity::convert::up_to;
use crate::topology::TokenBucket;

/// The most separate requests one schedule may have.
pub(crate) const MOST_ENTRIES: usize = 1_000_000;

/// A token bucket in units in which whole milliseconds lose nothing.
///
/// A millionth of a token is such a unit as long as a pause for one token cannot fill the bucket.
/// It can fill a bucket of one, always; there a request needs a full bucket, and the unit is the
/// part of a token that comes in one of the whole milliseconds the pause takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ExactBucket {
    token: u64,
    full: u64,
    /// Units per ms.
    rate: u64,
}

impl From<TokenBucket> for ExactBucket {
    fn from(bucket: TokenBucket) -> Self {
        const MILLION: u64 = 1_000_000;
        match (bucket.burst, bucket.per_second.micro_tokens_per_ms()) {
            (1, rate) if rate > 0 => {
                let pause = MILLION.div_ceil(rate);
                Self { token: pause, full: pause, rate: 1 }
            }
            (burst, rate) => Self { token: MILLION, full: u64::from(burst) * MILLION, rate },
        }
    }
}

impl ExactBucket {
    /// Whether the units lose nothing: refused by validation otherwise.
    pub(crate) fn is_exact(self) -> bool {
        self.full <= self.token || self.rate <= self.full - self.token
    }

    /// Tokens of a full bucket.
    pub(crate) fn burst(self) -> u64 {
        self.full / self.token.max(1)
    }

    /// The longest pause between two requests that both wait; none: for ever.
    pub(crate) fn pause_ms(self) -> Option<u64> {
        (self.rate > 0 && self.full > 0).then(|| self.token.div_ceil(self.rate))
    }

    /// Requests that one window of `width_ms` (both ends included) can grant at once.
    pub(crate) fn window(self, width_ms: u64) -> u64 {
        if self.full == 0 {
            return 0;
        }
        let refill = u128::from(self.rate) * u128::from(width_ms);
        let tokens = (u128::from(self.full) + refill) / u128::from(self.token.max(1));
        // More than anyone asks for.
        up_to(tokens, u64::MAX)
    }

    /// The narrowest window that grants `count` requests at once; none: no window does.
    pub(crate) fn width_ms(self, count: u64) -> Option<u64> {
        let over = count.saturating_sub(self.burst());
        match (over, self.full, self.rate) {
            (0, _, _) => Some(0),
            (_, 0, _) | (_, _, 0) => None,
            (over, _, rate) => {
                u64::try_from((u128::from(over) * u128::from(self.token)).div_ceil(u128::from(rate))).ok()
            }
        }
    }

    /// What `requests` (in time order) overdraw: of each stretch without a full bucket the window
    /// of the first request too many and that of the worst.
    pub(crate) fn overdrawn(self, requests: impl Iterator<Item = DeadlineBatch>) -> BTreeSet<(i64, i64)> {
        let full = i128::from(self.full);
        let mut windows = BTreeSet::new();
        let (mut level, mut stretch, mut lowest) = (full, None, 0);
        let mut worst = None;
        for request in requests {
            let pause = stretch.map_or(0, |(_, last)| request.at_ms.abs_diff(last));
            level += i128::from(self.rate) * i128::from(pause);
            let start = match stretch {
                Some((start, _)) if level < full => start,
                _ => {
                    windows.extend(worst.take());
                    (level, lowest) = (full, 0);
                    request.at_ms
                }
            };
            stretch = Some((start, request.at_ms));
            level -= i128::from(request.count) * i128::from(self.token);
            if level < lowest {
                if worst.is_none() {
                    windows.insert((start, request.at_ms));
                }
                worst = Some((start, request.at_ms));
                lowest = level;
            }
        }
        windows.extend(worst);
        windows
    }
}

/// How one deadline was served.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DeadlineService {
    /// Whether the bucket was full and nobody waited: no later deadline matters to this one.
    pub fresh: bool,
    /// Requests that had to go earlier.
    pub waiting: u64,
    /// How much earlier the earliest goes.
    pub longest_ms: u64,
    /// The sum over all of them.
    pub total_ms: u128,
    /// The instants, latest first.
    pub grants: Vec<DeadlineBatch>,
}

/// Serves deadlines (in time order) as late as the bucket allows: one [`DeadlineService`] each, in the
/// same order; none: the tokens never suffice, or only for more than [`MOST_ENTRIES`] separate requests.
pub(crate) fn latest(deadlines: &[DeadlineBatch], bucket: ExactBucket) -> Option<Vec<DeadlineService>> {
    let mut server = BackwardServer::new(bucket);
    let mut services: Vec<DeadlineService> =
        deadlines.iter().rev().map(|deadline| server.serve(*deadline)).collect::<Option<_>>()?;
    services.reverse();
    Some(services)
}

/// The backward pass between two deadlines.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BackwardServer {
    bucket: ExactBucket,
    clock: i64,
    level: u64,
    entries: usize,
}

impl BackwardServer {
    /// A full bucket at the end of all time.
    pub(crate) fn new(bucket: ExactBucket) -> Self {
        Self { bucket, clock: i64::MAX, level: bucket.full, entries: 0 }
    }

    /// Serves the next earlier deadline; none as [`latest`].
    pub(crate) fn serve(&mut self, deadline: DeadlineBatch) -> Option<DeadlineService> {
        let ExactBucket { token, full, rate } = self.bucket;
        let start = deadline.at_ms.min(self.clock);
        let refill = u128::from(rate) * u128::from(self.clock.abs_diff(start)) + u128::from(self.level);
        self.level = up_to(refill, full);
        self.clock = start;
        let fresh = self.level == full && self.clock == deadline.at_ms;
        let mut service = DeadlineService { fresh, ..DeadlineService::default() };
        let mut rest = deadline.count;
        while rest > 0 {
            if self.level < token {
                if rate == 0 || full == 0 {
                    return None;
                }
                let pause = (token - self.level).div_ceil(rate);
                self.level = self.level.saturating_add(pause.saturating_mul(rate)).min(full);
                self.clock = self.clock.checked_sub_unsigned(pause)?;
            }
            let count = smaller(self.level / token.max(1), rest);
            self.level -= u64::from(count) * token;
            rest -= count;
            service.grant(DeadlineBatch { at_ms: self.clock, count }, deadline.at_ms);
            self.entries += 1;
            if self.entries > MOST_ENTRIES {
                return None;
            }
        }
        Some(service)
    }
}

impl DeadlineService {
    fn grant(&mut self, grant: DeadlineBatch, deadline_ms: i64) {
        let early = deadline_ms.abs_diff(grant.at_ms);
        if early > 0 {
            self.waiting += u64::from(grant.count);
            self.longest_ms = early;
            self.total_ms += u128::from(early) * u128::from(grant.count);
        }
        self.grants.push(grant);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::Rate;

    fn bucket(burst: u32, per_second: Rate) -> ExactBucket {
        TokenBucket { burst, per_second }.into()
    }

    #[test]
    fn a_burst_goes_at_once_and_the_rest_a_token_apart() {
        let bucket = bucket(2, Rate::per_second(100));
        assert_eq!((bucket.window(0), bucket.window(9), bucket.window(10)), (2, 2, 3));
        assert_eq!(
            (bucket.width_ms(2), bucket.width_ms(3), bucket.width_ms(5)),
            (Some(0), Some(10), Some(30))
        );
        let served = latest(&[DeadlineBatch { at_ms: 100, count: 4 }], bucket).unwrap();
        let grants: Vec<_> = served[0].grants.iter().map(|grant| (grant.at_ms, grant.count)).collect();
        assert_eq!(grants, [(100, 2), (90, 1), (80, 1)]);
        assert_eq!((served[0].waiting, served[0].longest_ms, served[0].total_ms), (2, 20, 30));
    }

    #[test]
    fn a_bucket_that_never_refills_or_holds_nothing_fails() {
        let never = bucket(2, Rate(0));
        assert_eq!(latest(&[DeadlineBatch { at_ms: 0, count: 3 }], never), None);
        let empty = bucket(0, Rate(5));
        assert_eq!(latest(&[DeadlineBatch { at_ms: 0, count: 1 }], empty), None);
        assert_eq!((never.width_ms(3), empty.width_ms(1), empty.window(1_000_000)), (None, None, 0));
    }

    #[test]
    fn fresh_marks_where_congestion_ends() {
        let bucket = bucket(1, Rate::per_second(100));
        let deadlines = [(0, 1), (95, 1), (100, 1)].map(|(at_ms, count)| DeadlineBatch { at_ms, count });
        let served = latest(&deadlines, bucket).unwrap();
        let fresh: Vec<_> = served.iter().map(|service| service.fresh).collect();
        assert_eq!(fresh, [true, false, true]);
        assert_eq!(served[1].grants, [DeadlineBatch { at_ms: 90, count: 1 }]);
    }

    #[test]
    fn a_bucket_of_one_pauses_whole_milliseconds() {
        // 0.45 tokens a ms: the next after 3 ms, not two after 5.
        let one = bucket(1, Rate(450_000));
        assert_eq!((one.window(2), one.window(3), one.window(5), one.window(6)), (1, 2, 2, 3));
        assert_eq!((one.width_ms(2), one.width_ms(3)), (Some(3), Some(6)));
        // 2.5 tokens a ms would be lost on a bucket of two: three then two then three is not to be had.
        assert!(
            one.is_exact() && !bucket(2, Rate(2_500_000)).is_exact() && bucket(2, Rate(1_000_000)).is_exact()
        );
    }

    #[test]
    fn overdrawn_windows_are_the_first_and_the_worst_of_a_stretch() {
        let turns =
            [(0, 1), (5, 1), (10, 1), (15, 2), (100, 1)].map(|(at_ms, count)| DeadlineBatch { at_ms, count });
        let bucket = bucket(2, Rate::per_second(100));
        assert_eq!(bucket.overdrawn(turns.into_iter()), BTreeSet::from([(0, 15)]));
        assert_eq!(bucket.overdrawn(turns.into_iter().take(3)), BTreeSet::new());
    }
}
