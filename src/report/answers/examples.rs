//! The examples.

use crate::example;
use crate::report::forms::{ExampleForm, Examples};
use crate::report::{Answer, Table, Value};

/// Every example with the question it answers.
pub fn examples() -> Answer {
    let all = example::ALL;
    let mut table = Table::new("", &[("name", "name"), ("question", "the question it answers")]);
    for it in all {
        table.push(vec![Value::text(it.name), Value::text(it.question())]);
    }
    let listed = all.iter().map(|it| ExampleForm {
        name: it.name,
        question: it.question(),
        files: it.all_files().map(|(file, _)| file).collect(),
        commands: it.commands().iter().map(|command| command.line).collect(),
    });
    let mut answer = Answer {
        headline: vec![
            format!("There are {} examples.", all.len()),
            "`eniplan example run NAME` runs one, `extract` writes its folder.".into(),
        ],
        tables: vec![table.prose(&["question"])],
        ..Answer::default()
    };
    answer.extend(&Examples { examples: listed.collect() });
    answer
}
