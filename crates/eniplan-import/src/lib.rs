//! Import: files of traffic in any known layout, read in blocks, to a `Trace`.
//!
//! A format is one file in `formats`. Nothing here opens a file: the caller gives
//! bytes to be read, and those of the companion files. All that is wrong is told at once, with
//! its place; nothing is half-read.

mod blocks;
mod call_table;
mod calls;
mod clock;
mod cloudwatch;
mod concurrency_runs;
mod content;
mod csv_records;
mod field;
mod file;
mod files_read;
mod format;
mod formats;
mod functions;
mod gives;
mod grid;
pub mod inventory;
mod json;
mod labels;
mod metric;
mod names;
mod number;
mod options;
#[cfg(feature = "parquet")]
mod parquet;
mod plain;
mod plain_day;
mod plain_instant;
mod plain_log;
mod reading;
mod records;
mod repeats;
mod report_line;
mod rows;
mod sample_table;
mod slots;
mod sorting;
mod table;
mod text;
mod unpack;
mod whole;

pub use calls::{CallCounter, Keeping};
pub use file::{Companions, FileBytes, InputFile, reason, unreadable};
pub use format::TraceFormat;
pub use formats::ALL;
pub use gives::Gives;
pub use options::{Gaps, Meaning, Options, Repeats, Resets};
pub use records::CountSeries;
pub use sorting::{EachRow, KeptRun, RunKeeper, RunsInMemory};

use calls::{Calls, SortedCalls};
use content::{Beginning, Content};
use eniplan_core::diagnostic::{Code, Diagnostic, Diagnostics};
use eniplan_core::quantity::Memory;
use eniplan_core::trace::{Shape, Trace};
use functions::KnownFunctions;
use reading::Reading;
use std::io::Read;
use text::TextFile;

pub use text::too_large;

/// What `file` says, unpacked and decoded, if that is text of at most `most`.
pub fn text_of(file: &InputFile<'_>, most: Memory) -> Option<String> {
    let mut text = TextFile::open(file, most).ok()?;
    let (mut all, mut block) = (Vec::new(), Vec::new());
    loop {
        let is_last = text.next(&mut block).ok()?;
        all.extend_from_slice(&block);
        if is_last {
            return String::from_utf8(all).ok();
        }
    }
}

/// Reads one file of traffic. Every bad cell is told, with its place.
pub fn import(
    file: InputFile<'_>,
    companions: &Companions<'_>,
    options: &Options,
) -> Result<Trace, Diagnostics> {
    import_all(&[file], companions, options)
}

