//! Recorder: who listens to a run.

use super::enis::Failure;
use crate::cold_path::Stretch;

/// An invocation whose handler has started.
#[derive(Clone, Copy, Debug)]
pub struct Served<'a> {
    /// When it arrived, ms.
    pub arrival: u64,
    /// When its handler started, ms.
    pub start: u64,
    /// How long it lasts, ms.
    pub duration: u64,
    /// Index of the function.
    pub function: usize,
    /// Number of the environment, in the order of creation.
    pub environment: u64,
    /// The n-th invocation of this environment, from 1.
    pub environment_invocation: u32,
    /// Number of the ENI, in the order of creation; `None` outside a VPC.
    pub eni: Option<u64>,
    /// Index of the ENI's class.
    pub class: Option<usize>,
    /// Whether it had found no idle environment.
    pub cold: bool,
    /// The steps of its cold path, relative to the arrival; empty when warm, or served by
    /// an environment that another invocation had started.
    pub stretches: &'a [Stretch],
}

/// Listens to a run.
pub trait Recorder {
    /// A handler has started.
    fn served(&mut self, _served: &Served<'_>) {}
    /// An invocation has failed.
    fn failed(&mut self, _arrival: u64, _function: usize, _failure: Failure) {}
    /// The number of ENIs held in a class has changed.
    fn enis(&mut self, _at: u64, _class: usize, _held: u32) {}
}

/// Nobody listens.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Recorder for Silent {}
