//! The assumptions, and every number of the model with its source.

use maud::{Markup, html};

use super::no_data;
use crate::diagnostic::escaped;
use crate::report::answers;
use crate::report::format::name;
use crate::report::page::{PageSection, ReportPage, table};
use crate::report::{ReportTable, TableCell};

pub(in crate::report::page) const SECTION: PageSection =
    PageSection { id: "assumptions", title: "Assumptions and sources", body, data: no_data };

fn body(page: &ReportPage<'_>) -> Markup {
    html! {
        ul { @for line in &assumptions(page) { li { (escaped(line)) } } }
        details open {
            summary { "Numbers of model " (name(&page.platform.name)) }
            (table::table(&numbers(page), page.subject.clock))
            p.note { "Grade H: primary text, code or raw data; M: secondary sources or user reports; L: inferred, or \
                      stated once." }
        }
    }
}

/// Those of every answer, each once.
fn assumptions(page: &ReportPage<'_>) -> Vec<String> {
    let mut all = page.subject.assumptions.clone();
    let worst = page.worst.as_ref().ok().map(|worst| answers::worst_case(page.subject, worst, page.shown));
    let plan = page.plan.as_ref().ok().map(|plan| answers::plan(page.subject, plan));
    let compared = Some(answers::compare(page.subject, page.comparison, page.runs));
    for answer in [worst, plan, compared].into_iter().flatten() {
        for line in answer.assumptions {
            if !all.contains(&line) {
                all.push(line);
            }
        }
    }
    all
}

fn numbers(page: &ReportPage<'_>) -> ReportTable {
    let columns = [("number", "number"), ("value", "value"), ("grade", "grade"), ("source", "source")];
    let mut table = ReportTable::new("", &columns).prose(&["value", "source"]);
    for citation in page.platform.citations() {
        let cells = [citation.path, citation.value, citation.grade.letter().to_owned(), citation.source];
        table.push(cells.map(TableCell::text).to_vec());
    }
    table
}
