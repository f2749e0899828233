//! `eniplan generate`.

use std::fmt;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::input::shown;
use super::output::{note, save_or_print};
use super::status::CommandStatus;
use super::whole_file::{WholeFile, unwritten};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::quantity::{Millis, Rate};
use crate::trace::generate::{self, Bulk, RateShape, Recipe, RecipeLayout, RecipeLoad};

/// Options of `generate`.
#[derive(Debug, clap::Args)]
#[command(after_help = after_help())]
pub(super) struct GenerateArgs {
    /// How the rate varies over time; shapes joined with + are multiplied. Or a bulk file
    #[arg(value_name = "SHAPE[+SHAPE...]")]
    shapes: String,
    /// Seed of all random draws
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Length of the trace
    #[arg(long, value_name = "DURATION", default_value = "1d")]
    span: Millis,
    /// Length of a slot
    #[arg(long, value_name = "DURATION", default_value = "1m")]
    slot: Millis,
    /// Height of the largest burst, as a multiple of the rate
    #[arg(long, value_name = "N", default_value_t = 8)]
    peak: u32,
    /// Start of the trace: a date, a date and time in UTC, or `none` for seconds from 0
    #[arg(long, value_name = "TIME", default_value = "2026-03-02")]
    start: String,
    /// Rows of a bulk file: functions for azure-day, invocations for big-log
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    rows: Option<u64>,
    /// Write one row per invocation instead of counts per slot
    #[arg(long)]
    log: bool,
    /// Names of the functions
    #[arg(long, value_name = "NAME,...", value_delimiter = ',', default_value = "api")]
    functions: Vec<String>,
    /// Invocation rate, one for all functions or one per function
    #[arg(long, value_name = "RATE,...", value_delimiter = ',', default_value = "5/s")]
    rate: Vec<Rate>,
    /// Mean duration of an invocation, one for all functions or one per function
    #[arg(long, value_name = "DURATION,...", value_delimiter = ',', default_value = "120ms")]
    duration: Vec<Millis>,
    /// Write the trace to FILE, atomically
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    file: Option<PathBuf>,
    /// Suppress notes on stderr
    #[arg(long)]
    quiet: bool,
}

fn after_help() -> String {
    let shapes = generate::SHAPES.iter().map(|shape| format!("  {:<12} {}\n", shape.name, shape.summary));
    let bulk = Bulk::ALL.iter().map(|(name, summary, ..)| format!("  {name:<12} {summary}\n"));
    let bulk: String = bulk.collect();
    format!(
        "Shapes:\n{}\nBulk files (with --seed, --rows and -o only):\n{bulk}\nExample:\n  eniplan generate diurnal+flash-crowd --functions cart,checkout \
         --rate 3/s,1/s --duration 250ms,1.2s -o day.csv",
        shapes.collect::<String>()
    )
}

/// Writes the trace.
pub(super) fn run(args: &GenerateArgs) -> Result<CommandStatus, Diagnostics> {
    if let Some((bulk, rows)) = Bulk::named(&args.shapes) {
        return in_bulk(args, bulk, args.rows.unwrap_or(rows));
    }
    if args.rows.is_some() {
        let help = "use --span and --rate, or generate azure-day or big-log";
        return Err(Diagnostic::new(Code::Usage, "--rows applies to bulk files only", help).into());
    }
    let recipe = recipe(args)?;
    recipe.check().or(())?;
    let mut text = String::new();
    generate::generate(&recipe, &mut text).map_err(|_| {
        let help = "use a shorter span, longer slots or a lower rate";
        Diagnostic::new(Code::Usage, "the trace does not fit in memory", help)
    })?;
    save_or_print(args.file.as_ref(), &text, args.quiet)?;
    Ok(CommandStatus::Done)
}

/// Writes a file in bulk as it is made.
fn in_bulk(args: &GenerateArgs, bulk: Bulk, rows: u64) -> Result<CommandStatus, Diagnostics> {
    if let Some(path) = &args.file {
        let mut file = WholeFile::create(path)?;
        let mut out = TextWriter { out: &mut file, error: None };
        let done = bulk.write(rows, args.seed, &mut out);
        out.io_result(done).map_err(|error| unwritten(path, &error))?;
        file.finish()?;
        note(&format!("wrote {}", shown(path)), args.quiet);
        return Ok(CommandStatus::Done);
    }
    let mut stdout = BufWriter::new(io::stdout().lock());
    let mut out = TextWriter { out: &mut stdout, error: None };
    let done = bulk.write(rows, args.seed, &mut out);
    match out.io_result(done).and_then(|()| stdout.flush()) {
        // A reader that has closed its end wants no more.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(unwritten(Path::new("stdout"), &error).into())
        }
        _ => Ok(CommandStatus::Done),
    }
}

/// Text that goes to a file as it comes; keeps what went wrong.
struct TextWriter<'a> {
    out: &'a mut dyn Write,
    error: Option<io::Error>,
}

impl TextWriter<'_> {
    fn io_result(&mut self, done: fmt::Result) -> io::Result<()> {
        done.map_err(|_| self.error.take().unwrap_or_else(|| ErrorKind::Other.into()))
    }
}

impl fmt::Write for TextWriter<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.out.write_all(text.as_bytes()).map_err(|error| {
            self.error = Some(error);
            fmt::Error
        })
    }
}

fn recipe(args: &GenerateArgs) -> Result<Recipe, Diagnostics> {
    let mut problems = Diagnostics::default();
    let shapes: Option<Vec<&'static RateShape>> = problems.keep(generate::shapes(&args.shapes));
    let start: Option<Option<i64>> = problems.keep(generate::start(&args.start));
    let loads: Option<Vec<RecipeLoad>> =
        problems.keep(generate::loads(&args.functions, &args.rate, &args.duration));
    problems.or(Recipe {
        seed: args.seed,
        shapes: shapes.unwrap_or_default(),
        span: args.span,
        slot: args.slot,
        peak: args.peak,
        start: start.flatten(),
        layout: if args.log { RecipeLayout::Log } else { RecipeLayout::Counts },
        loads: loads.unwrap_or_default(),
    })
}
