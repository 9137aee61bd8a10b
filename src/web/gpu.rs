//! The browser's GPU, and what trains there.

use super::bench::Bench;
use super::map::TrainabilityMap;
use super::training::Training;
use super::{problem, to_js};
use crate::backend::{Backend, gpu::Gpu};
use wasm_bindgen::prelude::*;

/// A GPU that was asked for, and what it says of itself.
#[wasm_bindgen]
pub struct GpuHandle {
    gpu: Gpu,
}

#[wasm_bindgen]
impl GpuHandle {
    /// Asks the browser for a device that trains so many MB of networks at once.
    ///
    /// # Errors
    /// The problem, as an object.
    pub async fn open(wave_mb: u32) -> Result<GpuHandle, JsValue> {
        let gpu = Gpu::open().await.map_err(|error| problem(&error))?;
        Ok(Self { gpu: gpu.with_wave_bytes(u64::from(wave_mb) << 20) })
    }

    /// What was measured on the device.
    ///
    /// # Errors
    /// The problem, as an object.
    pub async fn facts(&self) -> Result<JsValue, JsValue> {
        to_js(&self.gpu.facts().await.map_err(|error| problem(&error))?)
    }

    /// Says whether the page is hidden: nothing is drawn beside the device then, and submits may be longer.
    pub fn hidden(&self, is_hidden: bool) {
        self.gpu.set_unseen(is_hidden);
    }

    /// Whether the adapter is a program that runs on the CPU.
    #[wasm_bindgen(getter)]
    pub fn software(&self) -> bool {
        self.gpu.is_software()
    }

    /// The adapter's name; may be empty.
    #[wasm_bindgen(getter)]
    pub fn adapter(&self) -> String {
        self.gpu.adapter()
    }
}

#[wasm_bindgen]
impl Training {
    /// See [`Training::new`].
    ///
    /// # Errors
    /// The problem, as an object.
    #[expect(clippy::needless_pass_by_value, reason = "wasm-bindgen passes optional slices by value")]
    pub fn on_gpu(study: &str, round: &str, table: Option<Box<[u8]>>, gpu: &GpuHandle) -> Result<Training, JsValue> {
        Self::new(study, round, table.as_deref(), Box::new(gpu.gpu.clone()))
    }

    /// See [`Training::sibling`].
    ///
    /// # Errors
    /// The problem, as an object.
    pub fn sibling_on_gpu(&self, round: &str, gpu: &GpuHandle) -> Result<Training, JsValue> {
        self.sibling(round, Box::new(gpu.gpu.clone()))
    }

    /// Begins to compile what this training will need, for one that starts later.
    pub fn prepare(&self, gpu: &GpuHandle) {
        gpu.gpu.prepare(&self.trainer.outlines());
    }
}

#[wasm_bindgen]
impl TrainabilityMap {
    /// See [`TrainabilityMap::new`].
    ///
    /// # Errors
    /// The problem, as an object.
    #[expect(clippy::needless_pass_by_value, reason = "wasm-bindgen passes optional slices by value")]
    pub fn on_gpu(
        study: &str,
        x: &str,
        y: &str,
        sides: &[u32],
        table: Option<Box<[u8]>>,
        gpu: &GpuHandle,
    ) -> Result<TrainabilityMap, JsValue> {
        Self::new(study, [x, y], sides, table.as_deref(), Box::new(gpu.gpu.clone()))
    }
}

#[wasm_bindgen]
impl Bench {
    /// A work (JSON).
    ///
    /// # Errors
    /// The problem, as an object.
    pub async fn on_gpu(work: String, gpu: &GpuHandle) -> Result<Bench, JsValue> {
        Self::new(&work, &gpu.gpu).await
    }
}
