//! Search: samplers that pick the trials behind ask and tell, pruners that stop some, and the ledger that
//! both read. A sampler knows names and ranges, never networks.

mod ledger;
mod pruners;
mod samplers;

pub use ledger::{Ledger, Outcome};
pub use pruners::{NoPruner, Pruner, Verdict};
pub use samplers::{Sampler, start};

use crate::study::{SamplerSpec, Study, usage};
use serde_json::{Map, Value};

/// A configuration to train.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Trial {
    /// From 0, without gaps.
    pub number: u32,
    /// Drawn hyperparameters that the trial uses.
    pub params: Map<String, Value>,
}

/// The study's trials, round by round. Grid, random and Sobol give all of them in one round.
pub struct Search {
    sampler: Box<dyn Sampler>,
    asked: u32,
    is_over: bool,
}

impl Search {
    /// The beginning of a study's search.
    pub fn new(study: &Study) -> Self {
        Self::with_sampler(match study.sampler {
            SamplerSpec::Grid { .. } => samplers::start_grid(usage::grid(study), study.seed),
            _ => start(&study.sampler, &study.space, study.seed),
        })
    }

    /// The beginning of a search by a sampler of the caller's.
    pub fn with_sampler(sampler: Box<dyn Sampler>) -> Self {
        Self { sampler, asked: 0, is_over: false }
    }

    /// Whether there is no further round.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// The next round of trials; empty when the search is over. All trials of the round before have been told.
    pub fn ask(&mut self, study: &Study) -> Vec<Trial> {
        let left = study.trials.saturating_sub(self.asked);
        let wanted = if self.is_over { 0 } else { self.sampler.round(self.asked).max(1).min(left) };
        let use_the_same = usage::use_the_same(study);
        let mut unused = None;
        let ask = |number| {
            let mut params = self.sampler.ask(number)?;
            let unused = match &mut unused {
                Some(known) if use_the_same => known,
                other => other.insert(usage::unused(study, &params)),
            };
            for name in &*unused {
                params.shift_remove(name.as_str());
            }
            self.sampler.leave_out(number, unused);
            Some(Trial { number, params })
        };
        let trials: Vec<Trial> = (self.asked..self.asked + wanted).map_while(ask).collect();
        self.asked += trials.len() as u32;
        self.is_over = self.asked == study.trials || trials.len() < wanted as usize;
        trials
    }

    /// Goes on after the end, in a study that has been given more trials.
    pub fn go_on(&mut self, study: &Study) {
        self.is_over = self.asked >= study.trials;
    }

    /// Tells the sampler how a trial ended.
    pub fn tell(&mut self, outcome: &Outcome) {
        self.sampler.tell(outcome);
    }
}
