//! Import: files of traffic in any known layout to [`Trace`](Traffic).
//!
//! A format is one file here and one line in [`ALL`]. Nothing in this module
//! opens a file: the caller gives bytes, and those of the companion files. All
//! that is wrong is told at once, with its place; nothing is half-read.

mod access_log;
mod azure_2019;
mod azure_2021;
mod azure_companions;
mod azure_day;
pub mod blocks;
mod cell;
mod clock;
mod cloudwatch_console;
mod cloudwatch_data;
mod cloudwatch_statistics;
mod concurrency;
mod content;
mod counts;
mod datadog;
mod functions;
mod gives;
mod grafana;
mod grid;
mod huawei;
mod intake;
pub mod inventory;
mod json;
mod lambda_insights;
mod log;
mod logs_insights;
mod metric;
mod names;
mod number;
mod options;
#[cfg(feature = "parquet")]
mod parquet;
mod prometheus;
mod repeats;
mod report_line;
mod runs;
mod series;
mod slots;
mod table;
mod text;
mod unpack;
mod victoriametrics;
mod whole;

use functions::Known;
use intake::Intake;
use text::Text;

pub use azure_day::AzureDay;
pub use content::Content;
pub use gives::Gives;
pub use options::{Gaps, Meaning, Options, Repeats, Resets};

use eniplan_core::diagnostic::{Code, Diagnostic, Diagnostics};
use eniplan_core::quantity::Memory;
use eniplan_core::trace::Traffic;

/// A file in memory.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The file, as the user named it.
    pub name: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
}

/// Files that say more about the functions of a traffic file.
#[derive(Clone, Copy, Debug, Default)]
pub struct Companions<'a> {
    /// How long their invocations last.
    pub durations: Option<Source<'a>>,
    /// How much memory they take.
    pub memory: Option<Source<'a>>,
}

/// A layout of traffic files.
pub trait Format: Sync {
    /// Its name, as `--traffic-format` takes it.
    fn name(&self) -> &'static str;

    /// What it holds, in one line.
    fn summary(&self) -> &'static str;

    /// An example of its header, or of its beginning.
    fn header(&self) -> &'static str;

    /// What it gives.
    fn gives(&self) -> Gives;

    /// Whether it has companion files.
    fn companions(&self) -> bool {
        false
    }

