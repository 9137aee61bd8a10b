//! Works that measure a backend.

use super::{problem, to_js};
use crate::backend::Backend;
use crate::bench;
use core::time::Duration;
use wasm_bindgen::prelude::*;

/// A work that measures a backend; see `src/bench.rs`; made in `cpu.rs` and `gpu.rs`.
#[wasm_bindgen]
pub struct Bench {
    bench: bench::Bench,
}

impl Bench {
    pub(super) async fn new(work: &str, backend: &dyn Backend) -> Result<Bench, JsValue> {
        let work = bench::Work::parse(work).map_err(|error| problem(&error))?;
        let bench = bench::Bench::new(backend, &work).await.map_err(|error| problem(&error))?;
        Ok(Self { bench })
    }
}

#[wasm_bindgen]
impl Bench {
    /// What trains: `{backend, adapter, plan, bytes_per_trial, bytes_total}`.
    ///
    /// # Errors
    /// None of its own.
    pub fn info(&self) -> Result<JsValue, JsValue> {
        to_js(self.bench.info())
    }

    /// Works for about `budget_ms`: `{steps, finished}`.
    ///
    /// # Errors
    /// The problem, as an object.
    pub async fn advance(&mut self, budget_ms: f64) -> Result<JsValue, JsValue> {
        let budget = Duration::from_secs_f64((budget_ms / 1000.0).clamp(0.0, 10.0));
        let (steps, finished) = self.bench.advance(budget).await.map_err(|error| problem(&error))?;
        to_js(&serde_json::json!({ "steps": steps, "finished": finished }))
    }
}
