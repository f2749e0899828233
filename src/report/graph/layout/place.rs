//! Place: coordinates across the arrows, such that arrows are short and straight.
//!
//! Row by row each member wants to stand at the weighted mean of its neighbours; the nearest
//! places (least squares) that keep the order and the distances are an isotonic regression,
//! which pooling adjacent violators finds exactly (Barlow et al. 1972). A few rounds of that in
//! both directions settle.

use super::layers::Layers;

const ROUNDS: usize = 24;

/// A run of members that stand as close as they may: what they want together, and how much.
struct PlacedRun {
    wish: f64,
    weight: f64,
    members: usize,
}

/// The centre of every box and point, the smallest edge at 0.
pub(super) fn centres(layers: &Layers, gap: i64) -> Vec<i64> {
    let mut centres = vec![0.0; layers.broad.len()];
    for row in &layers.rows {
        let wishes: Vec<(f64, f64)> = row.iter().map(|_| (0.0, 1.0)).collect();
        place_row(layers, row, &wishes, gap, &mut centres);
    }
    for round in 0..ROUNDS {
        let count = layers.rows.len();
        for step in 0..count {
            let down = round.is_multiple_of(2);
            let row = &layers.rows[if down { step } else { count - 1 - step }];
            let wishes: Vec<(f64, f64)> =
                row.iter().map(|&member| wish(layers, member, &centres, round, down)).collect();
            place_row(layers, row, &wishes, gap, &mut centres);
        }
    }
    let edges = centres.iter().zip(&layers.broad).map(|(centre, &broad)| centre - broad as f64 / 2.0);
    let least = edges.fold(f64::INFINITY, f64::min);
    centres.into_iter().map(|centre| whole(centre - least)).collect()
}

/// Where a member wants to stand, and how much. At first only the row just placed counts, then both.
fn wish(layers: &Layers, member: usize, centres: &[f64], round: usize, down: bool) -> (f64, f64) {
    let (mut sum, mut weight) = (0.0, 0.0);
    let both = round + 4 >= ROUNDS;
    let sides = [(down || both, &layers.before), (!down || both, &layers.after)];
    for (_, neighbours) in sides.iter().filter(|(counts, _)| *counts) {
        for &other in &neighbours[member] {
            // Long arrows are kept straight before short ones.
            let pull = match (layers.point[member], layers.point[other]) {
                (true, true) => 8.0,
                (true, false) | (false, true) => 2.0,
                (false, false) => 1.0,
            };
            sum += pull * centres[other];
            weight += pull;
        }
    }
    if weight == 0.0 { (centres[member], 0.25) } else { (sum / weight, weight) }
}

/// Puts the members of `row` as near to their wishes as their order and distances allow.
fn place_row(layers: &Layers, row: &[usize], wishes: &[(f64, f64)], gap: i64, centres: &mut [f64]) {
    // Where each would stand if all stood as close as they may from 0 on.
    let mut close = Vec::with_capacity(row.len());
    let mut at = 0.0;
    for &member in row {
        let half = layers.broad[member] as f64 / 2.0;
        close.push(at + half);
        at += 2.0 * half + gap as f64;
    }
    let mut runs: Vec<PlacedRun> = Vec::new();
    for (&(wish, weight), close) in wishes.iter().zip(&close) {
        let mut run = PlacedRun { wish: wish - close, weight, members: 1 };
        while let Some(last) = runs.pop_if(|last| last.wish >= run.wish) {
            let weight = last.weight + run.weight;
            run = PlacedRun {
                wish: (last.wish * last.weight + run.wish * run.weight) / weight,
                weight,
                members: last.members + run.members,
            };
        }
        runs.push(run);
    }
    let shifts = runs.iter().flat_map(|run| std::iter::repeat_n(run.wish, run.members));
    for ((&member, close), shift) in row.iter().zip(&close).zip(shifts) {
        centres[member] = close + shift;
    }
}

/// To the next whole unit; distances lose less than one by it.
#[allow(clippy::cast_possible_truncation, reason = "a picture is far smaller than 2^52 units")]
fn whole(at: f64) -> i64 {
    at.round() as i64
}
