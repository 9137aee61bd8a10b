//! Works that measure a backend.

use super::page::GpuHandle;
use super::{problem, to_js};
use crate::backend::{Backend, cpu::Cpu};
use crate::bench;
use core::time::Duration;
use wasm_bindgen::prelude::*;

/// A work that measures a backend; see `src/bench.rs`.
#[wasm_bindgen]
pub struct Bench {
    bench: bench::Bench,
}

#[wasm_bindgen]
impl Bench {
    /// A work (JSON) on the GPU.
    ///
    /// # Errors
    /// The problem, as an object.
    pub async fn on_gpu(work: String, gpu: &GpuHandle) -> Result<Bench, JsValue> {
        Self::start(&work, &gpu.gpu).await
    }

    /// A work (JSON) on the CPU.
    ///
    /// # Errors
    /// The problem, as an object.
    pub async fn on_cpu(work: String) -> Result<Bench, JsValue> {
        Self::start(&work, &Cpu::default()).await
    }

    async fn start(work: &str, backend: &dyn Backend) -> Result<Bench, JsValue> {
        let work = bench::Work::parse(work).map_err(|error| problem(&error))?;
        let bench = bench::Bench::new(backend, &work).await.map_err(|error| problem(&error))?;
        Ok(Self { bench })
    }

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
