//! Witnesses: assignments that the simulator replays, the largest of many kept for each objective.
//!
//! The corners first (everything shortest, everything longest, boots against the rest),
//! with the allowed misses early or nowhere; then seeded random assignments; then, where
//! the requests are few, one boot at a time moved to each end and to random values.
//! A witness is a lower bound and nothing more.

use rayon::prelude::*;

use super::{Effort, Objective, Progress, Watch};
use crate::policy::Policy;
use crate::quantity::{Interval, Millis};
use crate::random::{Purpose, Stream};
use crate::simulation::{Assignment, End, Nature, Outcome, Random, Recording, Silent, World, simulate};
use crate::traffic::Traffic;

/// One assignment and what it leads to.
#[derive(Clone)]
pub(super) struct Replayed {
    pub(super) assignment: Assignment,
    pub(super) outcome: Outcome,
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
        let seen: Vec<Replayed> =
            seen.into_iter().map(|(assignment, outcome)| Replayed { assignment, outcome }).collect();
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
    let outcome = simulate(world, traffic, assignment.clone(), Silent).0;
    Replayed { assignment, outcome }
}

impl Objective {
    const fn number(self) -> u64 {
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
/// Random assignments between two looks at the clock.
const AT_ONCE: u64 = 16;
/// Replays of a round, where only the watcher ends the search.
const ROUND: u64 = 128;

/// A way to choose an assignment without writing it out.
#[derive(Clone, Debug)]
enum Choice {
    Corner { boots: End, rest: End, misses: bool },
    Drawn { seed: u64 },
    Written(Assignment),
}

/// Plays a [`Choice`], within the budget of misses.
struct Player {
    choice: Choice,
    drawn: Random,
    budget: u32,
    shift: Stream,
}

impl Player {
    fn new(choice: Choice, policy: &Policy) -> Self {
        let seed = if let Choice::Drawn { seed } = choice { seed } else { 0 };
        Self {
            choice,
            drawn: Random::new(seed),
            budget: policy.miss_budget,
            shift: Stream::new(seed, Purpose::Search),
        }
    }

    /// A drawn value; every other draw is an end of the interval, where extremes tend to lie.
    fn draw(&self, index: u64, interval: &Interval, value: u64) -> u64 {
        match self.shift.below(index, 4) {
            0 => interval.min.0,
            1 => interval.max.0,
            _ => value,
        }
    }
}

impl Nature for Player {
    fn boot(&mut self, request: u64, interval: &Interval) -> u64 {
        // The uniform draw reaches the whole interval even where quantiles are given.
        let flat = Interval::between(interval.min, interval.max);
        match &mut self.choice {
            Choice::Corner { boots, .. } => boots.of(interval),
            Choice::Written(assignment) => assignment.boot(request, interval),
            Choice::Drawn { .. } => {
                let value = self.drawn.boot(request, &flat);
                self.draw(request, interval, value)
            }
        }
    }

    fn deletion(&mut self, deletion: u64, interval: &Interval) -> u64 {
        match &mut self.choice {
            Choice::Corner { rest, .. } => rest.of(interval),
            Choice::Written(assignment) => assignment.deletion(deletion, interval),
            Choice::Drawn { .. } => {
                let value = self.drawn.deletion(deletion, interval);
                self.draw(deletion ^ (1 << 40), interval, value)
            }
        }
    }

    fn phase(&mut self, environment: u64, step: usize, interval: &Interval) -> u64 {
        match &mut self.choice {
            Choice::Corner { rest, .. } => rest.of(interval),
            Choice::Written(assignment) => assignment.phase(environment, step, interval),
            Choice::Drawn { .. } => {
                let value = self.drawn.phase(environment, step, interval);
                self.draw((environment << 6) ^ (step as u64) ^ (1 << 50), interval, value)
            }
        }
    }

    fn misses(&mut self, acquisition: u64, miss: crate::quantity::Probability) -> bool {
        let wanted = match &mut self.choice {
            Choice::Corner { misses, .. } => *misses,
            Choice::Written(assignment) => assignment.misses(acquisition, miss),
            Choice::Drawn { .. } => self.shift.below(acquisition ^ (1 << 60), 4) == 0,
        };
        let missed = wanted && self.budget > 0;
        self.budget -= u32::from(missed);
        missed
    }
}

/// The corners and, unless `watch` calls it off, a few random assignments: enough to begin with.
pub(super) fn begin(world: &World<'_>, traffic: &Traffic, effort: Effort, watch: &dyn Watch) -> Found {
    let corners = corners(world.policy);
    let size = traffic.invocations().max(1);
    let random = (effort.invocations / size).saturating_sub(corners.len() as u64).min(FIRST);
    let mut found = draw(world, traffic, effort, corners, 0..0, None);
    let mut seed = 0;
    while seed < random {
        let objective = Objective::ColdStart;
        let witness = objective.of(&found.of(objective).outcome);
        if !watch.proceed(&Progress { objective, witness, bound: None, steps: found.replays }) {
            break;
        }
        let part = seed..random.min(seed.saturating_add(AT_ONCE));
        seed = part.end;
        let drawn = draw(world, traffic, effort, Vec::new(), part, Some(&found));
        found.replays += drawn.replays;
        drawn.best.iter().for_each(|(_, replayed)| found.improve(replayed));
    }
    found
}

/// The best of these choices and of the random ones of these seeds, where it is better `than` is known.
fn draw(
    world: &World<'_>,
    traffic: &Traffic,
    effort: Effort,
    mut choices: Vec<Choice>,
    random: std::ops::Range<u64>,
    than: Option<&Found>,
) -> Found {
    choices.extend(random.map(|n| Choice::Drawn { seed: effort.seed.wrapping_add(n) }));
    let outcomes: Vec<Outcome> = choices.par_iter().map(|choice| play(world, traffic, choice)).collect();
    let mut written: Vec<(usize, Replayed)> = Vec::new();
    let mut best = Vec::new();
    for objective in objectives(world) {
        let largest = |&n: &usize| (objective.of(&outcomes[n]), std::cmp::Reverse(n));
        let index = (0..choices.len()).max_by_key(largest).unwrap_or(0);
        let reached = objective.of(&outcomes[index]);
        if than.is_some_and(|than| reached <= objective.of(&than.of(objective).outcome)) {
            continue;
        }
        let replayed = match written.iter().find(|(known, _)| *known == index) {
            Some((_, replayed)) => replayed.clone(),
            None => {
                let replayed = write_out(world, traffic, &choices[index]);
                written.push((index, replayed.clone()));
                replayed
            }
        };
        best.push((objective, replayed));
    }
    Found { best, replays: choices.len() as u64 }
}

/// Looks on for witnesses of the objectives that `open` still allows, as hard as `effort` says:
/// in rounds of random assignments and then of moves, until `watch` calls it off.
pub(super) fn search(
    world: &World<'_>,
    traffic: &Traffic,
    effort: Effort,
    found: &mut Found,
    open: &dyn Fn(Objective, u64) -> Option<Progress>,
    watch: &dyn Watch,
) {
    let size = traffic.invocations().max(1);
    let most = if effort.invocations == Effort::UNTIL_STOPPED { u64::MAX } else { 2_000 };
    let runs = (effort.invocations / size).min(most).saturating_sub(found.replays);
    let proceed = |found: &Found| {
        let open = found.best.iter().filter_map(|(of, best)| open(*of, of.of(&best.outcome)));
        let open: Vec<Progress> = open.collect();
        // Each is told, and any may stop it; none left open is the end too.
        open.iter()
            .fold(!open.is_empty(), |on, it| watch.proceed(&Progress { steps: found.replays, ..*it }) && on)
    };
    let per_round = if most == u64::MAX { ROUND } else { runs };
    let goals = found.best.len() as u64;
    let mut seed = FIRST;
    for round in 0..(runs / per_round.max(1)).max(1) {
        let last = seed.saturating_add(per_round / 2);
        while seed < last && per_round >= 4 && proceed(found) {
            let part = seed..last.min(seed.saturating_add(AT_ONCE));
            seed = part.end;
            let drawn = draw(world, traffic, effort, Vec::new(), part, Some(found));
            found.replays += drawn.replays;
            drawn.best.iter().for_each(|(_, replayed)| found.improve(replayed));
        }
        for n in 0..found.best.len() {
            if !proceed(found) {
                return;
            }
            let (objective, best) = found.best[n].clone();
            let Some(progress) = open(objective, objective.of(&best.outcome)) else { continue };
            let on = |steps| watch.proceed(&Progress { steps, ..progress });
            let seed = effort.seed.wrapping_add(round);
            let climb = Climb { objective, budget: per_round / 2 / goals, seed, before: found.replays };
            let (best, replays) = climb.from(world, traffic, best, &on);
            found.replays += replays;
            found.improve(&best);
            found.best[n].1 = best;
        }
    }
}

fn corners(policy: &Policy) -> Vec<Choice> {
    let ends = [End::Longest, End::Shortest];
    let misses: &[bool] = if policy.miss_budget > 0 { &[true, false] } else { &[false] };
    let mut corners = Vec::new();
    for boots in ends {
        for rest in ends {
            for &misses in misses {
                corners.push(Choice::Corner { boots, rest, misses });
            }
        }
    }
    corners
}

fn play(world: &World<'_>, traffic: &Traffic, choice: &Choice) -> Outcome {
    simulate(world, traffic, Player::new(choice.clone(), world.policy), Silent).0
}

/// Plays `choice` once more and writes down every answer; the replay of that is the witness.
fn write_out(world: &World<'_>, traffic: &Traffic, choice: &Choice) -> Replayed {
    let player = Recording::new(Player::new(choice.clone(), world.policy));
    let assignment = simulate(world, traffic, player, Silent).1.answers;
    let outcome = simulate(world, traffic, assignment.clone(), Silent).0;
    Replayed { assignment, outcome }
}

/// Moves of one or two boots at a time.
struct Climb {
    objective: Objective,
    /// The most replays.
    budget: u64,
    seed: u64,
    /// Replays before it.
    before: u64,
}

impl Climb {
    /// Keeps what does not lose; ends early where `on`, told of the replays so far, says no.
    fn from(
        &self,
        world: &World<'_>,
        traffic: &Traffic,
        mut best: Replayed,
        on: &dyn Fn(u64) -> bool,
    ) -> (Replayed, u64) {
        let objective = self.objective;
        let interval = Interval::between(world.topology.boot.min, world.topology.boot.max);
        if interval.is_exact() {
            return (best, 0);
        }
        let stream = Stream::new(self.seed, Purpose::Search).fork(objective.number());
        for turn in 0..self.budget {
            let requests = best.assignment.boots_ms.len() as u64;
            if requests == 0 || !on(self.before.saturating_add(turn)) {
                return (best, turn);
            }
            let mut assignment = best.assignment.clone();
            let moves = 1 + stream.below(4 * turn, 2);
            for n in 0..moves {
                let which = stream.below(4 * turn + n, requests);
                let value = moved(&interval, stream, 4 * turn + n);
                if let Some(boot) =
                    usize::try_from(which).ok().and_then(|which| assignment.boots_ms.get_mut(which))
                {
                    *boot = value.0;
                }
            }
            let tried = write_out(world, traffic, &Choice::Written(assignment));
            if objective.of(&tried.outcome) >= objective.of(&best.outcome) {
                best = tried;
            }
        }
        (best, self.budget)
    }
}

fn moved(interval: &Interval, stream: Stream, turn: u64) -> Millis {
    match stream.below(turn ^ (1 << 50), 3) {
        0 => interval.min,
        1 => interval.max,
        _ => interval.at(stream.draw(turn ^ (1 << 51))),
    }
}
