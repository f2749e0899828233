//! A token bucket whose takings happen at uncertain instants.
//!
//! Let `full_at` be the last instant at which a taking found the bucket full, and `taken`
//! the tokens taken from then on. Until it is full again its level at `t` is
//! `full - taken + refill * (t - full_at)`: the instants of the next token and of fullness
//! are known relative to `full_at`, which is what a zone can express.

use super::zone::{InstantZone, ZERO, ZoneInstant};
use crate::topology::TokenBucket;

const TOKEN: u128 = 1_000_000;

/// Longer than anything counts as never.
pub(super) const NEVER: i64 = 1 << 40;

/// What never changes.
#[derive(Clone, Copy, Debug)]
pub(super) struct BucketRates {
    full: u128,
    per_ms: u128,
}

impl BucketRates {
    pub(super) fn new(bucket: TokenBucket) -> Self {
        let full = u128::from(bucket.burst.max(1)) * TOKEN;
        Self { full, per_ms: u128::from(bucket.per_second.micro_tokens_per_ms()) }
    }

    /// Tokens in a full bucket from which so many were taken.
    pub(super) fn tokens_left(&self, taken: u32) -> u128 {
        // Where more were taken than it holds, none is left.
        (self.full / TOKEN).saturating_sub(u128::from(taken))
    }

    /// How long the refill of so many millionths takes, ms; `None`: for ever.
    fn refill(&self, missing: u128) -> Option<i64> {
        if missing == 0 {
            return Some(0);
        }
        if self.per_ms == 0 {
            return None;
        }
        // At the slowest rate there is, a thousandth of a token per second, as many tokens as a model has things
        // take a thirtieth of NEVER.
        i64::try_from(missing.div_ceil(self.per_ms)).ok().filter(|&ms| ms < NEVER)
    }
}

/// A bucket in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ZoneBucket {
    pub(super) full_at: ZoneInstant,
    pub(super) taken: u32,
}

/// How a taking can go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenTaking {
    /// The bucket is full.
    Full,
    /// A token is there.
    There,
    /// It has to be waited for.
    Wait,
}

impl ZoneBucket {
    pub(super) const fn full() -> Self {
        Self { full_at: ZERO, taken: 0 }
    }

    /// When it is full again if nothing more is taken.
    pub(super) fn full_again(&self, rates: &BucketRates) -> Option<ZoneInstant> {
        rates.refill(u128::from(self.taken) * TOKEN).map(|ms| self.full_at.plus(ms))
    }

    /// When the next token is there.
    fn next_token(&self, rates: &BucketRates) -> Option<ZoneInstant> {
        // While the bucket holds as many, nothing is missing.
        let missing = ((u128::from(self.taken) + 1) * TOKEN).saturating_sub(rates.full);
        rates.refill(missing).map(|ms| self.full_at.plus(ms))
    }

    /// The ways in which a taking at `now` can go.
    pub(super) fn ways(&self, rates: &BucketRates, zone: &InstantZone, now: ZoneInstant) -> Vec<TokenTaking> {
        let (full, token) = (self.full_again(rates), self.next_token(rates));
        let not_before = |at: Option<ZoneInstant>| at.is_some_and(|at| zone.allows(at, now, 0));
        let before = |at: Option<ZoneInstant>| at.is_none_or(|at| zone.allows(now, at, -1));
        let mut ways = Vec::new();
        if not_before(full) {
            ways.push(TokenTaking::Full);
        }
        // Both at once is one constraint from either side: the zone is asked for them together.
        if not_before(token) && before(full) && self.between(rates, zone, now) {
            ways.push(TokenTaking::There);
        }
        if before(token) {
            ways.push(TokenTaking::Wait);
        }
        ways
    }

    fn between(&self, rates: &BucketRates, zone: &InstantZone, now: ZoneInstant) -> bool {
        self.narrow(rates, &mut zone.clone(), now, TokenTaking::There)
    }

