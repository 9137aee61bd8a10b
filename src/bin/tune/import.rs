//! `tune import`: an Optuna journal as a result document, to look at and to go on from.

use crate::commands::say;
use crate::files::{JournalText, Target, problem as wrong, study_in};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;
use tuning_playground::Result;
use tuning_playground::export::journal::read;
use tuning_playground::result::check::check;
use tuning_playground::study::Study;

#[derive(Args)]
pub struct Options {
    /// The journal: of `tune run --journal`, of `tune export --to optuna-journal`, or Optuna's own.
    journal: PathBuf,
    /// The study that its trials are of, where the journal does not hold it.
    #[arg(long)]
    study: Option<PathBuf>,
    /// The name that Optuna has of the study, of a journal of several.
    #[arg(long)]
    name: Option<String>,
    /// Writes it here; - and nothing are standard output.
    #[arg(short, long)]
    output: Option<PathBuf>,
}

/// `tune import`.
pub fn run(options: &Options) -> Result<ExitCode> {
    let target = Target::new(options.output.as_deref())?;
    let problem = |detail: String| wrong(&options.journal, detail);
    let text = JournalText::read(&options.journal)?;
    let studies = read::read(text.whole()).map_err(|error| problem(error.to_string()))?;
    let names: Vec<&str> = studies.iter().map(|study| study.name.as_str()).collect();
    let kept = match (&options.name, studies.as_slice()) {
        (_, []) => return Err(problem("it holds no study; its first line is {\"op_code\": 0, ...}".into())),
        (None, [one]) => one,
        (None, _) => {
            return Err(problem(format!("it holds several studies; choose one with --name: {}", names.join(" | "))));
        }
        (Some(name), _) => studies.iter().find(|study| study.name == *name).ok_or_else(|| {
            problem(format!("it holds no study named {name}; --name is one of: {}", names.join(" | ")))
        })?,
    };
    let given = options.study.as_deref().map(study_in).transpose()?;
    let result = kept.result(given.as_ref()).map_err(|error| problem(error.to_string()))?;
    // Trials that tune has trained stand in the journal as they are in results, and somebody may have changed them.
    let study = given.map_or_else(|| Study::parse(&result["study"].to_string()), Ok)?;
    check(&result, &study).map_err(|error| problem(error.to_string()))?;
    target.write(&format!("{result:#}\n"))?;
    if text.is_cut() {
        say("the journal's last line is not whole: it is being written, or was cut off; it is left out");
    }
    let open = kept.trials.iter().filter(|trial| !trial.is_ended()).count();
    if open > 0 {
        say(&format!("{open} trials have not ended; the result has them as cancelled"));
    }
    Ok(ExitCode::SUCCESS)
}
