//! What trains on the CPU.

use super::bench::Bench;
use super::map::TrainabilityMap;
use super::training::Training;
use crate::backend::cpu::Cpu;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Training {
    /// See [`Training::new`].
    ///
    /// # Errors
    /// The problem, as an object.
    #[expect(clippy::needless_pass_by_value, reason = "wasm-bindgen passes optional slices by value")]
    pub fn on_cpu(study: &str, round: &str, table: Option<Box<[u8]>>) -> Result<Training, JsValue> {
        Self::new(study, round, table.as_deref(), Box::new(Cpu::default()))
    }
}

#[wasm_bindgen]
impl TrainabilityMap {
    /// See [`TrainabilityMap::new`].
    ///
    /// # Errors
    /// The problem, as an object.
    #[expect(clippy::needless_pass_by_value, reason = "wasm-bindgen passes optional slices by value")]
    pub fn on_cpu(
        study: &str,
        x: &str,
        y: &str,
        sides: &[u32],
        table: Option<Box<[u8]>>,
    ) -> Result<TrainabilityMap, JsValue> {
        Self::new(study, [x, y], sides, table.as_deref(), Box::new(Cpu::default()))
    }
}

#[wasm_bindgen]
impl Bench {
    /// A work (JSON).
    ///
    /// # Errors
    /// The problem, as an object.
    pub async fn on_cpu(work: String) -> Result<Bench, JsValue> {
        Self::new(&work, &Cpu::default()).await
    }
}
