//! The answer of the planner: data alone, as it is printed.

pub(crate) mod explanation;
pub(crate) mod minimised;

pub(crate) mod plan;
pub(crate) mod row;

pub use explanation::{BindingStretch, Explanation, HeldForPool, PriceDifference, Remedy, ShadowPrice};
pub use minimised::Minimised;
pub use plan::{
    BindingLimit, NoPlan, Plan, PlanAmount, PlanVerdict, PoolClass, PoolTarget, Shortfall, TargetBracket,
};
pub use row::ScheduleRow;
