//! Search: distributions, and samplers that pick the trials behind ask and tell. A sampler knows names and ranges,
//! never networks.

mod distribution;
mod grid_values;
mod samplers;

pub use distribution::{Distribution, Scale};
pub use samplers::{Axes, Sampler, SamplerSpec};

use crate::study::{Study, usage};
use serde_json::{Map, Value};

/// A configuration to train.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Trial {
    /// From 0, without gaps.
    pub number: u32,
    /// Drawn hyperparameters that the trial uses.
    pub params: Map<String, Value>,
}

/// The study's trials, round by round. Grid and random give all of them in one round.
pub struct Search {
    sampler: Box<dyn Sampler>,
    asked: bool,
}

impl Search {
    /// The beginning of a study's search.
    pub fn new(study: &Study) -> Self {
        let sampler = match study.sampler {
            SamplerSpec::Grid { .. } => SamplerSpec::start_grid(usage::grid(study), study.seed),
            _ => study.sampler.start(&study.space, study.seed),
        };
        Self { sampler, asked: false }
    }

    /// The next round of trials; empty when the search is over.
    pub fn ask(&mut self, study: &Study) -> Vec<Trial> {
        if core::mem::replace(&mut self.asked, true) {
            return Vec::new();
        }
        let use_the_same = usage::use_the_same(study);
        let mut unused = None;
        let ask = |number| {
            let mut params = self.sampler.ask(number)?;
            let unused = match &mut unused {
                Some(known) if use_the_same => known,
                other => other.insert(usage::unused(study, &params)),
            };
            for name in unused {
                params.shift_remove(name.as_str());
            }
            Some(Trial { number, params })
        };
        (0..study.trials).map_while(ask).collect()
    }
}
