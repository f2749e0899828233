//! Layout: the positions of boxes and arrows in a layered graph.
//!
//! The method of Sugiyama, Tagawa and Toda (1981): ranks are given, long arrows get
//! an invisible point in every rank they cross, `order` finds an order within the ranks
//! with few crossings, `place` finds coordinates. Works along two axes, `deep` in the
//! direction of the arrows and `broad` across; whole units (pixels) throughout.

mod layers;
mod order;
mod place;

use layers::Layers;

/// A box to be placed: its rank and its size along the arrows and across them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LayoutItem {
    /// Its rank.
    pub rank: usize,
    /// Its size along the arrows.
    pub deep: i64,
    /// Its size across them.
    pub broad: i64,
}

/// A point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LayoutPoint {
    /// Along the arrows.
    pub deep: i64,
    /// Across them.
    pub broad: i64,
}

/// The positions of everything; coordinates begin at 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct GraphLayout {
    /// The corner of each box with the smallest coordinates.
    pub corners: Vec<LayoutPoint>,
    /// For each arrow the points it goes through, its ends included; between the first and the second
    /// it crosses a gap between ranks, then the width of a rank, and so on.
    pub routes: Vec<Vec<LayoutPoint>>,
    /// For each rank where it begins and ends along the arrows.
    pub ranks: Vec<(i64, i64)>,
    /// The size across.
    pub broad: i64,
    /// The size along the arrows.
    pub deep: i64,
}

/// Distances.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gaps {
    /// Between two ranks.
    pub ranks: i64,
    /// Between two boxes of a rank.
    pub boxes: i64,
}

/// Lays out `items` joined by `edges` (pairs of indices, each to a larger rank; others are left out of
/// the routes).
pub(super) fn lay_out(items: &[LayoutItem], edges: &[(usize, usize)], gaps: Gaps) -> GraphLayout {
    let (mut layers, chains) = layers(items, edges);
    order::order(&mut layers);
    let centres = place::centres(&layers, gaps.boxes);
    let ranks = ranks(items, layers.rows.len(), gaps.ranks);
    let corners = items
        .iter()
        .zip(&centres)
        .map(|(item, centre)| {
            let (begin, end) = ranks.get(item.rank).copied().unwrap_or_default();
            LayoutPoint { deep: begin + (end - begin - item.deep) / 2, broad: centre - item.broad / 2 }
        })
        .collect::<Vec<_>>();
    let end_of = |at: usize, side: i64| {
        let (item, corner) = (items.get(at)?, corners.get(at)?);
        Some(LayoutPoint { deep: corner.deep + side * item.deep, broad: corner.broad + item.broad / 2 })
    };
    let routes = edges.iter().zip(&chains).map(|(&(from, to), chain)| {
        let points = chain.iter().flat_map(|&(rank, point)| {
            let (begin, end) = ranks.get(rank).copied().unwrap_or_default();
            let broad = centres.get(point).copied().unwrap_or(0);
            [begin, end].map(|deep| LayoutPoint { deep, broad })
        });
        end_of(from, 1).into_iter().chain(points).chain(end_of(to, 0)).collect()
    });
    let broad = items.iter().zip(&corners).map(|(item, corner)| corner.broad + item.broad).max();
    GraphLayout {
        routes: routes.collect(),
        deep: ranks.last().map_or(0, |&(_, end)| end),
        broad: broad.unwrap_or(0),
        corners,
        ranks,
    }
}

/// The layers, and for each arrow the points it got: rank and index.
fn layers(items: &[LayoutItem], edges: &[(usize, usize)]) -> (Layers, Vec<Vec<(usize, usize)>>) {
    /// Room for an arrow that passes between boxes.
    const ARROW: i64 = 4;
    let ranks = items.iter().map(|item| item.rank + 1).max().unwrap_or(0);
    let mut layers = Layers {
        broad: items.iter().map(|item| item.broad).collect(),
        point: vec![false; items.len()],
        rows: vec![Vec::new(); ranks],
        before: vec![Vec::new(); items.len()],
        after: vec![Vec::new(); items.len()],
    };
    for (index, item) in items.iter().enumerate() {
        layers.rows[item.rank].push(index);
    }
    let mut chains = Vec::with_capacity(edges.len());
    for &(from, to) in edges {
        let mut chain = Vec::new();
        if let (Some(first), Some(last)) = (items.get(from), items.get(to))
            && first.rank < last.rank
        {
            let mut at = from;
            for rank in first.rank + 1..last.rank {
                let point = layers.broad.len();
                layers.broad.push(ARROW);
                layers.point.push(true);
                layers.rows[rank].push(point);
                layers.before.push(Vec::new());
                layers.after.push(Vec::new());
                layers.join(at, point);
                chain.push((rank, point));
                at = point;
            }
            layers.join(at, to);
        }
        chains.push(chain);
    }
    (layers, chains)
}

