//! The study: a document that says what to train and what to search (`tuning-playground/study@1`). [`Study::parse`]
//! turns unchecked text into a study whose every value is known to be usable, with the defaults filled in.

mod additions;
mod check;
pub mod config;
mod keys;
pub mod own_data;
mod pruner;
mod record;
mod sampler;
mod section;
mod stages;
pub mod table;
pub mod usage;

pub use config::TrialConfig;
pub use pruner::{PrunerSpec, Rungs};
pub use record::{Record, Records};
pub use sampler::{Learning, Pbt, SOBOL_TRIALS, SamplerSpec};
pub use stages::Stage;

use crate::dataset::own::Own;
use crate::dataset::{self, Dataset, Kind, Prepared, Settings, SplitShares, TaskKind};
use crate::error::{Error, Result};
use crate::schedule::Point;
use crate::space::Distribution;
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Value of a study's `format`.
pub const FORMAT: &str = "tuning-playground/study@1";
/// The study that the page opens with and `tune run` runs without a file.
pub const DEFAULT: &str = include_str!("default.json");

/// Whether this module has no sessions: what it trains or looks at has been checked where the session is, and what decides about
/// sessions alone is not checked again. It would be several kB to load.
pub(crate) const IS_CHECKED: bool = cfg!(all(target_arch = "wasm32", any(feature = "gpu", feature = "analyses")));

/// What a study makes as good as possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Running mean of the epoch's training batches.
    TrainLoss,
    /// Accuracy or R^2 over the epoch's training batches.
    TrainMetric,
    /// In evaluation mode after the epoch.
    ValidationLoss,
    /// Accuracy or R^2 in evaluation mode.
    ValidationMetric,
}

/// Which end of the objective is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Smaller is better.
    Minimize,
    /// Larger is better.
    Maximize,
}

/// A checked study: everything in it is in range and fits together.
#[derive(Clone, Debug, PartialEq)]
pub struct Study {
    /// Free text.
    pub name: String,
    /// Free text: what it is to find out.
    pub question: String,
    /// Name of the data set.
    pub dataset: String,
    /// How the data set is made, split and scaled.
    pub data: Settings,
    /// What is predicted.
    pub task: TaskKind,
    /// A reader's own data.
    pub own: Option<Own>,
    /// Hyperparameters that stay as they are.
    pub fixed: Map<String, Value>,
    /// The points of a drawn schedule, shared by all trials.
    pub points: Arc<[Point]>,
    /// Hyperparameters that are searched, in the document's order.
    pub space: Vec<(String, Distribution)>,
    /// Who picks the trials.
    pub sampler: SamplerSpec,
    /// Who stops some of them.
    pub pruner: PrunerSpec,
    /// Coarse to fine; empty where the whole space is searched once.
    pub stages: Vec<Stage>,
    /// Trial-steps after which nothing more is asked for.
    pub budget: Option<u64>,
    /// What is compared.
    pub metric: Metric,
    /// Which end is good.
    pub direction: Direction,
    /// How many configurations are trained, at most.
    pub trials: u32,
    /// How many networks each configuration trains, with different seeds.
    pub seeds_per_trial: u16,
    /// Decides everything but the data.
    pub seed: u64,
    /// Whether all trials draw the same random numbers in training.
    pub shared_seeds: bool,
    /// What is written down of each layer after every epoch.
    pub record: Records,
    /// Epochs from one look at the validation rows to the next; a trial's last epoch is always looked at.
    pub evaluate_every: usize,
}

impl Study {
    /// What a network of it puts out: a number for each class, or one.
    pub fn n_outputs(&self) -> usize {
        let of_catalog =
            || dataset::catalog().iter().find(|entry| entry.name == self.dataset).map(|entry| entry.classes);
        let classes = self.own.as_ref().map(|own| own.found.classes).or_else(of_catalog);
        classes.unwrap_or_default().max(1) as usize
    }

    /// The name under which other programs have the study: its own, or its data set's.
    pub fn title(&self) -> &str {
        if self.name.is_empty() { &self.dataset } else { &self.name }
    }

