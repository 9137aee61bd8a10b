//! How sharp the loss is along a trial's training, in a Worker, in pieces.

use super::{problem, to_js, unread};
use crate::analysis::{Sharpness as Watch, SharpnessPoint};
use crate::backend::cpu::Cpu;
use crate::error::Result;
use crate::study::Study;
use crate::trainer::{Assignment, Trainer};
use core::time::Duration;
use serde_json::json;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// See [`crate::analysis::Sharpness`].
#[wasm_bindgen]
pub struct Sharpness {
    watch: Watch,
    unit: f64,
}

#[wasm_bindgen]
impl Sharpness {
    /// Of the trial of `round` ([`Assignment::read`]), as far as that says; `diverges` says that it ends early.
    ///
    /// # Errors
    /// The problem, as an object.
    pub async fn begin(
        study: String,
        round: String,
        table: Option<Box<[u8]>>,
        diverges: bool,
    ) -> core::result::Result<Sharpness, JsValue> {
        let assignments = Assignment::read(&round, &[]).ok_or_else(|| unread("a round"))?;
        let start = async || -> Result<Option<Self>> {
            let study = Study::parse(&study)?;
            let prepared = Rc::new(study.prepare(table.as_deref())?);
            let mut trainer = Trainer::new(Rc::new(study), prepared, Box::new(Cpu::new()), Vec::new())?;
            let Some(Assignment { trial, of_trials, until_epoch, .. }) = assignments.into_iter().next() else {
                return Ok(None);
            };
            let contestant = trainer.contestant(&trial, of_trials);
            trainer.check_curvature(trial.number, &contestant.spec)?;
            let watch = Watch::new(&Cpu::new(), trainer.data(), &contestant, until_epoch, diverges).await?;
            Ok(Some(Self { watch, unit: trainer.unit() }))
        };
        let made = start().await.map_err(|error| problem(&error))?;
        made.ok_or_else(|| unread("a round"))
    }

    /// Works for about so long: `{done, rows, of_rows, per_epoch, steps, diverged_at, point}`, `point` null or what was seen
    /// next. Numbers that are not finite are null.
    ///
    /// # Errors
    /// The problem, as an object.
    pub async fn advance(&mut self, ms: f64) -> core::result::Result<JsValue, JsValue> {
        let budget = Duration::from_secs_f64((ms / 1000.0).clamp(0.0, 10.0));
        let point = self.watch.advance(budget).await.map_err(|error| problem(&error))?;
        let ([rows, of_rows], [per_epoch, steps]) = (self.watch.rows(), self.watch.steps());
        let seen = |point: SharpnessPoint| {
            json!({
                "step": point.step,
                "rate": point.rate,
                "loss": self.unit * point.loss,
                "gradients": point.gradients,
                "weights": point.weights,
                "reach": point.reach,
                "largest": point.curvature.largest,
                "preconditioned": point.curvature.preconditioned,
                "residual": point.curvature.residual,
                "shares": point.curvature.shares,
                "limit": point.limit,
            })
        };
        to_js(&json!({
            "done": self.watch.is_done(),
            "rows": rows,
            "of_rows": of_rows,
            "per_epoch": per_epoch,
            "steps": steps,
            "diverged_at": self.watch.diverged_at(),
            "point": point.map(seen),
        }))
    }
}
