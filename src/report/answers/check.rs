//! Valid files and their contents.

use crate::report::format::{counted, sentence, thousands};
use crate::report::views::{CheckView, CheckedFile, FileContents};
use crate::report::{Answer, ReportTable, TableCell};

impl FileContents {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Scenario { .. } => "scenario",
            Self::Model { .. } => "model",
            Self::Trace { .. } => "trace",
        }
    }

    fn in_words(&self) -> String {
        let of = |n: u64, one: &str| counted(n, one, &format!("{one}s"));
        match self {
            Self::Scenario { functions, subnets, destinations, model } => {
                let (functions, subnets) = (of(*functions, "function"), of(*subnets, "subnet"));
                format!("{functions}, {subnets}, {}; model {model}", of(*destinations, "destination"))
            }
            Self::Model { name, numbers, phases } => {
                format!("{name}: {}, {}", of(*numbers, "cited number"), of(*phases, "phase"))
            }
            Self::Trace { functions, invocations, span_ms } => {
                let invocations = format!("{} invocations", thousands(*invocations));
                format!("{}, {invocations} over {span_ms}", of(*functions, "function"))
            }
        }
    }
}

/// That the files are valid, and their contents.
pub fn check(files: &[CheckedFile], assumptions: Vec<String>) -> Answer {
    let mut table = ReportTable::new("", &[("file", "file"), ("kind", "kind"), ("contents", "contents")]);
    for checked in files {
        let cells = [checked.file.clone(), checked.holds.kind().to_owned(), checked.holds.in_words()];
        table.push(cells.into_iter().map(TableCell::text).collect());
    }
    let count = counted(files.len() as u64, "file is", "files are");
    let mut answer = Answer {
        headline: vec![format!("{} valid.", sentence(&count))],
        tables: vec![table.prose(&["contents"])],
        assumptions,
        ..Answer::default()
    };
    answer.extend(&CheckView { files });
    answer
}
