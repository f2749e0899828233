//! Settings: `--set path=value`, one value of the scenario or the model for this run.

use crate::diagnostic::{Code, Diagnostic, Diagnostics};
use crate::document::Setting;

/// What is set in the place of what the scenario and the model say.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct SettingArgs {
    /// Override one value of the scenario or, with the prefix `model.`, of the model (repeatable). PATH is
    /// the keys joined by dots, with subnets, functions, destinations and phases by name:
    /// subnet.private-a.in_use=40, `slo.max_cold_start=1s`, model.eni.boot.max=10m
    #[arg(long = "set", value_name = "PATH=VALUE", help_heading = "Platform")]
    set: Vec<String>,
}

/// The first name of the path of a model's value.
const MODEL: &str = "model";

impl SettingArgs {
    /// The values of the scenario; all that is wrong with any setting is told here.
    pub(super) fn of_scenario(&self) -> Result<Vec<Setting>, Diagnostics> {
        Ok(self.all()?.into_iter().filter(|setting| setting.first() != MODEL).collect())
    }

    /// The values of the model.
    pub(super) fn of_model(&self) -> Result<Vec<Setting>, Diagnostics> {
        let models = self.all()?.into_iter().filter(|setting| setting.first() == MODEL);
        Ok(models.map(Setting::inner).collect())
    }

    /// What is set, a line each.
    pub(super) fn in_words(&self) -> Vec<String> {
        let settings = self.all().unwrap_or_default();
        settings.iter().map(|setting| format!("set on the command line: {}", setting.in_words())).collect()
    }

    fn all(&self) -> Result<Vec<Setting>, Diagnostics> {
        let mut problems = Diagnostics::default();
        let mut settings = Vec::new();
        for text in &self.set {
            match Setting::parse(text).and_then(named_elsewhere) {
                Ok(setting) => settings.push(setting),
                Err(problem) => problems.push(problem),
            }
        }
        problems.or(settings)
    }
}

/// The model and the policy as a whole have options of their own.
fn named_elsewhere(setting: Setting) -> Result<Setting, Diagnostic> {
    let (first, alone) = (setting.first(), setting.depth() == 1);
    if !alone || ![MODEL, "policy"].contains(&first) {
        return Ok(setting);
    }
    let message = format!("`{first}` cannot be set with --set");
    let help = format!("use --{first}");
    Err(Diagnostic::new(Code::Usage, message, help).in_file(format!("--set {}", setting.written())))
}
