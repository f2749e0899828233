//! `eniplan inventory`.

use std::path::{Path, PathBuf};

use super::output::{self, Output};
use super::status::CommandStatus;
use super::{input, model};
use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::inventory::{self, Audit, InventorySource};
use crate::platform;
use crate::report::answers;

/// The largest file that is read: its values take several times its size.
const LARGEST: usize = 256 << 20;

/// Options of `inventory`.
#[derive(Debug, clap::Args)]
#[command(after_help = "FILE is the output of aws lambda list-functions, aws ec2 describe-subnets,\n\
                        describe-network-interfaces, describe-security-groups, describe-account-attributes,\n\
                        aws service-quotas list-service-quotas, terraform show -json (a plan or a state), or a\n\
                        CloudFormation or SAM template; each is recognised by its content.\n\n\
                        Example:\n  eniplan inventory functions.json subnets.json enis.json plan.json -o scenario.toml")]
pub(super) struct InventoryArgs {
    /// Output of the cloud and its tools, in any order
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The model that gives the expected number of ENIs: a built-in name or a file
    #[arg(long, value_name = "NAME|FILE", default_value = "lambda-hyperplane", help_heading = "Platform")]
    model: PathBuf,
    /// Write the scenario to FILE; the report goes to stdout
    #[arg(short = 'o', long = "output", value_name = "FILE", help_heading = "Output")]
    scenario: Option<PathBuf>,
    /// Format of the report
    #[arg(long, value_name = "FORMAT", value_parser = output::formats(), default_value = "text")]
    #[arg(help_heading = "Output")]
    pub format: String,
    /// Suppress notes on stderr
    #[arg(long, help_heading = "Output")]
    quiet: bool,
}

/// Prints the report and writes the scenario.
pub(super) fn run(args: &InventoryArgs) -> Result<CommandStatus, Diagnostics> {
    let mut problems = Diagnostics::default();
    let mut texts = Vec::new();
    for file in &args.files {
        match text(file) {
            Ok(text) => texts.push((input::source(file), text)),
            Err(problem) => problems.push(problem),
        }
    }
    let platform = model::load(&args.model, Path::new("")).map_err(|more| problems.extend(more)).ok();
    let sources: Vec<InventorySource<'_>> =
        texts.iter().map(|(name, text)| InventorySource { name, text }).collect();
    let estate = inventory::unite_sources(&sources).map_err(|more| problems.extend(more)).ok();
    let (Some(platform), Some(estate), true) = (platform, estate, problems.is_empty()) else {
        return Err(problems);
    };
    let built_in = args.model.to_str().filter(|name| platform::named(name).is_some());
    let named = args.scenario.as_deref().map_or_else(|| "scenario.toml".to_owned(), input::shown);
    let scenario = estate.scenario(&named, built_in)?;
    let answer = answers::inventory(&estate, &Audit::compare(&estate, &platform), &platform);
    let report = Output { format: args.format.clone(), file: None, quiet: args.quiet };
    if let Some(path) = &args.scenario {
        if args.files.contains(path) {
            let message = "the scenario would overwrite one of its input files";
            let problem = Diagnostic::new(Code::Usage, message, "write it to a different file");
            return Err(problem.in_file(input::shown(path)).into());
        }
        output::save(path, &scenario, args.quiet)?;
    } else {
        report.note("no scenario written; use -o scenario.toml to write one");
    }
    report.give(&answer)?;
    Ok(CommandStatus::Done)
}

fn text(file: &Path) -> Result<String, Diagnostic> {
    let text = input::text(file)?;
    if text.len() > LARGEST {
        let message = format!("the file is larger than {} MiB", LARGEST >> 20);
        return Err(
            Diagnostic::new(Code::TooLarge, message, "pass its pages one by one").in_file(input::shown(file))
        );
    }
    Ok(text)
}
