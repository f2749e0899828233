//! Assignment: a witness file, as `worst-case --witness` writes it.

use std::path::Path;

use serde_json::{Map, Value};

use super::input;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::quantity::Interval;
use crate::simulation::{Assignment, End};
use crate::topology::Topology;

const FIELDS: [&str; 5] = ["boots_ms", "deletions_ms", "phases_ms", "misses", "otherwise"];
const HELP: &str = "give a file that `eniplan worst-case --witness FILE` has written";

/// Reads the assignment in `path`, or in the field `witness` of a worst-case answer.
///
/// All that is wrong is told at once; boots and deletions must lie inside the model's intervals.
pub fn read(path: &Path, topology: &Topology) -> Result<Assignment, Diagnostics> {
    let file = input::shown(path);
    let value: Value = serde_json::from_str(&input::text(path)?).map_err(|error| {
        Diagnostic::new(Code::BadValue, format!("the file is not JSON: {error}"), HELP)
            .in_file(&file)
            .at_line(error.line() as u64)
            .at_column(error.column() as u64)
    })?;
    let mut reader = Reader { file, problems: Diagnostics::default() };
    let value = value.get("witness").unwrap_or(&value);
    let Some(fields) = value.as_object() else {
        reader.bad(Code::BadValue, "the file holds no JSON object", value);
        return Err(reader.problems);
    };
    let assignment = reader.assignment(fields, topology);
    reader.problems.or(assignment)
}

struct Reader {
    file: String,
    problems: Diagnostics,
}

impl Reader {
    fn bad(&mut self, code: Code, message: impl Into<String>, value: &Value) {
        let problem = Diagnostic::new(code, message, HELP).in_file(&self.file);
        self.problems.push(problem.with_value(&value.to_string()));
    }

    fn assignment(&mut self, fields: &Map<String, Value>, topology: &Topology) -> Assignment {
        for (field, value) in fields {
            if !FIELDS.contains(&field.as_str()) {
                let known = FIELDS.join(", ");
                self.bad(Code::UnknownName, format!("there is no field `{field}`; there are {known}"), value);
            }
        }
        let phases = match fields.get("phases_ms") {
            Some(Value::Object(phases)) => phases.clone(),
            other => {
                self.bad(Code::BadValue, "`phases_ms` is no object", other.unwrap_or(&Value::Null));
                Map::new()
            }
        };
        let mut assignment = Assignment::all(self.otherwise(fields.get("otherwise")));
        assignment.boots_ms = self.numbers("boots_ms", fields.get("boots_ms"), Some(&topology.boot));
        assignment.deletions_ms =
            self.numbers("deletions_ms", fields.get("deletions_ms"), Some(&topology.delete));
        assignment.misses = self.numbers("misses", fields.get("misses"), None).into_iter().collect();
        for (environment, steps) in &phases {
            let name = format!("phases_ms.{environment}");
            match environment.parse() {
                Ok(number) => {
                    assignment.phases_ms.insert(number, self.numbers(&name, Some(steps), None));
                }
                Err(_) => self.bad(Code::BadValue, format!("`{name}` names no environment"), steps),
            }
        }
        assignment
    }

    fn otherwise(&mut self, value: Option<&Value>) -> End {
        match value.and_then(Value::as_str) {
            Some("longest") => End::Longest,
            Some("shortest") => End::Shortest,
            _ => {
                let message = "`otherwise` is neither \"longest\" nor \"shortest\"";
                self.bad(Code::BadValue, message, value.unwrap_or(&Value::Null));
                End::Longest
            }
        }
    }

    fn numbers(&mut self, name: &str, value: Option<&Value>, within: Option<&Interval>) -> Vec<u64> {
        let Some(items) = value.and_then(Value::as_array) else {
            self.bad(Code::BadValue, format!("`{name}` is no list"), value.unwrap_or(&Value::Null));
            return Vec::new();
        };
        let mut numbers = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let Some(number) = item.as_u64() else {
                self.bad(Code::BadValue, format!("`{name}[{index}]` is no whole number of 0 or more"), item);
                continue;
            };
            if let Some(interval) = within.filter(|it| !(it.min.0..=it.max.0).contains(&number)) {
                self.bad(
                    Code::BadValue,
                    format!("`{name}[{index}]` is outside the model's {interval}"),
                    item,
                );
            }
            numbers.push(number);
        }
        numbers
    }
}