    /// Keeps the part of `zone` in which the taking goes this way.
    fn narrow(
        &self,
        rates: &BucketRates,
        zone: &mut InstantZone,
        now: ZoneInstant,
        way: TokenTaking,
    ) -> bool {
        let (full, token) = (self.full_again(rates), self.next_token(rates));
        match way {
            TokenTaking::Full => full.is_some_and(|at| zone.restrict(at, now, 0)),
            TokenTaking::There => {
                token.is_some_and(|at| zone.restrict(at, now, 0))
                    && full.is_none_or(|at| zone.restrict(now, at, -1))
            }
            TokenTaking::Wait => token.is_none_or(|at| zone.restrict(now, at, -1)),
        }
    }

    /// Takes the next token at `now` in this way; when it comes, `None` for never.
    pub(super) fn take(
        &mut self,
        rates: &BucketRates,
        zone: &mut InstantZone,
        now: ZoneInstant,
        way: TokenTaking,
    ) -> Option<ZoneInstant> {
        self.narrow(rates, zone, now, way);
        let granted = if way == TokenTaking::Wait { self.next_token(rates) } else { Some(now) };
        let full = self.full_again(rates);
        let found_full = match (way, granted, full) {
            (TokenTaking::Full, ..) => true,
            (TokenTaking::Wait, Some(granted), Some(full)) => granted.offset >= full.offset,
            _ => false,
        };
        match granted {
            Some(granted) if found_full => *self = Self { full_at: granted, taken: 1 },
            _ => self.taken += 1,
        }
        granted
    }

    /// Whether a token is there at the known instant `now`, ms.
    pub(super) fn has_token(&self, rates: &BucketRates, now: i64) -> bool {
        self.next_token(rates).is_some_and(|at| at.offset <= now)
    }

    /// Takes a token that is there at the known instant `now`, ms.
    pub(super) fn take_known(&mut self, rates: &BucketRates, now: i64) {
        if self.full_again(rates).is_some_and(|at| at.offset <= now) {
            *self = Self { full_at: ZoneInstant::at(now), taken: 0 };
        }
        self.taken += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantity::Rate;

    fn grants(burst: u32, rate: Rate, takings: &[i64]) -> Vec<Option<i64>> {
        let rates = BucketRates::new(TokenBucket { burst, per_second: rate });
        let (mut bucket, mut zone) = (ZoneBucket::full(), InstantZone::new());
        let mut take = |&now: &i64| {
            let ways = bucket.ways(&rates, &zone, ZoneInstant::at(now));
            assert_eq!(ways.len(), 1, "at a known instant there is one way");
            bucket.take(&rates, &mut zone, ZoneInstant::at(now), ways[0]).map(|at| at.offset)
        };
        takings.iter().map(&mut take).collect()
    }

    /// By hand: the examples of the simulator's bucket.
    #[test]
    fn known_instants_are_served_as_in_the_simulator() {
        assert_eq!(grants(1, Rate::per_second(125), &[2, 3, 4, 40]), [2, 10, 18, 40].map(Some));
        let burst = grants(100, Rate::per_second(5), &[0; 1_600]);
        assert_eq!((burst[99], burst[100], burst[1_599]), (Some(0), Some(200), Some(300_000)));
        assert_eq!(grants(2, Rate(0), &[1, 1, 9]), [Some(1), Some(1), None]);
        // More than a token comes in a millisecond, and a full bucket loses it.
        assert_eq!(grants(1, Rate::per_second(1_500), &[5, 5, 5, 7]), [5, 6, 7, 8].map(Some));
    }

    #[test]
    fn an_uncertain_instant_can_go_several_ways() {
        let rates = BucketRates::new(TokenBucket { burst: 1, per_second: Rate::per_second(125) });
        let (mut bucket, mut zone) = (ZoneBucket::full(), InstantZone::new());
        bucket.take(&rates, &mut zone, ZoneInstant::at(2), TokenTaking::Full);
        let now = zone.grow(ZERO, 5, 12);
        assert_eq!(bucket.ways(&rates, &zone, now), [TokenTaking::Full, TokenTaking::Wait]);
        let granted = bucket.take(&rates, &mut zone, now, TokenTaking::Wait);
        assert_eq!((granted, zone.latest(now)), (Some(ZoneInstant::at(10)), 9));
    }
}
