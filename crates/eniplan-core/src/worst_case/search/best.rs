//! Witnesses: assignments that the simulator replays, the largest of many kept for each objective.
//!
//! The corners first (everything shortest, everything longest, boots against the rest),
//! with the allowed misses early or nowhere; then seeded random assignments; then `climb`.
//! A witness is a lower bound and nothing more.

use rayon::prelude::*;

use super::choice::{Choice, Player, corners};
use super::climb::Climb;
use super::{Effort, Objective, Progress, Watch};
use crate::simulation::{Assignment, Failure, Outcome, Recorder, Recording, Silent, World, simulate};
use crate::trace::Traffic;

/// One assignment and what it leads to.
#[derive(Clone)]
pub(super) struct Replayed {
    pub(super) assignment: Assignment,
    pub(super) outcome: Outcome,
    instants: Instants,
}

/// When something happened that a move may bear on, ms.
#[derive(Clone, Debug, Default)]
struct Instants {
    /// ENIs made, in order.
    made: Vec<u64>,
    /// The ENIs of each class held last.
    held: Vec<u32>,
    /// The first failure.
    failed: Option<u64>,
}

impl Recorder for Instants {
    fn enis(&mut self, at: u64, class: usize, held: u32) {
        if self.held.len() <= class {
            self.held.resize(class + 1, 0);
        }
        if held > self.held[class] {
            self.made.push(at);
        }
        self.held[class] = held;
    }

    fn failed(&mut self, arrival: u64, _function: usize, _failure: Failure) {
        self.failed = self.failed.or(Some(arrival));
    }
}

impl Replayed {
    /// When each creation request was made, ms, in order.
    pub(super) fn requested(&self) -> &[u64] {
        // What stood at the start was made without a request.
        let stood = self.instants.made.len().saturating_sub(self.assignment.boots_ms.len());
        &self.instants.made[stood..]
    }

    /// The creation requests that bear on the value of `objective`: those of the time before it.
    pub(super) fn critical(&self, objective: Objective, reach: u64) -> std::ops::Range<u64> {
        let outcome = &self.outcome;
        let until = match objective {
            Objective::ColdStart => outcome.longest.as_ref().map(|it| it.arrival.saturating_add(it.length)),
            Objective::PeakEnis => Some(outcome.enis.peak_at),
            Objective::SubnetPeak(subnet) => outcome.subnets.get(subnet).map(|level| level.peak_at),
            Objective::Failures => self.instants.failed,
        };
        let requests = self.assignment.boots_ms.len();
        let Some(until) = until else { return 0..requests as u64 };
        let made = self.requested();
        let first = made.partition_point(|&at| at < until.saturating_sub(reach)) as u64;
        let end = (made.partition_point(|&at| at <= until) as u64).min(requests as u64);
        if first < end { first..end } else { 0..requests as u64 }
    }
}

/// The best found for each objective.
#[derive(Clone)]
pub(super) struct Found {
    /// In the order of [`objectives`].
    pub(super) best: Vec<(Objective, Replayed)>,
    pub(super) replays: u64,
}

/// Everything that is to be large in `world`.
pub(super) fn objectives(world: &World<'_>) -> Vec<Objective> {
    let subnets = 0..world.topology.limits.subnets.len();
    let mut objectives = vec![Objective::ColdStart, Objective::PeakEnis, Objective::Failures];
    objectives.extend(subnets.map(Objective::SubnetPeak));
    objectives
}

impl Found {
    /// The best of these, which must not be empty.
    pub(super) fn among(world: &World<'_>, seen: Vec<(Assignment, Outcome)>) -> Self {
        let replays = seen.len() as u64;
        let seen: Vec<Replayed> = seen
            .into_iter()
            .map(|(assignment, outcome)| Replayed { assignment, outcome, instants: Instants::default() })
            .collect();
        let best = |objective: Objective| {
            let largest = |n: &usize| (objective.of(&seen[*n].outcome), std::cmp::Reverse(*n));
            let index = (0..seen.len()).max_by_key(largest).unwrap_or(0);
            (objective, seen[index].clone())
        };
        Self { best: objectives(world).into_iter().map(best).collect(), replays }
    }

