//! Saved: a plan as a file, read back with every problem at its place.
//!
//! Two forms: the JSON of `plan --format json`, and the CSV of its schedule. Knows the trace and
//! the classes the plan must be for; whether it holds is `verify`'s business.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::tally::last_creation;
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::plan::requirement::study::Study;
use crate::quantity::Millis;
use crate::simulation::EniAction;

/// What the file says its plan amounts to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Claims {
    /// The most ENIs held at once.
    pub peak_enis: Option<u64>,
    /// ENI-hours held.
    pub eni_hours: Option<f64>,
    /// ENIs requested.
    pub creations: Option<u64>,
}

/// A plan out of a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Saved {
    /// The target it was made for.
    pub target: Option<Millis>,
    /// What it is said to amount to.
    pub claims: Claims,
    /// What it does, in the file's order.
    pub actions: Vec<EniAction>,
    /// Signs that it was made for something else, in the user's words.
    pub doubts: Vec<String>,
}

/// The columns of the CSV form.
pub const COLUMNS: [&str; 5] = ["at", "subnet", "security_groups", "create", "delete"];
/// Instants further away are refused, ms.
const FAR_MS: i64 = 1 << 50;

/// Reads the plan `text` of the file `name`, which must be for the classes and the time of `study`.
pub fn read(name: &str, text: &str, study: &Study<'_>) -> Result<Saved, Diagnostics> {
    let mut reading =
        PlanReading { study, problems: Diagnostics::default(), last: i64::MIN, end: last_creation(study) };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let saved =
        if text.trim_start().starts_with('{') { reading.json(text) } else { reading.csv(text.as_bytes()) };
    if reading.problems.is_empty() {
        return Ok(saved);
    }
    let mut placed = Diagnostics::default();
    reading.problems.sorted().into_iter().for_each(|problem| placed.push(problem.clone().in_file(name)));
    Err(placed)
}

/// Where something stands.
#[derive(Clone, Copy)]
struct CellPlace {
    line: u64,
    column: u64,
}

struct PlanReading<'a> {
    study: &'a Study<'a>,
    problems: Diagnostics,
    last: i64,
    end: i64,
}

