//! Demand: how many environments and ENIs the traffic needs, by closed form, without simulation.

mod curve;

pub use curve::Curve;
