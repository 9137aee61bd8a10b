//! A learning-rate range test in a Worker, in pieces.

use super::{problem, to_js, unread};
use crate::analysis::RangeTest as Test;
use crate::backend::cpu::Cpu;
use crate::error::Result;
use crate::study::Study;
use crate::trainer::{Assignment, Trainer};
use core::time::Duration;
use serde_json::json;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// See [`crate::analysis::RangeTest`].
#[wasm_bindgen]
pub struct RangeTest {
    test: Test,
    unit: f64,
}

#[wasm_bindgen]
impl RangeTest {
    /// A test of a trial of `study` (JSON) over learning rates from `low` to `high` in so many steps. `round` is a round of
    /// that trial ([`Assignment::read`]).
    ///
    /// # Errors
    /// The problem, as an object.
    pub async fn begin(
        study: String,
        round: String,
        table: Option<Box<[u8]>>,
        steps: usize,
        low: f64,
        high: f64,
    ) -> core::result::Result<RangeTest, JsValue> {
        let assignments = Assignment::read(&round, &[]).ok_or_else(|| unread("a round"))?;
        let start = async || -> Result<Option<Self>> {
            let study = Study::parse(&study)?;
            let prepared = Rc::new(study.prepare(table.as_deref())?);
            let mut trainer = Trainer::new(Rc::new(study), prepared, Box::new(Cpu::new()), Vec::new())?;
            let Some(Assignment { trial, of_trials, .. }) = assignments.into_iter().next() else { return Ok(None) };
            let contestant = trainer.contestant(&trial, of_trials);
            let test = Test::new(trainer.data(), &contestant, steps, [low, high]).await?;
            Ok(Some(Self { test, unit: trainer.unit() }))
        };
        let made = start().await.map_err(|error| problem(&error))?;
        made.ok_or_else(|| unread("a round"))
    }

    /// Works for about so long: `{done, rates, losses, smoothed, steepest, lowest}`. Losses go as far as the test has come and
    /// are null where a network diverged; `steepest` and `lowest` are steps, null until all is done and where the loss never
    /// fell.
    ///
    /// # Errors
    /// The problem, as an object.
    pub async fn advance(&mut self, ms: f64) -> core::result::Result<JsValue, JsValue> {
        let budget = Duration::from_secs_f64((ms / 1000.0).clamp(0.0, 10.0));
        let done = self.test.advance(budget).await.map_err(|error| problem(&error))?;
        let [losses, smoothed] =
            self.test.losses().map(|all| -> Vec<f64> { all.iter().map(|x| self.unit * x).collect() });
        let found = self.test.found();
        to_js(&json!({
            "done": done,
            "rates": self.test.rates(),
            "losses": losses,
            "smoothed": smoothed,
            "steepest": found.map(|found| found.steepest),
            "lowest": found.map(|found| found.lowest),
        }))
    }
}
