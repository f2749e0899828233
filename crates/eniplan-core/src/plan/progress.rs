//! Progress: how far a plan is, told to whoever waits for it.
//!
//! The steps of long work are passes over the trace and, for an explanation, the limits and
//! changes looked at. How many there will be is known only about: a part that needs fewer than
//! it was given ends early, and the rest of it counts as done. Knows no clock.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::worst_case::{SearchObserver, SearchProgress};

/// An observer that is told that so many steps are done, of about so many.
pub struct PlanProgress<'a> {
    tell: Option<&'a (dyn Fn(u64, u64) + Sync)>,
    course: Mutex<Course>,
}

/// How far it is.
#[derive(Clone, Copy)]
struct Course {
    done: u64,
    /// Where the part at work ends.
    mark: u64,
    of: u64,
}

impl Course {
    const START: Self = Self { done: 0, mark: 0, of: 0 };
}

static UNOBSERVED: PlanProgress<'static> = PlanProgress { tell: None, course: Mutex::new(Course::START) };

impl fmt::Debug for PlanProgress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlanProgress").finish_non_exhaustive()
    }
}

impl<'a> PlanProgress<'a> {
    /// `tell` is called from any thread.
    pub const fn new(tell: &'a (dyn Fn(u64, u64) + Sync)) -> Self {
        Self { tell: Some(tell), course: Mutex::new(Course::START) }
    }

    /// Nobody waits.
    pub const fn unobserved() -> &'static PlanProgress<'static> {
        &UNOBSERVED
    }

    /// So many steps will be made from here, about.
    pub(crate) fn announce(&self, steps: u64) {
        self.advance(|course| (course.done, course.of) = (course.mark, course.mark.saturating_add(steps)));
    }

    /// A part of so many steps begins.
    pub(crate) fn begin(&self, steps: u64) {
        self.advance(|course| {
            course.done = course.mark;
            course.mark = course.mark.saturating_add(steps);
            course.of = course.of.max(course.mark);
        });
    }

    /// One step of the part is done.
    pub(crate) fn step(&self) {
        self.advance(|course| course.done = course.mark.min(course.done + 1));
    }

    fn advance(&self, change: impl FnOnce(&mut Course)) {
        let Some(tell) = self.tell else { return };
        let mut course = self.course.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut course);
        tell(course.done, course.of);
    }
}

/// The search for counterexamples, each look at which is a step.
impl SearchObserver for PlanProgress<'_> {
    fn proceed(&self, _progress: &SearchProgress) -> bool {
        self.step();
        true
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn parts_that_end_early_count_whole_and_nothing_goes_back() {
        let told = Mutex::new(Vec::new());
        let tell = |done, of| told.lock().unwrap().push((done, of));
        let progress = PlanProgress::new(&tell);
        progress.announce(10);
        progress.begin(4);
        progress.step();
        progress.begin(6);
        (0..9).for_each(|_| progress.step());
        progress.begin(5);
        let told = told.lock().unwrap();
        assert_eq!(told[..5], [(0, 10), (0, 10), (1, 10), (4, 10), (5, 10)]);
        assert_eq!(told[told.len() - 2..], [(10, 10), (10, 15)]);
        assert!(told.is_sorted());
    }
}
