//! The engine as the page's Workers see it: the only user of `wasm_bindgen`, `js_sys` and `web_sys`.
//!
//! Documents come in as JSON text; what goes out is plain objects and arrays, or a thrown problem (`Error::to_json`).

use crate::backend::{Backend, cpu::Cpu, gpu::Gpu};
use crate::bench;
use crate::error::Error;
use crate::search::{Search, Trial};
use crate::study::Study;
use crate::trainer::{Report, Trainer};
use crate::{NUMERICS_VERSION, VERSION};
use core::time::Duration;
use serde::Serialize;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// Plain objects, null for what is missing: they survive structuredClone and JSON.
fn to_js<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, JsValue> {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    value.serialize(&serializer).map_err(|error| JsValue::from_str(&error.to_string()))
}

fn text<T: Serialize + ?Sized>(value: &T) -> Result<String, JsValue> {
    serde_json::to_string(value).map_err(|error| JsValue::from_str(&error.to_string()))
}

fn problem(error: &Error) -> JsValue {
    to_js(&error.to_json()).unwrap_or_else(|other| other)
}

/// A panic becomes an exception that says why: else it would be a mere "unreachable".
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|info| {
        wasm_bindgen::throw_str(info.payload_as_str().unwrap_or("the engine panicked"));
    }));
}

/// Checks a study and returns the whole document with its defaults.
///
/// # Errors
/// The problem, as an object.
#[wasm_bindgen]
pub fn check(study: &str) -> Result<JsValue, JsValue> {
    let study = Study::parse(study).map_err(|error| problem(&error))?;
    to_js(&study.to_json())
}

/// The file under `data/` that a study needs, or null where its data are generated.
///
/// # Errors
/// The problem, as an object.
#[wasm_bindgen]
pub fn data_file(study: &str) -> Result<Option<String>, JsValue> {
    let study = Study::parse(study).map_err(|error| problem(&error))?;
    Ok(study.data_file().map(Into::into))
}

/// At most `n` rows of a study's data for a small picture: `{columns, x, y, classes, axes}`. `table` as for [`Training`].
///
/// # Errors
/// The problem, as an object.
#[wasm_bindgen]
#[expect(clippy::needless_pass_by_value, reason = "wasm-bindgen passes optional slices by value")]
pub fn preview(study: &str, table: Option<Box<[u8]>>, n: u32) -> Result<JsValue, JsValue> {
    let data = Study::parse(study).and_then(|study| study.load(table.as_deref())).map_err(|error| problem(&error))?;
    to_js(&crate::dataset::preview(&data, n as usize))
}

/// A fresh seed from the browser's randomness: the one use of it.
///
/// # Errors
/// Where the browser has none.
#[wasm_bindgen]
pub fn fresh_seed() -> Result<f64, JsValue> {
    let bits = getrandom::u32().map_err(|error| JsValue::from_str(&error.to_string()))?;
    Ok(f64::from(bits))
}

/// The study's rounds of trials.
#[wasm_bindgen]
pub struct Asker {
    study: Study,
    search: Search,
}

#[wasm_bindgen]
impl Asker {
    /// The beginning of a study's search.
    ///
    /// # Errors
    /// The problem, as an object.
    #[wasm_bindgen(constructor)]
    pub fn new(study: &str) -> Result<Asker, JsValue> {
        let study = Study::parse(study).map_err(|error| problem(&error))?;
        let search = Search::new(&study);
        Ok(Self { study, search })
    }

    /// The next round: an array of `{number, params}`, empty at the end; as JSON text, which goes between threads far quicker
    /// than tens of thousands of objects.
    ///
    /// # Errors
    /// None of its own.
    pub fn ask(&mut self) -> Result<String, JsValue> {
        text(&self.search.ask(&self.study))
    }
}

/// A GPU that was asked for, and what it says of itself.
#[wasm_bindgen]
pub struct GpuHandle {
    gpu: Gpu,
}

