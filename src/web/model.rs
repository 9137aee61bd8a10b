//! A look into a trial's network in a Worker, in pieces: what it is now and was on the way, what it says of the plane of two
//! features, what its units come to there, and how right it is about the rows.

use super::{problem, to_js, unread};
use crate::analysis::{Cut, Insight, Rows, verdict};
use crate::backend::{Labels, cpu::Cpu, work};
use crate::dataset::{Plane, tellers, with_derived};
use crate::error::Result;
use crate::study::Study;
use crate::trainer::{Assignment, Trainer, TrialSnapshot};
use core::ops::Range;
use core::time::Duration;
use serde_json::json;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

type Outcome<T> = core::result::Result<T, JsValue>;

/// Points along a side of a picture, at most.
const MOST_SIDE: usize = 256;

/// See the module.
#[wasm_bindgen]
pub struct Model {
    insight: Insight,
    /// Epochs that the trial was trained for, where that is not all of its own.
    until: Option<usize>,
    /// Mean and deviation of each feature, last of the target.
    scaling: Vec<(f64, f64)>,
    plane: Plane,
    features: Vec<String>,
    classes: Vec<String>,
    tellers: Vec<usize>,
}

/// A point of the way; of numbers below 0 what the network is now.
fn point(at: i32) -> Option<usize> {
    usize::try_from(at).ok()
}

#[wasm_bindgen]
impl Model {
    /// A look at the trial of a round of `study` (JSON), as [`Session::again`](super::session::Session::again) has it, and
    /// the epoch whose weights it kept where it had patience.
    ///
    /// # Errors
    /// The problem, as an object.
    #[wasm_bindgen(constructor)]
    #[expect(clippy::needless_pass_by_value, reason = "wasm-bindgen passes optional slices by value")]
    pub fn new(study: &str, round: &str, table: Option<Box<[u8]>>, kept: Option<usize>) -> Outcome<Model> {
        let assignments = Assignment::read(round, &[]).ok_or_else(|| unread("a round"))?;
        let Some(Assignment { trial, of_trials, until_epoch, .. }) = assignments.into_iter().next() else {
            return Err(unread("a round"));
        };
        let start = || -> Result<Self> {
            let study = Study::parse(study)?;
            let table = with_derived(study.load(table.as_deref())?, &study.data.derived);
            let prepared = Rc::new(study.prepare_dataset(&table)?);
            let mut trainer = Trainer::new(Rc::new(study), prepared, Box::new(Cpu::new()), Vec::new())?;
            let contestant = trainer.contestant(&trial, of_trials);
            Ok(Self {
                scaling: trainer.scaling().collect(),
                plane: trainer.plane(),
                insight: Insight::new(contestant, trainer.data().clone(), kept),
                until: until_epoch,
                tellers: tellers(&table),
                features: table.feature_names,
                classes: table.class_names,
            })
        };
        start().map_err(|error| problem(&error))
    }

    /// Takes what the trial is, as who trains it or has trained it says ([`TrialSnapshot::write`]); false where that is no such
    /// trial's, or nothing new.
    pub fn see(&mut self, words: &[u32], is_end: bool) -> bool {
        let number = self.insight.contestant().trial;
        let snapshots = TrialSnapshot::read(words).unwrap_or_default();
        let own = snapshots.into_iter().find(|one| one.number == number);
        let Some(TrialSnapshot { epochs, networks, .. }) = own else { return false };
        networks.first().is_some_and(|one| self.insight.see(one, is_end.then_some(epochs)))
    }

    /// Trains the trial once more for about so long: the share that is done, 1 at the end.
    ///
    /// # Errors
    /// The problem, as an object.
    pub async fn train(&mut self, ms: f64) -> Outcome<f64> {
        let budget = Duration::from_secs_f64((ms / 1000.0).clamp(0.0, 10.0));
        self.insight.train(self.until, budget).await.map_err(|error| problem(&error))
    }

    /// What does not change while it trains: `{widths, activation, loss, task, features, classes, tellers, n_train,
    /// n_validation, parameters, scaling, epoch_steps, steps, averaged, work}`; `work` is multiplications of all its training.
    ///
    /// # Errors
    /// Those of `serde_wasm_bindgen`.
    pub fn head(&self) -> Outcome<JsValue> {
        let (contestant, data) = (self.insight.contestant(), self.insight.data());
        let shape = &contestant.spec.shape;
        let widths: Vec<usize> = shape.layers().iter().map(|layer| layer.outputs).collect();
        let parameters = shape.n_trained();
        let epochs = self.until.unwrap_or(contestant.epochs);
        let work = (work::WAYS * work::way(shape) * data.n_train) as f64 * epochs as f64;
        to_js(&json!({
            "inputs": shape.inputs,
            "widths": widths,
            "activation": shape.activation,
            "loss": contestant.spec.loss,
            "task": if matches!(data.labels, Labels::Classes(_)) { "classes" } else { "numbers" },
            "features": self.features,
            "derived": self.plane.derived.len(),
            "classes": self.classes,
            "tellers": self.tellers,
            "n_train": data.n_train,
            "n_validation": data.n_validation,
            "parameters": parameters,
            "scaling": self.scaling,
            "epoch_steps": self.insight.epoch_steps(),
            "steps": self.insight.n_steps(),
            "averaged": contestant.is_averaged,
            "work": work,
        }))
    }

