//! Heard: how far a plan is, for whoever waits for it.
//!
//! The steps of long work are passes over the traffic and, for an explanation, the limits and
//! changes looked at. How many there will be is known only about: a part that needs fewer than
//! it was given ends early, and the rest of it counts as done. Knows no clock.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::study::Study;
use crate::worst_case::{SearchObserver, SearchProgress};

/// Who is told that so many steps are done, of about so many.
pub struct Heard<'a> {
    tell: &'a (dyn Fn(u64, u64) + Sync),
    course: Mutex<Course>,
}

/// How far it is.
#[derive(Clone, Copy, Default)]
struct Course {
    done: u64,
    /// Where the part at work ends.
    mark: u64,
    of: u64,
}

impl fmt::Debug for Heard<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Heard").finish_non_exhaustive()
    }
}

impl<'a> Heard<'a> {
    /// `tell` is called from any thread.
    pub const fn new(tell: &'a (dyn Fn(u64, u64) + Sync)) -> Self {
        Self { tell, course: Mutex::new(Course { done: 0, mark: 0, of: 0 }) }
    }

    /// So many steps will be made from here, about.
    pub(super) fn expects(&self, steps: u64) {
        self.change(|course| (course.done, course.of) = (course.mark, course.mark.saturating_add(steps)));
    }

    /// A part of so many steps begins.
    pub(super) fn begins(&self, steps: u64) {
        self.change(|course| {
            course.done = course.mark;
            course.mark = course.mark.saturating_add(steps);
            course.of = course.of.max(course.mark);
        });
    }

    /// One step of the part is done.
    pub(super) fn passed(&self) {
        self.change(|course| course.done = course.mark.min(course.done + 1));
    }

    fn change(&self, change: impl FnOnce(&mut Course)) {
        let mut course = self.course.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut course);
        (self.tell)(course.done, course.of);
    }
}

/// The attack's search for witnesses, each look at which is a step.
impl SearchObserver for Study<'_> {
    fn proceed(&self, _progress: &SearchProgress) -> bool {
        self.passed();
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
        let heard = Heard::new(&tell);
        heard.expects(10);
        heard.begins(4);
        heard.passed();
        heard.begins(6);
        (0..9).for_each(|_| heard.passed());
        heard.begins(5);
        let told = told.lock().unwrap();
        assert_eq!(told[..5], [(0, 10), (0, 10), (1, 10), (4, 10), (5, 10)]);
        assert_eq!(told[told.len() - 2..], [(10, 10), (10, 15)]);
        assert!(told.is_sorted());
    }
}