    /// Whether `content` looks like it.
    fn detect(&self, content: &Content<'_>) -> bool;

    /// Hands all that `content` holds to `intake`, row by row, and all that is wrong with it.
    fn read(&self, content: &Content<'_>, intake: &mut Intake<'_>);

    /// The functions by their names, with what the companions say of them; `intake` knows them by keys.
    fn known(&self, intake: &mut Intake<'_>, _: &Companions<'_>) -> Known {
        Known::new(std::mem::take(&mut intake.functions.names), intake.options)
    }
}

/// The formats; where several fit, the first is taken.
pub const ALL: &[&dyn Format] = &[
    &counts::Counts,
    &log::Log,
    &concurrency::Concurrency,
    &azure_2019::Azure2019,
    &azure_2021::Azure2021,
    &huawei::Huawei,
    &logs_insights::LogsInsights,
    &lambda_insights::LambdaInsights,
    &cloudwatch_data::CloudWatchData,
    &cloudwatch_statistics::CloudWatchStatistics,
    &cloudwatch_console::CloudWatchConsole,
    &prometheus::Prometheus,
    &datadog::Datadog,
    &grafana::Grafana,
    &series::Series,
    &victoriametrics::VictoriaMetrics,
    &access_log::AccessLog,
];

/// What `source` says, unpacked and decoded, if that is text of at most `most`.
pub fn text_of(source: &Source<'_>, most: Memory) -> Option<String> {
    let options = Options { unpacked: most, ..Options::default() };
    Text::open(source, &options).ok().map(|text| text.content.into_owned())
}

/// Reads one file of traffic. Every bad cell is told, with its place.
pub fn import(
    traffic: Source<'_>,
    companions: &Companions<'_>,
    options: &Options,
) -> Result<Traffic, Diagnostics> {
    import_all(&[traffic], companions, options)
}

/// Reads files of one format as one traffic: functions are the same where their names are, and what
/// two files say of the same time is a duplicate.
pub fn import_all(
    files: &[Source<'_>],
    companions: &Companions<'_>,
    options: &Options,
) -> Result<Traffic, Diagnostics> {
    let mut intake = Intake::new(options, files.len());
    let mut format: Option<(&'static dyn Format, &str)> = None;
    for file in files {
        intake.begin(file.name);
        let text = match Text::open(file, options) {
            Ok(text) => text,
            Err(problem) => {
                intake.lost = true;
                intake.problems.push(problem);
                continue;
            }
        };
        let content = Content::of(&text);
        intake.tell(text.notes.clone());
        intake.tell(content.table.iter().flat_map(|table| table.notes.clone()));
        match (format_of(&content, options), format) {
            (Err(problem), _) => {
                intake.lost = true;
                intake.problems.push(problem);
            }
            (Ok(found), Some((first, name))) if found.name() != first.name() => {
                let message = format!("the file is {}, and {name} is {}", found.name(), first.name());
                let help = "give files of one format at a time, or name it with `--traffic-format`";
                let problem = Diagnostic::new(Code::Mismatch, message, help).in_file(file.name);
                intake.problems.push(problem.at_line(1));
            }
            (Ok(found), _) => {
                format.get_or_insert((found, file.name));
                found.read(&content, &mut intake);
            }
        }
    }
    match format {
        Some((format, _)) => finish(format, intake, companions),
        None => Err(intake.problems),
    }
}

fn finish(
    format: &dyn Format,
    mut intake: Intake<'_>,
    companions: &Companions<'_>,
) -> Result<Traffic, Diagnostics> {
    intake.settle_clock();
    intake.settle_absent();
    let nothing = intake.calls.is_empty() && intake.samples.is_empty() && intake.marks.is_empty();
    if intake.lost || nothing {
        if intake.problems.is_empty() {
            intake.nothing("nothing in the file is traffic", "give a file with at least one invocation");
        }
        return Err(intake.problems);
    }
    if let (Some(call), Some(sample)) =
        (intake.calls.first(), intake.samples.values().next().and_then(|it| it.first()))
    {
        let message = "one file has single invocations, another has values per slot";
        let problem = Diagnostic::new(Code::Mismatch, message, "give files of one kind at a time");
        let problem = intake.at(problem, call.place.max(sample.place), false);
        intake.problems.push(problem);
    }
    if !format.companions() {
        for companion in [companions.durations, companions.memory].into_iter().flatten() {
            intake.note(format!("{} is not used: {} has no companions", companion.name, format.name()));
        }
    }
    let names = intake.functions.names.clone();
    let mut known = format.known(&mut intake, companions);
    intake.functions.names = names;
    for (function, memory) in &intake.memory {
        known.add(*function as usize, None, Some(*memory));
    }
    if intake.calls.is_empty() { slots::finish(intake, known) } else { log::finish(intake, known) }
}

/// The format of `traffic`: the one the options name, or the one it looks like.
pub fn detect(traffic: Source<'_>, options: &Options) -> Result<&'static dyn Format, Diagnostics> {
    let text = Text::open(&traffic, options)?;
    Ok(format_of(&Content::of(&text), options)?)
}

fn format_of(content: &Content<'_>, options: &Options) -> Result<&'static dyn Format, Diagnostic> {
    if let Some(name) = &options.format {
        let named = ALL.iter().find(|format| format.name() == name);
        return named.copied().ok_or_else(|| {
            let choices: Vec<_> = ALL.iter().map(|format| format.name()).collect();
            let help = format!("write one of {}", choices.join(", "));
            Diagnostic::new(Code::UnknownName, format!("there is no format `{name}`"), help)
        });
    }
    if let Some(broken) = content.broken() {
        return Err(broken.clone());
    }
    let found = ALL.iter().find(|format| format.detect(content));
    found.copied().ok_or_else(|| unknown(content))
}

fn unknown(content: &Content<'_>) -> Diagnostic {
    let known: Vec<_> = ALL.iter().map(|f| format!("{} has `{}`", f.name(), f.header())).collect();
    let message = format!("no format fits {}", content.beginning());
    if std::path::Path::new(content.file).extension().is_some_and(|it| it.eq_ignore_ascii_case("toml")) {
        let help = "a TOML file is a scenario: name it with --scenario, and give the traffic here";
        return Diagnostic::new(Code::UnknownFormat, message, help).in_file(content.file).at_line(1);
    }
    let Some(table) = &content.table else {
        let help = format!("give one of these: {}", known.join("; "));
        return Diagnostic::new(Code::UnknownFormat, message, help).in_file(content.file).at_line(1);
    };
    let is_data = table.columns().any(|column| clock::is_time(column.name));
    let first = if is_data { "add a header; this line looks like data" } else { "rename the columns" };
    let help = format!("{first}, or name the format: {}", known.join("; "));
    table.at_header(Code::UnknownFormat, message, help)
}
