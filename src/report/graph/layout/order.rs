//! Order: the boxes and points of each rank in an order with few crossings.
//!
//! Sweeps down and up: each rank is sorted by the mean place of its neighbours in the rank
//! before (Sugiyama, Tagawa, Toda 1981), then neighbours are exchanged while that helps (Gansner,
//! Koutsofios, North, Vo 1993). The best order seen is kept; equal ones keep the order given.

use super::layers::Layers;

/// Sweeps without an improvement after which the search ends.
const PATIENCE: usize = 6;
/// The most sweeps.
const SWEEPS: usize = 40;
/// Above this many arrows neighbours are not exchanged: the picture is too large to be read anyway.
const EXCHANGED: usize = 4_000;

/// Orders the rows of `layers`.
pub(super) fn order(layers: &mut Layers) {
    let arrows: usize = layers.after.iter().map(Vec::len).sum();
    let mut best = (crossings(layers), layers.rows.clone());
    let mut idle = 0;
    for sweep in 0..SWEEPS {
        if best.0 == 0 || idle >= PATIENCE {
            break;
        }
        let down = sweep.is_multiple_of(2);
        by_means(layers, down);
        if arrows <= EXCHANGED {
            exchange(layers);
        }
        let found = crossings(layers);
        idle += 1;
        if found < best.0 {
            best = (found, layers.rows.clone());
            idle = 0;
        }
    }
    layers.rows = best.1;
}

/// How many pairs of arrows cross.
pub(super) fn crossings(layers: &Layers) -> u64 {
    let positions = layers.positions();
    let pairs = layers.rows.windows(2);
    pairs
        .map(
            |pair| {
                if let [upper, lower] = pair { between(layers, &positions, upper, lower.len()) } else { 0 }
            },
        )
        .sum()
}

/// Inversions among the arrows from `upper` to a row of `lower` members, counted with a tree of sums
/// (Barth, Juenger, Mutzel 2002).
fn between(layers: &Layers, positions: &[usize], upper: &[usize], lower: usize) -> u64 {
    let mut sums = vec![0_u64; lower + 1];
    let mut seen = 0;
    let mut found = 0;
    for &member in upper {
        let mut ends: Vec<usize> = layers.after[member].iter().map(|&next| positions[next]).collect();
        ends.sort_unstable();
        for &end in &ends {
            let (mut at, mut not_beyond) = (end + 1, 0);
            while at > 0 {
                not_beyond += sums[at];
                at &= at - 1;
            }
            found += seen - not_beyond;
        }
        for end in ends {
            let mut at = end + 1;
            while at <= lower {
                sums[at] += 1;
                at += at & at.wrapping_neg();
            }
            seen += 1;
        }
    }
    found
}

/// Sorts each row by the mean place of its members' neighbours; those without keep their place.
fn by_means(layers: &mut Layers, down: bool) {
    let mut positions = layers.positions();
    let count = layers.rows.len();
    for step in 1..count {
        let row = if down { step } else { count - 1 - step };
        let neighbours = if down { &layers.before } else { &layers.after };
        let mean = |member: usize, at: usize| {
            let of = &neighbours[member];
            let sum: usize = of.iter().map(|&neighbour| positions[neighbour]).sum();
            if of.is_empty() { at as f64 } else { sum as f64 / of.len() as f64 }
        };
        let mut keyed: Vec<(f64, usize)> =
            layers.rows[row].iter().enumerate().map(|(at, &member)| (mean(member, at), member)).collect();
        keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
        layers.rows[row] = keyed.into_iter().map(|(_, member)| member).collect();
        layers.rows[row].iter().enumerate().for_each(|(at, &member)| positions[member] = at);
    }
}

/// Exchanges neighbours in a row where that takes crossings away.
fn exchange(layers: &mut Layers) {
    let mut positions = layers.positions();
    for row in 0..layers.rows.len() {
        for at in 1..layers.rows[row].len() {
            let (first, second) = (layers.rows[row][at - 1], layers.rows[row][at]);
            let gain: i64 = [&layers.before, &layers.after]
                .into_iter()
                .map(|of| {
                    inversions(&of[first], &of[second], &positions)
                        - inversions(&of[second], &of[first], &positions)
                })
                .sum();
            if gain > 0 {
                layers.rows[row].swap(at - 1, at);
                (positions[first], positions[second]) = (at, at - 1);
            }
        }
    }
}

/// Pairs of an arrow to one of `first` and one to one of `second` that cross while `first` stands first.
fn inversions(first: &[usize], second: &[usize], positions: &[usize]) -> i64 {
    let mut crossed = 0;
    for &a in first {
        for &b in second {
            crossed += i64::from(positions[a] > positions[b]);
        }
    }
    crossed
}
