//! [`Raw`] + model + traffic -> [`Scenario`].

use super::{Raw, Scenario};
use crate::diagnostic::Diagnostics;
use crate::platform::Platform;
use crate::quantity::Memory;

/// What the traffic says of one function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// Its name.
    pub name: String,
    /// Its memory, where the traffic gives it.
    pub memory: Option<Memory>,
}

/// Fills in every default.
pub fn resolve(_raw: &Raw, _platform: &Platform, _observed: &[Observed]) -> Result<Scenario, Diagnostics> {
    Err(Diagnostics::default())
}
