//! Choices: assignments told in a few words, which a player gives the simulator as it asks.

use crate::policy::Policy;
use crate::quantity::{Interval, Probability};
use crate::random::{Purpose, Stream};
use crate::simulation::{Assignment, End, Nature, Random};

/// A way to choose an assignment without writing it out.
#[derive(Clone, Debug)]
pub(super) enum Choice {
    Corner {
        boots: End,
        rest: End,
        misses: bool,
    },
    /// The first so many boots and every deletion at their shortest, all else at its longest.
    Turn {
        after: u64,
    },
    Drawn {
        seed: u64,
    },
    Written(Assignment),
}

/// Plays a [`Choice`], within the budget of misses.
pub(super) struct Player {
    choice: Choice,
    drawn: Random,
    budget: u32,
    shift: Stream,
}

impl Player {
    pub(super) fn new(choice: Choice, policy: &Policy) -> Self {
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
            Choice::Turn { after } if request < *after => interval.min.0,
            Choice::Turn { .. } => interval.max.0,
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
            Choice::Turn { .. } => interval.min.0,
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
            Choice::Turn { .. } => interval.max.0,
            Choice::Written(assignment) => assignment.phase(environment, step, interval),
            Choice::Drawn { .. } => {
                let value = self.drawn.phase(environment, step, interval);
                self.draw((environment << 6) ^ (step as u64) ^ (1 << 50), interval, value)
            }
        }
    }

    fn misses(&mut self, acquisition: u64, miss: Probability) -> bool {
        let wanted = match &mut self.choice {
            Choice::Corner { misses, .. } => *misses,
            Choice::Turn { .. } => false,
            Choice::Written(assignment) => assignment.misses(acquisition, miss),
            Choice::Drawn { .. } => self.shift.below(acquisition ^ (1 << 60), 4) == 0,
        };
        let missed = wanted && self.budget > 0;
        self.budget -= u32::from(missed);
        missed
    }
}

/// All ends against all ends, with the misses early or nowhere.
pub(super) fn corners(policy: &Policy) -> Vec<Choice> {
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
