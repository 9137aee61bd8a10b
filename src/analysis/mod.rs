//! What trained networks show of themselves: planes through the space of their weights, the loss over them, and the paths
//! that training takes there.

mod classic;
mod document;
mod ensemble;
mod forward;
mod frame;
mod insight;
mod lay;
mod plane;
mod principal;
mod race;
mod range_test;
mod response;
mod sharpness;
mod sheet;
mod surface;
#[cfg(not(target_arch = "wasm32"))]
mod threads;
mod trainability;
mod trajectory;
mod verdict;

pub use classic::Classic;
pub use document::{FORMAT, Landscape, Metric, PathRecord, PointRecord, Site, extent};
pub use ensemble::{Ensemble, Member, Score as EnsembleScore, ensemble, legs};
pub use forward::{Cut, field, outputs};
pub use frame::{Extent, framed};
pub use insight::Insight;
pub use lay::lay;
pub use plane::{Kind, Place, Plane};
pub use race::{Race, RateSearch};
pub use range_test::{Found, RangeTest};
pub use response::{Response, Trials, response};
pub use sharpness::{Point as SharpnessPoint, Sharpness};
pub use sheet::Sheet;
pub use surface::{Grid, Rows, SIDE};
#[cfg(not(target_arch = "wasm32"))]
pub use threads::surface;
pub use trainability::{MAP_FORMAT, MAP_SIDES, MapAxis, MapPlan, MapReport, Mapper, Pixel, SEEDS};
pub use trajectory::{Entry, MOST_POINTS, Recorder, Trajectory};
pub use verdict::{Mistake, Unit, Verdict, verdict};
