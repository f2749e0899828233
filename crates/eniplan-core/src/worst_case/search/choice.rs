//! Choices: realizations told in a few words, which a player gives the simulator as it asks.

use super::super::replay::{Replay, ReplayInstants};
use crate::policy::Policy;
use crate::quantity::{Interval, Probability};
use crate::random::{Purpose, Stream};
use crate::simulation::{
    End, Nature, Outcome, Random, Realization, Recording, Silent, World, simulate, simulate_together,
};
use crate::trace::Trace;

/// A way to choose a realization without writing it out.
#[derive(Clone, Debug)]
pub(super) enum WitnessChoice {
    Corner {
        boots: End,
        rest: End,
        misses: bool,
    },
    /// The first so many boots and every deletion at their shortest, all else at its longest.
    SwitchPoint {
        after: u64,
    },
    Drawn {
        seed: u64,
    },
    Written(Realization),
}

/// Plays a [`WitnessChoice`], within the budget of misses.
pub(super) struct ChoicePlayer {
    choice: WitnessChoice,
    drawn: Random,
    budget: u32,
    shift: Stream,
}

impl ChoicePlayer {
    pub(super) fn new(choice: WitnessChoice, policy: &Policy) -> Self {
        let seed = if let WitnessChoice::Drawn { seed } = choice { seed } else { 0 };
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

impl Nature for ChoicePlayer {
    fn boot(&mut self, request: u64, interval: &Interval) -> u64 {
        // The uniform draw reaches the whole interval even where quantiles are given.
        let flat = Interval::between(interval.min, interval.max);
        match &mut self.choice {
            WitnessChoice::Corner { boots, .. } => boots.pick(interval),
            WitnessChoice::SwitchPoint { after } if request < *after => interval.min.0,
            WitnessChoice::SwitchPoint { .. } => interval.max.0,
            WitnessChoice::Written(realization) => realization.boot(request, interval),
            WitnessChoice::Drawn { .. } => {
                let value = self.drawn.boot(request, &flat);
                self.draw(request, interval, value)
            }
        }
    }

    fn deletion(&mut self, deletion: u64, interval: &Interval) -> u64 {
        match &mut self.choice {
            WitnessChoice::Corner { rest, .. } => rest.pick(interval),
            WitnessChoice::SwitchPoint { .. } => interval.min.0,
            WitnessChoice::Written(realization) => realization.deletion(deletion, interval),
            WitnessChoice::Drawn { .. } => {
                let value = self.drawn.deletion(deletion, interval);
                self.draw(deletion ^ (1 << 40), interval, value)
            }
        }
    }

    fn phase(&mut self, environment: u64, step: usize, interval: &Interval) -> u64 {
        match &mut self.choice {
            WitnessChoice::Corner { rest, .. } => rest.pick(interval),
            WitnessChoice::SwitchPoint { .. } => interval.max.0,
            WitnessChoice::Written(realization) => realization.phase(environment, step, interval),
            WitnessChoice::Drawn { .. } => {
                let value = self.drawn.phase(environment, step, interval);
                self.draw((environment << 6) ^ (step as u64) ^ (1 << 50), interval, value)
            }
        }
    }

    fn misses(&mut self, acquisition: u64, miss: Probability) -> bool {
        let wanted = match &mut self.choice {
            WitnessChoice::Corner { misses, .. } => *misses,
            WitnessChoice::SwitchPoint { .. } => false,
            WitnessChoice::Written(realization) => realization.misses(acquisition, miss),
            WitnessChoice::Drawn { .. } => self.shift.below(acquisition ^ (1 << 60), 4) == 0,
        };
        let missed = wanted && self.budget > 0;
        self.budget -= u32::from(missed);
        missed
    }
}

/// All ends against all ends, with the misses early or nowhere.
pub(super) fn corners(policy: &Policy) -> Vec<WitnessChoice> {
    let ends = [End::Longest, End::Shortest];
    let misses: &[bool] = if policy.miss_budget > 0 { &[true, false] } else { &[false] };
    let mut corners = Vec::new();
    for boots in ends {
        for rest in ends {
            for &misses in misses {
                corners.push(WitnessChoice::Corner { boots, rest, misses });
            }
        }
    }
    corners
}

/// What comes of each, all in one reading of the trace.
pub(super) fn play_together(world: &World<'_>, trace: &Trace, choices: &[WitnessChoice]) -> Vec<Outcome> {
    let run = |choice: &WitnessChoice| (world, ChoicePlayer::new(choice.clone(), world.policy), Silent);
    let runs = simulate_together(trace, choices.iter().map(run).collect());
    runs.into_iter().map(|(outcome, ..)| outcome).collect()
}

/// Plays `choice` and writes down every answer: a replay of the answers is the same run.
pub(super) fn write_out(world: &World<'_>, trace: &Trace, choice: &WitnessChoice) -> Replay {
    let player = ChoicePlayer::new(choice.clone(), world.policy);
    Replay::recorded(simulate(world, trace, Recording::new(player), ReplayInstants::default()))
}

/// The same of each, all in one reading of the trace.
pub(super) fn write_out_together(world: &World<'_>, trace: &Trace, choices: &[WitnessChoice]) -> Vec<Replay> {
    let run = |choice: &WitnessChoice| {
        let player = ChoicePlayer::new(choice.clone(), world.policy);
        (world, Recording::new(player), ReplayInstants::default())
    };
    let runs = simulate_together(trace, choices.iter().map(run).collect());
    runs.into_iter().map(Replay::recorded).collect()
}
