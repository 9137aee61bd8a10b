//! Search: distributions, and samplers that pick the trials behind ask and tell. A sampler knows names and ranges,
//! never networks.

mod distribution;
mod samplers;

pub use distribution::{Distribution, Scale};
pub use samplers::{Sampler, SamplerSpec};

use crate::study::{Study, config};
use serde_json::{Map, Value};
use std::collections::HashSet;

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
        Self { sampler: study.sampler.start(&study.space, study.seed), asked: false }
    }

    /// The next round of trials; empty when the search is over.
    pub fn ask(&mut self, study: &Study) -> Vec<Trial> {
        if core::mem::replace(&mut self.asked, true) {
            return Vec::new();
        }
        let mut trials = Vec::new();
        let mut seen = HashSet::new();
        let is_grid = matches!(study.sampler, SamplerSpec::Grid { .. });
        let mut draw = 0;
        let use_the_same = config::use_the_same(study);
        let mut unused = None;
        while (trials.len() as u32) < study.trials {
            let Some(mut params) = self.sampler.ask(draw) else { break };
            draw += 1;
            let unused = match &mut unused {
                Some(known) if use_the_same => known,
                other => other.insert(config::unused(study, &params)),
            };
            for name in unused {
                params.shift_remove(name.as_str());
            }
            // Grid points that differ only in what the trial does not use are one point.
            if is_grid && !seen.insert(Value::Object(params.clone()).to_string()) {
                continue;
            }
            trials.push(Trial { number: trials.len() as u32, params });
        }
        trials
    }
}