#[wasm_bindgen]
impl GpuHandle {
    /// Asks the browser for a device.
    ///
    /// # Errors
    /// The problem, as an object.
    pub async fn open() -> Result<GpuHandle, JsValue> {
        let gpu = Gpu::open().await.map_err(|error| problem(&error))?;
        Ok(Self { gpu })
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

fn trials_of(text: &str) -> crate::Result<Vec<Trial>> {
    serde_json::from_str(text).map_err(|error| Error::NotAStudy { detail: error.to_string() })
}

/// Trains a share of a study's trials in this Worker.
#[wasm_bindgen]
pub struct Training {
    trainer: Trainer,
}

#[wasm_bindgen]
impl Training {
    /// A training of `trials` (JSON array of `{number, params}`) of `study` (JSON). `table` is the study's data file,
    /// uncompressed, or null. `gpu` trains for backend "gpu".
    ///
    /// # Errors
    /// The problem, as an object.
    #[expect(clippy::needless_pass_by_value, reason = "wasm-bindgen passes optional slices by value")]
    pub fn on_gpu(study: &str, trials: &str, table: Option<Box<[u8]>>, gpu: &GpuHandle) -> Result<Training, JsValue> {
        Self::start(study, trials, table.as_deref(), Box::new(gpu.gpu.clone()))
    }

    /// As [`Training::on_gpu`], on the CPU.
    ///
    /// # Errors
    /// The problem, as an object.
    #[expect(clippy::needless_pass_by_value, reason = "wasm-bindgen passes optional slices by value")]
    pub fn on_cpu(study: &str, trials: &str, table: Option<Box<[u8]>>) -> Result<Training, JsValue> {
        Self::start(study, trials, table.as_deref(), Box::new(Cpu::default()))
    }

    fn start(study: &str, trials: &str, table: Option<&[u8]>, backend: Box<dyn Backend>) -> Result<Training, JsValue> {
        let start = || -> crate::Result<Self> {
            let study = Study::parse(study)?;
            let prepared = study.prepare(table)?;
            let trainer = Trainer::new(Rc::new(study), Rc::new(prepared), backend, trials_of(trials)?)?;
            Ok(Self { trainer })
        };
        start().map_err(|error| problem(&error))
    }

    /// A training of some of the study's trials (JSON array) on the same rows, on the CPU.
    ///
    /// # Errors
    /// The problem, as an object.
    pub fn sibling_on_cpu(&self, trials: &str) -> Result<Training, JsValue> {
        self.sibling(trials, Box::new(Cpu::default()))
    }

    /// As [`Training::sibling_on_cpu`], on the GPU.
    ///
    /// # Errors
    /// The problem, as an object.
    pub fn sibling_on_gpu(&self, trials: &str, gpu: &GpuHandle) -> Result<Training, JsValue> {
        self.sibling(trials, Box::new(gpu.gpu.clone()))
    }

    fn sibling(&self, trials: &str, backend: Box<dyn Backend>) -> Result<Training, JsValue> {
        let trials = trials_of(trials).map_err(|error| problem(&error))?;
        let trainer = self.trainer.sibling(backend, trials).map_err(|error| problem(&error))?;
        Ok(Self { trainer })
    }

    /// What trains: the `engine` of results, but for the number of workers.
    ///
    /// # Errors
    /// None of its own.
    pub fn info(&self) -> Result<JsValue, JsValue> {
        let backend = self.trainer.backend();
        to_js(&serde_json::json!({
            "version": VERSION,
            "numerics": NUMERICS_VERSION,
            "backend": backend.name(),
            "adapter": backend.adapter(),
            "plan": self.trainer.plan(),
        }))
    }

    /// Gradient steps of each trial, in the order given, if it does not end early.
    pub fn planned_steps(&self) -> Vec<f64> {
        self.trainer.planned().iter().map(|planned| planned.steps as f64).collect()
    }

    /// What each trial costs, in the order given; only proportions mean something.
    pub fn planned_work(&self) -> Vec<f64> {
        self.trainer.planned().iter().map(|planned| planned.work).collect()
    }

    /// Begins to compile what this training will need on the GPU, for one that starts later.
    pub fn prepare(&self, gpu: &GpuHandle) {
        gpu.gpu.prepare(&self.trainer.outlines());
    }

    /// Works for about `budget_ms` and says what happened: `{trials, steps, finished, resumed}`, `trials` as JSON text
    /// (see [`Asker::ask`]).
    ///
    /// # Errors
    /// The problem, as an object.
    pub async fn advance(&mut self, budget_ms: f64) -> Result<JsValue, JsValue> {
        let budget = Duration::from_secs_f64((budget_ms / 1000.0).clamp(0.0, 10.0));
        let report = self.trainer.advance(budget).await.map_err(|error| problem(&error))?;
        let Report { trials, steps, finished, resumed } = report;
        to_js(
            &serde_json::json!({ "trials": text(&trials)?, "steps": steps, "finished": finished, "resumed": resumed }),
        )
    }

    /// The one look at the test rows, for a finished trial.
    ///
    /// # Errors
    /// The problem, as an object.
    pub fn test(&self, number: u32) -> Result<JsValue, JsValue> {
        to_js(&self.trainer.test(number).map_err(|error| problem(&error))?)
    }
}

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
