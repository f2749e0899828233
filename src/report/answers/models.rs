//! The models, every number with its source.

use crate::platform::{Grade, Platform};
use crate::report::format::{counted, joined, name};
use crate::report::views::{ModelView, ModelsView};
use crate::report::{Answer, ReportTable, TableCell};

/// Every cited number of `models`.
pub fn models(models: &[Platform]) -> Answer {
    let columns = [("model", "model"), ("policy", "policy"), ("summary", "description")];
    let mut summaries = ReportTable::new("", &columns).prose(&["summary"]);
    let mut flat = ReportTable::new(
        "",
        &[
            ("model", "model"),
            ("number", "number"),
            ("value", "value"),
            ("grade", "grade"),
            ("source", "source"),
        ],
    );
    let mut tables = Vec::new();
    for model in models {
        let words = [&model.name, &model.policy, &model.summary];
        summaries.push(words.map(|words| TableCell::text(words.as_str())).to_vec());
        let numbers = numbers(model);
        for row in &numbers.rows {
            flat.push([TableCell::text(model.name.as_str())].iter().chain(row).cloned().collect());
        }
        tables.push(numbers);
    }
    let mut answer = Answer {
        headline: headline(models, &flat),
        tables: std::iter::once(summaries).chain(tables).collect(),
        flat: Some(flat),
        ..Answer::default()
    };
    answer.extend(&ModelsView { models: models.iter().map(view).collect() });
    answer
}

fn numbers(model: &Platform) -> ReportTable {
    let columns = [("number", "number"), ("value", "value"), ("grade", "grade"), ("source", "source")];
    let mut table = ReportTable::new(name(&model.name), &columns).prose(&["value", "source"]);
    for citation in model.citations() {
        let (path, value, source) = (
            TableCell::text(citation.path),
            TableCell::text(citation.value),
            TableCell::text(citation.source),
        );
        table.push(vec![path, value, TableCell::text(citation.grade.letter()), source]);
    }
    table
}

fn headline(models: &[Platform], numbers: &ReportTable) -> Vec<String> {
    let names: Vec<String> = models.iter().map(|model| name(&model.name)).collect();
    let all = counted(numbers.rows.len() as u64, "number", "numbers");
    let graded = |grade: Grade| {
        let count =
            |model: &Platform| model.citations().iter().filter(|citation| citation.grade == grade).count();
        models.iter().map(count).sum::<usize>()
    };
    let [high, medium, low] = Grade::ALL.map(graded);
    vec![
        format!("{}: {all}, each with its source.", joined(&names)),
        format!(
            "By grade: {high} H (primary text, code or raw data), {medium} M (secondary sources or user \
             reports), {low} L (inferred, or stated once)."
        ),
    ]
}

fn view(model: &Platform) -> ModelView<'_> {
    let (name, summary, policy) = (&model.name, &model.summary, &model.policy);
    ModelView { model: name, summary, policy, numbers: model.citations() }
}
