//! Cover: how many ENIs a need takes that must survive the loss of any one zone.
//!
//! `n` are covered by `y_z` ENIs in the zones iff all of them less the most in one zone are at
//! least `n`. With `w` for what may stand in one zone at most (the *waste*: the total is `n + w`),
//! that is possible within the zones' rooms `a_z` iff `sum of min(a_z, w) - w >= n`. The left side
//! grows with `w` as long as two zones have room left, so the least `w` is found by going through
//! the rooms in ascending order. Counts of ENIs; knows nothing of time.

/// The least waste with which `need` survives the loss of a zone; none: no number of ENIs does.
pub(crate) fn waste(need: u64, rooms: &[u64]) -> Option<u64> {
    if need == 0 {
        return Some(0);
    }
    let mut rooms = rooms.to_vec();
    rooms.sort_unstable();
    let (mut from, mut covered) = (0_u64, 0_u64);
    for (index, &room) in rooms.iter().enumerate() {
        // Every zone with room left takes one more; one of them may be lost.
        let slope = (rooms.len() - index - 1) as u64;
        if slope == 0 {
            return None;
        }
        let missing = (need - covered).div_ceil(slope);
        if missing <= room - from {
            return Some(from + missing);
        }
        covered += slope * (room - from);
        from = room;
    }
    None
}

/// The most that can be covered.
pub(crate) fn most(rooms: &[u64]) -> u64 {
    let mut rooms = rooms.to_vec();
    rooms.sort_unstable();
    // The roomiest zone may be lost; it stands in for no more than the next one.
    rooms.pop();
    rooms.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every split of up to `w` per zone, written to be read.
    fn tried(need: u64, rooms: &[u64]) -> Option<u64> {
        (0..=need).find(|&waste| {
            let all: u64 = rooms.iter().map(|room| waste.min(*room)).sum();
            all >= need + waste
        })
    }

    #[test]
    fn the_closed_form_equals_trying() {
        assert_eq!(waste(5, &[100, 100, 100]), Some(3));
        assert_eq!(waste(10, &[2, 100, 100]), Some(8));
        assert_eq!((waste(3, &[100]), waste(0, &[]), waste(4, &[3, 9])), (None, Some(0), None));
        for code in 0..6_u64.pow(4) {
            let rooms: Vec<u64> = (0..4).map(|digit| code / 6_u64.pow(digit) % 6).collect();
            for need in 0..14 {
                assert_eq!(waste(need, &rooms), tried(need, &rooms), "{need} {rooms:?}");
                assert_eq!(waste(need, &rooms).is_some(), need <= most(&rooms), "{need} {rooms:?}");
            }
        }
    }
}
