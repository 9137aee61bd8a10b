//! The space of a search: ranges, scales, grids and numbers. Knows neither studies nor samplers.

mod distribution;
mod grid_values;
#[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
mod moved;
#[cfg(any(not(target_arch = "wasm32"), feature = "search"))]
mod narrow;
pub mod numbers;

pub use distribution::{Distribution, Scale};

use serde_json::Value;
use std::rc::Rc;

/// Names and ranges, in the study's order.
pub type Space = [(String, Distribution)];

/// Names and values of a grid, in the order of the space.
pub type Axes = Vec<(String, Rc<[Value]>)>;
