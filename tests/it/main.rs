//! Integration tests.

mod plan;
mod plan_oracle;
