//! Numbers of 16 bits, by which a state names its environments, its ENIs and the instants of its zone.

/// So many things of a kind a state may have; one that has more is given up.
///
/// A model has no more invocations, environments and pooled ENIs together, and one event makes at most an ENI
/// for each of them: twice as many still have a number.
pub(super) const MOST_THINGS: usize = 30_000;

/// The number of what stands at this place.
pub(super) fn number(place: usize) -> u16 {
    debug_assert!(place < usize::from(u16::MAX), "a state of {place} things is not given up");
    // Never more, by the above.
    u16::try_from(place).unwrap_or(u16::MAX)
}
