//! A program: a linear program as data, with names a person can read and handles a program can.
//!
//! Minimised always. Knows no solver; a [`Backend`](crate::plan::solve::backend::Backend) translates it, and a
//! [`Solution`] is read through the handles the program gave out.

use std::fmt;

/// A name: what a variable or constraint is, and the instants it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ProgramName {
    /// What it is, as docs/plan.md calls it.
    pub kind: &'static str,
    /// From (or at) this instant, ms.
    pub from_ms: i64,
    /// To this instant, ms, where it belongs to a window.
    pub to_ms: Option<i64>,
}

impl fmt::Display for ProgramName {
    /// `ready[60000]`, `tokens[0..200]`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_ms {
            None => write!(f, "{}[{}]", self.kind, self.from_ms),
            Some(to_ms) => write!(f, "{}[{}..{to_ms}]", self.kind, self.from_ms),
        }
    }
}

/// The handle of a variable in the program that made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Variable(usize);

/// What a variable may be, and what a unit of it costs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ProgramColumn {
    /// Its name.
    pub name: ProgramName,
    /// The least it may be.
    pub lower: f64,
    /// The most it may be; none: anything.
    pub upper: Option<f64>,
    /// Whether it must be whole.
    pub integer: bool,
    /// Its share of the objective.
    pub cost: f64,
}

/// How the two sides of a constraint compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sense {
    /// Left <= right.
    AtMost,
    /// Left = right.
    Equal,
    /// Left >= right.
    AtLeast,
}

/// A constraint: the sum of coefficients times variables, compared with a number.
#[derive(Clone, Debug, PartialEq)]
pub struct ProgramRow {
    /// Its name.
    pub name: ProgramName,
    /// Coefficients.
    pub terms: Vec<(Variable, f64)>,
    /// The comparison.
    pub sense: Sense,
    /// The number.
    pub right: f64,
}

/// Variables, constraints and an objective to minimise.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Program {
    columns: Vec<ProgramColumn>,
    rows: Vec<ProgramRow>,
}

impl Program {
    /// Adds a variable.
    pub fn add(&mut self, column: ProgramColumn) -> Variable {
        self.columns.push(column);
        Variable(self.columns.len() - 1)
    }

    /// Adds a constraint.
    pub fn require(&mut self, row: ProgramRow) {
        self.rows.push(row);
    }

    /// The variables, each with its handle.
    pub fn columns(&self) -> impl Iterator<Item = (Variable, &ProgramColumn)> {
        self.columns.iter().enumerate().map(|(index, column)| (Variable(index), column))
    }

    /// The constraints.
    pub fn rows(&self) -> &[ProgramRow] {
        &self.rows
    }
}

/// A point a backend found.
#[derive(Clone, Debug, PartialEq)]
pub struct Solution {
    values: Vec<f64>,
    /// Whether the backend says that nothing is better.
    pub optimal: bool,
}

impl Solution {
    /// From one value per variable, in the order of [`Program::columns`].
    pub fn new(values: Vec<f64>, optimal: bool) -> Self {
        Self { values, optimal }
    }

    /// The value of a variable; NaN for one of another program.
    pub fn value(&self, variable: Variable) -> f64 {
        self.values.get(variable.0).copied().unwrap_or(f64::NAN)
    }

    /// The value of a variable as a count, where it is whole within a millionth.
    pub fn count(&self, variable: Variable) -> Option<u32> {
        let value = self.value(variable);
        let whole = value.round();
        let near = (value - whole).abs() <= 1e-6 && (0.0..=f64::from(u32::MAX)).contains(&whole);
        // In range and whole: the cast is exact.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        near.then_some(whole as u32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_print_and_counts_are_whole() {
        let name = ProgramName { kind: "tokens", from_ms: -5, to_ms: Some(20) };
        assert_eq!(name.to_string(), "tokens[-5..20]");
        assert_eq!(ProgramName { kind: "ready", from_ms: 60, to_ms: None }.to_string(), "ready[60]");
        let mut program = Program::default();
        let column = ProgramColumn { name, lower: 0.0, upper: None, integer: false, cost: 1.0 };
        let [near, half, below] = [(); 3].map(|()| program.add(column));
        let solution = Solution::new(vec![2.000_000_1, 1.5, -1.0], true);
        assert_eq!([near, half, below].map(|variable| solution.count(variable)), [Some(2), None, None]);
    }
}