    /// The best for this objective.
    pub(super) fn of(&self, objective: Objective) -> &Replayed {
        let found = self.best.iter().find(|(of, _)| *of == objective);
        &found.unwrap_or(&self.best[0]).1
    }

    /// Puts in what `more` has found, and its replays.
    pub(super) fn add(&mut self, more: &Self) {
        self.replays += more.replays;
        for (_, replayed) in &more.best {
            self.improve(replayed);
        }
    }

    /// Puts in what is better than the best so far.
    pub(super) fn improve(&mut self, tried: &Replayed) {
        for (objective, best) in &mut self.best {
            if objective.of(&tried.outcome) > objective.of(&best.outcome) {
                *best = tried.clone();
            }
        }
    }
}

/// What the simulator makes of `assignment`.
pub(super) fn replay(world: &World<'_>, traffic: &Traffic, assignment: Assignment) -> Replayed {
    let (outcome, _, instants) = simulate(world, traffic, assignment.clone(), Instants::default());
    Replayed { assignment, outcome, instants }
}

impl Objective {
    pub(super) const fn number(self) -> u64 {
        match self {
            Self::ColdStart => 0,
            Self::PeakEnis => 1,
            Self::Failures => 2,
            Self::SubnetPeak(subnet) => 3 + subnet as u64,
        }
    }

    /// What `outcome` comes to.
    pub(super) fn of(self, outcome: &Outcome) -> u64 {
        match self {
            Self::ColdStart => outcome.cold_starts.max(),
            Self::PeakEnis => outcome.enis.peak,
            Self::SubnetPeak(subnet) => outcome.subnets.get(subnet).map_or(0, |level| level.peak),
            Self::Failures => outcome.failures(),
        }
    }
}

/// Random assignments to begin with.
const FIRST: u64 = 64;

/// The corners; only the first where `watch` has called it off.
pub(super) fn begin(world: &World<'_>, traffic: &Traffic, effort: Effort, watch: &dyn Watch) -> Found {
    let mut corners = corners(world.policy);
    let rest = corners.split_off(1);
    let mut found = draw(world, traffic, effort, corners, 0..0, &|| true);
    let objective = Objective::ColdStart;
    let witness = objective.of(&found.of(objective).outcome);
    let progress = Progress { objective, witness, bound: None, steps: found.replays, done: None };
    found.add(&draw(world, traffic, effort, rest, 0..0, &|| watch.proceed(&progress)));
    found
}

/// A few random assignments, unless `watch` calls it off: enough to begin with.
pub(super) fn draw_first(
    world: &World<'_>,
    traffic: &Traffic,
    effort: Effort,
    found: &mut Found,
    watch: &dyn Watch,
) {
    let random = (effort.invocations / traffic.invocations().max(1)).saturating_sub(found.replays).min(FIRST);
    let objective = Objective::ColdStart;
    let witness = objective.of(&found.of(objective).outcome);
    let progress = Progress { objective, witness, bound: None, steps: found.replays, done: None };
    found.add(&draw(world, traffic, effort, Vec::new(), 0..random, &|| watch.proceed(&progress)));
}

