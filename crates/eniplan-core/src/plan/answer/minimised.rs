//! What a plan makes small: its value, counted row by row, beside what no plan is worth less than.
//!
//! Reads what the user is given, and shares no code with what finds or checks plans.

use std::collections::BTreeMap;

use serde::Serialize;

use super::row::ScheduleRow;
use crate::plan::terms::objective::{EniPrices, PlanObjective};

/// The objective of a plan, its value and its lower bound.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Minimised {
    /// `cost` or `addresses`.
    #[serde(rename = "objective")]
    pub what: &'static str,
    /// The subnet whose addresses count; null: the one with the most.
    pub subnet: Option<String>,
    /// The price per ENI-hour, for `cost`.
    pub price_eni_hour: Option<f64>,
    /// The price per creation, for `cost`.
    pub price_creation: Option<f64>,
    /// The value of the plan, in the currency of the prices or in addresses; null without a plan.
    pub value: Option<f64>,
    /// The lower bound on the value.
    pub lower_bound: f64,
    /// `(value - lower_bound) / value`, 0 to 1.
    pub gap: f64,
    /// Whether the two are equal to the last unit.
    #[serde(skip)]
    pub met: bool,
}

/// What these rows are worth, until `end_ms`, in the units of [`ValuedPlan::value`](crate::plan::objective::ValuedPlan::value):
/// every ENI is held from its request to `delete_ms` after its deletion began.
pub(crate) fn value_rows(
    rows: &[ScheduleRow],
    delete_ms: u64,
    end_ms: i64,
    minimise: PlanObjective,
    names: &[&str],
) -> u128 {
    let (mut created, mut held_ms) = (0_u64, 0_i128);
    let mut by_subnet: BTreeMap<&str, BTreeMap<i64, i64>> = BTreeMap::new();
    let mut all: BTreeMap<i64, i64> = BTreeMap::new();
    for row in rows {
        let gone = row.at_ms.saturating_add_unsigned(delete_ms);
        created += u64::from(row.create);
        held_ms += i128::from(row.create) * i128::from(end_ms.saturating_sub(row.at_ms).max(0));
        held_ms -= i128::from(row.delete) * i128::from(end_ms.saturating_sub(gone).max(0));
        for changes in [by_subnet.entry(row.subnet.as_str()).or_default(), &mut all] {
            *changes.entry(row.at_ms).or_default() += i64::from(row.create);
            *changes.entry(gone).or_default() -= i64::from(row.delete);
        }
    }
    let peak = |changes: &BTreeMap<i64, i64>| {
        let mut held = 0;
        let peaks = changes.values().map(|change| {
            held += change;
            held
        });
        u128::from(peaks.max().unwrap_or(0).max(0).unsigned_abs())
    };
    debug_assert!(held_ms >= 0, "more is deleted than was created: {held_ms}");
    match minimise {
        PlanObjective::Enis => peak(&all),
        PlanObjective::Cost(prices) => prices.cost(held_ms.unsigned_abs(), created),
        PlanObjective::Addresses { subnet } => {
            let chosen = |name: &&str| subnet.is_none_or(|index| names.get(index) == Some(name));
            by_subnet
                .iter()
                .filter(|(name, _)| chosen(name))
                .map(|(_, changes)| peak(changes))
                .max()
                .unwrap_or(0)
        }
    }
}

impl Minimised {
    /// The plan of another target, beside this one's bound.
    pub(crate) fn with_value_of(&self, other: Option<&Self>) -> Self {
        let value = other.and_then(|other| other.value);
        let open = value.map_or(0.0, |value| (value - self.lower_bound).max(0.0));
        let gap = value.filter(|_| open > 0.0).map_or(0.0, |value| open / value);
        Self { value, gap, met: value.is_some() && open <= 0.0, ..self.clone() }
    }

    /// `value` and `bound` in the units of `value_rows`, in the user's words; none for the default objective.
    pub fn new(minimise: PlanObjective, names: &[&str], value: Option<u128>, bound: u128) -> Option<Self> {
        let open = value.map_or(0, |value| value.saturating_sub(bound));
        let gap = value.filter(|_| open > 0).map_or(0.0, |value| open as f64 / value as f64);
        let met = value == Some(bound);
        let own = |value: u128| match minimise {
            PlanObjective::Cost(_) => EniPrices::in_currency(value),
            PlanObjective::Enis | PlanObjective::Addresses { .. } => value as f64,
        };
        let blank = Self {
            what: "addresses",
            subnet: None,
            price_eni_hour: None,
            price_creation: None,
            value: value.map(own),
            lower_bound: own(bound),
            gap,
            met,
        };
        match minimise {
            PlanObjective::Enis => None,
            PlanObjective::Cost(EniPrices { eni_hour, creation }) => Some(Self {
                what: "cost",
                price_eni_hour: Some(eni_hour.number()),
                price_creation: Some(creation.number()),
                ..blank
            }),
            PlanObjective::Addresses { subnet } => {
                let subnet = subnet.and_then(|index| names.get(index)).map(|name| (*name).to_owned());
                Some(Self { subnet, ..blank })
            }
        }
    }
}
