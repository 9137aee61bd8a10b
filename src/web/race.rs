//! A race in a Worker, in pieces: contestants are trained step by step on the CPU, then the loss over the plane of their paths
//! is worked out, coarse points first.

use super::{problem, to_js, unread};
use crate::analysis::{self, Classic, Entry, Grid, PathRecord, Race as Runners, RateSearch, Rows, Trajectory};
use crate::backend::{Labels, cpu::Cpu};
use crate::error::{Error, Result};
use crate::study::{Study, TrialConfig};
use crate::trainer::{Assignment, Trainer};
use core::time::Duration;
use serde_json::{Value, json};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// Steps of a race, at most.
const MOST_STEPS: u64 = 20_000;

type Outcome<T> = core::result::Result<T, JsValue>;

/// See the module.
#[wasm_bindgen]
pub struct Race {
    trainer: Trainer,
    rows: Rows,
    runners: Runners,
    search: Option<RateSearch>,
}

fn budget(ms: f64) -> Duration {
    Duration::from_secs_f64((ms / 1000.0).clamp(0.0, 10.0))
}

/// `[[step, learning rate], ..]`.
fn changes_of(value: &Value) -> Vec<(u64, f64)> {
    let one = |pair: &Value| Some((pair[0].as_u64()?, pair[1].as_f64()?));
    value.as_array().into_iter().flatten().filter_map(one).collect()
}

#[wasm_bindgen]
impl Race {
    /// A race of trials of `study` (JSON), which share their seeds. `round` is a round of these trials
    /// ([`Assignment::read`]), each with `changes` beside it, `[[step, learning rate], ..]`, and `repeat`, which draws what
    /// its seeds draw: who has another one has another start. `steps`, where given, is how far all run, whatever their
    /// epochs. `rows` is train or validation, `side` the points a side.
    ///
    /// # Errors
    /// The problem, as an object.
    #[wasm_bindgen(constructor)]
    #[expect(clippy::needless_pass_by_value, reason = "wasm-bindgen passes optional slices by value")]
    pub fn new(
        study: &str,
        round: &str,
        table: Option<Box<[u8]>>,
        rows: &str,
        side: usize,
        steps: Option<f64>,
    ) -> Outcome<Race> {
        let assignments = Assignment::read(round, &[]).ok_or_else(|| unread("a round"))?;
        let own = crate::json::parse(round).map_err(|_| unread("a round"))?;
        let rows = rows_of(rows)?;
        let steps = steps.map(|steps| (steps as u64).clamp(1, MOST_STEPS));
        let start = || -> Result<Self> {
            let study = Study { shared_seeds: true, ..Study::parse(study)? };
            let prepared = Rc::new(study.prepare(table.as_deref())?);
            let mut trainer = Trainer::new(Rc::new(study), prepared, Box::new(Cpu::new()), Vec::new())?;
            let entry = |(at, mut assignment): (usize, Assignment)| {
                let mut contestant = trainer.contestant(&assignment.trial, assignment.of_trials);
                if let Some(steps) = steps {
                    // Schedules go by epochs: as many as the race lasts.
                    let epochs =
                        (steps as usize).div_ceil(trainer.data().n_train.div_ceil(contestant.batch.max(1)).max(1));
                    assignment.trial.params.insert("epochs".into(), epochs.into());
                    contestant = trainer.contestant(&assignment.trial, assignment.of_trials);
                }
                contestant.spec.run.repeat = own[at]["repeat"].as_u64().map_or(0, |repeat| repeat as u16);
                let changes = changes_of(&own[at]["changes"]);
                Entry { changes, steps, states: true, ..Entry::from(contestant) }
            };
            let entries = assignments.into_iter().enumerate().map(entry).collect();
            let runners = Runners::new(trainer.data().clone(), rows, trainer.unit(), side, entries)?;
            Ok(Self { trainer, rows, runners, search: None })
        };
        start().map_err(|error| problem(&error))
    }

    /// Gives a contestant other learning rates from some steps on; it is to be trained again.
    ///
    /// # Errors
    /// What is no list of changes.
    pub fn change(&mut self, at: usize, changes: &str) -> Outcome<()> {
        let changes = crate::json::parse(changes).map_err(|_| unread("changes"))?;
        self.runners.change(at, changes_of(&changes));
        Ok(())
    }

    /// Starts everyone from another place of the plane, or with none from where their seeds do; all are to be trained again.
    pub fn start_at(&mut self, x: Option<f64>, y: Option<f64>) {
        self.runners.start_at(x.zip(y).map(|(x, y)| [x, y]));
    }

