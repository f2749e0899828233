//! The joint plan as a plain integer program, every class at every instant of a regular grid.
//!
//! In the cumulative form: `C[c](t)` requests and `D[c](t)` deletions of class `c` up to and
//! including `t`. Ready are `C(t - B) - D(t)`, held `C(t) - D(t - E)`; all constraints of
//! docs/plan.md bound differences of these. The grid is the greatest common divisor of the
//! instants at which needs change, the boot and the deletion, on which an optimum lies where no
//! bucket pushes requests off it. Slow: for small plans, as what the planner is held against.

#![allow(clippy::unwrap_used)]

use eniplan::plan::backend::{Backend, BackendFailure};
use eniplan::plan::check::check_joint;
use eniplan::plan::joint::{Joint, JointEntry};
use eniplan::plan::program::{Program, ProgramColumn, ProgramName, ProgramRow, Sense, Solution, Variable};
use eniplan::plan::{Objectives, PlanStart, ProgramEffort};
use eniplan::topology::TokenBucket;

/// How far above the bound the peak is tried.
const PEAKS: u32 = 64;

/// The instants, and the variables of each class at each of them.
struct JointGrid<'a> {
    joint: &'a Joint,
    step: i64,
    first: i64,
    instants: usize,
    /// Instants a boot and a deletion take.
    boot: usize,
    drain: usize,
    program: Program,
    made: Vec<Vec<Variable>>,
    gone: Vec<Vec<Variable>>,
}

/// A plan of the integer program.
#[derive(Debug)]
pub(crate) struct GridPlan {
    pub objectives: Objectives,
}

/// The best plan on the grid, if the solver finds one and the checker agrees; none where the solver
/// says that there is none. Of equal instants it trusts nothing but the claim of optimality.
pub(crate) fn solve_by_grid(
    joint: &Joint,
    lower_bound: Objectives,
    backend: &dyn Backend,
    effort: &ProgramEffort,
) -> Result<Option<GridPlan>, String> {
    for peak in lower_bound.peak..=lower_bound.peak.saturating_add(PEAKS) {
        let grid = JointGrid::build(joint, peak, effort.largest_program)?;
        let solution = match backend.solve(&grid.program, effort.seconds) {
            Ok(solution) if solution.optimal => solution,
            Ok(_) => return Err(format!("{} stopped before proving optimality", backend.name())),
            Err(BackendFailure::Infeasible) => continue,
            Err(failure) => return Err(format!("{}: {failure}", backend.name())),
        };
        let entries = grid
            .entries(&solution)
            .ok_or_else(|| format!("{} returned a fractional solution", backend.name()))?;
        let objectives = check_joint(joint, &entries)
            .map_err(|violations| format!("{}: {violations:?}", backend.name()))?;
        return Ok(Some(GridPlan { objectives }));
    }
    Ok(None)
}

/// The earliest request a joint plan may have.
fn earliest(joint: &Joint) -> Option<i64> {
    match joint.start {
        PlanStart::Warm => None,
        PlanStart::Empty { from_ms } => Some(from_ms),
    }
}

/// Requests that a window of `width_ms`, both ends included, can grant at once. A bucket of one is full after
/// every pause, which takes whole milliseconds.
fn granted_in(bucket: TokenBucket, width_ms: u64) -> u64 {
    const MILLION: u64 = 1_000_000;
    match (u64::from(bucket.burst), bucket.per_second.micro_tokens_per_ms()) {
        (1, rate) if rate > 0 => 1 + width_ms / MILLION.div_ceil(rate),
        (burst, rate) => burst + rate * width_ms / MILLION,
    }
}

/// The narrowest window that grants so many.
fn narrowest(bucket: TokenBucket, count: u64) -> Option<u64> {
    (0..10_000_000).find(|width| granted_in(bucket, *width) >= count)
}

fn divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { divisor(b, a % b) }
}

impl<'a> JointGrid<'a> {
    fn build(joint: &'a Joint, peak: u32, largest: usize) -> Result<Self, String> {
        let times = joint.pools.iter().flat_map(|pool| pool.need.steps()).map(|&(at, _)| at);
        let from = earliest(joint).unwrap_or(0);
        let fixed = [joint.boot.max.0, joint.delete.max.0, joint.end_ms(), from.unsigned_abs()];
        let step = times.chain(fixed).fold(0, divisor).max(1);
        let wait = joint.api.map_or(Some(0), |api| narrowest(api, u64::from(peak)));
        let wait = wait.ok_or("the bucket never refills")?.div_ceil(step) * step;
        let count = |ms: u64| usize::try_from(ms / step).unwrap();
        let ms = |value: u64| i64::try_from(value).unwrap();
        let first = earliest(joint).unwrap_or(-ms(joint.boot.max.0.saturating_add(wait)));
        let instants = count(joint.end_ms().saturating_add_signed(-first)).saturating_add(1);
        let columns = instants.saturating_mul(joint.classes.len()).saturating_mul(2);
        if columns > largest {
            return Err(format!("the grid has {columns} variables, more than {largest}"));
        }
        let (boot, drain) = (count(joint.boot.max.0), count(joint.delete.max.0));
        let mut grid = Self {
            joint,
            step: ms(step),
            first,
            instants,
            boot,
            drain,
            program: Program::default(),
            made: Vec::new(),
            gone: Vec::new(),
        };
        grid.columns();
        grid.order();
        grid.cover();
        grid.room(peak);
        grid.tokens();
        Ok(grid)
    }

    fn at(&self, index: usize) -> i64 {
        self.first + self.step * i64::try_from(index).unwrap()
    }

