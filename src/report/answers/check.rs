//! What files hold with which nothing is wrong.

use crate::report::format::{counted, thousands};
use crate::report::views::{CheckView, CheckedFile, FileContents};
use crate::report::{Answer, ReportTable, TableCell};

impl FileContents {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Scenario { .. } => "scenario",
            Self::Model { .. } => "model",
            Self::Traffic { .. } => "traffic",
        }
    }

    fn in_words(&self) -> String {
        let of = |n: u64, one: &str| counted(n, one, &format!("{one}s"));
        match self {
            Self::Scenario { functions, subnets, targets, model } => {
                let (functions, subnets) = (of(*functions, "function"), of(*subnets, "subnet"));
                format!("{functions}, {subnets}, {}; on model {model}", of(*targets, "target"))
            }
            Self::Model { name, numbers, phases } => {
                format!("{name}: {} with their sources, {}", of(*numbers, "number"), of(*phases, "phase"))
            }
            Self::Traffic { functions, invocations, span_ms } => {
                let invocations = format!("{} invocations", thousands(*invocations));
                format!("{}, {invocations} over {span_ms}", of(*functions, "function"))
            }
        }
    }
}

/// That nothing is wrong with the files, and what they hold.
pub fn check(files: &[CheckedFile], assumptions: Vec<String>) -> Answer {
    let mut table = ReportTable::new("", &[("file", "file"), ("kind", "kind"), ("holds", "what it holds")]);
    for checked in files {
        let cells = [checked.file.clone(), checked.holds.kind().to_owned(), checked.holds.in_words()];
        table.push(cells.into_iter().map(TableCell::text).collect());
    }
    let count = counted(files.len() as u64, "file", "files");
    let mut answer = Answer {
        headline: vec![format!("Nothing is wrong with {count}.")],
        tables: vec![table.prose(&["holds"])],
        assumptions,
        ..Answer::default()
    };
    answer.extend(&CheckView { files });
    answer
}
