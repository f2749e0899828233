//! The examples.

use crate::example;
use crate::report::views::{ExampleView, ExamplesView};
use crate::report::{Answer, ReportTable, TableCell};

/// Every example with the question it answers.
pub fn examples() -> Answer {
    let all = example::ALL;
    let mut table = ReportTable::new("", &[("name", "name"), ("question", "question it answers")]);
    for example in all {
        table.push(vec![TableCell::text(example.name), TableCell::text(example.question())]);
    }
    let listed = all.iter().map(|example| ExampleView {
        name: example.name,
        question: example.question(),
        files: example.all_files().map(|(file, _)| file).collect(),
        commands: example.commands().iter().map(|command| command.line).collect(),
    });
    let mut answer = Answer {
        headline: vec![
            format!("There are {} examples.", all.len()),
            "`eniplan example run NAME` runs one, `extract` writes its folder.".into(),
        ],
        tables: vec![table.prose(&["question"])],
        ..Answer::default()
    };
    answer.extend(&ExamplesView { examples: listed.collect() });
    answer
}
