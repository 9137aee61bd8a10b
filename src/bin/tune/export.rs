//! `tune export`: a result document as something that other programs read.

use crate::commands::say;
use crate::files::{Target, beside, print, problem as wrong, read};
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tuning_playground::export::{self, Kind};
use tuning_playground::result::check::check;
use tuning_playground::study::{self, Study};
use tuning_playground::{Error, Result, dataset, json};

/// What a result can be made.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum To {
    /// A row an epoch, with its trial's settings, scores, and all that the study has recorded.
    Csv,
    /// All trials as Optuna keeps them, to look at with its dashboard and to go on from.
    OptunaJournal,
    /// The space as a sweep of Weights & Biases, for the script of --to pytorch.
    WandbSweep,
    /// A script that trains the study's trials over a Ray cluster.
    RayTune,
    /// A script that trains the trial named by --trial, or searches the study's space at random.
    Pytorch,
}

#[derive(Args)]
pub struct Options {
    /// The result document.
    result: PathBuf,
    /// What it is made.
    #[arg(long, value_enum)]
    to: To,
    /// The trial that the PyTorch script trains; without it the script draws trials of the study's space at random.
    #[arg(long)]
    trial: Option<u32>,
    /// Writes it here; - and nothing are standard output.
    #[arg(short, long)]
    output: Option<PathBuf>,
}

/// `tune export`.
pub fn run(options: &Options) -> Result<ExitCode> {
    let target = Target::new(options.output.as_deref())?;
    let kind = match options.to {
        To::Csv => Kind::Csv,
        To::OptunaJournal => Kind::OptunaJournal,
        To::WandbSweep => Kind::WandbSweep,
        To::RayTune => Kind::RayTune,
        To::Pytorch => Kind::Pytorch,
    };
    if options.trial.is_some() && kind != Kind::Pytorch {
        let accepted = "--to pytorch, whose script trains one trial; the others hold all of them".into();
        return Err(Error::WrongType {
            key: "--trial".into(),
            found: format!("given with --to {}", kind.name()),
            accepted,
        });
    }
    let problem = |detail: String| wrong(&options.result, detail);
    let text = read(&options.result)?;
    if text.starts_with("{\"op_code\"") {
        let file = options.result.display();
        return Err(problem(format!("this is a journal; `tune import {file} -o result.json` makes a result of it")));
    }
    let result = json::parse(&text).map_err(|error| problem(error.to_string()))?;
    if result["format"] == study::FORMAT {
        let file = options.result.display();
        return Err(problem(format!("a study has no trials yet; `tune run {file} -o result.json` trains them")));
    }
    export::trials_of(&result).map_err(|error| problem(error.to_string()))?;
    let folder = options.result.parent().unwrap_or(Path::new(""));
    let study = Study::parse_with(&result["study"].to_string(), &|name| beside(folder, name))?;
    let data = if kind.has_rows() { Some(rows_of(&study)?) } else { None };
    check(&result, &study).map_err(|error| problem(error.to_string()))?;
    let made = export::export(&result, &study, kind, options.trial, data.as_ref())?;
    let Some(file) = &target.file else {
        if let Some(rows) = &made.beside {
            let detail = format!(
                "the data are {} MB, which lie beside the script as {}; name a file with -o",
                rows.text.len().div_ceil(1 << 20),
                rows.name
            );
            return Err(Error::File { path: "standard output".into(), detail });
        }
        return print(&made.file.text).map(|()| ExitCode::SUCCESS);
    };
    target.write(&made.file.text)?;
    if let Some(rows) = &made.beside {
        let path = file.with_file_name(&rows.name);
        std::fs::write(&path, &rows.text).map_err(|error| wrong(&path, error))?;
        say(&format!("the rows of the data: {}", path.display()));
    }
    Ok(ExitCode::SUCCESS)
}

/// The study's data before their split.
fn rows_of(study: &Study) -> Result<dataset::Dataset> {
    if study.data_file().is_some() { dataset::bundled(&study.dataset) } else { study.load(None) }
}