    /// The same study with another number of trials.
    ///
    /// # Errors
    /// A number that no study may have, or the sampler cannot give.
    pub fn with_trials(&self, trials: u32) -> Result<Self> {
        let mut document = self.to_json();
        document["trials"] = json!(trials);
        // More trials are of the last stage.
        if let Some(last) = self.stages.last() {
            let own = i64::from(last.trials) + i64::from(trials) - i64::from(self.trials);
            document["stages"][self.stages.len() - 1]["trials"] = json!(own);
        }
        self.changed(&document)
    }

    /// Another study of the same data: what a document says that was made of this study's.
    ///
    /// # Errors
    /// As [`Study::check`].
    pub fn changed(&self, document: &Value) -> Result<Self> {
        let mut study = Self::check(document)?;
        if let (Some(own), Some(before)) = (&mut study.own, &self.own)
            && own.found.agrees(&before.found)
        {
            own.data.clone_from(&before.data);
        }
        Ok(study)
    }

    /// Whether there is anything to train.
    ///
    /// # Errors
    /// [`Error::Missing`] where the points are picked by hand and none is named.
    pub fn check_picked(&self) -> Result<()> {
        match &self.sampler {
            SamplerSpec::Hand { points } if points.is_empty() => {
                let accepted = "hand trains the points that are named there: [{\"learning_rate\": 0.01, ...}, ...]; pick \
                                them on the page, or choose another sampler";
                Err(Error::Missing { key: "sampler.points".into(), accepted: accepted.into() })
            }
            _ => Ok(()),
        }
    }

    /// The most epochs that a trial may have.
    pub fn most_epochs(&self) -> u32 {
        if let Some(most) = self.stages.iter().map(|stage| stage.epochs).max() {
            return most;
        }
        let swept = self.space.iter().find(|(name, _)| name == "epochs");
        let most = match swept {
            Some((_, Distribution::Categorical { choices })) => {
                choices.iter().filter_map(Value::as_f64).reduce(f64::max)
            }
            Some((_, range)) => range.bounds().map(|(_, high)| high),
            None => config::fixed(self, "epochs").as_f64(),
        };
        most.unwrap_or(1.0) as u32
    }

    /// Gradient steps that a trial with these drawn parameters takes, if it does not end early.
    pub fn steps(&self, params: &Map<String, Value>) -> u64 {
        self.steps_until(params, TrialConfig::new(self, params).epochs)
    }

    /// Gradient steps that it has taken after so many epochs.
    pub(crate) fn steps_until(&self, params: &Map<String, Value>, epoch: usize) -> u64 {
        let batch = TrialConfig::new(self, params).batch_size.unwrap_or(usize::MAX);
        self.steps_of_epoch(batch).iter().sum::<u64>() * epoch as u64
    }

    /// Networks that a trial trains: one a fold and seed, all seeds of the first fold first.
    pub fn copies(&self) -> u32 {
        self.data.folds * u32::from(self.seeds_per_trial)
    }

    /// Gradient steps of each copy of a trial in an epoch of such batches.
    pub(crate) fn steps_of_epoch(&self, batch: usize) -> Vec<u64> {
        let of_fold = |rows: usize| {
            let steps = rows.div_ceil(batch.min(rows).max(1)) as u64;
            core::iter::repeat_n(steps, usize::from(self.seeds_per_trial))
        };
        self.training_rows().into_iter().flat_map(of_fold).collect()
    }

    /// Rows that each fold trains on, fewest first.
    pub(crate) fn training_rows(&self) -> Vec<usize> {
        let [train, validation, _] = self.shares_in_rows().unwrap_or([1; 3]);
        if self.data.folds == 1 {
            return vec![train];
        }
        let rest = train + validation;
        dataset::fold_sizes(rest, self.data.folds as usize).map(|own| rest - own).collect()
    }