/// Where each rank begins and ends; before and after one with nothing but small things the gap is smaller.
fn ranks(items: &[LayoutItem], count: usize, gap: i64) -> Vec<(i64, i64)> {
    const SMALL: i64 = 10;
    let mut deep = vec![0; count];
    for item in items {
        deep[item.rank] = item.deep.max(deep[item.rank]);
    }
    let mut at = 0;
    let mut ranks = Vec::with_capacity(count);
    for (rank, &own) in deep.iter().enumerate() {
        ranks.push((at, at + own));
        let narrow = own < SMALL || deep.get(rank + 1).is_some_and(|next| *next < SMALL);
        at += own + if narrow { gap * 2 / 3 } else { gap };
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAPS: Gaps = Gaps { ranks: 40, boxes: 8 };

    fn item(rank: usize) -> LayoutItem {
        LayoutItem { rank, deep: 100, broad: 20 }
    }

    fn crossings(items: &[LayoutItem], edges: &[(usize, usize)]) -> u64 {
        let (mut layers, _) = layers(items, edges);
        order::order(&mut layers);
        order::crossings(&layers)
    }

    #[test]
    fn crossings_that_need_not_be_are_gone() {
        // Each of three goes to the one that stands opposite in the reversed order.
        let two = [item(0), item(0), item(0), item(1), item(1), item(1)];
        assert_eq!(crossings(&two, &[(0, 5), (1, 4), (2, 3)]), 0);
        // Everybody to everybody crosses once, whatever the order.
        assert_eq!(crossings(&[item(0), item(0), item(1), item(1)], &[(0, 2), (0, 3), (1, 2), (1, 3)]), 1);
    }

    #[test]
    fn boxes_of_a_rank_keep_their_distance_and_arrows_end_at_boxes() {
        let items: Vec<LayoutItem> =
            (0..30_usize).map(|n| LayoutItem { broad: 20 + [0, 3, 1][n % 3], ..item(n % 4) }).collect();
        let edges: Vec<(usize, usize)> = (0..30_usize)
            .flat_map(|a| (0..30).map(move |b| (a, b)))
            .filter(|&(a, b)| a % 4 < b % 4 && (a * 7 + b * 3) % 11 == 0)
            .collect();
        let layout = lay_out(&items, &edges, GAPS);
        for (a, item) in items.iter().enumerate() {
            for (b, other) in
                items.iter().enumerate().skip(a + 1).filter(|(_, other)| other.rank == item.rank)
            {
                let (first, second) = (layout.corners[a], layout.corners[b]);
                let apart =
                    (first.broad + item.broad < second.broad) || (second.broad + other.broad < first.broad);
                assert!(apart, "{a} {b}: {first:?} {second:?}");
            }
        }
        for (&(from, to), route) in edges.iter().zip(&layout.routes) {
            assert_eq!(route.len(), 2 * (items[to].rank - items[from].rank));
            assert!(route.is_sorted_by_key(|point| point.deep));
            let (first, last) = (route[0], route[route.len() - 1]);
            assert_eq!(first.deep, layout.corners[from].deep + 100);
            assert_eq!(last.deep, layout.corners[to].deep);
            assert_eq!(last.broad, layout.corners[to].broad + items[to].broad / 2);
        }
        assert!(layout.corners.iter().all(|corner| corner.broad >= 0 && corner.deep >= 0));
    }

    #[test]
    fn a_straight_chain_is_straight() {
        let items = [item(0), item(1), item(3)];
        let layout = lay_out(&items, &[(0, 1), (1, 2)], GAPS);
        assert!(layout.corners.iter().all(|corner| corner.broad == 0));
        assert!(layout.routes[1].iter().all(|point| point.broad == 10));
        assert_eq!((layout.deep, layout.broad), (392, 20));
    }

    #[test]
    fn nothing_and_arrows_to_nowhere_are_no_problem() {
        assert_eq!(lay_out(&[], &[], GAPS).corners, []);
        let layout = lay_out(&[item(0)], &[(0, 7), (0, 0)], GAPS);
        assert_eq!(layout.corners, [LayoutPoint { deep: 0, broad: 0 }]);
    }
}
