//! Environments of a component: how many can be alive, surely are, and start when (W4, W12).

use super::component::FunctionComponent;
use super::curves::{MOST_STEPS, smallest_of};
use super::packing::EniPacking;
use super::problem::BoundProblem;
use crate::demand::need::Most;
use crate::demand::{Curve, sum, tight};
use crate::quantity::convert::{upper_bound, upper_less};

/// What holds of a component's environments.
pub(super) struct ComponentEnvironments {
    pub(super) alive: Curve,
    /// ENIs that surely carry one.
    pub(super) in_use: Curve,
    /// Where booting ENIs can be joined.
    pub(super) packing: Option<EniPacking>,
    /// Started by each instant at most.
    pub(super) started: Curve,
    /// Started by each instant at least.
    surely_started: Curve,
    /// Started at most in the stretch that ends at each instant, and how long that is, ms (W12).
    gained: Option<(u64, Curve)>,
    pub(super) initial: u32,
}

impl ComponentEnvironments {
    /// Those of `most`, each of which looks for its ENI within `spread` ms of its start.
    pub(super) fn new(
        problem: &BoundProblem<'_>,
        component: &FunctionComponent,
        most: &[Most],
        stretch: Option<u64>,
        spread: u64,
    ) -> Self {
        let total = |curve: fn(&Most) -> Curve| {
            let curves: Vec<Curve> = component.functions.iter().map(|&f| curve(&most[f])).collect();
            Curve::sum(&curves)
        };
        let initial = component.functions.iter().map(|&f| problem.initial.environments[f]);
        Self {
            alive: total(|most| most.alive.rounded_up(MOST_STEPS)).rounded_up(MOST_STEPS),
            in_use: surely_in_use(problem, component, most).rounded_down(MOST_STEPS),
            packing: EniPacking::new(problem, component, most),
            started: total(|most| most.cold.at_most().rounded_up(MOST_STEPS)).rounded_up(MOST_STEPS),
            surely_started: total(|most| most.cold.at_least().rounded_down(MOST_STEPS))
                .rounded_down(MOST_STEPS),
            gained: stretch.and_then(|stretch| Some((stretch, gained(component, most)?))),
            initial: sum(&initial.collect::<Vec<u32>>()),
        }
        .limited(problem, component, spread)
    }

    /// W2 again: those that have found an ENI share what the limits allow, the others still look for one.
    fn limited(mut self, problem: &BoundProblem<'_>, component: &FunctionComponent, spread: u64) -> Self {
        if let Some(limit) = carried(problem, component) {
            let looking = self.starting(spread);
            self.alive = Curve::combine(&[self.alive, looking], |values| {
                values[0].min(limit.saturating_add(values[1]))
            });
        }
        self
    }

    /// The number beyond which no ENI is made, but by misses (W4).
    pub(super) fn raising(&self) -> &Curve {
        self.packing.as_ref().map_or(&self.alive, |packing| &packing.made)
    }

    /// Those that start in `[t - window, t]`.
    pub(super) fn starting(&self, window: u64) -> Curve {
        const MOST_STRETCHES: u64 = 8;
        let before = self.surely_started.delayed(window.saturating_add(1), 0);
        let counted =
            Curve::combine(&[self.started.clone(), before], |values| upper_less(values[0], values[1]));
        let Some((stretch, gained)) = &self.gained else { return counted };
        let stretches = window.div_ceil((*stretch).max(1)).max(1);
        if stretches > MOST_STRETCHES {
            return counted;
        }
        let parts: Vec<Curve> = (0..stretches).map(|n| gained.delayed(n * stretch, 0)).collect();
        smallest_of(&[counted, Curve::sum(&parts)])
    }

    /// Those that were started by `t - past` and are alive at some instant from `t - window` on.
    pub(super) fn started_before(&self, past: u64, window: u64) -> Curve {
        if past >= window {
            return self.alive.delayed(window, self.initial);
        }
        self.within(window - past).delayed(past, self.initial)
    }

    /// Those alive at some instant of `[t - window, t]`, each counted once.
    pub(super) fn within(&self, window: u64) -> Curve {
        let then = self.alive.delayed(window, self.initial);
        let before = self.surely_started.delayed(window, 0);
        Curve::combine(&[then, self.started.clone(), before], |values| {
            values[0].saturating_add(upper_less(values[1], values[2]))
        })
    }
}

/// W12: all that start in a stretch shorter than the keep-alive live at its end, with those kept from before.
fn gained(component: &FunctionComponent, most: &[Most]) -> Option<Curve> {
    let of_function = |&f: &usize| {
        let kept = most[f].kept.as_ref()?.rounded_down(MOST_STEPS);
        let alive = most[f].alive.rounded_up(MOST_STEPS);
        Some(Curve::combine(&[alive, kept], |values| upper_less(values[0], values[1])))
    };
    let gained: Option<Vec<Curve>> = component.functions.iter().map(of_function).collect();
    Some(Curve::sum(&gained?).rounded_up(MOST_STEPS))
}

/// The most environments that the ENIs of a component can carry together; `None` if they need none.
fn carried(problem: &BoundProblem<'_>, component: &FunctionComponent) -> Option<u32> {
    if problem.planned.is_some() || !problem.cold_path.vpc.needs_eni() {
        return None;
    }
    let smallest = component.functions.iter().map(|&f| problem.world.functions[f].size).min()?;
    let on_one = problem.world.capacity / smallest.max(1);
    Some(upper_bound(problem.most_held().saturating_mul(on_one.max(1))))
}

/// ENIs that surely carry an environment.
fn surely_in_use(problem: &BoundProblem<'_>, component: &FunctionComponent, most: &[Most]) -> Curve {
    if !problem.cold_path.vpc.needs_eni() {
        return Curve::empty();
    }
    let sizes: Vec<u64> = component.functions.iter().map(|&f| problem.world.functions[f].size).collect();
    let ready: Vec<Curve> =
        component.functions.iter().map(|&f| most[f].ready.rounded_down(MOST_STEPS)).collect();
    tight(&ready, &sizes, problem.world.capacity)
}
