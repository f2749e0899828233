//! Conclusions: the bounds that follow from a confirmed hypothesis, or from the limits alone.

use super::bounds::{BoundBySlot, Bounds};
use super::curves::peak_of;
use super::hypothesis::Hypothesis;
use super::problem::BoundProblem;
use super::proof::Confirmed;
use super::queue::{finite_wait, wait_in_queue};
use super::subnets::peaks_by_subnet;
use crate::demand::Curve;
use crate::quantity::convert::upper_bound;

/// What waits without end outlives every bound on environments: only the limits hold.
pub(super) fn bounds_of_limits(problem: &BoundProblem<'_>) -> Bounds {
    let limits = problem.limits();
    let addresses = limits.subnets.iter().map(|subnet| u64::from(subnet.addresses));
    let most = problem.most_held();
    Bounds {
        cold_start_ms: None,
        by_slot: BoundBySlot::new(problem.trace.span, None),
        waits_for_tokens: limits.api.is_some_and(|api| wait_in_queue(most, api) > 0),
        peak_enis: most,
        held: Curve::new([(0, upper_bound(most))]),
        by_subnet: addresses.map(|addresses| addresses.min(most)).collect(),
        failures: problem.trace.invocations(),
    }
}

/// What follows from the limits alone, whatever comes (W1, W2).
pub(super) fn bounds_without_a_pass(problem: &BoundProblem<'_>) -> Bounds {
    let waits = Hypothesis::longest_waits(problem);
    let limits = bounds_of_limits(problem);
    if problem.planned.is_none() && problem.may_strand(waits.spread(problem)) {
        return limits;
    }
    let peak_enis = problem.planned.map_or(limits.peak_enis, |planned| planned.peak_enis);
    let longest = problem.functions().map(|f| waits.longest_cold_start(problem, f).0).max();
    // Without a function nothing starts.
    let cold_start_ms = longest.map_or(Some(0), finite_wait);
    Bounds {
        cold_start_ms,
        by_slot: BoundBySlot::new(problem.trace.span, cold_start_ms),
        peak_enis,
        held: Curve::new([(0, upper_bound(peak_enis))]),
        by_subnet: limits.by_subnet.iter().map(|&held| held.min(peak_enis)).collect(),
        ..limits
    }
}

/// The bounds of a proof.
pub(super) fn bounds_of_proof(problem: &BoundProblem<'_>, proved: &Confirmed) -> Bounds {
    let Confirmed { findings, .. } = proved;
    let most_held = problem.most_held();
    let cap = upper_bound(most_held);
    let (held, peak_enis) = if let Some(planned) = problem.planned {
        (Curve::new([(0, upper_bound(planned.peak_enis))]), planned.peak_enis)
    } else {
        let held = Curve::combine(&[findings.held_in_all()], |values| values[0].min(cap));
        let peak = peak_of(&held).unwrap_or(most_held);
        debug_assert!(peak <= most_held);
        (held, peak)
    };
    let by_slot = bounds_by_slot(problem, proved);
    let failures = findings.most.iter().map(|most| most.may_fail).sum();
    debug_assert!(failures <= problem.trace.invocations(), "none fails twice");
    let by_subnet = peaks_by_subnet(problem, findings, peak_enis);
    debug_assert!(by_subnet.iter().all(|&held| held <= peak_enis));
    Bounds {
        cold_start_ms: by_slot.longest(),
        by_slot,
        waits_for_tokens: findings.supposed.token_wait > 0,
        peak_enis,
        by_subnet,
        held,
        failures,
    }
}

/// W1 by slot: with the wait for a token at that time.
fn bounds_by_slot(problem: &BoundProblem<'_>, proved: &Confirmed) -> BoundBySlot {
    let Confirmed { findings, token_waits } = proved;
    let mut by_slot = BoundBySlot::new(problem.trace.span, Some(0));
    let mut waits = vec![0; by_slot.longest_ms.len()];
    for wait in token_waits {
        let Some(slots) = by_slot.slots_of(wait.first, wait.last) else { return by_slot };
        waits[slots].iter_mut().for_each(|longest| *longest = wait.ms.max(*longest));
    }
    for (f, most) in findings.most.iter().enumerate() {
        let mut known: Option<(u64, Option<u64>)> = None;
        for (first, last, _) in most.cold.cells() {
            let Some(slots) = by_slot.slots_of(first, last) else { return by_slot };
            for (&wait, slot) in waits[slots.clone()].iter().zip(&mut by_slot.longest_ms[slots]) {
                let longest = match known {
                    Some((same, longest)) if same == wait => longest,
                    _ => finite_wait(findings.supposed.waiting(wait).longest_cold_start(problem, f).0),
                };
                known = Some((wait, longest));
                *slot = slot.zip(longest).map(|(one, other)| one.max(other));
            }
        }
    }
    by_slot
}