/// The best of these choices and of the random ones of these seeds, as far as they `go_on`.
fn draw(
    world: &World<'_>,
    traffic: &Traffic,
    effort: Effort,
    mut choices: Vec<Choice>,
    random: std::ops::Range<u64>,
    go_on: &(dyn Fn() -> bool + Sync),
) -> Found {
    choices.extend(random.map(|n| Choice::Drawn { seed: effort.seed.wrapping_add(n) }));
    let played = |choice: &Choice| go_on().then(|| play(world, traffic, choice));
    let outcomes: Vec<Option<Outcome>> = choices.par_iter().map(played).collect();
    let (choices, outcomes): (Vec<Choice>, Vec<Outcome>) =
        choices.into_iter().zip(outcomes).filter_map(|(choice, outcome)| Some((choice, outcome?))).unzip();
    let mut written: Vec<(usize, Replayed)> = Vec::new();
    let mut best = Vec::new();
    for objective in objectives(world) {
        let largest = |&n: &usize| (objective.of(&outcomes[n]), std::cmp::Reverse(n));
        let Some(index) = (0..choices.len()).max_by_key(largest) else { break };
        let known = written.iter().find(|(known, _)| *known == index).map(|(_, it)| it.clone());
        let replayed = known.unwrap_or_else(|| {
            let replayed = write_out(world, traffic, &choices[index]);
            written.push((index, replayed.clone()));
            replayed
        });
        best.push((objective, replayed));
    }
    Found { best, replays: choices.len() as u64 }
}

/// Looks on for witnesses of the objectives that `open` still allows, as hard as `effort` says;
/// with [`Effort::UNTIL_STOPPED`] in rounds, until `watch` calls it off.
pub(super) fn search(
    world: &World<'_>,
    traffic: &Traffic,
    effort: Effort,
    found: &mut Found,
    open: &dyn Fn(Objective, u64) -> Option<Progress>,
    watch: &dyn Watch,
) {
    let endless = effort.invocations == Effort::UNTIL_STOPPED;
    let size = traffic.invocations().max(1);
    let runs = (effort.invocations / size).min(2_000).saturating_sub(if endless { 0 } else { found.replays });
    let begun = found.replays;
    // The rounds of an endless search have no end.
    let done = |replays: u64| (!endless).then(|| (replays - begun).min(runs) * 1_000 / runs.max(1));
    let goes_on = |found: &Found| {
        let progress =
            |(objective, best): &(Objective, Replayed)| open(*objective, objective.of(&best.outcome));
        let open: Vec<Progress> = found.best.iter().filter_map(progress).collect();
        let (steps, done) = (found.replays, done(found.replays));
        open.iter().all(|it| watch.proceed(&Progress { steps, done, ..*it })) && !open.is_empty()
    };
    let mut first = FIRST;
    for round in 0_u64.. {
        let last = first.saturating_add(runs / 2);
        while first < last && goes_on(found) {
            let next = last.min(first + FIRST);
            let drawn = draw(world, traffic, effort, Vec::new(), first..next, &|| true);
            found.add(&drawn);
            first = next;
        }
        let goals = found.best.len() as u64;
        for n in 0..found.best.len() {
            let (objective, best) = found.best[n].clone();
            let still = |best: &Replayed, replays: u64| {
                let progress = open(objective, objective.of(&best.outcome));
                let done = done(replays);
                progress.is_some_and(|it| watch.proceed(&Progress { steps: replays, done, ..it }))
            };
            let seed = effort.seed.wrapping_add(round);
            let climb = Climb { world, traffic, objective, seed, from: found.replays };
            let (best, replays) = climb.run(best, runs / 2 / goals, &still);
            found.replays += replays;
            found.improve(&best);
        }
        if !endless || !goes_on(found) {
            return;
        }
    }
}

fn play(world: &World<'_>, traffic: &Traffic, choice: &Choice) -> Outcome {
    simulate(world, traffic, Player::new(choice.clone(), world.policy), Silent).0
}

/// Plays `choice` once more and writes down every answer; the replay of that is the witness.
pub(super) fn write_out(world: &World<'_>, traffic: &Traffic, choice: &Choice) -> Replayed {
    let player = Recording::new(Player::new(choice.clone(), world.policy));
    let assignment = simulate(world, traffic, player, Silent).1.answers;
    replay(world, traffic, assignment)
}