    /// The whole document with every default written out, its keys in the order of formats.md.
    pub fn to_json(&self) -> Value {
        let SplitShares { train, validation, test } = self.data.split;
        let space: Map<String, Value> =
            self.space.iter().map(|(name, distribution)| (name.clone(), distribution.to_json())).collect();
        let mut document = json!({
            "format": FORMAT,
            "name": self.name,
            "question": self.question,
            "dataset": {
                "name": self.dataset,
                "samples": self.data.samples,
                "noise": self.data.noise,
                "seed": self.data.seed,
                "split": {"train": train, "validation": validation, "test": test},
                "folds": self.data.folds,
                "standardize": self.data.standardize,
            },
            "fixed": self.fixed,
            "space": space,
            "sampler": self.sampler.to_json(),
            "pruner": self.pruner.to_json(),
            "objective": {"metric": self.metric, "direction": self.direction},
            "trials": self.trials,
            "seeds_per_trial": self.seeds_per_trial,
            "seed": self.seed,
            "shared_seeds": self.shared_seeds,
        });
        if !self.data.derived.is_empty() {
            document["dataset"]["derived"] = self.data.derived.iter().map(|one| one.name()).collect();
        }
        if let Some(own) = &self.own {
            own_data::write(own, &mut document["dataset"]);
        }
        if !self.stages.is_empty() {
            document["stages"] = self.stages.iter().map(Stage::to_json).collect();
        }
        if let Some(budget) = self.budget {
            document["budget"] = json!(budget);
        }
        // Most studies ask nothing in words.
        if self.question.is_empty()
            && let Value::Object(keys) = &mut document
        {
            keys.shift_remove("question");
        }
        if self.evaluate_every > 1 {
            document["evaluate_every"] = json!(self.evaluate_every);
        }
        if !self.record.is_empty() {
            document["record"] = self.record.iter().map(Record::name).collect();
        }
        document
    }

    /// Epochs from one value of the objective to the next: those of validation rows are there only where these are looked at.
    pub const fn value_every(&self) -> usize {
        match self.metric {
            Metric::TrainLoss | Metric::TrainMetric => 1,
            Metric::ValidationLoss | Metric::ValidationMetric => self.evaluate_every,
        }
    }

    /// Whether `a` beats `b` under the study's objective.
    pub fn is_better(&self, a: f64, b: f64) -> bool {
        match self.direction {
            Direction::Minimize => a < b,
            Direction::Maximize => a > b,
        }
    }

    /// File of the study's data under `www/public/data/`; `None` where they are generated.
    pub fn data_file(&self) -> Option<&'static str> {
        let entry = dataset::catalog().iter().find(|entry| entry.name == self.dataset)?;
        entry.file.as_deref().filter(|_| entry.kind == Kind::Bundled)
    }

    /// The study's data, split and scaled. `table` is the (uncompressed) text of [`Study::data_file`].
    ///
    /// # Errors
    /// Data that cannot be read or are too few for their split.
    pub fn prepare(&self, table: Option<&[u8]>) -> Result<Prepared> {
        match &self.own {
            Some(own) => self.prepare_dataset(&*own.load(table)?),
            None => self.prepare_dataset(&self.load(table)?),
        }
    }

    /// The study's data as they are, before their split. `table` as for [`Study::prepare`].
    ///
    /// # Errors
    /// Data that cannot be read.
    pub fn load(&self, table: Option<&[u8]>) -> Result<Dataset> {
        match (&self.own, table) {
            (Some(own), _) => Ok(Arc::unwrap_or_clone(own.load(table)?)),
            (None, Some(text)) => dataset::parse_bundled(&self.dataset, text),
            (None, None) => dataset::generate(&self.dataset, &self.data),
        }
    }

    pub(crate) fn prepare_dataset(&self, data: &Dataset) -> Result<Prepared> {
        if !self.data.derived.is_empty() && data.columns == 2 {
            return self.prepare_dataset(&dataset::with_derived(data.clone(), &self.data.derived));
        }
        let mut folds = Vec::new();
        for split in dataset::folds(data, &self.data)?.iter().rev() {
            let prepared = dataset::prepare(data, split, self.data.standardize);
            let [train, validation, _] = prepared.target_spreads();
            self.check_metric([train, validation], |spread| !spread.is_nan())?;
            folds.push(prepared);
        }
        let first = folds.pop().ok_or(Error::TooManyFolds { folds: self.data.folds, rows: 0 })?;
        folds.reverse();
        Ok(Prepared { others: folds, ..first })
    }

    /// [`Study::prepare`] with the bundled tables that the native program carries.
    ///
    /// # Errors
    /// As [`Study::prepare`].
    #[cfg(not(target_arch = "wasm32"))]
    pub fn prepare_native(&self) -> Result<Prepared> {
        match self.data_file() {
            Some(_) => self.prepare_dataset(&dataset::bundled(&self.dataset)?),
            None => self.prepare(None),
        }
    }
}