    /// The next plane is laid through the paths as they are then.
    pub fn unlay(&mut self) {
        self.runners.unlay();
    }

    /// Trains for about so long whoever is not trained: the share of the steps that are done, 1 at the end.
    ///
    /// # Errors
    /// The problem, as an object.
    pub async fn train(&mut self, ms: f64) -> Outcome<f64> {
        let done = self.runners.train(budget(ms)).await.map_err(|error| problem(&error))?;
        Ok(if done { 1.0 } else { self.runners.share_done().min(0.999) })
    }

    /// What is known once all are trained, `still` over the same part of the plane: `{size, extent, explained, parameters, laid, paths}`; `laid` says whether the surface
    /// is another than before, and each path has beside what `landscape@1` has `accuracy`, `coast_x`, `coast_y`,
    /// `diverged_at`, `learning_rate`, `batch`, `held`, the share of its own spread that the plane holds, `scales`
    /// ([`Trajectory::scales`]), `evaluations`, of gradients, at each point, and `last`, the steps
    /// of its whole way.
    ///
    /// # Errors
    /// The problem, as an object.
    pub async fn head(&mut self, still: bool) -> Outcome<JsValue> {
        let laid = self.runners.lay(still).await.map_err(|error| problem(&error))?;
        let grid = self.runners.sheet().map(|sheet| sheet.grid).ok_or_else(|| problem(&Error::NoPath))?;
        let n_train = self.trainer.data().n_train;
        let paths: Vec<Value> = self
            .runners
            .seen()
            .enumerate()
            .map(|(at, record)| {
                let entry = &self.runners.entries()[at];
                let diverged_at = self.runners.path(at).and_then(|path| path.diverged_at);
                told(
                    record,
                    &self.runners.coasts(at),
                    diverged_at,
                    entry.n_steps(n_train),
                    json!({
                        "learning_rate": entry.contestant.spec.optimizer.learning_rate,
                        "batch": entry.contestant.batch,
                        "held": self.runners.held(at),
                        "evaluations": self.runners.path(at).map(|path| &path.evaluations),
                        "scales": self.runners.path(at).map(|path| &path.scales),
                    }),
                )
            })
            .collect();
        let first = self.runners.entries().first().map(|entry| entry.contestant.spec.shape.n_parameters());
        to_js(&json!({
            "size": grid.size,
            "extent": grid.extent,
            "explained": self.runners.explained(),
            "parameters": first,
            "laid": laid,
            "paths": paths,
        }))
    }

    /// As [`super::surface::Surface::order`].
    pub fn order(&self) -> Vec<u32> {
        self.runners.sheet().map_or_else(Vec::new, analysis::Sheet::order)
    }

    /// As [`super::surface::Surface::score`].
    pub fn score(&self, indices: &[u32]) -> Vec<f64> {
        let Some(sheet) = self.runners.sheet() else { return Vec::new() };
        let is_class = matches!(self.trainer.data().labels, Labels::Classes(_));
        let unit = self.trainer.unit();
        let pair = |score: crate::backend::Score| [unit * score.loss, if is_class { score.accuracy } else { f64::NAN }];
        sheet.scores(indices).into_iter().flat_map(pair).collect()
    }

    /// The rows of data of two features as the networks see them: of each its features and its class or number. Empty of
    /// other data. The first `n_train` are for training.
    pub fn rows(&self) -> Vec<f32> {
        let data = self.trainer.data();
        if data.columns != 2 + self.trainer.plane().derived.len() {
            return Vec::new();
        }
        let label = |row: usize| match &data.labels {
            Labels::Classes(of) => of[row] as f32,
            Labels::Numbers(of) => of[row],
        };
        (0..data.n_train + data.n_validation)
            .flat_map(|row| [data.x[data.columns * row], data.x[data.columns * row + 1], label(row)])
            .collect()
    }

    /// How many rows are for training.
    pub fn n_train(&self) -> usize {
        self.trainer.data().n_train
    }

    /// What a contestant's network at a point of its path says of data of two features; see [`analysis::field`].
    pub fn field(&self, at: usize, point: usize, side: usize, extent: &[f64]) -> Vec<f32> {
        let weights = self.runners.path(at).and_then(|path| path.points.get(point));
        let (Some(weights), Ok(extent)) = (weights, <[f64; 4]>::try_from(extent)) else { return Vec::new() };
        let spec = &self.runners.entries()[at].contestant.spec;
        analysis::field(&spec.shape, spec.loss, weights, side.min(200), extent, &self.trainer.plane())
    }

