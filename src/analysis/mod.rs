//! What trained networks show of themselves: planes through the space of their weights, the loss over them, and the paths
//! that training takes there.

mod document;
mod frame;
mod plane;
mod principal;
mod surface;
#[cfg(not(target_arch = "wasm32"))]
mod threads;
mod trajectory;

pub use document::{FORMAT, Landscape, Metric, PathRecord, PointRecord, Site, extent};
pub use frame::{Extent, framed};
pub use plane::{Kind, Place, Plane};
pub use surface::{Grid, Rows, SIDE};
#[cfg(not(target_arch = "wasm32"))]
pub use threads::surface;
pub use trajectory::{MOST_POINTS, Recorder, Trajectory};
