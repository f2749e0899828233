//! Token bucket; who must wait, waits one millisecond after the other.

use eniplan::quantity::Rate;
use eniplan::topology::TokenBucket;

/// Amounts are fractions of a token with this denominator: a rate in thousandths of a token per
/// second is as many of these per millisecond, so nothing is ever rounded.
const ONE: u64 = 1_000_000;

/// A bucket; full at time 0.
pub(super) struct Bucket {
    full: u64,
    per_millisecond: u64,
    level: u64,
    at: u64,
}

impl Bucket {
    pub(super) fn new(bucket: TokenBucket) -> Self {
        let full = u64::from(bucket.burst) * ONE;
        Self { full, per_millisecond: bucket.per_second.0, level: full, at: 0 }
    }

    /// "A host's bucket holds one second", and at least one start.
    pub(super) fn of_hosts(rate: Rate) -> Self {
        let burst = u32::try_from(rate.0 / 1_000).unwrap().max(1);
        Self::new(TokenBucket { burst, per_second: rate })
    }

    /// What comes to a full bucket is lost.
    fn wait_until(&mut self, now: u64) {
        if now > self.at {
            self.level = (self.level + self.per_millisecond * (now - self.at)).min(self.full);
            self.at = now;
        }
    }

    pub(super) fn has_token(&mut self, now: u64) -> bool {
        self.wait_until(now);
        self.level >= ONE
    }

    pub(super) fn take(&mut self) {
        self.level -= ONE;
    }

    /// The instant of the first token that no earlier request has taken; `None` if none ever comes.
    pub(super) fn take_in_turn(&mut self, now: u64) -> Option<u64> {
        self.wait_until(now);
        while self.level < ONE {
            if self.per_millisecond == 0 {
                return None;
            }
            self.wait_until(self.at + 1);
        }
        self.take();
        Some(self.at)
    }
}
