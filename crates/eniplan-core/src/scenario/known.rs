//! Known: a function with what the scenario and the trace say of it.

use super::raw::RawFunction;
use crate::quantity::Memory;

/// What the trace says of one function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// Its name.
    pub name: String,
    /// Its memory, where the trace gives it.
    pub memory: Option<Memory>,
}

/// One function with what each side says of it.
pub(super) struct KnownFunction<'r> {
    pub(super) name: &'r str,
    pub(super) said: Option<&'r RawFunction>,
    pub(super) observed: Option<&'r Observed>,
}

impl KnownFunction<'_> {
    /// Its memory, where anyone gives it.
    pub(super) fn memory(&self) -> Option<Memory> {
        self.said.and_then(|said| said.memory).or(self.observed.and_then(|observed| observed.memory))
    }

    /// Whether nobody says which subnets it is in.
    pub(super) fn without_subnets(&self) -> bool {
        self.said.is_none_or(|said| said.subnets.is_none())
    }
}
