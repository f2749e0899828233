//! The examples.

use serde::Serialize;

use crate::example;
use crate::report::{Answer, Table, Value};

/// An example, for programs.
#[derive(Debug, Serialize)]
struct Listed {
    name: &'static str,
    question: &'static str,
    files: Vec<&'static str>,
    commands: Vec<&'static str>,
}

/// Every example with the question it answers.
pub fn examples() -> Answer {
    let all = example::ALL;
    let mut table = Table::new("", &[("name", "name"), ("question", "the question it answers")]);
    for it in all {
        table.push(vec![Value::text(it.name), Value::text(it.question())]);
    }
    let listed = all.iter().map(|it| Listed {
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
    answer.insert("examples", serde_json::json!(listed.collect::<Vec<_>>()));
    answer
}
