//! What studies and results become for other programs: pure, texts out. A file a format; [`export`] is the one way to all of
//! them, for `tune export` and for the page.

mod csv;
pub mod journal;
mod python;
mod pytorch;
mod ray;
mod rows;
mod wandb;
pub mod weights;

use crate::error::{Error, Result};
pub use crate::result::trials_of;
use crate::study::Study;
use serde_json::{Map, Value};

/// What a result can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A row an epoch, with its trial's settings, scores, and all that the study has recorded.
    Csv,
    /// Optuna's journal file, with all trials, to look at and to go on from.
    OptunaJournal,
    /// A sweep of Weights & Biases over the same space, for the `PyTorch` script of the study.
    WandbSweep,
    /// A script that trains the study's trials over the machines of a Ray cluster.
    RayTune,
    /// A script that trains a trial, or searches the whole study, with `PyTorch`.
    Pytorch,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Csv, Self::OptunaJournal, Self::WandbSweep, Self::RayTune, Self::Pytorch];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::OptunaJournal => "optuna-journal",
            Self::WandbSweep => "wandb-sweep",
            Self::RayTune => "ray-tune",
            Self::Pytorch => "pytorch",
        }
    }

    /// By its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether what is made of it has the data's rows in it, or beside it.
    pub const fn has_rows(self) -> bool {
        matches!(self, Self::RayTune | Self::Pytorch)
    }
}

/// A file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name, without a folder.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// What is made of a result: a text, and where the data are too large to stand in it a file that must lie beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The text, and how a file of it is called.
    pub file: File,
    /// The data's rows.
    pub beside: Option<File>,
}

/// Makes a result document something else. `study` is the document's; `table` as for [`Study::load`], asked for where
/// [`Kind::has_rows`]. `trial` is the one that a `PyTorch` script trains; without it the script searches as the study does.
///
/// # Errors
/// A document that is no result, a trial that is not in it, data that cannot be read.
pub fn export(
    result: &Value,
    study: &Study,
    kind: Kind,
    trial: Option<u32>,
    rows: Option<&crate::dataset::Dataset>,
) -> Result<Export> {
    let trials = trials_of(result)?;
    let stem = study.dataset.as_str();
    let plain =
        |ending: &str, text: String| Export { file: File { name: format!("{stem}{ending}"), text }, beside: None };
    let missing = || Error::BadData { dataset: stem.into(), detail: "the rows are not there".into() };
    Ok(match kind {
        Kind::Csv => plain("-epochs.csv", csv::write(trials, study)),
        Kind::OptunaJournal => plain("-journal.log", journal::write(result, study, trials)),
        Kind::WandbSweep => plain("-sweep.yaml", wandb::write(study)),
        Kind::Pytorch => {
            let params = trial.map(|number| Ok((number, params_of(trials, number)?))).transpose()?;
            pytorch::write((study, &result["study"]), params, &rows::Rows::of(study, rows.ok_or_else(missing)?)?)
        }
        Kind::RayTune => ray::write((study, &result["study"]), &rows::Rows::of(study, rows.ok_or_else(missing)?)?),
    })
}

/// The drawn parameters of a trial.
fn params_of(trials: &[Value], number: u32) -> Result<&Map<String, Value>> {
    let found = trials.iter().find(|trial| trial["number"] == number).and_then(|trial| trial["params"].as_object());
    found.ok_or_else(|| {
        let numbers: Vec<String> = trials.iter().take(20).map(|trial| trial["number"].to_string()).collect();
        let more = if trials.len() > numbers.len() { ", ..." } else { "" };
        Error::NoSuchTrial { number, accepted: numbers.join(", ") + more }
    })
}

/// A number of a document, or one that stands there by its name.
fn real(value: &Value) -> Option<f64> {
    match value {
        Value::String(name) => match name.as_str() {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        other => other.as_f64(),
    }
}