    /// What is known of the way: `{steps, diverged_at, same}`; `same` says whether the trial, trained once more, came to the very
    /// weights that it had, null where it was not, or where those are not known.
    ///
    /// # Errors
    /// Those of `serde_wasm_bindgen`.
    pub fn way(&self) -> Outcome<JsValue> {
        let path = self.insight.path();
        to_js(&json!({
            "steps": path.steps,
            "diverged_at": path.diverged_at,
            "same": self.insight.is_same(),
            "known": self.insight.is_known(),
        }))
    }

    /// All parameters at a point of the way, flat, in PyTorch's order; below 0 as they are now.
    pub fn weights(&self, at: i32) -> Vec<f32> {
        self.insight.weights(point(at)).to_vec()
    }

    /// See [`Insight::norms`].
    pub fn norms(&self) -> Vec<f32> {
        self.insight.norms()
    }

    fn cut(&self, axes: &[u32], extent: &[f64], side: usize) -> Option<Cut> {
        let data = self.insight.data();
        let axes = <[u32; 2]>::try_from(axes).ok()?.map(|axis| axis as usize);
        let extent = <[f64; 4]>::try_from(extent).ok()?;
        if axes.iter().any(|&axis| axis >= data.columns) || !(2..=MOST_SIDE).contains(&side) {
            return None;
        }
        // The mean of the rows that it was trained on; of standardised features that is 0.
        let mut rest = vec![0.0_f64; data.columns];
        for row in data.x.chunks_exact(data.columns).take(data.n_train) {
            for (sum, &x) in rest.iter_mut().zip(row) {
                *sum += f64::from(x);
            }
        }
        let rest = rest.iter().map(|sum| (sum / data.n_train.max(1) as f64) as f32).collect();
        let plane = if axes == [0, 1] { self.plane.clone() } else { Plane::default() };
        Some(Cut { axes, extent, side, rest, plane })
    }

    /// Points `first` to `last` of a square of two features, all others at their mean ([`Cut::field`]): what the network says, or
    /// with a layer and a unit what that one comes to. Empty where there is no such square.
    #[expect(clippy::too_many_arguments, reason = "what crosses to a Worker crosses by itself")]
    pub fn field(
        &self,
        at: i32,
        axes: &[u32],
        extent: &[f64],
        side: usize,
        first: usize,
        last: usize,
        unit: &[u32],
    ) -> Vec<f32> {
        let Some(cut) = self.cut(axes, extent, side) else { return Vec::new() };
        let spec = &self.insight.contestant().spec;
        let points: Range<usize> = first.min(last)..last;
        let weights = self.insight.weights(point(at));
        match <[u32; 2]>::try_from(unit) {
            Ok(unit) => cut.unit(&spec.shape, weights, unit.map(|one| one as usize), points),
            Err(_) => cut.field(&spec.shape, spec.loss, weights, points),
        }
    }

    /// What every unit comes to over such a square; see [`Cut::maps`].
    pub fn maps(&self, at: i32, axes: &[u32], extent: &[f64], side: usize) -> Vec<f32> {
        let Some(cut) = self.cut(axes, extent, side) else { return Vec::new() };
        cut.maps(&self.insight.contestant().spec.shape, self.insight.weights(point(at)))
    }

    /// At most `most` rows of a part, taken from all over it.
    ///
    /// # Errors
    /// A part that is none.
    pub fn rows(&self, part: &str, most: usize) -> Outcome<Vec<u32>> {
        let part = match part {
            "train" => Rows::Train,
            "validation" => Rows::Validation,
            _ => return Err(unread("rows")),
        };
        let all = part.of(self.insight.data());
        let n = most.min(all.len());
        Ok((0..n).map(|at| all[at * all.len() / n]).collect())
    }

    /// Features of rows, as the network sees them, row by row.
    pub fn features(&self, rows: &[u32]) -> Vec<f32> {
        let data = self.insight.data();
        let row = |&row: &u32| data.x.get(row as usize * data.columns..(row as usize + 1) * data.columns);
        rows.iter().filter_map(row).flatten().copied().collect()
    }

    /// Classes of rows, or their numbers in their own unit.
    pub fn truths(&self, rows: &[u32]) -> Vec<f64> {
        let (mean, scale) = self.target();
        let own = |&row: &u32| match &self.insight.data().labels {
            Labels::Classes(of) => of.get(row as usize).map_or(f64::NAN, |&class| f64::from(class)),
            Labels::Numbers(of) => of.get(row as usize).map_or(f64::NAN, |&x| mean + scale * f64::from(x)),
        };
        rows.iter().map(own).collect()
    }

    fn target(&self) -> (f64, f64) {
        self.scaling.last().copied().unwrap_or((0.0, 1.0))
    }

    /// The network's outputs for rows, row by row.
    pub fn said(&self, at: i32, rows: &[u32]) -> Vec<f32> {
        let weights = self.insight.weights(point(at));
        let shape = &self.insight.contestant().spec.shape;
        if weights.len() < shape.n_parameters() {
            return Vec::new();
        }
        crate::analysis::outputs(shape, weights, &self.features(rows))
    }

    /// What outputs for rows are worth; see [`verdict`].
    ///
    /// # Errors
    /// Those of `serde_wasm_bindgen`.
    pub fn verdict(&self, rows: &[u32], said: &[f32], most: usize) -> Outcome<JsValue> {
        let n = self.insight.data().rows() as u32;
        if rows.iter().any(|&row| row >= n) {
            return Err(unread("rows"));
        }
        let loss = self.insight.contestant().spec.loss;
        to_js(&verdict(&self.insight.data().labels, loss, self.target(), rows, said, most))
    }
}