    fn columns(&mut self) {
        let last = self.instants - 1;
        let rises: f64 =
            self.joint.pools.iter().flat_map(|pool| pool.need.steps()).map(|s| f64::from(s.1)).sum();
        let weight = 0.5 / (1.0 + 4.0 * rises);
        for _ in &self.joint.classes {
            let (mut made, mut gone) = (Vec::new(), Vec::new());
            for index in 0..self.instants {
                let (held, step) = (f64::from(u8::from(index < last)), self.step as f64);
                let end = if index == last { weight } else { 0.0 };
                let column = |kind, cost| ProgramColumn {
                    name: ProgramName { kind, from_ms: 0, to_ms: None },
                    lower: 0.0,
                    upper: None,
                    integer: true,
                    cost,
                };
                made.push(self.program.add(column("made", held * step + end)));
                let saves = index + self.drain < last;
                gone.push(self.program.add(column("gone", if saves { -step } else { 0.0 })));
            }
            self.made.push(made);
            self.gone.push(gone);
        }
    }

    fn require(
        &mut self,
        kind: &'static str,
        index: usize,
        terms: Vec<(Variable, f64)>,
        sense: Sense,
        right: f64,
    ) {
        let name = ProgramName { kind, from_ms: self.at(index), to_ms: None };
        self.program.require(ProgramRow { name, terms, sense, right });
    }

    /// Neither count ever falls.
    fn order(&mut self) {
        for class in 0..self.joint.classes.len() {
            for index in 1..self.instants {
                for counts in [self.made[class].clone(), self.gone[class].clone()] {
                    let terms = vec![(counts[index], 1.0), (counts[index - 1], -1.0)];
                    self.require("order", index, terms, Sense::AtLeast, 0.0);
                }
            }
        }
    }

    fn ready(&self, class: usize, index: usize) -> Vec<(Variable, f64)> {
        let made = index.checked_sub(self.boot).map(|before| (self.made[class][before], 1.0));
        made.into_iter().chain([(self.gone[class][index], -1.0)]).collect()
    }

    fn held(&self, class: usize, index: usize) -> Vec<(Variable, f64)> {
        let gone = index.checked_sub(self.drain).map(|before| (self.gone[class][before], -1.0));
        gone.into_iter().chain([(self.made[class][index], 1.0)]).collect()
    }

    fn cover(&mut self) {
        let joint = self.joint;
        let zone = |class: usize| joint.subnets[joint.classes[class]].zone.as_str();
        for index in 0..self.instants {
            for class in 0..joint.classes.len() {
                let terms = self.ready(class, index);
                self.require("idle", index, terms, Sense::AtLeast, 0.0);
            }
            let Ok(at) = u64::try_from(self.at(index)) else { continue };
            for pool in &joint.pools {
                let need = f64::from(pool.need.at(at));
                let mut lost: Vec<Option<&str>> = vec![None];
                if joint.survive_zone {
                    lost.extend(pool.classes.iter().map(|&class| Some(zone(class))));
                }
                for lost in lost {
                    let left = pool.classes.iter().filter(|&&class| Some(zone(class)) != lost);
                    let terms = left.flat_map(|&class| self.ready(class, index)).collect();
                    self.require("ready", index, terms, Sense::AtLeast, need);
                }
            }
        }
    }

    fn room(&mut self, peak: u32) {
        let joint = self.joint;
        let classes = |of: &dyn Fn(usize) -> bool| -> Vec<usize> {
            (0..joint.classes.len()).filter(|&class| of(joint.classes[class])).collect()
        };
        let mut limits = vec![(classes(&|_| true), peak.min(joint.region_quota.unwrap_or(u32::MAX)))];
        for (index, subnet) in joint.subnets.iter().enumerate() {
            limits.push((classes(&|own| own == index), subnet.addresses));
            if let Some(quota) = joint.vpc_quota {
                limits.push((classes(&|own| joint.subnets[own].vpc == subnet.vpc), quota));
            }
        }
        for index in 0..self.instants {
            for (classes, most) in &limits {
                let terms = classes.iter().flat_map(|&class| self.held(class, index)).collect();
                self.require("held", index, terms, Sense::AtMost, f64::from(*most));
            }
        }
    }

    fn tokens(&mut self) {
        let Some(bucket) = self.joint.api else { return };
        for from in 0..self.instants {
            for to in from..self.instants {
                let most = granted_in(bucket, self.at(to).abs_diff(self.at(from)));
                let before =
                    |class: usize| from.checked_sub(1).map(|before| (self.made[class][before], -1.0));
                let classes = 0..self.joint.classes.len();
                let terms =
                    classes.flat_map(|class| before(class).into_iter().chain([(self.made[class][to], 1.0)]));
                let terms = terms.collect();
                self.require("tokens", to, terms, Sense::AtMost, most as f64);
            }
        }
    }

    fn entries(&self, solution: &Solution) -> Option<Vec<JointEntry>> {
        let mut entries = Vec::new();
        for class in 0..self.joint.classes.len() {
            let (mut made, mut gone) = (0, 0);
            for index in 0..self.instants {
                let all =
                    (solution.count(self.made[class][index])?, solution.count(self.gone[class][index])?);
                let (create, delete) = (all.0.checked_sub(made)?, all.1.checked_sub(gone)?);
                if (create, delete) != (0, 0) {
                    entries.push(JointEntry { at_ms: self.at(index), class, create, delete });
                }
                (made, gone) = all;
            }
        }
        entries.sort_unstable();
        Some(entries)
    }
}
