//! Integration tests.

mod plan;
mod plan_check;
mod plan_measured;
mod plan_oracle;
