//! Training in a Worker.

use super::{problem, to_js, unread};
use crate::backend::{Backend, cpu::Cpu};
use crate::study::Study;
use crate::trainer::{Assignment, Report, Trainer, TrialSnapshot};
use core::time::Duration;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// Trains a share of a study's trials in this Worker; made in `cpu.rs` and `gpu.rs`.
#[wasm_bindgen]
pub struct Training {
    pub(super) trainer: Trainer,
}

impl Training {
    /// A training of `round`, or a share of it, as a session's `next_round` gives it, of
    /// `study` (JSON). `table` is the study's data file, uncompressed, or null.
    pub(super) fn new(
        study: &str,
        round: &str,
        table: Option<&[u8]>,
        backend: Box<dyn Backend>,
    ) -> Result<Training, JsValue> {
        let start = || -> crate::Result<Trainer> {
            let study = Study::parse(study)?;
            let prepared = study.prepare(table)?;
            Trainer::new(Rc::new(study), Rc::new(prepared), backend, Vec::new())
        };
        let mut training = Self { trainer: start().map_err(|error| problem(&error))? };
        training.assign(round, &[])?;
        Ok(training)
    }

    /// A training of a share of a round on the same rows.
    pub(super) fn sibling(&self, round: &str, backend: Box<dyn Backend>) -> Result<Training, JsValue> {
        let trainer = self.trainer.sibling(backend).map_err(|error| problem(&error))?;
        let mut training = Self { trainer };
        training.assign(round, &[])?;
        Ok(training)
    }
}

#[wasm_bindgen]
impl Training {
    /// Adds what is to be trained next: a share of a round, and where its trials go on, as a session's `hand_over` has it.
    ///
    /// # Errors
    /// The problem, as an object.
    pub fn assign(&mut self, round: &str, from: &[u32]) -> Result<(), JsValue> {
        let round = Assignment::read(round, from).ok_or_else(|| unread("a round"))?;
        self.trainer.assign(round).map_err(|error| problem(&error))
    }

    /// A training of a share of a round on the same rows, on the CPU.
    ///
    /// # Errors
    /// The problem, as an object.
    pub fn sibling_on_cpu(&self, round: &str) -> Result<Training, JsValue> {
        self.sibling(round, Box::new(Cpu::default()))
    }

    /// Lets go of trials that have not ended.
    pub fn cancel(&mut self) {
        self.trainer.cancel();
    }

    /// What trains, as a result's `engine` has it of one worker.
    ///
    /// # Errors
    /// None of its own.
    pub fn info(&self) -> Result<JsValue, JsValue> {
        to_js(&self.trainer.info())
    }

    /// Gradient steps of each trial assigned last, in the order given, if it does not end early.
    pub fn planned_steps(&self) -> Vec<f64> {
        self.trainer.costs().iter().map(|cost| cost.steps as f64).collect()
    }

    /// What each trial assigned last costs, in the order given; only proportions mean something.
    pub fn planned_work(&self) -> Vec<f64> {
        self.trainer.costs().iter().map(|cost| cost.work).collect()
    }

    /// Has a trial's next epoch tell what it is then; false of one that is not in training here.
    pub fn watch(&mut self, number: u32) -> bool {
        self.trainer.watch(number)
    }

    /// Has the next epoch of all trials in training tell what they are then, as far as they take at most so many bytes.
    pub fn watch_all(&mut self, most: f64) {
        self.trainer.watch_all(most as u64);
    }

    /// Works for about `budget_ms` and says what happened: `{numbers, kept, steps, finished, resumed}`, `numbers` the events
    /// of trials for the page and a session's `report`, `kept`, if any have left training, for its `keep`, and `watched`, if
    /// any were asked for.
    ///
    /// # Errors
    /// The problem, as an object.
    pub async fn advance(&mut self, budget_ms: f64) -> Result<JsValue, JsValue> {
        let budget = Duration::from_secs_f64((budget_ms / 1000.0).clamp(0.0, 10.0));
        let mut report = self.trainer.advance(budget).await.map_err(|error| problem(&error))?;
        let numbers = report.numbers();
        let Report { ref snapshots, ref watched, steps, finished, resumed, .. } = report;
        let told = to_js(&serde_json::json!({ "steps": steps, "finished": finished, "resumed": resumed }))?;
        js_sys::Reflect::set(&told, &"numbers".into(), &js_sys::Float64Array::from(numbers.as_slice()))?;
        for (name, snapshots) in [("kept", &snapshots[..]), ("watched", &watched[..])] {
            if snapshots.is_empty() {
                continue;
            }
            let mut words = Vec::new();
            for snapshot in snapshots {
                snapshot.write(&mut words);
            }
            js_sys::Reflect::set(&told, &name.into(), &js_sys::Uint32Array::from(words.as_slice()))?;
        }
        self.trainer.take_back(report);
        Ok(told)
    }

    /// What the data were standardised by: of each feature the mean and the deviation that were taken off, then those of the
    /// target; 0 and 1 where nothing was.
    pub fn scaling(&self) -> Vec<f64> {
        self.trainer.scaling().flat_map(<[f64; 2]>::from).collect()
    }

    /// The one look at the test rows, for an ended trial: itself as a session's `again` has it, and what it is as `weights` has
    /// it.
    ///
    /// # Errors
    /// What is no trial, or no weights.
    pub fn test(&self, trial: &str, weights: &[u32]) -> Result<JsValue, JsValue> {
        let round = Assignment::read(trial, &[]).ok_or_else(|| unread("a trial"))?;
        let snapshots = TrialSnapshot::read(weights).ok_or_else(|| unread("weights"))?;
        let (Some(assignment), Some(ended)) = (round.first(), snapshots.first()) else { return Err(unread("weights")) };
        to_js(&self.trainer.test(&assignment.trial, ended))
    }
}