    /// Tries these learning rates for everyone for about so long, each for the whole way: null until all are tried, then of each
    /// contestant the loss at the end with each rate, null where it diverged.
    ///
    /// # Errors
    /// The problem, as an object.
    pub async fn tune(&mut self, rates: Vec<f64>, ms: f64) -> Outcome<JsValue> {
        let tuned = self.try_rates(&rates, budget(ms)).await.map_err(|error| problem(&error))?;
        to_js(&tuned)
    }

    async fn try_rates(&mut self, rates: &[f64], budget: Duration) -> Result<Value> {
        let data = self.trainer.data().clone();
        let mut search = match self.search.take() {
            Some(search) => search,
            None => RateSearch::new(&data, self.runners.entries(), rates.to_vec()).await?,
        };
        if !search.advance(budget).await? {
            let done = search.share_done();
            self.search = Some(search);
            return Ok(json!({ "done": done.min(0.999) }));
        }
        let losses = search.losses(&data, self.rows, self.trainer.unit()).await?;
        Ok(json!({ "done": 1, "losses": losses }))
    }
}

fn rows_of(name: &str) -> Outcome<Rows> {
    match name {
        "train" => Ok(Rows::Train),
        "validation" => Ok(Rows::Validation),
        _ => Err(unread("rows")),
    }
}

/// A path as the page has it.
fn told(record: &PathRecord, coasts: &[[f64; 2]], diverged_at: Option<u64>, last: u64, more: Value) -> Value {
    let mut path = record.document();
    let axis = |k: usize| coasts.iter().map(|coast| coast[k]).collect::<Vec<f64>>();
    path["accuracy"] = json!(record.accuracy);
    (path["coast_x"], path["coast_y"]) = (json!(axis(0)), json!(axis(1)));
    (path["diverged_at"], path["last"]) = (json!(diverged_at), json!(last));
    if let Value::Object(more) = more {
        for (name, value) in more {
            path[name.as_str()] = value;
        }
    }
    path
}

/// A race over a surface of two coordinates: as [`Race::head`], with `values`, the heights of the whole grid, `start` and
/// `explained` null. `round` is as for [`Race`]; of the trials only optimizer and schedule count.
///
/// # Errors
/// The problem, as an object.
#[wasm_bindgen]
pub fn classic(study: &str, round: &str, name: &str, side: usize, steps: f64, start: &[f64]) -> Outcome<JsValue> {
    let classic = Classic::ALL.into_iter().find(|classic| classic.name() == name).ok_or_else(|| unread("a surface"))?;
    let assignments = Assignment::read(round, &[]).ok_or_else(|| unread("a round"))?;
    let own = crate::json::parse(round).map_err(|_| unread("a round"))?;
    let study = Study::parse(study).map_err(|error| problem(&error))?;
    let (extent, first) = classic.shown();
    let start = <[f64; 2]>::try_from(start).unwrap_or(first);
    let grid = Grid::new(side, extent).map_err(|error| problem(&error))?;
    let steps = (steps as u64).clamp(1, MOST_STEPS);
    let run = |(at, assignment): (usize, Assignment)| {
        let config = TrialConfig::new(&study, &assignment.trial.params);
        let changes = changes_of(&own[at]["changes"]);
        let path = classic.path(&config.optimizer, &config.schedule, config.epochs, &changes, start, steps);
        let Trajectory { points, coasts, .. } = &path;
        let pairs = |all: &[Vec<f32>]| all.iter().map(|one| [0, 1].map(|k| f64::from(one[k]))).collect::<Vec<_>>();
        let places = pairs(points);
        let loss: Vec<f64> = places.iter().map(|&place| classic.value(place)).collect();
        let n = places.len();
        let record = PathRecord {
            trial: assignment.trial.number,
            steps: path.steps.clone(),
            slice_loss: loss.clone(),
            loss,
            accuracy: vec![0.0; n],
            distance: vec![0.0; n],
            places,
        };
        let rate = config.optimizer.learning_rate;
        told(
            &record,
            &pairs(coasts),
            path.diverged_at,
            steps,
            json!({ "learning_rate": rate, "batch": null, "held": 1, "evaluations": path.evaluations }),
        )
    };
    let paths: Vec<Value> = assignments.into_iter().enumerate().map(run).collect();
    let values: Vec<f64> = (0..grid.len()).map(|at| classic.value(grid.point(at))).collect();
    to_js(&json!({
        "size": grid.size,
        "extent": grid.extent,
        "explained": null,
        "parameters": 2,
        "laid": true,
        "start": start,
        "values": values,
        "paths": paths,
    }))
}