/// One row before it is understood: the cells as text, each with its place.
struct SavedRow<'t> {
    at: Option<(i64, CellPlace)>,
    subnet: Option<(&'t str, CellPlace)>,
    groups: Option<(&'t str, CellPlace)>,
    create: Option<u32>,
    delete: Option<u32>,
}

impl PlanReading<'_> {
    fn wrong(&mut self, code: Code, place: CellPlace, value: &str, message: impl Into<String>, help: &str) {
        let problem = Diagnostic::new(code, message, help);
        let problem = if value.is_empty() { problem } else { problem.with_value(value) };
        self.problems.push(problem.at_line(place.line).at_column(place.column));
    }

    /// The action of a row whose cells could be read; what is wrong with them together is told.
    fn action(&mut self, row: &SavedRow<'_>) -> Option<EniAction> {
        let class = match (row.subnet, row.groups) {
            (Some(subnet), Some(groups)) => self.class(subnet, groups),
            _ => None,
        };
        let (at, place) = row.at?;
        let wrong = if !(-FAR_MS..=FAR_MS).contains(&at) {
            Some(("the time is out of range", "write ms from the start of the trace"))
        } else if at < self.last {
            Some(("the time is earlier than in the row above", "sort the rows by time"))
        } else if at > self.end && row.create.is_some_and(|count| count > 0) {
            Some((
                "ENIs are created after the last need for them",
                "check that the plan belongs to this trace",
            ))
        } else {
            None
        };
        self.last = at.max(self.last);
        if let Some((message, help)) = wrong {
            self.wrong(Code::BadValue, place, &at.to_string(), message, help);
        }
        Some(EniAction { at, class: class?, create: row.create?, delete: row.delete? })
    }

    fn class(&mut self, subnet: (&str, CellPlace), groups: (&str, CellPlace)) -> Option<usize> {
        let topology = self.study.topology;
        let named = |class: usize| &topology.limits.subnets[topology.classes[class].subnet].name;
        // A spreadsheet's formulas are kept off by an apostrophe in front.
        let is = |name: &str, text: &str| name == text || text.strip_prefix('\'') == Some(name);
        let here: Vec<usize> =
            (0..topology.classes.len()).filter(|&class| is(named(class), subnet.0)).collect();
        if here.is_empty() {
            let mut known: Vec<&str> =
                (0..topology.classes.len()).map(|class| named(class).as_str()).collect();
            known.dedup();
            let help = format!("subnets in use: {}", known.join(", "));
            self.wrong(Code::UnknownName, subnet.1, subnet.0, "no function uses this subnet", &help);
            return None;
        }
        let joined = |class: usize| topology.classes[class].security_groups.join("+");
        let found = here.iter().copied().find(|&class| is(&joined(class), groups.0));
        if found.is_none() {
            let known: Vec<String> = here.iter().map(|&class| joined(class)).collect();
            let help = format!("security groups in use in subnet {}: {}", subnet.0, known.join(", "));
            let message = "no function uses these security groups in this subnet";
            self.wrong(Code::UnknownName, groups.1, groups.0, message, &help);
        }
        found
    }

    fn csv(&mut self, bytes: &[u8]) -> Saved {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
        let header: Vec<String> =
            reader.headers().map(|cells| cells.iter().map(str::to_owned).collect()).unwrap_or_default();
        let first = CellPlace { line: 1, column: 1 };
        let mut columns = [0; 5];
        for (column, name) in columns.iter_mut().zip(COLUMNS) {
            if let Some(found) = header.iter().position(|cell| cell.trim() == name) {
                *column = found;
            } else {
                let help = "use the JSON of `eniplan plan --format json`, or a CSV with the columns \
                    at,subnet,security_groups,create,delete";
                let message = format!("missing column `{name}`");
                self.wrong(Code::MissingColumn, first, &header.join(","), message, help);
            }
        }
        let mut saved = Saved::default();
        if !self.problems.is_empty() {
            return saved;
        }
        for record in reader.records() {
            let record = match record {
                Ok(record) => record,
                Err(error) => {
                    let line = error.position().map_or(1, csv::Position::line);
                    let help = "save the file as UTF-8 CSV";
                    self.wrong(Code::RowLength, CellPlace { line, column: 1 }, "", error.to_string(), help);
                    continue;
                }
            };
            let line = record.position().map_or(0, csv::Position::line);
            let cell = |n: usize| {
                let column = columns[n];
                let place = CellPlace { line, column: column as u64 + 1 };
                record.get(column).map(|text| (text.trim(), place))
            };
            if record.len() != header.len() {
                let message =
                    format!("the row has {} cells, but the header has {}", record.len(), header.len());
                let place = CellPlace { line, column: 1 };
                self.wrong(Code::RowLength, place, "", message, "each row needs one cell per column");
                continue;
            }
            let (at, create, delete) = (self.instant(cell(0)), self.count(cell(3)), self.count(cell(4)));
            let row = SavedRow { at, subnet: cell(1), groups: cell(2), create, delete };
            saved.actions.extend(self.action(&row));
        }
        saved
    }

    /// Whole ms, or an RFC 3339 time where the trace has a clock.
    fn instant(&mut self, cell: Option<(&str, CellPlace)>) -> Option<(i64, CellPlace)> {
        let (text, place) = cell?;
        let wall = |text: &str| {
            let at = text.parse::<Timestamp>().ok()?.as_millisecond();
            at.checked_sub(self.study.trace.origin?)
        };
        let found = text.parse::<i64>().ok().or_else(|| wall(text));
        if found.is_none() {
            let help = if self.study.trace.origin.is_some() {
                "write 2026-03-02T19:33:00Z, or whole ms from the start of the trace"
            } else {
                "the trace has no dates; write whole ms from its start"
            };
            self.wrong(Code::BadCell, place, text, "not a time", help);
        }
        Some((found?, place))
    }

    fn count(&mut self, cell: Option<(&str, CellPlace)>) -> Option<u32> {
        let (text, place) = cell?;
        let found = text.parse::<u32>().ok();
        if found.is_none() {
            self.wrong(
                Code::BadCell,
                place,
                text,
                "not a number of ENIs",
                "write a whole number of 0 or more",
            );
        }
        found
    }

    fn json(&mut self, text: &str) -> Saved {
        let map = JsonLines::new(text);
        let mut saved = Saved::default();
        let fields: BTreeMap<String, &RawValue> = match serde_json::from_str(text) {
            Ok(fields) => fields,
            Err(error) => {
                let place = CellPlace { line: error.line() as u64, column: error.column() as u64 };
                self.wrong(
                    Code::BadValue,
                    place,
                    "",
                    format!("invalid JSON: {error}"),
                    "save the plan again",
                );
                return saved;
            }
        };
        let number = "write a whole number of 0 or more";
        saved.target = self.value(&map, fields.get("max_cold_start_ms").copied(), number).map(Millis);
        let claims = &mut saved.claims;
        claims.peak_enis = self.value(&map, fields.get("peak_enis").copied(), number);
        claims.creations = self.value(&map, fields.get("creations").copied(), number);
        claims.eni_hours = self.value(&map, fields.get("eni_hours").copied(), "write a number");
        saved.doubts = self.doubts(&fields);
        let start = CellPlace { line: 1, column: 1 };
        let status = fields.get("status").map_or("", |raw| raw.get());
        let Some(&schedule) = fields.get("schedule") else {
            let (message, help) =
                ("no `schedule` in this file", "use a file written by `eniplan plan --format json`");
            self.wrong(Code::MissingColumn, start, "", message, help);
            return saved;
        };
        if status == "\"infeasible\"" {
            let place = fields.get("status").map_or(start, |raw| map.place(raw.get()));
            let help = "no plan was found, so there is nothing to verify";
            self.wrong(Code::BadValue, place, "infeasible", "the file contains no plan", help);
        }
        let Ok(rows) = serde_json::from_str::<Vec<&RawValue>>(schedule.get()) else {
            let place = map.place(schedule.get());
            let help = "write a list of entries with at_ms, subnet, security_groups, create and delete";
            self.wrong(Code::BadValue, place, schedule.get(), "`schedule` must be a list", help);
            return saved;
        };
        for raw in rows {
            saved.actions.extend(self.entry(&map, raw));
        }
        saved
    }

    /// One entry of a JSON schedule.
    fn entry(&mut self, map: &JsonLines<'_>, raw: &RawValue) -> Option<EniAction> {
        let place = map.place(raw.get());
        let keys = ["at_ms", "subnet", "security_groups", "create", "delete"];
        let Ok(fields) = serde_json::from_str::<BTreeMap<String, &RawValue>>(raw.get()) else {
            let help = "write an object with at_ms, subnet, security_groups, create and delete";
            self.wrong(Code::BadValue, place, raw.get(), "not an entry of a schedule", help);
            return None;
        };
        for key in keys.into_iter().filter(|key| !fields.contains_key(*key)) {
            let help = "an entry needs at_ms, subnet, security_groups, create and delete";
            self.wrong(Code::MissingColumn, place, "", format!("missing key `{key}`"), help);
        }
        let [at, subnet, groups, create, delete] = keys.map(|key| fields.get(key).copied());
        let placed = |raw: Option<&RawValue>| raw.map_or(place, |raw| map.place(raw.get()));
        let (at_place, subnet_place, groups_place) = (placed(at), placed(subnet), placed(groups));
        let at = self.value(map, at, "write whole ms from the start of the trace");
        let subnet: Option<String> = self.value(map, subnet, "write the name of a subnet");
        let groups: Option<Vec<String>> = self.value(map, groups, "write a list of names");
        let groups = groups.map(|mut groups| {
            groups.sort();
            groups.join("+")
        });
        let count = "write a whole number of 0 or more";
        let (create, delete) = (self.value(map, create, count), self.value(map, delete, count));
        self.action(&SavedRow {
            at: at.map(|at| (at, at_place)),
            subnet: subnet.as_deref().map(|name| (name, subnet_place)),
            groups: groups.as_deref().map(|names| (names, groups_place)),
            create,
            delete,
        })
    }

    /// The value of a field that is there.
    fn value<T: DeserializeOwned>(
        &mut self,
        map: &JsonLines<'_>,
        raw: Option<&RawValue>,
        help: &str,
    ) -> Option<T> {
        let raw = raw?.get();
        let found = serde_json::from_str(raw);
        if found.is_err() {
            self.wrong(Code::BadValue, map.place(raw), raw, "wrong type of value", help);
        }
        found.ok()
    }

    /// Where the file's traffic differs from the one at hand.
    fn doubts(&self, fields: &BTreeMap<String, &RawValue>) -> Vec<String> {
        let trace = self.study.trace;
        let raw = fields.get("trace").or_else(|| fields.get("traffic")).map_or("null", |raw| raw.get());
        let saved: serde_json::Value = serde_json::from_str(raw).unwrap_or_default();
        let here = [("invocations", trace.invocations()), ("span_ms", trace.span.0)];
        let differs = |&(key, here): &(&str, u64)| {
            let there = saved.get(key)?.as_u64()?;
            (there != here).then(|| {
                format!(
                    "the plan was made for a different trace: its {key} is {there}; this trace has {here}"
                )
            })
        };
        here.iter().filter_map(differs).collect()
    }
}

/// Places in a text by the part that stands there.
struct JsonLines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> JsonLines<'t> {
    fn new(text: &'t str) -> Self {
        let after = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { text, starts: std::iter::once(0).chain(after).collect() }
    }

    /// Line and column of `part`, a slice of the text.
    fn place(&self, part: &str) -> CellPlace {
        let offset = (part.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let line = self.starts.partition_point(|&start| start <= offset);
        let start = line.checked_sub(1).and_then(|line| self.starts.get(line)).copied().unwrap_or(0);
        let before = self.text.get(start..offset).map_or(0, |text| text.chars().count());
        CellPlace { line: line as u64, column: before as u64 + 1 }
    }
}
