//! Tuning Playground's engine: trains populations of multilayer perceptrons, whole hyperparameter sweeps at once.
//!
//! ```text
//! dataset -> study (fixed settings + search space) -> session (asks the sampler, deals rounds, keeps the ledger)
//!         -> trainer on a backend (gpu | cpu) -> events -> session (tells sampler and pruner)
//!         -> analysis -> web bindings -> views
//! ```
//! Data runs one way; a module uses only what stands above it.
pub mod analysis;
pub mod backend;
pub mod bench;
pub mod dataset;
pub mod error;
pub mod export;
pub mod fault;
pub mod fixture;
pub mod gaussian;
pub mod json;
pub mod kernels;
mod linear;
pub mod mlp;
pub mod optimizer;
mod order;
pub mod result;
pub mod rng;
pub mod schedule;
pub mod search;
pub mod second_order;
pub mod session;
pub mod settings;
pub mod space;
pub mod study;
pub mod trainer;
#[cfg(target_arch = "wasm32")]
pub mod web;

pub use error::{Error, Result};

/// Version of everything that decides a result's bits (random packing, initialisation, update rules, which strategy
/// trains what).
pub const NUMERICS_VERSION: u32 = 6;
/// Version of the engine, written into results.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
