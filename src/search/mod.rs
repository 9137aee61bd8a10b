//! Search: distributions, and samplers that pick the trials behind ask and tell. A sampler knows names and ranges,
//! never networks.

mod distribution;
mod samplers;

pub use distribution::{Distribution, Scale};
pub use samplers::{Sampler, SamplerSpec};
