//! Token bucket in integers: millionths of a token, whole milliseconds.

use crate::topology::TokenBucket;

const TOKEN: u64 = 1_000_000;

/// A bucket in use. Full at time 0; calls must not go back in time.
#[derive(Clone, Debug)]
pub(crate) struct BucketState {
    full: u64,
    per_ms: u64,
    level: u64,
    at: u64,
}

impl BucketState {
    pub(crate) fn new(bucket: TokenBucket) -> Self {
        let full = u64::from(bucket.burst.max(1)) * TOKEN;
        Self { full, per_ms: bucket.per_second.micro_tokens_per_ms(), level: full, at: 0 }
    }

    fn refill(&mut self, now: u64) {
        let come = self.per_ms.saturating_mul(now.saturating_sub(self.at));
        self.level = self.level.saturating_add(come).min(self.full);
        self.at = self.at.max(now);
    }

    /// Whether there is a token now.
    pub(crate) fn has_token(&mut self, now: u64) -> bool {
        self.refill(now);
        self.level >= TOKEN
    }

    /// Takes a token that is there.
    pub(crate) fn take(&mut self) {
        debug_assert!(self.level >= TOKEN, "no token to take");
        self.level -= TOKEN;
    }

    /// Takes the next token that no earlier request has taken; the instant it comes, `u64::MAX` for never.
    pub(crate) fn take_in_turn(&mut self, now: u64) -> u64 {
        self.refill(now.max(self.at));
        let missing = TOKEN.saturating_sub(self.level);
        if missing > 0 {
            if self.per_ms == 0 || self.at == u64::MAX {
                self.at = u64::MAX;
                return u64::MAX;
            }
            let wait = missing.div_ceil(self.per_ms);
            self.level = self.level.saturating_add(wait.saturating_mul(self.per_ms)).min(self.full);
            self.at = self.at.saturating_add(wait);
        }
        self.level -= TOKEN;
        self.at
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::Rate;

    #[test]
    fn one_token_refilled_each_eight_milliseconds() {
        let mut bucket = BucketState::new(TokenBucket { burst: 1, per_second: Rate::per_second(125) });
        assert_eq!([2, 3, 4, 40].map(|now| bucket.take_in_turn(now)), [2, 10, 18, 40]);
        assert_eq!([41, 47, 48].map(|now| bucket.has_token(now)), [false, false, true]);
        bucket.take();
        assert!(!bucket.has_token(55) && bucket.has_token(56));
    }

    #[test]
    fn a_full_bucket_serves_a_burst_and_then_its_rate() {
        let mut bucket = BucketState::new(TokenBucket { burst: 100, per_second: Rate::per_second(5) });
        let grants: Vec<_> = (0..1_600).map(|_| bucket.take_in_turn(0)).collect();
        assert_eq!((grants[99], grants[100], grants[1_599]), (0, 200, 300_000));
    }
}