/// Reads files of one format as one trace: functions are the same where their names are, and what
/// two files say of the same time is a duplicate.
pub fn import_all(
    files: &[InputFile<'_>],
    companions: &Companions<'_>,
    options: &Options,
) -> Result<Trace, Diagnostics> {
    let mut runs = RunsInMemory::default();
    let keeping = Keeping { runs: &mut runs, counter: None, by_function: false };
    read(files, companions, options, keeping).map(Records::into_trace)
}

/// What files hold.
#[derive(Debug)]
pub enum Records {
    /// All of it.
    Kept(Trace),
    /// All but the calls, which were counted.
    Counted(Trace),
    /// All but the counts, which stand by function.
    Series(Trace, CountSeries),
}

impl Records {
    /// The trace, without what was counted or stands by function.
    pub fn into_trace(self) -> Trace {
        match self {
            Self::Kept(trace) | Self::Counted(trace) | Self::Series(trace, _) => trace,
        }
    }
}

/// Reads files of one format as one trace, and does with what they hold as `keeping` says. To be counted, calls
/// that are out of order are read twice.
pub fn read(
    files: &[InputFile<'_>],
    companions: &Companions<'_>,
    options: &Options,
    mut keeping: Keeping<'_>,
) -> Result<Records, Diagnostics> {
    if files.iter().any(|file| !file.bytes.open_again()) {
        keeping.counter = None;
    }
    match attempt(files, companions, options, Calls::new(keeping.again(), false)) {
        Some(read) => read,
        None => attempt(files, companions, options, Calls::new(keeping.again(), true))
            .unwrap_or_else(|| Err(Diagnostics::default())),
    }
}

/// Reads the files once; nothing where calls that are to be counted are out of order, unless that is known.
fn attempt<'k>(
    files: &[InputFile<'_>],
    companions: &Companions<'_>,
    options: &'k Options,
    calls: Calls<'k>,
) -> Option<Result<Records, Diagnostics>> {
    let mut reading = Reading::new(options, files.len(), calls);
    let mut format: Option<(&'static dyn TraceFormat, &str)> = None;
    for file in files {
        reading.begin(file.name);
        let before = reading.problems().clone();
        match Content::read(*file, options.unpacked, |content| read_file(content, format, &mut reading)) {
            Ok(found) => format = format.or(found.map(|found| (found, file.name))),
            Err(problem) => {
                // It comes before all that the file says.
                reading.lose();
                let _ = reading.take_problems();
                reading.add_problems(before);
                reading.problem(problem);
            }
        }
        if reading.is_stopped() {
            return None;
        }
    }
    Some(match format {
        Some((format, _)) => finish(format, reading, companions),
        None => Err(reading.take_problems()),
    })
}

/// Reads a file in its format, if that is the one of the files before.
fn read_file(
    content: &mut Content<'_>,
    format: Option<(&'static dyn TraceFormat, &str)>,
    reading: &mut Reading<'_>,
) -> Option<&'static dyn TraceFormat> {
    reading.tell(content.notes());
    let found = format_of(&content.beginning(), reading.options());
    let Some(found) = reading.keep(found) else {
        reading.lose();
        return None;
    };
    if let Some((first, name)) = format.filter(|(first, _)| first.name() != found.name()) {
        let message = format!("the format is {}, but {name} is {}", found.name(), first.name());
        let help = "use files of one format, or set it with `--trace-format`";
        let problem = Diagnostic::new(Code::Mismatch, message, help).in_file(content.file());
        reading.problem(problem.at_line(1));
        return None;
    }
    found.read(content, reading);
    if reading.is_stopped() {
        content.leave();
    }
    Some(found)
}

fn finish(
    format: &dyn TraceFormat,
    mut reading: Reading<'_>,
    companions: &Companions<'_>,
) -> Result<Records, Diagnostics> {
    reading.tell_clock();
    reading.tell_absent();
    let first_call = reading.first_call();
    if reading.is_lost() || first_call.is_none() && reading.samples().is_empty() {
        if reading.is_sound() {
            reading.nothing("no invocations in the file", "use a file with at least one invocation");
        }
        return Err(reading.take_problems());
    }
    let sample = reading.samples().by_values.values().next().and_then(|samples| samples.first());
    if let Some((call, sample)) = first_call.zip(sample) {
        let message = "mixed files: some list invocations, others give values per slot";
        let problem = Diagnostic::new(Code::Mismatch, message, "use files of one kind");
        let problem = reading.at(problem, call.max(sample.place), false);
        reading.problem(problem);
    }
    if !format.companions() {
        for companion in [companions.durations, companions.memory].into_iter().flatten() {
            let read = companion.bytes.open().and_then(|mut bytes| bytes.read(&mut [0]));
            reading.keep(read.map_err(|error| unreadable(companion.name, &error)));
            reading.note(format!(
                "{} is ignored: the format {} has no companion files",
                companion.name,
                format.name()
            ));
        }
    }
    let mut known = format.known(&mut reading, companions);
    for (function, memory) in reading.memory() {
        known.add(*function as usize, None, Some(*memory));
    }
    if first_call.is_some() {
        return finish_calls(reading, known);
    }
    let series = reading.take_series();
    let trace = slots::finish(reading, known, series.as_ref())?;
    Ok(match series {
        Some(series) => Records::Series(trace, series),
        None => Records::Kept(trace),
    })
}

/// The trace of all the calls; `known` are their functions.
fn finish_calls(mut reading: Reading<'_>, known: KnownFunctions) -> Result<Records, Diagnostics> {
    let SortedCalls { log, first, span } = match reading.sort_calls() {
        Ok(sorted) => sorted,
        Err(problem) => {
            reading.problem(problem);
            return Err(reading.take_problems());
        }
    };
    let silent = known.note(reading.silent());
    reading.tell(silent);
    reading.take_problems().or(())?;
    let origin = reading.clock().is_wall().then_some(first);
    let (functions, notes) = (known.functions, reading.take_notes());
    let is_counted = log.is_empty();
    let trace = Trace { functions, origin, span, notes, shape: Shape::Log(log) };
    Ok(if is_counted { Records::Counted(trace) } else { Records::Kept(trace) })
}

/// The format of `file`: the one the options name, or the one it looks like.
pub fn detect(file: InputFile<'_>, options: &Options) -> Result<&'static dyn TraceFormat, Diagnostics> {
    let found = Content::read(file, options.unpacked, |content| {
        let found = format_of(&content.beginning(), options);
        content.leave();
        found
    });
    Ok(found??)
}

fn format_of(beginning: &Beginning<'_>, options: &Options) -> Result<&'static dyn TraceFormat, Diagnostic> {
    if let Some(name) = &options.format {
        let named = ALL.iter().find(|format| format.name() == name);
        return named.copied().ok_or_else(|| {
            let choices: Vec<_> = ALL.iter().map(|format| format.name()).collect();
            let help = format!("one of: {}", choices.join(", "));
            Diagnostic::new(Code::UnknownName, format!("unknown format `{name}`"), help)
        });
    }
    if let Some(broken) = beginning.broken() {
        return Err(broken.clone());
    }
    let found = ALL.iter().find(|format| format.detect(beginning));
    found.copied().ok_or_else(|| unknown(beginning))
}

fn unknown(beginning: &Beginning<'_>) -> Diagnostic {
    let known: Vec<_> = ALL.iter().map(|f| format!("{} has `{}`", f.name(), f.header())).collect();
    let message = format!("unknown format: {}", beginning.shown());
    if std::path::Path::new(beginning.file)
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("toml"))
    {
        let help = "pass a scenario with --scenario, and the trace here";
        return Diagnostic::new(Code::UnknownFormat, message, help).in_file(beginning.file).at_line(1);
    }
    let Some(table) = beginning.table else {
        let help = format!("known formats: {}", known.join("; "));
        return Diagnostic::new(Code::UnknownFormat, message, help).in_file(beginning.file).at_line(1);
    };
    let is_data = table.columns().any(|column| clock::is_time(column.name));
    let first = if is_data { "add a header, since this line looks like data" } else { "rename the columns" };
    let help = format!("{first}, or set the format with --trace-format: {}", known.join("; "));
    table.problem(Code::UnknownFormat, message, help)
}
