//! Events: what can happen, and when.

use super::zone::ZoneInstant;

/// What can happen. The variants stand in the order in which events of one millisecond happen,
/// arrivals between `InvocationEnd` and `EnvironmentExpiry`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ExactEvent {
    EniGone { eni: u16 },
    EniReady { eni: u16 },
    PhaseEnd { environment: u16, step: u16 },
    InvocationEnd { environment: u16 },
    EnvironmentExpiry { environment: u16 },
    EniExpiry { eni: u16 },
}

/// The rank of arrivals among [`ExactEvent::rank`]s.
pub(super) const ARRIVAL_RANK: u8 = 4;

impl ExactEvent {
    pub(super) const fn rank(self) -> u8 {
        match self {
            Self::EniGone { .. } => 0,
            Self::EniReady { .. } => 1,
            Self::PhaseEnd { .. } | Self::InvocationEnd { .. } => 2,
            Self::EnvironmentExpiry { .. } => 5,
            Self::EniExpiry { .. } => 6,
        }
    }
}

/// An event to come; without an instant it never happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct PendingEvent {
    pub(super) event: ExactEvent,
    pub(super) at: Option<ZoneInstant>,
}

impl ExactEvent {
    pub(super) const fn environment(self) -> Option<u16> {
        match self {
            Self::PhaseEnd { environment, .. }
            | Self::InvocationEnd { environment }
            | Self::EnvironmentExpiry { environment } => Some(environment),
            Self::EniGone { .. } | Self::EniReady { .. } | Self::EniExpiry { .. } => None,
        }
    }

    pub(super) fn renumbered(self, environments: &[u16], enis: &[u16]) -> Self {
        let of = |environment: u16| environments[usize::from(environment)];
        match self {
            Self::EniGone { eni } => Self::EniGone { eni: enis[usize::from(eni)] },
            Self::EniReady { eni } => Self::EniReady { eni: enis[usize::from(eni)] },
            Self::EniExpiry { eni } => Self::EniExpiry { eni: enis[usize::from(eni)] },
            Self::PhaseEnd { environment, step } => Self::PhaseEnd { environment: of(environment), step },
            Self::InvocationEnd { environment } => Self::InvocationEnd { environment: of(environment) },
            Self::EnvironmentExpiry { environment } => {
                Self::EnvironmentExpiry { environment: of(environment) }
            }
        }
    }
}
