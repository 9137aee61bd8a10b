//! Tuning Playground's engine.
pub mod backend;
pub mod dataset;
pub mod error;
pub mod kernels;
pub mod mlp;
pub mod optimizer;
pub mod rng;
pub use error::{Error, Result};
/// Version of everything that decides a result's bits (random packing, initialisation, update rules).
pub const NUMERICS_VERSION: u32 = 1;
