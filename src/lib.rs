//! Tuning Playground's engine.
pub mod dataset;
pub mod error;
pub mod rng;
pub use error::{Error, Result};
/// Version of everything that decides a result's bits (random packing, initialisation, update rules).
pub const NUMERICS_VERSION: u32 = 1;
