//! An objective: what a plan makes small, ENIs, money or addresses.

use super::schedule::Objectives;
use crate::quantity::Price;
use crate::quantity::convert::up_to;

/// What is to be small.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlanObjective {
    /// The most ENIs held at once, then ENI-hours, then creations.
    #[default]
    Enis,
    /// What holding and creating ENIs costs.
    Cost(EniPrices),
    /// The most addresses held at once in one subnet, then as [`PlanObjective::Enis`].
    Addresses {
        /// The index of the subnet; none: in any one of them.
        subnet: Option<usize>,
    },
}

impl PlanObjective {
    /// What a plan is worth, before the ENIs held: its cost, or its addresses; none: nothing comes before them.
    pub(crate) fn value(self, objectives: Objectives, subnet_peaks: &[u32]) -> Option<u128> {
        match self {
            Self::Enis => None,
            Self::Cost(prices) => Some(prices.cost(objectives.held_ms, objectives.creations)),
            Self::Addresses { subnet } => {
                let peaks = subnet_peaks.iter().enumerate();
                let own = peaks.filter(|(index, _)| subnet.is_none_or(|subnet| subnet == *index));
                Some(own.map(|(_, peak)| u128::from(*peak)).max().unwrap_or(0))
            }
        }
    }
}

/// What ENIs cost; at least one of the two is not zero.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EniPrices {
    /// Holding one for an hour.
    pub eni_hour: Price,
    /// Creating one.
    pub creation: Price,
}

/// Milliseconds in an hour.
const HOUR_MS: u128 = 3_600_000;

impl EniPrices {
    /// What this costs, in billionths of the currency times milliseconds per hour, so that it is whole.
    pub fn cost(self, held_ms: u128, creations: u64) -> u128 {
        let created = u128::from(creations) * HOUR_MS;
        let held = held_ms.saturating_mul(u128::from(self.eni_hour.0));
        held.saturating_add(created.saturating_mul(u128::from(self.creation.0)))
    }

    /// For how long holding one ENI costs no more than creating one, ms.
    pub fn break_even_ms(self) -> u64 {
        let creation = u128::from(self.creation.0) * HOUR_MS;
        match u128::from(self.eni_hour.0) {
            0 if creation > 0 => u64::MAX,
            0 => 0,
            hour => up_to(creation / hour, u64::MAX),
        }
    }

    /// [`EniPrices::cost`] in the user's currency.
    pub fn in_currency(cost: u128) -> f64 {
        cost as f64 / (HOUR_MS * 1_000_000_000) as f64
    }
    /// The same as [`EniPrices::break_even_ms`], rounded up.
    pub(crate) fn at_most_ms(self) -> u64 {
        let down = self.break_even_ms();
        let exact = u128::from(down) * u128::from(self.eni_hour.0) == self.cost(0, 1);
        if exact { down } else { down.saturating_add(1) }
    }
}
