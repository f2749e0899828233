//! Classes that functions share, directly or through others, and what is needed of them together.

use crate::demand::Curve;
use crate::plan::requirement::joint::enis_together;
use crate::plan::requirement::pools::connected;
use crate::plan::requirement::study::Study;

/// Functions that share classes, directly or through others.
pub(crate) struct SharedClasses {
    pub(crate) classes: Vec<usize>,
    pub(crate) need: Curve,
    /// Whether it has pools with different classes.
    pub(crate) overlapping: bool,
}

/// The classes that share functions; their need is packed on ENIs that all of them can use, which is what a
/// plan may do.
pub(crate) fn shared_classes(study: &Study<'_>) -> Vec<SharedClasses> {
    let shared = |component: Vec<(Vec<usize>, Vec<usize>)>| {
        let overlapping = component.len() > 1;
        let mut classes: Vec<usize> = component.into_iter().flat_map(|pool| pool.0).collect();
        classes.sort_unstable();
        classes.dedup();
        let need = enis_together(study, &classes);
        SharedClasses { classes, need, overlapping }
    };
    connected(study.topology).into_iter().map(shared).collect()
}
