//! A trainability map's pixels in a Worker, a share at a time.

use super::{problem, to_js};
use crate::analysis::{MapPlan, Mapper};
use crate::backend::Backend;
use crate::study::Study;
use core::time::Duration;
use serde_json::json;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// See [`crate::analysis::Mapper`]; made in `cpu.rs` and `gpu.rs`.
#[wasm_bindgen]
pub struct TrainabilityMap {
    mapper: Mapper,
}

impl TrainabilityMap {
    /// A map of `study` (JSON), whose space are the two `names`, of so many pixels along each side. `table` is the study's data
    /// file, uncompressed, or null.
    pub(super) fn new(
        study: &str,
        names: [&str; 2],
        sides: &[u32],
        table: Option<&[u8]>,
        backend: Box<dyn Backend>,
    ) -> Result<TrainabilityMap, JsValue> {
        let start = || {
            let sides = [0, 1].map(|at| sides.get(at).map_or(0, |&side| side as usize));
            let plan = MapPlan::new(Study::parse(study)?, names, sides)?;
            let prepared = Rc::new(plan.study.prepare(table)?);
            Mapper::new(plan, prepared, backend)
        };
        Ok(Self { mapper: start().map_err(|error| problem(&error))? })
    }
}

#[wasm_bindgen]
impl TrainabilityMap {
    /// What is known before anything is trained: the axes as `{name, values, starts}`, the loss below which a network
    /// is called trained, and which loss that is.
    ///
    /// # Errors
    /// None of its own.
    pub fn head(&self) -> Result<JsValue, JsValue> {
        let plan = self.mapper.plan();
        let axis = |at: usize| {
            let one = &plan.axes[at];
            json!({"name": one.name, "values": one.values, "starts": one.starts})
        };
        let limit = Some(self.mapper.limit()).filter(|limit| limit.is_finite());
        to_js(&json!({"x": axis(0), "y": axis(1), "limit": limit, "metric": plan.metric()}))
    }

    /// What trains, as a result's `engine` has it of one worker, once something was assigned.
    ///
    /// # Errors
    /// None of its own.
    pub fn info(&self) -> Result<JsValue, JsValue> {
        to_js(&self.mapper.info())
    }

    /// Adds pixels that are to be trained: of each the steps and the work that it will take.
    ///
    /// # Errors
    /// The problem, as an object.
    pub fn assign(&mut self, pixels: &[u32]) -> Result<Vec<f64>, JsValue> {
        self.mapper.assign(pixels).map_err(|error| problem(&error))?;
        Ok(self.mapper.costs().flatten().collect())
    }

    /// The most bytes that a network of those assigned takes.
    pub fn network_bytes(&self) -> f64 {
        self.mapper.network_bytes() as f64
    }

    /// Works for about so long: `{ended, steps, finished, resumed}`; `ended` has of each pixel that has ended its
    /// number, its loss (NaN where it diverged) and the step at which it diverged (0 where it did not).
    ///
    /// # Errors
    /// The problem, as an object.
    pub async fn advance(&mut self, ms: f64) -> Result<JsValue, JsValue> {
        let budget = Duration::from_secs_f64((ms / 1000.0).clamp(0.0, 10.0));
        let report = self.mapper.advance(budget).await.map_err(|error| problem(&error))?;
        let numbers = report.pixels.iter().flat_map(|one| [f64::from(one.index), one.loss, one.diverged_at as f64]);
        let numbers: Vec<f64> = numbers.collect();
        let told = to_js(&json!({"steps": report.steps, "finished": report.finished, "resumed": report.resumed}))?;
        js_sys::Reflect::set(&told, &"ended".into(), &js_sys::Float64Array::from(numbers.as_slice()))?;
        Ok(told)
    }

    /// Lets go of pixels that have not ended.
    pub fn cancel(&mut self) {
        self.mapper.cancel();
    }
}
