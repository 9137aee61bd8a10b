//! Networks of a kind, by which a strategy may be chosen.

use super::Trainer;
use crate::backend::Program;
use crate::rng::RunId;
use crate::search::Search;
use crate::study::{Pbt, SamplerSpec};
use std::collections::BTreeMap;

/// Trials of a round that are looked at to count networks of a kind.
const COUNTED: usize = 4096;

impl Trainer {
    /// Counts the networks of a study of so many trials, once.
    pub(super) fn know_crowds(&mut self, of_trials: u32) {
        if !self.crowds.contains_key(&of_trials) {
            let crowds = self.count_crowds(of_trials);
            self.crowds.insert(of_trials, crowds);
        }
    }

    /// How many networks of each program a study of so many trials will have, by its first trials, or stand-ins for those of
    /// a sampler that learns.
    fn count_crowds(&self, of_trials: u32) -> BTreeMap<Program, u64> {
        // What is picked is trained one by one, however many have been before.
        if matches!(self.study.sampler, SamplerSpec::Hand { .. }) {
            return BTreeMap::new();
        }
        // A grid is drawn whole, since its first points are all alike; any other round is so random at its start as later.
        let is_grid = matches!(self.study.sampler, SamplerSpec::Grid { .. });
        let trials = if is_grid { of_trials } else { of_trials.min(COUNTED as u32) };
        let round = Search::preview(&self.study, trials);
        // Odd, so that it does not go round with the axes of a grid.
        let every = round.len().div_ceil(COUNTED) | 1;
        let mut counts: BTreeMap<Program, u64> = BTreeMap::new();
        for trial in round.iter().step_by(every) {
            *counts.entry(self.network(trial, 0, &self.config(trial), RunId::default()).program()).or_default() += 1;
        }
        let at_once = match self.study.sampler {
            SamplerSpec::Pbt(Pbt { population, .. }) => of_trials.min(population),
            _ => of_trials,
        };
        let networks = u64::from(at_once) * u64::from(self.study.seeds_per_trial);
        let counted = counts.values().sum::<u64>().max(1);
        for n in counts.values_mut() {
            *n = *n * networks / counted;
        }
        counts
    }
}
